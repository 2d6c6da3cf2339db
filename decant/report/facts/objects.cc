#include "decant/report/facts/objects.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <fmt/format.h>

#include "decant/base/text.h"
#include "decant/data/objects.h"

namespace decant::report {
namespace {

/// "no objects", "1 object", "2 to 3 objects".
std::string count_name(size_t k) {
  if (k == 0) return "no objects";
  if (k == 1) return "1 object";
  const int64_t from = int64_t{1} << (k - 1);
  return fmt::format("{} to {} objects", human_count(from), human_count(2 * from - 1));
}

size_t size_of(double area) {
  return area <= 32.0 * 32 ? 0 : area <= 96.0 * 96 ? 1 : 2;
}

void add(PartRecord& part, bool kept) {
  ++part.rows;
  part.kept += kept ? 1 : 0;
}

}  // namespace

std::optional<ObjectFacts> object_facts(const Rows& source, const RowFacts& rows) {
  const Targets* const targets = source.targets();
  if (targets == nullptr || targets->counted_in() != CountedIn::objects) return std::nullopt;
  ObjectFacts facts;
  facts.by_size = {{"up to 32 x 32 pixels"}, {"up to 96 x 96 pixels"}, {"larger"}};
  for (int64_t row = 0; row < rows.count; ++row) {
    const bool kept = rows.kept[static_cast<size_t>(row)] != 0;
    const ObjectRange range = targets->objects(row);
    int64_t counted = 0;
    for (int64_t i = range.begin; i < range.end; ++i) {
      if (!range.table->counts(i)) continue;
      ++counted;
      add(facts.by_size[size_of(range.table->areas[static_cast<size_t>(i)])], kept);
    }
    const auto k = static_cast<size_t>(std::bit_width(static_cast<uint64_t>(counted)));
    while (facts.by_count.size() <= k) facts.by_count.push_back({count_name(facts.by_count.size())});
    add(facts.by_count[k], kept);
  }
  return facts;
}

std::vector<ContentRecord::OfClass> classes_that_lost(const ContentRecord& content, int64_t rows, int64_t kept) {
  const double share = rows > 0 ? static_cast<double>(kept) / static_cast<double>(rows) : 0;
  const auto left = [&](const ContentRecord::OfClass& each) {
    return static_cast<double>(each.amount_kept) / (share * static_cast<double>(each.amount));
  };
  const auto beyond_chance = [&](const ContentRecord::OfClass& each) {
    const double expected = share * static_cast<double>(each.rows);
    return static_cast<double>(each.rows_kept) < expected - 2 * std::sqrt(expected * (1 - share));
  };
  std::vector<ContentRecord::OfClass> lost;
  for (const ContentRecord::OfClass& each : content.classes) {
    if (each.amount > 0 && share > 0 && left(each) < 0.8 && beyond_chance(each)) lost.push_back(each);
  }
  std::ranges::stable_sort(lost, {}, left);
  return lost;
}

}  // namespace decant::report
