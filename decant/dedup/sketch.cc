#include "decant/dedup/sketch.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "decant/base/parallel.h"
#include "decant/kernels/dot.h"
#include "decant/kernels/gemm.h"
#include "decant/kernels/pca.h"

namespace decant {
namespace {

constexpr int64_t kTile = 512;
constexpr double kUnit = 0x1p-24;
constexpr int64_t kMomentRows = 4096;  // that the directions are learnt from
constexpr int64_t kTriedRows = 768;    // that the width is picked by
constexpr std::array<int64_t, 6> kWidths = {16, 32, 48, 64, 96, 128};

/// What rounding can do to the product of two rows of length 1.
double product_slack(int64_t columns) {
  return columns < (int64_t{1} << 20) ? 1.1 * static_cast<double>(columns + 8) * kUnit : std::numeric_limits<double>::infinity();
}

float round_up(double value) {
  const auto near = static_cast<float>(value);
  return static_cast<double>(near) < value ? std::nextafter(near, std::numeric_limits<float>::infinity()) : near;
}

/// Directions, and what they and their products miss for being rounded.
struct Directions {
  Matrix<float> rows;  ///< orthonormal, the leading one first
  double skew = 0;     ///< E = ‖VVᵀ − I‖, Frobenius
  int64_t width = 0;   ///< d

  double missed(int64_t k) const { return 1.1 * std::sqrt(static_cast<double>(k)) * static_cast<double>(width + 4) * kUnit; }  // η
  double slack(int64_t k) const { return 3.5 * skew + 2.1 * missed(k) + product_slack(k + 1); }
  double in_rest(int64_t k) const { return 2.1 * missed(k) + 1.1 * skew + 1e-12; }
};

double skew_of(const Matrix<float>& rows) {
  double sum = 0;
  for (int64_t i = 0; i < rows.rows(); ++i) {
    for (int64_t j = 0; j < rows.rows(); ++j) {
      const double off = dot(rows[i], rows[j]) - (i == j ? 1 : 0);
      sum += off * off;
    }
  }
  return std::sqrt(sum) + 1e-9;
}

/// The `most` leading directions of rows of length 1.
Directions leading_directions(MatrixView<const float> unit, int64_t most) {
  Matrix<double> moments(unit.cols, unit.cols);
  Matrix<double> wide(kTile, unit.cols);
  for (int64_t begin = 0; begin < unit.rows; begin += kTile) {
    const int64_t size = std::min(kTile, unit.rows - begin);
    for (int64_t i = 0; i < size; ++i) std::ranges::copy(unit[begin + i], wide[i].begin());
    const auto part = wide.view().slice(0, size);
    add_transposed_product(part, part, moments.view());
  }
  const Eigen eigen = symmetric_eigen(std::move(moments));
  Directions result{.rows = Matrix<float>(most, unit.cols), .width = unit.cols};
  for (int64_t i = 0; i < most; ++i)
    std::ranges::transform(eigen.vectors[unit.cols - 1 - i], result.rows[i].begin(), [](double v) { return static_cast<float>(v); });
  result.skew = skew_of(result.rows);
  return result;
}

/// (h, ρ) of rows of length 1. `h`: their products with at least k directions.
void write_short(MatrixView<const float> unit, MatrixView<const float> h, int64_t k, double in_rest, MatrixView<float> out) {
  for (int64_t i = 0; i < unit.rows; ++i) {
    const auto head = h[i].first(static_cast<size_t>(k));
    std::ranges::copy(head, out[i].begin());
    out[i].back() = round_up(std::sqrt(std::max(0.0, dot(unit[i], unit[i]) - dot(head, head)) + in_rest));
  }
}

/// The share of all pairs whose product reaches `bar`.
double share_left(MatrixView<const float> rows, float bar) {
  Matrix<float> products(rows.rows, rows.rows);
  multiply_transposed(rows, rows, products.view());
  int64_t left = 0;
  for (int64_t i = 0; i < rows.rows; ++i)
    left += std::ranges::count_if(products[i].subspan(static_cast<size_t>(i) + 1), [&](float p) { return p >= bar; });
  return 2.0 * static_cast<double>(left) / std::max(1.0, static_cast<double>(rows.rows * (rows.rows - 1)));
}

/// About what a pair costs, in columns of a product: the product, a look at it, and measuring what
/// is left.
double cost_of(int64_t columns, double left, int64_t width) {
  return static_cast<double>(columns) + 8 + left * (4.0 * static_cast<double>(width) + 200);
}

/// How many of the directions to use; 0 = none.
int64_t best_width(MatrixView<const float> tried, const Directions& directions, double threshold) {
  Matrix<float> h(tried.rows, directions.rows.rows());
  multiply_transposed(tried, directions.rows.view(), h.view());
  int64_t best = 0;
  double least = cost_of(tried.cols, share_left(tried, static_cast<float>(threshold)), tried.cols);
  for (const int64_t k : kWidths) {
    if (k > directions.rows.rows()) break;
    Matrix<float> rows(tried.rows, k + 1);
    write_short(tried, h.view(), k, directions.in_rest(k), rows.view());
    const double cost = cost_of(k + 1, share_left(rows.view(), static_cast<float>(threshold - directions.slack(k))), tried.cols);
    if (cost < least) {
      least = cost;
      best = k;
    }
  }
  return best;
}

/// Whether learning directions costs little next to all products.
bool worth_learning(int64_t rows, int64_t width) {
  const auto n = static_cast<double>(rows);
  const auto d = static_cast<double>(width);
  return width >= 2 * kWidths.front() && n * n >= 16 * (static_cast<double>(kMomentRows) * d + 4 * d * d);
}

}  // namespace

Sketch::Sketch(const Features& features, std::span<const int64_t> rows, double threshold, const Context& context)
    : features_(features), rows_(rows), squares_(rows.size()), slack_(product_slack(features.width())) {
  measure(context);
  if (worth_learning(count(), features.width())) shorten(threshold, context);
}

Sketch::Sketch(const Sketch& whole, std::span<const int32_t> places, std::span<const int64_t> rows)
    : features_(whole.features_), rows_(rows), slack_(whole.slack_) {
  for (const int32_t place : places) squares_.push_back(whole.square(place));
  if (whole.short_.rows() == 0) return;
  short_ = Matrix<float>(count(), whole.short_.cols());
  for (int64_t i = 0; i < count(); ++i) std::ranges::copy(whole.short_[places[static_cast<size_t>(i)]], short_[i].begin());
}

void Sketch::measure(const Context& context) {
  parallel_for(context, count(), kTile, [&](int64_t begin, int64_t end) {
    std::vector<float> scratch;
    for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
      const auto x = features_.row(rows_[i], scratch);
      squares_[i] = dot(x, x);
    }
  });
}

void Sketch::fill_unit(int64_t begin, int64_t end, MatrixView<float> out) const {
  std::vector<float> scratch;
  for (int64_t place = begin; place < end; ++place) {
    const auto x = features_.row(rows_[static_cast<size_t>(place)], scratch);
    const double scale = square(place) > 0 ? 1 / std::sqrt(square(place)) : 0;
    std::ranges::transform(x, out[place - begin].begin(), [&](float v) { return static_cast<float>(v * scale); });
  }
}

void Sketch::shorten(double threshold, const Context& context) {
  const auto spread = [&](int64_t most) {
    const int64_t some = std::min(most, count());
    Matrix<float> unit(some, features_.width());
    for (int64_t i = 0; i < some; ++i) {
      const int64_t place = i * count() / some;
      fill_unit(place, place + 1, unit.view().slice(i, i + 1));
    }
    return unit;
  };
  const Directions all = leading_directions(spread(kMomentRows).view(), std::min(kWidths.back(), features_.width() / 2));
  if (all.skew + all.missed(all.rows.rows()) > 1e-3) return;  // the bounds assume less
  const int64_t k = best_width(spread(kTriedRows).view(), all, threshold);
  if (k == 0) return;
  project(all.rows.view().slice(0, k), all.in_rest(k), context);
  slack_ = all.slack(k);
}

void Sketch::project(MatrixView<const float> directions, double in_rest, const Context& context) {
  const int64_t k = directions.rows;
  short_ = Matrix<float>(count(), k + 1);
  parallel_for(context, count(), kTile, [&](int64_t begin, int64_t end) {
    Matrix<float> unit(end - begin, features_.width());
    Matrix<float> h(end - begin, k);
    fill_unit(begin, end, unit.view());
    multiply_transposed(unit.view(), directions, h.view());
    write_short(unit.view(), h.view(), k, in_rest, short_.view().slice(begin, end));
  });
}

MatrixView<const float> Sketch::tile(int64_t begin, int64_t end, Matrix<float>& scratch) const {
  if (short_.rows() > 0) return short_.view().slice(begin, end);
  if (scratch.rows() < end - begin) scratch = Matrix<float>(end - begin, features_.width());
  const auto out = scratch.view().slice(0, end - begin);
  fill_unit(begin, end, out);
  return out;
}

}  // namespace decant
