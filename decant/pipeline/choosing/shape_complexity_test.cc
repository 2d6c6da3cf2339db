#include "decant/pipeline/choosing/shape_complexity.h"

#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <numbers>

#include "decant/base/test_support.h"
#include "decant/data/scenes_for_tests.h"
#include "decant/formats/open.h"

namespace decant {
namespace {

TEST(ShapeComplexity, IsOneOfADiscAndMoreOfAnythingElse) {
  std::vector<double> disc;
  for (int i = 0; i < 1000; ++i) {
    disc.push_back(3 + 2 * std::cos(2 * std::numbers::pi * i / 1000));
    disc.push_back(2 * std::sin(2 * std::numbers::pi * i / 1000));
  }
  EXPECT_NEAR(outline_complexity(disc), 1, 1e-5);
  const std::vector<double> square = {0, 0, 4, 0, 4, 4, 0, 4};
  EXPECT_NEAR(outline_complexity(square), 2 / std::sqrt(std::numbers::pi), 1e-12);
  const std::vector<double> line = {0, 0, 4, 0};
  EXPECT_EQ(outline_complexity(line), 1);
}

TEST(ShapeComplexity, OfBoxesAloneIsTheShareOfEachClass) {
  const DrawnScenes rows(9, CountedIn::objects);
  std::vector<int64_t> totals(2);
  for (int64_t row = 0; row < rows.size(); ++row) {
    for (int64_t i = rows.objects(row).begin; i < rows.objects(row).end; ++i)
      ++totals[static_cast<size_t>(rows.objects(row).table->labels[static_cast<size_t>(i)])];
  }
  const std::vector<double> scores = shape_complexity(rows, {}, {});
  for (int64_t row = 0; row < rows.size(); ++row) {
    double expected = 0;
    for (int64_t i = rows.objects(row).begin; i < rows.objects(row).end; ++i)
      expected += 1.0 / static_cast<double>(totals[static_cast<size_t>(rows.objects(row).table->labels[static_cast<size_t>(i)])]);
    EXPECT_NEAR(scores[static_cast<size_t>(row)], expected, 1e-12);
  }
}

TEST(ShapeComplexity, TakesTheLargestPartOfAnOutline) {
  const ScratchFolder folder("shapes");
  for (const char* name : {"a.jpg", "b.jpg"}) folder.add(name);
  folder.add(
      "set.json",
      R"({"images": [{"id": 1, "file_name": "a.jpg", "width": 40, "height": 30}, {"id": 2, "file_name": "b.jpg", "width": 40, "height": 30}],
    "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [0, 0, 9, 9], "area": 9, "iscrowd": 0, "segmentation": [[0, 0, 1, 0, 1, 1], [2, 2, 6, 2, 6, 6, 2, 6]]},
                    {"id": 2, "image_id": 2, "category_id": 1, "bbox": [0, 0, 9, 9], "area": 9, "iscrowd": 0}], "categories": [{"id": 1, "name": "x"}]})");
  const Dataset dataset = open_dataset(folder.path.string(), {}, {});
  const double square = 2 / std::sqrt(std::numbers::pi);
  EXPECT_THAT(shape_complexity(dataset.train(), {}, {}),
              testing::ElementsAre(testing::DoubleNear(square / (square + 1), 1e-12), testing::DoubleNear(1 / (square + 1), 1e-12)));
  EXPECT_THAT(message_of([] { shape_complexity(DrawnScenes(3, CountedIn::pixels), {}, {}); }), testing::HasSubstr("hold no boxes"));
}

}  // namespace
}  // namespace decant
