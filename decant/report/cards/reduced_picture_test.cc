#include "decant/report/cards/reduced_picture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/random.h"
#include "decant/formats/image/codec.h"
#include "decant/patches/drop.h"
#include "decant/report/cards/thumbnail.h"
#include "decant/report/report_for_tests.h"

namespace decant::report {
namespace {

/// All but every third cell of a grid.
PatchMask every_third_dropped(int width, int height, int cells) {
  PatchMask mask = PatchMask::whole(PatchGrid(width, height, {}, cells));
  for (size_t cell = 0; cell < mask.kept.size(); cell += 3) mask.kept[cell] = false;
  return mask;
}

/// Changes every dropped pixel and sees which pixels of the thumbnail change.
TEST(MaskAt, KeepsExactlyThePixelsThatNoDroppedOneHasAShareIn) {
  for (const auto& [width, height, cells] : {std::tuple{500, 375, 14}, {241, 240, 5}, {1000, 301, 9}}) {
    const PatchMask mask = every_third_dropped(width, height, cells);
    Image black;
    black.resize({width, height, 1});
    Image white = black;
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        if (!mask.kept[static_cast<size_t>(mask.grid.cell_of(x, y))]) white.row(y)[x] = 255;
      }
    }
    const Image shown = shrunk(white, kReducedSide);
    const PatchMask small = mask_at(mask, shown.size);
    int64_t needlessly_dropped = 0;
    for (size_t i = 0; i < shown.pixels.size(); ++i) {
      ASSERT_TRUE(!small.kept[i] || shown.pixels[i] == 0) << "pixel " << i;
      needlessly_dropped += !small.kept[i] && shown.pixels[i] == 0;
    }
    EXPECT_LT(needlessly_dropped, std::ssize(shown.pixels) / 10) << "whose share is below half a grey level";
  }
}

TEST(MaskAt, IsTheMaskItselfAtItsOwnSize) {
  const PatchMask mask = every_third_dropped(32, 32, 4);
  EXPECT_EQ(mask_at(mask, {32, 32, 3}), mask);
}

TEST(Outline, GoesAroundNeighboursTogether) {
  PatchMask mask = PatchMask::whole(PatchGrid(40, 20, {}, 4, 2));
  mask.kept[1] = mask.kept[2] = false;
  EXPECT_EQ(outline_of(mask), "M10 0H20M10 10H20M10 0V10M20 0H30M20 10H30M30 0V10");
  EXPECT_EQ(outline_of(PatchMask::whole(mask.grid)), "");
}

/// Disc pictures whose first cell was dropped.
class FirstDropped final : public DiscRows {
 public:
  using DiscRows::DiscRows;
  std::optional<PatchMask> mask(int64_t) const override {
    PatchMask mask = PatchMask::whole(PatchGrid(32, 32, {}, 4));
    mask.kept[0] = false;
    return mask;
  }
  void decode(int64_t row, Image& image) const override {
    DiscRows::decode(row, image);
    patches::flatten_dropped(image, *mask(row));
  }
};

TEST(ReducedPicture, ShowsASourceRowNextToItsPlaceInTheSmallSet) {
  FakeRun fake = fake_run(300, 4, 2);
  const FirstDropped written(300, 4, 32);
  const auto made = reduced_picture(fake.source, 42, written, 42);
  ASSERT_TRUE(made);
  EXPECT_EQ(made->label, "bird");
  EXPECT_EQ(made->cells, 16);
  EXPECT_EQ(made->cells_kept, 15);
  EXPECT_EQ(made->outline, "M0 0H8M0 8H8M0 0V8M8 0V8");
  EXPECT_NE(made->original, made->stored);
  EXPECT_NE(made->filled, made->stored);
  EXPECT_FALSE(reduced_picture(fake.source, 5, written, 42)) << "damaged";
  const auto whole = reduced_picture(fake.source, 42, fake.source.train(), 42);
  EXPECT_EQ(whole->cells, 0);
  EXPECT_TRUE(whole->filled.empty());
  EXPECT_EQ(whole->original, whole->stored);
}

}  // namespace
}  // namespace decant::report
