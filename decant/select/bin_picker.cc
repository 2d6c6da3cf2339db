#include "decant/select/bin_picker.h"

#include <algorithm>

#include "decant/base/errors.h"

namespace decant {
namespace {

constexpr int32_t kReportEvery = 64;

/// Runs the bins one after the other over a pool of `rows`.
class BinRun {
 public:
  BinRun(std::span<const int64_t> rows, int32_t bins, const Context& context, Stage* stage)
      : rows_(rows), context_(context), stage_(stage), taken_(rows.size(), false) {
    const auto count = static_cast<int64_t>(rows.size());
    bins_ = std::max<int64_t>(1, std::min<int64_t>(bins, count));
  }

  GreedyResult run(BinPicker& picker) {
    const auto count = static_cast<int64_t>(rows_.size());
    for (int64_t bin = 0; bin < bins_; ++bin) {
      result_.bin_begin.push_back(static_cast<int64_t>(result_.order.size()));
      const auto members = unpicked();
      if (members.empty()) break;
      picker.begin_bin(members);
      const int64_t size = bin + 1 < bins_ ? count / bins_ : static_cast<int64_t>(members.size());
      for (int64_t i = 0; i < size; ++i) take(picker.next());
    }
    result_.bin_begin.push_back(static_cast<int64_t>(result_.order.size()));
    report(unreported_);
    return std::move(result_);
  }

 private:
  std::vector<int32_t> unpicked() const {
    std::vector<int32_t> members;
    for (size_t i = 0; i < taken_.size(); ++i) {
      if (!taken_[i]) members.push_back(static_cast<int32_t>(i));
    }
    return members;
  }

  void take(const Pick& pick) {
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
  int64_t bins_;
  std::vector<bool> taken_;
  int64_t unreported_ = 0;
  GreedyResult result_;
};

}  // namespace

GreedyResult run_bins(BinPicker& picker, std::span<const int64_t> rows, int32_t bins, const Context& context, Stage* stage) {
  return BinRun(rows, bins, context, stage).run(picker);
}

}  // namespace decant
