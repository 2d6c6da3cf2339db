#include "decant/patches/torch/occlusion.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/log_softmax.h>
#include <algorithm>
#include <c10/core/GradMode.h>
#include <cmath>

#include "decant/base/errors.h"
#include "decant/patches/square_map.h"

namespace decant::patches {
namespace {

/// Pixels of what the network sees.
struct Stretch {
  int64_t begin, length;
};

/// The pixels of a cell along an axis of n; one at least where it sees anything of the cell.
Stretch stretch_of(const SquareAxis::Part& part, int64_t n) {
  if (part.share <= 0) return {0, 0};
  const auto begin = std::min(n - 1, static_cast<int64_t>(std::llround(part.begin * static_cast<double>(n))));
  const auto end = std::max(begin + 1, static_cast<int64_t>(std::llround(part.end * static_cast<double>(n))));
  return {begin, end - begin};
}

struct OccludedCell {
  size_t place;  ///< in the map
  Stretch rows, columns;
};

std::vector<OccludedCell> cells_seen(ImageSize picture, int side, int64_t n) {
  const int square = std::min(picture.width, picture.height);
  const SquareAxis down(picture.height, square, side);
  const SquareAxis across(picture.width, square, side);
  std::vector<OccludedCell> cells;
  for (int r = 0; r < side; ++r) {
    for (int c = 0; c < side; ++c) {
      const OccludedCell cell{static_cast<size_t>(r * side + c), stretch_of(down.part(r), n), stretch_of(across.part(c), n)};
      if (cell.rows.length > 0 && cell.columns.length > 0) cells.push_back(cell);
    }
  }
  return cells;
}

/// The picture once for each cell, without it.
Tensor without(const Tensor& image, std::span<const OccludedCell> cells) {
  const Tensor copies = image.repeat({static_cast<int64_t>(cells.size()), 1, 1, 1});
  for (size_t i = 0; i < cells.size(); ++i) {
    const Tensor cell = copies.select(0, static_cast<int64_t>(i))
                            .narrow(1, cells[i].rows.begin, cells[i].rows.length)
                            .narrow(2, cells[i].columns.begin, cells[i].columns.length);
    cell.copy_(cell.mean(at::IntArrayRef{1, 2}, /*keepdim=*/true).expand_as(cell));
  }
  return copies;
}

/// (pictures) log p(y).
Tensor log_likelihood(Subject& subject, const Tensor& images, int64_t y) {
  return at::log_softmax(subject.network().forward(subject.pass(), images), 1).select(1, y).to(at::kCPU, at::kDouble).contiguous();
}

}  // namespace

void occlusion_map(Subject& subject, const Tensor& image, const Tensor& label, ImageSize picture, int side, int batch,
                   std::span<float> out) {
  const c10::NoGradGuard no_grad;
  const std::vector<OccludedCell> cells = cells_seen(picture, side, image.size(2));
  const auto y = classes_of(label, subject.network().forward(subject.pass(), image)).item<int64_t>();
  const auto whole = log_likelihood(subject, image, y).item<double>();
  std::ranges::fill(out, 0.0F);
  for (size_t begin = 0; begin < cells.size(); begin += static_cast<size_t>(batch)) {
    const auto some = std::span(cells).subspan(begin, std::min(static_cast<size_t>(batch), cells.size() - begin));
    const Tensor left = log_likelihood(subject, without(image, some), y);
    for (size_t i = 0; i < some.size(); ++i) out[some[i].place] = static_cast<float>(std::max(0.0, whole - left.data_ptr<double>()[i]));
  }
}

}  // namespace decant::patches
