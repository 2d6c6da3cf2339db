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
// more than kTolerance grey levels, which leaves a hundredth of a grey level on average and less
// than a tenth anywhere. Smooth takes about 45 iterations for cells of 16 pixels, wherever they
// lie. The plain method takes 90 to 200 for harmonic, the more, the more cells lie next to each
// other, since each iteration moves values by one pixel. So the residual r is shown to it as
//
//     z = r + 4·Z·E⁻¹·Zᵀ·r
//
// (CellSystem): a step of Jacobi's plus the solution among surfaces that are flat in every cell, an
// additive preconditioner of two levels (B. Smith, P. Bjørstad, W. Gropp, Domain Decomposition,
// 1996). That makes 50 iterations of it, however many cells are dropped.
//
// All channels are one system, since their polynomials would be nearly the same. Time goes into
// passes over the dropped values, three in an iteration: A·d and dᵀA·d; the steps of x and r with
// what is summed of r; the next d. Only d is laid out as the picture is, zero where pixels are kept
// and in the margin, so that A is four shifted lines and needs no index.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include "decant/patches/fills/cell_system.h"
#include "decant/patches/fills/holes.h"
#include "decant/patches/fills/list.h"

namespace decant::patches {
namespace {

constexpr float kTolerance = 0.03F;
constexpr int kMostIterations = 2000;
constexpr int kLanes = 12;

/// Sums over a cell, side by side: lane i is of channel i mod channels, for the 1 to 4 there are.
/// So the order of additions is the same on every machine.
using Lanes = std::array<float, kLanes>;

using Four = float __attribute__((vector_size(16)));

template <typename Values>
Values load(const float* from) {
  Values values;
  std::memcpy(&values, from, sizeof(values));
  return values;
}

void store(const Four& values, float* to) {
  std::memcpy(to, &values, sizeof(values));
}

/// op(sums, i) for the values of a line from i on, four sums at a time and the last one by one.
template <typename Op>
Lanes folded(const Lanes& before, int count, Op op) {
  Lanes sums = before;
  Four s0 = load<Four>(sums.data());
  Four s1 = load<Four>(sums.data() + 4);
  Four s2 = load<Four>(sums.data() + 8);
  int i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    s0 = op(s0, i);
    s1 = op(s1, i + 4);
    s2 = op(s2, i + 8);
  }
  store(s0, sums.data());
  store(s1, sums.data() + 4);
  store(s2, sums.data() + 8);
  for (size_t lane = 0; i < count; ++i, ++lane) sums[lane] = op(sums[lane], i);
  return sums;
}

Lanes with_products(const Lanes& sums, const float* a, const float* b, int count) {
  return folded(sums, count, [=](auto sum, int i) { return sum + load<decltype(sum)>(a + i) * load<decltype(sum)>(b + i); });
}

Lanes with_values(const Lanes& sums, const float* a, int count) {
  return folded(sums, count, [=](auto sum, int i) { return sum + load<decltype(sum)>(a + i); });
}

Lanes with_sizes(const Lanes& largest, const float* a, int count) {
  return folded(largest, count, [=](auto most, int i) {
    const auto value = load<decltype(most)>(a + i);
    const auto size = value < 0 ? -value : value;
    return most < size ? size : most;
  });
}

/// to[i] = op(what `constants` say of that channel, i).
template <typename Op>
void set_line(float* to, const Lanes& constants, int count, Op op) {
  const Four c0 = load<Four>(constants.data());
  const Four c1 = load<Four>(constants.data() + 4);
  const Four c2 = load<Four>(constants.data() + 8);
  int i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    store(op(c0, i), to + i);
    store(op(c1, i + 4), to + i + 4);
    store(op(c2, i + 8), to + i + 8);
  }
  for (size_t lane = 0; i < count; ++i, ++lane) to[i] = op(constants[lane], i);
}

double sum_of(const Lanes& lanes) {
  double sum = 0;
  for (const float lane : lanes) sum += lane;
  return sum;
}

/// In the lanes of each channel, the sum over all of them times `factor`.
Lanes by_channel(const Lanes& lanes, int channels, float factor) {
  Lanes sums{};
  for (int lane = 0; lane < kLanes; ++lane) sums[static_cast<size_t>(lane % channels)] += lanes[static_cast<size_t>(lane)];
  Lanes all{};
  for (int lane = 0; lane < kLanes; ++lane) all[static_cast<size_t>(lane)] = factor * sums[static_cast<size_t>(lane % channels)];
  return all;
}

/// Conjugate gradients on the dropped values.
class Solver {
 public:
  /// `cells`: null to keep means.
  Solver(const Holes& holes, const CellSystem* cells, bool keep_means)
      : holes_(holes),
        cells_(cells),
        keep_means_(keep_means),
        d_(holes.layout_size()),
        x_(holes.size()),
        r_(holes.size()),
        ad_(holes.size()),
        mean_ad_(holes.all().size()),
        shift_(holes.all().size()) {}

  /// x, from the picture's values on.
  const std::vector<float>& solve(const Image& picture) {
    start(picture);
    for (int iteration = 0; largest_ > kTolerance && iteration < kMostIterations; ++iteration) {
      const double before = rz_;
      advance(static_cast<float>(rz_ / apply()));
      turn(static_cast<float>(rz_ / before));
    }
    return x_;
  }

 private:
  /// r = b − A·x, which is −A·d while all of the picture stands where d will.
  void start(const Image& picture) {
    for (int y = 0; y < holes_.height(); ++y)
      std::copy_n(picture.view().row(y), holes_.width() * holes_.channels(), d_.data() + holes_.place(0, y));
    apply();
    advance(1);
    for (const Hole& hole : holes_.all()) {
      for (int y = 0; y < hole.lines; ++y) std::copy_n(d_.data() + hole.at + y * holes_.pitch(), hole.count, line_of(x_, hole, y));
    }
    std::ranges::fill(d_, 0.0F);
    turn(0);
  }

  static float* line_of(std::vector<float>& values, const Hole& hole, int y) { return values.data() + hole.values + y * hole.count; }

  /// ad = A·d, and its means where they are kept. Returns dᵀA·d.
  double apply() {
    double sum = 0;
    for (size_t h = 0; h < holes_.all().size(); ++h) {
      const Hole& hole = holes_.all()[h];
      Lanes products{};
      Lanes sums{};
      for (int y = 0; y < hole.lines; ++y) {
        const float* const d = d_.data() + hole.at + y * holes_.pitch();
        float* const ad = line_of(ad_, hole, y);
        apply_line(d, hole, y, ad);
        products = with_products(products, d, ad, hole.count);
        if (keep_means_) sums = with_values(sums, ad, hole.count);
      }
      sum += sum_of(products);
      const auto pixels = static_cast<float>(hole.pixels.width() * hole.pixels.height());
      if (keep_means_) mean_ad_[h] = by_channel(sums, holes_.channels(), 1 / pixels);
    }
    return sum;
  }

  void apply_line(const float* __restrict d, const Hole& hole, int y, float* __restrict out) const {
    const int channels = holes_.channels();
    const int pitch = holes_.pitch();
    const int line = hole.pixels.top + y;
    const auto neighbours = static_cast<float>(4 - (line == 0 ? 1 : 0) - (line == holes_.height() - 1 ? 1 : 0));
    for (int i = 0; i < hole.count; ++i) out[i] = neighbours * d[i] - ((d[i - channels] + d[i + channels]) + (d[i - pitch] + d[i + pitch]));
    for (int i = 0; hole.pixels.left == 0 && i < channels; ++i) out[i] -= d[i];
    for (int i = hole.count - channels; hole.pixels.right == holes_.width() && i < hole.count; ++i) out[i] -= d[i];
  }

  /// x += step·d, r −= step·P·A·d; then rᵀz, the largest |r| and what z adds to r.
  void advance(float step) {
    rz_ = 0;
    Lanes largest{};
    for (size_t h = 0; h < holes_.all().size(); ++h) {
      const Hole& hole = holes_.all()[h];
      Lanes squares{};
      Lanes sums{};
      for (int y = 0; y < hole.lines; ++y) {
        float* const r = line_of(r_, hole, y);
        step_line(step, d_.data() + hole.at + y * holes_.pitch(), line_of(ad_, hole, y), mean_ad_[h], hole.count, line_of(x_, hole, y), r);
        squares = with_products(squares, r, r, hole.count);
        largest = with_sizes(largest, r, hole.count);
        if (cells_ != nullptr) sums = with_values(sums, r, hole.count);
      }
      rz_ += sum_of(squares);
      if (cells_ != nullptr) shift_[h] = by_channel(sums, holes_.channels(), 1);
    }
    largest_ = std::ranges::max(largest);
    if (cells_ != nullptr) look_at_cells();
  }

  static void step_line(float step, const float* __restrict d, const float* ad, const Lanes& means, int count, float* __restrict x,
                        float* r) {
    for (int i = 0; i < count; ++i) x[i] += step * d[i];
    set_line(r, means, count, [=](auto mean, int i) { return load<decltype(mean)>(r + i) - step * (load<decltype(mean)>(ad + i) - mean); });
  }

  /// From Zᵀr to 4·E⁻¹·Zᵀr, and what that adds to rᵀz.
  void look_at_cells() {
    const auto channels = static_cast<size_t>(holes_.channels());
    std::vector<double> sums;
    for (const Lanes& hole : shift_) sums.insert(sums.end(), hole.begin(), hole.begin() + static_cast<ptrdiff_t>(channels));
    std::vector<double> solved = sums;
    for (size_t channel = 0; channel < channels; ++channel) cells_->solve(std::span(solved).subspan(channel), holes_.channels());
    for (size_t i = 0; i < solved.size(); ++i) rz_ += 4 * sums[i] * solved[i];
    for (size_t h = 0; h < shift_.size(); ++h) {
      for (size_t lane = 0; lane < kLanes; ++lane) shift_[h][lane] = static_cast<float>(4 * solved[h * channels + lane % channels]);
    }
  }

  /// d = z + factor·d.
  void turn(float factor) {
    for (size_t h = 0; h < holes_.all().size(); ++h) {
      const Hole& hole = holes_.all()[h];
      for (int y = 0; y < hole.lines; ++y)
        turn_line(factor, line_of(r_, hole, y), shift_[h], hole.count, d_.data() + hole.at + y * holes_.pitch());
    }
  }

  static void turn_line(float factor, const float* r, const Lanes& shifts, int count, float* d) {
    set_line(d, shifts, count,
             [=](auto shift, int i) { return (load<decltype(shift)>(r + i) + shift) + factor * load<decltype(shift)>(d + i); });
  }

  const Holes& holes_;
  const CellSystem* cells_;
  bool keep_means_;
  std::vector<float> d_;  ///< with a margin
  std::vector<float> x_;
  std::vector<float> r_;
  std::vector<float> ad_;
  std::vector<Lanes> mean_ad_;  ///< of each hole what P takes from A·d, in every lane that of its channel
  std::vector<Lanes> shift_;    ///< of each hole z − r
  double rz_ = 0;
  float largest_ = 0;
};

class HarmonicFill final : public Filler {
 public:
  explicit HarmonicFill(bool keep_means) : keep_means_(keep_means) {}

  void fill(std::span<const Filling> pictures) const override {
    for (const auto& [image, mask] : pictures) {
      const Holes holes(*mask, image->size.channels);
      if (holes.size() > 0) fill_one(holes, *mask, *image);
    }
  }

 private:
  void fill_one(const Holes& holes, const PatchMask& mask, Image& image) const {
    std::optional<CellSystem> cells;
    if (!keep_means_ && CellSystem::fits(mask)) cells.emplace(mask);
    Solver solver(holes, cells ? &*cells : nullptr, keep_means_);
    take(solver.solve(image), holes, image);
  }

  static void take(const std::vector<float>& values, const Holes& holes, Image& image) {
    for (const Hole& hole : holes.all()) {
      for (int y = 0; y < hole.lines; ++y) {
        const float* const from = values.data() + hole.values + y * hole.count;
        uint8_t* const to = image.row(hole.pixels.top + y) + int64_t{hole.pixels.left} * holes.channels();
        for (int i = 0; i < hole.count; ++i) to[i] = static_cast<uint8_t>(std::clamp(std::floor(from[i] + 0.5F), 0.0F, 255.0F));
      }
    }
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
