#include "decant/select/engine/window.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <functional>
#include <iterator>
#include <limits>
#include <numeric>

namespace decant {
namespace {

constexpr float kPicked = -std::numeric_limits<float>::infinity();
constexpr int32_t kNever = -64;  // older than any recent query: those are numbered from 1
constexpr float kLargest = std::numeric_limits<float>::max();
constexpr double kBoundUp = 1 + 0x1p-20;
constexpr double kCoarse = 0x1p-20;  // float32: at most 16 roundings of relative size 2⁻²⁴
constexpr int64_t kSweepChunk = 1 << 14;
constexpr int64_t kCodeChunk = 2048;
constexpr int64_t kEstimateChunk = 256;
constexpr int64_t kWorthATeam = 768 << 10;  // bytes of codes, some 40 µs: waking a helper costs ten
constexpr size_t kWide = 8;                 // a window of more than an eighth of all rows reads their codes where they are

/// The smallest power of two above value; 1 for 0.
double power_above(double value) {
  return value > 0 ? std::ldexp(1.0, std::ilogb(value) + 1) : 1.0;
}

SweepUnits units_for(double longest, double query_length) {
  return {power_above(longest), power_above(longest * std::max(query_length, 4 * longest))};
}

}  // namespace

void Window::become_everyone(std::span<const int32_t> rows, const QueryFrame& frame, const RowCodes& codes, Team& team) {
  row_.assign(rows.begin(), rows.end());
  parent_.clear();
  known_.clear();
  everyone_ = shared_codes_ = &codes;
  stride_ = codes.rows().stride;
  slack32_.clear();
  score_.resize(rows.size());
  frame.scores_at(at, rows, score_);
  longest_ = frame.longest();
  units_ = units_for(longest_, at.length);
  const double along_per_score = frame.has_direction() ? 1 / frame.direction_length() : 0;
  along32_.resize(rows.size());
  across32_.resize(rows.size());
  team.run(static_cast<int64_t>(rows.size()), kSweepChunk, [&](int64_t begin, int64_t end) {
    for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
      along32_[i] = static_cast<float>(score_[i] * along_per_score / units_.row);
      const double e = static_cast<double>(along32_[i]) * units_.row;
      across32_[i] = static_cast<float>(frame.across(row_[i], e) / units_.row * kBoundUp);
    }
  });
  set_columns(frame.ranks());
}

void Window::move_to(const QueryPoint& reference, const Move& move, const CodedQuery& coded, const QueryFrame& frame, Team& team) {
  const double rounding = frame.allowance(at.length + reference.length);
  const SweepUnits after = units_for(longest_, reference.length);
  slack32_.resize(size(), 0);
  team.run(static_cast<int64_t>(size()), kCodeChunk, [&](int64_t begin, int64_t end) {
    const auto count = static_cast<size_t>(end - begin);
    std::array<int32_t, kCodeChunk> slots;
    std::array<double, kCodeChunk> middle;
    std::array<double, kCodeChunk> error;
    std::iota(slots.begin(), slots.begin() + count, static_cast<int32_t>(begin));
    estimate_part(std::span(slots).first(count), move, coded, frame, std::span(middle).first(count), std::span(error).first(count));
    for (size_t i = 0; i < count; ++i) {
      const size_t slot = static_cast<size_t>(begin) + i;
      score_[slot] = middle[i];
      slack32_[slot] = float_above((error[i] + rounding) / after.score);
      if (upper32_[slot] != kPicked) upper32_[slot] = static_cast<float>((middle[i] + error[i] + rounding) / after.score);
    }
  });
  at = reference;
  units_ = after;
  largest_slack_ = size() == 0 ? 0 : static_cast<double>(*std::max_element(slack32_.begin(), slack32_.end())) * units_.score;
}

void Window::become_part_of(const Window& parent, std::span<const int32_t> slots, const Estimates& known, Comm* ranks, Team& team) {
  everyone_ = nullptr;
  longest_ = parent.longest_;
  units_ = units_for(longest_, at.length);
  copy_rows(parent, slots, known, ranks, team);
  if (ranks != nullptr) unite(*ranks);
  along32_.resize(size());
  across32_.resize(size());
  for (size_t i = 0; i < size(); ++i) {
    along32_[i] = known_[i].along;
    across32_[i] = known_[i].across;
  }
  set_columns(nullptr);
}

void Window::copy_rows(const Window& parent, std::span<const int32_t> slots, const Estimates& known, const Comm* ranks, Team& team) {
  const size_t count = slots.size();
  parent_.assign(slots.begin(), slots.end());
  row_.resize(count);
  known_.resize(count);
  stride_ = parent.stride_;
  const bool wide = parent.shared_codes_ != nullptr && ranks == nullptr && count * kWide > parent.shared_codes_->rows().step.size();
  shared_codes_ = wide ? parent.shared_codes_ : nullptr;
  if (!wide) own_codes_.resize(count * static_cast<size_t>(stride_));
  team.run(static_cast<int64_t>(count), kCodeChunk, [&](int64_t begin, int64_t end) {
    for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
      row_[i] = parent.row(slots[i]);
      known_[i] = parent.known(slots[i]);
      known_[i].score = known.middle[i];
      known_[i].slack = known.error[i] > 0 ? float_above(known.error[i] / units_.score) : 0;
      if (wide) continue;
      const auto line = static_cast<size_t>(parent.line(slots[i]));
      std::memcpy(own_codes_.data() + i * static_cast<size_t>(stride_), parent.codes().data() + line * static_cast<size_t>(stride_),
                  static_cast<size_t>(stride_));
    }
  });
}

void Window::unite(Comm& ranks) {
  std::vector<size_t> begins;
  const std::vector<int32_t> own_parents = std::move(parent_);
  row_ = gather_all(ranks, std::span<const int32_t>(row_), &begins);
  known_ = gather_all(ranks, std::span<const KnownRow>(known_));
  const std::vector<uint8_t> codes = gather_all(ranks, own_codes_.span());
  own_codes_.resize(codes.size());
  std::copy(codes.begin(), codes.end(), own_codes_.data());
  parent_.assign(row_.size(), -1);
  std::copy(own_parents.begin(), own_parents.end(),
            parent_.begin() + static_cast<std::ptrdiff_t>(begins[static_cast<size_t>(ranks.rank())]));
}

/// What is swept, but for e and ρ, and the extremes of all.
void Window::set_columns(Comm* ranks) {
  upper32_.resize(size());
  largest_slack_ = 0;
  for (int32_t slot = 0; slot < static_cast<int32_t>(size()); ++slot) {
    upper32_[at_(slot)] = static_cast<float>((score(slot) + slack(slot)) / units_.score);
    largest_slack_ = std::max(largest_slack_, slack(slot));
  }
  recent32_.clear();
  stamp_.clear();
  picked_count_ = 0;
  const auto [low, high] = std::minmax_element(along32_.begin(), along32_.end());
  const auto across = std::max_element(across32_.begin(), across32_.end());
  const bool none = size() == 0;
  low_ = min_all(ranks, none ? 0 : static_cast<double>(*low) * units_.row);
  high_ = max_all(ranks, none ? 0 : static_cast<double>(*high) * units_.row);
  largest_across_ = max_all(ranks, none ? 0 : static_cast<double>(*across) * units_.row);
}

KnownRow Window::known_of_everyone(int32_t slot) const {
  const auto line = static_cast<size_t>(everyone_->line(row(slot)));
  const CodeBlock& codes = everyone_->rows();
  return {score_[at_(slot)], slack32(slot), along32_[at_(slot)], across32_[at_(slot)], codes.step[line], codes.error[line]};
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

double Window::highest(size_t count, Comm* ranks) const {
  std::vector<float> uppers;
  uppers.reserve(unpicked());
  std::copy_if(upper32_.begin(), upper32_.end(), std::back_inserter(uppers), [](float upper) { return upper != kPicked; });
  const auto keep_highest = [&] {
    if (uppers.size() <= count) return false;
    std::nth_element(uppers.begin(), uppers.begin() + static_cast<std::ptrdiff_t>(count), uppers.end(), std::greater<>());
    uppers.resize(count + 1);
    return true;
  };
  bool enough = keep_highest();
  if (ranks != nullptr) {
    uppers = gather_all(*ranks, std::span<const float>(uppers));
    enough = keep_highest();
  }
  return enough ? static_cast<double>(uppers.back()) * units_.score : -std::numeric_limits<double>::infinity();
}

double Window::sweep_rounding(double along, double across) const {
  return kCoarse * (longest_ * at.length + largest_slack_ + (std::abs(along) + across) * longest_);
}

void Window::sweep(const Move& move, std::span<const Question> questions, double allowance, std::vector<int32_t>& slots, Team& team) const {
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
  team.run(static_cast<int64_t>(size()), kSweepChunk, [&](int64_t begin, int64_t end) {
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
                      Team& team) const {
  known.middle.resize(slots.size());
  known.error.resize(slots.size());
  const auto count = static_cast<int64_t>(slots.size());
  const int64_t chunk = count * stride_ > kWorthATeam ? kEstimateChunk : std::max<int64_t>(count, 1);
  team.run(count, chunk, [&](int64_t begin, int64_t end) {
    const auto from = static_cast<size_t>(begin);
    const auto some = static_cast<size_t>(end - begin);
    estimate_part(slots.subspan(from, some), move, coded, frame, std::span(known.middle).subspan(from, some),
                  std::span(known.error).subspan(from, some));
  });
}

void Window::estimate_part(std::span<const int32_t> slots, const Move& move, const CodedQuery& coded, const QueryFrame& frame,
                           std::span<double> middle, std::span<double> error) const {
  constexpr size_t kAtOnce = 256;
  std::array<int32_t, kAtOnce> lines;
  std::array<int32_t, kAtOnce> products;
  const double turn = frame.has_extra() ? move.r.back() : 0;
  const double along_per_unit = move.along * units_.row;
  const double common = coded.error + kCoarse * std::abs(move.along) * longest_;
  for (size_t begin = 0; begin < slots.size(); begin += kAtOnce) {
    const auto part = slots.subspan(begin, std::min(kAtOnce, slots.size() - begin));
    for (size_t i = 0; i < part.size(); ++i) lines[i] = line(part[i]);
    coded_dots(codes(), stride_, std::span(lines).first(part.size()), coded.values, products);
    for (size_t i = 0; i < part.size(); ++i) {
      const KnownRow row = known(part[i]);
      const double across = coded.mean + static_cast<double>(row.step) * coded.step * static_cast<double>(products[i]);
      middle[begin + i] = row.score + along_per_unit * static_cast<double>(row.along) + across;
      error[begin + i] = static_cast<double>(row.slack) * units_.score + static_cast<double>(row.error) * coded.length + common;
    }
    if (turn == 0) continue;
    for (size_t i = 0; i < part.size(); ++i) middle[begin + i] += turn * frame.extra(row(part[i]));
  }
}

void Window::settle(int32_t slot, double score) {
  known_[at_(slot)].score = score;
  known_[at_(slot)].slack = 0;
  upper32_[at_(slot)] = static_cast<float>(score / units_.score);
}

void Window::mark_picked(int32_t slot) {
  upper32_[at_(slot)] = kPicked;
  picked_count_ += 1;
}

}  // namespace decant
