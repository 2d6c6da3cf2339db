#include "apps/cli/progress.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fmt/core.h>
#include <unistd.h>

#include "decant/base/text.h"

namespace decant::cli {
namespace {

using namespace std::chrono_literals;
constexpr auto kRedraw = 100ms;
constexpr auto kPlainEvery = 5s;
constexpr int kBarWidth = 24;

double seconds(std::chrono::steady_clock::duration d) {
  return std::chrono::duration<double>(d).count();
}

}  // namespace

Terminal::Terminal(bool quiet)
    : quiet_(quiet), terminal_(::isatty(STDERR_FILENO) == 1), color_(terminal_ && std::getenv("NO_COLOR") == nullptr) {}

Terminal::~Terminal() {
  clear();
}

void Terminal::begin(std::string_view stage, int64_t total, std::string_view unit) {
  const std::lock_guard lock(mutex_);
  stage_ = stage;
  unit_ = unit;
  total_ = total;
  done_ = skipped_ = paced_ = 0;
  pace_ = {};
  start_ = last_ = Clock::now();
}

void Terminal::advance(int64_t done) {
  const std::lock_guard lock(mutex_);
  done_ += done;
  const auto now = Clock::now();
  if (now - last_ < (terminal_ ? Clock::duration(kRedraw) : Clock::duration(kPlainEvery))) return;
  pace_.add(done_ - paced_, seconds(now - last_));
  paced_ = done_;
  last_ = now;
  draw(now);
}

void Terminal::skip(int64_t done) {
  const std::lock_guard lock(mutex_);
  done_ += done;
  skipped_ += done;
  paced_ += done;
}

void Terminal::end() {
  const std::lock_guard lock(mutex_);
  const auto now = Clock::now();
  if (!quiet_ && !terminal_ && done_ > 0 && now - start_ > kPlainEvery) std::fputs((line(now) + "\n").c_str(), stderr);
  stage_.clear();
}

std::string Terminal::line(Clock::time_point now) const {
  const double elapsed = seconds(now - start_);
  const bool going = total_ > done_;
  const double average = elapsed > 0 ? static_cast<double>(done_ - skipped_) / elapsed : 0;
  const double rate = going && pace_.per_second() > 0 ? pace_.per_second() : average;
  std::string text = fmt::format("{:<10} ", stage_);
  if (total_ > 0 && terminal_) {
    const auto full = static_cast<int>(kBarWidth * std::min(done_, total_) / total_);
    const std::string bar(static_cast<size_t>(full), '=');
    text += color_ ? fmt::format("[\033[36m{:<{}}\033[0m] ", bar, kBarWidth) : fmt::format("[{:<{}}] ", bar, kBarWidth);
  }
  text += total_ > 0 ? fmt::format("{}/{} {}", human_count(done_), human_count(total_), unit_)
                     : fmt::format("{} {}", human_count(done_), unit_);
  text += rate >= 10 ? fmt::format(", {}/s", human_count(static_cast<int64_t>(rate))) : fmt::format(", {:.1f}/s", rate);
  if (going && rate > 0)
    text += ", " + human_seconds(static_cast<double>(total_ - done_) / rate) + " left";
  else
    text += ", " + human_seconds(elapsed);
  return text;
}

void Terminal::draw(Clock::time_point now) {
  if (quiet_) return;
  std::fputs((terminal_ ? "\r\033[K" + line(now) : line(now) + "\n").c_str(), stderr);
  drawn_ = terminal_;
}

void Terminal::log(LogLevel level, std::string_view message) {
  if (quiet_ && level == LogLevel::info) return;
  clear();
  const std::lock_guard lock(mutex_);
  std::fputs(fmt::format("{}{}\n", level == LogLevel::warning ? "warning: " : "", message).c_str(), stderr);
}

void Terminal::clear() {
  const std::lock_guard lock(mutex_);
  if (drawn_) std::fputs("\r\033[K", stderr);
  drawn_ = false;
}

}  // namespace decant::cli
