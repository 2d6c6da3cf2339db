// A run that is stopped on its way, as Ctrl-C stops one.
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "decant/base/context.h"

namespace decant::distill {

/// Sets a flag, which a Context takes for `cancel`, after so many steps: of the stage of that name,
/// or without one of any.
class StopAfter final : public ProgressSink {
 public:
  explicit StopAfter(int64_t steps, std::string stage = {}) : left_(steps), stage_(std::move(stage)) {}
  void begin(std::string_view stage, int64_t, std::string_view) override { open_.emplace_back(stage); }
  void advance(int64_t done) override {
    if (!stage_.empty() && (open_.empty() || open_.back() != stage_)) return;
    left_ -= done;
    if (left_ <= 0) stop = true;
  }
  void skip(int64_t) override {}
  void end() override { open_.pop_back(); }
  std::atomic<bool> stop{false};

 private:
  int64_t left_;
  std::string stage_;
  std::vector<std::string> open_;
};

}  // namespace decant::distill
