#include "decant/distill/torch/resampling.h"

#include <ATen/ops/matmul.h>
#include <ATen/ops/zeros.h>
#include <algorithm>
#include <cmath>

namespace decant::distill {
namespace {

/// (to, from): row i holds the weights of the old pixels in new pixel i.
Tensor triangle_weights(int64_t from, int64_t to, const at::TensorOptions& options) {
  const Tensor weights = at::zeros({to, from}, at::kDouble);
  auto values = weights.accessor<double, 2>();
  const double step = static_cast<double>(from) / static_cast<double>(to);
  const double reach = std::max(step, 1.0);
  for (int64_t i = 0; i < to; ++i) {
    const double centre = (static_cast<double>(i) + 0.5) * step;
    const auto first = std::max<int64_t>(0, static_cast<int64_t>(std::floor(centre - reach)));
    const auto last = std::min(from - 1, static_cast<int64_t>(std::ceil(centre + reach)));
    double sum = 0;
    for (int64_t j = first; j <= last; ++j) {
      values[i][j] = std::max(0.0, 1 - std::abs(static_cast<double>(j) + 0.5 - centre) / reach);
      sum += values[i][j];
    }
    for (int64_t j = first; j <= last; ++j) values[i][j] /= sum;
  }
  return weights.to(options.requires_grad(false));
}

}  // namespace

Tensor resampled(const Tensor& pictures, const CropBox& box, int64_t height, int64_t width) {
  Tensor part = pictures;
  if (box.height != pictures.size(2)) part = part.narrow(2, box.top, box.height);
  if (box.width != pictures.size(3)) part = part.narrow(3, box.left, box.width);
  if (box.height != height) part = at::matmul(triangle_weights(box.height, height, pictures.options()), part);
  if (box.width != width) part = at::matmul(part, triangle_weights(box.width, width, pictures.options()).t());
  return part;
}

Tensor resampled(const Tensor& pictures, int64_t height, int64_t width) {
  return resampled(pictures, {0, 0, pictures.size(2), pictures.size(3)}, height, width);
}

CropBox drawn_crop(int64_t height, int64_t width, const CropShares& shares, Random& random) {
  const double area = static_cast<double>(height * width);
  const double log_ratio = std::log(shares.ratio);
  for (int i = 0; i < 10; ++i) {
    const double target = area * (shares.least + (1 - shares.least) * random.uniform());
    const double aspect = std::exp(log_ratio * (2 * random.uniform() - 1));
    CropBox box;
    box.width = std::llround(std::sqrt(target * aspect));
    box.height = std::llround(std::sqrt(target / aspect));
    if (box.width < 1 || box.height < 1 || box.width > width || box.height > height) continue;
    box.top = static_cast<int64_t>(random.below(static_cast<uint64_t>(height - box.height + 1)));
    box.left = static_cast<int64_t>(random.below(static_cast<uint64_t>(width - box.width + 1)));
    return box;
  }
  const int64_t side = std::min(height, width);
  return {(height - side) / 2, (width - side) / 2, side, side};
}

}  // namespace decant::distill
