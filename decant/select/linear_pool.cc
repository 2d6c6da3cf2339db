#include "decant/select/linear_pool.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "decant/base/errors.h"
#include "decant/base/parallel.h"
#include "decant/kernels/dot.h"

namespace decant {
namespace {

constexpr int64_t kSumBlock = 4096;
constexpr int64_t kScoreChunk = 2048;
constexpr size_t kConvertedRows = 16;  // converted together, then multiplied while they are in the cache
constexpr int64_t kCopyLimit = int64_t{16} << 20;

}  // namespace

LinearPool::LinearPool(const Features& features, std::span<const int64_t> rows, const LinearForm& form, const Context& context)
    : form_(form), context_(context) {
  DECANT_CHECK(features.count(), <=, std::numeric_limits<int32_t>::max());
  gather(features, rows);
  norms_.resize(rows.size());
  parallel_for(context_, size(), kScoreChunk, [&](int64_t begin, int64_t end) {
    std::vector<float> scratch;
    for (auto i = static_cast<int32_t>(begin); i < end; ++i) {
      const auto x = values(i, scratch);
      const double squared = dot(x, x);
      norms_[at(i)] = !form_.unit ? squared : squared > 0 ? 1.0 / std::sqrt(squared) : 0.0;
    }
  });
}

void LinearPool::gather(const Features& features, std::span<const int64_t> rows) {
  const int64_t width = features.width();
  count_ = static_cast<int64_t>(rows.size());
  table_ = features;
  if (count_ == features.count()) return;
  if (count_ * width * 4 > kCopyLimit) {
    place_.resize(rows.size());
    std::transform(rows.begin(), rows.end(), place_.begin(), [](int64_t row) { return static_cast<int32_t>(row); });
    return;
  }
  const int64_t stride = (width + 15) / 16 * 16;  // whole cache lines
  copy_.resize(static_cast<size_t>(count_ * stride) + 16);
  auto* start = copy_.data() + (16 - reinterpret_cast<uintptr_t>(copy_.data()) / 4 % 16) % 16;
  for (int64_t i = 0; i < count_; ++i) {
    features.copy_row(rows[static_cast<size_t>(i)], {start + i * stride, static_cast<size_t>(width)});
  }
  table_ = {MatrixView<const float>(start, count_, width, stride), nullptr};
}

std::vector<double> LinearPool::sum(std::span<const int32_t> rows) const {
  const auto count = static_cast<int64_t>(rows.size());
  Matrix<double> partial((count + kSumBlock - 1) / kSumBlock, width());
  parallel_for(context_, count, kSumBlock, [&](int64_t begin, int64_t end) {
    const auto block = partial[begin / kSumBlock];
    std::vector<float> scratch;
    for (int64_t i = begin; i < end; ++i) {
      const int32_t row = rows[static_cast<size_t>(i)];
      add_scaled(block, scale(row), values(row, scratch));
    }
  });
  std::vector<double> total(static_cast<size_t>(width()), 0.0);
  for (int64_t block = 0; block < partial.rows(); ++block) {
    for (size_t k = 0; k < total.size(); ++k) total[k] += partial[block][k];
  }
  return total;
}

void LinearPool::begin_bin(std::span<const int32_t> members) {
  total_ = sum(members);
  members_ = static_cast<double>(members.size());
  if (form_.mean) {
    for (double& value : total_) value /= members_;
  }
  query_.resize(total_.size());
  for (size_t k = 0; k < query_.size(); ++k) query_[k] = form_.start * total_[k];
  tau_ = form_.tau_start * members_;
  picked_ = 0;
  norms_picked_ = 0;
  norms_pool_ = 0;
  if (form_.norms_pool == 0) return;
  for (const int32_t row : members) norms_pool_ += squared_norm(row);
}

void LinearPool::pick(int32_t row) {
  if (form_.drift != 0) {
    for (size_t k = 0; k < query_.size(); ++k) query_[k] += form_.drift * total_[k];
  }
  add_scaled(query_, -(form_.pick * scale(row)), values(row, scratch_));
  tau_ += form_.tau_step;
  picked_ += 1;
  if (form_.norms_picked != 0) norms_picked_ += squared_norm(row);
}

/// out[i] = dot(x of rows[i], query). At most kScoreChunk rows.
void LinearPool::dot_lines(std::span<const int32_t> rows, std::span<const double> query, std::span<double> out) const {
  if (!table_.is_stored_float32()) return dot_converted(rows, query, out);
  std::array<const float*, kScoreChunk> stored;
  for (size_t i = 0; i < rows.size(); ++i) stored[i] = table_.stored_row(line(rows[i]));
  dot_rows(std::span(stored).first(rows.size()), query, out);
}

void LinearPool::dot_converted(std::span<const int32_t> rows, std::span<const double> query, std::span<double> out) const {
  thread_local std::vector<float> scratch;
  const auto row_width = static_cast<size_t>(width());
  if (scratch.size() < kConvertedRows * row_width) scratch.resize(kConvertedRows * row_width);
  std::array<const float*, kConvertedRows> converted;
  for (size_t begin = 0; begin < rows.size(); begin += kConvertedRows) {
    const auto part = rows.subspan(begin, std::min(kConvertedRows, rows.size() - begin));
    for (size_t i = 0; i < part.size(); ++i) {
      const auto to = std::span(scratch).subspan(i * row_width, row_width);
      table_.copy_row(line(part[i]), to);
      converted[i] = to.data();
    }
    dot_rows(std::span(converted).first(part.size()), query, out.subspan(begin, part.size()));
  }
}

void LinearPool::scores_at(std::span<const double> query, double tau, std::span<const int32_t> rows, std::span<double> out) const {
  parallel_for(context_, static_cast<int64_t>(rows.size()), kScoreChunk, [&](int64_t begin, int64_t end) {
    const auto part = rows.subspan(static_cast<size_t>(begin), static_cast<size_t>(end - begin));
    const auto result = out.subspan(static_cast<size_t>(begin), part.size());
    dot_lines(part, query, result);
    for (size_t i = 0; i < part.size(); ++i) {
      if (form_.unit) result[i] *= scale(part[i]);
      if (form_.squared_norm) result[i] += squared_norm(part[i]) * tau;
    }
  });
}

void LinearPool::scores(std::span<const int32_t> rows, std::span<double> out) const {
  scores_at(query_, tau_, rows, out);
}

double LinearPool::gain(double score) const {
  return score + form_.gain_pool * members_ + form_.gain_picked * picked_ + form_.norms_pool * norms_pool_ +
         form_.norms_picked * norms_picked_;
}

}  // namespace decant
