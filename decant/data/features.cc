#include "decant/data/features.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "decant/base/errors.h"
#include "decant/base/parallel.h"
#include "decant/kernels/float8.h"
#include "decant/kernels/half.h"

namespace decant {
namespace {

constexpr int64_t kFiniteChunk = 2048;  // rows

bool is_aligned_float32(const FeatureBlock& block) {
  return block.type == FloatType::f32 && reinterpret_cast<uintptr_t>(block.data) % alignof(float) == 0;
}

const std::byte* bytes_of(const FeatureBlock& block, int64_t row) {
  return block.data + row * block.stride * value_bytes(block.type);
}

const float* floats_of(const FeatureBlock& block, int64_t row) {
  return reinterpret_cast<const float*>(block.data) + row * block.stride;
}

void convert_row(const FeatureBlock& block, int64_t row, std::span<float> out) {
  const std::byte* from = bytes_of(block, row);
  const auto width = static_cast<size_t>(block.width);
  switch (block.type) {
    case FloatType::f16:
      return halves_to_floats({from, 2 * width}, out.first(width));
    case FloatType::bf16:
      for (size_t i = 0; i < width; ++i) {
        uint16_t upper;
        std::memcpy(&upper, from + 2 * i, sizeof upper);
        out[i] = std::bit_cast<float>(uint32_t{upper} << 16);
      }
      return;
    case FloatType::e4m3fn:
      std::transform(from, from + width, out.begin(), [](std::byte value) { return e4m3fn_to_float(std::to_integer<uint8_t>(value)); });
      return;
    case FloatType::e5m2:
      std::transform(from, from + width, out.begin(), [](std::byte value) { return e5m2_to_float(std::to_integer<uint8_t>(value)); });
      return;
    case FloatType::f32:
      std::memcpy(out.data(), from, 4 * width);
      return;
    case FloatType::f64:
      for (size_t i = 0; i < width; ++i) {
        double value;
        std::memcpy(&value, from + 8 * i, sizeof value);
        out[i] = static_cast<float>(value);
      }
  }
}

/// The rows of every block but the last, when they are the same and the last has no more; else 0.
int64_t rows_of_each(std::span<const FeatureBlock> blocks) {
  const int64_t rows = blocks.front().rows;
  const auto same = [&](const FeatureBlock& block) { return block.rows == rows; };
  const bool regular = std::all_of(blocks.begin(), blocks.end() - 1, same) && blocks.back().rows <= rows;
  return regular ? rows : 0;
}

[[noreturn]] void fail_not_finite(const Features& features, int64_t row, std::span<const float> values, const std::string& name) {
  const auto bad = std::find_if(values.begin(), values.end(), [](float v) { return !std::isfinite(v); });
  const auto [block, local] = features.place_of(row);
  std::string place = fmt::format("row {}, column {}", local, bad - values.begin());
  if (local != row) place += fmt::format(" (row {} of all)", row);
  throw InputError({block->name.empty() ? name : block->name, place, fmt::format("holds {}", *bad),
                    "Features must be finite numbers; fix or drop this row"});
}

}  // namespace

Features::Features(MatrixView<const float> rows, std::shared_ptr<const void> owner) : count_(rows.rows), width_(rows.cols) {
  if (rows.rows == 0) return;
  *this = Features({{reinterpret_cast<const std::byte*>(rows.data), FloatType::f32, rows.rows, rows.cols, rows.stride, std::move(owner)}});
}

Features::Features(std::vector<FeatureBlock> blocks) {
  DECANT_CHECK(blocks.size(), >, 0u);
  width_ = blocks.front().width;
  auto parts = std::make_shared<Blocks>();
  for (const FeatureBlock& block : blocks) {
    DECANT_CHECK(block.width, ==, width_);
    DECANT_CHECK(block.rows, >, 0);
    parts->begin.push_back(count_);
    count_ += block.rows;
    stored_ = stored_ && is_aligned_float32(block);
  }
  parts->begin.push_back(count_);
  parts->rows_each = rows_of_each(blocks);
  if (blocks.size() == 1 && stored_) first_ = {floats_of(blocks.front(), 0), count_, width_, blocks.front().stride};
  parts->blocks = std::move(blocks);
  blocks_ = std::move(parts);
}

std::span<const FeatureBlock> Features::blocks() const {
  return blocks_ ? std::span(blocks_->blocks) : std::span<const FeatureBlock>();
}

Features::Place Features::place_of(int64_t row) const {
  const auto& begin = blocks_->begin;
  const auto index = blocks_->rows_each > 0
                         ? static_cast<size_t>(row / blocks_->rows_each)
                         : static_cast<size_t>(std::upper_bound(begin.begin(), begin.end() - 1, row) - begin.begin()) - 1;
  return {&blocks_->blocks[index], row - begin[index]};
}

const float* Features::find_stored_row(int64_t row) const {
  const auto [block, local] = place_of(row);
  return floats_of(*block, local);
}

std::span<const float> Features::row(int64_t row, std::vector<float>& scratch) const {
  const auto width = static_cast<size_t>(width_);
  if (first_.data != nullptr) return first_[row];
  const auto [block, local] = place_of(row);
  if (stored_ || is_aligned_float32(*block)) return {floats_of(*block, local), width};
  if (scratch.size() < width) scratch.resize(width);
  convert_row(*block, local, scratch);
  return std::span(scratch).first(width);
}

void Features::copy_row(int64_t row, std::span<float> out) const {
  const auto [block, local] = place_of(row);
  convert_row(*block, local, out);
}

MatrixView<const float> Features::matrix() const {
  DECANT_CHECK(is_matrix(), ==, true);
  return first_;
}

Features one_float32_block(const Features& features) {
  if (features.is_matrix()) return features;
  const auto values = std::make_shared<Matrix<float>>(features.count(), features.width());
  for (int64_t row = 0; row < features.count(); ++row) features.copy_row(row, (*values)[row]);
  return {std::as_const(*values).view(), values};
}

void require_finite(const Features& features, const std::string& name, const std::vector<bool>& skip, const RowRange& range,
                    const Context& context) {
  const int64_t end_of_range = range.end < 0 ? features.count() : range.end;
  std::atomic<int64_t> first_bad{end_of_range};
  parallel_for(context, end_of_range - range.begin, kFiniteChunk, [&](int64_t begin, int64_t end) {
    std::vector<float> scratch;
    for (int64_t row = range.begin + begin; row < range.begin + end; ++row) {
      if (!skip.empty() && skip[static_cast<size_t>(row)]) continue;
      // A NaN or an infinity times zero is a NaN, and a NaN sticks: one cheap sum finds whether to
      // look closer.
      float trap = 0;
      for (const float value : features.row(row, scratch)) trap += value * 0.0F;
      if (trap == 0.0F) continue;
      for (int64_t known = first_bad; row < known && !first_bad.compare_exchange_weak(known, row);) {
      }
      return;
    }
  });
  if (first_bad == end_of_range) return;
  std::vector<float> scratch;
  fail_not_finite(features, first_bad, features.row(first_bad, scratch), name);
}

}  // namespace decant
