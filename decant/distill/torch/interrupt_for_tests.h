// A run that is stopped on its way, as Ctrl-C stops one.
#pragma once

#include <atomic>

#include "decant/base/context.h"

namespace decant::distill {

/// Sets a flag, which a Context takes for `cancel`, after so many steps.
class StopAfter final : public ProgressSink {
 public:
  explicit StopAfter(int64_t steps) : left_(steps) {}
  void begin(std::string_view, int64_t, std::string_view) override {}
  void advance(int64_t done) override {
    left_ -= done;
    if (left_ <= 0) stop = true;
  }
  void skip(int64_t) override {}
  void end() override {}
  std::atomic<bool> stop{false};

 private:
  int64_t left_;
};

}  // namespace decant::distill
