// Every method by its name, from files to rows: exact counts, the same rows again, and what is said of data and options that do not fit.
#include "decant/pipeline/choose_rows.h"

#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <limits>
#include <map>
#include <numeric>
#include <set>

#include "decant/base/json.h"
#include "decant/base/random.h"
#include "decant/base/test_support.h"
#include "decant/formats/npy/npy.h"
#include "decant/kernels/half.h"
#include "decant/pipeline/automatic.h"
#include "decant/pipeline/bins.h"
#include "decant/pipeline/compress.h"
#include "decant/pipeline/empty_classes.h"
#include "decant/pipeline/method_options.h"
#include "decant/pipeline/pool_source.h"
#include "decant/pipeline/run_folder.h"
#include "decant/pipeline/sample.h"
#include "decant/pipeline/score_source.h"
#include "decant/select/quota.h"
#include "decant/select/sampler.h"

namespace decant {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

/// Keeps what it is told.
struct Heard final : LogSink {
  void log(LogLevel level, std::string_view message) override {
    if (level == LogLevel::warning) warnings += std::string(message) + "\n";
  }
  std::string warnings;
};

/// A matrix, labels and scores, in memory and on disk.
struct DrawnSet {
  static constexpr int64_t kColumns = 6;

  /// Classes of these sizes, each around a middle of its own; labels do not come in blocks.
  DrawnSet(const std::string& name, const std::vector<int64_t>& sizes) : folder(fresh_folder(name)) {
    Random random(11, "choose_rows_test");
    for (size_t label = 0; label < sizes.size(); ++label)
      labels.insert(labels.end(), static_cast<size_t>(sizes[label]), static_cast<int32_t>(label));
    random.shuffle(std::span(labels));
    for (const int32_t label : labels) {
      for (int64_t c = 0; c < kColumns; ++c) values.push_back(static_cast<float>((c == label ? 2 : 0) + 0.4 + random.normal()));
      scores.push_back(static_cast<float>(random.uniform()));
    }
  }

  int64_t rows() const { return std::ssize(labels); }

  /// Row i becomes what row `from[i]` was.
  void reorder(const std::vector<int64_t>& from) {
    const DrawnSet old = *this;
    labels.clear(), values.clear(), scores.clear();
    for (const int64_t row : from) {
      const auto at = static_cast<size_t>(row);
      labels.push_back(old.labels[at]);
      scores.push_back(old.scores[at]);
      values.insert(values.end(), old.values.begin() + row * kColumns, old.values.begin() + (row + 1) * kColumns);
    }
  }

  Input stored() const {
    const int64_t shape[] = {rows(), kColumns};
    write_npy<float>(folder / "x.npy", values, shape);
    write_npy<int32_t>(folder / "y.npy", labels);
    write_npy<float>(folder / "s.npy", scores);
    return read_input({.path = folder / "x.npy", .labels = folder / "y.npy"}, {});
  }

  SelectOptions method(const std::string& name) const {
    SelectOptions select{.method = name, .bins = 3};
    if (method_info(name).scores && name != "probe") select.scores = (folder / "s.npy").string();
    return select;
  }

  BinsOptions ordering(const std::string& out, const SelectOptions& select, const std::string& keep = "") const {
    return {.features = folder / "x.npy", .labels = folder / "y.npy", .out = folder / out, .keep = keep, .select = select};
  }

  fs::path folder;
  std::vector<int32_t> labels;
  std::vector<float> values;
  std::vector<float> scores;
};

Chosen choose(const Input& input, const SelectOptions& select, int64_t count, uint64_t seed = 0, const Context& context = {.threads = 1}) {
  const FeatureOptions features;
  Checkpoint checkpoint(fresh_path("checkpoint"), deciding_options(select, features, seed), true, nullptr, context);
  RunLog log("");
  return choose_rows(input, select, features, count, seed, checkpoint, log, context);
}

Subset rows_of(const Input& input, const SelectOptions& select, int64_t count, uint64_t seed = 0) {
  return sample(choose(input, select, count, seed).selection, {}, count, seed);
}

/// Those that need no proxy when there is a column of scores.
std::vector<std::string> plain_methods() {
  std::vector<std::string> names;
  for (const MethodInfo& info : methods()) {
    if (!is_score_method(info.name)) names.push_back(info.name);
  }
  return names;
}

TEST(ChooseRows, EveryMethodKeepsExactCountsOfEveryClassAndTheSameRowsAgain) {
  const DrawnSet set("exact", {60, 41, 19});
  const Input input = set.stored();
  EXPECT_EQ(plain_methods().size(), 15u);
  for (const std::string& name : plain_methods()) {
    for (const int64_t count : {1, 7, 36, 119, 120}) {
      const Chosen chosen = choose(input, set.method(name), count, 5);
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

TEST(ChooseRows, AnotherSeedChangesWhatItShouldAndNothingElse) {
  const DrawnSet set("seeds", {60, 41, 19});
  const Input input = set.stored();
  const std::set<std::string> by_chance = {"random", "bins", "bins-weighted", "k-means", "zcore", "thinning", "ccs", "probe"};
  for (const std::string& name : plain_methods()) {
    const Chosen chosen = choose(input, set.method(name), 30, 1);
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
    Subset back;
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
    return message_of([&] { resample({.run = set.folder / run, .out = set.folder / "rows.npy", .keep = keep, .overwrite = true}, {}); });
  };
  make_bins(set.ordering("alone", set.method("k-means"), "30"), {});
  EXPECT_EQ(taken("alone", "30"), "no error");
  EXPECT_EQ(read_indices(set.folder / "rows.npy"), rows_of(input, set.method("k-means"), 30));
  expect_says(taken("alone", "29"), {(set.folder / "alone").string(), "k-means", "made for 30 rows, not for 29", "Choose anew", "--keep"});

  make_bins(set.ordering("up to", set.method("facility-location"), "25%"), {});
  EXPECT_EQ(load_run_folder(set.folder / "up to").run["serves"], (Json{1, 30}));
  EXPECT_EQ(taken("up to", "12"), "no error");
  EXPECT_EQ(read_indices(set.folder / "rows.npy"), rows_of(input, set.method("facility-location"), 12));
  expect_says(taken("up to", "31"), {"up to 30 rows, not for 31", "--keep"});

  Heard heard;
  make_bins(set.ordering("all", set.method("k-center")), {.log = &heard});
  EXPECT_EQ(taken("all", "120"), "no error");
  EXPECT_THAT(heard.warnings, testing::Not(HasSubstr("--keep")));
  make_bins(set.ordering("all alone", set.method("k-means")), {.log = &heard});
  expect_says(heard.warnings, {"--method k-means", "without --keep", "all 120 rows alone"});

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
    SelectOptions select = set.method(name);
    select.scores = (set.folder / "s.npy").string();
    select.hard_cut = 0.29;  // · 100 is less than 29
    const Chosen chosen = choose(input, select, 30);
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
    EXPECT_THAT(chosen.note, HasSubstr("the hardest 33 rows (29 % of every pool, by the given scores) set aside first"));
  }
  SelectOptions most = set.method("scores");
  most.hard_cut = 0.9;
  expect_says(message_of([&] { choose(input, most, 30); }), {"x.npy", "30 rows are to be kept", "--hard-cut 0.9 leaves 12", "Lower"});
  make_bins(set.ordering("left", most), {});
  expect_says(message_of([&] { resample({.run = set.folder / "left", .out = set.folder / "rows.npy", .keep = "13"}, {}); }),
              {"13 rows are to be kept", "only 12", "set aside"});
}

TEST(ChooseRows, BadFeaturesAreNamedByEveryMethodThatSeesThem) {
  DrawnSet set("not finite", {20, 20, 20});
  for (const float value : {std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::infinity()}) {
    set.values[17 * DrawnSet::kColumns + 2] = value;
    const Input input = set.stored();
    for (const std::string& name : plain_methods()) {
      const std::string said = message_of([&] { choose(input, set.method(name), 10); });
      if (method_info(name).features) {
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
  SelectOptions select = set.method("bins-weighted");
  EXPECT_EQ(message_of([&] { choose(set.stored(), select, 10); }), "no error") << "cosines have no scale";
  select.function = "graph-cut-dot";
  expect_says(message_of([&] { choose(set.stored(), select, 10); }), {"beyond float32", "Scale the features down"});
}

TEST(ChooseRows, BetaTakesNegativeScoresAsIfTheSmallestWereZero) {
  DrawnSet set("negative", {60, 40, 20});
  for (float& score : set.scores) score = std::round(1024 * score) / 1024;  // sums are exact
  const float least = *std::ranges::min_element(set.scores);
  for (float& score : set.scores) score -= least;
  SelectOptions select = set.method("scores");
  select.rule = "beta";
  const Subset from_zero = rows_of(set.stored(), select, 40);
  for (float& score : set.scores) score -= 16;
  const Chosen chosen = choose(set.stored(), select, 40);
  EXPECT_EQ(sample(chosen.selection, {}, 40, 0), from_zero);
  for (size_t row = 0; row < set.scores.size(); ++row) EXPECT_EQ(chosen.selection.gains[row], set.scores[row]);
  for (float& score : set.scores) score += 17;
  EXPECT_NE(rows_of(set.stored(), select, 40), from_zero) << "scores above 0 are taken as they are";
}

// Scores of the user's.

TEST(ScoreColumns, BadOnesAreRefusedByRow) {
  DrawnSet set("columns", {12, 8});
  const Input input = set.stored();
  const auto said = [&](auto change) {
    std::vector<float> scores = set.scores;
    change(scores);
    write_npy<float>(set.folder / "s.npy", scores);
    return message_of([&] { rows_of(input, set.method("scores"), 4); });
  };
  EXPECT_EQ(said([](std::vector<float>&) {}), "no error");
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()})
    expect_says(said([&](std::vector<float>& s) { s[13] = bad; }), {"s.npy", "row 13", fmt::format("{}", bad), "Give a finite number"});
  expect_says(said([](std::vector<float>& s) { s.pop_back(); }), {"s.npy", "(19,)", "20 rows"});
  expect_says(said([](std::vector<float>& s) { s.push_back(0); }), {"s.npy", "(21,)", "20 rows"});

  const int64_t wide[] = {10, 2};
  write_npy<float>(set.folder / "s.npy", set.scores, wide);
  expect_says(message_of([&] { rows_of(input, set.method("scores"), 4); }), {"s.npy", "(10, 2)", "20 rows", "one value"});
  const double huge[20] = {1e300};
  write_file(set.folder / "s.npy",
             npy_header(ElementType::f64, std::vector<int64_t>{20}) + std::string(as_text(std::as_bytes(std::span(huge)))));
  expect_says(message_of([&] { rows_of(input, set.method("scores"), 4); }), {"s.npy", "row 0", "1e+300", "float32"});
  const std::string sound = read_text(set.folder / "s.npy");
  write_file(set.folder / "s.npy", std::string_view(sound).substr(0, sound.size() - 3));
  expect_says(message_of([&] { rows_of(input, set.method("scores"), 4); }), {"s.npy", "cut short"});
  fs::remove(set.folder / "s.npy");
  expect_says(message_of<Error>([&] { rows_of(input, set.method("scores"), 4); }), {"s.npy"});
}

TEST(ScoreColumns, MayBeIntegersOrAColumnOfAMatrix) {
  DrawnSet set("integers", {12, 8});
  const Input input = set.stored();
  std::vector<int32_t> whole;
  for (size_t row = 0; row < 20; ++row) whole.push_back(static_cast<int32_t>((row * 7) % 20) - 10);
  const int64_t column[] = {20, 1};
  write_npy<int32_t>(set.folder / "s.npy", whole, column);
  SelectOptions select = set.method("scores");
  select.pool = true;
  Subset largest;
  for (int64_t row = 0; row < 20; ++row) {
    if (whole[static_cast<size_t>(row)] >= 5) largest.push_back(row);
  }
  EXPECT_EQ(rows_of(input, select, 5), largest);
}

// Records of training, drawn by hand.

/// Writes a record of `epochs` × rows in which easy rows have high probabilities.
void write_record(const DrawnSet& set, const Input& input, const fs::path& folder, int64_t epochs = 4) {
  fs::create_directories(folder);
  for (const std::string_view name : kDynamicNames) {
    std::vector<uint16_t> halves;
    for (int64_t epoch = 0; epoch < epochs; ++epoch) {
      for (size_t row = 0; row < set.scores.size(); ++row) {
        const float ease = 1 - set.scores[row];
        const float value = name == "probability" ? ease * (0.5F + 0.1F * static_cast<float>(epoch))
                            : name == "margin"    ? ease - 0.3F
                                                  : 1.1F - ease;
        halves.push_back(float_to_half(value));
      }
    }
    const std::vector<int64_t> shape = {epochs, set.rows()};
    write_file(folder / fmt::format("{}.npy", name),
               npy_header(ElementType::f16, shape) + std::string(as_text(std::as_bytes(std::span(halves)))));
  }
  write_file(folder / "dynamics.json", json_text(Json{{"input", input.digest}, {"net", "drawn"}, {"accuracy", {0.5, 0.7}}}));
}

TEST(ScoreRecords, ServeEveryScore) {
  const DrawnSet set("record", {60, 41, 19});
  const Input input = set.stored();
  write_record(set, input, set.folder / "scores");
  int tried = 0;
  for (const MethodInfo& info : methods()) {
    if (!info.scores || info.name == "scores" || info.name == "probe") continue;
    ++tried;
    SelectOptions select{.method = info.name, .scores = (set.folder / "scores").string()};
    for (const std::string rule : {"", "top", "band", "strata", "beta"}) {
      if (info.features && !rule.empty()) continue;
      select.rule = rule;
      for (const int64_t count : {1, 36, 120}) EXPECT_EQ(std::ssize(rows_of(input, select, count)), count) << info.name << " " << rule;
    }
    EXPECT_THAT(choose(input, select, 36).note, HasSubstr("4 epochs of drawn"));
  }
  EXPECT_EQ(tried, 13);
}

TEST(ScoreRecords, BetaByMarginsDrawsNegativeOnesToo) {
  const DrawnSet set("margins", {60, 60});
  const Input input = set.stored();
  write_record(set, input, set.folder / "scores");
  const SelectOptions select{.method = "aum", .scores = (set.folder / "scores").string(), .rule = "beta"};
  const Chosen chosen = choose(input, select, 40);
  int easy = 0;
  for (const int64_t row : sample(chosen.selection, {}, 40, 0)) easy += chosen.selection.gains[static_cast<size_t>(row)] < 0;
  EXPECT_GT(easy, 10) << "rows of positive margin are most of the set, and near the mode";
}

TEST(ScoreRecords, BadFoldersAreRefusedByFile) {
  DrawnSet set("bad record", {30, 20});
  const Input input = set.stored();
  const fs::path folder = set.folder / "scores";
  const auto said = [&](auto damage, const Input& of) {
    fs::remove_all(folder);
    write_record(set, input, folder);
    damage();
    return message_of([&] { choose(of, {.method = "aum", .scores = folder.string()}, 10); });
  };
  const auto write = [&](const char* file, const std::string& text) { return [=, path = folder / file] { write_file(path, text); }; };
  EXPECT_EQ(said([] {}, input), "no error");
  expect_says(said([&] { fs::remove(folder / "dynamics.json"); }, input), {folder.string(), "no dynamics.json", "decant scores"});
  for (const char* text : {"", "{", "[]", "3", R"({"input":1,"net":"x","accuracy":[1]})", R"({"input":"x","net":"x","accuracy":[]})"})
    expect_says(said(write("dynamics.json", text), input), {"dynamics.json"});
  expect_says(said([&] { fs::remove(folder / "entropy.npy"); }, input), {"entropy.npy", "is not there", "decant scores"});
  expect_says(said([&] { fs::resize_file(folder / "margin.npy", fs::file_size(folder / "margin.npy") - 2); }, input),
              {"margin.npy", "cut short"});
  expect_says(said(write("loss.npy", "no array"), input), {"loss.npy", "no .npy"});
  expect_says(said([&] { write_npy<float>(folder / "loss.npy", set.scores); }, input), {"loss.npy", "float16"});

  DrawnSet shorter("shorter", {20, 20});
  expect_says(said([] {}, shorter.stored()), {"probability.npy", "50 rows", "40"});
  DrawnSet other = set;
  other.folder = fresh_folder("other");
  other.labels[3] = 1 - other.labels[3];
  expect_says(said([] {}, other.stored()), {folder.string(), "other rows or labels", "other/x.npy"});

  const auto unseen = [&](float value) {
    std::string text = read_text(folder / "margin.npy");
    const uint16_t half = float_to_half(value);
    std::copy_n(reinterpret_cast<const char*>(&half), 2, text.end() - 2);
    write_file(folder / "margin.npy", text);
  };
  expect_says(said([&] { unseen(std::numeric_limits<float>::quiet_NaN()); }, input), {folder.string(), "row 49"});
  expect_says(said([&] { unseen(std::numeric_limits<float>::infinity()); }, input), {folder.string(), "row 49", "no finite score"});
}

TEST(ScoreRecords, TooShortOnesAreRefusedByTheScoresThatNeedMore) {
  const DrawnSet set("short record", {30, 20});
  const Input input = set.stored();
  write_record(set, input, set.folder / "scores", 1);
  const auto with = [&](const std::string& name) {
    return message_of([&] { choose(input, {.method = name, .scores = (set.folder / "scores").string()}, 10); });
  };
  EXPECT_EQ(with("el2n"), "no error");
  expect_says(with("dual"), {"score dual", "2 epochs", "this one has 1"});
}

TEST(ScoreRecords, AMatrixHasNoneAndAProbeScoresItInstead) {
  const DrawnSet set("no pictures", {30, 20});
  const Input input = set.stored();
  expect_says(message_of([&] { choose(input, {.method = "dual"}, 10); }), {"x.npy", "holds no pictures", "--scores FILE.npy"});
  EXPECT_THAT(choose(input, {.method = "facility-location", .hard_cut = 0.1}, 10).note,
              HasSubstr("the hardest 5 rows (10 % of every pool, by leave-one-out margins of a linear probe"));
  for (const char* method : {"ccs", "d2", "probe"})
    EXPECT_THAT(choose(input, {.method = method}, 10).note, HasSubstr("linear probe")) << method;
  const Input bare = read_input({.path = set.folder / "x.npy"}, {});
  expect_says(message_of([&] { choose(bare, {.method = "probe"}, 10); }), {"x.npy", "needs labels", "--method random"});
}

TEST(Probe, LeavesWrongLabelsOut) {
  DrawnSet set("wrong", {200, 200, 200});
  for (size_t i = 0; i < 600; i += 5) set.labels[i] = (set.labels[i] + 1) % 3;
  const Input input = set.stored();
  const Chosen chosen = choose(input, {.method = "probe"}, 60);
  EXPECT_THAT(chosen.note, HasSubstr("probe by the middle 60 %, leave-one-out margins of a linear probe ("));
  int wrong = 0;
  for (const int64_t row : sample(chosen.selection, {}, 60, 0)) wrong += row % 5 == 0;
  EXPECT_LT(wrong, 6) << "a fifth of all are";
}

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

// Options.

TEST(MethodOf, ReadsOptionsBehindTheName) {
  const SelectOptions base{.lambda = 0.5, .score_epochs = 20};
  const SelectOptions read = method_of("facility-location+hard-cut=0.3+pool", base);
  EXPECT_EQ(read.method, "facility-location");
  EXPECT_EQ(read.hard_cut, 0.3);
  EXPECT_TRUE(read.pool);
  EXPECT_EQ(read.score_epochs, 20);
  EXPECT_EQ(method_of("auto", base).method, "auto");
  EXPECT_EQ(method_of("bins+bins=4+lambda=2", base).lambda, 2);
}

TEST(MethodOf, RefusesWhatIsNoMethodOrOptionAndNamesTheNearest) {
  const auto said = [](const std::string& spec) { return message_of<UsageError>([&] { method_of(spec, {}); }); };
  expect_says(said("facility-locatoin"), {"facility-locatoin", "did you mean facility-location?", "k-center"});
  expect_says(said("dul"), {"did you mean dual?"});
  expect_says(said("magic"), {"magic", "there are auto, random, bins"});
  expect_says(said(""), {"there are"});
  expect_says(said("ccs+hard-cut=0.2+sore-net=x"), {"no option 'sore-net'", "did you mean score-net?"});
  expect_says(said("ccs+"), {"no option ''"});
  expect_says(said("ccs+method=dual"), {"no option 'method'"});
  expect_says(said("ccs+hard-cut=much"), {"hard-cut", "much"});
  expect_says(said("k-means+rule=top"), {"k-means+rule=top", "rule has no effect on k-means"});
  expect_says(said("dual+lambda=2"), {"lambda has no effect on dual"});
  expect_says(said("herding+scores=x.npy"), {"scores has no effect"});
  expect_says(said("el2n+beta-mode=0.5"), {"beta-mode has no effect"});
  for (const char* spec : {"herding+scores=x.npy+hard-cut=0.1", "el2n+rule=beta+beta-mode=0.5", "auto+minutes=3", "bins+pools=kmeans:3"})
    EXPECT_EQ(said(spec), "no error") << spec;
}

TEST(RequireSound, RefusesValuesOutOfRangeBeforeAnythingIsRead) {
  const auto said = [](const SelectOptions& select) {
    return message_of<UsageError>([&] { compress({.input = {.path = "/nothing/there"}, .out = fresh_path("out"), .select = select}, {}); });
  };
  const double nan = std::nan("");
  expect_says(said({.method = "progress", .pools = "kmeans:3", .scores = "a record"}),
              {"--pools kmeans:3 and --scores a record", "leave --scores out"});
  for (const double bad : {-0.1, 1.1, nan}) expect_says(said({.beta_mode = bad}), {"--beta-mode", "between 0", "and 1"});
  for (const double bad : {-2.0, nan, HUGE_VAL}) expect_says(said({.beta_power = bad}), {"--beta-power", "from 0 on"});
  for (const double bad : {-0.1, 1.0, nan}) expect_says(said({.hard_cut = bad}), {"--hard-cut", "less than 1"});
  for (const double bad : {-1.0, nan}) expect_says(said({.minutes = bad}), {"--minutes"});
  for (const int bad : {1, 0, -3}) expect_says(said({.score_epochs = bad}), {"--score-epochs", "2 or more"});
  expect_says(said({.method = "dual", .rule = "bata"}), {"--rule bata", "did you mean beta?"});
  expect_says(said({.method = "dual", .rule = "graph"}), {"--rule graph", "top, band, strata, beta"});
  expect_says(said({.method = "scores"}), {"--scores FILE.npy"});
  expect_says(said({.method = "aum", .scores = "s.npy"}), {"--method aum", "--method scores"});
  expect_says(said({.method = "magic"}), {"magic"});
}

TEST(ChooseRows, WhatIsCutByTheNumberServesThatNumberAlone) {
  const DrawnSet set("cut_by_count", {60, 60});
  const Input input = set.stored();
  SelectOptions select = set.method("ccs");
  for (const char* rule : {"top", "beta", "strata"}) {
    select.rule = rule;
    const Selection selection = choose(input, select, 24).selection;
    EXPECT_EQ(selection.serves_from, 24) << rule;
    EXPECT_EQ(selection.serves_to, 24) << rule;
  }
  select.rule = "top";
  select.hard_cut = 0;
  const Selection whole = choose(input, select, 24).selection;
  EXPECT_EQ(whole.order.size(), 120u) << "0 is no cut";
  EXPECT_GE(whole.serves_to, 120);
}

TEST(PoolsInPlaceOfClasses, AreWhatEveryMethodChoosesBy) {
  const DrawnSet set("pooled", {60, 41, 19});
  const Input labelled = set.stored();
  const Input unlabelled = read_input({.path = set.folder / "x.npy"}, {});
  for (const std::string& name : plain_methods()) {
    SelectOptions pooled = set.method(name);
    pooled.pools = (set.folder / "y.npy").string();
    EXPECT_EQ(rows_of(unlabelled, pooled, 36, 5), rows_of(labelled, set.method(name), 36, 5)) << name;
    expect_says(choose(unlabelled, pooled, 36).note, {"each of 3 pools (of 19 to 60 rows) named by", "y.npy"});
  }
}

TEST(PoolsInPlaceOfClasses, AreWhatAHardCutBeforeBinsGoesBy) {
  const DrawnSet set("pooled_cut", {60, 40});
  Input input = set.stored();
  std::vector<int32_t> numbers(100);
  for (size_t i = 0; i < 100; ++i) numbers[i] = static_cast<int32_t>(i % 5);
  write_npy<int32_t>(set.folder / "p.npy", numbers);
  for (const char* pools : {"p.npy", "kmeans:1"}) {
    const bool file = pools[0] == 'p';
    const SelectOptions select{.method = "bins",
                               .bins = 2,
                               .pools = file ? (set.folder / pools).string() : pools,
                               .scores = (set.folder / "s.npy").string(),
                               .hard_cut = 0.2};
    const Chosen chosen = choose(input, select, 20);
    std::map<int32_t, int> sizes;
    for (const int64_t row : chosen.selection.order) ++sizes[chosen.selection.pools[static_cast<size_t>(row)]];
    EXPECT_EQ(sizes.size(), file ? 5u : 1u);
    for (const auto& [pool, size] : sizes) EXPECT_EQ(size, file ? 16 : 80) << pool;
  }
}

TEST(PoolsInPlaceOfClasses, ByKMeansNeedNoLabels) {
  const DrawnSet set("clustered", {60, 41, 19});
  set.stored();
  const Input unlabelled = read_input({.path = set.folder / "x.npy"}, {});
  for (const char* name : {"random", "probe", "herding"}) {
    const Chosen chosen = choose(unlabelled, {.method = name, .pools = "kmeans:4"}, 36);
    EXPECT_EQ(chosen.selection.pool_count, 4) << name;
    EXPECT_THAT(chosen.note, HasSubstr("made by kmeans:4"));
    EXPECT_EQ(sample(chosen.selection, {}, 36, 0).size(), 36u);
  }
}

TEST(PoolsInPlaceOfClasses, LeaveBadRowsOutAndMakeOnePoolOfRowsWithoutANumber) {
  const DrawnSet set("numbered", {30, 20});
  Input input = set.stored();
  input.bad.push_back({7, "row 7", "torn"});
  std::vector<int32_t> numbers(50, 4);
  for (const int i : {7, 8, 9}) numbers[static_cast<size_t>(i)] = -1;
  write_npy<int32_t>(set.folder / "p.npy", numbers);
  const auto pooled = in_pools(input, {.file = set.folder / "p.npy"}, {}, 0, {});
  EXPECT_EQ(pooled->classes, 2);
  EXPECT_EQ(pooled->labels[6], 0);
  EXPECT_EQ(pooled->labels[7], kNoLabel);
  EXPECT_EQ(pooled->labels[8], 1);
  EXPECT_TRUE(pooled->labelled());
  EXPECT_EQ(pooled->dataset.train().label(9), 1);
  EXPECT_EQ(pooled->dataset.train().key(9), input.dataset.train().key(9));
  EXPECT_NE(pooled->digest, input.digest);
}

TEST(Options, ThatDoNotGoWithTheMethodAreRefusedOrMentioned) {
  const DrawnSet set("together", {30, 20});
  set.stored();
  Heard heard;
  const auto said = [&](const SelectOptions& select) {
    heard.warnings.clear();
    fs::remove_all(set.folder / "out");
    return message_of<UsageError>([&] { make_bins(set.ordering("out", select), {.log = &heard}); });
  };
  for (const char* name : {"random", "bins", "k-center", "moderate"})
    expect_says(said({.method = name, .rule = "top"}), {"--rule top", std::string("--method ") + name});

  EXPECT_EQ(said({.method = "random", .lambda = 0.5, .scores = "nowhere", .score_epochs = 30, .minutes = 2}), "no error");
  expect_says(heard.warnings, {"--lambda 0.5 has no effect on --method random", "--scores nowhere", "--score-epochs 30", "--minutes 2"});
  EXPECT_EQ(said({.method = "auto", .rule = "band", .minutes = 2}), "no error");
  EXPECT_EQ(heard.warnings, "--rule band has no effect on --method random\n");
  EXPECT_EQ(said({.method = "bins", .function = "herding", .bins = 3, .pool = true}), "no error");
  EXPECT_EQ(heard.warnings, "");
}

TEST(Options, GivenByTheNameAloneDecideTheCheckpointToo) {
  const FeatureOptions features;
  EXPECT_EQ(deciding_options({.method = "bins+lambda=2"}, features, 1), deciding_options({.method = "bins", .lambda = 2}, features, 1));
  EXPECT_NE(deciding_options({.method = "bins+lambda=2"}, features, 1), deciding_options({.method = "bins"}, features, 1));
}

// Classes without a row.

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
              resample({.run = set.folder / "bins", .out = set.folder / "rows.npy", .keep = "9"}, context);
            }),
            expected);
}

}  // namespace
}  // namespace decant
