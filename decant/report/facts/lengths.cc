#include "decant/report/facts/lengths.h"

#include <algorithm>
#include <bit>
#include <string>

#include "decant/base/errors.h"
#include "decant/text/words.h"

namespace decant::report {
namespace {

constexpr int64_t kMostRead = 200'000;

std::optional<int64_t> count_words(const Texts& texts, int64_t row, Record& record, std::string& scratch) {
  try {
    texts.read(row, record);
  } catch (const InputError&) {
    return std::nullopt;
  }
  int64_t words = 0;
  for (const Turn& turn : record.turns) text::each_word(turn.text, scratch, [&](std::string_view) { ++words; });
  return words;
}

/// Powers of two, from 2^(k−1) to 2^k − 1 words.
size_t class_of(int64_t words) {
  return static_cast<size_t>(std::bit_width(static_cast<uint64_t>(words)));
}

std::vector<LengthClass> empty_classes() {
  std::vector<LengthClass> classes = {{0, 0}};
  for (size_t k = 1; k < 63; ++k) classes.push_back({int64_t{1} << (k - 1), (int64_t{1} << k) - 1});
  return classes;
}

void drop_empty_ends(std::vector<LengthClass>& classes) {
  const auto full = [](const LengthClass& each) { return each.rows > 0; };
  classes.erase(std::ranges::find_if(classes.rbegin(), classes.rend(), full).base(), classes.end());
  classes.erase(classes.begin(), std::ranges::find_if(classes, full));
}

}  // namespace

std::optional<LengthFacts> length_facts(const Texts& texts, const RowFacts& rows) {
  LengthFacts facts{.stride = (rows.count + kMostRead - 1) / kMostRead, .classes = empty_classes()};
  int64_t read = 0, kept = 0, words = 0, kept_words = 0;
  Record record;
  std::string scratch;
  for (int64_t row = 0; row < rows.count; row += facts.stride) {
    const auto length = count_words(texts, row, record, scratch);
    if (!length) continue;
    const bool keep = rows.kept[static_cast<size_t>(row)] != 0;
    LengthClass& its = facts.classes[class_of(*length)];
    ++its.rows, ++read, words += *length;
    if (keep) ++its.kept, ++kept, kept_words += *length;
  }
  if (kept == 0) return std::nullopt;
  facts.words = static_cast<double>(words) / static_cast<double>(read);
  facts.kept_words = static_cast<double>(kept_words) / static_cast<double>(kept);
  drop_empty_ends(facts.classes);
  return facts;
}

}  // namespace decant::report
