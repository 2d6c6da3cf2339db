#include "decant/pipeline/choosing/pool_source.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <map>

#include "decant/base/errors.h"
#include "decant/base/text.h"
#include "decant/data/class_amounts.h"
#include "decant/formats/npy/npy.h"
#include "decant/pipeline/choosing/field_source.h"
#include "decant/select/geometry/kmeans_pools.h"

namespace decant {

namespace {

constexpr const char* kRarest = "rarest";

}  // namespace

PoolRule pool_rule(const ChoosingOptions& select) {
  const std::string& rule = select.pools;
  if (rule.empty()) return {};
  if (select.pool) throw UsageError("--pool and --pools contradict each other; give one of the two");
  if (rule.ends_with(".npy")) return {.file = rule};
  if (rule == kRarest) return {.rarest = true};
  if (auto field = field_named(rule)) return {.field = *std::move(field)};
  constexpr std::string_view kKMeans = "kmeans:";
  int32_t count = 0;
  const char* end = rule.data() + rule.size();
  if (!rule.starts_with(kKMeans) || std::from_chars(rule.data() + kKMeans.size(), end, count) != std::from_chars_result{end, std::errc()})
    throw UsageError(
        fmt::format("--pools {}: expected kmeans:K with a number of pools, rarest for sets with objects, field:NAME with a field of the "
                    "records, or a .npy file",
                    rule));
  if (count < 1) throw InputError({"", "--pools " + rule, "asks for less than one pool", "Give at least one pool"});
  return {.kmeans = count};
}

namespace {

/// Pools numbered 0, 1, … in the order of their numbers, without those of bad rows.
Grouping numbered(std::vector<int32_t> pools, const Subset& bad_rows, std::string origin) {
  for (const int64_t row : bad_rows) pools[static_cast<size_t>(row)] = kNoGroup;
  std::vector<int32_t> numbers;
  std::copy_if(pools.begin(), pools.end(), std::back_inserter(numbers), [](int32_t pool) { return pool != kNoGroup; });
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  for (int32_t& pool : pools) {
    if (pool != kNoGroup) pool = static_cast<int32_t>(std::lower_bound(numbers.begin(), numbers.end(), pool) - numbers.begin());
  }
  return {.of_row = std::move(pools), .origin = std::move(origin)};
}

Grouping pools_by_rarest_class(const Rows& rows, const Subset& bad_rows, const Context& context) {
  const ClassAmounts amounts = amounts_of(rows, 0, context);
  if (amounts.unit == CountedIn::rows)
    throw InputError({"", std::string("--pools ") + kRarest, "goes by the objects in a row, and these rows hold none",
                      "Omit it: classes are pools anyway"});
  return numbered(rarest_classes(amounts, amounts.classes()), bad_rows, kRarest);
}

Grouping pools_by_kmeans(const Input& input, int32_t count, const FeatureSet& features, uint64_t seed, const Context& context) {
  const Subset usable = input.usable_rows();
  const std::vector<int32_t> found =
      kmeans_pools(features.features, usable, {.pools = count, .first_column = features.gradient_classes, .seed = seed}, context);
  Grouping pools{.of_row = std::vector<int32_t>(static_cast<size_t>(input.rows()), kNoGroup), .origin = fmt::format("kmeans:{}", count)};
  for (size_t i = 0; i < usable.size(); ++i) pools.of_row[static_cast<size_t>(usable[i])] = found[i];
  return pools;
}

/// Rows of no pool are the last one.
Grouping whole_pools(const PoolRule& rule, const Input& input, const Context& context) {
  Grouping pools = named_pools(rule, input.dataset.train(), input.excluded_rows(), context);
  const int32_t last = pools.count();
  for (const int64_t row : input.usable_rows()) {
    if (int32_t& pool = pools.of_row[static_cast<size_t>(row)]; pool == kNoGroup) pool = last;
  }
  return pools;
}

}  // namespace

Grouping named_pools(const PoolRule& rule, const Rows& rows, const Subset& bad_rows, const Context& context) {
  if (!rule.file.empty()) return numbered(read_labels(rule.file, rows.size()), bad_rows, rule.file.string());
  if (rule.rarest) return pools_by_rarest_class(rows, bad_rows, context);
  return {.of_row = groups_by_field(rows, bad_rows, rule.field, context), .origin = "field:" + rule.field};
}

Grouping make_grouping(const PoolRule& rule, const Input& input, const FeatureSet& features, uint64_t seed, const Context& context) {
  return rule.named() ? whole_pools(rule, input, context) : pools_by_kmeans(input, rule.kmeans, features, seed, context);
}

std::string pools_phrase(const Grouping& pools) {
  if (pools.empty()) return "one pool";
  if (pools.are_classes()) return fmt::format("each of {} classes", pools.count());
  std::map<int32_t, int64_t> sizes;
  for (const int32_t pool : pools.of_row) ++sizes[pool];
  sizes.erase(kNoGroup);
  int64_t least = std::numeric_limits<int64_t>::max();
  int64_t most = 0;
  for (const auto& [pool, rows] : sizes) {
    least = std::min(least, rows);
    most = std::max(most, rows);
  }
  if (pools.origin == kRarest)
    return fmt::format("each of {} pools (of {} to {} rows), a row's rarest class", sizes.size(), human_count(least), human_count(most));
  return fmt::format("each of {} pools (of {} to {} rows) {} {}", sizes.size(), human_count(least), human_count(most),
                     pools.origin.starts_with("kmeans:") ? "made by" : "named by", pools.origin);
}

}  // namespace decant
