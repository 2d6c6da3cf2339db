#include "decant/patches/square_map.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "decant/base/errors.h"

namespace decant::patches {
namespace {

/// The triangle filter over n values, middle and width in values; sums to 1.
void weigh_triangle(double middle, double width, std::span<double> weights) {
  const double reach = std::max(1.0, width);
  for (size_t j = 0; j < weights.size(); ++j) weights[j] = std::max(0.0, 1 - std::abs(static_cast<double>(j) + 0.5 - middle) / reach);
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  for (double& weight : weights) weight /= sum;
}

}  // namespace

SquareAxis::SquareAxis(int pixels, int square, int side) : pixels_(pixels), square_(square), side_(side) {
  DECANT_CHECK(square, >=, 1);
  DECANT_CHECK(square, <=, pixels);
}

SquareAxis::Part SquareAxis::part(int cell) const {
  const int left = (pixels_ - square_) / 2;  // whole pixels, as fit_picture() cuts
  const double width = static_cast<double>(pixels_) / side_;
  const double begin = std::clamp(cell * width - left, 0.0, static_cast<double>(square_));
  const double end = std::clamp((cell + 1) * width - left, 0.0, static_cast<double>(square_));
  return {begin / square_, end / square_, (end - begin) / width};
}

Matrix<double> SquareAxis::weights(int n) const {
  Matrix<double> result(side_, n);
  for (int i = 0; i < side_; ++i) {
    const Part seen = part(i);
    if (seen.share <= 0) continue;
    weigh_triangle((seen.begin + seen.end) / 2 * n, (seen.end - seen.begin) * n, result[i]);
    for (double& weight : result[i]) weight *= seen.share;
  }
  return result;
}

void spread_square(MatrixView<const float> seen, ImageSize picture, int side, std::span<float> out) {
  const int square = std::min(picture.width, picture.height);
  const Matrix<double> down = SquareAxis(picture.height, square, side).weights(static_cast<int>(seen.rows));
  const Matrix<double> across = SquareAxis(picture.width, square, side).weights(static_cast<int>(seen.cols));
  std::vector<double> line(static_cast<size_t>(seen.cols));
  for (int r = 0; r < side; ++r) {
    std::ranges::fill(line, 0.0);
    for (int64_t y = 0; y < seen.rows; ++y) {
      const double weight = down[r][static_cast<size_t>(y)];
      for (size_t x = 0; x < line.size(); ++x) line[x] += weight * static_cast<double>(seen[y][x]);
    }
    for (int c = 0; c < side; ++c)
      out[static_cast<size_t>(r * side + c)] = static_cast<float>(std::inner_product(line.begin(), line.end(), across[c].begin(), 0.0));
  }
}

}  // namespace decant::patches
