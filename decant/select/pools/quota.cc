#include "decant/select/pools/quota.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>
#include <string>
#include <utility>

#include "decant/base/errors.h"

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

std::vector<int64_t> share(int64_t total, std::span<const int64_t> sizes, Shares shares) {
  if (shares == Shares::by_size) return share(total, sizes);
  return share_weighted(total, std::vector<double>(sizes.size(), 1.0), sizes);
}

int64_t keep_count(std::string_view keep, int64_t n) {
  if (keep.find_first_of(".%") != std::string_view::npos) return keep_fraction(keep, n);
  const auto count = parse<int64_t>(keep, keep);
  if (count == 0) refuse(keep, "keeps no row");
  if (count > n) refuse(keep, fmt::format("is more than the {} rows there are", n));
  return count;
}

}  // namespace decant
