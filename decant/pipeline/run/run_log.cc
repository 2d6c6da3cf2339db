#include "decant/pipeline/run/run_log.h"

#include <algorithm>
#include <cstring>
#include <exception>

#include "decant/base/errors.h"
#include "decant/base/json.h"

namespace decant {
namespace {

/// Linux: "5" resets the high-water mark of resident memory. Where that fails, stages inherit the
/// highest mark so far.
void reset_peak() {
  if (std::FILE* file = std::fopen("/proc/self/clear_refs", "w")) {
    std::fputs("5", file);
    std::fclose(file);
  }
}

int64_t peak_rss() {
  int64_t kilobytes = 0;
  if (std::FILE* file = std::fopen("/proc/self/status", "r")) {
    char line[256];
    while (std::fgets(line, sizeof line, file) != nullptr) {
      if (std::strncmp(line, "VmHWM:", 6) == 0) kilobytes = std::strtoll(line + 6, nullptr, 10);
    }
    std::fclose(file);
  }
  return kilobytes * 1024;
}

}  // namespace

RunLog::RunLog(const std::filesystem::path& folder) {
  if (folder.empty()) return;
  const auto path = folder / "events.jsonl";
  events_ = std::fopen(path.c_str(), "a");
  if (events_ == nullptr) throw_errno(path.string(), "cannot create");
}

RunLog::~RunLog() {
  if (events_ != nullptr) std::fclose(events_);
}

RunLog::Running::Running(RunLog& log, std::string name) : log_(log), name_(std::move(name)), exceptions_(std::uncaught_exceptions()) {
  reset_peak();
  log_.event(name_, "begin", 0);
}

RunLog::Running::~Running() {
  const double seconds = watch_.seconds();
  log_.stages_.push_back({name_, seconds, peak_rss()});
  log_.event(name_, std::uncaught_exceptions() > exceptions_ ? "failed" : "end", seconds);
}

double RunLog::seconds() const {
  return watch_.seconds();
}

int64_t RunLog::peak_rss_bytes() const {
  int64_t peak = peak_rss();
  for (const StageRecord& stage : stages_) peak = std::max(peak, stage.peak_rss_bytes);
  return peak;
}

void RunLog::event(const std::string& stage, const char* what, double seconds) {
  if (events_ == nullptr) return;
  Json line = {{"at", this->seconds()}, {"stage", stage}, {"event", what}};
  if (std::strcmp(what, "begin") != 0) line["seconds"] = seconds;
  std::fputs((json_text(line) + "\n").c_str(), events_);
  std::fflush(events_);
}

}  // namespace decant
