// Mean IoU of folders of masks; COCO's side is tested in metrics/ and formats/coco.
#include "decant/pipeline/measure.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/file.h"
#include "decant/base/json.h"
#include "decant/base/test_support.h"
#include "decant/data/image.h"
#include "decant/formats/image/codec.h"

namespace decant {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

void write_mask(const fs::path& path, int width, const std::vector<uint8_t>& values) {
  Image image;
  image.resize({width, static_cast<int>(values.size()) / width, 1});
  std::ranges::copy(values, image.pixels.begin());
  std::vector<std::byte> png;
  encode_png(image.view(), png);
  fs::create_directories(path.parent_path());
  write_file(path, Bytes(png));
}

/// Two pictures, of which 5 pixels count and 1 is ignored.
MeasureOptions two_masks(const std::string& name) {
  const fs::path folder = fresh_folder(name);
  write_mask(folder / "truth" / "a" / "1.png", 2, {0, 0, 7, 7});
  write_mask(folder / "found" / "a" / "1.png", 2, {0, 7, 7, 7});
  write_mask(folder / "truth" / "2.PNG", 2, {255, 3});
  write_mask(folder / "found" / "2.PNG", 2, {9, 0});
  return {.truth = folder / "truth", .results = folder / "found", .ignore = "255"};
}

TEST(MeasureMasks, IsTheMeanIouOfAllPixels) {
  const SegmentationScores scores = measure_masks(two_masks("masks_measured"), {});
  EXPECT_EQ(scores.pictures, 2);
  EXPECT_EQ(scores.ignored, 1);
  ASSERT_EQ(scores.classes.size(), 4U);
  EXPECT_DOUBLE_EQ(*scores.classes[0].iou, 1.0 / 3) << "of 0: one right, one taken for 7, and a 3 taken for it";
  EXPECT_DOUBLE_EQ(*scores.classes[1].iou, 0) << "of 3";
  EXPECT_DOUBLE_EQ(*scores.classes[2].iou, 2.0 / 3) << "of 7";
  EXPECT_FALSE(scores.classes[3].iou) << "9 is predicted where nothing counts";
  EXPECT_DOUBLE_EQ(scores.mean_iou, 1.0 / 3);
  EXPECT_DOUBLE_EQ(scores.pixel_accuracy, 3.0 / 5);
  EXPECT_THAT(measured_text(scores), HasSubstr("mean IoU  0.3333"));
  EXPECT_EQ(to_json(scores)["classes"][2]["value"], 7);
}

TEST(MeasureMasks, DoNotDependOnThreads) {
  const MeasureOptions options = two_masks("masks_threads");
  EXPECT_EQ(json_text(to_json(measure_masks(options, {.threads = 1}))), json_text(to_json(measure_masks(options, {.threads = 4}))));
}

TEST(MeasureMasks, WhatDoesNotFitIsNamed) {
  MeasureOptions options = two_masks("masks_refused");
  write_mask(options.results / "2.PNG", 1, {9, 0});
  EXPECT_THAT(message_of([&] { measure_masks(options, {}); }), HasSubstr("has 1 x 2 pixels, and the truth 2 x 1"));
  fs::remove(options.results / "2.PNG");
  EXPECT_THAT(message_of([&] { measure_masks(options, {}); }), HasSubstr("is missing"));
  EXPECT_THAT(message_of([&] { measure_masks({.truth = options.results / "a", .results = options.truth / "a", .ignore = "0,7"}, {}); }),
              HasSubstr("ignored pixels alone"));
  EXPECT_THAT(message_of<UsageError>([&] { measure_masks({.truth = options.truth, .results = options.results, .ignore = "x"}, {}); }),
              HasSubstr("no list of values"));
  EXPECT_TRUE(measures_folders(options));
  EXPECT_THAT(message_of<UsageError>([&] { measures_folders({.truth = options.truth, .results = options.results, .masks = true}); }),
              HasSubstr("--masks is for objects"));
}

}  // namespace
}  // namespace decant
