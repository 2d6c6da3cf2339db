// evaluate as a whole, on matrices: the net linear needs no libtorch and takes milliseconds.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <limits>
#include <map>
#include <set>

#include "decant/base/errors.h"
#include "decant/base/json.h"
#include "decant/base/random.h"
#include "decant/base/test_support.h"
#include "decant/formats/npy/npy.h"
#include "decant/pipeline/compress.h"
#include "decant/pipeline/evaluate.h"
#include "decant/pipeline/judging/arms.h"
#include "decant/pipeline/judging/evidence_table.h"
#include "decant/pipeline/judging/judged_sets.h"
#include "decant/pipeline/plan_evaluation.h"
#include "decant/select/methods/random.h"
#include "decant/select/pools/sampler.h"

#include "tests/drawn_sets.h"

namespace decant {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// x.npy and y.npy of `rows`, and tx.npy and ty.npy to test on: four clouds of six columns.
fs::path matrix_set(const std::string& name, int64_t rows = 200, int64_t test_rows = 60) {
  const fs::path folder = fresh_folder(name);
  const auto write = [&](const std::string& x, const std::string& y, int64_t count, uint64_t stream) {
    Random random(9, "matrix_set", stream);
    std::vector<float> values;
    std::vector<int64_t> labels;
    for (int64_t row = 0; row < count; ++row) {
      labels.push_back(row % 4);
      for (int64_t c = 0; c < 6; ++c) values.push_back(static_cast<float>((c == row % 4 ? 2.0 : 0.0) + random.normal()));
    }
    const int64_t shape[] = {count, 6};
    write_npy<float>(folder / x, values, shape);
    write_npy<int64_t>(folder / y, labels);
  };
  write("x.npy", "y.npy", rows, 0);
  write("tx.npy", "ty.npy", test_rows, 1);
  return folder;
}

EvaluateOptions judging(const fs::path& folder) {
  EvaluateOptions options{.full = (folder / "x.npy").string()};
  options.labels = folder / "y.npy";
  options.test = (folder / "tx.npy").string();
  options.test_labels = folder / "ty.npy";
  options.seeds = 2;
  options.select.own.bins = 3;
  options.features.cache = folder / "cache";
  return options;
}

void write_rows(const fs::path& file, std::vector<int64_t> rows) {
  write_npy<int64_t>(file, rows);
}

TEST(EvaluateSets, ComparesMethodsAndRowsAtSeveralRatios) {
  const fs::path folder = matrix_set("judge");
  EvaluateOptions options = judging(folder);
  options.against = "full,random,bins";
  options.keep = "10%,40";
  write_rows(folder / "rows.npy", {40, 3, 7, 8, 9, 10, 13, 0});
  options.small = {(folder / "rows.npy").string()};
  options.out = folder / "judged.json";
  options.command = "decant evaluate …";
  const Evidence evidence = evaluate_sets(options, {.threads = 2});
  std::vector<std::pair<std::string, int64_t>> sets;
  for (const Evidence::Cell& cell : evidence.cells) sets.emplace_back(cell.set, cell.rows);
  using P = std::pair<std::string, int64_t>;
  EXPECT_THAT(sets, testing::ElementsAre(P{"full", 200}, P{"random", 20}, P{"random", 40}, P{"random", 8}, P{"bins", 20}, P{"bins", 40},
                                         P{"small", 8}));
  EXPECT_EQ(evidence.test_rows, 60);
  EXPECT_GT(evidence.find("linear", "full")->mean, 0.7);
  EXPECT_GT(evidence.find("linear", "full")->mean, evidence.find("linear", "small")->mean);
  EXPECT_TRUE(evidence.find("linear", "small")->against_random);
  EXPECT_NE(evidence.find("linear", "bins")->values[0], -1);
  EXPECT_EQ(evidence.cost.trained, 1 + 3 * 2 + 2 * 2 + 1) << "full and small are the same for every seed";

  const Json document = parse_json(read_text(folder / "judged.json"));
  EXPECT_EQ(document["command"], options.command);
  EXPECT_EQ(document["protocol_name"], "linear");
  EXPECT_THAT(document["date"].get<std::string>(), testing::MatchesRegex("20..-..-..T..:..:..Z"));
  EXPECT_GE(document["machine"]["cores"], 1);
  EXPECT_EQ(document["seeds"], Json::array({0, 1}));
  EXPECT_EQ(document["results"].size(), 7u);
  EXPECT_EQ(document["results"][4]["keep"], 0.1);
  EXPECT_EQ(document["results"][4]["protocol"], "linear");
  EXPECT_TRUE(document["results"][4]["against_random"]["mean"].is_number());
  EXPECT_EQ(document["overhead"]["trained"], 12);
  EXPECT_THAT(evidence_table(evidence), AllOf(HasSubstr("bins"), HasSubstr("20 %"), HasSubstr("linear: logistic regression")));
}

TEST(EvaluateSets, TrainsNothingTwiceUnlessToldTo) {
  const fs::path folder = matrix_set("judge_again");
  EvaluateOptions options = judging(folder);
  options.keep = "20";
  const Evidence first = evaluate_sets(options, {});
  EXPECT_EQ(first.cost.trained, 3);
  options.against = "full,random,bins";  // the baselines are known
  EXPECT_EQ(evaluate_sets(options, {}).cost.trained, 2);
  const Evidence known = evaluate_sets(options, {});
  EXPECT_EQ(known.cost.trained, 0);
  EXPECT_EQ(known.cost.known, 6);
  options.no_cache = true;
  const Evidence anew = evaluate_sets(options, {});
  EXPECT_EQ(anew.cost.known, 0);
  for (size_t c = 0; c < known.cells.size(); ++c) EXPECT_EQ(known.cells[c].values, anew.cells[c].values);
  options.no_cache = false;
  options.judge.given["weight-decay"] = "0.1";
  const Evidence other = evaluate_sets(options, {});
  EXPECT_EQ(other.cost.known, 0);
  EXPECT_EQ(other.cells[0].protocol, "linear (weight-decay 0.1)");
}

TEST(EvaluateSets, PlansWithoutTraining) {
  const fs::path folder = matrix_set("judge_plan");
  EvaluateOptions options = judging(folder);
  options.keep = "20";
  const EvaluationPlan plan = plan_evaluation(options, {.threads = 2});
  ASSERT_EQ(plan.sets.size(), 2u);
  EXPECT_EQ(plan.sets[0].rows, 200);
  EXPECT_EQ(plan.sets[1].rows, 20);
  EXPECT_EQ(plan.sets[1].keep, 0.1);
  EXPECT_EQ(plan.trainings, 4);
  EXPECT_EQ(plan.steps, 0);
  EXPECT_FALSE(plan.seconds);
  EXPECT_THAT(plan_text(plan), AllOf(HasSubstr("random"), HasSubstr("at most 4 trainings on 2 threads: time unknown"),
                                     HasSubstr("not checked: rows that cannot be read")));
  EXPECT_EQ(to_json(plan)["known"], nullptr);
  EXPECT_FALSE(fs::exists(options.features.cache)) << "nothing was timed or kept";
}

/// Class folders of files that are no pictures: whoever decodes one fails.
fs::path unreadable_pictures(const std::string& name) {
  const ScratchFolder folder(name);
  for (const char* split : {"train", "test"}) {
    for (int i = 0; i < 120; ++i) folder.add(fmt::format("{}/{}/{:03}.jpg", split, i % 2 == 0 ? "cat" : "dog", i), "no picture");
  }
  return folder.path;
}

TEST(EvaluateSets, PlansFromHeadersAlone) {
  const fs::path folder = fresh_folder("judge_headers");
  EvaluateOptions options{.full = unreadable_pictures("judge_headers/in").string(), .against = "full,random,bins,auto", .keep = "10%,30"};
  options.features.cache = folder / "cache";
  const EvaluationPlan plan = plan_evaluation(options, {.threads = 2});
  std::vector<std::pair<std::string, int64_t>> sets;
  for (const EvaluationPlan::Set& set : plan.sets) sets.emplace_back(set.name, set.rows);
  EXPECT_THAT(sets, testing::ElementsAre(std::pair("full", 120), std::pair("random", 12), std::pair("random", 30), std::pair("bins", 12),
                                         std::pair("bins", 30), std::pair("auto", 12), std::pair("auto", 30)));
  EXPECT_EQ(plan.sets[3].method, "bins");
  EXPECT_THAT(plan.sets[5].method, testing::AnyOf("random", "progress")) << "the latter where networks can be watched";
  EXPECT_EQ(plan.trainings, 21);
  EXPECT_EQ(plan.steps, 2500);
  EXPECT_EQ(plan.test_rows, 120);
  EXPECT_THAT(plan_text(plan), AllOf(HasSubstr("choosing: about"), HasSubstr("bins"), HasSubstr("at most 21 trainings of 2,500 steps")));
  EXPECT_FALSE(fs::exists(options.features.cache));
  fs::create_directories(options.features.cache / "evidence");
  EXPECT_FALSE(plan_evaluation(options, {}).seconds) << "paces may be kept, and no picture tells which";
  options.against = "full,dul";
  EXPECT_THROW(plan_evaluation(options, {}), UsageError);
}

TEST(EvaluateSets, TestsOnTheSplitThatHasLabels) {
  const ScratchFolder folder("judge_unlabelled_test");
  for (const char* split : {"train", "val"}) {
    for (int i = 0; i < 8; ++i) folder.add(fmt::format("{}/{}/{}.jpg", split, i % 2 == 0 ? "cat" : "dog", i), "no picture");
  }
  for (int i = 0; i < 3; ++i) folder.add(fmt::format("test/{}.jpg", i), "no picture");
  EvaluateOptions options{.full = folder.path.string(), .keep = "4"};
  EXPECT_EQ(plan_evaluation(options, {}).test_rows, 8);
  fs::remove_all(folder.path / "val");
  const EvaluationPlan held_out = plan_evaluation(options, {});
  EXPECT_EQ(held_out.held_out, 2) << "a fifth of eight";
  EXPECT_EQ(held_out.test_rows, 2);
  options.test = folder.path.string();
  EXPECT_THAT(message_of([&] { plan_evaluation(options, {}); }), HasSubstr("has no label"));
}

TEST(EvaluateSets, PlansHeldOutRowsAndGivenSets) {
  const fs::path folder = matrix_set("judge_plan_given");
  EvaluateOptions options = judging(folder);
  options.test.clear();
  options.test_labels.clear();
  write_rows(folder / "some.npy", {1, 2, 3, 5, 8, 13, 21, 34, 55, 89});
  options.small = {(folder / "some.npy").string()};
  const EvaluationPlan plan = plan_evaluation(options, {});
  EXPECT_EQ(plan.held_out, 40);
  EXPECT_EQ(plan.test_rows, 40);
  EXPECT_EQ(plan.sets.front().rows, 160);
  EXPECT_EQ(plan.sets.back().name, "small");
  EXPECT_EQ(plan.sets.back().rows, 8) << "of ten, a fifth is held out";
  options.labels.clear();
  expect_says(message_of([&] { plan_evaluation(options, {}); }), {"has rows without labels", "Give --labels"});
}

TEST(EvaluateSets, RowsHeldOutAreNotThoseThatRandomKeeps) {
  const fs::path folder = matrix_set("judge_stream");
  EvaluateOptions options = judging(folder);
  options.test.clear();
  options.test_labels.clear();
  options.seed = 3;
  options.small = {(folder / "random.npy").string()};
  write_rows(folder / "random.npy", {0});
  const std::vector<int32_t> labels = read_judged_sets(options, {}).full.labels.values();
  write_rows(folder / "random.npy", sample(select_random(200, labels, {}, true, 3), {}, 20, 3).rows());
  const JudgedSets sets = read_judged_sets(options, {});
  EXPECT_EQ(sets.test.held_out.size(), 40u);
  EXPECT_GT(sets.given.front().subset.size(), 10u) << "of 20, about a fifth is held out";
}

TEST(EvaluateSets, ChoosesFromWhatIsNotHeldOut) {
  const fs::path folder = matrix_set("judge_hold");
  EvaluateOptions options = judging(folder);
  options.test.clear();
  options.test_labels.clear();
  options.against = "full,random,bins,scores+rule=beta,scores";
  options.keep = "25%";
  std::vector<float> scores(200);
  for (size_t i = 0; i < scores.size(); ++i) scores[i] = static_cast<float>(i * 37 % 200);
  write_npy<float>(folder / "scores.npy", scores);
  options.select.scores = (folder / "scores.npy").string();
  write_rows(folder / "all.npy", [] {
    std::vector<int64_t> all(200);
    for (size_t i = 0; i < all.size(); ++i) all[i] = static_cast<int64_t>(i);
    return all;
  }());
  options.small = {(folder / "all.npy").string()};
  const JudgedSets sets = read_judged_sets(options, {});
  EXPECT_EQ(sets.test.held_out.size(), 40u);
  EXPECT_EQ(sets.test.rows->size(), 40);
  const auto arms = make_arms(sets, options, {}, {});
  ASSERT_EQ(arms.size(), 7u);
  std::map<std::string, std::set<Subset>> draws;
  for (const evaluate::Arm& arm : arms) {
    const bool all = arm.name == "full" || arm.name == "small";
    for (const uint64_t seed : {0u, 1u}) {
      const Subset rows = arm.subset(seed);
      if (arm.name != "random") {
        EXPECT_EQ(rows.size(), all ? 160u : 40u) << arm.name;
      }
      EXPECT_EQ(rows.without(sets.test.held_out), rows) << arm.name;
      draws[arm.name].insert(rows);
    }
  }
  EXPECT_EQ(draws["full"].size(), 1u);
  EXPECT_EQ(draws["bins"].size(), 2u) << "sampled by chance";
  EXPECT_EQ(draws["scores+rule=beta"].size(), 2u) << "drawn by the rule";
  EXPECT_EQ(draws["scores"].size(), 1u) << "the first by score: no chance in it";
  EXPECT_THAT(evaluate_sets(options, {}).protocol, HasSubstr("40 training rows reserved for testing"));
}

TEST(EvaluateSets, WritesIntoEachRunFolder) {
  const fs::path folder = matrix_set("judge_folders");
  EvaluateOptions options = judging(folder);
  for (const std::string keep : {"30", "60"}) {
    CompressOptions making{.input = {.path = options.full, .labels = options.labels}, .out = folder / ("kept-" + keep), .keep = keep};
    making.select.own.bins = 3;
    compress(making, {});
    options.small.push_back((folder / ("kept-" + keep)).string());
  }
  options.labels.clear();  // the run folder knows them
  const Evidence evidence = evaluate_sets(options, {});
  EXPECT_EQ(evidence.find("linear", "kept-30")->rows, 30);
  const Json own = parse_json(read_text(folder / "kept-60" / "evidence.json"));
  std::vector<std::pair<std::string, int64_t>> sets;
  for (const Json& cell : own["results"]) sets.emplace_back(cell["set"], cell["rows"]);
  using P = std::pair<std::string, int64_t>;
  EXPECT_THAT(sets, testing::ElementsAre(P{"full", 200}, P{"random", 60}, P{"small", 60}));
  EXPECT_FALSE(own["results"][0]["against_random"].is_null());
  EXPECT_THAT(read_text(folder / "kept-30" / "report.html"), Not(HasSubstr("Not measured yet")));
}

TEST(EvaluateSets, SaysWhatIsWrong) {
  const fs::path folder = matrix_set("judge_wrong");
  const auto complaint = [&](auto change) {
    EvaluateOptions options = judging(folder);
    options.keep = "20";
    change(options);
    return message_of<Error>([&] { evaluate_sets(options, {}); });
  };
  const std::string file = (folder / "rows.npy").string();
  const auto rows = [&](std::vector<int64_t> numbers) {
    write_rows(file, std::move(numbers));
    return complaint([&](EvaluateOptions& o) { o.small = {file}; });
  };
  EXPECT_THAT(rows({1, 2, 200}), AllOf(HasSubstr("rows.npy"), HasSubstr("entry 2"), HasSubstr("row 200 does not exist")));
  EXPECT_THAT(rows({4, 9, 4}), HasSubstr("row 4 appears twice"));
  EXPECT_THAT(rows({0, -1}), HasSubstr("rows.npy"));
  EXPECT_THAT(rows({}), HasSubstr("rows.npy"));
  EXPECT_THAT(complaint([&](EvaluateOptions& o) { o.small = {(folder / "y.npy").string()}; }), HasSubstr("appears twice"));
  EXPECT_THAT(complaint([](EvaluateOptions& o) { o.against = "magic"; }), HasSubstr("--against magic"));
  EXPECT_THAT(complaint([](EvaluateOptions& o) { o.keep.clear(), o.against = "bins"; }), HasSubstr("Give --keep, --bytes, or a small set"));
  EXPECT_THAT(complaint([](EvaluateOptions& o) { o.keep = "300"; }), HasSubstr("keep"));
  EXPECT_THAT(complaint([](EvaluateOptions& o) { o.nets = "quick"; }), HasSubstr("Use --nets linear"));
  EXPECT_THAT(complaint([](EvaluateOptions& o) { o.protocol = "paper"; }), HasSubstr("--protocol paper is for pictures, and "));
  EXPECT_THAT(complaint([](EvaluateOptions& o) { o.judge.given["steps"] = "9"; }),
              HasSubstr("--steps has no effect on --nets linear, which is fitted to convergence; only --weight-decay and --seed apply"));
  EXPECT_THAT(complaint([](EvaluateOptions& o) { o.test.clear(); }), HasSubstr("--test-labels needs --test"));
  EXPECT_THAT(complaint([](EvaluateOptions& o) { o.test_labels.clear(); }), HasSubstr("has no label"));
  EXPECT_THAT(complaint([](EvaluateOptions& o) { o.labels.clear(); }), HasSubstr("Give --labels"));
  EXPECT_THAT(complaint([](EvaluateOptions& o) { o.seeds = 0; }), HasSubstr("--seeds"));
  EXPECT_THAT(complaint([&](EvaluateOptions& o) { o.out = folder / "nowhere" / "judged.json"; }), HasSubstr("its folder does not exist"));
  EXPECT_THAT(complaint([](EvaluateOptions& o) { o.against.clear(); }), HasSubstr("nothing to compare"));
  EXPECT_THAT(complaint([](EvaluateOptions& o) { o.test.clear(), o.test_labels.clear(), o.hold_out = NAN; }),
              HasSubstr("--hold-out must lie"));
  EXPECT_THAT(complaint([](EvaluateOptions& o) { o.judge.given = {{"batch", "0"}, {"epochs", "2"}}; }), HasSubstr("batch"));
  EXPECT_THAT(complaint([&](EvaluateOptions& o) { o.small = {folder.string()}; }), HasSubstr("run.json"));

  const int64_t narrow[] = {60, 2};
  write_npy<float>(folder / "narrow.npy", std::vector<float>(120), narrow);
  EXPECT_THAT(complaint([&](EvaluateOptions& o) { o.test = (folder / "narrow.npy").string(); }), HasSubstr("has 2 columns"));
  std::vector<float> values(200 * 6, 1);
  values[6 * 17 + 2] = std::numeric_limits<float>::quiet_NaN();
  const int64_t shape[] = {200, 6};
  write_npy<float>(folder / "nan.npy", values, shape);
  EXPECT_THAT(complaint([&](EvaluateOptions& o) { o.full = (folder / "nan.npy").string(); }),
              AllOf(HasSubstr("nan.npy"), HasSubstr("row 17, column 2"), HasSubstr("holds nan")));
}

/// Class folders of drawn pictures.
fs::path class_folders(const std::string& name, const std::vector<std::string>& classes) {
  const fs::path folder = fresh_folder(name);
  CompressOptions all{.input = {.path = testing_sets::cifar_set(name + "_in", 1, 40, 10).string()},
                      .out = folder / "all",
                      .keep = "100%",
                      .to = "imagefolder"};
  all.select.method = "random";
  compress(all, {});
  const fs::path data = folder / "all" / "data" / "train";
  std::vector<fs::path> made(fs::directory_iterator(data), {});
  std::ranges::sort(made);
  for (size_t i = 0; i < classes.size(); ++i) fs::rename(made[i], folder / classes[i]);
  fs::remove_all(folder / "all");
  return folder;
}

TEST(EvaluateSets, MatchesTestClassesByName) {
  EvaluateOptions options{.full = class_folders("names", {"bird", "cat", "dog"}).string()};
  options.test = class_folders("same_names", {"cat", "dog"}).string();
  const JudgedSets sets = read_judged_sets(options, {});
  EXPECT_EQ(sets.test.rows->label(0), 1) << "cat";
  options.test = class_folders("other_names", {"cat", "dog", "zebra"}).string();
  expect_says(message_of([&] { read_judged_sets(options, {}); }), {"other_names", "is of the class 'zebra', which", "names does not have"});
  options.test = class_folders("unreadable", {"cat"}).string();
  for (const auto& entry : fs::directory_iterator(fs::path(options.test) / "cat")) write_file(entry.path(), "garbage");
  expect_says(message_of([&] { read_judged_sets(options, {}); }), {"unreadable", "none of the 4 test rows can be read"});
}

/// Keeps the warnings.
struct Heard final : LogSink {
  void log(LogLevel level, std::string_view message) override {
    if (level == LogLevel::warning) warnings += std::string(message) + "\n";
  }
  std::string warnings;
};

std::vector<float> floats_in(const fs::path& file) {
  const NpyArray array = open_npy(file);
  std::vector<float> values(array.data.size() / sizeof(float));
  std::memcpy(values.data(), array.data.data(), array.data.size());
  return values;
}

/// Test rows 0 and 3 are training rows 5 and 9, and row 6 is nearly row 13.
fs::path leaking_set(const std::string& name) {
  const fs::path folder = matrix_set(name);
  const std::vector<float> from = floats_in(folder / "x.npy");
  std::vector<float> to = floats_in(folder / "tx.npy");
  for (const auto& [row, source] : std::vector<std::pair<int, int>>{{0, 5}, {3, 9}, {6, 13}})
    std::copy_n(&from[6 * size_t(source)], 6, &to[6 * size_t(row)]);
  to[36] *= 1.01F;
  const int64_t shape[] = {60, 6};
  write_npy<float>(folder / "tx.npy", to, shape);
  return folder;
}

TEST(EvaluateSets, TestsOnRowsWithoutCopiesWhenAsked) {
  const fs::path folder = leaking_set("judge_clean");
  EvaluateOptions options = judging(folder);
  options.keep = "20";
  Heard heard;
  const Evidence whole = evaluate_sets(options, {.log = &heard});
  EXPECT_THAT(heard.warnings, HasSubstr("2 of 60 test rows are equal to a training row, first 0; --clean-test exact"));
  EXPECT_FALSE(to_json(whole).contains("test_rows_left_out"));
  for (const auto& [how, left] : std::vector<std::pair<std::string, int64_t>>{{"exact", 58}, {"content", 58}, {"0.99", 57}}) {
    options.clean_test = how;
    options.out = folder / "clean.json";
    options.overwrite = true;
    heard.warnings.clear();
    const Evidence clean = evaluate_sets(options, {.log = &heard});
    EXPECT_THAT(heard.warnings, Not(HasSubstr("test rows")));
    EXPECT_EQ(clean.test_rows, left) << how;
    EXPECT_EQ(clean.cost.trained, how == "content" ? 0 : 3) << "content leaves the rows of exact; the whole test is another";
    const Json document = parse_json(read_text(folder / "clean.json"));
    EXPECT_EQ(document["test_rows_left_out"], 60 - left);
    EXPECT_THAT(evidence_table(clean),
                HasSubstr(fmt::format("{} of 60 test rows left out, which have a copy in training (--clean-test {})", 60 - left, how)));
    ASSERT_TRUE(clean.find("linear", "random")->against_full) << "all sets are tested on the same rows";
  }
  options.clean_test = "near";
  expect_says(message_of<UsageError>([&] { evaluate_sets(options, {}); }), {"--clean-test", "near"});
  options.clean_test = "exact";
  options.test = options.full;
  options.test_labels = options.labels;
  expect_says(message_of([&] { evaluate_sets(options, {}); }), {"so has every other test row", "--test"});
}

TEST(EvaluateSets, CleansReservedRowsToo) {
  const fs::path folder = leaking_set("judge_clean_held");
  EvaluateOptions options = judging(folder);
  options.full = (folder / "tx.npy").string();  // every row of which is made to stand there twice
  options.labels = folder / "ty.npy";
  options.test.clear();
  options.test_labels.clear();
  std::vector<float> twice = floats_in(folder / "tx.npy");
  twice.insert(twice.end(), twice.begin(), twice.begin() + 360);
  std::vector<int64_t> labels;
  for (int64_t row = 0; row < 120; ++row) labels.push_back(row % 60 % 4);
  const int64_t shape[] = {120, 6};
  write_npy<float>(folder / "tx.npy", twice, shape);
  write_npy<int64_t>(folder / "ty.npy", labels);
  options.clean_test = "exact";
  const JudgedSets sets = read_judged_sets(options, {});
  EXPECT_EQ(sets.test.held_out.size(), 24u) << "none of these is trained on, tested or not";
  EXPECT_EQ(sets.test.rows->size() + *sets.test.left_out, 24);
  EXPECT_LT(sets.test.rows->size(), 24);
  for (int64_t row = 0; row < sets.test.rows->size(); ++row) {
    const int64_t original = std::stoll(sets.test.rows->key(row));
    EXPECT_TRUE(sets.test.held_out.contains((original + 60) % 120)) << "its copy is reserved as well";
  }
}

TEST(EvaluateSets, MentionsOptionsThatNoMethodLooksAt) {
  EvaluateOptions options = judging(matrix_set("judge_idle"));
  options.keep = "20";
  options.against = "full,random,herding,probe";
  options.select.own.rule = "band";
  options.select.own.lambda = 2;
  Heard heard;
  evaluate_sets(options, {.log = &heard});
  EXPECT_THAT(heard.warnings,
              AllOf(HasSubstr("--lambda 2.0 has no effect on any of the sets"), HasSubstr("--bins 3"), Not(HasSubstr("--rule"))));
}

TEST(EvaluateSets, CountsRatiosWithoutTheHeldOutRows) {
  EvaluateOptions options = judging(matrix_set("judge_ratio"));
  options.test.clear();
  options.test_labels.clear();
  options.keep = "20%";  // 32 of 160, and of 200 it would be 16 %, where the published cut is another
  options.against = "ccs,ccs+hard-cut=0.1";
  const JudgedSets sets = read_judged_sets(options, {});
  const auto arms = make_arms(sets, options, {}, {});
  EXPECT_EQ(arms[0].subset(0), arms[1].subset(0));
}

TEST(EvaluateSets, TrainAsASmallSetAsksUnlessToldOtherwise) {
  const fs::path folder = matrix_set("judge_asked");
  CompressOptions small{.input = {.path = (folder / "x.npy").string(), .labels = folder / "y.npy"}, .out = folder / "a", .keep = "40"};
  small.select.method = "random";
  compress(small, {});
  small.out = folder / "b";
  compress(small, {});
  const auto ask = [&](const char* run, const Json& training) {
    Json json = parse_json(read_text(folder / run / "run.json"));
    json["training"] = training;
    write_file(folder / run / "run.json", json_text(json));
  };
  EvaluateOptions options = judging(folder);
  options.against = "random";
  options.small = {(folder / "a").string(), (folder / "b").string()};
  options.out = folder / "judged.json";
  options.overwrite = true;
  EXPECT_THAT(evaluate_sets(options, {}).protocol, testing::StartsWith("linear: "));
  EXPECT_FALSE(parse_json(read_text(options.out)).contains("training"));
  ask("a", {{"weight-decay", "0.5"}});
  EXPECT_THAT(evaluate_sets(options, {}).protocol, testing::StartsWith("linear (weight-decay 0.5): "));
  EXPECT_EQ(parse_json(read_text(options.out))["training"], Json({{"weight-decay", "0.5"}}));
  EXPECT_EQ(plan_evaluation(options, {}).protocol, "linear (weight-decay 0.5)");
  compress({.input = {.path = (folder / "a").string()}, .out = folder / "of a", .keep = "10"}, {});
  EXPECT_EQ(read_run_record(folder / "of a").training, (OptionTexts{{"weight-decay", "0.5"}})) << "a part of it is trained likewise";
  ask("b", {{"weight-decay", "0.25"}});
  EXPECT_THAT(message_of([&] { evaluate_sets(options, {}); }), AllOf(HasSubstr("b/run.json"), HasSubstr("asks for another training than")));
  options.judge.given = {{"weight-decay", "0.1"}};
  EXPECT_THAT(evaluate_sets(options, {}).protocol, testing::StartsWith("linear (weight-decay 0.1): "));
  ask("a", {{"weight-decoy", "0.5"}});
  EXPECT_THAT(message_of([&] { plan_evaluation(options, {}); }),
              AllOf(HasSubstr("a/run.json: training.weight-decoy"), HasSubstr("'weight-decay'?")));
}

TEST(EvaluateSets, SeesPicturesWithNetworksOnly) {
  EvaluateOptions options{.full = testing_sets::cifar_set("judge_pictures", 1, 40).string(), .keep = "10", .nets = "linear"};
  EXPECT_THAT(message_of([&] { evaluate_sets(options, {}); }), HasSubstr("holds pictures, but --nets linear works on vectors"));
}

}  // namespace
}  // namespace decant
