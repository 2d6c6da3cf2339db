#include "decant/data/object_crops.h"

#include <gtest/gtest.h>

#include "decant/data/scenes_for_tests.h"

namespace decant {
namespace {

/// One picture whose pixel (y, x) is 10 y + x, and its objects.
class Numbered final : public MemoryRows {
 public:
  explicit Numbered(Objects objects) : MemoryRows({picture()}, {kNoLabel}), objects_(std::move(objects)) {}
  CountedIn counted_in() const override { return CountedIn::objects; }
  ObjectRange objects(int64_t row) const override { return objects_.of(row); }

 private:
  static Image picture() {
    Image image;
    image.resize({10, 8, 1});
    for (size_t i = 0; i < image.pixels.size(); ++i) image.pixels[i] = static_cast<uint8_t>(i);
    return image;
  }
  Objects objects_;
};

Objects boxes(const std::vector<Box>& all, std::vector<int32_t> labels, std::vector<uint16_t> flags) {
  return {.first = {0, std::ssize(all)},
          .boxes = all,
          .labels = std::move(labels),
          .areas = std::vector<double>(all.size(), 1.0),
          .flags = std::move(flags),
          .places = std::vector<ObjectPlace>(all.size())};
}

TEST(ObjectCrops, AreBoxesWithAMarginInsideThePicture) {
  const Objects objects = boxes({{2, 2, 6, 6}, {8, 6, 30, 30}, {0, 0, 1, 1}, {4, 4, 4.5, 4.5}, {50, 50, 60, 60}}, {1, 0, 0, 2, 2},
                                {0, 0, ObjectFlag::crowd, 0, 0});
  const ObjectCrops crops(std::make_shared<Numbered>(objects), {});
  ASSERT_EQ(crops.size(), 4) << "crowds do not count";
  EXPECT_EQ(crops.label_of(0), 0) << "by label";
  EXPECT_EQ(crops.key(1), "0#0");
  Image image;
  const auto first_of = [&](int64_t object) {
    crops.pictures()->decode(object, image);
    return static_cast<int>(image.pixels.front());
  };
  EXPECT_EQ(first_of(1), 10 * 1 + 1);
  EXPECT_EQ(image.size, (ImageSize{6, 6, 1})) << "half a pixel more is a pixel more";
  EXPECT_EQ(image.pixels.back(), 10 * 6 + 6);
  first_of(0);
  EXPECT_EQ(image.pixels.back(), 79) << "cut at the edge";
  EXPECT_EQ(first_of(2), 10 * 3 + 3);
  EXPECT_EQ(first_of(3), 79) << "a box outside has the nearest pixel";
  EXPECT_EQ(image.size, (ImageSize{1, 1, 1}));
}

TEST(ObjectCrops, LeaveOutExcludedRows) {
  const auto rows = std::make_shared<DrawnScenes>(4, CountedIn::objects);
  const ObjectCrops all(rows, {});
  const std::vector<int64_t> excluded = {1};
  const ObjectCrops some(rows, excluded);
  EXPECT_EQ(all.size() - some.size(), rows->objects(1).size());
  for (int64_t i = 0; i < some.size(); ++i) EXPECT_NE(some.row_of(i), 1);
}

}  // namespace
}  // namespace decant
