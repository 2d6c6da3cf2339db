// Each operation against a plain loop and against libtorch's own grid_sample; derivatives against
// finite differences.
#include "decant/nn/siamese.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/affine_grid_generator.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/grid_sampler.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

namespace decant::nn {
namespace {

constexpr int kChannels = 3;
constexpr ImageSize kSize{9, 8, kChannels};  // width, height

Tensor random_images(int64_t count, std::string_view name) {
  Tensor images = at::zeros({count, kChannels, kSize.height, kSize.width}, at::kDouble);
  Random random(11, name);
  std::generate_n(images.data_ptr<double>(), images.numel(), [&] { return random.normal(); });
  return images;
}

SiameseDraw drawn(const std::string& text, uint64_t index, int64_t pictures) {
  return draw_siamese(siamese_named(text), kSize, Random(2, "siamese test", index), pictures);
}

using Pixel = double (*)(const SiameseParameters&, const at::TensorAccessor<double, 3>&, int64_t c, int64_t y, int64_t x);

/// Zero outside.
double value_at(const at::TensorAccessor<double, 3>& picture, int64_t c, int64_t y, int64_t x) {
  return y < 0 || y >= kSize.height || x < 0 || x >= kSize.width ? 0.0 : picture[c][y][x];
}

double bilinear(const at::TensorAccessor<double, 3>& picture, int64_t c, double y, double x) {
  double sum = 0;
  for (int64_t line = -20; line < 30; ++line) {
    for (int64_t column = -20; column < 30; ++column) {
      const double near = std::max(0.0, 1 - std::abs(y - double(line))) * std::max(0.0, 1 - std::abs(x - double(column)));
      sum += near * value_at(picture, c, line, column);
    }
  }
  return sum;
}

double plain_crop(const SiameseParameters& p, const at::TensorAccessor<double, 3>& picture, int64_t c, int64_t y, int64_t x) {
  return value_at(picture, c, y + p.dy, x + p.dx);
}
double plain_cutout(const SiameseParameters& p, const at::TensorAccessor<double, 3>& picture, int64_t c, int64_t y, int64_t x) {
  return y >= p.top && y < p.bottom && x >= p.left && x < p.right ? 0 : picture[c][y][x];
}
double plain_flip(const SiameseParameters& p, const at::TensorAccessor<double, 3>& picture, int64_t c, int64_t y, int64_t x) {
  return picture[c][y][p.mirror ? kSize.width - 1 - x : x];
}
double plain_scale(const SiameseParameters& p, const at::TensorAccessor<double, 3>& picture, int64_t c, int64_t y, int64_t x) {
  return bilinear(picture, c, p.scale_y * (double(y) - 3.5) + 3.5, p.scale_x * (double(x) - 4) + 4);
}
double plain_rotate(const SiameseParameters& p, const at::TensorAccessor<double, 3>& picture, int64_t c, int64_t y, int64_t x) {
  const double down = double(y) - 3.5;
  const double right = double(x) - 4;
  return bilinear(picture, c, std::sin(p.angle) * right + std::cos(p.angle) * down + 3.5,
                  std::cos(p.angle) * right - std::sin(p.angle) * down + 4);
}
double plain_color(const SiameseParameters& p, const at::TensorAccessor<double, 3>& picture, int64_t c, int64_t y, int64_t x) {
  const auto saturated = [&](int64_t k, int64_t line, int64_t column) {
    double grey = 0;
    for (int64_t each = 0; each < kChannels; ++each) grey += (picture[each][line][column] + p.brightness) / kChannels;
    return grey + (picture[k][line][column] + p.brightness - grey) * p.saturation;
  };
  double mean = 0;
  for (int64_t k = 0; k < kChannels; ++k) {
    for (int64_t line = 0; line < kSize.height; ++line) {
      for (int64_t column = 0; column < kSize.width; ++column)
        mean += saturated(k, line, column) / (kChannels * kSize.height * kSize.width);
    }
  }
  return mean + (saturated(c, y, x) - mean) * p.contrast;
}

void expect_plain(const std::string& name, Pixel plain) {
  SCOPED_TRACE(name);
  const Tensor images = random_images(4, name);
  for (const int64_t pictures : {1, 4}) {
    for (uint64_t index = 0; index < 3; ++index) {
      const SiameseDraw draw = drawn(name, index, pictures);
      const Tensor changed = apply(draw, images);
      ASSERT_EQ(changed.sizes(), images.sizes());
      const auto got = changed.accessor<double, 4>();
      const auto given = images.accessor<double, 4>();
      for (int64_t i = 0; i < 4; ++i) {
        const SiameseParameters& parameters = draw.pictures[size_t(pictures == 1 ? 0 : i)];
        for (int64_t at = 0; at < kChannels * kSize.height * kSize.width; ++at) {
          const int64_t c = at / (kSize.height * kSize.width);
          const int64_t y = at / kSize.width % kSize.height;
          const int64_t x = at % kSize.width;
          ASSERT_NEAR(got[i][c][y][x], plain(parameters, given[i], c, y, x), 1e-12) << i << " " << c << " " << y << " " << x;
        }
      }
    }
  }
}

TEST(Siamese, IsWhatAPlainLoopGives) {
  expect_plain("color", plain_color);
  expect_plain("crop", plain_crop);
  expect_plain("cutout", plain_cutout);
  expect_plain("flip", plain_flip);
  expect_plain("scale", plain_scale);
  expect_plain("rotate", plain_rotate);
}

/// Of squares, as the published code calls it: it turns in coordinates from −1 to 1.
TEST(Siamese, ScalesAndTurnsAsGridSample) {
  const Tensor images = random_images(2, "squares").narrow(3, 0, 8).contiguous();
  for (const char* name : {"scale", "rotate"}) {
    const SiameseDraw draw = draw_siamese(siamese_named(name), {8, 8, kChannels}, Random(4, name), 2);
    std::vector<double> matrices;
    for (const SiameseParameters& p : draw.pictures) {
      const double c = std::cos(p.angle);
      const double s = std::sin(p.angle);
      matrices.insert(matrices.end(), {p.scale_x * c, -s, 0, s, p.scale_y * c, 0});
    }
    const Tensor grid = at::affine_grid_generator(at::tensor(matrices, at::kDouble).view({2, 2, 3}), images.sizes(), false);
    const Tensor expected = at::grid_sampler(images, grid, /*bilinear*/ 0, /*zeros*/ 0, /*align_corners=*/false);
    EXPECT_LT((apply(draw, images) - expected).abs().max().item<double>(), 1e-12) << name;
  }
}

TEST(Siamese, MakesTheSameOfEveryBatch) {
  const SiameseDraw draw = drawn("all:dsa", 0, 1);
  const Tensor a = random_images(3, "a");
  const Tensor b = random_images(2, "b");
  const Tensor both = apply(draw, at::cat({a, b}));
  EXPECT_TRUE(both.narrow(0, 0, 3).equal(apply(draw, a)));
  EXPECT_TRUE(both.narrow(0, 3, 2).equal(apply(draw, b)));
  EXPECT_LT((apply(draw, a.contiguous(at::MemoryFormat::ChannelsLast)) - apply(draw, a)).abs().max().item<double>(), 1e-12);
  EXPECT_LT((apply(draw, a.to(at::kFloat)).to(at::kDouble) - apply(draw, a)).abs().max().item<double>(), 1e-5);
}

/// ⟨∂/∂x Σ apply(x)³, direction⟩ at `x`, as part of a graph.
Tensor slope(const SiameseDraw& draw, const Tensor& x, const Tensor& direction) {
  const Tensor changed = apply(draw, x);
  const auto gradient = torch::autograd::grad({(changed * changed * changed).sum()}, {x}, {}, /*retain_graph=*/true, /*create_graph=*/true);
  return (gradient[0] * direction).sum();
}

TEST(Siamese, IsDifferentiableTwice) {
  constexpr double kStep = 1e-5;
  for (const char* name : {"color", "crop", "cutout", "flip", "scale", "rotate", "all:dsa"}) {
    SCOPED_TRACE(name);
    for (const int64_t pictures : {1, 2}) {
      const SiameseDraw draw = drawn(name, 1, pictures);
      const Tensor images = random_images(2, "images");
      const Tensor direction = random_images(2, "direction");
      const auto at = [&](double t) { return (images + direction * t).requires_grad_(); };
      const auto loss = [&](double t) { return apply(draw, images + direction * t).pow(3).sum().item<double>(); };
      const Tensor x = at(0);
      const Tensor first = slope(draw, x, direction);
      const double numeric = (loss(kStep) - loss(-kStep)) / (2 * kStep);
      EXPECT_NEAR(first.item<double>(), numeric, 1e-6 * std::abs(numeric));
      const Tensor second = (torch::autograd::grad({first}, {x})[0] * direction).sum();
      const double numeric_second = (slope(draw, at(kStep), direction) - slope(draw, at(-kStep), direction)).item<double>() / (2 * kStep);
      EXPECT_NEAR(second.item<double>(), numeric_second, 1e-6 * std::abs(numeric_second));
    }
  }
}

}  // namespace
}  // namespace decant::nn
