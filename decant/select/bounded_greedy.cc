#include "decant/select/bounded_greedy.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "decant/base/errors.h"

namespace decant {
namespace {

constexpr size_t kRivals = 8;
constexpr size_t kTooFewForCodes = 6;
constexpr double kUp = 1 + 0x1p-20;
constexpr double kCoarse = 0x1p-20;  // float32: at most 16 roundings of relative size 2⁻²⁴

double squared_length(std::span<const double> values) {
  double sum = 0;
  for (const double value : values) sum += value * value;
  return sum;
}

/// The smallest power of two above value; 1 for 0.
double power_above(double value) {
  return value > 0 ? std::ldexp(1.0, std::ilogb(value) + 1) : 1.0;
}

// Costs in nanoseconds, as measured once; only their ratios matter.
double exact_cost(int64_t width) {
  return 0.2 * static_cast<double>(width) + 20;
}
double coded_cost(int64_t width) {
  return 0.04 * static_cast<double>(width) + 15;
}

}  // namespace

BoundedPicker::BoundedPicker(LinearPool& pool, const BoundedOptions& options, const Context& context)
    : pool_(pool), options_(options), context_(context), codes_(pool, context) {
  if (pool_.form().squared_norm) {
    for (int32_t i = 0; i < pool_.size(); ++i) longest_squared_ = std::max(longest_squared_, pool_.squared_norm(i));
  }
  row_unit_ = power_above(codes_.longest());
  squared_unit_ = power_above(longest_squared_);
}

// ---- references and moves

double BoundedPicker::reach(std::span<const double> query, double tau) const {
  return (codes_.longest() * std::sqrt(squared_length(query)) + longest_squared_ * std::abs(tau)) * kUp;
}

void BoundedPicker::set_reference(Reference& reference) const {
  reference.query.assign(pool_.query().begin(), pool_.query().end());
  reference.tau = pool_.tau();
  reference.reach = reach(reference.query, reference.tau);
}

void BoundedPicker::move_from(const Reference& reference, Move& move) const {
  const auto query = pool_.query();
  move.r.resize(query.size());
  for (size_t k = 0; k < query.size(); ++k) move.r[k] = query[k] - reference.query[k];
  move.along = 0;
  if (!direction_.empty()) {
    for (size_t k = 0; k < query.size(); ++k) move.along += move.r[k] * direction_[k];
    for (size_t k = 0; k < query.size(); ++k) move.r[k] -= move.along * direction_[k];
  }
  move.across = std::sqrt(squared_length(move.r)) * kUp;
  move.tau = pool_.tau() - reference.tau;
  const double roundings = 64 * 0x1p-53 * static_cast<double>(query.size() + 16);
  move.allowance = roundings * (reach(query, pool_.tau()) + reference.reach + base_.reach);
}

// ---- what is known of each row

void BoundedPicker::begin_bin(std::span<const int32_t> members) {
  pool_.begin_bin(members);
  row_.assign(members.begin(), members.end());
  picked_.assign(row_.size(), false);
  picked_count_ = 0;
  rivals_.clear();
  direction_.clear();
  exact_.resize(row_.size());
  value_.resize(row_.size());
  slack_.resize(row_.size());
  along_.resize(row_.size());
  score32_.resize(row_.size());
  along32_.resize(row_.size());
  across32_.resize(row_.size());
  if (pool_.form().squared_norm) squared32_.resize(row_.size());
  for (size_t i = 0; i < slots(); ++i) {
    along_[i] = 0;
    set_shape(i);
  }
  refresh_exactly();
  publish();
}

/// Turns along_ into what is swept.
void BoundedPicker::set_shape(size_t slot) {
  const int32_t row = row_[slot];
  const double squared = pool_.scale(row) * pool_.scale(row) * pool_.squared_norm(row);
  const double rounding = 64 * 0x1p-53 * static_cast<double>(pool_.width() + 16);
  const double across = std::sqrt(std::max(0.0, squared - along_[slot] * along_[slot]) + rounding * squared);
  along32_[slot] = static_cast<float>(along_[slot] / row_unit_);
  across32_[slot] = static_cast<float>(across * kUp / row_unit_);
  if (!squared32_.empty()) squared32_[slot] = static_cast<float>(pool_.squared_norm(row) / squared_unit_);
}

/// Takes the direction of the present query, at which exact_ has just been computed.
void BoundedPicker::set_direction() {
  const auto query = pool_.query();
  const double length = std::sqrt(squared_length(query));
  if (!options_.project || !(length > 1e-150)) return;
  direction_.resize(query.size());
  for (size_t k = 0; k < query.size(); ++k) direction_[k] = query[k] / length;
  for (size_t i = 0; i < slots(); ++i) {
    along_[i] = exact_[i] / length;
    set_shape(i);
  }
}

void BoundedPicker::refresh_exactly() {
  pool_.dots(row_, exact_);
  for (size_t i = 0; i < slots(); ++i) exact_[i] *= pool_.scale(row_[i]);
  set_reference(base_);
  now_ = base_;
  if (direction_.empty()) set_direction();
  value_ = exact_;
  std::fill(slack_.begin(), slack_.end(), 0.0);
  counts_.exact_refreshes += 1;
  refresh_cost_ = static_cast<double>(slots()) * exact_cost(pool_.width());
}

void BoundedPicker::refresh_from_codes() {
  move_from(base_, move_);
  set_reference(now_);
  codes_.encode(move_.r, coded_);
  products_.resize(slots());
  codes_.products(row_, coded_, products_);
  for (size_t i = 0; i < slots(); ++i) {
    value_[i] = exact_[i] + move_.along * along_[i] + products_[i];
    slack_[i] = codes_.error(row_[i], coded_);
  }
  counts_.coded_refreshes += 1;
  refresh_cost_ = static_cast<double>(slots()) * coded_cost(pool_.width());
}

void BoundedPicker::refresh() {
  const double width = move_.across;  // what (B1) had to allow for until now
  drop_picked();
  move_from(base_, move_);
  const double error = 2 * codes_.typical_error() * move_.across;
  if (!options_.codes || (options_.project && direction_.empty()) || error > options_.exact_share * width * codes_.longest()) {
    refresh_exactly();
  } else {
    refresh_from_codes();
  }
  publish();
}

/// Closes the gaps once a quarter of the slots is picked.
void BoundedPicker::drop_picked() {
  if (picked_count_ * 4 < slots()) return;
  size_t to = 0;
  std::vector<int32_t> moved(slots(), -1);
  for (size_t from = 0; from < slots(); ++from) {
    if (picked_[from]) continue;
    moved[from] = static_cast<int32_t>(to);
    row_[to] = row_[from];
    exact_[to] = exact_[from];
    along_[to] = along_[from];
    along32_[to] = along32_[from];
    across32_[to] = across32_[from];
    if (!squared32_.empty()) squared32_[to] = squared32_[from];
    ++to;
  }
  for (int32_t& rival : rivals_) rival = moved[static_cast<size_t>(rival)];
  for (auto* column : {&exact_, &value_, &slack_, &along_}) column->resize(to);
  for (auto* column : {&score32_, &along32_, &across32_}) column->resize(to);
  if (!squared32_.empty()) squared32_.resize(to);
  row_.resize(to);
  picked_.assign(to, false);
  picked_count_ = 0;
}

/// Makes value_ ± slack_ the floats that are swept, and starts counting costs anew.
void BoundedPicker::publish() {
  const LinearForm& form = pool_.form();
  const double step = codes_.longest() * codes_.longest() * (form.pick + form.drift) + longest_squared_ * form.tau_step;
  unit_ = power_above(std::max(now_.reach, step));
  largest_slack_ = 0;
  for (size_t i = 0; i < slots(); ++i) {
    const double squared = squared32_.empty() ? 0.0 : pool_.squared_norm(row_[i]) * now_.tau;
    largest_slack_ = std::max(largest_slack_, slack_[i]);
    score32_[i] = picked_[i] ? -std::numeric_limits<float>::infinity() : static_cast<float>((value_[i] + slack_[i] + squared) / unit_);
  }
  spent_ = latest_ = 0;
  picks_since_ = 0;
}

bool BoundedPicker::refresh_is_due() const {
  if (options_.refresh_every > 0) return picks_since_ >= options_.refresh_every;
  return picks_since_ > 1 && latest_ * static_cast<double>(picks_since_) > refresh_cost_ + spent_;
}

// ---- a pick

void BoundedPicker::score_exactly(std::span<const int32_t> slots, std::vector<Scored>& out) {
  rows_.resize(slots.size());
  dots_.resize(slots.size());
  std::transform(slots.begin(), slots.end(), rows_.begin(), [&](int32_t slot) { return row_[static_cast<size_t>(slot)]; });
  pool_.scores(rows_, dots_);
  out.clear();
  for (size_t i = 0; i < slots.size(); ++i) out.push_back({slots[i], dots_[i]});
  counts_.exact += static_cast<int64_t>(slots.size());
}

/// A canonical score that some unpicked row reaches.
double BoundedPicker::bar() {
  if (rivals_.empty()) {
    const auto top = std::max_element(score32_.begin(), score32_.end()) - score32_.begin();
    rivals_.push_back(static_cast<int32_t>(top));
  }
  DECANT_CHECK(picked_[static_cast<size_t>(rivals_.front())], ==, false);
  score_exactly(rivals_, rival_scores_);
  double best = -std::numeric_limits<double>::infinity();
  for (const auto& rival : rival_scores_) best = std::max(best, rival.score);
  return best;
}

void BoundedPicker::sweep(double bar) {
  const double coarse = kCoarse * (now_.reach + largest_slack_ + (std::abs(move_.along) + move_.across) * codes_.longest() +
                                   longest_squared_ * std::abs(move_.tau));
  const double floor = (bar - move_.allowance - coarse) / unit_;
  const QueryMove move{static_cast<float>(move_.along * row_unit_ / unit_), static_cast<float>(move_.across * row_unit_ / unit_ * kUp),
                       static_cast<float>(move_.tau * squared_unit_ / unit_)};
  survivors_.resize(slots());
  const size_t count = rows_above({score32_, along32_, across32_, squared32_}, move, static_cast<float>(floor - 0x1p-100), survivors_);
  survivors_.resize(count);
  counts_.swept += static_cast<int64_t>(slots());
}

void BoundedPicker::filter_by_codes(double bar) {
  codes_.encode(move_.r, coded_);
  rows_.resize(survivors_.size());
  products_.resize(survivors_.size());
  std::transform(survivors_.begin(), survivors_.end(), rows_.begin(), [&](int32_t slot) { return row_[static_cast<size_t>(slot)]; });
  codes_.products(rows_, coded_, products_);
  for (size_t i = 0; i < survivors_.size(); ++i) {
    const auto slot = static_cast<size_t>(survivors_[i]);
    const double squared = squared32_.empty() ? 0.0 : pool_.squared_norm(row_[slot]) * pool_.tau();
    const double error = slack_[slot] + codes_.error(row_[slot], coded_) + move_.allowance;
    const double middle = value_[slot] + move_.along * along_[slot] + squared + products_[i];
    bar = std::max(bar, middle - error);
    products_[i] = middle + error;
  }
  size_t kept = 0;
  for (size_t i = 0; i < survivors_.size(); ++i) {
    if (products_[i] >= bar) survivors_[kept++] = survivors_[i];
  }
  counts_.coded += static_cast<int64_t>(survivors_.size());
  survivors_.resize(kept);
}

BoundedPicker::Scored BoundedPicker::score_survivors() {
  DECANT_CHECK(survivors_.size(), >, 0U);
  score_exactly(survivors_, scored_);
  Scored best = scored_.front();
  for (const auto& candidate : scored_) {
    if (candidate.score > best.score) best = candidate;  // slots ascend with rows: the first of equals is the smallest
  }
  return best;
}

/// The best of this pick's exact scores but the winner's, for the next bar.
void BoundedPicker::remember_rivals() {
  for (const auto& rival : rival_scores_) {
    const bool again = std::any_of(scored_.begin(), scored_.end(), [&](const Scored& s) { return s.slot == rival.slot; });
    if (!again) scored_.push_back(rival);
  }
  std::erase_if(scored_, [&](const Scored& s) { return picked_[static_cast<size_t>(s.slot)]; });
  const auto end = scored_.begin() + static_cast<std::ptrdiff_t>(std::min(kRivals, scored_.size()));
  std::partial_sort(scored_.begin(), end, scored_.end(), [](const Scored& a, const Scored& b) { return a.score > b.score; });
  rivals_.clear();
  std::transform(scored_.begin(), end, std::back_inserter(rivals_), [](const Scored& s) { return s.slot; });
}

Pick BoundedPicker::next() {
  if (refresh_is_due()) refresh();
  move_from(now_, move_);
  const double least = bar();
  sweep(least);
  const double coded = static_cast<double>(survivors_.size()) * coded_cost(pool_.width());
  if (options_.codes && survivors_.size() > kTooFewForCodes) filter_by_codes(least);
  const double cost = coded + static_cast<double>(survivors_.size()) * exact_cost(pool_.width());
  const Scored best = score_survivors();
  DECANT_CHECK(best.score, >=, least);

  const auto slot = static_cast<size_t>(best.slot);
  const Pick pick{row_[slot], pool_.gain(best.score)};
  picked_[slot] = true;
  picked_count_ += 1;
  score32_[slot] = -std::numeric_limits<float>::infinity();
  remember_rivals();
  pool_.pick(pick.row);

  latest_ += (cost - latest_) / 4;
  spent_ += cost;
  picks_since_ += 1;
  counts_.picks += 1;
  return pick;
}

}  // namespace decant
