// One page of any bytes: of every physical type, encoding and codec, with and without levels, or an
// InputError. The first byte says which.
#include <cstdlib>

#include "decant/base/errors.h"
#include "decant/formats/parquet/pages.h"

namespace {

using namespace decant;
using namespace decant::parquet;

void check(const Page& page, const Node& column) {
  int64_t values = 0;
  size_t bytes = 0;
  std::vector<std::byte> scratch;
  for (int64_t i = 0; i < page.entries; ++i) {
    if (!page.has_value(i, column.most_def)) continue;
    if (page.value_index(i) != values) std::abort();
    bytes += page.values.get(values++, scratch).size();
  }
  if (values != page.values.count || (column.width > 0 && bytes != static_cast<size_t>(values * column.width))) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  constexpr int kWidths[] = {1, 4, 8, 12, 4, 8, 0, 5};
  constexpr int kCodecs[] = {0, 1, 2, 6, 4, 7, 0, 0};
  Node column;
  column.type = static_cast<Physical>(data[0] & 7);
  column.width = kWidths[data[0] & 7];
  column.most_def = data[0] >> 3 & 3;
  column.most_rep = data[0] >> 5 & 1;
  const Where where{"fuzz", "a page"};
  const Bytes page = std::as_bytes(std::span(data, size)).subspan(2);
  auto dictionary = std::make_shared<Page>();
  dictionary->values.width = column.width;
  dictionary->values.own = "0123456789abcdefghijklmnopqrstuvwxyz";
  dictionary->values.fixed = dictionary->values.own;
  dictionary->values.count = 3;
  for (int64_t i = 0; i < 3 && column.width == 0; ++i)
    dictionary->values.texts.push_back(dictionary->values.fixed.substr(0, static_cast<size_t>(i)));
  try {
    check(*read_page(page, kCodecs[data[1] & 7], column, dictionary, where), column);
  } catch (const InputError&) {
  }
  return 0;
}
