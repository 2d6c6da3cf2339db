// Results beside their truth: what is read of each, and what is refused.
#include "decant/formats/coco/results.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/errors.h"
#include "decant/base/test_support.h"

namespace decant::coco {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view kTruth =
    R"({"images": [{"id": 9, "file_name": "b.jpg", "width": 4, "height": 3}, {"id": 2, "file_name": "a.jpg", "width": 4, "height": 3}],
        "annotations": [{"id": 0, "image_id": 9, "category_id": 7, "bbox": [0.1, 0.2, 1.3, 1.4], "area": 1.5, "iscrowd": 0,
                         "segmentation": [[1, 1, 3, 1, 3, 3, 1, 3]]},
                        {"id": 1, "image_id": 2, "category_id": 5, "bbox": [1, 1, 2, 2], "area": 4, "iscrowd": 1,
                         "segmentation": {"size": [3, 4], "counts": [4, 2, 1, 2, 3]}}],
        "categories": [{"id": 7, "name": "dog"}, {"id": 5, "name": "cat"}]})";

Measured read(std::string_view results, bool masks = false, std::string_view truth = kTruth) {
  ScratchFolder folder("results");
  return read_results(folder.add("truth.json", truth), folder.add("results.json", results), masks, {});
}

Runs mask_of_truth(const Detections& all, size_t i) {
  return mask_of(all.truth_outlines[i], all.truth[i].box, all.sizes[static_cast<size_t>(all.truth[i].picture)]);
}

Runs mask_of_found(const Detections& all, size_t i) {
  return mask_of(all.found_outlines[i], all.found[i].box, all.sizes[static_cast<size_t>(all.found[i].picture)]);
}

std::string complaint_about(std::string_view results, bool masks = false, std::string_view truth = kTruth) {
  try {
    read(results, masks, truth);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

TEST(CocoResults, BoxesAreTakenToTheBitAndPicturesByTheirIds) {
  const Measured measured = read(R"([{"image_id": 9, "category_id": 5, "bbox": [0.1, 0.2, 1.3, 1.4], "score": 0.25}])");
  EXPECT_THAT(measured.classes, ElementsAre("dog", "cat"));
  EXPECT_EQ(measured.detections.pictures, 2);
  ASSERT_EQ(measured.detections.truth.size(), 2U);
  const TrueObject& dog = measured.detections.truth[0];
  EXPECT_EQ(dog.picture, 1) << "id 9 comes after 2";
  EXPECT_EQ(dog.label, 0);
  EXPECT_EQ(dog.box.width, 1.3) << "0.1 + 1.3 - 0.1 is another number";
  EXPECT_EQ(dog.area, 1.5);
  EXPECT_TRUE(dog.id_is_zero);
  EXPECT_TRUE(measured.detections.truth_outlines.empty());
  EXPECT_TRUE(measured.detections.truth[1].crowd);
  ASSERT_EQ(measured.detections.found.size(), 1U);
  const DetectedObject& found = measured.detections.found[0];
  EXPECT_EQ(found.picture, 1);
  EXPECT_EQ(found.label, 1);
  EXPECT_EQ(found.area, 1.3 * 1.4);
  EXPECT_EQ(found.score, 0.25);
}

TEST(CocoResults, MasksAreOutlinesRunsOrTheBox) {
  const Measured measured = read(R"([{"image_id": 2, "category_id": 5, "segmentation": {"size": [3, 4], "counts": "42102"}, "score": 1},
                                       {"image_id": 2, "category_id": 5, "segmentation": [[1, 1, 3, 1, 3, 3, 1, 3]], "score": 1},
                                       {"image_id": 2, "category_id": 5, "bbox": [1, 1, 2, 2], "score": 1}])",
                                 true);
  const Detections& all = measured.detections;
  for (size_t i = 0; i < 2; ++i) EXPECT_THAT(mask_of_truth(all, i), ElementsAre(4, 2, 1, 2, 3));
  for (size_t i = 0; i < 3; ++i) EXPECT_THAT(mask_of_found(all, i), ElementsAre(4, 2, 1, 2, 3));
  EXPECT_FALSE(all.found[0].area) << "it is the mask's";
  EXPECT_EQ(all.found[2].area, 4) << "of the box, even where masks are measured";
}

/// A polygon takes 16 bytes as runs for every column that it lies in.
TEST(CocoResults, KeepsOutlinesAsTheyAreWritten) {
  const std::string truth = R"({"images": [{"id": 1, "file_name": "a.jpg", "width": 2000, "height": 3}], "categories": [{"id": 1}],
    "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "segmentation": [[0, 0, 2000, 0, 2000, 3], [0, 0, 9, 0, 9, 3]]}]})";
  const Measured measured =
      read(R"([{"image_id": 1, "category_id": 1, "segmentation": [[0, 0, 2000, 0, 2000, 3]], "score": 1}])", true, truth);
  const Detections& all = measured.detections;
  EXPECT_THAT(all.truth_outlines[0].polygons, ElementsAre(ElementsAre(0, 0, 2000, 0, 2000, 3), ElementsAre(0, 0, 9, 0, 9, 3)));
  EXPECT_THAT(all.found_outlines[0].polygons, ElementsAre(ElementsAre(0, 0, 2000, 0, 2000, 3)));
  EXPECT_TRUE(all.truth_outlines[0].runs.empty() && all.found_outlines[0].runs.empty());
  EXPECT_EQ(all.truth[0].area, static_cast<double>(area_of(mask_of_truth(all, 0)))) << "the file leaves it out";
}

TEST(CocoResults, ClassesThatAreNotListedDoNotCount) {
  const Measured measured = read(R"([{"image_id": 2, "category_id": 6, "bbox": [1, 1, 2, 2], "score": 1}])");
  EXPECT_TRUE(measured.detections.found.empty());
  ASSERT_EQ(measured.oddities.size(), 2U);
  EXPECT_THAT(measured.oddities[0].what, HasSubstr("classes that the truth does not list"));
  EXPECT_THAT(measured.oddities[1].what, HasSubstr("the id 0"));
}

TEST(CocoResults, TruthOfUnlistedImagesDoesNotCountAndIsNamed) {
  const Measured measured = read("[]", false, R"({"images": [], "categories": [{"id": 1, "name": "x"}],
    "annotations": [{"id": 1, "image_id": 5, "category_id": 1, "bbox": [0, 0, 1, 1]}]})");
  EXPECT_TRUE(measured.detections.truth.empty());
  ASSERT_EQ(measured.oddities.size(), 1U);
  EXPECT_THAT(measured.oddities[0].what, HasSubstr("not listed, which do not count: 1"));
}

TEST(CocoResults, WhatIsNoResultIsRefused) {
  EXPECT_THAT(complaint_about("{}"), HasSubstr("is not a list of results"));
  EXPECT_THAT(complaint_about(""), HasSubstr("is not a list of results"));
  EXPECT_THAT(complaint_about("[1]"), HasSubstr("is not an object"));
  EXPECT_THAT(complaint_about(R"([{"image_id": 3, "category_id": 5, "bbox": [1, 1, 2, 2], "score": 1}])"), HasSubstr("of image 3, which"));
  EXPECT_THAT(complaint_about(R"([{"image_id": 2, "category_id": 5, "bbox": [1, 1, 2, 2]}])"), HasSubstr("no score"));
  EXPECT_THAT(complaint_about(R"([{"image_id": 2, "category_id": 5, "bbox": [1, 1, 2], "score": 1}])"), HasSubstr("no bbox"));
  EXPECT_THAT(complaint_about(R"([{"image_id": 2, "category_id": 5, "score": 1}])", true), HasSubstr("neither bbox nor segmentation"));
  EXPECT_THAT(complaint_about(R"([{"image_id": 2, "category_id": 5, "segmentation": [[1, 2, 3]], "score": 1}])", true),
              HasSubstr("three or more points"));
  EXPECT_THAT(complaint_about(R"([{"image_id": 2, "category_id": 5, "segmentation": {"size": [4, 3], "counts": [12]}, "score": 1}])", true),
              HasSubstr("a mask of 3 x 4 pixels, and its picture has 4 x 3"));
  EXPECT_THAT(complaint_about(R"([{"image_id": 2, "category_id": 5, "segmentation": {"size": [3, 4], "counts": [11]}, "score": 1}])", true),
              HasSubstr("do not add up"));
}

TEST(CocoResults, TruthWithoutWhatIsMeasuredIsRefused) {
  const std::string start = R"({"images": [{"id": 1, "file_name": "a.jpg"}], "categories": [{"id": 1, "name": "x"}])";
  EXPECT_THAT(complaint_about("[]", false, start + "}"), HasSubstr("no 'annotations'"));
  EXPECT_THAT(complaint_about("[]", false, R"({"images": [], "annotations": []})"), HasSubstr("no 'categories'"));
  const std::string object = R"(, "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [0, 0, 1, 1])";
  EXPECT_THAT(complaint_about("[]", true, start + object + "}]}"), HasSubstr("has no outline"));
  EXPECT_THAT(complaint_about("[]", true, start + object + R"(, "segmentation": [[0, 0, 1, 0, 1, 1]]}]})"),
              HasSubstr("width and height are not stated"));
}

/// 300 bytes that claim 2^62 pixels would take gigabytes.
TEST(CocoResults, SizesThatNoPictureHasAreRefused) {
  const auto truth = [](const std::string& width, const std::string& height, const std::string& outline) {
    return fmt::format(R"({{"images": [{{"id": 1, "file_name": "a.jpg", "width": {0}, "height": {1}}}],
      "annotations": [{{"id": 1, "image_id": 1, "category_id": 1, "bbox": [0, 0, {0}, {1}], "area": 1, "iscrowd": 0,
                        "segmentation": {2}}}], "categories": [{{"id": 1, "name": "x"}}]}})",
                       width, height, outline);
  };
  const std::string results = R"([{"image_id": 1, "category_id": 1, "bbox": [0, 0, 3e9, 3e9], "score": 1}])";
  const std::string runs = R"({"size": [2147483647, 2147483647], "counts": [0, 4611686014132420609]})";
  const std::string all = "[[0, 0, 3e9, 0, 3e9, 3e9, 0, 3e9]]";
  for (const std::string& outline : {runs, all}) {
    const std::string huge = truth("2147483647", "2147483647", outline);
    EXPECT_THAT(complaint_about(results, true, huge),
                AllOf(HasSubstr("truth.json"), HasSubstr("byte 12"), HasSubstr("claims 2147483647 x 2147483647 pixels"),
                      HasSubstr("up to 65,535"), HasSubstr("or measure boxes")));
    EXPECT_EQ(read(results, false, huge).detections.found.size(), 1U) << "boxes have no pixels";
  }
  EXPECT_THAT(complaint_about(results, true, truth("65536", "3", all)), HasSubstr("claims 65536 x 3"));
  EXPECT_THAT(complaint_about(results, true, truth("3", "65536", all)), HasSubstr("claims 3 x 65536"));
  const Measured largest = read(results, true, truth("65535", "65535", all));
  EXPECT_THAT(mask_of_truth(largest.detections, 0), ElementsAre(0, int64_t{65535} * 65535)) << "columns that are full are one run";
  EXPECT_EQ(mask_of_found(largest.detections, 0), mask_of_truth(largest.detections, 0));
}

}  // namespace
}  // namespace decant::coco
