#include "decant/train/linear.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "decant/base/errors.h"
#include "decant/base/matrix.h"
#include "decant/base/parallel.h"
#include "decant/base/stopwatch.h"
#include "decant/kernels/gemm.h"
#include "decant/loader/batches.h"
#include "decant/train/lbfgs.h"

namespace decant::train {
namespace {

constexpr int64_t kBlock = 256;      // rows turned into float64 at a time
constexpr int64_t kMostChunks = 64;  // each has a gradient of its own

int64_t chunk_of(int64_t rows) {
  const int64_t blocks = (rows + kBlock * kMostChunks - 1) / (kBlock * kMostChunks);
  return kBlock * std::max<int64_t>(1, blocks);
}

size_t chunk_count(int64_t rows) {
  return static_cast<size_t>((rows + chunk_of(rows) - 1) / chunk_of(rows));
}

/// Sums over chunks of rows, added in their order: body(row numbers, sums of `width`) for each
/// chunk.
std::vector<double> sum_over_rows(std::span<const int64_t> rows, size_t width, const Context& context,
                                  const std::function<void(std::span<const int64_t>, std::vector<double>&)>& body) {
  const auto n = static_cast<int64_t>(rows.size());
  const int64_t chunk = chunk_of(n);
  std::vector<std::vector<double>> parts(chunk_count(n), std::vector<double>(width));
  parallel_for(context, n, chunk, [&](int64_t begin, int64_t end) {
    body(rows.subspan(static_cast<size_t>(begin), static_cast<size_t>(end - begin)), parts[static_cast<size_t>(begin / chunk)]);
  });
  std::vector<double> total(width);
  for (const std::vector<double>& part : parts) {
    for (size_t i = 0; i < width; ++i) total[i] += part[i];
  }
  return total;
}

/// A block of standardised rows as float64, and the same transposed: both ways round are wanted.
struct Block {
  Block(int64_t width) : rows(kBlock, width), columns(width, kBlock) {}
  Matrix<double> rows;
  Matrix<double> columns;

  void fill(const Features& features, std::span<const int64_t> numbers, const ColumnScale& scale) {
    for (size_t i = 0; i < numbers.size(); ++i) {
      const std::span<const float> row = features.row(numbers[i], scratch_);
      const std::span<double> out = rows[static_cast<int64_t>(i)];
      for (size_t c = 0; c < row.size(); ++c) out[c] = (row[c] - scale.mean[c]) * scale.scale[c];
    }
    for (int64_t c = 0; c < columns.rows(); ++c) {
      const std::span<double> out = columns[c];
      for (size_t i = 0; i < numbers.size(); ++i) out[i] = rows[static_cast<int64_t>(i)][static_cast<size_t>(c)];
    }
  }

 private:
  std::vector<float> scratch_;
};

/// z = Wᵀ x̂ + b of the block's first `count` rows.
void scores_of(const Block& block, int64_t count, std::span<const double> parameters, int classes, Matrix<double>& z) {
  const int64_t width = block.columns.rows();
  const double* bias = parameters.data() + width * classes;
  for (int64_t i = 0; i < count; ++i) std::copy_n(bias, classes, z[i].data());
  const MatrixView<const double> columns(block.columns.data(), width, count, block.columns.cols());
  add_transposed_product(columns, {parameters.data(), width, classes}, z.view().slice(0, count));
}

/// Makes z the gradient of the row's loss, softmax(z) − 1 at the label, and returns the loss.
double loss_of(std::span<double> z, int32_t label) {
  const double highest = *std::max_element(z.begin(), z.end());
  const double own = z[static_cast<size_t>(label)];
  double sum = 0;
  for (double& value : z) sum += value = std::exp(value - highest);
  for (double& value : z) value /= sum;
  z[static_cast<size_t>(label)] -= 1;
  return highest + std::log(sum) - own;
}

[[noreturn]] void throw_not_finite(int64_t row, size_t column, float value) {
  throw InputError({"", fmt::format("row {}, column {}", row, column), fmt::format("holds {}", value),
                    "Features must be finite numbers; fix or drop this row"});
}

const Features& matrix_of(const Rows& rows) {
  DECANT_CHECK(rows.features() != nullptr, ==, true);
  return *rows.features();
}

std::vector<int32_t> labels_of(const Rows& rows, std::span<const int64_t> subset, int classes, std::span<const int32_t> taught = {}) {
  loader::require_labels(rows, subset, classes, taught);
  std::vector<int32_t> labels;
  for (const int64_t row : subset) labels.push_back(loader::taught_label(rows, taught, row));
  return labels;
}

/// Share of the test rows that are answered right.
double share_right(const TrainJob& job, const ColumnScale& columns, std::span<const double> parameters, const Context& context) {
  const Features& test = matrix_of(*job.test);
  std::vector<int64_t> every(static_cast<size_t>(test.count()));
  std::iota(every.begin(), every.end(), int64_t{0});
  const std::vector<int32_t> labels = labels_of(*job.test, every, job.classes);
  const std::vector<int32_t> answers = linear_answers(test, every, job.classes, columns, parameters, context);
  int64_t right = 0;
  for (size_t i = 0; i < labels.size(); ++i) right += answers[i] == labels[i];
  return static_cast<double>(right) / static_cast<double>(labels.size());
}

}  // namespace

ColumnScale standardisation(const Features& features, std::span<const int64_t> rows, const Context& context) {
  const auto width = static_cast<size_t>(features.width());
  const auto n = static_cast<double>(rows.size());
  ColumnScale columns;
  columns.mean = sum_over_rows(rows, width, context, [&](std::span<const int64_t> part, std::vector<double>& sums) {
    std::vector<float> scratch;
    for (const int64_t row : part) {
      const std::span<const float> x = features.row(row, scratch);
      for (size_t c = 0; c < width; ++c) {
        if (!std::isfinite(x[c])) throw_not_finite(row, c, x[c]);
        sums[c] += x[c];
      }
    }
  });
  for (double& mean : columns.mean) mean /= n;
  columns.scale = sum_over_rows(rows, width, context, [&](std::span<const int64_t> part, std::vector<double>& sums) {
    std::vector<float> scratch;
    for (const int64_t row : part) {
      const std::span<const float> x = features.row(row, scratch);
      for (size_t c = 0; c < width; ++c) sums[c] += (x[c] - columns.mean[c]) * (x[c] - columns.mean[c]);
    }
  });
  for (size_t c = 0; c < width; ++c) {
    const double deviation = std::sqrt(columns.scale[c] / n);
    columns.scale[c] = deviation > 1e-12 * std::abs(columns.mean[c]) ? 1 / deviation : 0;
  }
  return columns;
}

LogisticLoss::LogisticLoss(const Features& features, std::span<const int64_t> rows, std::span<const int32_t> labels, int classes,
                           const ColumnScale& columns, double penalty)
    : features_(features), rows_(rows), labels_(labels), classes_(classes), columns_(columns), penalty_(penalty) {
  DECANT_CHECK(rows.size(), ==, labels.size());
}

double LogisticLoss::operator()(std::span<const double> parameters, std::span<double> gradient, const Context& context) const {
  const int64_t width = features_.width();
  const auto size = static_cast<size_t>(this->parameters());
  const auto weights = static_cast<size_t>(width * classes_);
  // The last of the sums is the loss.
  const std::vector<double> sums = sum_over_rows(rows_, size + 1, context, [&](std::span<const int64_t> part, std::vector<double>& own) {
    Block block(width);
    Matrix<double> z(kBlock, classes_);
    const int32_t* label = labels_.data() + (part.data() - rows_.data());
    for (size_t begin = 0; begin < part.size(); begin += kBlock) {
      const auto numbers = part.subspan(begin, std::min<size_t>(kBlock, part.size() - begin));
      const auto count = static_cast<int64_t>(numbers.size());
      block.fill(features_, numbers, columns_);
      scores_of(block, count, parameters, classes_, z);
      for (int64_t i = 0; i < count; ++i) own[size] += loss_of(z[i], *label++);
      add_transposed_product(block.rows.view().slice(0, count), z.view().slice(0, count), {own.data(), width, classes_});
      for (int64_t i = 0; i < count; ++i) {
        for (int c = 0; c < classes_; ++c) own[weights + static_cast<size_t>(c)] += z[i][static_cast<size_t>(c)];
      }
    }
  });
  const auto n = static_cast<double>(rows_.size());
  double squares = 0;
  for (size_t i = 0; i < size; ++i) {
    gradient[i] = sums[i] / n;
    if (i >= weights) continue;
    gradient[i] += penalty_ * parameters[i];
    squares += parameters[i] * parameters[i];
  }
  return sums[size] / n + penalty_ / 2 * squares;
}

std::vector<int32_t> linear_answers(const Features& features, std::span<const int64_t> rows, int classes, const ColumnScale& columns,
                                    std::span<const double> parameters, const Context& context) {
  std::vector<int32_t> answers(rows.size());
  parallel_for(context, static_cast<int64_t>(rows.size()), kBlock, [&](int64_t begin, int64_t end) {
    Block block(features.width());
    Matrix<double> z(kBlock, classes);
    block.fill(features, rows.subspan(static_cast<size_t>(begin), static_cast<size_t>(end - begin)), columns);
    scores_of(block, end - begin, parameters, classes, z);
    for (int64_t i = 0; i < end - begin; ++i) {
      const std::span<const double> row = z[i];
      answers[static_cast<size_t>(begin + i)] = static_cast<int32_t>(std::max_element(row.begin(), row.end()) - row.begin());
    }
  });
  return answers;
}

TrainResult train_linear(const TrainJob& job, const LinearOptions& options, const Context& context) {
  const Stopwatch watch;
  check(job.options);
  use_one_blas_thread();
  if (job.subset.empty()) throw InputError({"", "", "there are no training rows", "Keep at least one"});
  const Features& features = matrix_of(*job.rows);
  if (job.test != nullptr && matrix_of(*job.test).width() != features.width())
    throw InputError({"", "test rows",
                      fmt::format("have {} columns, but the training rows {}", matrix_of(*job.test).width(), features.width()),
                      "Give test rows with the same features"});
  const std::vector<int32_t> labels = labels_of(*job.rows, job.subset, job.classes, job.labels);
  const ColumnScale columns = standardisation(features, job.subset, context);
  const LogisticLoss loss(features, job.subset, labels, job.classes, columns, job.options.weight_decay);
  const Minimum minimum = minimise([&](std::span<const double> at, std::span<double> gradient) { return loss(at, gradient, context); },
                                   std::vector<double>(static_cast<size_t>(loss.parameters())), options.tolerance, options.most_iterations);
  if (!minimum.reached)
    context.warn(fmt::format("linear: after {} steps a partial derivative is still {:.2g}, not {:.2g}", minimum.iterations, minimum.slope,
                             options.tolerance));
  TrainResult result{.final_loss = minimum.value, .steps = minimum.iterations};
  if (job.test != nullptr && job.test->size() > 0) {
    result.test_rows = job.test->size();
    result.value = share_right(job, columns, minimum.at, context);
  }
  result.seconds = watch.seconds();
  return result;
}

}  // namespace decant::train
