#include "decant/pipeline/train.h"

#include <gtest/gtest.h>

#include "decant/base/file.h"
#include "decant/base/json.h"
#include "decant/base/module.h"
#include "decant/base/test_support.h"

namespace decant {
namespace {

namespace fs = std::filesystem;

/// A run of ten CIFAR records, whose run.json holds `training`.
fs::path run_that_asks(const std::string& name, const std::string& training) {
  const fs::path folder = fresh_folder(name);
  fs::create_directories(folder / "data");
  std::string batch;
  for (char i = 0; i < 10; ++i) batch += static_cast<char>(i % 2) + std::string(3072, static_cast<char>(20 * i));
  write_file(folder / "data" / "data_batch_1.bin", batch);
  write_file(folder / "run.json", R"({"training": )" + training + "}");
  return folder;
}

TEST(TrainNetwork, RefusesATrainingThatIsNonsense) {
  const auto refusal = [](const std::string& training) {
    const fs::path run = run_that_asks("nonsense", training);
    return message_of([&] { train_network({.input = {.path = run.string()}, .out = fresh_path("w.safetensors")}, {}); });
  };
  expect_says(refusal(R"({"stepz": "5"})"), {"run.json: training.stepz", "did you mean 'steps'?"});
  expect_says(refusal(R"({"seed": "5"})"), {"run.json: training.seed", "unknown training option"});
  expect_says(refusal(R"({"batch": "-1"})"), {"run.json: training.batch"});
}

TEST(TrainNetwork, TrainsAsTheSetAsksUnlessToldOtherwise) {
  if (!has_module(kNeuralModule)) GTEST_SKIP() << "this build has no networks";
  const fs::path run = run_that_asks("asks", R"({"steps": "7", "net": "lenet", "batch": "4"})");
  TrainNetworkOptions options{.input = {.path = run.string()}, .out = fresh_path("w.safetensors"), .overwrite = true};
  NetworkTrained done = train_network(options, {.threads = 1});
  EXPECT_EQ(done.result.steps, 7);
  EXPECT_EQ(done.net, "lenet");
  EXPECT_EQ(done.training, (OptionTexts{{"batch", "4"}, {"net", "lenet"}, {"steps", "7"}}));
  OptionTable table;
  options.declare(table);
  table.find("epochs")->set("2");
  table.find("net")->set("quick");
  done = train_network(options, {.threads = 1});
  EXPECT_EQ(done.result.steps, 5) << "two epochs of ten rows, four at a time";
  EXPECT_EQ(done.net, "quick") << "a default that was given wins, too";
  EXPECT_EQ(done.training, (OptionTexts{{"batch", "4"}}));
}

}  // namespace
}  // namespace decant
