#include "decant/patches/fill_mae.h"

#include <ATen/ops/tensor.h>
#include <algorithm>
#include <array>
#include <cmath>
#include <gtest/gtest.h>
#include <map>
#include <string>
#include <vector>

#include "decant/base/random.h"
#include "decant/base/test_support.h"
#include "decant/nn/autoencoder.h"
#include "decant/nn/weights.h"
#include "decant/patches/drop.h"
#include "decant/patches/torch/patches_of_mask.h"

namespace decant::patches {
namespace {

const std::string kFillNet = "mae+width=16+heads=2+depth=1+decoder-width=8+decoder-heads=2+decoder-depth=1+patch=4";

std::map<std::string, std::string> notes_for(int channels) {
  const std::string mean = channels == 1 ? "0.5" : "0.5 0.4 0.3";
  return {{"net", kFillNet}, {"side", "16"}, {"mean", mean}, {"deviation", channels == 1 ? "0.25" : "0.25 0.2 0.3"}};
}

/// Weights as they are drawn, with such notes.
std::filesystem::path drawn_weights(int channels, const std::map<std::string, std::string>& notes) {
  const auto network = nn::make_autoencoder({kFillNet, {16, 16, channels}});
  const auto file = fresh_path("drawn.safetensors");
  nn::save_weights(*network, nn::initial_state(*network, Random(1)), file, notes);
  return file;
}

Image speckled_picture(int width, int height, int channels, uint64_t number = 0) {
  Image image;
  image.resize({width, height, channels});
  Random random(2, "picture", number);
  for (uint8_t& value : image.pixels) value = static_cast<uint8_t>(random.below(256));
  return image;
}

PatchMask some_dropped(int width, int height, int cells, std::initializer_list<int> dropped) {
  PatchMask mask = PatchMask::whole(PatchGrid(width, height, {}, cells));
  for (const int cell : dropped) mask.kept[static_cast<size_t>(cell)] = false;
  return mask;
}

bool is_dropped(const PatchMask& mask, int x, int y) {
  return !mask.kept[static_cast<size_t>(mask.grid.cell_of(x, y))];
}

TEST(PatchesOfMask, AreDroppedWhereAnyOfTheirAreaIs) {
  Random random(5, "mask");
  for (const auto& [width, height, cells, across] :
       {std::array{32, 32, 8, 8}, {32, 32, 5, 8}, {33, 20, 14, 4}, {7, 9, 3, 16}, {100, 64, 14, 14}}) {
    PatchMask mask = PatchMask::whole(PatchGrid(width, height, {}, cells));
    for (size_t i = 0; i < mask.kept.size(); ++i) mask.kept[i] = random.below(4) != 0;
    const std::vector<bool> kept = patches_of_mask(mask, across, across);
    // In units of 1 / (across · pixels) both pixels and patches have whole borders.
    for (int patch = 0; patch < across * across; ++patch) {
      bool touched = false;
      const int left = patch % across * width;
      const int top = patch / across * height;
      for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
          const bool meets = x * across < left + width && (x + 1) * across > left && y * across < top + height && (y + 1) * across > top;
          touched = touched || (meets && is_dropped(mask, x, y));
        }
      }
      EXPECT_NE(kept[static_cast<size_t>(patch)], touched) << width << "×" << height << " patch " << patch;
    }
  }
}

TEST(MaeFill, KeptPixelsStayAndDroppedOnesKeepTheirMean) {
  const auto filler = open_mae_fill({.weights = drawn_weights(3, notes_for(3))});
  for (const auto& [width, height, channels] : {std::array{16, 16, 3}, {40, 24, 3}, {16, 16, 1}, {9, 30, 1}}) {
    const PatchMask mask = some_dropped(width, height, 3, {1, 5});
    Image stored = speckled_picture(width, height, channels);
    for (uint8_t& value : stored.pixels) value = static_cast<uint8_t>(100 + value / 8);  // far from where values are cut off
    flatten_dropped(stored, mask);
    Image filled = stored;
    const Filling filling{&filled, &mask};
    filler->fill({&filling, 1});
    double gap = 0;
    int changed = 0;
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        for (int c = 0; c < channels; ++c) {
          const int before = stored.row(y)[x * channels + c];
          const int after = filled.row(y)[x * channels + c];
          if (!is_dropped(mask, x, y)) {
            EXPECT_EQ(after, before);
          }
          gap += after - before;
          changed += after != before ? 1 : 0;
        }
      }
    }
    EXPECT_GT(changed, 10) << width << "×" << height;
    EXPECT_LT(std::abs(gap) / (width * height), 0.5) << "each pixel is rounded, on average by nothing";
  }
}

// Where cells are the network's patches, nothing of a dropped one but its mean is used.
TEST(MaeFill, OfADroppedCellOnlyTheMeanCounts) {
  const auto filler = open_mae_fill({.weights = drawn_weights(3, notes_for(3)), .keep_means = false});
  const PatchMask mask = some_dropped(16, 16, 4, {0, 6, 7, 15});
  Image a = speckled_picture(16, 16, 3);
  Image b = a;
  for (int y = 0; y < 16; ++y) {
    for (int x = 0; x < 16; ++x) {
      if (is_dropped(mask, x, y)) std::copy_n(a.row(y / 4 * 4 + 3 - y % 4) + 3 * x, 3, b.row(y) + 3 * x);  // upside down
    }
  }
  const Filling both[] = {{&a, &mask}, {&b, &mask}};
  filler->fill(both);
  for (size_t i = 0; i < a.pixels.size(); ++i) EXPECT_NEAR(a.pixels[i], b.pixels[i], 1);
}

TEST(MaeFill, PredictsAsTheNetworkDoes) {
  const auto file = drawn_weights(3, notes_for(3));
  const auto filler = open_mae_fill({.weights = file, .keep_means = false});
  const PatchMask mask = some_dropped(16, 16, 4, {5});
  const Image stored = speckled_picture(16, 16, 3);
  Image filled = stored;
  const Filling filling{&filled, &mask};
  filler->fill({&filling, 1});

  const auto network = nn::make_autoencoder({kFillNet, {16, 16, 3}});
  nn::State state = nn::load_weights(*network, file);
  const std::array<double, 3> mean{0.5, 0.4, 0.3};
  const std::array<double, 3> deviation{0.25, 0.2, 0.3};
  std::vector<float> values;
  for (size_t c = 0; c < 3; ++c) {
    for (size_t i = 0; i < 256; ++i) values.push_back(static_cast<float>((stored.pixels[3 * i + c] / 255.0 - mean[c]) / deviation[c]));
  }
  std::vector<bool> kept(16, true);
  kept[5] = false;
  const at::Tensor predicted =
      network->forward({state.parameters, state.buffers}, at::tensor(values).view({1, 3, 16, 16}), nn::kept_patches({&kept, 1}));
  for (int i = 0; i < 48; ++i) {
    const int c = i % 3;
    const double value = 255 * (predicted[0][5][i].item<double>() * deviation[static_cast<size_t>(c)] + mean[static_cast<size_t>(c)]);
    EXPECT_NEAR(filled.row(4 + i / 12)[3 * (4 + i / 3 % 4) + c], std::clamp(value, 0.0, 255.0), 0.51) << i;
  }
}

TEST(MaeFill, PicturesOfDifferentMasksAndSizesGoInBatches) {
  const auto file = drawn_weights(3, notes_for(3));
  std::vector<Image> together;
  std::vector<PatchMask> masks;
  for (int i = 0; i < 5; ++i) {
    together.push_back(speckled_picture(16 + 4 * i, 16, 3, static_cast<uint64_t>(i)));
    masks.push_back(some_dropped(16 + 4 * i, 16, 2 + i, {}));
    for (int cell = 0; cell <= i; ++cell) masks.back().kept[static_cast<size_t>(cell)] = i == 2;  // the third is whole
  }
  std::vector<Image> alone = together;
  const Image whole = together[2];
  const auto fill = [&](int batch, std::vector<Image>& pictures) {
    std::vector<Filling> fillings;
    for (size_t i = 0; i < pictures.size(); ++i) fillings.push_back({&pictures[i], &masks[i]});
    open_mae_fill({.weights = file, .batch = batch})->fill(fillings);
  };
  fill(2, together);
  fill(1, alone);
  EXPECT_EQ(together[2].pixels, whole.pixels);
  for (size_t i = 0; i < alone.size(); ++i) {
    for (size_t v = 0; v < alone[i].pixels.size(); ++v) EXPECT_NEAR(alone[i].pixels[v], together[i].pixels[v], 1);
  }
}

TEST(MaeFill, FaultsAreNamed) {
  const auto fault = [](MaeFillOptions options) { return message_of([&] { open_mae_fill(options); }); };
  auto notes = notes_for(3);
  notes["mean"] = "0.5 x";
  expect_says(fault({.weights = drawn_weights(3, notes)}), {"drawn.safetensors", "metadata 'mean'", "'0.5 x' makes no sense"});
  notes["mean"] = "0.5 0.5";
  expect_says(fault({.weights = drawn_weights(3, notes)}), {"one number per channel"});
  notes = notes_for(3);
  notes["side"] = "1e30";
  expect_says(fault({.weights = drawn_weights(3, notes)}), {"metadata 'side'"});
  expect_says(fault({.weights = drawn_weights(3, {})}), {"does not say which network", "mae-base"});
  expect_says(fault({.weights = drawn_weights(3, {}), .net = "mae-base"}),
              {"drawn.safetensors", "tensor 'cls_token'", "network 'mae-base'"});
  expect_says(fault({.weights = drawn_weights(3, notes_for(3)), .net = kFillNet + "+smooth=0+norm-pix=1"}),
              {"without their brightness", "norm-pix"});
  expect_says(fault({.weights = drawn_weights(3, notes_for(3)), .net = "quick"}), {"'quick' is not a network that fills in pictures"});
  const auto grey = open_mae_fill({.weights = drawn_weights(1, notes_for(1))});
  const PatchMask mask = some_dropped(16, 16, 2, {0});
  Image colour = speckled_picture(16, 16, 3);
  const Filling filling{&colour, &mask};
  expect_says(message_of([&] { grey->fill({&filling, 1}); }), {"colour picture", "grey"});
}

}  // namespace
}  // namespace decant::patches
