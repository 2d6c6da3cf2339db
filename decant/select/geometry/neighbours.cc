#include "decant/select/geometry/neighbours.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "decant/base/errors.h"
#include "decant/base/matrix.h"
#include "decant/base/parallel.h"
#include "decant/kernels/distance.h"
#include "decant/kernels/dot.h"
#include "decant/kernels/gemm.h"

namespace decant {
namespace {

constexpr int64_t kMostAsking = 256;  // rows of a product
constexpr int64_t kLeastAsking = 32;
constexpr int64_t kAsked = 1024;  // its columns

/// The rows of a pool as the products see them: x' = (x − mean)·unit, rounded to float32. The
/// longest is at most 1.
class CentredPool {
 public:
  CentredPool(const Features& features, std::span<const int64_t> rows)
      : features_(features), rows_(rows), mean_(static_cast<size_t>(features.width()), 0.0) {
    std::vector<float> scratch;
    for (const int64_t row : rows) add_scaled(mean_, 1.0 / static_cast<double>(rows.size()), features.row(row, scratch));
    double longest = 0;
    for (const int64_t row : rows) longest = std::max(longest, squared_distance(features.row(row, scratch), mean_));
    if (longest > 0) unit_ = std::ldexp(1.0, -std::ilogb(std::sqrt(longest)) - 1);
  }
  int64_t count() const { return static_cast<int64_t>(rows_.size()); }
  int64_t width() const { return features_.width(); }
  /// A squared distance in the units of the products.
  double scaled(double squared) const { return squared * unit_ * unit_; }
  std::span<const float> row(int64_t place, std::vector<float>& scratch) const {
    return features_.row(rows_[static_cast<size_t>(place)], scratch);
  }

  /// Writes x' of some rows, and next to it ‖x'‖².
  void copy(int64_t begin, int64_t end, Matrix<float>& to, std::vector<double>& squares) const {
    std::vector<float> scratch;
    for (int64_t place = begin; place < end; ++place) {
      const auto x = row(place, scratch);
      const auto out = to[place - begin];
      for (size_t k = 0; k < out.size(); ++k) out[k] = static_cast<float>((static_cast<double>(x[k]) - mean_[k]) * unit_);
      squares[static_cast<size_t>(place - begin)] = dot(out, out);
    }
  }

 private:
  const Features& features_;
  std::span<const int64_t> rows_;
  std::vector<double> mean_;
  double unit_ = 1;
};

/// The k nearest so far, by squared distance and place: a heap, the farthest on top.
class Nearest {
 public:
  explicit Nearest(size_t k) : k_(k) { found_.reserve(k); }
  /// No row farther than this can come in any more.
  double bar() const { return found_.size() < k_ ? INFINITY : found_.front().first; }
  void offer(double squared, int32_t place) {
    const std::pair entry(squared, place);
    if (found_.size() == k_) {
      if (!(entry < found_.front())) return;
      std::ranges::pop_heap(found_);
      found_.pop_back();
    }
    found_.push_back(entry);
    std::ranges::push_heap(found_);
  }
  std::span<const std::pair<double, int32_t>> sorted() {
    std::ranges::sort_heap(found_);
    return found_;
  }

 private:
  size_t k_;
  std::vector<std::pair<double, int32_t>> found_;
};

float rounded_up(double value) {
  const auto nearest = static_cast<float>(value);
  return static_cast<double>(nearest) < value ? std::nextafter(nearest, std::numeric_limits<float>::infinity()) : nearest;
}

/// The rows [begin, end) ask all others. The test for a row y: with s = ‖·'‖², p the product in
/// float32 and e below,
///
///   (1 − e)·(s_x + s_y) − 2p − t > T   ⇒   ‖x − y‖²·unit² > T
///
/// for p is wrong by at most 1.1·(d + 2)·2⁻²⁴·‖x'‖·‖y'‖ in whatever order it was summed, ‖x'‖·‖y'‖
/// ≤ ½(s_x + s_y), rounding x' and y' moves the squared distance by at most 5·2⁻²⁴·(s_x + s_y), and
/// taking the test in float32 by 5 more. t is what underflow can do.
class Asking {
 public:
  Asking(const CentredPool& pool, int64_t begin, int64_t end, int64_t k)
      : pool_(pool),
        begin_(begin),
        own_(end - begin, pool.width()),
        own_squares_(static_cast<size_t>(end - begin)),
        asked_(std::min(kAsked, pool.count()), pool.width()),
        asked_squares_(static_cast<size_t>(asked_.rows())),
        products_(own_.rows(), asked_.rows()),
        least_(asked_squares_.size()) {
    pool.copy(begin, end, own_, own_squares_);
    for (int64_t i = begin; i < end; ++i) nearest_.emplace_back(static_cast<size_t>(k));
  }

  /// The blocks around the own rows first: neighbours in order are often neighbours, and a low bar
  /// spares distances.
  void ask_all() {
    const int64_t blocks = (pool_.count() + kAsked - 1) / kAsked;
    const int64_t home = begin_ / kAsked;
    for (int64_t away = 0; away < blocks; ++away) {
      if (home + away < blocks) ask_block(home + away);
      if (away > 0 && home - away >= 0) ask_block(home - away);
    }
  }

  void write(Neighbours& to) {
    for (size_t i = 0; i < nearest_.size(); ++i) {
      auto at = (static_cast<size_t>(begin_) + i) * static_cast<size_t>(to.each);
      for (const auto& [squared, place] : nearest_[i].sorted()) {
        to.places[at] = place;
        to.distances[at++] = std::sqrt(squared);
      }
    }
  }

 private:
  void ask_block(int64_t block) {
    const int64_t from = block * kAsked;
    const int64_t size = std::min(pool_.count() - from, kAsked);
    pool_.copy(from, from + size, asked_, asked_squares_);
    const MatrixView<float> products(products_.data(), own_.rows(), size);
    multiply_transposed(own_.view(), asked_.view().slice(0, size), products);
    const auto width = static_cast<double>(pool_.width());
    const double shrunk = 1 - 1.1 * (width + 32) * 0x1p-24;
    for (size_t j = 0; j < static_cast<size_t>(size); ++j)
      least_[j] = static_cast<float>(shrunk * asked_squares_[j] - (width + 1) * 0x1p-140);
    for (int64_t i = 0; i < own_.rows(); ++i) sift(i, from, shrunk * own_squares_[static_cast<size_t>(i)], products[i]);
  }

  void sift(int64_t i, int64_t from, double own_least, std::span<const float> products) {
    Nearest& nearest = nearest_[static_cast<size_t>(i)];
    const auto bar_now = [&] { return rounded_up(pool_.scaled(nearest.bar()) * (1 + 0x1p-30) - own_least); };
    float bar = bar_now();
    const auto x = pool_.row(begin_ + i, own_scratch_);
    for (size_t j = 0; j < products.size(); ++j) {
      if (least_[j] - 2 * products[j] > bar) continue;
      const int64_t place = from + static_cast<int64_t>(j);
      if (place == begin_ + i) continue;
      nearest.offer(squared_distance(x, pool_.row(place, scratch_)), static_cast<int32_t>(place));
      bar = bar_now();
    }
  }

  const CentredPool& pool_;
  int64_t begin_;
  Matrix<float> own_;
  std::vector<double> own_squares_;
  Matrix<float> asked_;
  std::vector<double> asked_squares_;
  Matrix<float> products_;
  std::vector<float> least_;  ///< (1 − e)·s_y − t
  std::vector<Nearest> nearest_;
  std::vector<float> own_scratch_, scratch_;
};

}  // namespace

Neighbours nearest_neighbours(const Features& features, std::span<const int64_t> rows, int64_t k, const Context& context) {
  const auto count = static_cast<int64_t>(rows.size());
  DECANT_CHECK(k, >=, 0);
  DECANT_CHECK(count, <=, int64_t{std::numeric_limits<int32_t>::max()});
  Neighbours result;
  result.each = std::max(int64_t{0}, std::min(k, count - 1));
  if (result.each == 0) return result;
  result.places.resize(static_cast<size_t>(count * result.each));
  result.distances.resize(result.places.size());
  const CentredPool pool(features, rows);
  const int64_t chunk = std::clamp(count / (4 * context.thread_count()), kLeastAsking, kMostAsking);  // moves no bit of the result
  Stage stage(context, "neighbours", count, "rows");
  parallel_for(context, count, chunk, [&](int64_t begin, int64_t end) {
    Asking asking(pool, begin, end, result.each);
    asking.ask_all();
    asking.write(result);
    stage.advance(end - begin);
  });
  return result;
}

}  // namespace decant
