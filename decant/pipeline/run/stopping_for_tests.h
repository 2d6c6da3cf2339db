// Ctrl-C in the middle of a stage. Only *_test.cc include it.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "decant/base/context.h"

namespace decant {

/// Raises `flag`, which a Context takes as `cancel`, once `steps` of a stage are done. What an
/// earlier run did is counted apart.
class StopWithin : public ProgressSink {
 public:
  StopWithin(std::string stage, int64_t steps) : stage_(std::move(stage)), left_(steps) {}
  void begin(std::string_view stage, int64_t, std::string_view) override { inside_ = stage == stage_; }
  void advance(int64_t done) override {
    if (inside_ && (left_ -= done) <= 0) flag = true;
  }
  void skip(int64_t done) override { skipped += done; }
  void end() override { inside_ = false; }

  std::atomic<bool> flag{false};
  std::atomic<int64_t> skipped{0};

 private:
  std::string stage_;
  std::atomic<bool> inside_{false};
  std::atomic<int64_t> left_;
};

constexpr int64_t kNever = int64_t{1} << 60;

}  // namespace decant
