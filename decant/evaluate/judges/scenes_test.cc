// The judges of detectors and segmenters, with a training made up: what it is given, and by what
// its result is named. train/torch/scenes_test.cc has real ones.
#include "decant/evaluate/judges/scenes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/file.h"
#include "decant/base/test_support.h"
#include "decant/data/scenes_for_tests.h"
#include "decant/data/subset.h"
#include "decant/evaluate/protocol.h"

namespace decant::evaluate {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using GivenOptions = std::map<std::string, std::string>;

struct SeenJob {
  train::SceneOptions options;
  std::vector<int64_t> subset;
  ImageSize frame;
  int classes = 0;
  int64_t tested = 0;
};

const std::vector<std::string> kNames = {"red", "blue"};

std::unique_ptr<Judge> scene_judge_of(const DrawnScenes& rows, const GivenOptions& given, SeenJob* seen = nullptr,
                                      const char* net = "centre") {
  const Tools tools{.numerics = [](const std::string& device) { return "made up on " + device; },
                    .train_scenes =
                        [seen](const train::SceneJob& job, const Context&) {
                          if (seen != nullptr)
                            *seen = {job.options,
                                     {job.subset.begin(), job.subset.end()},
                                     job.table->frame(),
                                     job.classes,
                                     job.test == nullptr ? 0 : std::ssize(job.test->chosen())};
                          return train::SceneResult{.values = {0.1, 0.3, 0.2, 0.4}, .steps = job.options.steps};
                        }};
  auto judge = std::string(net) == "centre" ? make_detection(tools) : make_segmentation(tools);
  OptionTable table;
  judge->declare(table);
  for (const auto& [name, text] : given) table.find(name)->set(text);
  judge->check({});
  const Subset some = Subset::all(rows.size());
  judge->settle({.rows = &rows, .some = some, .trainable = std::ssize(some), .test_rows = 2, .classes = 2, .class_names = kNames}, {});
  return judge;
}

TEST(SceneJudge, TrainsInAFrameOfThePicturesShape) {
  const DrawnScenes rows(6, CountedIn::objects), test(2, CountedIn::objects, 1);
  SeenJob seen;
  const auto judge = scene_judge_of(rows, {{"steps", "7"}, {"image-size", "128"}}, &seen);
  const std::vector<int64_t> subset = {1, 4};
  const Wanted wanted{&rows, Subset{0, 1, 4}};
  judge->prepare({&wanted, 1}, test, {});
  const Result result = judge->judge({.net = "centre+stride=8", .rows = &rows, .subset = subset, .seed = 5, .test = &test}, {});
  EXPECT_THAT(result.values, ElementsAre(0.1, 0.3, 0.2, 0.4));
  EXPECT_EQ(seen.frame, (ImageSize{128, 96, 3}));
  EXPECT_EQ(seen.subset, subset);
  EXPECT_EQ(seen.options.seed, 5u);
  EXPECT_EQ(seen.options.net, "centre+stride=8");
  EXPECT_EQ(seen.options.steps, 7);
  EXPECT_EQ(seen.classes, 2);
  EXPECT_EQ(seen.tested, 2);
  EXPECT_THAT(judge->in_words(), HasSubstr("7 steps of batch 8 in a frame of 128 × 96"));
}

TEST(SceneJudge, MeasuresEveryClass) {
  const DrawnScenes boxes(2, CountedIn::objects), masks(2, CountedIn::pixels);
  const auto names = [](const Judge& judge) {
    std::vector<std::string> all;
    for (const Metric& metric : judge.metrics()) all.push_back(metric.name + "|" + metric.of_class);
    return all;
  };
  EXPECT_THAT(names(*scene_judge_of(boxes, {})), ElementsAre("AP|", "AP50|", "AP50 red|red", "AP50 blue|blue"));
  EXPECT_THAT(names(*scene_judge_of(masks, {}, nullptr, "pyramid")), ElementsAre("mean IoU|", "IoU red|red", "IoU blue|blue"));
  EXPECT_EQ(train::scene_metrics(CountedIn::objects, std::vector<std::string>{"a", "a"})[3].name, "AP50 a (3)") << "no two alike";
}

TEST(SceneJudge, ItsResultIsNamedByAllThatDecidesIt) {
  const std::filesystem::path folder = fresh_folder("weights");
  const auto file = [&](const char* name, const char* content) {
    write_file(folder / name, content);
    return (folder / name).string();
  };
  const DrawnScenes rows(4, CountedIn::objects);
  const auto identity = [&](const GivenOptions& given, const std::string& net = "centre") {
    return scene_judge_of(rows, given)->identity(net);
  };
  const std::string usual = identity({});
  EXPECT_EQ(usual, identity({{"steps", "600"}}));
  EXPECT_NE(usual, identity({}, "centre+stride=8"));
  for (const auto& [name, text] :
       GivenOptions{{"steps", "9"}, {"batch", "4"}, {"image-size", "64"}, {"crop", "8"}, {"no-flip", "true"}, {"clip-norm", "0"}})
    EXPECT_NE(usual, identity({{name, text}})) << name;
  const std::string a = identity({{"backbone", file("a", "one")}});
  EXPECT_NE(usual, a);
  EXPECT_EQ(a, identity({{"backbone", file("b", "one")}})) << "the same weights elsewhere";
  EXPECT_NE(a, identity({{"backbone", file("c", "two")}}));
  EXPECT_EQ(scene_judge_of(rows, {{"device", "cuda"}})->numerics(), "made up on cuda");
}

TEST(SceneJudge, IsTheUsualOneForSuchRows) {
  const DrawnScenes boxes(1, CountedIn::objects), masks(1, CountedIn::pixels);
  EXPECT_EQ(boxes.modality().protocol_for(boxes.taught()), "detection");
  EXPECT_EQ(masks.modality().protocol_for(masks.taught()), "segmentation");
  EXPECT_EQ(modality::pictures.protocol_for(CountedIn::rows), "quick");
  EXPECT_EQ(modality::records.protocol_for(std::nullopt), "instructions");
  EXPECT_EQ(protocol_named("segmentation").net, "pyramid");
}

}  // namespace
}  // namespace decant::evaluate
