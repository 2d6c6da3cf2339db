// The net `linear`: multinomial logistic regression on the rows of a matrix. No libtorch, no
// chance: the minimum is one point, and the same rows give it to the same bits, whatever the number
// of threads.
//
// With columns standardised by mean and deviation of the training rows (x̂ = (x − mean) /
// deviation; a constant column is 0), weights W of (columns, classes) and a bias b for each class,
//
//     f(W, b) = 1/n Σ_i [ log Σ_c exp z_ic − z_i,y(i) ] + λ/2 ‖W‖²,    z_i = Wᵀ x̂_i + b
//
// is convex, and has one minimum for λ > 0 (up to a constant added to all of b, which changes no
// answer). λ is TrainOptions::weight_decay: what weight decay is to SGD, this penalty is to f.
// L-BFGS (lbfgs.h) goes down from zero until no partial derivative exceeds the tolerance.
//
// Sums are float64, in chunks whose size follows from n alone, added in their order.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "decant/base/context.h"
#include "decant/data/features.h"
#include "decant/train/train.h"

namespace decant::train {

/// What a column is made of: x̂ = (x − mean)·scale.
struct ColumnScale {
  std::vector<double> mean;
  std::vector<double> scale;  ///< 1 / deviation; 0 for a constant column
};

/// Over some rows. Two passes. Throws InputError naming the first of them with a NaN or an
/// infinity.
ColumnScale standardisation(const Features& features, std::span<const int64_t> rows, const Context& context);

/// f and its gradient. Parameters: (columns + 1, classes), row-major; the last row is b.
class LogisticLoss {
 public:
  /// `labels`: one for each of `rows`, 0…classes−1. All of them must outlive this. Rows are read
  /// where they lie, on every call.
  LogisticLoss(const Features& features, std::span<const int64_t> rows, std::span<const int32_t> labels, int classes,
               const ColumnScale& columns, double penalty);

  int64_t parameters() const { return (features_.width() + 1) * classes_; }
  /// Cost: 4 · n · columns · classes operations, 64 gradients of memory at most.
  double operator()(std::span<const double> parameters, std::span<double> gradient, const Context& context) const;

 private:
  const Features& features_;
  std::span<const int64_t> rows_;
  std::span<const int32_t> labels_;
  int classes_;
  const ColumnScale& columns_;
  double penalty_;
};

/// The class with the largest z of each row, the smallest number among equals.
std::vector<int32_t> linear_answers(const Features& features, std::span<const int64_t> rows, int classes, const ColumnScale& columns,
                                    std::span<const double> parameters, const Context& context);

struct LinearOptions {
  double tolerance = 1e-5;  ///< of max |∂f|
  int64_t most_iterations = 1000;
};

/// Trains on job.subset of job.rows and answers job.test, which are matrices. Of the job's options
/// only weight_decay counts; `steps` of the result are iterations. Says so in the log when the
/// tolerance is not reached. Throws InputError: rows without labels or with values that are not
/// finite, test rows of another width.
TrainResult train_linear(const TrainJob& job, const LinearOptions& options, const Context& context);

}  // namespace decant::train
