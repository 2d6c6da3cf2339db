// Multi-formation: J.-H. Kim et al., "Dataset condensation via efficient synthetic-data
// parameterization" (IDC), ICML 2022, arXiv:2205.14959.
//
//     stored    S (classes · per_class, channels, f·t, f·u)      t = height / f, u = width / f, rounded down
//     pictures  each of its f² tiles, row by row, enlarged to (height, width)
//
// f² times as many pictures for the same stored pixels, at 1/f of the resolution: pictures near in
// space share what they need to say.
//
// Enlarging is bilinear, as at::upsample_bilinear2d with align_corners = false, but written as two
// products, R · tile · Qᵀ, whose gradients repeat on every device. Each pixel is a mean of stored
// ones with weights that sum to 1, so pictures lie in the range where the stored ones do. First
// tiles are means of areas (published code takes every f-th pixel; it also pads sides that f does
// not divide, where tiles are rounded down here).
#include <ATen/TensorOperators.h>
#include <ATen/ops/adaptive_avg_pool2d.h>
#include <ATen/ops/clamp.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/zeros.h>
#include <algorithm>
#include <cmath>

#include "decant/base/errors.h"
#include "decant/distill/torch/synthetic.h"

namespace decant::distill {
namespace {

/// (to, from): row i says of which values value i of the longer list is the mean, with what
/// weights.
Tensor enlarging(int64_t from, int64_t to, const at::TensorOptions& options) {
  const Tensor weights = at::zeros({to, from}, at::kDouble);
  auto values = weights.accessor<double, 2>();
  for (int64_t i = 0; i < to; ++i) {
    const double place = (static_cast<double>(i) + 0.5) * static_cast<double>(from) / static_cast<double>(to) - 0.5;
    const double inside = std::clamp(place, 0.0, static_cast<double>(from - 1));
    const auto low = static_cast<int64_t>(inside);
    const double rest = inside - static_cast<double>(low);
    values[i][low] += 1 - rest;
    values[i][std::min(low + 1, from - 1)] += rest;
  }
  return weights.to(options);
}

class MultiFormation final : public Parameterization {
 public:
  /// `tiles`: (classes · per_class, channels, t, u), of pictures of (height, width).
  MultiFormation(const Tensor& tiles, int64_t classes, int64_t factor, int64_t height, int64_t width)
      : factor_(factor), per_class_(tiles.size(0) / classes), height_(tiles.size(2)), width_(tiles.size(3)) {
    const at::TensorOptions options = tiles.options().requires_grad(false);
    rows_ = enlarging(height_, height, options);
    columns_ = enlarging(width_, width, options).t().contiguous();
    value_ = joined(tiles.detach()).set_requires_grad(true);
  }

  std::vector<Learnt> learnt() const override { return {{"pictures", value_}}; }
  int64_t per_class() const override { return per_class_; }
  Tensor pictures(int64_t first, int64_t count) const override {
    const int64_t each = per_class_ / (factor_ * factor_);
    return at::matmul(at::matmul(rows_, tiles(value_.narrow(0, first * each, count * each))), columns_);
  }
  void project(const PixelRange& range) override { value_.copy_(at::clamp(value_, range.low, range.high)); }

 private:
  /// (n, channels, f·t, f·u) → (n · f², channels, t, u)
  Tensor tiles(const Tensor& stored) const {
    return stored.reshape({-1, stored.size(1), factor_, height_, factor_, width_}).permute({0, 2, 4, 1, 3, 5}).flatten(0, 2);
  }
  Tensor joined(const Tensor& tiles) const {
    const int64_t channels = tiles.size(1);
    return tiles.reshape({-1, factor_, factor_, channels, height_, width_})
        .permute({0, 3, 1, 4, 2, 5})
        .reshape({-1, channels, factor_ * height_, factor_ * width_})
        .contiguous();
  }

  int64_t factor_;
  int64_t per_class_;
  int64_t height_;  ///< of a tile
  int64_t width_;
  Tensor rows_;
  Tensor columns_;
  Tensor value_;
};

}  // namespace

std::unique_ptr<Parameterization> make_multi_formation(const Tensor& first, int64_t classes, int factor) {
  const int64_t height = first.size(2) / factor;
  const int64_t width = first.size(3) / factor;
  if (height == 0 || width == 0)
    throw InputError({"", "factor", fmt::format("{} leaves tiles without pixels", factor), "Give a smaller one"});
  return make_formation_of_tiles(at::adaptive_avg_pool2d(first.detach(), {height, width}), classes, factor, first.size(2), first.size(3));
}

std::unique_ptr<Parameterization> make_formation_of_tiles(const Tensor& tiles, int64_t classes, int factor, int64_t height, int64_t width) {
  DECANT_CHECK(tiles.size(0) % (classes * factor * factor), ==, 0);
  return std::make_unique<MultiFormation>(tiles, classes, factor, height, width);
}

}  // namespace decant::distill
