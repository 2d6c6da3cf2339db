// Quotas: how many rows, and how many from each part. Counts are exact: --keep 0.2 of 50,000 is
// 10,000 rows, not 9,998.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace decant {

/// Shares `total` among parts in proportion to their sizes by largest remainder (Hamilton's
/// method): part i gets ⌊total·size_i/Σ⌋, and the parts with the largest remainders one more each,
/// ties to the part that is owed most, then to the smaller index. The shares add up to `total` and
/// none exceeds its size. REQUIRES: sizes ≥ 0, 0 ≤ total ≤ Σ sizes. Trap: not monotone. A larger
/// total can give some part one row less (the Alabama paradox). `owed`: what each part got too
/// little, over earlier calls (empty = nothing); it decides ties only. Without it, many small
/// classes with equal bins would all round up the same first bins.
std::vector<int64_t> share(int64_t total, std::span<const int64_t> sizes, std::span<const double> owed = {});

/// How rows are shared among classes.
struct Shares {
  enum How {
    by_size,  ///< in proportion, as share() does
    equal     ///< as many of each; what a class cannot hold goes to the others
  };
  // NOLINTNEXTLINE(google-explicit-constructor): Shares::equal is one
  Shares(How way = by_size, int64_t fewest = 0) : how(way), least(fewest) {}

  How how = by_size;
  int64_t least = 0;  ///< each class keeps as many, or all it has, before the rest is shared among the others
};

/// share() in one of these ways. `ties`: one number for each part, of which the smaller gets the
/// odd row where parts have the same claim to it; empty = the smaller index does. REQUIRES: as
/// there. Throws InputError where `total` is less than `shares.least` of every part take.
std::vector<int64_t> share(int64_t total, std::span<const int64_t> sizes, Shares shares, std::span<const uint64_t> ties = {});

/// Ties that the seed draws, for the parts of these numbers: labels, or pools.
std::vector<uint64_t> drawn_ties(std::span<const int32_t> numbers, uint64_t seed);

/// Shares `total` among parts in proportion to their weights, no part more than its size. Real
/// quotas first, by water-filling: a part whose proportion would exceed its size gets its size, and
/// the others share the rest in proportion, until none overflows. Then as share() does: each gets
/// the whole part of its quota, and those with the largest remainders one more each, ties to the
/// smaller index. Parts of weight 0 get what the others cannot hold, in proportion to their sizes.
/// `owed`: as in share(), but added to the remainders: weights differ, so ties are rare, and over
/// many small classes the bins of somewhat smaller weight would otherwise always be rounded down. A
/// part's share over all calls so stays near its quota over all of them. REQUIRES: sizes ≥ 0, 0 ≤
/// total ≤ Σ sizes, a finite weight ≥ 0 each.
std::vector<int64_t> share_weighted(int64_t total, std::span<const double> weights, std::span<const int64_t> sizes,
                                    std::span<const double> owed = {});

/// The real quotas that share_weighted() rounds: they add up to `total`, but for rounding.
std::vector<double> weighted_quotas(int64_t total, std::span<const double> weights, std::span<const int64_t> sizes);

/// How many of n rows `keep` asks for. With a '.' or a '%' it is a fraction in (0, 1] and the count
/// is round(keep·n); otherwise a count of rows from 1 to n ("2" is two rows, "1.0" is all).
/// InputError for anything else, and for a fraction that rounds to no row.
int64_t keep_count(std::string_view keep, int64_t n);

/// The same where only `usable` of the n rows can be kept: all of them, as a fraction, is `usable`.
int64_t keep_count(std::string_view keep, int64_t n, int64_t usable);

}  // namespace decant
