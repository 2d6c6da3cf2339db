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
  const ChosenRows chosen = choose(set.stored(), {}, 20);
  EXPECT_EQ(chosen.method.name(), "probe");
  EXPECT_THAT(chosen.note, HasSubstr("chosen because there are labels and 16.7 % are kept"));
  EXPECT_EQ(choose(read_input({.path = set.folder / "x.npy"}, {}), {}, 20).method.name(), "random");
}

TEST(Auto, TakesPoolsForClasses) {
  const DrawnSet set("auto_pools", {60, 60});
  set.stored();
  const Input unlabelled = read_input({.path = set.folder / "x.npy"}, {});
  const ChosenRows named = choose(unlabelled, {.pools = (set.folder / "y.npy").string()}, 20);
  EXPECT_EQ(named.method.name(), "probe");
  EXPECT_THAT(named.note, HasSubstr("chosen because there are pools and 16.7 % are kept"));
  EXPECT_EQ(choose(unlabelled, {.pools = "kmeans:2"}, 20).method.name(), "probe");
  EXPECT_EQ(choose(unlabelled, {.pools = "kmeans:3"}, 20).method.name(), "random") << "40 rows each";
}

TEST(Auto, SaysWhereGainsAreOfShortTrainings) {
  const Known known{.rows = 50000, .classes = 10, .labelled = true, .pictures = true, .networks = true, .threads = 2};
  const auto reason = [](const Known& of, int64_t count) {
    return choose_method(
               parse_method("auto", {}), [&] { return of; }, count)
        .reason;
  };
  EXPECT_EQ(reason(known, 10000), "; chosen because there are labels and 20 % are kept");
  EXPECT_EQ(reason(known, 15000),
            "; chosen because there are labels and 30 % are kept; above 20 % the gain over random rows is small in long trainings");
  Known matrix = known;
  matrix.pictures = false;
  EXPECT_EQ(reason(matrix, 15000), "; chosen because there are labels and 30 % are kept");
}

TEST(Auto, WithoutNetworksTakesWhatTheCallerHas) {
  Known known{.rows = 50000, .classes = 10, .labelled = true, .pictures = true};
  const auto chosen = [&](const ChoosingOptions& select) {
    return choose_method(
               parse_method(select), [&] { return known; }, 5000)
        .name();
  };
  EXPECT_EQ(chosen({}), "random");
  EXPECT_EQ(chosen({.scores = "a record"}), "progress");
  known.own_features = true;
  EXPECT_EQ(chosen({}), "probe");
  known.pictures = false;
  EXPECT_EQ(chosen({.scores = "a record"}), "progress") << "of a matrix, too";
}

TEST(Auto, CoversFewOfTheRecordsWithoutLabels) {
  Known known{.rows = 52'000, .texts = true};
  const auto chosen = [&](int64_t count) {
    return choose_method(
        parse_method("auto", {}), [&] { return known; }, count);
  };
  EXPECT_EQ(chosen(1'560).name(), "facility-location");
  EXPECT_EQ(chosen(1'560).reason, "; chosen because these are records without labels and 3 % are kept");
  EXPECT_EQ(chosen(10'400).name(), "random");
  EXPECT_THAT(chosen(10'400).reason, HasSubstr("above 10 %"));
  EXPECT_EQ(chosen(0).name(), "random") << "all of them";
  known.rows = 52'005;
  EXPECT_EQ(chosen(5'201).name(), "facility-location") << "10 %, rounded";
  EXPECT_EQ(chosen(5'202).name(), "random");
  known.rows = 200'000;
  EXPECT_EQ(chosen(6'000).name(), "k-means");
  known.rows = 20'000'000;
  EXPECT_EQ(chosen(200'000).name(), "random");
  known.rows = 52'000;
  known.texts = false;
  EXPECT_EQ(chosen(1'560).name(), "random") << "of a matrix";
}

TEST(Auto, BlamesWhatIsTooShort) {
  const Known known{.rows = 50000, .classes = 10, .labelled = true, .pictures = true, .networks = true, .threads = 2};
  const auto chosen = [&](const ChoosingOptions& select) {
    return choose_method(
        parse_method(select), [&] { return known; }, 5000);
  };
  EXPECT_EQ(chosen({}).name(), "progress");
  EXPECT_EQ(chosen({.minutes = 1e9}).options.score_epochs, 12);
  EXPECT_THAT(chosen({.minutes = 0.1}).reason, HasSubstr("--minutes 0.1 leaves no time"));
  EXPECT_THAT(chosen({.score_epochs = 4}).reason, HasSubstr("--score-epochs 4 is too few"));
  EXPECT_EQ(chosen({.scores = "a record", .score_epochs = 4}).name(), "progress") << "it is there";
  Known few = known;
  few.rows = 490;
  EXPECT_EQ(choose_method(
                parse_method("auto", {}), [&] { return few; }, 49)
                .name(),
            "random");
}

TEST(Auto, CoversTheClassesOfMasksWhereFewAreKept) {
  Known known{.rows = 367, .pictures = true, .objects = true, .masks = true};
  const auto chosen = [&](int64_t count) {
    return choose_method(
        parse_method("auto", {}), [&] { return known; }, count);
  };
  EXPECT_EQ(chosen(37).name(), "objects");
  EXPECT_EQ(chosen(37).reason, "; chosen because these are masks and 10.1 % are kept");
  EXPECT_EQ(chosen(38).name(), "random");
  EXPECT_EQ(chosen(0).name(), "random");
  EXPECT_EQ(chosen(37).options.own.balance, std::nullopt) << "its own: every class evenly";
  known.masks = false;
  EXPECT_EQ(chosen(92).name(), "objects") << "boxes";
  EXPECT_EQ(chosen(92).options.own.balance, 0);
  EXPECT_EQ(chosen(92).reason, "; chosen because these are boxes and 25.1 % are kept");
  EXPECT_EQ(chosen(93).name(), "random");
  EXPECT_THAT(chosen(93).reason, HasSubstr("above 25 % no method"));
  const MethodSpec even = parse_method("auto+balance=0.5", {});
  EXPECT_EQ(choose_method(
                even, [&] { return known; }, 20)
                .options.own.balance,
            0.5);
}

}  // namespace
}  // namespace decant
