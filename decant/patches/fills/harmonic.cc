// Harmonic in-painting: the smoothest surface through what was kept; and `smooth`, the smoothest
// one whose cells also have their mean colours, which every format stores.
//
// Harmonic: every dropped pixel is the mean of its neighbours, of which there are four, or fewer at
// the picture's edge: Laplace's equation, with kept pixels as the boundary. In every channel by
// itself that is A·x = b, A the graph Laplacian of the dropped pixels plus their edges to kept
// ones: symmetric and positive definite, since some cell is kept and the picture hangs together. x
// minimises ½ xᵀAx − bᵀx, half the sum of squared differences of neighbours.
//
// Smooth minimises the same among those x whose cells have the stored means: A·x − b is then
// constant inside every cell. Stored colours have the right means, so steps that change none, those
// of mean 0 in every cell, lead to it: P·A·P is solved in place of A, P the projection onto such
// steps.
//
// Both are solved by conjugate gradients from the stored colours on, until no equation is off by
// more than kTolerance grey levels; 224 × 224 pixels with a quarter dropped take about a hundred
// iterations.
#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
#include <vector>

#include "decant/patches/fills/list.h"

namespace decant::patches {
namespace {

constexpr double kTolerance = 0.01;
constexpr int kMostIterations = 2000;
constexpr int kOutside = -1;  // no pixel there
constexpr int kKept = -2;

/// The dropped pixels of a picture, numbered in reading order.
class Unknowns {
 public:
  explicit Unknowns(const PatchMask& mask) : width_(mask.grid.width()), height_(mask.grid.height()) {
    number_.assign(static_cast<size_t>(width_) * static_cast<size_t>(height_), kKept);
    for (int cell = 0; cell < mask.grid.count(); ++cell) {
      if (!mask.kept[static_cast<size_t>(cell)]) mark(mask.grid.pixels(cell));
    }
    for (size_t at = 0; at < number_.size(); ++at) {
      if (number_[at] == kKept) continue;
      number_[at] = static_cast<int>(pixels_.size());
      pixels_.push_back(static_cast<int>(at));
      cells_.push_back(mask.grid.cell_of(static_cast<int>(at) % width_ / mask.grid.unit().width,
                                         static_cast<int>(at) / width_ / mask.grid.unit().height));
    }
    cell_count_ = mask.grid.count();
    for (const int at : pixels_) neighbours_.push_back(neighbours_of(at));
  }

  const std::vector<int>& pixels() const { return pixels_; }  ///< where each lies
  size_t size() const { return pixels_.size(); }
  const std::vector<int>& cells() const { return cells_; }  ///< the cell that each lies in
  int cell_count() const { return cell_count_; }

  /// What lies left, right, above and below: a number, kKept or kOutside.
  const std::array<int, 4>& neighbours(size_t i) const { return neighbours_[i]; }
  std::array<int, 4> steps() const { return {-1, 1, -width_, width_}; }

 private:
  void mark(const PatchRect& cell) {
    for (int y = cell.top; y < cell.bottom; ++y) std::fill_n(number_.begin() + int64_t{y} * width_ + cell.left, cell.width(), 0);
  }

  std::array<int, 4> neighbours_of(int at) const {
    const int x = at % width_;
    const int y = at / width_;
    const auto number = [&](bool inside, int step) { return inside ? number_[static_cast<size_t>(at + step)] : kOutside; };
    return {number(x > 0, -1), number(x + 1 < width_, 1), number(y > 0, -width_), number(y + 1 < height_, width_)};
  }

  int width_;
  int height_;
  std::vector<int> number_;
  std::vector<int> pixels_;
  std::vector<int> cells_;
  int cell_count_ = 0;
  std::vector<std::array<int, 4>> neighbours_;
};

using Vector = std::vector<double>;

double product(const Vector& a, const Vector& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

/// out = A·x.
void apply(const Unknowns& unknowns, const Vector& x, Vector& out) {
  for (size_t i = 0; i < x.size(); ++i) {
    double sum = 0;
    for (const int j : unknowns.neighbours(i)) {
      if (j == kOutside) continue;
      sum += x[i];
      if (j >= 0) sum -= x[static_cast<size_t>(j)];
    }
    out[i] = sum;
  }
}

/// Takes from every cell its mean.
void project(const Unknowns& unknowns, Vector& x) {
  Vector sums(static_cast<size_t>(unknowns.cell_count()));
  Vector counts(sums.size());
  for (size_t i = 0; i < x.size(); ++i) {
    sums[static_cast<size_t>(unknowns.cells()[i])] += x[i];
    counts[static_cast<size_t>(unknowns.cells()[i])] += 1;
  }
  for (size_t i = 0; i < x.size(); ++i) {
    const auto cell = static_cast<size_t>(unknowns.cells()[i]);
    x[i] -= sums[cell] / counts[cell];
  }
}

/// x with A·x = b, from `x` on; with `keep_means`, by steps of mean 0 in every cell.
void solve(const Unknowns& unknowns, const Vector& b, bool keep_means, Vector& x) {
  Vector residual(x.size());
  Vector applied(x.size());
  apply(unknowns, x, applied);
  for (size_t i = 0; i < x.size(); ++i) residual[i] = b[i] - applied[i];
  if (keep_means) project(unknowns, residual);
  Vector direction = residual;
  double squares = product(residual, residual);
  for (int iteration = 0; iteration < kMostIterations; ++iteration) {
    if (std::ranges::all_of(residual, [](double r) { return std::abs(r) <= kTolerance; })) return;
    apply(unknowns, direction, applied);
    if (keep_means) project(unknowns, applied);
    const double step = squares / product(direction, applied);
    for (size_t i = 0; i < x.size(); ++i) {
      x[i] += step * direction[i];
      residual[i] -= step * applied[i];
    }
    const double before = std::exchange(squares, product(residual, residual));
    for (size_t i = 0; i < x.size(); ++i) direction[i] = residual[i] + squares / before * direction[i];
  }
}

class HarmonicFill final : public Filler {
 public:
  explicit HarmonicFill(bool keep_means) : keep_means_(keep_means) {}

  void fill(std::span<const Filling> pictures) const override {
    for (const auto& [image, mask] : pictures) {
      const Unknowns unknowns(*mask);
      for (int channel = 0; channel < image->size.channels; ++channel) fill_channel(*image, unknowns, channel);
    }
  }

 private:
  void fill_channel(Image& image, const Unknowns& unknowns, int channel) const {
    const auto value = [&](int at) -> uint8_t& { return image.pixels[static_cast<size_t>(int64_t{at} * image.size.channels + channel)]; };
    Vector x(unknowns.size());
    Vector b(unknowns.size());
    const std::array<int, 4> steps = unknowns.steps();
    for (size_t i = 0; i < x.size(); ++i) {
      const int at = unknowns.pixels()[i];
      x[i] = value(at);
      for (size_t side = 0; side < steps.size(); ++side) {
        if (unknowns.neighbours(i)[side] == kKept) b[i] += value(at + steps[side]);
      }
    }
    solve(unknowns, b, keep_means_, x);
    for (size_t i = 0; i < x.size(); ++i)
      value(unknowns.pixels()[i]) = static_cast<uint8_t>(std::clamp(std::floor(x[i] + 0.5), 0.0, 255.0));
  }

  bool keep_means_;
};

}  // namespace

std::shared_ptr<const Filler> make_harmonic_fill() {
  return std::make_shared<HarmonicFill>(false);
}

std::shared_ptr<const Filler> make_smooth_fill() {
  return std::make_shared<HarmonicFill>(true);
}

}  // namespace decant::patches
