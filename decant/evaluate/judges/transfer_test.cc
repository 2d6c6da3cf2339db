// The judge of backbones: what is trained from what, and what its numbers follow from.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/file.h"
#include "decant/base/test_support.h"
#include "decant/data/scenes_for_tests.h"
#include "decant/evaluate/evaluation_for_tests.h"
#include "decant/evaluate/judges/list.h"

namespace decant::evaluate {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// Keeps what it was asked, and answers with the number of rows.
struct Trainings {
  std::vector<train::TrainJob> first;
  std::vector<train::SceneOptions> second;
  std::string digest = "squares";

  Tools tools() {
    return {.train =
                [this](const train::TrainJob& job, const Context&) {
                  first.push_back(job);
                  write_file(job.save_weights, "weights");
                  train::TrainResult result;
                  result.value = 0.25;
                  result.steps = job.options.steps;
                  return result;
                },
            .numerics = [](const std::string&) { return "made up"; },
            .train_scenes =
                [this](const train::SceneJob& job, const Context&) {
                  EXPECT_EQ(read_text(job.options.backbone), "weights");
                  second.push_back(job.options);
                  train::SceneResult result{.steps = job.options.steps};
                  if (job.test != nullptr) result.values = {static_cast<double>(job.subset.size()) / 10, 0.9};
                  return result;
                },
            .learnt_by = [](const std::string& net) -> std::optional<CountedIn> {
              if (net.ends_with("linear")) throw InputError({"", "", "no backbone", "Use another"});
              return CountedIn::objects;
            },
            .open_scenes =
                [this](const std::string& path, const Context&) {
                  const CountedIn unit = path == "masks" ? CountedIn::pixels : CountedIn::objects;
                  return SceneSet{path,
                                  std::make_shared<DrawnScenes>(5, unit),
                                  Subset{0, 1, 2, 4},
                                  DrawnScenes::kClasses,
                                  std::make_shared<DrawnScenes>(2, unit, 1),
                                  digest};
                }};
  }
};

std::unique_ptr<Judge> transfer_judge(const Tools& tools, const std::map<std::string, std::string>& given, const TestTrial& trial) {
  auto judge = make_transfer(tools);
  OptionTable table;
  judge->declare(table);
  for (const auto& [name, text] : given) table.find(name)->set(text);
  judge->check({});
  judge->settle(trial.data(), {});
  return judge;
}

TEST(Transfer, TrainsOnFromTheBackboneOfEachSet) {
  Trainings trainings;
  TestTrial trial(3);
  trial.options.nets = {"tiny"};
  trial.options.seeds = 1;
  const auto judge =
      transfer_judge(trainings.tools(), {{"then", "boxes,masks"}, {"steps", "7"}, {"then-steps", "5"}, {"then-crop", "3"}}, trial);
  const Evidence evidence = trial.judged_by(*judge, {.threads = 1});
  ASSERT_EQ(evidence.metrics.size(), 3u);
  EXPECT_EQ(evidence.metrics[0].name, "AP on boxes");
  EXPECT_EQ(evidence.metrics[1].name, "mean IoU on masks");
  EXPECT_EQ(evidence.metrics[2].name, "top-1");
  EXPECT_THAT(evidence.cells[0].values, ElementsAre(0.4)) << "all rows of the other set that can be read";
  EXPECT_EQ(evidence.cells[0].steps, 7 + 2 * 5);
  EXPECT_EQ(evidence.find("tiny", "full", 2)->values[0], 0.25);
  ASSERT_EQ(trainings.second.size(), 6u) << "two for each of three sets";
  const train::SceneOptions& one = trainings.second.front();
  EXPECT_EQ(one.net, "centre+backbone=tiny");
  EXPECT_EQ(trainings.second[1].net, "pyramid+backbone=tiny");
  EXPECT_TRUE(one.tune);
  EXPECT_EQ(one.crop, 3);
  EXPECT_EQ(one.normalise, trainings.first.front().options.normalise) << "a backbone sees pixels as it did before";
  EXPECT_FALSE(std::filesystem::exists(one.backbone)) << "nobody keeps these weights";
}

TEST(Transfer, IsNamedByTheOtherSetAndBothTrainings) {
  Trainings trainings;
  const TestTrial trial(3);
  const auto identity = [&](const std::map<std::string, std::string>& given, const std::string& net = "tiny") {
    return transfer_judge(trainings.tools(), given, trial)->identity(net);
  };
  const std::string usual = identity({{"then", "boxes"}});
  EXPECT_EQ(usual, identity({{"then", "boxes"}}));
  EXPECT_NE(usual, identity({{"then", "boxes"}}, "other"));
  EXPECT_NE(usual, identity({{"then", "boxes"}, {"steps", "7"}}));
  EXPECT_NE(usual, identity({{"then", "boxes"}, {"then-steps", "7"}}));
  EXPECT_NE(usual, identity({{"then", "masks,boxes"}}));
  trainings.digest = "other pictures";
  EXPECT_NE(usual, identity({{"then", "boxes"}}));
}

TEST(Transfer, RefusesWhatCannotBeTrainedOn) {
  Trainings trainings;
  const TestTrial trial(3);
  const auto refusal = [&](const std::map<std::string, std::string>& given, const std::string& net) {
    return message_of<Error>([&] { transfer_judge(trainings.tools(), given, trial)->identity(net); });
  };
  EXPECT_THAT(refusal({}, "tiny"), HasSubstr("needs --then SET"));
  EXPECT_THAT(refusal({{"then", "boxes"}}, "linear"), HasSubstr("no backbone"));
  EXPECT_THAT(refusal({{"then", "boxes,boxes"}}, "tiny"), HasSubstr("--then names 'boxes' twice"));
  EXPECT_THAT(refusal({{"then", "boxes"}, {"then-batch", "0"}}, "tiny"), HasSubstr("batch"));
  EXPECT_THAT(message_of([&] {
                transfer_judge(trainings.tools(), {{"then", "boxes"}}, TestTrial());
              }),
              HasSubstr("these pictures are grey"));
  EXPECT_TRUE(trainings.first.empty());
}

}  // namespace
}  // namespace decant::evaluate
