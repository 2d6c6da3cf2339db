#include "decant/loader/augment.h"

#include <algorithm>
#include <cmath>
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

/// The value at a place between pixels, counted from the middle of the first one.
double value_at(const Image& image, double x, double y, int channel) {
  const auto [width, height, channels] = image.size;
  x = std::clamp(x, 0.0, width - 1.0);
  y = std::clamp(y, 0.0, height - 1.0);
  double value = 0;
  for (int py = 0; py < height; ++py) {
    for (int px = 0; px < width; ++px) {
      const double weight = std::max(0.0, 1 - std::abs(x - px)) * std::max(0.0, 1 - std::abs(y - py));
      value += weight * image.pixels[static_cast<size_t>((py * width + px) * channels + channel)];
    }
  }
  return value;
}

TEST(Placer, EnlargesABoxToTheWhole) {
  for (const ImageSize size : {ImageSize{7, 5, 3}, ImageSize{9, 9, 1}, ImageSize{1, 3, 3}}) {
    const Image image = drawn(size, 2);
    const auto [width, height, channels] = size;
    Placer place(size, 0, {.scale = {1, 1, 1}});
    std::vector<float> out(image.pixels.size());
    for (const ResizedCrop box : {ResizedCrop{0.1, 0.25, 0.6, 0.5}, ResizedCrop{0, 0, 0.3, 1}, ResizedCrop{0.5, 0.9, 0.5, 0.1}}) {
      for (const bool mirror : {false, true}) {
        place(image.pixels.data(), {.mirror = mirror, .box = box}, out.data());
        for (int y = 0; y < height; ++y) {
          for (int x = 0; x < width; ++x) {
            const int from = mirror ? width - 1 - x : x;
            const double px = width * (box.left + (from + 0.5) / width * box.width) - 0.5;
            const double py = height * (box.top + (y + 0.5) / height * box.height) - 0.5;
            for (int c = 0; c < channels; ++c)
              ASSERT_NEAR(out[static_cast<size_t>((y * width + x) * channels + c)], value_at(image, px, py, c), 1e-3) << x << " " << y;
          }
        }
      }
    }
  }
}

TEST(Placer, LeavesAPictureAsItIsWhereTheBoxIsAllOfIt) {
  const Image image = drawn({6, 4, 3}, 3);
  Placer place(image.size, 0, {});
  std::vector<float> whole(image.pixels.size());
  std::vector<float> boxed(image.pixels.size());
  for (const bool mirror : {false, true}) {
    place(image.pixels.data(), {.mirror = mirror}, whole.data());
    place(image.pixels.data(), {.mirror = mirror, .box = ResizedCrop()}, boxed.data());
    EXPECT_EQ(boxed, whole);
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

TEST(DrawPlacement, DrawsBoxesOfTheShareAsked) {
  double least = 1;
  double most = 0;
  int mirrored = 0;
  for (uint64_t i = 0; i < 1000; ++i) {
    const Placement placement = draw_placement({.flip = true, .resized_crop = 0.25}, Random(3, "augment", i));
    ASSERT_TRUE(placement.box);
    const ResizedCrop& box = *placement.box;
    EXPECT_GE(box.left, 0);
    EXPECT_GE(box.top, 0);
    EXPECT_LE(box.left + box.width, 1 + 1e-12);
    EXPECT_LE(box.top + box.height, 1 + 1e-12);
    EXPECT_GE(box.width / box.height, 0.75 - 1e-12);
    EXPECT_LE(box.width / box.height, 4.0 / 3 + 1e-12);
    least = std::min(least, box.width * box.height);
    most = std::max(most, box.width * box.height);
    mirrored += placement.mirror;
  }
  EXPECT_GE(least, 0.25 - 1e-12);
  EXPECT_LT(least, 0.27);
  EXPECT_GT(most, 0.95);
  EXPECT_NEAR(mirrored, 500, 80);
}

TEST(DrawPlacement, LeavesThePictureWholeWhereNothingElseIsAsked) {
  const Placement placement = draw_placement({.resized_crop = 1}, Random(3, "augment", 1));
  ASSERT_TRUE(placement.box);
  EXPECT_EQ(placement.box->width, 1);
  EXPECT_EQ(placement.box->left, 0);
}

TEST(PlacementOfView, FollowsFromSeedRowAndViewAlone) {
  const ViewRecipe recipe{.seed = 3, .views = 50, .cuts = {.crop = 2, .flip = true}};
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
    const Placement placement = placement_of_view({.seed = 1, .views = 4, .cuts = {.crop = 4, .flip = true}}, row, 0);
    EXPECT_EQ(std::tuple(placement.dx, placement.dy, placement.mirror), std::tuple(0, 0, false));
  }
}

}  // namespace
}  // namespace decant::loader
