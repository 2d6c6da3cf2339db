#include "decant/select/window.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <iterator>
#include <limits>

#include "decant/base/parallel.h"

namespace decant {
namespace {

constexpr float kPicked = -std::numeric_limits<float>::infinity();
constexpr int32_t kNever = -64;  // older than any recent query: those are numbered from 1
constexpr float kLargest = std::numeric_limits<float>::max();
constexpr double kBoundUp = 1 + 0x1p-20;
constexpr double kCoarse = 0x1p-20;  // float32: at most 16 roundings of relative size 2⁻²⁴
constexpr int64_t kSweepChunk = 1 << 16;
constexpr int64_t kCodeChunk = 4096;

/// The smallest power of two above value; 1 for 0.
double power_above(double value) {
  return value > 0 ? std::ldexp(1.0, std::ilogb(value) + 1) : 1.0;
}

SweepUnits units_for(double longest, double query_length) {
  return {power_above(longest), power_above(longest * std::max(query_length, 4 * longest))};
}

}  // namespace

void Window::become_everyone(std::span<const int32_t> rows, const QueryFrame& frame, const RowCodes& codes, const Context& context) {
  row_.assign(rows.begin(), rows.end());
  parent_.clear();
  slack_.clear();
  along_.clear();
  along_per_score_ = frame.has_direction() ? 1 / frame.direction_length() : 0;
  everyone_ = &codes;
  score_.resize(rows.size());
  frame.scores_at(at, rows, score_);
  set_columns(frame, context);
}

void Window::become_part_of(const Window& parent, std::span<const int32_t> slots, const Estimates& known, const QueryFrame& frame,
                            const Context& context) {
  const size_t count = slots.size();
  parent_.assign(slots.begin(), slots.end());
  everyone_ = nullptr;
  row_.resize(count);
  along_.resize(count);
  score_ = known.middle;
  slack_ = known.error;
  for (size_t i = 0; i < count; ++i) {
    row_[i] = parent.row(slots[i]);
    along_[i] = parent.along(slots[i]);
  }
  if (parent.everyone_ != nullptr) {
    own_codes_.gather(parent.codes(), row_, context);
  } else {
    own_codes_.gather(parent.codes(), slots, context);
  }
  set_columns(frame, context);
}

void Window::set_columns(const QueryFrame& frame, const Context& context) {
  longest_ = frame.longest();
  units_ = units_for(longest_, at.length);
  upper32_.resize(size());
  along32_.resize(size());
  across32_.resize(size());
  parallel_for(context, static_cast<int64_t>(size()), kSweepChunk, [&](int64_t begin, int64_t end) {
    for (auto slot = static_cast<int32_t>(begin); slot < end; ++slot) {
      const double e = along(slot);
      upper32_[at_(slot)] = static_cast<float>((score(slot) + slack(slot)) / units_.score);
      along32_[at_(slot)] = static_cast<float>(e / units_.row);
      across32_[at_(slot)] = static_cast<float>(frame.across(row(slot), e) / units_.row * kBoundUp);
    }
  });
  recent32_.clear();
  stamp_.clear();
  largest_slack_ = slack_.empty() ? 0 : *std::max_element(slack_.begin(), slack_.end());
  low_ = high_ = largest_across_ = 0;
  picked_count_ = 0;
  if (size() == 0) return;
  largest_across_ = static_cast<double>(*std::max_element(across32_.begin(), across32_.end())) * units_.row;
  const auto [low, high] = std::minmax_element(along32_.begin(), along32_.end());
  const double rounding = longest_ * kCoarse;
  low_ = static_cast<double>(*low) * units_.row - rounding;
  high_ = static_cast<double>(*high) * units_.row + rounding;
}

bool Window::picked(int32_t slot) const {
  return upper32_[at_(slot)] == kPicked;
}

double Window::typical_across() const {
  const size_t step = std::max<size_t>(1, size() / 1024);
  double sum = 0;
  size_t count = 0;
  for (size_t i = 0; i < size(); i += step, ++count) sum += static_cast<double>(across32_[i]) * units_.row;
  return count > 0 ? sum / static_cast<double>(count) : 0;
}

double Window::highest(size_t count) const {
  std::vector<float> uppers;
  uppers.reserve(unpicked());
  std::copy_if(upper32_.begin(), upper32_.end(), std::back_inserter(uppers), [](float upper) { return upper != kPicked; });
  if (uppers.size() <= count) return -std::numeric_limits<double>::infinity();
  const auto place = uppers.begin() + static_cast<std::ptrdiff_t>(count);
  std::nth_element(uppers.begin(), place, uppers.end(), std::greater<>());
  return static_cast<double>(*place) * units_.score;
}

double Window::sweep_rounding(double along, double across) const {
  return kCoarse * (longest_ * at.length + largest_slack_ + (std::abs(along) + across) * longest_);
}

void Window::sweep(const Move& move, std::span<const Question> questions, double allowance, std::vector<int32_t>& slots,
                   const Context& context) const {
  std::array<BoundTest, 3> tests;
  const double per_row = units_.row / units_.score;
  for (size_t i = 0; i < questions.size(); ++i) {
    const double along = move.along + questions[i].along;
    const double across = move.across + questions[i].across;
    const double floor = questions[i].floor - allowance - sweep_rounding(along, across);
    tests[i] = {static_cast<float>(along * per_row), static_cast<float>(across * per_row * kBoundUp),
                std::max(-kLargest, static_cast<float>(floor / units_.score - 0x1p-100))};  // above −∞, which marks picked rows
  }
  const auto asked = std::span<const BoundTest>(tests).first(questions.size());
  slots.resize(size());
  const size_t chunks = (size() + kSweepChunk - 1) / kSweepChunk;
  std::vector<size_t> found(chunks);
  parallel_for(context, static_cast<int64_t>(size()), kSweepChunk, [&](int64_t begin, int64_t end) {
    const auto from = static_cast<size_t>(begin);
    const auto count = static_cast<size_t>(end - begin);
    found[from / kSweepChunk] = rows_above(columns().part(from, count), asked, std::span(slots).subspan(from, count));
  });
  size_t kept = chunks == 0 ? 0 : found[0];
  for (size_t chunk = 1; chunk < chunks; ++chunk) {
    const size_t from = chunk * kSweepChunk;
    for (size_t i = 0; i < found[chunk]; ++i) slots[kept++] = slots[from + i] + static_cast<int32_t>(from);
  }
  slots.resize(kept);
}

void Window::sweep(const Move& move, double floor, double allowance, const RecentQueries& recent, std::vector<int32_t>& slots) {
  const double per_row = units_.row / units_.score;
  const double rounding = sweep_rounding(move.along, move.across) + kCoarse * longest_ * (recent.longest() + recent.furthest());
  const double lowest = (floor - allowance - rounding) / units_.score - 0x1p-100;
  const BoundTest test{static_cast<float>(move.along * per_row), static_cast<float>(move.across * per_row * kBoundUp),
                       std::max(-kLargest, static_cast<float>(lowest))};
  slots.resize(size());
  size_t found = 0;
  if (recent32_.empty() || recent.empty()) {
    found = rows_above(columns(), {&test, 1}, slots);
  } else {
    found = rows_above(columns(), test, {recent32_, stamp_}, recent.moves(per_row, recent_along_, recent_across_), slots);
  }
  slots.resize(found);
}

void Window::remember(std::span<const int32_t> slots, std::span<const double> uppers, int32_t query) {
  if (recent32_.empty()) {
    recent32_.resize(size());
    stamp_.assign(size(), kNever);
  }
  const double per_score = 1 / units_.score;
  for (size_t i = 0; i < slots.size(); ++i) {
    recent32_[at_(slots[i])] = static_cast<float>(uppers[i] * per_score);
    stamp_[at_(slots[i])] = query;
  }
}

void Window::estimate(std::span<const int32_t> slots, const Move& move, const CodedQuery& coded, const QueryFrame& frame, Estimates& known,
                      const Context& context) const {
  known.middle.resize(slots.size());
  known.error.resize(slots.size());
  const double turn = frame.has_extra() ? move.r.back() : 0;
  parallel_for(context, static_cast<int64_t>(slots.size()), kCodeChunk, [&](int64_t begin, int64_t end) {
    const auto from = static_cast<size_t>(begin);
    const auto part = slots.subspan(from, static_cast<size_t>(end - begin));
    std::array<int32_t, kCodeChunk> rows;
    std::span<const int32_t> coded_rows = part;
    if (everyone_ != nullptr) {
      for (size_t i = 0; i < part.size(); ++i) rows[i] = row(part[i]);
      coded_rows = std::span(rows).first(part.size());
    }
    codes().products(coded_rows, coded, std::span(known.middle).subspan(from, part.size()));
    for (size_t i = 0; i < part.size(); ++i) {
      const int32_t slot = part[i];
      known.middle[from + i] += score(slot) + move.along * along(slot) + (turn != 0 ? turn * frame.extra(row(slot)) : 0);
      known.error[from + i] = slack(slot) + codes().error_of(coded_rows[i], coded);
    }
  });
}

void Window::settle(int32_t slot, double score) {
  score_[at_(slot)] = score;
  slack_[at_(slot)] = 0;
  upper32_[at_(slot)] = static_cast<float>(score / units_.score);
}

void Window::mark_picked(int32_t slot) {
  upper32_[at_(slot)] = kPicked;
  picked_count_ += 1;
}

}  // namespace decant
