#include "decant/select/engine/bin_picker.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "decant/base/errors.h"

namespace decant {
namespace {

constexpr int32_t kReportEvery = 64;

[[noreturn]] void refuse_bin(const Keeping& keeping, int64_t bin, const std::string& what) {
  throw InputError({"", fmt::format("pool {}, bin {}", keeping.pool, bin), what,
                    "The checkpoint of an interrupted run does not match this run; remove it (OUT.partial) and start again"});
}

/// Runs the bins one after the other over a pool of `rows`.
class BinRun {
 public:
  BinRun(std::span<const int64_t> rows, int32_t bins, const Context& context, Stage* stage, const Keeping& keeping)
      : rows_(rows), context_(context), stage_(stage), keeping_(keeping), taken_(rows.size(), false) {
    const auto count = static_cast<int64_t>(rows.size());
    bins_ = std::max<int64_t>(1, std::min<int64_t>(bins, count));
    result_.order.reserve(rows.size());
    result_.gains.reserve(rows.size());
  }

  GreedyResult run(const std::function<BinPicker&()>& picker) {
    if (keeping_.keeper != nullptr) go_on_from(keeping_.keeper->finished(keeping_.pool));
    for (auto bin = static_cast<int64_t>(result_.bin_begin.size()); bin < bins_; ++bin) {
      result_.bin_begin.push_back(static_cast<int64_t>(result_.order.size()));
      const auto members = unpicked();
      if (members.empty()) break;
      BinPicker& who = picker();
      if (!known_.empty()) who.skip_bins(std::exchange(known_, {}));
      who.begin_bin(members);
      const int64_t size = size_of(bin);
      for (int64_t i = 0; i < size; ++i) take(who.next());
      keep(bin);
    }
    result_.bin_begin.push_back(static_cast<int64_t>(result_.order.size()));
    report(unreported_);
    return std::move(result_);
  }

 private:
  int64_t size_of(int64_t bin) const {
    const auto count = static_cast<int64_t>(rows_.size());
    return bin + 1 < bins_ ? count / bins_ : count - (bins_ - 1) * (count / bins_);
  }

  void go_on_from(const std::vector<FinishedBin>& finished) {
    for (const FinishedBin& bin : finished) {
      const auto number = static_cast<int64_t>(result_.bin_begin.size());
      if (number >= bins_) refuse_bin(keeping_, number, fmt::format("exceeds the {} bins of this pool", bins_));
      if (static_cast<int64_t>(bin.rows.size()) != size_of(number) || bin.gains.size() != bin.rows.size()) {
        refuse_bin(keeping_, number,
                   fmt::format("has {} rows and {} gains instead of {}", bin.rows.size(), bin.gains.size(), size_of(number)));
      }
      result_.bin_begin.push_back(static_cast<int64_t>(result_.order.size()));
      known_.emplace_back();
      for (const int64_t row : bin.rows) take_known(number, row);
      result_.gains.insert(result_.gains.end(), bin.gains.begin(), bin.gains.end());
    }
    if (stage_ != nullptr && !result_.order.empty()) stage_->skip(static_cast<int64_t>(result_.order.size()));
  }

  void take_known(int64_t bin, int64_t row) {
    const auto place = std::lower_bound(rows_.begin(), rows_.end(), row);
    if (place == rows_.end() || *place != row) refuse_bin(keeping_, bin, fmt::format("row {} is not in this pool", row));
    const auto at = static_cast<size_t>(place - rows_.begin());
    if (taken_[at]) refuse_bin(keeping_, bin, fmt::format("row {} appears twice", row));
    taken_[at] = true;
    known_.back().push_back(static_cast<int32_t>(at));
    result_.order.push_back(row);
  }

  void keep(int64_t bin) {
    if (keeping_.keeper == nullptr) return;
    const auto begin = static_cast<size_t>(result_.bin_begin.back());
    keeping_.keeper->keep(keeping_.pool, bin, std::span(result_.order).subspan(begin), std::span(result_.gains).subspan(begin));
  }

  std::vector<int32_t> unpicked() const {
    std::vector<int32_t> members;
    for (size_t i = 0; i < taken_.size(); ++i) {
      if (!taken_[i]) members.push_back(static_cast<int32_t>(i));
    }
    return members;
  }

  void take(const BinPick& pick) {
    const auto at = static_cast<size_t>(pick.row);
    DECANT_CHECK(taken_.at(at), ==, false);  // an order is a permutation, whatever an engine believes
    taken_[at] = true;
    result_.order.push_back(rows_[at]);
    result_.gains.push_back(pick.gain);
    if (++unreported_ == kReportEvery) report(unreported_);
  }

  void report(int64_t picks) {
    context_.check_cancelled();
    if (stage_ != nullptr) stage_->advance(picks);
    unreported_ = 0;
  }

  std::span<const int64_t> rows_;
  const Context& context_;
  Stage* stage_;
  Keeping keeping_;
  int64_t bins_;
  std::vector<bool> taken_;
  std::vector<std::vector<int32_t>> known_;  ///< positions that earlier runs' bins took, until the picker is given them
  int64_t unreported_ = 0;
  GreedyResult result_;
};

}  // namespace

std::vector<int32_t> still_open(std::span<const int32_t> members, std::span<const int32_t> picked) {
  std::vector<int32_t> taken(picked.begin(), picked.end());
  std::ranges::sort(taken);
  std::vector<int32_t> open;
  std::ranges::set_difference(members, taken, std::back_inserter(open));
  DECANT_CHECK(open.size() + taken.size(), ==, members.size());  // members, each once
  return open;
}

GreedyResult run_bins(BinPicker& picker, std::span<const int64_t> rows, int32_t bins, const Context& context, Stage* stage,
                      const Keeping& keeping) {
  return run_bins([&]() -> BinPicker& { return picker; }, rows, bins, context, stage, keeping);
}

GreedyResult run_bins(const std::function<BinPicker&()>& picker, std::span<const int64_t> rows, int32_t bins, const Context& context,
                      Stage* stage, const Keeping& keeping) {
  return BinRun(rows, bins, context, stage, keeping).run(picker);
}

}  // namespace decant
