// Scenes: how pictures, boxes and masks are fitted into a frame, and where they lie once shifted
// and mirrored, against a walk pixel by pixel.
#include "decant/loader/scenes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/test_support.h"
#include "decant/data/scenes_for_tests.h"
#include "decant/data/subset.h"
#include "decant/loader/scene_batches.h"

namespace decant::loader {
namespace {

using testing::HasSubstr;

std::vector<int64_t> rows_to(int64_t count) {
  return Subset::all(count).rows();
}

/// Pictures of some sizes, all grey, without annotations.
std::vector<Image> pictures_of(const std::vector<ImageSize>& sizes) {
  std::vector<Image> pictures(sizes.size());
  for (size_t i = 0; i < sizes.size(); ++i) pictures[i].resize(sizes[i]);
  return pictures;
}

TEST(SceneFrame, HasTheShapeOfMostPictures) {
  const auto frame = [](const std::vector<ImageSize>& sizes, int longer, bool stretched = false) {
    const MemoryRows rows(pictures_of(sizes), std::vector<int32_t>(sizes.size(), kNoLabel));
    return frame_for(rows, rows_to(rows.size()), longer, stretched, {}).size;
  };
  EXPECT_EQ(frame({{640, 480, 3}, {320, 240, 1}}, 320), (ImageSize{320, 240, 3}));
  EXPECT_EQ(frame({{480, 640, 3}}, 320), (ImageSize{240, 320, 3}));
  EXPECT_EQ(frame({{640, 480, 3}, {641, 480, 3}}, 320), (ImageSize{320, 240, 3})) << "within a hundredth";
  EXPECT_EQ(frame({{640, 480, 3}, {480, 640, 3}}, 320), (ImageSize{320, 320, 3}));
  EXPECT_EQ(frame({{640, 480, 3}, {480, 640, 3}, {480, 640, 3}}, 320), (ImageSize{240, 320, 3}));
  EXPECT_EQ(frame({{640, 480, 3}, {480, 640, 3}, {480, 640, 3}}, 320, true), (ImageSize{320, 320, 3}));
  EXPECT_EQ(frame({{480, 640, 3}, {240, 320, 3}}, 320, true), (ImageSize{240, 320, 3}));
  EXPECT_EQ(frame({}, 96), (ImageSize{96, 96, 3}));

  std::vector<ImageSize> landscapes_last(static_cast<size_t>(kShapesLookedAt), {6, 8, 3});
  landscapes_last.resize(static_cast<size_t>(3 * kShapesLookedAt), {8, 6, 3});
  EXPECT_EQ(frame(landscapes_last, 32), (ImageSize{32, 24, 3})) << "whatever the first ones look like";
}

TEST(Scenes, FitTheirBoxesWithThePicture) {
  DrawnScenes rows(3, CountedIn::objects);
  rows.table().boxes[0] = {8, 12, 40, 36};
  rows.table().flags[1] = ObjectFlag::crowd;
  rows.table().flags[2] = ObjectFlag::broken;
  const SceneTable table(rows, rows_to(3), {{32, 32, 3}}, 1 << 20, {});
  ASSERT_TRUE(table.kept());
  Scene scratch;
  const Scene& scene = table.scene(0, scratch);
  EXPECT_EQ(scene.source, (ImageSize{64, 48, 3}));
  EXPECT_EQ(scene.fitted, (ImageSize{32, 24, 3}));
  ASSERT_EQ(scene.boxes.size(), 2u);
  EXPECT_EQ(scene.boxes[0].x0, 4);
  EXPECT_EQ(scene.boxes[0].y0, 6);
  EXPECT_EQ(scene.boxes[0].x1, 20);
  EXPECT_EQ(scene.boxes[0].y1, 18);
  EXPECT_FALSE(scene.boxes[0].ignored);
  EXPECT_TRUE(scene.boxes[1].ignored);
  EXPECT_EQ(table.scene(1, scratch).boxes.size(), 1u) << "a broken one teaches nothing";
  EXPECT_TRUE(scene.classes.empty());
}

TEST(Scenes, FillTheirFrameWhereTheyAreStretched) {
  DrawnScenes rows(1, CountedIn::objects);
  rows.table().boxes[0] = {8, 12, 40, 36};
  const SceneTable table(rows, rows_to(1), {{32, 32, 3}, true}, 1 << 20, {});
  Scene scratch;
  const Scene& scene = table.scene(0, scratch);
  EXPECT_EQ(scene.fitted, (ImageSize{32, 32, 3}));
  EXPECT_EQ(scene.pixels.size(), 32u * 32 * 3);
  EXPECT_EQ(scene.boxes[0].x0, 4);
  EXPECT_EQ(scene.boxes[0].x1, 20);
  EXPECT_EQ(scene.boxes[0].y0, 8);
  EXPECT_EQ(scene.boxes[0].y1, 24);
}

TEST(Scenes, AreTheSameWhetherKeptOrNot) {
  const DrawnScenes rows(4, CountedIn::pixels);
  const SceneTable kept(rows, rows_to(4), {{32, 32, 3}}, 1 << 20, {.threads = 3}), decoded(rows, rows_to(4), {{32, 32, 3}}, 10, {});
  EXPECT_FALSE(decoded.kept());
  Scene a, b;
  for (int64_t row = 0; row < 4; ++row) {
    EXPECT_EQ(kept.scene(row, a).pixels, decoded.scene(row, b).pixels);
    EXPECT_EQ(kept.scene(row, a).classes, decoded.scene(row, b).classes);
  }
}

TEST(Scenes, ReadMasksAtTheNearestPixel) {
  const DrawnScenes rows(1, CountedIn::pixels);
  const SceneTable whole(rows, rows_to(1), {{64, 48, 3}}, 1 << 20, {}), half(rows, rows_to(1), {{32, 24, 3}}, 1 << 20, {});
  ClassMask mask;
  rows.class_mask(0, mask);
  Scene scratch;
  const Scene& same = whole.scene(0, scratch);
  EXPECT_TRUE(std::ranges::equal(same.classes, mask.labels));
  Scene other;
  const Scene& small = half.scene(0, other);
  for (int y = 0; y < 24; ++y) {
    for (int x = 0; x < 32; ++x)
      EXPECT_EQ(small.classes[static_cast<size_t>(y * 32 + x)], mask.labels[static_cast<size_t>((2 * y + 1) * 64 + 2 * x + 1)]);
  }
}

/// A mask that is not of its picture's size.
class TurnedMasks final : public MemoryRows {
 public:
  TurnedMasks() : MemoryRows(pictures_of({{6, 4, 3}}), {kNoLabel}) {}
  CountedIn counted_in() const override { return CountedIn::pixels; }
  bool class_mask(int64_t, ClassMask& out) const override {
    out = {4, 6, std::vector<int32_t>(24, 0)};
    return true;
  }
};

TEST(Scenes, RefuseAMaskOfAnotherSize) {
  const TurnedMasks rows;
  EXPECT_THAT(message_of([&] {
                SceneTable(rows, rows_to(1), {{6, 4, 3}}, 1 << 20, {});
              }),
              HasSubstr("has 6 × 4 pixels, and its mask 4 × 6"));
}

/// Where place (x, y) of the frame looks, or nothing outside the picture.
const uint8_t* seen_at(const Scene& scene, Placement placement, ImageSize frame, int x, int y) {
  const int u = (placement.mirror ? frame.width - 1 - x : x) + placement.dx, v = y + placement.dy;
  if (u < 0 || v < 0 || u >= scene.fitted.width || v >= scene.fitted.height) return nullptr;
  return scene.pixels.data() + 3 * (v * scene.fitted.width + u);
}

TEST(SceneBatches, ShiftAndMirrorPicturesAndMasksAlike) {
  const DrawnScenes rows(5, CountedIn::pixels);
  const ImageSize frame{40, 40, 3};
  const SceneTable table(rows, rows_to(5), Frame{frame}, 1 << 20, {});
  SceneBatches batches(table, rows_to(5),
                       {.batch = 4,
                        .samples = 14,
                        .shuffle = true,
                        .seed = 3,
                        .augmentation = {9, true},
                        .normalisation = {{2, 3, 4}, {1, 2, 3}},
                        .workers = 2},
                       {});
  int mirrored = 0, shifted = 0;
  int64_t samples = 0;
  Scene scratch;
  while (const SceneBatch* batch = batches.next()) {
    for (int64_t i = 0; i < batch->count; ++i, ++samples) {
      const Placement placement = batch->placements[static_cast<size_t>(i)];
      mirrored += placement.mirror ? 1 : 0;
      shifted += placement.dx != 0 ? 1 : 0;
      const Scene& scene = table.scene(batch->rows[static_cast<size_t>(i)], scratch);
      for (int y = 0; y < frame.height; ++y) {
        for (int x = 0; x < frame.width; ++x) {
          const auto at = static_cast<size_t>((i * frame.height + y) * frame.width + x);
          const uint8_t* const pixel = seen_at(scene, placement, frame, x, y);
          EXPECT_EQ(batch->images[3 * at + 1], pixel == nullptr ? 0.0F : static_cast<float>(pixel[1]) * 3 + 2);
          const int64_t expected = pixel == nullptr ? kNoLabel : scene.classes[static_cast<size_t>(pixel - scene.pixels.data()) / 3];
          ASSERT_EQ(batch->classes[at], expected) << x << " " << y;
        }
      }
    }
  }
  EXPECT_EQ(samples, 14);
  EXPECT_GT(mirrored, 2);
  EXPECT_GT(shifted, 2);
}

// A box is where the pixels are that it is drawn around.
TEST(SceneBatches, BoxesGoWithTheirPixels) {
  const DrawnScenes rows(6, CountedIn::objects);
  const ImageSize frame{64, 64, 3};
  const SceneTable table(rows, rows_to(6), Frame{frame}, 1 << 20, {});
  SceneBatches batches(table, rows_to(6), {.batch = 3, .samples = 30, .shuffle = true, .seed = 1, .augmentation = {12, true}}, {});
  int boxes = 0;
  while (const SceneBatch* batch = batches.next()) {
    for (int64_t i = 0; i < batch->count; ++i) {
      for (const SceneBox& box : batch->boxes[static_cast<size_t>(i)]) {
        const auto red = [&](float x, float y) {
          const auto at = (i * frame.height + static_cast<int64_t>(y)) * frame.width + static_cast<int64_t>(x);
          return batch->images[static_cast<size_t>(3 * at + 2 * box.label)] > 200 / 255.0F;
        };
        EXPECT_TRUE(red(box.x0, box.y0) && red(box.x1 - 1, box.y1 - 1)) << box.x0 << " " << box.y0;
        EXPECT_FALSE(box.x1 < 63 && red(box.x1, box.y1 - 1));
        EXPECT_FALSE(box.y0 > 1 && red(box.x0, box.y0 - 1));
        ++boxes;
      }
    }
  }
  EXPECT_GT(boxes, 30);
}

TEST(SceneBatches, LeaveOutBoxesWhoseMiddleHasLeftTheFrame) {
  SceneBox box{.x0 = 0, .y0 = 4, .x1 = 10, .y1 = 8};
  EXPECT_TRUE(place_box(box, {.dx = 4}, {32, 32, 3}));
  EXPECT_EQ(box.x0, 0);
  EXPECT_EQ(box.x1, 6);
  EXPECT_FALSE(place_box(box, {.dx = 4}, {32, 32, 3})) << "from −4 to 2";
  SceneBox mirrored{.x0 = 2, .y0 = 4, .x1 = 10, .y1 = 8};
  EXPECT_TRUE(place_box(mirrored, {.mirror = true}, {32, 32, 3}));
  EXPECT_EQ(mirrored.x0, 22);
  EXPECT_EQ(mirrored.x1, 30);
}

}  // namespace
}  // namespace decant::loader
