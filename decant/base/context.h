// What a long computation needs besides its data: the number of threads, sinks for progress and
// messages, a flag to stop it.
//
// A Context is a view: it owns nothing, is cheap to copy, and the sinks must outlive it. The
// default one is silent, uses every core and never stops, which is what tests and small programs
// want.
#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>

namespace decant {

/// Receives progress from any thread. `total` 0 = unknown. `unit`: "images", "picks", "bytes".
class ProgressSink {
 public:
  virtual ~ProgressSink() = default;
  virtual void begin(std::string_view stage, int64_t total, std::string_view unit) = 0;
  virtual void advance(int64_t done) = 0;  ///< that many more
  /// That many were done by an earlier run: they count, but say nothing about the pace of this one.
  virtual void skip(int64_t done) { advance(done); }
  virtual void end() = 0;
};

enum class LogLevel { info, warning };

class LogSink {
 public:
  virtual ~LogSink() = default;
  virtual void log(LogLevel level, std::string_view message) = 0;
};

struct Context {
  int threads = 0;  ///< 0 = all cores; changes a result only where a network is trained or gives features
  ProgressSink* progress = nullptr;
  LogSink* log = nullptr;
  const std::atomic<bool>* cancel = nullptr;

  int thread_count() const;
  void check_cancelled() const;               ///< throws Cancelled once the flag is set
  void info(std::string_view message) const;  ///< the sink gets it printable(), on one line
  void warn(std::string_view message) const;
};

/// One stage of progress, for the life of the object. advance() also checks for cancellation.
/// Thread-safe.
class Stage {
 public:
  Stage(const Context& context, std::string_view name, int64_t total, std::string_view unit);
  ~Stage();
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;
  void advance(int64_t done = 1);
  void skip(int64_t done);  ///< done by an earlier run

 private:
  const Context& context_;
};

}  // namespace decant
