#include "decant/select/engine/gradient_greedy.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "decant/base/errors.h"
#include "decant/base/parallel.h"
#include "decant/kernels/dot.h"

namespace decant {
namespace {

constexpr int64_t kClassChunk = 16;
constexpr int64_t kRowChunk = 2048;
constexpr int64_t kCachedRows = 256;  // that stay near while many picks pass over them
constexpr size_t kPicksAtOnce = 64;

std::vector<double> promote(std::span<const float> values) {
  return {values.begin(), values.end()};
}

}  // namespace

GradientPicker::GradientPicker(const Features& features, std::span<const int64_t> rows, int32_t classes, double lambda,
                               const Context& context)
    : context_(context), lambda_(lambda) {
  DECANT_CHECK(features.count(), <=, std::numeric_limits<int32_t>::max());
  const MatrixView<const float> all = features.matrix();
  b_ = {all.data, all.rows, classes, all.stride};
  e_ = {all.data + classes, all.rows, all.cols - classes, all.stride};
  for (const int64_t row : rows) line_.push_back(static_cast<int32_t>(row));
  weight_.resize(rows.size());
  picked_.resize(rows.size());
  cover_.resize(rows.size());
  for (int32_t i = 0; i < static_cast<int32_t>(line_.size()); ++i) {
    const double squared = dot(b(i), b(i)) * (1 + dot(e(i), e(i)));
    weight_[static_cast<size_t>(i)] = squared > 0 ? 1 / std::sqrt(squared) : 0;
  }
  cover_all();
}

Matrix<double> GradientPicker::pool_matrix() const {
  Matrix<double> sums(b_.cols, e_.cols + 1);
  parallel_for(context_, b_.cols, kClassChunk, [&](int64_t begin, int64_t end) {
    for (size_t j = 0; j < line_.size(); ++j) {
      const auto row = static_cast<int32_t>(j);
      for (int64_t c = begin; c < end; ++c) {
        const double weighted = weight_[j] * static_cast<double>(b(row)[static_cast<size_t>(c)]);
        sums[c][0] += weighted;
        add_scaled(sums[c].subspan(1), weighted, e(row));
      }
    }
  });
  return sums;
}

void GradientPicker::cover_all() {
  const auto sums = pool_matrix();
  parallel_for(context_, static_cast<int64_t>(line_.size()), 256, [&](int64_t begin, int64_t end) {
    for (auto i = static_cast<int32_t>(begin); i < end; ++i) {
      double sum = 0;
      for (int64_t c = 0; c < b_.cols; ++c) {
        sum += static_cast<double>(b(i)[static_cast<size_t>(c)]) * (sums[c][0] + dot(e(i), sums[c].subspan(1)));
      }
      cover_[static_cast<size_t>(i)] = weight_[static_cast<size_t>(i)] * sum;
    }
  });
}

void GradientPicker::end_bin() {
  for (size_t i = 0; i < cover_.size(); ++i) cover_[i] -= picked_[i];
  std::fill(picked_.begin(), picked_.end(), 0.0);
}

void GradientPicker::skip_bins(std::span<const std::vector<int32_t>> bins) {
  std::vector<bool> taken(line_.size(), false);
  for (const auto& bin : bins) {
    for (const int32_t row : bin) taken[static_cast<size_t>(row)] = true;
  }
  unpicked_.clear();
  for (size_t i = 0; i < taken.size(); ++i) {
    if (!taken[i]) unpicked_.push_back(static_cast<int32_t>(i));
  }
  for (const auto& bin : bins) {
    for (size_t begin = 0; begin < bin.size(); begin += kPicksAtOnce)
      lower_scores(std::span(bin).subspan(begin, std::min(kPicksAtOnce, bin.size() - begin)));
    end_bin();
  }
}

void GradientPicker::begin_bin(std::span<const int32_t> members) {
  end_bin();
  unpicked_.assign(members.begin(), members.end());
  members_ = static_cast<double>(members.size());
  count_ = 0;
}

double GradientPicker::score(int32_t row) const {
  return (lambda_ / 2) * cover_[static_cast<size_t>(row)] - picked_[static_cast<size_t>(row)];
}

/// By several picks, in their order: each row sees them one after the other, as if they came one at
/// a time.
void GradientPicker::lower_scores(std::span<const int32_t> picks) {
  std::vector<std::vector<double>> b_picked;
  std::vector<std::vector<double>> e_picked;
  for (const int32_t picked : picks) {
    b_picked.push_back(promote(b(picked)));
    e_picked.push_back(promote(e(picked)));
  }
  const int64_t chunk = picks.size() > 1 ? kCachedRows : kRowChunk;
  parallel_for(context_, static_cast<int64_t>(unpicked_.size()), chunk, [&](int64_t begin, int64_t end) {
    std::array<const float*, kRowChunk> b_rows;
    std::array<const float*, kRowChunk> e_rows;
    std::array<double, kRowChunk> bb;
    std::array<double, kRowChunk> ee;
    const auto count = static_cast<size_t>(end - begin);
    const auto rows = std::span(unpicked_).subspan(static_cast<size_t>(begin), count);
    for (size_t i = 0; i < count; ++i) {
      b_rows[i] = b(rows[i]).data();
      e_rows[i] = e(rows[i]).data();
    }
    for (size_t p = 0; p < picks.size(); ++p) {
      const double weight = weight_[static_cast<size_t>(picks[p])];
      dot_rows(std::span(b_rows).first(count), b_picked[p], std::span(bb).first(count));
      dot_rows(std::span(e_rows).first(count), e_picked[p], std::span(ee).first(count));
      for (size_t i = 0; i < count; ++i) {
        const auto row = static_cast<size_t>(rows[i]);
        picked_[row] += bb[i] * (1 + ee[i]) * weight_[row] * weight;
      }
    }
  });
}

BinPick GradientPicker::next() {
  auto best = unpicked_.begin();
  for (auto i = unpicked_.begin(); i != unpicked_.end(); ++i) {
    if (score(*i) > score(*best)) best = i;
  }
  const BinPick pick{*best, score(*best) + lambda_ / 2 * members_ - count_};
  unpicked_.erase(best);
  lower_scores({&pick.row, 1});
  count_ += 1;
  return pick;
}

}  // namespace decant
