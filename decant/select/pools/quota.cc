#include "decant/select/pools/quota.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>
#include <string>
#include <utility>

#include "decant/base/errors.h"
#include "decant/base/random.h"

namespace decant {
namespace {

__extension__ using Wide = unsigned __int128;

constexpr const char* kRemedy = "Give a fraction such as 0.2 or 20%, or a number of rows such as 5000";

[[noreturn]] void refuse(std::string_view keep, const std::string& why) {
  throw InputError({"", fmt::format("keep '{}'", keep), why, kRemedy});
}

template <class T>
T parse(std::string_view keep, std::string_view digits) {
  T value{};
  const bool plain =
      !digits.empty() && std::all_of(digits.begin(), digits.end(), [](char c) { return c == '.' || (c >= '0' && c <= '9'); });
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (!plain || error != std::errc() || end != digits.data() + digits.size()) refuse(keep, "is not a number of rows");
  return value;
}

int64_t keep_fraction(std::string_view keep, int64_t n) {
  const bool percent = keep.ends_with('%');
  const auto value = parse<double>(keep, percent ? keep.substr(0, keep.size() - 1) : keep);
  const double whole = percent ? 100 : 1;
  if (value > whole) refuse(keep, "is more than 100 %");
  const auto count = static_cast<int64_t>(std::llround(value * static_cast<double>(n) / whole));
  if (count == 0) refuse(keep, fmt::format("keeps none of {} rows", n));
  return count;
}

/// Fills the parts that are open with `total` in proportion to their weights, those that overflow
/// to the brim. Returns what is left: nothing, unless every part with a weight is full.
double fill_by_weight(double total, std::span<const double> weights, std::span<const int64_t> sizes, std::vector<bool>& full,
                      std::vector<double>& quotas) {
  for (bool overflown = true; overflown;) {
    overflown = false;
    double open = 0;
    for (size_t i = 0; i < weights.size(); ++i) open += full[i] ? 0 : weights[i];
    if (open <= 0) return total;
    double rest = total;
    for (size_t i = 0; i < weights.size(); ++i) {
      if (full[i]) continue;
      quotas[i] = total * (weights[i] / open);
      const auto size = static_cast<double>(sizes[i]);
      if (quotas[i] < size) continue;
      quotas[i] = size;
      full[i] = overflown = true;
      rest -= size;
    }
    total = std::max(0.0, rest);
  }
  return 0;
}

/// Adds one to (or takes one from) the shares in the order of their claims until nothing is left.
/// Once round, but for rounding errors.
void settle_remainders(int64_t left, std::vector<double> claims, std::span<const int64_t> sizes, std::vector<int64_t>& shares) {
  const int64_t step = left > 0 ? 1 : -1;
  if (left < 0) std::ranges::transform(claims, claims.begin(), std::negate());
  std::vector<size_t> order(shares.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::stable_sort(order, [&](size_t a, size_t b) { return claims[a] > claims[b]; });
  for (size_t at = 0; left != 0; at = (at + 1) % order.size()) {
    int64_t& share = shares[order[at]];
    if (share + step < 0 || share + step > sizes[order[at]]) continue;
    share += step;
    left -= step;
  }
}

}  // namespace

std::vector<double> weighted_quotas(int64_t total, std::span<const double> weights, std::span<const int64_t> sizes) {
  DECANT_CHECK(weights.size(), ==, sizes.size());
  DECANT_CHECK(total, >=, 0);
  DECANT_CHECK(total, <=, std::accumulate(sizes.begin(), sizes.end(), int64_t{0}));
  for (const double weight : weights) DECANT_CHECK(std::isfinite(weight) && weight >= 0, ==, true);
  std::vector<double> quotas(sizes.size(), 0.0);
  std::vector<bool> full(sizes.size(), false);
  const double left = fill_by_weight(static_cast<double>(total), weights, sizes, full, quotas);
  if (left <= 0) return quotas;
  const std::vector<double> by_size(sizes.begin(), sizes.end());
  fill_by_weight(left, by_size, sizes, full, quotas);
  return quotas;
}

std::vector<int64_t> share_weighted(int64_t total, std::span<const double> weights, std::span<const int64_t> sizes,
                                    std::span<const double> owed) {
  DECANT_CHECK(owed.empty() || owed.size() == sizes.size(), ==, true);
  const std::vector<double> quotas = weighted_quotas(total, weights, sizes);
  std::vector<int64_t> shares(sizes.size());
  std::vector<double> claims(sizes.size());
  int64_t left = total;
  for (size_t i = 0; i < sizes.size(); ++i) {
    shares[i] = std::min(sizes[i], static_cast<int64_t>(quotas[i]));
    claims[i] = quotas[i] - static_cast<double>(shares[i]) + (owed.empty() ? 0.0 : owed[i]);
    left -= shares[i];
  }
  settle_remainders(left, std::move(claims), sizes, shares);
  return shares;
}

std::vector<int64_t> share(int64_t total, std::span<const int64_t> sizes, std::span<const double> owed) {
  DECANT_CHECK(owed.empty() || owed.size() == sizes.size(), ==, true);
  const auto sum = std::accumulate(sizes.begin(), sizes.end(), int64_t{0});
  DECANT_CHECK(total, >=, 0);
  DECANT_CHECK(total, <=, sum);
  std::vector<int64_t> shares(sizes.size(), 0);
  if (total == 0) return shares;
  std::vector<int64_t> remainders(sizes.size());
  int64_t left = total;
  for (size_t i = 0; i < sizes.size(); ++i) {
    const Wide product = static_cast<Wide>(total) * static_cast<Wide>(sizes[i]);
    shares[i] = static_cast<int64_t>(product / static_cast<Wide>(sum));
    remainders[i] = static_cast<int64_t>(product % static_cast<Wide>(sum));
    left -= shares[i];
  }
  std::vector<size_t> order(sizes.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    if (remainders[a] != remainders[b] || owed.empty()) return remainders[a] > remainders[b];
    return owed[a] > owed[b];
  });
  for (size_t i = 0; i < static_cast<size_t>(left); ++i) shares[order[i]] += 1;
  return shares;
}

namespace {

/// The parts in the order of their ties: those before it keep it under a stable sort.
std::vector<size_t> order_of_ties(size_t parts, std::span<const uint64_t> ties) {
  std::vector<size_t> order(parts);
  std::iota(order.begin(), order.end(), size_t{0});
  if (!ties.empty()) std::ranges::stable_sort(order, {}, [&](size_t part) { return ties[part]; });
  return order;
}

std::vector<int64_t> share_unbounded(int64_t total, std::span<const int64_t> sizes, Shares::How how) {
  if (how == Shares::by_size) return share(total, sizes);
  return share_weighted(total, std::vector<double>(sizes.size(), 1.0), sizes);
}

void require_enough(int64_t total, std::span<const int64_t> sizes, int64_t least) {
  int64_t needed = 0;
  for (const int64_t size : sizes) needed += std::min(size, least);
  if (total < needed)
    throw InputError({"", "",
                      fmt::format("{} rows are to be kept, but {} of each of {} classes are {}", total, least, sizes.size(), needed),
                      fmt::format("Keep {} rows or more, or fewer of each class", needed)});
}

/// Shares what settled parts (≥ 0) leave among the open ones (−1). Where some of these would get
/// less than the least, they are settled with that instead, and false is returned.
bool share_open(int64_t total, std::span<const int64_t> sizes, Shares shares, std::vector<int64_t>& counts) {
  std::vector<size_t> open;
  std::vector<int64_t> open_sizes;
  for (size_t i = 0; i < sizes.size(); ++i) {
    total -= std::max<int64_t>(0, counts[i]);
    if (counts[i] >= 0) continue;
    open.push_back(i);
    open_sizes.push_back(sizes[i]);
  }
  const auto proposed = share_unbounded(total, open_sizes, shares.how);
  bool enough = true;
  for (size_t k = 0; k < open.size(); ++k) {
    const int64_t least = std::min(open_sizes[k], shares.least);
    if (proposed[k] >= least) continue;
    counts[open[k]] = least;
    enough = false;
  }
  if (!enough) return false;
  for (size_t k = 0; k < open.size(); ++k) counts[open[k]] = proposed[k];
  return true;
}

std::vector<int64_t> share_from_least(int64_t total, std::span<const int64_t> sizes, Shares shares) {
  require_enough(total, sizes, shares.least);
  std::vector<int64_t> counts(sizes.size(), -1);
  while (!share_open(total, sizes, shares, counts)) {
  }
  return counts;
}

}  // namespace

std::vector<int64_t> share(int64_t total, std::span<const int64_t> sizes, Shares shares, std::span<const uint64_t> ties) {
  DECANT_CHECK(ties.empty() || ties.size() == sizes.size(), ==, true);
  const std::vector<size_t> order = order_of_ties(sizes.size(), ties);
  std::vector<int64_t> ordered;
  for (const size_t part : order) ordered.push_back(sizes[part]);
  const auto counts = shares.least > 0 ? share_from_least(total, ordered, shares) : share_unbounded(total, ordered, shares.how);
  std::vector<int64_t> result(sizes.size());
  for (size_t i = 0; i < order.size(); ++i) result[order[i]] = counts[i];
  return result;
}

std::vector<uint64_t> drawn_ties(std::span<const int32_t> numbers, uint64_t seed) {
  std::vector<uint64_t> ties;
  for (const int32_t number : numbers)
    ties.push_back(Random(seed, "ties between classes", static_cast<uint64_t>(static_cast<uint32_t>(number))).bits64());
  return ties;
}

int64_t keep_count(std::string_view keep, int64_t n) {
  if (keep.find_first_of(".%") != std::string_view::npos) return keep_fraction(keep, n);
  const auto count = parse<int64_t>(keep, keep);
  if (count == 0) refuse(keep, "keeps no row");
  if (count > n) refuse(keep, fmt::format("is more than the {} rows there are", n));
  return count;
}

int64_t keep_count(std::string_view keep, int64_t n, int64_t usable) {
  const int64_t count = keep_count(keep, n);
  const bool fraction = keep.find_first_of(".%") != std::string_view::npos;
  const std::string_view digits = keep.substr(0, keep.find('%'));
  const bool all = fraction && parse<double>(keep, digits) == (keep.ends_with('%') ? 100.0 : 1.0);
  return all ? usable : count;
}

}  // namespace decant
