#include "decant/pipeline/judging/judged_sets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/errors.h"
#include "decant/base/json.h"
#include "decant/base/test_support.h"
#include "decant/data/test_rows.h"
#include "decant/formats/image/codec.h"
#include "decant/formats/npy/npy.h"
#include "decant/pipeline/judging/arms.h"

namespace decant {
namespace {

using testing::ElementsAre;

std::string grey_png(uint8_t value) {
  Image image;
  image.resize({8, 8, 1});
  for (uint8_t& pixel : image.pixels) pixel = value++;
  std::vector<std::byte> png;
  encode_png(image.view(), png);
  return std::string(as_text(png));
}

/// Twelve pictures of two classes, with a test split, and a set of two that were made from them.
struct SyntheticTrial : ScratchFolder {
  explicit SyntheticTrial(const std::string& training, bool tested = true) : ScratchFolder("judged") {
    for (uint8_t i = 0; i < 12; ++i) add(fmt::format("full/train/{}/{}.png", i % 2 == 0 ? "cat" : "dog", i), grey_png(i));
    if (tested) add("full/test/dog/0.png", grey_png(100));
    add_set("syn", training);
  }
  void add_set(const std::string& name, const std::string& training) const {
    add(name + "/data/train/cat/0.png", grey_png(50));
    add(name + "/data/train/dog/0.png", grey_png(60));
    add(name + "/run.json", R"({"bytes_after": 321, "training": )" + training + "}");
  }
  EvaluateOptions options(const std::vector<std::string>& names = {"syn"}) const {
    EvaluateOptions options{.full = (path / "full").string(), .protocol = "distillation"};
    for (const std::string& name : names) options.small.push_back((path / name).string());
    return options;
  }
};

std::vector<std::string> names_of(const std::vector<std::string>& specs, const std::vector<std::string>& taken = {}) {
  std::vector<GivenSet> sets;
  for (const std::string& spec : specs) sets.push_back({.spec = spec});
  name_sets(sets, taken);
  std::vector<std::string> names;
  for (const GivenSet& set : sets) names.push_back(set.name);
  return names;
}

TEST(NameSets, TakeTheLastPartOfThePath) {
  EXPECT_THAT(names_of({"runs/keep-0.1"}), ElementsAre("small"));
  EXPECT_THAT(names_of({"runs/keep-0.1", "runs/keep-0.2/", "rows.npy"}), ElementsAre("keep-0.1", "keep-0.2", "rows"));
  EXPECT_THAT(names_of({"a/set", "b/set", "c/random"}, {"random"}), ElementsAre("a/set", "b/set", "c/random"));
}

TEST(JudgedSets, TakeASyntheticSetAsItIs) {
  const SyntheticTrial trial(R"({"loss": "mse", "soft-labels": "true", "no-flip": "true", "steps": "9"})");
  write_npy<float>(trial.path / "syn/data/labels.npy", std::vector<float>{2, -1, 0, 8}, std::vector<int64_t>{2, 2});
  EvaluateOptions options = trial.options();
  options.judge.given = {{"epochs", "3"}};
  const JudgedSets sets = read_judged_sets(options, {});
  const GivenSet& set = sets.given.front();
  EXPECT_TRUE(set.synthetic);
  EXPECT_EQ(set.name, "small");
  EXPECT_EQ(set.subset, Subset::all(2));
  EXPECT_THAT(set.rows->soft_label(1), ElementsAre(0, 8));
  EXPECT_EQ(set.bytes, 321);
  EXPECT_EQ(set.training, (OptionTexts{{"loss", "mse"}, {"soft-labels", "true"}, {"no-flip", "true"}})) << "epochs were given";
  EXPECT_EQ(sets.training.options, (OptionTexts{{"no-flip", "true"}})) << "of the pictures of all sets";
  EXPECT_EQ(outline_judged_sets(options, {}).counts.given.front().rows, 2);
}

TEST(JudgedSets, NameTheSplitThatTheyAreTestedOn) {
  const ScratchFolder folder("splits");
  for (uint8_t i = 0; i < 8; ++i) folder.add(fmt::format("train/{}/{}.png", i % 2 == 0 ? "cat" : "dog", i), grey_png(i));
  EvaluateOptions options{.full = folder.path.string(), .against = "random", .keep = "2"};
  EXPECT_EQ(read_judged_sets(options, {}).test.name, "rows reserved of " + options.full);
  folder.add("test/9.png", grey_png(9));
  folder.add("val/cat/10.png", grey_png(10));
  EXPECT_EQ(read_judged_sets(options, {}).test.name, "validation split of " + options.full) << "the test split has no labels";
  options.test = options.full;
  EXPECT_EQ(read_judged_sets(options, {}).test.name, "validation split of " + options.full);
}

TEST(JudgedSets, AreAugmentedAsTheSyntheticOnesAgree) {
  const SyntheticTrial trial(R"({"augment": "crop_scale"})");
  trial.add_set("none", R"({"augment": "none"})");
  trial.add_set("other", R"({"augment": "dsa"})");
  const auto asked = [&](const std::vector<std::string>& names) { return read_judged_sets(trial.options(names), {}).training.options; };
  EXPECT_EQ(asked({"syn", "none"}), (OptionTexts{{"augment", "crop_scale"}}));
  EXPECT_TRUE(asked({"syn", "other"}).empty()) << "then each keeps its own to itself";
}

TEST(JudgedSets, HaveOtherDigestsWithOtherSoftLabels) {
  std::vector<std::string> digests;
  for (const float value : {0.F, 1.F}) {
    const SyntheticTrial trial(R"({"soft-labels": "true"})");
    write_npy<float>(trial.path / "syn/data/labels.npy", std::vector<float>{value, 0, 0, 1}, std::vector<int64_t>{2, 2});
    digests.push_back(read_judged_sets(trial.options(), {}).given.front().digest);
  }
  EXPECT_NE(digests[0], digests[1]);
}

TEST(JudgedSets, RefuseWhatASyntheticSetCannotBe) {
  const auto fault = [](const EvaluateOptions& options) { return message_of([&] { read_judged_sets(options, {}); }); };
  const SyntheticTrial untested("{}", /*tested=*/false);
  expect_says(fault(untested.options()), {"syn: was made from all training rows", "Give other test rows with --test"});
  const SyntheticTrial odd(R"({"loss": "mae"})");
  expect_says(fault(odd.options()), {"syn/run.json: training.loss: 'mae' is not known"});
  const SyntheticTrial other("{}");
  other.add("syn/run.json", R"({"input": {"path": "x", "digest": "of another"}})");
  expect_says(fault(other.options()), {"full: is not the data set that this run was made from"});
  const SyntheticTrial two(R"({"no-flip": "true"})");
  two.add_set("other", R"({"no-flip": "false"})");
  expect_says(fault(two.options({"syn", "other"})),
              {"other/run.json: training.no-flip: is not that of", "Give --no-flip on the command line"});
  const SyntheticTrial plain(R"({"loss": "mse"})");
  plain.add_set("other", "{}");
  EXPECT_EQ(read_judged_sets(plain.options({"syn", "other"}), {}).given.size(), 2U) << "each is trained as it asks";
}

TEST(Arms, TakeTheBytesOfAGivenSet) {
  const SyntheticTrial trial("{}");
  EvaluateOptions options = trial.options();
  options.against = "random,random+bytes=same,random+quality=50+bytes=1000";
  const std::vector<ArmOutline> arms = outline_arms(options, outline_judged_sets(options, {}).counts);
  ASSERT_EQ(arms.size(), 4U);
  EXPECT_EQ(arms[0].budget, 0);
  EXPECT_EQ(arms[0].rows, 2);
  EXPECT_EQ(arms[1].budget, 321);
  EXPECT_EQ(arms[2].budget, 1000);
  EXPECT_TRUE(arms[2].spec.changes_pictures());
  options.small.clear();
  options.against = "random+bytes=same";
  expect_says(message_of<UsageError>([&] { outline_arms(options, outline_judged_sets(options, {}).counts); }), {"no set is given"});
}

TEST(Arms, AGivenSetThatFillsABudgetIsComparedUnderIt) {
  RowCounts counts{.all = 100, .usable = 100, .stored_bytes = 100'000};
  for (const int64_t bytes : {991, 989, 1001}) counts.given.push_back({.name = std::to_string(bytes), .rows = 10, .bytes = bytes});
  EvaluateOptions options;
  options.against = "random";
  options.bytes = "1000";
  std::vector<std::pair<std::string, int64_t>> budgets;
  for (const ArmOutline& arm : outline_arms(options, counts)) budgets.emplace_back(arm.name, arm.budget);
  EXPECT_EQ(budgets, (std::vector<std::pair<std::string, int64_t>>{
                         {"random", 1000}, {"random", 989}, {"random", 1001}, {"991", 1000}, {"989", 989}, {"1001", 1001}}))
      << "within a hundredth, and no more than it";
}

TEST(Arms, HoldAsManyRowsOfEachClassWhereTheProtocolSaysSo) {
  const SyntheticTrial trial("{}");
  for (uint8_t i = 20; i < 26; ++i) trial.add(fmt::format("full/train/cat/{}.png", i), grey_png(i));
  const ScratchFolder cache("judged-cache");
  EvaluateOptions options = trial.options();
  options.against = "random,herding,k-means";
  options.keep = "6";
  options.features.cache = cache.path;
  const auto dogs = [&] {  // of the six rows of every arm and seed
    const JudgedSets sets = read_judged_sets(options, {});
    std::vector<int64_t> counts;
    for (const evaluate::Arm& arm : make_arms(sets, options, {}, {})) {
      const Subset rows = arm.subset(1);
      if (rows.size() == 6U) counts.push_back(std::ranges::count_if(rows, [&](int64_t row) { return arm.rows->label(row) == 1; }));
    }
    return counts;
  };
  EXPECT_THAT(dogs(), ElementsAre(3, 3, 3));
  options.protocol = "quick";
  EXPECT_THAT(dogs(), ElementsAre(2, 2, 2)) << "in proportion to twelve and six";
}

TEST(Arms, AreThoseOfTheProtocolUnlessNamed) {
  const SyntheticTrial trial("{}");
  EvaluateOptions options = trial.options();
  const auto names = [&] {
    std::vector<std::string> all;
    for (const ArmOutline& arm : outline_arms(options, outline_judged_sets(options, {}).counts)) all.push_back(arm.name);
    return all;
  };
  EXPECT_THAT(names(), ElementsAre("random", "herding", "k-means", "small"));
  options.protocol = "auto";
  EXPECT_THAT(names(), ElementsAre("full", "random", "small"));
  options.against = "full";
  EXPECT_THAT(names(), ElementsAre("full", "small"));
}

}  // namespace
}  // namespace decant
