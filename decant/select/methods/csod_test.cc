// Classes that take turns over features of their objects.
#include "decant/select/methods/csod.h"

#include <algorithm>
#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <limits>
#include <memory>
#include <numeric>

#include "decant/base/matrix.h"
#include "decant/base/random.h"

namespace decant {
namespace {

using testing::ElementsAre;

struct Objected {
  ClassAmounts amounts{.unit = CountedIn::objects};
  std::vector<std::vector<float>> values;

  /// `held`: of each row, class and feature.
  Objected(const std::vector<std::vector<std::pair<int32_t, std::vector<float>>>>& held, size_t classes) {
    amounts.totals.resize(classes);
    for (const auto& row : held) {
      for (const auto& [label, feature] : row) {
        amounts.entries.push_back({label, 1});
        ++amounts.totals[static_cast<size_t>(label)];
        values.push_back(feature);
      }
      amounts.first.push_back(std::ssize(amounts.entries));
    }
  }
  Features features() const {
    const auto owner = std::make_shared<Matrix<float>>(std::ssize(values), std::ssize(values.front()));
    for (int64_t i = 0; i < owner->rows(); ++i) std::ranges::copy(values[static_cast<size_t>(i)], (*owner)[i].begin());
    return {owner->view(), owner};
  }
  std::vector<int64_t> rows() const {
    std::vector<int64_t> all(static_cast<size_t>(amounts.rows()));
    std::iota(all.begin(), all.end(), 0);
    return all;
  }
};

double angle_of(const std::vector<float>& a, const std::vector<float>& b) {
  double ab = 0, aa = 0, bb = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    ab += double{a[i]} * double{b[i]};
    aa += double{a[i]} * double{a[i]};
    bb += double{b[i]} * double{b[i]};
  }
  return aa == 0 || bb == 0 ? 0 : ab / std::sqrt(aa * bb);
}

/// The formula as it stands, pair by pair; of values within rounding, the smaller row.
std::vector<int64_t> plainly(const Objected& set, int64_t count, double lambda) {
  std::vector<int64_t> order;
  const auto is_taken = [&](int64_t row) { return std::ranges::find(order, row) != order.end(); };
  const auto value = [&](int64_t row, int32_t label, const std::vector<float>& own) {
    double all = 0, taken = 0;
    for (int64_t other = 0; other < set.amounts.rows(); ++other) {
      const int64_t first = set.amounts.first[static_cast<size_t>(other)];
      for (size_t k = 0; k < set.amounts.of(other).size(); ++k) {
        if (set.amounts.of(other)[k].label != label) continue;
        const double cosine = angle_of(own, set.values[static_cast<size_t>(first) + k]);
        all += cosine;
        if (is_taken(other)) taken += cosine;
      }
    }
    EXPECT_FALSE(is_taken(row));
    return lambda * all - taken;
  };
  int misses = 0;
  for (int32_t label = 0; std::ssize(order) < count && misses < set.amounts.classes(); label = (label + 1) % set.amounts.classes()) {
    std::vector<std::pair<int64_t, double>> values;
    double most = -std::numeric_limits<double>::infinity();
    for (int64_t row = 0; row < set.amounts.rows(); ++row) {
      const int64_t first = set.amounts.first[static_cast<size_t>(row)];
      for (size_t k = 0; k < set.amounts.of(row).size(); ++k) {
        if (set.amounts.of(row)[k].label != label || is_taken(row)) continue;
        values.emplace_back(row, value(row, label, set.values[static_cast<size_t>(first) + k]));
        most = std::max(most, values.back().second);
      }
    }
    misses = values.empty() ? misses + 1 : 0;
    const auto best = std::ranges::find_if(values, [&](const auto& one) { return one.second >= most - 1e-9; });
    if (best != values.end()) order.push_back(best->first);
  }
  for (int64_t row = 0; std::ssize(order) < count; ++row) {
    if (!is_taken(row)) order.push_back(row);
  }
  return order;
}

TEST(Csod, ClassesTakeTurnsAndAvoidWhatIsTaken) {
  const std::vector<float> up = {0, 1}, right = {1, 0}, between = {1, 1};
  const Objected set({{{0, up}}, {{0, between}}, {{0, right}, {1, up}}, {{0, up}}, {}}, 2);
  const std::vector<int64_t> rows = set.rows();
  const Ranking ranking = csod(set.amounts, set.features(), {.rows = rows, .count = 5}, {}, {});
  EXPECT_THAT(ranking.order, ElementsAre(1, 2, 0, 3, 4)) << "the middle of class 0, the only one of class 1, what is left";
}

TEST(Csod, IsTheFormulaOnRandomSets) {
  Random random(5, "csod", 0);
  for (int set = 0; set < 300; ++set) {
    const auto classes = static_cast<int32_t>(1 + random.below(4));
    std::vector<std::vector<std::pair<int32_t, std::vector<float>>>> held(2 + random.below(20));
    for (auto& row : held) {
      for (int32_t c = 0; c < classes; ++c) {
        if (random.below(2) == 0) continue;
        std::vector<float> feature(11);
        for (float& value : feature) value = static_cast<float>(random.normal());
        row.push_back({c, feature});
      }
    }
    held.front() = {{0, std::vector<float>(11, 1.0F)}};
    const Objected made(held, static_cast<size_t>(classes));
    const std::vector<int64_t> rows = made.rows();
    const auto count = static_cast<int64_t>(1 + random.below(rows.size()));
    const double lambda = random.below(2) == 0 ? 1 : 0.3;
    const Ranking ranking = csod(made.amounts, made.features(), {.rows = rows, .count = count}, {lambda}, {.threads = 2});
    ASSERT_EQ(ranking.order, plainly(made, count, lambda)) << "set " << set;
  }
}

TEST(Csod, GoesOnFromWhatWasChosen) {
  const std::vector<float> up = {0, 1}, right = {1, 0};
  const Objected set({{{0, up}}, {{0, up}}, {{0, up}}, {{0, right}}}, 1);
  const std::vector<int64_t> rows = set.rows(), chosen = {2, 1};
  const Ranking ranking = csod(set.amounts, set.features(), {.rows = rows, .count = 4, .chosen = {chosen, 4}}, {}, {});
  EXPECT_THAT(ranking.order, ElementsAre(2, 1, 0, 3));
  const Ranking far = csod(set.amounts, set.features(), {.rows = rows, .count = 3, .chosen = {chosen, 4}}, {.lambda = 0}, {});
  EXPECT_EQ(far.order[2], 3) << "unlike what is taken, where nothing else counts";
}

}  // namespace
}  // namespace decant
