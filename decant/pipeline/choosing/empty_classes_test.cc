// Ratios at which a class keeps no row.
#include "decant/pipeline/choosing/empty_classes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <numeric>

#include "decant/base/random.h"
#include "decant/pipeline/bins.h"
#include "decant/pipeline/choosing/choosing_for_tests.h"
#include "decant/pipeline/compress.h"
#include "decant/pipeline/sample.h"
#include "decant/select/pools/quota.h"

namespace decant {
namespace {

using testing::HasSubstr;

TEST(EmptyClasses, EnoughForAllIsTheSmallestNumberFromWhichOnNoneIsEmpty) {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    Random random(seed, "enough");
    std::vector<int64_t> sizes(1 + random.below(6));
    for (int64_t& size : sizes) size = 1 + static_cast<int64_t>(random.below(30));
    const int64_t rows = std::reduce(sizes.begin(), sizes.end());
    int64_t last_empty = 0;
    for (int64_t count = 1; count <= rows; ++count) {
      const auto shares = share(count, sizes);
      if (std::ranges::find(shares, 0) != shares.end()) last_empty = count;
    }
    EXPECT_EQ(enough_for_all(sizes), last_empty + 1);
  }
}

TEST(EmptyClasses, AreSaidByCompressBinsAndSample) {
  const DrawnSet set("empty", {70, 30, 2});
  set.stored();
  const auto warnings = [&](auto run) {
    Heard heard;
    run(Context{.log = &heard});
    return heard.warnings;
  };
  const auto small = [&](const std::string& keep, bool pool = false) {
    return warnings([&](const Context& context) {
      compress({.input = {.path = set.folder / "x.npy", .labels = set.folder / "y.npy"},
                .out = set.folder / "small",
                .keep = keep,
                .select = {.method = "random", .pool = pool},
                .overwrite = true},
               context);
    });
  };
  const int64_t enough = enough_for_all(std::vector<int64_t>{70, 30, 2});
  const std::string expected =
      fmt::format("1 of 3 classes keep no row at this ratio (first: 2); from --keep {} on every class keeps one\n", enough);
  EXPECT_EQ(small("10"), expected);
  EXPECT_EQ(small(std::to_string(enough - 1)), expected);
  EXPECT_EQ(small(std::to_string(enough)), "");
  EXPECT_EQ(small("1"),
            fmt::format("2 of 3 classes keep no row at this ratio (first: 1); from --keep {} on every class keeps one\n", enough));
  EXPECT_THAT(small("1", true), HasSubstr("2 of 3 classes keep no row at this ratio"));
  EXPECT_THAT(small("1", true), HasSubstr("chosen class by class"));
  EXPECT_EQ(warnings([&](const Context& context) { make_bins(set.ordering("bins", {.method = "k-center"}, "10"), context); }), expected);
  EXPECT_EQ(warnings([&](const Context& context) {
              sample_run({.run = set.folder / "bins", .out = set.folder / "rows.npy", .keep = "9"}, context);
            }),
            expected);
}

}  // namespace
}  // namespace decant
