// Every method by its name, from files to rows: exact counts, the same rows again, and what is said
// of data that do not fit.
#include "decant/pipeline/choosing/choose_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <limits>
#include <set>

#include "decant/base/json.h"
#include "decant/base/random.h"
#include "decant/pipeline/bins.h"
#include "decant/pipeline/choosing/choosing_for_tests.h"
#include "decant/pipeline/run/run_folder.h"
#include "decant/pipeline/sample.h"
#include "decant/select/pools/quota.h"

namespace decant {
namespace {

using testing::HasSubstr;

TEST(ChooseRows, EveryMethodKeepsExactCountsOfEveryClassAndTheSameRowsAgain) {
  const DrawnSet set("exact", {60, 41, 19});
  const Input input = set.stored();
  EXPECT_EQ(plain_methods().size(), 17u);
  for (const std::string& name : plain_methods()) {
    for (const int64_t count : {1, 7, 36, 119, 120}) {
      const ChosenRows chosen = choose(input, set.method(name), count, 5);
      const Subset kept = sample(chosen.selection, {}, count, 5);
      ASSERT_EQ(std::ssize(kept), count) << name;
      EXPECT_EQ(std::set<int64_t>(kept.begin(), kept.end()).size(), kept.size()) << name;
      std::vector<int64_t> sizes(3), counts(3);
      for (const int64_t row : chosen.selection.order) ++sizes[static_cast<size_t>(set.labels[static_cast<size_t>(row)])];
      for (const int64_t row : kept) ++counts[static_cast<size_t>(set.labels[static_cast<size_t>(row)])];
      EXPECT_EQ(counts, share(count, sizes)) << name << " " << count;
      EXPECT_EQ(rows_of(input, set.method(name), count, 5), kept) << name << " " << count;
      EXPECT_NE(chosen.note.find(name.substr(0, 4)), std::string::npos) << chosen.note;
    }
  }
}

/// Rows by falling sum of score and first feature: all that a new method is, is this record.
Method toy_method() {
  return {.name = "toy",
          .features = true,
          .scores = Scores::any,
          .options = {"lambda"},
          .valid_sizes = ValidSizes::any_number,
          .ranker = [](const MethodInputs& inputs, uint64_t) -> Ranker {
            return [inputs](const PoolTask& pool, const Context&) {
              std::vector<double> sums;
              std::vector<float> scratch;
              for (const int64_t row : pool.rows)
                sums.push_back(inputs.scores[static_cast<size_t>(row)] + inputs.options.lambda * inputs.features.row(row, scratch)[0]);
              Ranking ranking{.gains = std::vector<float>(sums.size())};
              for (const int64_t place : falling_order(sums)) ranking.order.push_back(pool.rows[static_cast<size_t>(place)]);
              return ranking;
            };
          }};
}

TEST(ChooseRows, AMethodThatIsAddedIsChosenByItsName) {
  static const Method& toy = add_method(toy_method());
  const DrawnSet set("toy", {30, 20});
  const Input input = set.stored();
  const ChosenRows chosen = choose(input, set.method(toy.name), 10);
  EXPECT_EQ(sample(chosen.selection, {}, 10, 0).size(), 10U);
  EXPECT_THAT(chosen.note, HasSubstr("toy over the given features (6 columns) and"));
  for (size_t i = 0; i + 1 < chosen.selection.order.size(); ++i) {
    const auto value = [&](int64_t row) {
      return set.scores[static_cast<size_t>(row)] + set.values[static_cast<size_t>(row) * DrawnSet::kColumns];
    };
    const int64_t row = chosen.selection.order[i];
    const int64_t next = chosen.selection.order[i + 1];
    if (input.labels[static_cast<size_t>(row)] != input.labels[static_cast<size_t>(next)]) continue;
    EXPECT_GE(value(row), value(next));
  }
  EXPECT_EQ(parse_method("toy+lambda=2+hard-cut=0.1", {}).options.own.lambda, 2);
  expect_says(message_of<UsageError>([&] { parse_method("toy+bins=2", {}); }), {"bins has no effect on toy"});
  expect_says(message_of<UsageError>([&] { parse_method("toi", {}); }), {"did you mean 'toy'?"});
}

TEST(ChooseRows, AnotherSeedChangesWhatItShouldAndNothingElse) {
  const DrawnSet set("seeds", {60, 41, 19});
  const Input input = set.stored();
  const std::set<std::string> by_chance = {"random", "bins",     "bins-weighted", "k-means", "kernel-herding",
                                           "zcore",  "thinning", "ccs",           "probe"};
  for (const std::string& name : plain_methods()) {
    const ChosenRows chosen = choose(input, set.method(name), 30, 1);
    const Subset one = sample(chosen.selection, {}, 30, 1);
    const Subset two = rows_of(input, set.method(name), 30, 2);
    EXPECT_EQ(one != two, by_chance.contains(name)) << name;
    const Subset again = sample(chosen.redraw ? chosen.redraw(2) : chosen.selection, {}, 30, 2);
    EXPECT_EQ(again, two) << name << ": drawn again for the other seed";
  }
}

TEST(ChooseRows, PermutedRowsPermuteTheChoice) {
  DrawnSet set("permuted", {50, 40, 30});
  const Input input = set.stored();
  const std::vector<int64_t> from = Random(2, "permutation").permutation(set.rows());
  DrawnSet other = set;
  other.folder = fresh_folder("permuted too");
  other.reorder(from);
  const Input permuted = other.stored();
  for (const char* name : {"facility-location", "subzerocore", "k-center", "herding", "moderate", "d2", "scores"}) {
    std::vector<int64_t> back;
    for (const int64_t row : rows_of(permuted, other.method(name), 30)) back.push_back(from[static_cast<size_t>(row)]);
    std::ranges::sort(back);
    EXPECT_EQ(back, rows_of(input, set.method(name), 30)) << name;
  }
  const Selection bins = choose(input, set.method("bins"), 30).selection;
  const Selection others = choose(permuted, other.method("bins"), 30).selection;
  for (size_t row = 0; row < from.size(); ++row) EXPECT_EQ(others.bins[row], bins.bins[static_cast<size_t>(from[row])]);
}

TEST(ChooseRows, DuplicatesDoNotDisturbAndAreTakenLast) {
  DrawnSet set("duplicates", {10, 8, 6});
  std::vector<int64_t> five_times;
  for (int64_t i = 0; i < 5 * 24; ++i) five_times.push_back(i % 24);
  set.reorder(five_times);
  const Input input = set.stored();
  for (const std::string& name : plain_methods()) {
    for (const int64_t count : {24, 60, 120}) EXPECT_EQ(std::ssize(rows_of(input, set.method(name), count)), count) << name;
  }
  for (const char* name : {"facility-location", "k-center"}) {
    std::set<int64_t> distinct;
    for (const int64_t row : rows_of(input, set.method(name), 24)) distinct.insert(row % 24);
    EXPECT_EQ(distinct.size(), 24u) << name;
  }
}

TEST(ChooseRows, EqualRowsAndOneColumnAreNoTrouble) {
  DrawnSet set("equal", {20, 10, 3});
  std::ranges::fill(set.values, 0.0F);
  std::ranges::fill(set.scores, 1.0F);
  const Input zero = set.stored();
  for (const std::string& name : plain_methods()) {
    if (find_method(name)->targets) continue;  // targets of zeros are an error
    for (const int64_t count : {1, 16, 33}) EXPECT_EQ(std::ssize(rows_of(zero, set.method(name), count)), count) << name;
  }
}

TEST(ChooseRows, WhatServesSmallerNumbersServesThemAsIfAskedAnew) {
  const DrawnSet set("smaller", {31, 17, 11, 7, 3, 1});
  const Input input = set.stored();
  int tried = 0;
  for (const std::string& name : plain_methods()) {
    const Selection large = choose(input, set.method(name), 40).selection;
    if (!large.ranked || large.serves_from == 40) continue;
    ++tried;
    for (int64_t count = 1; count < 40; ++count)
      EXPECT_EQ(sample(large, {}, count, 0), rows_of(input, set.method(name), count)) << name << count;
  }
  EXPECT_GE(tried, 6);
}

TEST(ChooseRows, ARunIsReadBackAndRefusesWhatItDoesNotServe) {
  const DrawnSet set("served", {60, 41, 19});
  const Input input = set.stored();
  const auto taken = [&](const std::string& run, const std::string& keep) {
    return message_of([&] { sample_run({.run = set.folder / run, .out = set.folder / "rows.npy", .keep = keep, .overwrite = true}, {}); });
  };
  make_bins(set.ordering("alone", set.method("k-means"), "30"), {});
  EXPECT_EQ(taken("alone", "30"), "no error");
  EXPECT_EQ(read_indices(set.folder / "rows.npy"), rows_of(input, set.method("k-means"), 30));
  expect_says(taken("alone", "29"), {(set.folder / "alone").string(), "k-means", "is for 30 rows, not for 29", "Select again", "--keep"});

  make_bins(set.ordering("up to", set.method("facility-location"), "25%"), {});
  EXPECT_EQ(load_run_folder(set.folder / "up to").run.serves->most, 30);
  EXPECT_EQ(taken("up to", "12"), "no error");
  EXPECT_EQ(read_indices(set.folder / "rows.npy"), rows_of(input, set.method("facility-location"), 12));
  expect_says(taken("up to", "31"), {"up to 30 rows, not for 31", "--keep"});

  Heard heard;
  make_bins(set.ordering("all", set.method("k-center")), {.log = &heard});
  EXPECT_EQ(taken("all", "120"), "no error");
  EXPECT_THAT(heard.warnings, testing::Not(HasSubstr("--keep")));
  make_bins(set.ordering("all alone", set.method("k-means")), {.log = &heard});
  expect_says(heard.warnings, {"--method k-means", "without --keep", "valid for all 120 rows"});

  const std::string sound = read_text(set.folder / "up to" / "run.json");
  Json forged = parse_json(sound);
  for (const Json& serves : {Json{0, 30}, Json{31, 30}, Json{1, 121}, Json("all")}) {
    forged["serves"] = serves;
    write_file(set.folder / "up to" / "run.json", json_text(forged));
    expect_says(taken("up to", "12"), {"run.json", "serves"});
  }
}

TEST(ChooseRows, AHardCutSetsTheLargestScoresOfEveryClassAside) {
  const DrawnSet set("cut", {60, 40, 20});
  const Input input = set.stored();
  for (const std::string name : {"random", "bins", "facility-location", "scores"}) {
    ChoosingOptions select = set.method(name);
    select.scores = (set.folder / "s.npy").string();
    select.hard_cut = 0.29;  // · 100 is less than 29
    const ChosenRows chosen = choose(input, select, 30);
    std::vector<float> least_cut(3, 2), most_left(3, -1);
    std::vector<int> cut(3);
    for (size_t row = 0; row < set.labels.size(); ++row) {
      const auto label = static_cast<size_t>(set.labels[row]);
      if (chosen.selection.bins[row] == kNoBin) {
        ++cut[label];
        least_cut[label] = std::min(least_cut[label], set.scores[row]);
      } else {
        most_left[label] = std::max(most_left[label], set.scores[row]);
      }
    }
    EXPECT_THAT(cut, testing::ElementsAre(17, 11, 5)) << name;
    for (size_t label = 0; label < 3; ++label) EXPECT_LT(most_left[label], least_cut[label]) << name;
    EXPECT_THAT(chosen.note, HasSubstr("the hardest 33 rows (29 % of each pool, by the given scores) dropped first"));
  }
  ChoosingOptions most = set.method("scores");
  most.hard_cut = 0.9;
  expect_says(message_of([&] { choose(input, most, 30); }), {"x.npy", "30 rows are to be kept", "--hard-cut 0.9 leaves 12", "Lower"});
  make_bins(set.ordering("left", most), {});
  expect_says(message_of([&] { sample_run({.run = set.folder / "left", .out = set.folder / "rows.npy", .keep = "13"}, {}); }),
              {"13 rows are to be kept", "only 12", "were not dropped"});
}

TEST(ChooseRows, BadFeaturesAreNamedByEveryMethodThatSeesThem) {
  DrawnSet set("not finite", {20, 20, 20});
  for (const float value : {std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::infinity()}) {
    set.values[17 * DrawnSet::kColumns + 2] = value;
    const Input input = set.stored();
    for (const std::string& name : plain_methods()) {
      const std::string said = message_of([&] { choose(input, set.method(name), 10); });
      if (find_method(name)->features) {
        expect_says(said, {"row 17"});
      } else {
        EXPECT_EQ(said, "no error") << name;
      }
    }
  }
}

TEST(ChooseRows, WeightsOfFeaturesBeyondTheirRangeAreRefused) {
  DrawnSet set("huge", {20, 10});
  for (float& value : set.values) value *= 1e30F;
  ChoosingOptions select = set.method("bins-weighted");
  EXPECT_EQ(message_of([&] { choose(set.stored(), select, 10); }), "no error") << "cosines have no scale";
  select.own.function = BinFunction::graph_cut_dot;
  expect_says(message_of([&] { choose(set.stored(), select, 10); }), {"overflows float32", "Scale the features down"});
}

TEST(ChooseRows, BetaTakesNegativeScoresAsIfTheSmallestWereZero) {
  DrawnSet set("negative", {60, 40, 20});
  for (float& score : set.scores) score = std::round(1024 * score) / 1024;  // sums are exact
  const float least = *std::ranges::min_element(set.scores);
  for (float& score : set.scores) score -= least;
  ChoosingOptions select = set.method("scores");
  select.own.rule = "beta";
  const Subset from_zero = rows_of(set.stored(), select, 40);
  for (float& score : set.scores) score -= 16;
  const ChosenRows chosen = choose(set.stored(), select, 40);
  EXPECT_EQ(sample(chosen.selection, {}, 40, 0), from_zero);
  for (size_t row = 0; row < set.scores.size(); ++row) EXPECT_EQ(chosen.selection.gains[row], set.scores[row]);
  for (float& score : set.scores) score += 17;
  EXPECT_NE(rows_of(set.stored(), select, 40), from_zero) << "scores above 0 are taken as they are";
}

TEST(ChooseRows, WhatIsCutByTheNumberServesThatNumberAlone) {
  const DrawnSet set("cut_by_count", {60, 60});
  const Input input = set.stored();
  ChoosingOptions select = set.method("ccs");
  for (const char* rule : {"top", "beta", "strata"}) {
    select.own.rule = rule;
    const Selection selection = choose(input, select, 24).selection;
    EXPECT_EQ(selection.serves_from, 24) << rule;
    EXPECT_EQ(selection.serves_to, 24) << rule;
  }
  select.own.rule = "top";
  select.hard_cut = 0;
  const Selection whole = choose(input, select, 24).selection;
  EXPECT_EQ(whole.order.size(), 120u) << "0 is no cut";
  EXPECT_GE(whole.serves_to, 120);
}

}  // namespace
}  // namespace decant
