#include "decant/select/coverage_bench.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <fmt/format.h>
#include <map>
#include <numeric>

#include "decant/base/random.h"
#include "decant/base/text.h"
#include "decant/select/methods/class_coverage.h"

namespace decant {
namespace {

/// Class c has a share that falls as 1/(c + 1); a picture holds a few classes, some of them often.
ClassAmounts drawn_amounts(int64_t rows, int64_t objects, int classes, uint64_t seed) {
  std::vector<double> until(static_cast<size_t>(classes));
  for (size_t c = 0; c < until.size(); ++c) until[c] = 1 / (1.0 + static_cast<double>(c));
  std::partial_sum(until.begin(), until.end(), until.begin());
  const double mean = static_cast<double>(objects) / static_cast<double>(rows);
  ClassAmounts amounts;
  amounts.unit = CountedIn::objects;
  amounts.totals.resize(until.size());
  amounts.rows_with.resize(until.size());
  Random random(seed, "bench amounts");
  for (int64_t row = 0; row < rows; ++row) {
    auto left = static_cast<int64_t>(-mean * std::log(1 - random.uniform()));
    std::map<int32_t, int64_t> held;
    while (left > 0) {
      const auto label = static_cast<int32_t>(std::ranges::lower_bound(until, random.uniform() * until.back()) - until.begin());
      const int64_t some = 1 + static_cast<int64_t>(random.below(static_cast<uint64_t>(std::min<int64_t>(left, 4))));
      held[label] += some;
      left -= some;
    }
    for (const auto& [label, count] : held) {
      amounts.entries.push_back({label, count});
      amounts.totals[static_cast<size_t>(label)] += count;
      ++amounts.rows_with[static_cast<size_t>(label)];
    }
    amounts.first.push_back(std::ssize(amounts.entries));
  }
  return amounts;
}

std::vector<int64_t> every_row(const ClassAmounts& amounts) {
  std::vector<int64_t> rows(static_cast<size_t>(amounts.rows()));
  std::iota(rows.begin(), rows.end(), int64_t{0});
  return rows;
}

bool picks_are_plain_greedys() {
  for (uint64_t seed = 0; seed < 1000; ++seed) {
    const ClassAmounts amounts = drawn_amounts(60, 400, 12, seed);
    const std::vector<int64_t> rows = every_row(amounts);
    const PoolTask pool{.rows = rows, .count = 6};
    const ClassCoverageOptions options{.balance = static_cast<double>(seed % 3) / 2};
    if (class_coverage(amounts, pool, options, {}).order != class_coverage_plain(amounts, pool, options).order) return false;
  }
  return true;
}

}  // namespace

int bench_coverage() {
  if (!picks_are_plain_greedys()) {
    std::fputs("the picks are not plain greedy's\n", stderr);
    return 1;
  }
  const ClassAmounts amounts = drawn_amounts(118'287, 860'001, 80, 1);
  const std::vector<int64_t> rows = every_row(amounts);
  const PoolTask pool{.rows = rows, .count = std::ssize(rows) / 10};
  const int64_t objects = std::accumulate(amounts.totals.begin(), amounts.totals.end(), int64_t{0});
  for (const double balance : {1.0, 0.5, 0.0}) {
    const std::clock_t before = std::clock();
    class_coverage(amounts, pool, {.balance = balance}, {});
    const double seconds = static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC;
    std::fputs(fmt::format("{} pictures, {} objects of 80 classes, balance {}: {} picks in {:.2f} s\n", human_count(amounts.rows()),
                           human_count(objects), balance, human_count(pool.count), seconds)
                   .c_str(),
               stdout);
  }
  return 0;
}

}  // namespace decant
