#include "decant/loader/augment.h"

#include <gmock/gmock.h>
#include <set>
#include <tuple>

namespace decant::loader {
namespace {

Image drawn(ImageSize size, uint64_t seed) {
  Image image;
  image.resize(size);
  Random random(seed, "pixels");
  for (uint8_t& value : image.pixels) value = static_cast<uint8_t>(random.below(256));
  return image;
}

/// The plain way: a padded copy, a cut, a mirrored copy, a normalised copy.
std::vector<float> plainly(const Image& image, int crop, Placement placement, const Normalisation& n) {
  const auto [width, height, channels] = image.size;
  std::vector<float> out;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      int py = y + crop + placement.dy - crop;  // place in the unpadded picture
      int px = (placement.mirror ? width - 1 - x : x) + placement.dx;
      if (py < 0) py = -py;
      if (py >= height) py = 2 * height - 2 - py;
      if (px < 0) px = -px;
      if (px >= width) px = 2 * width - 2 - px;
      for (int c = 0; c < channels; ++c) {
        const auto i = static_cast<size_t>((py * width + px) * channels + c);
        const auto k = static_cast<size_t>(c);
        out.push_back(static_cast<float>(image.pixels[i]) * n.scale[k] + n.bias[k]);
      }
    }
  }
  return out;
}

TEST(Placer, EqualsPaddingCuttingMirroringAndNormalisingOneByOne) {
  const std::vector<float> mean{0.5F, 0.4F, 0.3F};
  const std::vector<float> deviation{0.2F, 0.25F, 0.3F};
  for (const ImageSize size : {ImageSize{7, 5, 3}, ImageSize{32, 32, 3}, ImageSize{28, 28, 1}}) {
    const auto channels = static_cast<size_t>(size.channels);
    const Normalisation n = normalisation_of(std::span(mean).first(channels), std::span(deviation).first(channels));
    const Image image = drawn(size, 1);
    Placer place(size, 4, n);
    std::vector<float> out(image.pixels.size());
    for (int dy = -4; dy <= 4; dy += 2) {
      for (int dx = -4; dx <= 4; ++dx) {
        for (const bool mirror : {false, true}) {
          place(image.pixels.data(), {dx, dy, mirror}, out.data());
          ASSERT_EQ(out, plainly(image, 4, {dx, dy, mirror}, n)) << size.width << " " << dx << " " << dy << mirror;
        }
      }
    }
  }
}

TEST(Placer, NormalisesToMeanZeroDeviationOne) {
  const Normalisation n = normalisation_of(std::vector<float>{0.2F}, std::vector<float>{0.1F});
  Placer place({2, 1, 1}, 0, n);
  const std::vector<uint8_t> in{51, 255};  // 0.2 and 1.0
  std::vector<float> out(2);
  place(in.data(), {}, out.data());
  EXPECT_NEAR(out[0], 0, 1e-6);
  EXPECT_NEAR(out[1], 8, 1e-5);
}

TEST(Fold, ReflectsWithoutRepeatingTheEdge) {
  std::vector<int> folded;
  for (int i = -4; i < 7; ++i) folded.push_back(fold(i, 3));
  EXPECT_THAT(folded, ::testing::ElementsAre(0, 1, 2, 1, 0, 1, 2, 1, 0, 1, 2));
  EXPECT_EQ(fold(-3, 1), 0);
}

TEST(DrawPlacement, CoversEveryShiftAndStaysWithin) {
  std::set<int> dx;
  std::set<int> dy;
  int mirrored = 0;
  for (uint64_t i = 0; i < 400; ++i) {
    const Placement placement = draw_placement({.crop = 2, .flip = true}, Random(3, "augment", i));
    dx.insert(placement.dx);
    dy.insert(placement.dy);
    mirrored += placement.mirror;
    EXPECT_FALSE(draw_placement({.crop = 2, .flip = false}, Random(3, "augment", i)).mirror);
  }
  EXPECT_THAT(dx, ::testing::ElementsAre(-2, -1, 0, 1, 2));
  EXPECT_EQ(dx, dy);
  EXPECT_NEAR(mirrored, 200, 50);
}

TEST(PlacementOfView, FollowsFromSeedRowAndViewAlone) {
  const ViewRecipe recipe{.seed = 3, .views = 50, .crop = 2, .flip = true};
  std::set<std::tuple<int, int, bool>> seen;
  for (int64_t view = 0; view < 50; ++view) {
    const Placement placement = placement_of_view(recipe, 7, view);
    EXPECT_LE(std::abs(placement.dx), 2);
    EXPECT_LE(std::abs(placement.dy), 2);
    seen.emplace(placement.dx, placement.dy, placement.mirror);
    ViewRecipe longer = recipe;
    longer.views = 90;
    const Placement again = placement_of_view(longer, 7, view);
    EXPECT_EQ(std::tuple(again.dx, again.dy, again.mirror), std::tuple(placement.dx, placement.dy, placement.mirror));
  }
  EXPECT_GT(seen.size(), 25U) << "of 50 places there are";
}

TEST(PlacementOfView, TheFirstIsThePictureAsItIs) {
  for (int64_t row = 0; row < 20; ++row) {
    const Placement placement = placement_of_view({.seed = 1, .views = 4, .crop = 4, .flip = true}, row, 0);
    EXPECT_EQ(std::tuple(placement.dx, placement.dy, placement.mirror), std::tuple(0, 0, false));
  }
}

}  // namespace
}  // namespace decant::loader
