// Choosing toward examples: what they are read as, and whose features they get.
#include "decant/pipeline/choosing/target_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>

#include "decant/base/random.h"
#include "decant/formats/npy/npy.h"
#include "decant/pipeline/choosing/choosing_for_tests.h"

namespace decant {
namespace {

using testing::HasSubstr;

/// Records of four topics with words of their own, in turns.
std::string topics(uint64_t records, uint64_t seed, uint64_t only = 4) {
  std::string text;
  for (uint64_t i = 0; i < records; ++i) {
    Random random(seed, "topics", i);
    const uint64_t topic = only < 4 ? only : i % 4;
    std::string words;
    for (int k = 0; k < 12; ++k) words += fmt::format("t{}w{} ", topic, random.below(20));
    text += fmt::format("{{\"instruction\":\"{}\",\"output\":\"{}\"}}\n", words, words);
  }
  return text;
}

class TargetSource : public testing::Test {
 protected:
  TargetSource() : options_{.feature_width = 8, .cache = folder_.path / "cache"} {
    input_ = read_input({.path = folder_.add("set.jsonl", topics(120, 1))}, {});
  }

  FeatureSet targets(const std::string& path) {
    return obtain_targets(path, input_, obtain_features(input_, options_, 0, {}), options_, 0, {});
  }
  ChosenRows toward(const std::string& path, const std::string& method = "auto") {
    const MethodSpec spec = parse_method(ChoosingOptions{.method = method, .toward = path});
    Checkpoint checkpoint(fresh_path("checkpoint"), deciding_options(spec, options_, 0), true, nullptr, {});
    RunLog log("");
    return choose_rows(input_, method_for(spec, input_, options_, 12, {}), options_, 12, 0, checkpoint, log, {});
  }

  const ScratchFolder folder_{"targets"};
  FeatureOptions options_;
  Input input_;
};

TEST_F(TargetSource, ThatAreRowsOfTheSetHaveTheirFeatures) {
  const FeatureSet own = obtain_features(input_, options_, 0, {});
  const FeatureSet again = targets((folder_.path / "set.jsonl").string());
  ASSERT_EQ(again.features.count(), 120);
  std::vector<float> a, b;
  for (int64_t row = 0; row < 120; ++row) EXPECT_TRUE(std::ranges::equal(own.features.row(row, a), again.features.row(row, b))) << row;
  // Whatever else is among the targets: nothing is learnt from them.
  std::string some = topics(3, 1);
  some += "{\"instruction\":\"t9w1 t9w2\",\"output\":\"\"}\n" + topics(40, 7, 2);
  const FeatureSet others = targets(folder_.add("some.jsonl", some));
  EXPECT_EQ(others.features.count(), 44);
  for (int64_t row = 0; row < 3; ++row) EXPECT_TRUE(std::ranges::equal(own.features.row(row, a), others.features.row(row, b))) << row;
  EXPECT_TRUE(targets((folder_.path / "some.jsonl").string()).reused);
}

TEST_F(TargetSource, DrawTheirTopicFromTheSet) {
  const ChosenRows chosen = toward(folder_.add("examples.jsonl", topics(5, 3, 2)));
  EXPECT_THAT(chosen.note, testing::AllOf(HasSubstr("toward 5 targets"), HasSubstr("lsa features"), HasSubstr("--toward gives examples")));
  for (const int64_t row : sample(chosen.selection, {}, 12, 0)) EXPECT_EQ(row % 4, 2);
}

TEST_F(TargetSource, OfAnotherKindAreErrorsThatSayWhatToGive) {
  const DrawnSet vectors("target_vectors", {12, 8});
  const Input stored = vectors.stored();
  const std::string examples = folder_.add("examples.jsonl", topics(5, 3));
  const std::string matrix = (vectors.folder / "x.npy").string();
  expect_says(message_of([&] { targets(matrix); }), {"x.npy", "holds rows", "set.jsonl are records", "Give records"});
  expect_says(message_of([&] { obtain_targets(examples, stored, obtain_features(stored, {}, 0, {}), {}, 0, {}); }),
              {"examples.jsonl", "holds records, and features are needed", "x.npy", "as a .npy"});
  const std::vector<float> narrow(10, 1);
  const int64_t shape[] = {5, 2};
  write_npy<float>(vectors.folder / "narrow.npy", narrow, shape);
  expect_says(
      message_of([&] { obtain_targets((vectors.folder / "narrow.npy").string(), stored, obtain_features(stored, {}, 0, {}), {}, 0, {}); }),
      {"narrow.npy", "has 2 columns", "has 6"});
  const FeatureOptions given{.features = matrix};
  EXPECT_EQ(obtain_targets(matrix, stored, obtain_features(stored, given, 0, {}), given, 0, {}).features.count(), 20);
  expect_says(message_of([&] { obtain_targets(examples, stored, obtain_features(stored, given, 0, {}), given, 0, {}); }),
              {"or omit --features"});
  expect_says(message_of([&] { targets(folder_.add("none.jsonl", "")); }), {"none.jsonl"});
}

TEST_F(TargetSource, AreWhatTheMethodNeeds) {
  const auto said = [](const ChoosingOptions& asked) { return message_of<UsageError>([&] { parse_method(asked); }); };
  expect_says(said({.method = "toward"}), {"--method toward", "--toward PATH"});
  expect_says(said({.method = "toward+diversity=2", .toward = "x"}), {"--diversity", "between 0"});
  expect_says(said({.method = "random+diversity=0.5"}), {"diversity has no effect on random"});
  EXPECT_EQ(parse_method(ChoosingOptions{.method = "toward+toward=x.jsonl"}).options.toward, "x.jsonl");
  const ChosenRows diverse = toward(folder_.add("examples.jsonl", topics(5, 3, 2)), "toward+diversity=0.9");
  std::set<int64_t> seen;
  for (const int64_t row : sample(diverse.selection, {}, 12, 0)) seen.insert(row % 4);
  EXPECT_GT(seen.size(), 1u) << "rows unlike each other are of several topics";
}

}  // namespace
}  // namespace decant
