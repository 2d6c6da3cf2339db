#include "apps/python/work.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>

#include "decant/base/map_guard.h"

namespace decant::python {
namespace {

namespace nb = nanobind;

constexpr auto kPoll = std::chrono::milliseconds(20);
constexpr int kPollsPerCheck = 50;

/// What the work has said and the calling thread has not passed on yet.
class Board final : public ProgressSink, public LogSink {
 public:
  void begin(std::string_view stage, int64_t total, std::string_view unit) override {
    const std::lock_guard lock(mutex_);
    stage_ = stage;
    unit_ = unit;
    total_ = total;
    done_ = 0;
    changed_ = true;
  }
  void advance(int64_t done) override {
    done_ += done;
    changed_ = true;
  }
  void end() override {}
  void log(LogLevel level, std::string_view message) override {
    const std::lock_guard lock(mutex_);
    messages_.emplace_back(level, message);
  }

  /// Throws what the callables raise.
  void pass_on(const Reporting& to) {
    std::string stage;
    std::string unit;
    int64_t total = 0;
    std::deque<std::pair<LogLevel, std::string>> messages;
    {
      const std::lock_guard lock(mutex_);
      stage = stage_;
      unit = unit_;
      total = total_;
      messages.swap(messages_);
    }
    for (const auto& [level, text] : messages) {
      if (!to.log.is_none()) to.log(level == LogLevel::warning ? "warning" : "info", text.c_str());
    }
    if (changed_.exchange(false) && !to.progress.is_none() && !stage.empty()) to.progress(stage.c_str(), done_.load(), total, unit.c_str());
  }

 private:
  std::mutex mutex_;
  std::string stage_;
  std::string unit_;
  int64_t total_ = 0;
  std::deque<std::pair<LogLevel, std::string>> messages_;
  std::atomic<int64_t> done_{0};
  std::atomic<bool> changed_{false};
};

/// The end of the work, awaited.
class Ending {
 public:
  void reach() {
    const std::lock_guard lock(mutex_);
    reached_ = true;
    changed_.notify_one();
  }
  bool reached_within(std::chrono::milliseconds patience) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience, [&] { return reached_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool reached_ = false;
};

}  // namespace

void run_work(const Reporting& reporting, const std::function<void(const Context&)>& body) {
  Board board;
  Ending ending;
  std::atomic<bool> cancel{false};
  std::exception_ptr failure;
  const Context context{.threads = reporting.threads, .progress = &board, .log = &board, .cancel = &cancel};
  std::thread worker([&] {
    try {
      with_unchanged_maps([&] { body(context); });
    } catch (...) {
      failure = std::current_exception();
    }
    ending.reach();
  });

  std::exception_ptr raised;  // by Python: a signal's handler or a callable; or by the check
  int polls = 0;
  for (bool ended = false; !ended;) {
    try {
      const nb::gil_scoped_release release;
      ended = ending.reached_within(kPoll);
      if (!raised && reporting.check && (ended || ++polls % kPollsPerCheck == 0)) reporting.check();
    } catch (...) {
      raised = std::current_exception();
      cancel = true;
    }
    if (raised) continue;
    try {
      if (PyErr_CheckSignals() != 0) throw nb::python_error();
      board.pass_on(reporting);
    } catch (...) {
      raised = std::current_exception();
      cancel = true;
    }
  }
  worker.join();
  if (raised) std::rethrow_exception(raised);
  if (failure) std::rethrow_exception(failure);
}

}  // namespace decant::python
