#include "decant/pipeline/train.h"

#include <gtest/gtest.h>

#include "decant/base/file.h"
#include "decant/base/json.h"
#include "decant/base/module.h"
#include "decant/base/test_support.h"
#include "decant/formats/image/codec.h"
#include "decant/pipeline/run/scene_sets_for_tests.h"

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
  EXPECT_EQ(done.steps, 7);
  EXPECT_EQ(done.net, "lenet");
  EXPECT_EQ(done.training, (OptionTexts{{"batch", "4"}, {"net", "lenet"}, {"steps", "7"}}));
  OptionTable table;
  options.declare(table);
  table.find("epochs")->set("2");
  table.find("net")->set("quick");
  done = train_network(options, {.threads = 1});
  EXPECT_EQ(done.steps, 5) << "two epochs of ten rows, four at a time";
  EXPECT_EQ(done.net, "quick") << "a default that was given wins, too";
  EXPECT_EQ(done.training, (OptionTexts{{"batch", "4"}}));
}

TEST(TrainNetwork, FillsInPicturesWithoutLabels) {
  if (!has_module(kNeuralModule)) GTEST_SKIP() << "this build has no networks";
  const fs::path folder = fresh_folder("flat");
  Image picture;
  picture.resize({8, 8, 3});
  std::vector<std::byte> png;
  for (const char* name : {"a.png", "b.png", "c.png"}) {
    ++picture.pixels[0];
    encode_png(picture.view(), png);
    write_file(folder / name, std::string(as_text(png)));
  }
  TrainNetworkOptions options{.input = {.path = folder.string()}, .test = folder.string(), .out = fresh_path("w.safetensors")};
  options.training.steps = 3;
  expect_says(message_of([&] { train_network(options, {.threads = 1}); }), {"rows without labels", "--net mae"});
  options.training.net = "mae+width=8+heads=1+depth=1+decoder-width=8+decoder-heads=1+decoder-depth=1";
  const NetworkTrained done = train_network(options, {.threads = 1});
  EXPECT_EQ(done.steps, 3);
  const Json json = to_json(done);
  EXPECT_TRUE(json["psnr"].is_number());
  EXPECT_FALSE(json.contains("accuracy"));
  EXPECT_EQ(json["test_rows"], 3);
}

/// Squares in a YOLO set, or in folders of pictures and masks.
TEST(TrainNetwork, TrainsDetectorsAndSegmentersOnTheirSets) {
  if (!has_module(kNeuralModule)) GTEST_SKIP() << "this build has no networks";
  const auto train = [](const fs::path& set, const std::string& net, const OptionTexts& given) {
    TrainNetworkOptions options{.input = {.path = set.string()}, .out = fresh_path("w.safetensors"), .overwrite = true};
    OptionTable table;
    options.declare(table);
    for (const auto& [name, text] : given) table.find(name)->set(text);
    if (!net.empty()) table.find("net")->set(net);
    return train_network(options, {.threads = 1});
  };
  const OptionTexts brief = {{"steps", "3"}, {"batch", "2"}, {"image-size", "64"}, {"clip-norm", "5"}};
  const fs::path boxes = yolo_set("boxes"), masks = mask_set("masks");
  const NetworkTrained detector = train(boxes, "", brief);
  EXPECT_EQ(detector.net, "centre");
  EXPECT_EQ(detector.steps, 3);
  EXPECT_EQ(detector.test_rows, 3);
  const Json json = to_json(detector);
  EXPECT_TRUE(json["AP"].is_number());
  EXPECT_TRUE(json["of_class"].contains("blue"));
  EXPECT_EQ(train(masks, "", brief).net, "pyramid");
  EXPECT_TRUE(to_json(train(masks, "pyramid+width=16", brief))["mean IoU"].is_number());
  const auto refusal = [&](const fs::path& set, const std::string& net, const OptionTexts& given) {
    return message_of<Error>([&] { train(set, net, given); });
  };
  expect_says(refusal(boxes, "", {{"label-smoothing", "0"}}), {"--label-smoothing has no effect on --net centre"});
  expect_says(refusal(boxes, "pyramid", brief), {"'pyramid' learns masks"});
  expect_says(refusal(boxes, "quick", {{"steps", "3"}}), {"objects"});
  expect_says(refusal(run_that_asks("classes", "{}"), "quick", {{"tune", "true"}}), {"--tune has no effect on --net quick"});
  TrainNetworkOptions other{
      .input = {.path = boxes.string()}, .test = yolo_set("other", "[red, green]").string(), .out = fresh_path("w.safetensors")};
  expect_says(message_of([&] { train_network(other, {.threads = 1}); }), {"other", "class 1 is 'green' and not 'blue'"});
}

}  // namespace
}  // namespace decant
