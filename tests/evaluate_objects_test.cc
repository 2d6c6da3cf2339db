// evaluate as a whole on sets with boxes and with masks: which rows it tests on, what it reports,
// and what it refuses. The networks see a few steps.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/file.h"
#include "decant/base/json.h"
#include "decant/base/module.h"
#include "decant/base/test_support.h"
#include "decant/data/scenes_for_tests.h"
#include "decant/formats/image/codec.h"
#include "decant/pipeline/evaluate.h"
#include "decant/pipeline/judging/evidence_table.h"

namespace decant {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

void write_picture(const fs::path& file, ImageView image) {
  std::vector<std::byte> png;
  encode_png(image, png);
  write_file(file, std::string(reinterpret_cast<const char*>(png.data()), png.size()));
}

/// Lines of YOLO labels.
std::string yolo_lines(ObjectRange objects) {
  std::string lines;
  for (int64_t i = objects.begin; i < objects.end; ++i) {
    const Box& box = objects.table->boxes[static_cast<size_t>(i)];
    lines +=
        fmt::format("{} {} {} {} {}\n", objects.table->labels[static_cast<size_t>(i)], (box.x0 + box.x1) / 2 / DrawnScenes::kWidth,
                    (box.y0 + box.y1) / 2 / DrawnScenes::kHeight, box.width() / DrawnScenes::kWidth, box.height() / DrawnScenes::kHeight);
  }
  return lines;
}

/// A YOLO set of 12 pictures to train on, 4 and 3 to test on.
fs::path yolo_set(const std::string& name, const std::string& names = "[red, blue]") {
  const fs::path folder = fresh_folder(name);
  uint64_t seed = 0;
  for (const auto& [split, count] : {std::pair("train", 12), std::pair("valid", 4), std::pair("test", 3)}) {
    const DrawnScenes scenes(count, CountedIn::objects, seed++);
    fs::create_directories(folder / split / "images");
    fs::create_directories(folder / split / "labels");
    Image picture;
    for (int64_t row = 0; row < count; ++row) {
      scenes.decode(row, picture);
      write_picture(folder / split / "images" / fmt::format("{}.png", row), picture.view());
      write_file(folder / split / "labels" / fmt::format("{}.txt", row), yolo_lines(scenes.objects(row)));
    }
  }
  write_file(folder / "data.yaml", "train: train/images\nval: valid/images\ntest: test/images\nnames: " + names + "\n");
  return folder;
}

/// train/, trainannot/, test/ and testannot/ as CamVid's.
fs::path mask_set(const std::string& name) {
  const fs::path folder = fresh_folder(name);
  uint64_t seed = 0;
  for (const auto& [split, count] : {std::pair("train", 8), std::pair("test", 3)}) {
    const DrawnScenes scenes(count, CountedIn::pixels, seed++);
    fs::create_directories(folder / split);
    fs::create_directories(folder / (std::string(split) + "annot"));
    Image picture;
    ClassMask mask;
    for (int64_t row = 0; row < count; ++row) {
      const std::string file = fmt::format("{}.png", row);
      scenes.decode(row, picture);
      write_picture(folder / split / file, picture.view());
      scenes.class_mask(row, mask);
      Image values;
      values.resize({mask.width, mask.height, 1});
      std::ranges::transform(mask.labels, values.pixels.begin(),
                             [](int32_t label) { return static_cast<uint8_t>(label < 0 ? 11 : label); });
      write_picture(folder / (std::string(split) + "annot") / file, values.view());
    }
  }
  return folder;
}

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
  EXPECT_THAT(refusal(options), HasSubstr("works on sets with masks"));
  options = briefly(set, "random");
  options.test_split = "middle";
  EXPECT_THAT(message_of<UsageError>([&] { evaluate_sets(options, {.threads = 1}); }),
              HasSubstr("choose from auto, test, validation, both"));
}

}  // namespace
}  // namespace decant
