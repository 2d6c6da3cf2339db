#include "decant/select/engine/linear_pool.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "decant/base/errors.h"
#include "decant/base/parallel.h"
#include "decant/kernels/dot.h"
#include "decant/select/engine/block_sum.h"

namespace decant {
namespace {

constexpr int64_t kScoreChunk = 2048;
constexpr size_t kGroupRows = 256;
constexpr size_t kConvertedRows = 16;  // converted together, then multiplied while they are in the cache
constexpr int64_t kCopyLimit = int64_t{16} << 20;

}  // namespace

LinearPool::LinearPool(const Features& features, std::span<const int64_t> rows, const LinearForm& form, const Context& context, Comm* ranks)
    : form_(form), context_(context), count_(static_cast<int64_t>(rows.size())), ranks_(ranks) {
  DECANT_CHECK(features.count(), <=, std::numeric_limits<int32_t>::max());
  if (ranks_ != nullptr) {
    const RankShare share = share_of(count_, ranks_->rank(), ranks_->size());
    first_ = static_cast<int32_t>(share.begin);
    rows = rows.subspan(static_cast<size_t>(share.begin), static_cast<size_t>(share.end - share.begin));
  }
  norms_.resize(rows.size());
  gather(features, rows);
  parallel_for(context_, own(), kScoreChunk, [&](int64_t begin, int64_t end) {
    std::vector<float> scratch;
    for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
      const auto x = values(first_ + static_cast<int32_t>(i), scratch);
      const double squared = dot(x, x);
      norms_[i] = !form_.unit ? squared : squared > 0 ? 1.0 / std::sqrt(squared) : 0.0;
    }
  });
}

void LinearPool::gather(const Features& features, std::span<const int64_t> rows) {
  const int64_t width = features.width();
  const auto count = static_cast<int64_t>(rows.size());
  table_ = features;
  if (count_ == features.count()) {
    first_line_ = first_;
    return;
  }
  if (count * width * 4 > kCopyLimit) {
    place_.resize(rows.size());
    std::transform(rows.begin(), rows.end(), place_.begin(), [](int64_t row) { return static_cast<int32_t>(row); });
    return;
  }
  const int64_t stride = (width + 15) / 16 * 16;  // whole cache lines
  copy_.resize(static_cast<size_t>(count * stride));
  float* const start = copy_.data();
  for (int64_t i = 0; i < count; ++i) {
    features.copy_row(rows[static_cast<size_t>(i)], {start + i * stride, static_cast<size_t>(width)});
  }
  table_ = {MatrixView<const float>(start, count, width, stride), nullptr};
}

std::span<const int32_t> LinearPool::own_part(std::span<const int32_t> rows) const {
  const auto begin = std::lower_bound(rows.begin(), rows.end(), first_);
  const auto end = std::lower_bound(begin, rows.end(), first_ + own());
  return {begin, end};
}

void LinearPool::replicate(std::span<const int32_t> rows) {
  if (ranks_ == nullptr) return;
  const auto read = [&](int32_t row, std::span<float> values) {
    table_.copy_row(line(row), values);
    return norm(row);
  };
  replicated_.exchange(
      rows, width(), *ranks_, [&](std::span<const int32_t> some) { return own_part(some); }, read);
}

/// Calls use(i, x of rows[i], rows[i+1], …) for all of the rows, some at a time, as float32
/// wherever they lie.
template <class Use>
void LinearPool::in_groups(std::span<const int32_t> rows, Use&& use) const {
  const bool stored = table_.is_stored_float32();
  const auto row_width = static_cast<size_t>(width());
  thread_local std::vector<float> scratch;
  if (!stored && scratch.size() < kConvertedRows * row_width) scratch.resize(kConvertedRows * row_width);
  std::array<const float*, kGroupRows> group;
  const size_t at_once = stored ? kGroupRows : kConvertedRows;
  for (size_t begin = 0; begin < rows.size(); begin += at_once) {
    const auto part = rows.subspan(begin, std::min(at_once, rows.size() - begin));
    for (size_t i = 0; i < part.size(); ++i) {
      if (!is_own(part[i])) {
        group[i] = replicated_.values(part[i]).data();
      } else if (stored) {
        group[i] = table_.stored_row(line(part[i]));
      } else {
        const auto to = std::span(scratch).subspan(i * row_width, row_width);
        table_.copy_row(line(part[i]), to);
        group[i] = to.data();
      }
    }
    use(begin, std::span<const float* const>(group).first(part.size()));
  }
}

std::vector<double> LinearPool::sum(int64_t members, int64_t first_own, std::span<const int32_t> own) const {
  const RankShare share{first_own, first_own + static_cast<int64_t>(own.size())};
  const auto add = [&](int64_t begin, int64_t end, std::span<double> sum) {
    const auto part = own.subspan(static_cast<size_t>(begin - first_own), static_cast<size_t>(end - begin));
    in_groups(part, [&](size_t from, std::span<const float* const> rows) {
      std::array<double, kGroupRows> scales;
      for (size_t i = 0; i < rows.size(); ++i) scales[i] = scale(part[from + i]);
      add_scaled_rows(sum, std::span(scales).first(rows.size()), rows);
    });
  };
  return block_sum(members, width(), share, add, ranks_, context_);
}

std::vector<double> LinearPool::sum_of_everyone() {
  if (everyone_.empty()) {
    std::vector<int32_t> rows(norms_.size());
    std::iota(rows.begin(), rows.end(), first_);
    everyone_ = sum(count_, first_, rows);
  }
  return everyone_;
}

void LinearPool::begin_bin(std::span<const int32_t> members) {
  const auto own = own_part(members);
  const auto count = static_cast<int64_t>(members.size());
  total_ = count == count_ ? sum_of_everyone() : sum(count, own.data() - members.data(), own);
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
  if (form_.norms_pool != 0) add_squared_norms(own);
}

std::vector<double> LinearPool::begin_bin(std::span<const int32_t> members, std::span<const int32_t> picked) {
  DECANT_CHECK(ranks_ == nullptr, ==, true);
  begin_bin(members);
  std::vector<double> gains;
  for (const int32_t row : picked) {
    double score = 0;
    scores_at(query_, tau_, {&row, 1}, {&score, 1});
    gains.push_back(gain(score));
    pick(row);
  }
  return gains;
}

/// One after the other, rank by rank: gains repeat to the last bit.
void LinearPool::add_squared_norms(std::span<const int32_t> own) {
  const int ranks = ranks_ == nullptr ? 1 : ranks_->size();
  for (int rank = 0; rank < ranks; ++rank) {
    if (ranks_ == nullptr || rank == ranks_->rank()) {
      for (const int32_t row : own) norms_pool_ += squared_norm(row);
    }
    if (ranks_ != nullptr) ranks_->broadcast(std::as_writable_bytes(std::span(&norms_pool_, 1)), rank);
  }
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

void LinearPool::scores_at(std::span<const double> query, double tau, std::span<const int32_t> rows, std::span<double> out) const {
  parallel_for(context_, static_cast<int64_t>(rows.size()), kScoreChunk, [&](int64_t begin, int64_t end) {
    const auto part = rows.subspan(static_cast<size_t>(begin), static_cast<size_t>(end - begin));
    const auto result = out.subspan(static_cast<size_t>(begin), part.size());
    in_groups(part, [&](size_t from, std::span<const float* const> group) { dot_rows(group, query, result.subspan(from, group.size())); });
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
