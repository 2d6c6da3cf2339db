#include "decant/select/engine/nested_greedy.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "decant/base/errors.h"

namespace decant {
namespace {

constexpr double kNothing = -std::numeric_limits<double>::infinity();
constexpr double kFinestHorizon = 32;  // picks, to begin with; eight times as many a level up
constexpr double kLongestBlindHorizon = 512;
constexpr size_t kSlotsAtOnce = 1 << 15;
constexpr size_t kContenders = 16;
constexpr size_t kTooFewForCodes = 4;
constexpr int kHopeless = 6;  // renewals for one pick, after which everybody is taken in
constexpr int64_t kFairTrial = 32;
constexpr double kMostlyPicked = 0.75;  // less than this left: everyone is scored again, and those who were picked are out
constexpr double kCheapestPick = 4000;  // ns: below this, scoring everyone needs no windows

}  // namespace

NestedPicker::NestedPicker(LinearPool& pool, const NestedOptions& options, const Context& context)
    : pool_(pool),
      options_(options),
      team_(context.thread_count()),
      codes_(pool, context, options.coarseness),
      frame_(pool),
      costs_(pool.width()),
      recent_(kRecentQueries) {
  DECANT_CHECK(options.windows, >=, 1);
  DECANT_CHECK(options.windows, <=, 3);
  if (pool.ranks() != nullptr) share_ = 1.0 / pool.ranks()->size();
  levels_.emplace_back(RefreshPolicy(1));
  for (int32_t i = options.windows; i > 0; --i) {
    const double horizon = kFinestHorizon * std::pow(8.0, i - 1);
    levels_.emplace_back(RefreshPolicy(horizon, options.horizon));
  }
  counts_.levels.resize(static_cast<size_t>(options.windows));
}

// ---- bins

void NestedPicker::begin_bin(std::span<const int32_t> members) {
  pool_.begin_bin(members);
  start(members.size(), pool_.own_part(members));
}

std::vector<double> NestedPicker::begin_bin(std::span<const int32_t> members, std::span<const int32_t> picked) {
  std::vector<double> gains = pool_.begin_bin(members, picked);
  const std::vector<int32_t> open = still_open(members, picked);
  start(open.size(), open);
  return gains;
}

/// `unpicked`: rows of all ranks; `own`: those of this one.
void NestedPicker::start(size_t unpicked, std::span<const int32_t> own) {
  unpicked_ = unpicked;
  runner_up_ = -1;
  everyone_left_ = 0;
  by_everyone_ = options_.may_fall_back && everyone_is_cheaper(kCheapestPick);
  if (by_everyone_) {
    everyone_.assign(own.begin(), own.end());
  } else {
    start_over(own);
  }
}

/// Scores every row exactly at the present query, which gives the direction, and takes new windows.
void NestedPicker::start_over(std::span<const int32_t> rows) {
  frame_.here(now_);
  frame_.clear_direction();
  if (options_.project) frame_.set_direction(now_);
  Level& all = levels_.front();
  all.window.at = now_;
  all.along_before = 0;
  everyone_at_start_ = unpicked_;
  all.window.become_everyone(rows, frame_, codes_, team_);
  all.policy.renewed(static_cast<double>(unpicked_) * share_ * costs_.everyone);
  counts_.everyone_passes += 1;
  typical_ = mean_of_all(pool_.ranks(), all.window.typical_across());
  history_.clear();
  allowance_ = frame_.allowance(now_.length * static_cast<double>(levels_.size() + 1));
  for (size_t level = 1; level < levels_.size(); ++level) {
    choose_highest(level);
    levels_[level].policy.renewed(0);
  }
}

// ---- windows

/// Tells the policies down to `first` what the windows inside theirs have cost.
void NestedPicker::end_inside(size_t first) {
  for (size_t level = levels_.size() - 1; level > first; --level) levels_[level - 1].policy.spent(levels_[level].policy);
}

/// Brings the reference of everyone here by what the codes say of the way; the direction stays, and
/// with it what was foreseen.
void NestedPicker::move_everyone() {
  Level& all = levels_.front();
  frame_.move(all.window.at, now_, move_);
  codes_.encode(std::span(move_.r).first(static_cast<size_t>(pool_.width())), move_.across, coded_);
  all.along_before += move_.along;
  all.window.move_to(now_, move_, coded_, frame_, team_);
  all.policy.renewed(static_cast<double>(everyone_at_start_) * share_ * costs_.coded);
  counts_.everyone_moves += 1;
}

/// Windows from `first` on are chosen anew. `best`: the best score now, as far as it is known.
void NestedPicker::renew(size_t first, double best) {
  for (size_t level = first; level < levels_.size(); ++level) {
    if (best == kNothing) {
      choose_everyone(level);
    } else {
      choose_by_outlook(level, best);
    }
  }
}

/// The first window of a bin, when nothing is known of where the query goes: the highest scores.
/// REQUIRES: the parent's reference is the present query.
void NestedPicker::choose_highest(size_t level) {
  const Window& parent = levels_[level - 1].window;
  ColdRows& cold = levels_[level].cold;
  const double horizon = std::min(levels_[level].policy.horizon(), kLongestBlindHorizon);
  const double floor = parent.highest(static_cast<size_t>(4 * (64 + horizon)), ranks_above(level));
  cold.clear(frame_.longest());
  cold.set_cells({}, parent.lowest_along(), parent.highest_along());
  slots_.clear();
  known_.middle.clear();
  known_.error.clear();
  for (int32_t slot = 0; slot < static_cast<int32_t>(parent.size()); ++slot) {
    if (parent.picked(slot)) continue;
    const double score = parent.score(slot);
    const double slack = parent.slack(slot);
    if (score + slack >= floor) {
      slots_.push_back(slot);
      known_.middle.push_back(score);
      known_.error.push_back(slack);
    } else {
      cold.add(score + slack, parent.along(slot), parent.across(slot));
    }
  }
  if (Comm* ranks = ranks_above(level)) cold.unite(*ranks);
  fill_window(level, slots_, known_, 0);
}

/// The ranks that have to agree on what is chosen for a level: its parent is in parts. Finer
/// windows are the same on every rank.
Comm* NestedPicker::ranks_above(size_t level) const {
  return level == 1 ? pool_.ranks() : nullptr;
}

/// The rows that may come within a margin of the best before the horizon.
void NestedPicker::choose_by_outlook(size_t level, double best) {
  const Window& parent = levels_[level - 1].window;
  Level& child = levels_[level];
  const Outlook outlook = child.policy.outlook(best, history_, typical_);
  const Window::Question questions[] = {
      {0, 0, best - outlook.margin},
      {ColdRows::kEarly * outlook.along, ColdRows::kEarlyAcross * outlook.across,
       best + ColdRows::kEarly * outlook.change - outlook.margin},
      {outlook.along, outlook.across, best + outlook.change - outlook.margin},
  };
  frame_.move(parent.at, now_, move_);
  parent.sweep(move_, questions, allowance_, slots_, team_);
  counts_.levels[level - 1].swept += static_cast<int64_t>(parent.size());
  const auto swept = static_cast<int64_t>(slots_.size());
  child.cold.clear(frame_.longest());
  if (any_of_all(ranks_above(level), slots_.size() < parent.unpicked())) {
    child.cold.set_rest(outlook, best - outlook.margin, parent.lowest_along(), parent.highest_along(), parent.largest_across());
  }
  child.cold.set_cells(outlook, parent.lowest_along(), parent.highest_along());
  set_far_slots_aside(parent, questions, child.cold);
  if (Comm* ranks = ranks_above(level)) child.cold.unite(*ranks);
  counts_.levels[level - 1].coded += swept;
  const double work = 3 * costs_.swept * static_cast<double>(parent.size()) + costs_.coded * static_cast<double>(swept);
  fill_window(level, slots_, known_, mean_of_all(ranks_above(level), work));
}

/// Estimates slots_ of a window at the present query, move_ away from its reference, and puts those
/// that answer no to every question into cold cells. Some at a time: they may be most of the pool.
void NestedPicker::set_far_slots_aside(const Window& window, std::span<const Window::Question> questions, ColdRows& cold) {
  codes_.encode(std::span(move_.r).first(static_cast<size_t>(pool_.width())), move_.across, coded_);
  size_t kept = 0;
  known_.middle.clear();
  known_.error.clear();
  for (size_t begin = 0; begin < slots_.size(); begin += kSlotsAtOnce) {
    const auto part = std::span(slots_).subspan(begin, std::min(kSlotsAtOnce, slots_.size() - begin));
    window.estimate(part, move_, coded_, frame_, part_known_, team_);
    for (size_t i = 0; i < part.size(); ++i) {
      const double upper = part_known_.middle[i] + part_known_.error[i] + allowance_;
      const double along = window.along(part[i]);
      const double across = window.across(part[i]);
      const bool near = std::any_of(questions.begin(), questions.end(), [&](const Window::Question& question) {
        return upper + question.along * along + question.across * across >= question.floor;
      });
      if (near) {
        slots_[kept++] = part[i];  // never ahead of what is read
        known_.middle.push_back(part_known_.middle[i]);
        known_.error.push_back(part_known_.error[i]);
      } else {
        cold.add(upper, along, across);
      }
    }
  }
  slots_.resize(kept);
}

/// Every unpicked row of the parent: nothing is cold.
void NestedPicker::choose_everyone(size_t level) {
  const Window& parent = levels_[level - 1].window;
  frame_.move(parent.at, now_, move_);
  slots_.clear();
  for (int32_t slot = 0; slot < static_cast<int32_t>(parent.size()); ++slot) {
    if (!parent.picked(slot)) slots_.push_back(slot);
  }
  levels_[level].cold.clear(frame_.longest());
  codes_.encode(std::span(move_.r).first(static_cast<size_t>(pool_.width())), move_.across, coded_);
  parent.estimate(slots_, move_, coded_, frame_, known_, team_);
  const double work = mean_of_all(ranks_above(level), costs_.coded * static_cast<double>(slots_.size()));
  fill_window(level, slots_, known_, work);
}

void NestedPicker::fill_window(size_t level, std::span<const int32_t> slots, const Estimates& known, double work) {
  const Level& parent = levels_[level - 1];
  Level& child = levels_[level];
  frame_.move(parent.window.at, now_, move_);
  child.along_before = parent.along_before + move_.along;
  child.window.at = now_;
  if (level + 1 == levels_.size()) {
    recent_.clear();
    contenders_.clear();
  }
  child.window.become_part_of(parent.window, slots, known, ranks_above(level), team_);
  if (ranks_above(level) != nullptr) pool_.replicate(child.window.rows());
  child.policy.renewed(work + costs_.gathered * static_cast<double>(child.window.size()));
  counts_.levels[level - 1].refreshes += 1;
  counts_.levels[level - 1].rows += static_cast<int64_t>(child.window.size());
  counts_.levels[level - 1].widest = std::max(counts_.levels[level - 1].widest, static_cast<int64_t>(child.window.size()));
}

/// The coarsest level at which renewing pays now; false when none does.
bool NestedPicker::renewal_is_due(size_t& level) const {
  level = levels_.size() - 1;
  if (!levels_[level].policy.due()) return false;
  RefreshPolicy ended = levels_[level].policy;
  for (; level > 0; --level) {
    RefreshPolicy coarser = levels_[level - 1].policy;
    coarser.spent(ended);
    if (!coarser.due()) break;
    ended = coarser;
  }
  return true;
}

// ---- a pick

void NestedPicker::measure_moves() {
  way_is_encoded_ = false;
  frame_.here(now_);
  double lengths = now_.length + levels_.front().window.at.length;
  for (size_t level = 1; level < levels_.size(); ++level) {
    frame_.move(levels_[level].window.at, now_, levels_[level].move);
    lengths += levels_[level].window.at.length;
  }
  recent_.measure(frame_, now_);
  allowance_ = frame_.allowance(lengths + recent_.longest());
}

/// A canonical score that some unpicked row reaches; nothing if none is known. Of the last pick's
/// contenders the one that looks best now: the runner-up may be like the row that was picked and
/// have fallen with it.
double NestedPicker::bar() {
  int32_t row = runner_up_;
  const Window& window = levels_.back().window;
  std::erase_if(contenders_, [&](const Scored& contender) { return window.picked(contender.slot); });
  if (contenders_.size() > 1) {
    encode_way_here();
    slots_.resize(contenders_.size());
    std::transform(contenders_.begin(), contenders_.end(), slots_.begin(), [](const Scored& contender) { return contender.slot; });
    window.estimate(slots_, levels_.back().move, coded_, frame_, known_, team_);
    const auto best = std::max_element(known_.middle.begin(), known_.middle.end()) - known_.middle.begin();
    row = window.row(slots_[static_cast<size_t>(best)]);
    counts_.coded += static_cast<int64_t>(slots_.size());
  }
  if (row < 0 || !pool_.everywhere(row)) return kNothing;
  double score = 0;
  pool_.scores({&row, 1}, {&score, 1});
  counts_.exact += 1;
  return score;
}

/// The way from the finest window's reference, for products with codes.
void NestedPicker::encode_way_here() {
  if (way_is_encoded_) return;
  const Move& move = levels_.back().move;
  codes_.encode(std::span(move.r).first(static_cast<size_t>(pool_.width())), move.across, coded_);
  way_is_encoded_ = true;
}

/// Keeps the highest estimates of a pick.
void NestedPicker::remember_contenders() {
  contenders_.clear();
  size_t least = 0;
  for (size_t i = 0; i < slots_.size(); ++i) {
    const Scored row{slots_[i], known_.middle[i]};
    if (contenders_.size() < kContenders) {
      contenders_.push_back(row);
    } else if (row.score > contenders_[least].score) {
      contenders_[least] = row;
    } else {
      continue;
    }
    if (contenders_.size() < kContenders) continue;
    const auto lower = [](const Scored& x, const Scored& y) { return x.score < y.score; };
    least = static_cast<size_t>(std::min_element(contenders_.begin(), contenders_.end(), lower) - contenders_.begin());
  }
}

/// The best row of the finest window, with no slot when all of it is below the bar.
NestedPicker::Scored NestedPicker::search(double bar) {
  Level& fine = levels_.back();
  fine.window.sweep(fine.move, bar, allowance_, recent_, slots_);
  counts_.swept += static_cast<int64_t>(fine.window.size());
  pick_cost_ = costs_.pick + costs_.swept * static_cast<double>(fine.window.size());
  next_up_ = {};
  if (slots_.size() > kTooFewForCodes) filter_by_codes(bar);
  return score_exactly();
}

/// Keeps of slots_ those whose upper bound reaches the highest lower bound.
void NestedPicker::filter_by_codes(double bar) {
  Level& fine = levels_.back();
  encode_way_here();
  fine.window.estimate(slots_, fine.move, coded_, frame_, known_, team_);
  counts_.coded += static_cast<int64_t>(slots_.size());
  pick_cost_ += costs_.coded * static_cast<double>(slots_.size());
  for (size_t i = 0; i < slots_.size(); ++i) bar = std::max(bar, known_.middle[i] - known_.error[i] - allowance_);
  uppers_.resize(slots_.size());
  for (size_t i = 0; i < slots_.size(); ++i) uppers_[i] = known_.middle[i] + known_.error[i] + allowance_;
  if (options_.recent) fine.window.remember(slots_, uppers_, recent_.add(now_));
  remember_contenders();
  size_t kept = 0;
  for (size_t i = 0; i < slots_.size(); ++i) {
    if (uppers_[i] >= bar) slots_[kept++] = slots_[i];
  }
  slots_.resize(kept);
}

/// The best of slots_ by canonical score; the one after it is remembered.
NestedPicker::Scored NestedPicker::score_exactly() {
  const Window& window = levels_.back().window;
  rows_.resize(slots_.size());
  scores_.resize(slots_.size());
  std::transform(slots_.begin(), slots_.end(), rows_.begin(), [&](int32_t slot) { return window.row(slot); });
  pool_.scores(rows_, scores_);
  counts_.exact += static_cast<int64_t>(slots_.size());
  pick_cost_ += costs_.exact * static_cast<double>(slots_.size() + 1);
  Scored best{-1, kNothing};
  Scored second{-1, kNothing};
  for (size_t i = 0; i < slots_.size(); ++i) {
    if (scores_[i] > best.score) {  // slots ascend with rows: the first of equals is the smallest
      second = best;
      best = {slots_[i], scores_[i]};
    } else if (scores_[i] > second.score) {
      second = {slots_[i], scores_[i]};
    }
  }
  next_up_ = second;
  return best;
}

/// Gives the rows just scored their exact scores at the reference of every window they are in.
void NestedPicker::settle_scored() {
  for (size_t level = levels_.size() - 1; level > 0; --level) {
    Window& window = levels_[level].window;
    settled_.clear();
    rows_.clear();
    for (const int32_t slot : slots_) {
      if (window.slack(slot) == 0) continue;
      settled_.push_back(slot);
      rows_.push_back(window.row(slot));
    }
    scores_.resize(rows_.size());
    frame_.scores_at(window.at, rows_, scores_);
    for (size_t i = 0; i < settled_.size(); ++i) window.settle(settled_[i], scores_[i]);
    counts_.exact += static_cast<int64_t>(rows_.size());
    pick_cost_ += 0.5 * costs_.exact * static_cast<double>(rows_.size());
    for (int32_t& slot : slots_) slot = window.parent(slot);
  }
}

/// The coarsest level whose cold rows are not certain to be below `best`; 0 when all are.
size_t NestedPicker::first_exposed(double best) const {
  for (size_t level = 1; level < levels_.size(); ++level) {
    const Level& at = levels_[level];
    if (!(at.cold.bound(at.move.along, at.move.across) < best - allowance_)) return level;
  }
  return 0;
}

/// Renews the windows that have become expensive. False when they are given up for scoring every
/// row.
bool NestedPicker::renew_expensive_windows(double best) {
  size_t level = 0;
  if (!renewal_is_due(level)) return true;
  if (fall_back()) return false;
  end_inside(level);
  for (size_t l = std::max<size_t>(level, 1); l < levels_.size(); ++l) levels_[l].policy.ends_by_cost(levels_[l].move.across);
  if (level > 0) {
    levels_[level - 1].policy.spent(levels_[level].policy);
  } else if (static_cast<double>(unpicked_) < kMostlyPicked * static_cast<double>(everyone_at_start_)) {
    unpicked_rows(everyone_);
    start_over(everyone_);
    measure_moves();
    return true;
  } else {
    move_everyone();
  }
  renew(std::max<size_t>(level, 1), best > kNothing ? best : history_.latest_best());
  measure_moves();
  return true;
}

/// Renews windows from the one whose cold rows could win; one that is no older than this pick gets
/// a wider margin, and at last everybody.
void NestedPicker::renew_what_is_exposed(size_t level, int attempt, double best) {
  DECANT_CHECK(attempt, <, kHopeless + 4);
  counts_.levels[level - 1].exposed += 1;
  end_inside(level);
  RefreshPolicy& policy = levels_[level].policy;
  if (policy.picks() > 0) {
    policy.ends_exposed(levels_[level].move.across);
  } else {
    policy.widen();
  }
  levels_[level - 1].policy.spent(policy);
  renew(level, attempt >= kHopeless ? kNothing : best);
  measure_moves();
}

BinPick NestedPicker::next() {
  if (by_everyone_ && everyone_left_ == 0 && !everyone_is_cheaper(kCheapestPick)) {
    by_everyone_ = false;
    start_over(std::vector<int32_t>(everyone_));
  }
  if (by_everyone_) return next_of_everyone();
  measure_moves();
  const double least = bar();
  if (!renew_expensive_windows(least)) return next_of_everyone();
  for (int attempt = 0;; ++attempt) {
    const Scored best = search(least);
    const size_t exposed = first_exposed(best.score);
    if (exposed == 0) return take(best);
    renew_what_is_exposed(exposed, attempt, std::max(least, best.score));
  }
}

BinPick NestedPicker::take(const Scored& best) {
  Level& fine = levels_.back();
  const BinPick pick{fine.window.row(best.slot), pool_.gain(best.score)};
  runner_up_ = runner_up_row(best.slot);
  settle_scored();
  int32_t slot = best.slot;
  for (size_t level = levels_.size(); level-- > 0;) {
    Window& window = levels_[level].window;
    window.mark_picked(slot);
    if (level > 0) slot = window.parent(slot);
    if (slot < 0) break;  // another rank's
  }
  history_.add(fine.along_before + fine.move.along, best.score);
  pool_.pick(pick.row);
  fine.policy.spent(pick_cost_, 1);
  unpicked_ -= 1;
  counts_.picks += 1;
  return pick;
}

/// The row that is likely to be picked next, or near it: the next best exact score, the best
/// estimate, the last one.
int32_t NestedPicker::runner_up_row(int32_t winner) const {
  const Window& window = levels_.back().window;
  if (next_up_.slot >= 0) return window.row(next_up_.slot);
  Scored best{-1, kNothing};
  for (const Scored& contender : contenders_) {
    if (contender.slot != winner && contender.score > best.score) best = contender;
  }
  if (best.slot >= 0) return window.row(best.slot);
  return runner_up_ == window.row(winner) ? -1 : runner_up_;
}

// ---- everyone

bool NestedPicker::everyone_is_cheaper(double cost_of_pick) const {
  return static_cast<double>(unpicked_) * share_ * costs_.everyone < cost_of_pick;
}

void NestedPicker::unpicked_rows(std::vector<int32_t>& rows) const {
  const Window& all = levels_.front().window;
  rows.clear();
  for (int32_t slot = 0; slot < static_cast<int32_t>(all.size()); ++slot) {
    if (!all.picked(slot)) rows.push_back(all.row(slot));
  }
}

/// Goes on by scoring everyone for a while, if windows have come to cost more since everyone was
/// last scored for them.
bool NestedPicker::fall_back() {
  RefreshPolicy whole = levels_.back().policy;
  for (size_t level = levels_.size() - 1; level > 0; --level) {
    RefreshPolicy coarser = levels_[level - 1].policy;
    coarser.spent(whole);
    whole = coarser;
  }
  const bool dear = whole.picks() >= kFairTrial && everyone_is_cheaper(whole.average());
  const bool forced = options_.everyone_every > 0 && whole.picks() >= options_.everyone_every;
  if (!options_.may_fall_back || !(dear || forced)) return false;
  by_everyone_ = true;
  everyone_left_ = forced ? options_.everyone_every : 10 * whole.picks();
  unpicked_rows(everyone_);
  return true;
}

BinPick NestedPicker::next_of_everyone() {
  scores_.resize(everyone_.size());
  pool_.scores(everyone_, scores_);
  const auto best = std::max_element(scores_.begin(), scores_.end()) - scores_.begin();  // the first of equals
  const bool any = !everyone_.empty();
  const ScoredRow own = any ? ScoredRow{scores_[static_cast<size_t>(best)], everyone_[static_cast<size_t>(best)]} : ScoredRow{};
  const ScoredRow winner = best_of_all(own);
  const BinPick pick{winner.row, pool_.gain(winner.score)};
  pool_.pick(pick.row);
  if (any && own.row == winner.row) everyone_.erase(everyone_.begin() + best);
  if (everyone_left_ > 0) everyone_left_ -= 1;
  if (runner_up_ == pick.row) runner_up_ = -1;
  unpicked_ -= 1;
  counts_.picks += 1;
  counts_.everyone_picks += 1;
  return pick;
}

/// The best of every rank's best, which all ranks can score afterwards.
NestedPicker::ScoredRow NestedPicker::best_of_all(const ScoredRow& own) {
  if (pool_.ranks() == nullptr) return own;
  ScoredRow winner;
  for (const ScoredRow& best : gather_each(*pool_.ranks(), own)) {
    if (best.score > winner.score) winner = best;  // in the order of ranks, and so of rows: the first of equals
  }
  pool_.replicate({&winner.row, 1});
  return winner;
}

}  // namespace decant
