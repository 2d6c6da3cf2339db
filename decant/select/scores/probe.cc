#include "decant/select/scores/probe.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "decant/base/errors.h"
#include "decant/base/parallel.h"
#include "decant/kernels/gemm.h"
#include "decant/kernels/pca.h"
#include "decant/select/pools/pools.h"

namespace decant {
namespace {

constexpr int64_t kProbeChunk = 256;    // rows that a thread looks at at a time
constexpr int64_t kPenaltyRows = 8192;  // that choose the penalty

/// The rows, turned into the eigenvectors' frame, and what ridge regression needs to know of them.
class RidgeFrame {
 public:
  /// `classes`: those of the rows, in order; a class is named by its place among them.
  RidgeFrame(const Features& features, std::vector<int64_t> rows, std::span<const int32_t> labels, std::span<const int32_t> classes,
             const Context& context)
      : features_(features), rows_(std::move(rows)), shares_(classes.size()) {
    for (const int64_t row : rows_)
      classes_.push_back(static_cast<int32_t>(std::ranges::lower_bound(classes, labels[static_cast<size_t>(row)]) - classes.begin()));
    pca_ = fit_pca(source(0, count()), features.width(), context);
    sum_classes(context);
  }

  int64_t count() const { return std::ssize(rows_); }
  int64_t row(int64_t member) const { return rows_[static_cast<size_t>(member)]; }
  size_t label(int64_t member) const { return static_cast<size_t>(classes_[static_cast<size_t>(member)]); }
  double mean_variance() const { return pca_.total_variance / static_cast<double>(features_.width()); }

  /// 1 / (λ_j + α); 0 for directions that the rows do not span.
  std::vector<double> shrinkage(double penalty) const {
    std::vector<double> inverse;
    for (const double variance : pca_.variances) inverse.push_back(variance > 0 ? 1 / (variance + penalty) : 0);
    return inverse;
  }

  /// w, (classes, columns).
  Matrix<float> weights(std::span<const double> inverse) const {
    Matrix<float> w(means_.rows(), means_.cols());
    for (int64_t c = 0; c < w.rows(); ++c) {
      for (size_t j = 0; j < inverse.size(); ++j) w[c][j] = static_cast<float>(static_cast<double>(means_[c][j]) * inverse[j]);
    }
    return w;
  }

  /// z of members [begin, end).
  Matrix<float> turned(int64_t begin, int64_t end) const {
    Matrix<float> z(end - begin, features_.width());
    project(pca_, source(begin, end), z.view(), {.threads = 1});
    return z;
  }

  /// Calls of(member, f without the member) for one in every `stride` members, whole chunks at a
  /// time on all threads.
  template <class Function>
  void leave_each_out(double penalty, int64_t stride, const Context& context, Function&& of) const {
    const std::vector<double> inverse = shrinkage(penalty);
    const Matrix<float> w = weights(inverse);
    parallel_for(context, count(), kProbeChunk, [&](int64_t begin, int64_t end) {
      if (begin / kProbeChunk % stride != 0) return;
      const Matrix<float> z = turned(begin, end);
      Matrix<float> f(end - begin, w.rows());
      multiply_transposed(z.view(), w.view(), f.view());
      std::vector<double> answer(shares_.size());
      for (int64_t i = begin; i < end; ++i) {
        const double left = std::max(1e-9, 1 - leverage(z[i - begin], inverse));
        for (size_t c = 0; c < answer.size(); ++c) {
          const double target = c == label(i) ? 1 : 0;
          answer[c] = target - (target - shares_[c] - static_cast<double>(f[i - begin][c])) / left;
        }
        of(i, answer);
      }
    });
  }

 private:
  RowSource source(int64_t begin, int64_t end) const {
    return {end - begin, features_.width(),
            [this, begin](int64_t i, std::vector<float>& scratch) { return features_.row(row(begin + i), scratch); }};
  }

  double leverage(std::span<const float> z, std::span<const double> inverse) const {
    double sum = 1;
    for (size_t j = 0; j < z.size(); ++j) sum += static_cast<double>(z[j]) * static_cast<double>(z[j]) * inverse[j];
    return sum / static_cast<double>(count());
  }

  /// Shares of the classes, and Σ z / n over each of them: in the rows' own frame first, then
  /// turned.
  void sum_classes(const Context& context) {
    Matrix<double> sums(std::ssize(shares_), features_.width());
    const double one = 1 / static_cast<double>(count());
    for (int64_t i = 0; i < count(); ++i) shares_[label(i)] += one;
    constexpr int64_t kColumns = 64;
    parallel_for(context, features_.width(), kColumns, [&](int64_t from, int64_t to) {
      std::vector<float> scratch;
      for (int64_t i = 0; i < count(); ++i) {
        const auto x = features_.row(row(i), scratch);
        const auto sum = sums[static_cast<int64_t>(label(i))];
        for (auto j = static_cast<size_t>(from); j < static_cast<size_t>(to); ++j)
          sum[j] += (static_cast<double>(x[j]) - pca_.mean[j]) * one;
      }
    });
    Matrix<float> centred(sums.rows(), sums.cols());
    for (int64_t c = 0; c < sums.rows(); ++c)
      std::ranges::transform(sums[c], centred[c].begin(), [](double v) { return static_cast<float>(v); });
    means_ = Matrix<float>(sums.rows(), pca_.components.rows());
    multiply_transposed(centred.view(), pca_.components.view(), means_.view());
  }

  const Features& features_;
  std::vector<int64_t> rows_;
  std::vector<int32_t> classes_;  ///< of each member
  std::vector<double> shares_;
  Pca pca_;
  Matrix<float> means_;  ///< (classes, columns) Σ z / n
};

/// The penalty that leaves the least squared error; of equals the largest.
double best_penalty(const RidgeFrame& frame, const Context& context) {
  const int64_t stride = std::max<int64_t>(1, frame.count() / kPenaltyRows);
  double best = 0;
  double least = std::numeric_limits<double>::infinity();
  for (int power = 2; power >= -4; --power) {
    const double penalty = std::pow(10.0, power) * frame.mean_variance();
    std::vector<double> errors(static_cast<size_t>(frame.count()));
    frame.leave_each_out(penalty, stride, context, [&](int64_t i, std::span<const double> answer) {
      double sum = 0;
      for (size_t c = 0; c < answer.size(); ++c) sum += std::pow(answer[c] - (c == frame.label(i) ? 1 : 0), 2);
      errors[static_cast<size_t>(i)] = sum;
    });
    double error = 0;
    for (const double e : errors) error += e;
    if (!(error < least)) continue;
    least = error;
    best = penalty;
  }
  return best;
}

double margin_of(std::span<const double> answer, size_t label) {
  double other = -std::numeric_limits<double>::infinity();
  for (size_t c = 0; c < answer.size(); ++c) {
    if (c != label) other = std::max(other, answer[c]);
  }
  return answer[label] - other;
}

/// The rows to look at.
std::vector<int64_t> members_of(std::span<const int32_t> labels, std::span<const int64_t> left_out) {
  const std::vector<bool> out = mark_rows(std::ssize(labels), left_out);
  std::vector<int64_t> rows;
  for (int64_t row = 0; row < std::ssize(labels); ++row) {
    if (!out[static_cast<size_t>(row)]) rows.push_back(row);
  }
  return rows;
}

/// The classes that have a row, in order; throws InputError where there is one alone.
std::vector<int32_t> classes_of(std::span<const int32_t> labels, std::span<const int64_t> rows) {
  std::vector<int32_t> classes;
  for (const int64_t row : rows) classes.push_back(labels[static_cast<size_t>(row)]);
  std::ranges::sort(classes);
  classes.erase(std::unique(classes.begin(), classes.end()), classes.end());
  if (classes.size() < 2)
    throw InputError({"", "a linear probe", "needs labels of at least two classes, but there is one",
                      "Use a method without scores: --method random or herding"});
  return classes;
}

}  // namespace

Probe probe_margins(const Features& features, std::span<const int32_t> labels, std::span<const int64_t> left_out, const Context& context) {
  DECANT_CHECK(std::ssize(labels), ==, features.count());
  if (features.width() > kProbeWidth)
    throw InputError({"", "a linear probe", fmt::format("features of {} columns exceed its limit of {}", features.width(), kProbeWidth),
                      "Give fewer columns (principal components), or your own scores: --scores FILE.npy"});
  std::vector<int64_t> rows = members_of(labels, left_out);
  const std::vector<int32_t> classes = classes_of(labels, rows);
  const RidgeFrame frame(features, std::move(rows), labels, classes, context);
  Probe probe{std::vector<double>(labels.size(), std::numeric_limits<double>::quiet_NaN()), best_penalty(frame, context), 0};
  frame.leave_each_out(probe.penalty, 1, context, [&](int64_t i, std::span<const double> answer) {
    probe.margins[static_cast<size_t>(frame.row(i))] = margin_of(answer, frame.label(i));
  });
  const auto right = std::ranges::count_if(probe.margins, [](double margin) { return margin > 0; });
  probe.right = static_cast<double>(right) / static_cast<double>(frame.count());
  return probe;
}

}  // namespace decant
