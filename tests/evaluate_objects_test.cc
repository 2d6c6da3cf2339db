// evaluate as a whole on sets with boxes and with masks: which rows it tests on, what it reports,
// and what it refuses. The networks see a few steps.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/json.h"
#include "decant/base/module.h"
#include "decant/base/test_support.h"
#include "decant/formats/open.h"
#include "decant/pipeline/evaluate.h"
#include "decant/pipeline/judging/evidence_table.h"
#include "decant/pipeline/plan_evaluation.h"
#include "decant/pipeline/run/scene_sets_for_tests.h"

#include "tests/drawn_sets.h"

namespace decant {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

EvaluateOptions briefly(const fs::path& set, const std::string& against) {
  EvaluateOptions options{.full = set.string(), .against = against, .keep = "50%"};
  options.seeds = 2;
  options.judge.given = {{"steps", "3"}, {"batch", "2"}, {"image-size", "64"}};
  options.features.cache = fresh_folder("cache");
  return options;
}

std::vector<std::string> sets_of(const Evidence& evidence) {
  std::vector<std::string> sets;
  for (const Evidence::Cell& cell : evidence.cells) {
    if (cell.metric == 0) sets.push_back(fmt::format("{} {}", cell.set, cell.rows));
  }
  return sets;
}

class EvaluateScenes : public testing::Test {
 protected:
  void SetUp() override {
    if (!has_module(kNeuralModule)) GTEST_SKIP() << "this build has no networks";
  }
};

TEST_F(EvaluateScenes, OfObjectsTrainsDetectors) {
  EvaluateOptions options = briefly(yolo_set("yolo"), "full,random,objects");
  const Evidence evidence = evaluate_sets(options, {.threads = 2});
  EXPECT_THAT(sets_of(evidence), ElementsAre("full 12", "random 6", "objects 6"));
  EXPECT_EQ(evidence.test_rows, 3);
  EXPECT_THAT(evidence.protocol, HasSubstr("3 steps of batch 2 in a frame of 64 × 48"));
  ASSERT_EQ(evidence.metrics.size(), 4u);
  EXPECT_EQ(evidence.metrics[3].name, "AP50 blue");
  const std::string table = evidence_table(evidence);
  EXPECT_THAT(table, HasSubstr("AP50, % of"));
  EXPECT_THAT(table, HasSubstr("\nblue"));
  EXPECT_EQ(evaluate_sets(options, {.threads = 1}).cost.known, 6) << "nothing is trained twice";
  options.test_split = "both";
  options.against = "random";
  const Evidence both = evaluate_sets(options, {.threads = 2});
  EXPECT_EQ(both.test_rows, 7);
  EXPECT_THAT(both.test, HasSubstr("validation and test split of"));
  const Evidence read = evidence_from_json(to_json(both), "evidence.json");
  EXPECT_EQ(read.metrics, both.metrics);
}

TEST_F(EvaluateScenes, OfMasksTrainsSegmenters) {
  const Evidence evidence = evaluate_sets(briefly(mask_set("camvid"), "full,random"), {.threads = 2});
  EXPECT_THAT(sets_of(evidence), ElementsAre("full 8", "random 4"));
  EXPECT_EQ(evidence.metrics[0].name, "mean IoU");
  EXPECT_EQ(evidence.metrics.size(), 12u) << "and of each of CamVid's classes";
  EXPECT_GT(evidence.cells.front().mean, 0);
}

TEST_F(EvaluateScenes, RefusesWhatDoesNotFit) {
  const auto refusal = [](EvaluateOptions options) { return message_of([&] { evaluate_sets(options, {.threads = 1}); }); };
  const fs::path set = yolo_set("yolo");
  EvaluateOptions options = briefly(set, "random");
  options.test = mask_set("masks").string();
  EXPECT_THAT(refusal(options), HasSubstr("holds no objects, which"));
  options.test = yolo_set("other", "[red, green]").string();
  EXPECT_THAT(refusal(options), HasSubstr("class 1 is 'green' and not 'blue'"));
  options = briefly(set, "random");
  options.protocol = "segmentation";
  EXPECT_THAT(refusal(options), HasSubstr("holds no masks, and --protocol segmentation judges by these"));
  options.protocol = "quick";
  options.judge.given = {};
  EXPECT_THAT(refusal(options), HasSubstr("no classifier can be trained on these"));
  options = briefly(set, "random");
  options.nets = "pyramid";
  EXPECT_THAT(refusal(options), HasSubstr("works on pictures with masks"));
  options = briefly(set, "random");
  options.test_split = "middle";
  EXPECT_THAT(message_of<UsageError>([&] { evaluate_sets(options, {.threads = 1}); }),
              HasSubstr("choose from auto, test, validation, both"));
}

TEST_F(EvaluateScenes, AreMatchedByObjects) {
  EvaluateOptions options = briefly(yolo_set("yolo"), "full,random,objects");
  options.keep.clear();
  options.keep_objects = "50%";
  const Dataset full = open_dataset(options.full, {}, {});
  const int64_t all = full.train().targets()->objects(0).table->size();
  const Evidence evidence = evaluate_sets(options, {.threads = 2});
  EXPECT_EQ(evidence.find("centre", "objects")->budget, (Budget{all / 2, Budget::Unit::objects}));
  EXPECT_EQ(evidence.find("centre", "random")->budget, evidence.find("centre", "objects")->budget);
  EXPECT_TRUE(evidence.find("centre", "objects")->against_random);
  EXPECT_LT(evidence.find("centre", "objects")->rows, 12);
  EXPECT_THAT(evidence_table(evidence), HasSubstr("objects"));
  options.keep = "50%";
  EXPECT_THAT(message_of<UsageError>([&] { evaluate_sets(options, {.threads = 1}); }),
              HasSubstr("--keep-objects, --keep and --bytes all say how much to keep"));
}

// Backbones of a classifier's set, judged by what they are worth to a detector and a segmenter.
TEST_F(EvaluateScenes, ArePlannedByAboutHowManyRowsABudgetHolds) {
  EvaluateOptions options = briefly(yolo_set("yolo"), "full,random");
  options.keep.clear();
  options.keep_objects = "50%";
  const EvaluationPlan plan = plan_evaluation(options, {});
  EXPECT_FALSE(plan.sets[0].about);
  EXPECT_TRUE(plan.sets[1].about);
  EXPECT_THAT(plan_text(plan), AllOf(HasSubstr("full                        12 rows"), HasSubstr("random                 about 5 rows")));
  EXPECT_EQ(to_json(plan)["sets"][1]["about"], true);
  options.keep_objects.clear();
  options.keep = "50%";
  EXPECT_THAT(plan_text(plan_evaluation(options, {})), HasSubstr("random                       6 rows"));
}

TEST_F(EvaluateScenes, AfterAClassifierWasTrained) {
  EvaluateOptions options{.full = testing_sets::cifar_set("cifar", 1, 40).string(), .against = "full,random", .keep = "50%"};
  options.protocol = "transfer";
  options.seeds = 2;
  options.features.cache = fresh_folder("cache");
  options.judge.given = {{"then", yolo_set("boxes").string() + "," + mask_set("masks").string()},
                         {"steps", "2"},
                         {"then-steps", "2"},
                         {"then-image-size", "64"}};
  const Evidence evidence = evaluate_sets(options, {.threads = 2});
  ASSERT_EQ(evidence.metrics.size(), 3u);
  EXPECT_EQ(evidence.metrics[0].name, "AP on boxes");
  EXPECT_EQ(evidence.cells[0].steps, 6);
  EXPECT_EQ(evaluate_sets(options, {.threads = 1}).cost.known, 4) << "nothing is trained twice";
  options.judge.given["then"] = options.full;
  EXPECT_THAT(message_of<Error>([&] { evaluate_sets(options, {.threads = 1}); }), HasSubstr("holds neither objects nor masks"));
  options.judge.given["then"] = yolo_set("boxes").string();
  options.protocol = "auto";
  EXPECT_THAT(message_of<UsageError>([&] { evaluate_sets(options, {.threads = 1}); }), HasSubstr("--then is for --protocol transfer"));
  options.protocol = "transfer";
  options.nets = "quick";
  EXPECT_THAT(message_of<Error>([&] { evaluate_sets(options, {.threads = 1}); }), HasSubstr("backbone"));
}

}  // namespace
}  // namespace decant
