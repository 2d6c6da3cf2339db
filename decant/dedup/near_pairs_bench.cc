// All near pairs of drawn rows, the answer checked before the time counts.
//
//   dedup_bench [N [D [THRESHOLD [THREADS [exact | approximate]]]]]     100000 256 0.95 2 exact
//
// Columns fade as those of features do; every hundredth row is a noisy copy of another one.
// Checked: every pair of the first rows, and of rows spread over all with everyone, against
// measuring them; of the approximate search, how many of these pairs it has.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fmt/format.h>
#include <iterator>
#include <memory>
#include <numeric>
#include <string_view>
#include <vector>

#include "decant/base/random.h"
#include "decant/base/text.h"
#include "decant/dedup/approximate_pairs.h"
#include "decant/dedup/near_pairs.h"
#include "decant/dedup/sketch.h"
#include "decant/kernels/dot.h"

namespace decant {
namespace {

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

Features drawn(int64_t count, int64_t width) {
  auto values = std::make_shared<std::vector<float>>(static_cast<size_t>(count * width));
  const MatrixView<float> rows(values->data(), count, width);
  for (int64_t row = 0; row < count; ++row) {
    Random random(1, "rows", static_cast<uint64_t>(row));
    const bool copy = row >= 100 && row % 100 == 0;
    const double noise = copy ? 0.5 * random.uniform() : 1;
    const int64_t from = copy ? static_cast<int64_t>(random.below(static_cast<uint64_t>(row))) : row;
    for (int64_t k = 0; k < width; ++k) {
      const double fade = 1 / std::sqrt(1 + static_cast<double>(k));
      rows[row][static_cast<size_t>(k)] =
          static_cast<float>((copy ? rows[from][static_cast<size_t>(k)] : 0) + noise * fade * random.normal());
    }
  }
  return {rows, values};
}

std::vector<int64_t> first_rows(int64_t count) {
  std::vector<int64_t> rows(static_cast<size_t>(count));
  std::iota(rows.begin(), rows.end(), int64_t{0});
  return rows;
}

struct Agreement {
  int64_t measured = 0;  ///< pairs of rows spread over all, each with everyone
  int64_t found = 0;     ///< of these
  int64_t wrong = 0;     ///< found, and none
};

Agreement of_spread_rows(const Features& features, const std::vector<NearPair>& pairs, double threshold) {
  const MatrixView<const float> all = features.matrix();
  std::vector<double> squares;
  for (int64_t row = 0; row < all.rows; ++row) squares.push_back(dot(all[row], all[row]));
  Agreement agreement;
  for (int64_t row = 0; row < all.rows; row += std::max<int64_t>(1, all.rows / 400)) {
    std::vector<int64_t> measured, found, both;
    for (int64_t other = 0; other < all.rows; ++other) {
      const double scale = std::sqrt(squares[static_cast<size_t>(row)] * squares[static_cast<size_t>(other)]);
      if (other != row && std::min(1.0, dot(all[row], all[other]) / scale) >= threshold) measured.push_back(other);
    }
    for (const NearPair& pair : pairs) {
      if (pair.row == row) found.push_back(pair.other);
      if (pair.other == row) found.push_back(pair.row);
    }
    std::ranges::sort(found);
    std::ranges::set_intersection(found, measured, std::back_inserter(both));
    agreement.measured += std::ssize(measured);
    agreement.found += std::ssize(both);
    agreement.wrong += std::ssize(found) - std::ssize(both);
  }
  return agreement;
}

int run_approximate(int64_t count, int64_t width, double threshold, int threads) {
  const Features features = drawn(count, width);
  const double begin = now();
  const ApproximatePairs found = approximate_pairs(features, first_rows(count), threshold, 1, {.threads = threads});
  const double seconds = now() - begin;
  const Agreement agreement = of_spread_rows(features, found.pairs, threshold);
  if (agreement.wrong > 0) return std::puts("approximate_pairs: FAILED, it has pairs that are none"), 1;
  fmt::print("{} x {} at {}, approximate: {} pairs in {:.1f} s on {} threads; {} cells a row, recall stated {:.3f}, of {} pairs {} found\n",
             human_count(count), width, threshold, human_count(std::ssize(found.pairs)), seconds, threads, found.cells,
             recall_at(found.recalls, threshold), agreement.measured, agreement.found);
  return 0;
}

int run(int64_t count, int64_t width, double threshold, int threads) {
  const Context context{.threads = threads};
  const Features features = drawn(count, width);
  const std::vector<int64_t> few = first_rows(std::min<int64_t>(count, 10000));
  const double before = now();
  const std::vector<NearPair> plain = near_pairs_plain(features, few, threshold);
  const double plain_seconds = now() - before;
  if (near_pairs(features, few, threshold, context) != plain) return std::puts("near_pairs: FAILED on the first rows"), 1;

  const std::vector<int64_t> rows = first_rows(count);
  const double begin = now();
  const std::vector<NearPair> pairs = near_pairs(features, rows, threshold, context);
  const double seconds = now() - begin;
  const Agreement agreement = of_spread_rows(features, pairs, threshold);
  if (agreement.found != agreement.measured || agreement.wrong > 0) return std::puts("near_pairs: FAILED on rows spread over all"), 1;
  const double times = static_cast<double>(count) / static_cast<double>(few.size());
  fmt::print("{} x {} at {}: {} pairs in {:.1f} s on {} threads (products of {} columns); measuring every pair on one thread: {:.0f} s{}\n",
             human_count(count), width, threshold, human_count(std::ssize(pairs)), seconds, threads,
             Sketch(features, rows, threshold, context).width(), plain_seconds * times * times,
             times > 1 ? ", by the first 10,000 rows" : "");
  return 0;
}

}  // namespace
}  // namespace decant

int main(int argc, char** argv) {
  const int64_t count = argc > 1 ? std::atoll(argv[1]) : 100'000;
  const int64_t width = argc > 2 ? std::atoll(argv[2]) : 256;
  const double threshold = argc > 3 ? std::atof(argv[3]) : 0.95;
  const int threads = argc > 4 ? std::atoi(argv[4]) : 2;
  const bool approximate = argc > 5 && std::string_view(argv[5]) == "approximate";
  return approximate ? decant::run_approximate(count, width, threshold, threads) : decant::run(count, width, threshold, threads);
}
