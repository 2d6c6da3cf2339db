// Any bytes as a vocabulary, as a tokenizer.json and as a text: an InputError, or ids that are all
// the tokenizer's own.
#include <string>
#include <vector>

#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/text/wordpiece.h"

namespace {

using namespace decant;
using namespace decant::text;

void cut(const WordPiece& tokenizer, std::string_view text) {
  std::vector<int32_t> ids;
  BertWords words = tokenizer.words();
  tokenizer.append(text, words, ids);
  const int32_t last = tokenizer.last_token().second;
  for (const int32_t id : ids) {
    DECANT_CHECK(id, >=, 0);
    DECANT_CHECK(id, <=, last);
  }
  DECANT_CHECK(ids.size(), <=, 4 * text.size());
}

template <class Parse>
void try_as(Parse parse, std::string_view text) {
  try {
    cut(parse(text), text);
  } catch (const InputError&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text = as_text(std::as_bytes(std::span(data, size)));
  static const WordPiece small = parse_vocabulary("[UNK]\n[SEP]\na\n##a\nb\n##ab\n\xC3\xA9\n.\n", "small", {});
  cut(small, text);
  try_as([](std::string_view each) { return parse_vocabulary(each, "fuzz", {}); }, text);
  try_as([](std::string_view each) { return parse_tokenizer(each, "fuzz"); }, text);
  const std::string entries(text);
  try_as(
      [&](std::string_view) {
        return parse_tokenizer(R"({"pre_tokenizer":{"type":"BertPreTokenizer"},"model":{"type":"WordPiece","vocab":{"[UNK]":0,)" + entries,
                               "fuzz");
      },
      text);
  return 0;
}
