// A bin some of whose rows were picked before: windows against scoring everyone, and against the
// same bin picked without a break.
#include <gtest/gtest.h>
#include <numeric>

#include "decant/base/random.h"
#include "decant/select/engine/linear_greedy.h"
#include "decant/select/engine/nested_greedy.h"
#include "decant/select/pools/drawn_for_tests.h"

namespace decant {
namespace {

constexpr int32_t kRows = 700;

std::vector<int32_t> places_to(int32_t count) {
  std::vector<int32_t> places(static_cast<size_t>(count));
  std::iota(places.begin(), places.end(), 0);
  return places;
}

struct PickedOrder {
  std::vector<int32_t> rows;
  std::vector<double> gains;
  bool operator==(const PickedOrder&) const = default;
};

template <class Picker>
PickedOrder going_on(Picker& picker, std::span<const int32_t> picked, int32_t more) {
  PickedOrder order{{picked.begin(), picked.end()}, picker.begin_bin(places_to(kRows), picked)};
  for (int32_t i = 0; i < more; ++i) {
    const BinPick pick = picker.next();
    order.rows.push_back(pick.row);
    order.gains.push_back(pick.gain);
  }
  return order;
}

TEST(GoingOnInABin, EqualsScoringEveryoneAndGoingThrough) {
  const Features features = noise(kRows, 12);
  std::vector<int64_t> numbers(kRows);
  std::iota(numbers.begin(), numbers.end(), int64_t{0});
  for (const BinFunction function : {BinFunction::graph_cut, BinFunction::graph_cut_dot, BinFunction::graph_cut_euclidean,
                                     BinFunction::herding, BinFunction::disparity_sum}) {
    LinearPool pool(features, numbers, linear_form(function, 1), {});
    LinearPicker plain(pool);
    const PickedOrder whole = going_on(plain, {}, 200);
    const NestedOptions windows{.horizon = 8, .may_fall_back = false};
    for (const size_t before : {0, 1, 57, 200}) {
      NestedPicker nested(pool, windows, {});
      EXPECT_EQ(going_on(nested, std::span(whole.rows).first(before), static_cast<int32_t>(200 - before)), whole)
          << name_of(function) << " after " << before;
    }
    for (uint64_t seed = 0; seed < 3; ++seed) {  // rows that the function would not have picked
      const auto drawn = Random(seed, "picked").permutation(kRows);
      const std::vector<int32_t> picked(drawn.begin(), drawn.begin() + 90);
      const PickedOrder expected = going_on(plain, picked, 150);
      NestedPicker nested(pool, windows, {});
      EXPECT_EQ(going_on(nested, picked, 150), expected) << name_of(function);
      NestedPicker as_it_pays(pool, {}, {});
      EXPECT_EQ(going_on(as_it_pays, picked, 150), expected) << name_of(function);
    }
  }
}

}  // namespace
}  // namespace decant
