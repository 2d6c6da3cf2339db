// Progress and messages for a person at a terminal, or a log.
#pragma once

#include <chrono>
#include <mutex>
#include <string>

#include "decant/base/context.h"

#include "apps/cli/pace.h"

namespace decant::cli {

/// On a terminal: one line that is redrawn (stage, bar, done/total, present rate, time left).
/// Elsewhere: a plain line every few seconds, and one when a stage that took longer than that ends.
/// Everything goes to stderr. Thread-safe.
class Terminal final : public ProgressSink, public LogSink {
 public:
  explicit Terminal(bool quiet);
  ~Terminal() override;
  void begin(std::string_view stage, int64_t total, std::string_view unit) override;
  void advance(int64_t done) override;
  void skip(int64_t done) override;
  void end() override;
  void log(LogLevel level, std::string_view message) override;
  void clear();  ///< removes the progress line, so that results can be printed

 private:
  using Clock = std::chrono::steady_clock;
  std::string line(Clock::time_point now) const;
  void draw(Clock::time_point now);

  const bool quiet_;
  const bool terminal_;
  const bool color_;
  std::mutex mutex_;
  std::string stage_;
  std::string unit_;
  int64_t total_ = 0;
  int64_t done_ = 0;
  int64_t skipped_ = 0;  ///< of these
  int64_t paced_ = 0;    ///< done when the pace was last shown
  Pace pace_;
  bool drawn_ = false;
  Clock::time_point start_;
  Clock::time_point last_;
};

}  // namespace decant::cli
