// The rule of --method auto.
#include "decant/pipeline/choosing/automatic.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/pipeline/choosing/choosing_for_tests.h"

namespace decant {
namespace {

using testing::HasSubstr;

TEST(Auto, TakesAProbeForALabelledMatrix) {
  const DrawnSet set("auto", {60, 60});
  const Chosen chosen = choose(set.stored(), {}, 20);
  EXPECT_EQ(chosen.select.method, "probe");
  EXPECT_THAT(chosen.note, HasSubstr("chosen because there are labels and 16.7 % are kept"));
  EXPECT_EQ(choose(read_input({.path = set.folder / "x.npy"}, {}), {}, 20).select.method, "random");
}

TEST(Auto, TakesPoolsForClasses) {
  const DrawnSet set("auto_pools", {60, 60});
  set.stored();
  const Input unlabelled = read_input({.path = set.folder / "x.npy"}, {});
  const Chosen named = choose(unlabelled, {.pools = (set.folder / "y.npy").string()}, 20);
  EXPECT_EQ(named.select.method, "probe");
  EXPECT_THAT(named.note, HasSubstr("chosen because there are pools and 16.7 % are kept"));
  EXPECT_EQ(choose(unlabelled, {.pools = "kmeans:2"}, 20).select.method, "probe");
  EXPECT_EQ(choose(unlabelled, {.pools = "kmeans:3"}, 20).select.method, "random") << "40 rows each";
}

TEST(Auto, SaysWhereGainsAreOfShortTrainings) {
  const Known known{.rows = 50000, .classes = 10, .labelled = true, .pictures = true, .networks = true, .threads = 2};
  const auto reason = [&](int64_t count) { return choose_method(known, {.method = "auto"}, count).reason; };
  EXPECT_EQ(reason(10000), "; chosen because there are labels and 20 % are kept");
  EXPECT_EQ(reason(15000), "; chosen because there are labels and 30 % are kept; gains measured at such ratios are of short trainings");
  Known matrix = known;
  matrix.pictures = false;
  EXPECT_EQ(choose_method(matrix, {.method = "auto"}, 15000).reason, "; chosen because there are labels and 30 % are kept");
}

TEST(Auto, BlamesWhatIsTooShort) {
  const Known known{.rows = 50000, .classes = 10, .labelled = true, .pictures = true, .networks = true, .threads = 2};
  const auto chosen = [&](const SelectOptions& select) { return choose_method(known, select, 5000); };
  EXPECT_EQ(chosen({.method = "auto"}).select.method, "progress");
  EXPECT_EQ(chosen({.method = "auto", .minutes = 1e9}).select.score_epochs, 12);
  EXPECT_THAT(chosen({.method = "auto", .minutes = 0.1}).reason, HasSubstr("--minutes 0.1 is too short"));
  EXPECT_THAT(chosen({.method = "auto", .score_epochs = 4}).reason, HasSubstr("--score-epochs 4 is too few"));
  EXPECT_EQ(chosen({.method = "auto", .scores = "a record", .score_epochs = 4}).select.method, "progress") << "it is there";
  Known few = known;
  few.rows = 490;
  EXPECT_EQ(choose_method(few, {.method = "auto"}, 49).select.method, "random");
}

}  // namespace
}  // namespace decant
