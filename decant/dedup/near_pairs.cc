#include "decant/dedup/near_pairs.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

#include "decant/base/parallel.h"
#include "decant/dedup/pair_limit.h"
#include "decant/dedup/sketch.h"
#include "decant/kernels/dot.h"
#include "decant/kernels/gemm.h"

namespace decant {
namespace {

constexpr int64_t kOwn = 256;     // rows of a tile
constexpr int64_t kAsked = 1024;  // its columns
constexpr size_t kLook = 64;      // products that are looked at together

/// NaN for a row of zeros.
double cosine(std::span<const float> x, std::span<const float> y, double xx, double yy) {
  const double similarity = dot(x, y) / std::sqrt(xx * yy);
  return similarity > 1 ? 1 : similarity;
}

bool any_reaches(std::span<const float> products, float bar) {
  int reached = 0;
  for (const float product : products) reached |= product >= bar ? 1 : 0;
  return reached != 0;
}

float rounded_down(double value) {
  const auto near = static_cast<float>(value);
  return static_cast<double>(near) > value ? std::nextafter(near, -std::numeric_limits<float>::infinity()) : near;
}

/// The pairs of the places [begin, end) with all that follow.
class Search {
 public:
  Search(const Features& features, std::span<const int64_t> rows, const Sketch& sketch, double threshold, PairLimit& limit)
      : features_(features),
        rows_(rows),
        sketch_(sketch),
        threshold_(threshold),
        bar_(rounded_down(threshold - sketch.slack())),
        limit_(limit) {}

  std::vector<NearPair> from(int64_t begin, int64_t end) {
    begin_ = begin;
    own_ = sketch_.tile(begin, end, own_scratch_);
    for (int64_t asked = begin; asked < sketch_.count(); asked += kAsked) ask(asked, std::min(sketch_.count(), asked + kAsked));
    std::ranges::sort(found_, {}, [](const NearPair& pair) { return std::tie(pair.row, pair.other); });
    return std::move(found_);
  }

 private:
  void ask(int64_t from, int64_t to) {
    const MatrixView<const float> asked = sketch_.tile(from, to, asked_scratch_);
    if (products_.rows() == 0) products_ = Matrix<float>(own_.rows, kAsked);
    const MatrixView<float> products(products_.data(), own_.rows, to - from);
    multiply_transposed(own_, asked, products);
    for (int64_t i = 0; i < own_.rows; ++i) look(begin_ + i, from, products[i]);
  }

  /// Places up to `place` itself were asked, or are asked, from the other side.
  void look(int64_t place, int64_t from, std::span<const float> products) {
    for (size_t j = static_cast<size_t>(std::max<int64_t>(0, place + 1 - from)); j < products.size();) {
      const size_t end = std::min(products.size(), j + kLook);
      if (any_reaches(products.subspan(j, end - j), bar_)) measure(place, from, products, j, end);
      j = end;
    }
  }

  void measure(int64_t place, int64_t from, std::span<const float> products, size_t begin, size_t end) {
    const auto x = features_.row(row(place), scratch_x_);
    for (size_t j = begin; j < end; ++j) {
      if (products[j] < bar_) continue;
      const int64_t other = from + static_cast<int64_t>(j);
      const double similarity = cosine(x, features_.row(row(other), scratch_y_), sketch_.square(place), sketch_.square(other));
      if (!(similarity >= threshold_)) continue;
      limit_.add();
      found_.push_back({row(place), row(other), similarity});
    }
  }

  int64_t row(int64_t place) const { return rows_[static_cast<size_t>(place)]; }

  const Features& features_;
  std::span<const int64_t> rows_;
  const Sketch& sketch_;
  double threshold_;
  float bar_;
  PairLimit& limit_;
  int64_t begin_ = 0;
  MatrixView<const float> own_;
  Matrix<float> own_scratch_, asked_scratch_, products_;
  std::vector<float> scratch_x_, scratch_y_;
  std::vector<NearPair> found_;
};

}  // namespace

std::vector<NearPair> near_pairs(const Features& features, std::span<const int64_t> rows, double threshold, const Context& context,
                                 int64_t most) {
  return near_pairs(features, rows, Sketch(features, rows, threshold, context), threshold, context, most);
}

std::vector<NearPair> near_pairs(const Features& features, std::span<const int64_t> rows, const Sketch& sketch, double threshold,
                                 const Context& context, int64_t most) {
  const auto count = static_cast<int64_t>(rows.size());
  Stage stage(context, "near pairs", count, "rows");
  PairLimit limit(most, threshold, kTooManyRemedy);
  std::vector<std::vector<NearPair>> parts(static_cast<size_t>((count + kOwn - 1) / kOwn));
  parallel_for(context, count, kOwn, [&](int64_t begin, int64_t end) {
    parts[static_cast<size_t>(begin / kOwn)] = Search(features, rows, sketch, threshold, limit).from(begin, end);
    stage.advance(end - begin);
  });
  std::vector<NearPair> all;
  for (std::vector<NearPair>& part : parts) {
    all.insert(all.end(), part.begin(), part.end());
    std::vector<NearPair>().swap(part);
  }
  return all;
}

std::vector<NearPair> near_pairs_plain(const Features& features, std::span<const int64_t> rows, double threshold) {
  std::vector<NearPair> all;
  std::vector<float> a, b;
  for (size_t i = 0; i < rows.size(); ++i) {
    const auto x = features.row(rows[i], a);
    for (size_t j = i + 1; j < rows.size(); ++j) {
      const auto y = features.row(rows[j], b);
      const double similarity = cosine(x, y, dot(x, x), dot(y, y));
      if (similarity >= threshold) all.push_back({rows[i], rows[j], similarity});
    }
  }
  return all;
}

}  // namespace decant
