// What a run records of itself: seconds and peak memory of each stage for run.json, and
// events.jsonl as it goes.
#pragma once

#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "decant/base/context.h"
#include "decant/base/stopwatch.h"
#include "decant/data/run_record.h"

namespace decant {

class RunLog {
 public:
  /// Appends to FOLDER/events.jsonl; an empty folder name records in memory only.
  explicit RunLog(const std::filesystem::path& folder);
  ~RunLog();
  RunLog(const RunLog&) = delete;
  RunLog& operator=(const RunLog&) = delete;

  /// Runs `body` as the stage `name` and hands on what it returns.
  template <class Body>
  auto stage(const std::string& name, Body&& body) {
    const Running running(*this, name);
    return body();
  }

  double seconds() const;  ///< since construction
  const std::vector<StageRecord>& stages() const { return stages_; }
  int64_t peak_rss_bytes() const;  ///< of the whole run so far

 private:
  class Running {
   public:
    Running(RunLog& log, std::string name);
    ~Running();
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

   private:
    RunLog& log_;
    std::string name_;
    Stopwatch watch_;
    int exceptions_;
  };
  void event(const std::string& stage, const char* what, double seconds);

  Stopwatch watch_;
  std::vector<StageRecord> stages_;
  std::FILE* events_ = nullptr;
};

}  // namespace decant
