// What a trial measured: a value for each arm and metric, with its interval, and series such as the
// accuracy after each task. docs/formats/trial.md has the file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "decant/base/json_fwd.h"
#include "decant/base/statistics.h"
#include "decant/data/metric.h"

namespace decant {

struct TrialRecord {
  struct Cell {
    std::string arm;
    size_t metric = 0;           ///< which of `metrics`
    std::vector<double> values;  ///< one per seed, unscaled
    double mean = 0;
    double half_width = 0;                        ///< of the 95 % interval; infinite where there is none
    std::optional<Estimate> against_random = {};  ///< in pairs by seed; nothing for random itself, and where it says nothing
  };

  /// One arm's numbers along something, the means of all seeds.
  struct Series {
    std::string arm;
    std::string along;  ///< "tasks", "kB sent by a client"
    std::string of;     ///< "accuracy, %"
    std::vector<double> at;
    std::vector<double> values;
  };

  /// One stage of a run. What an earlier call has kept took as long then.
  struct StageTime {
    std::string arm;
    uint64_t seed = 0;
    std::string stage;
    std::optional<double> seconds = {};  ///< nothing of what versions have kept that did not measure it
    bool kept = false;                   ///< by an earlier call
  };

  std::string trial;     ///< its name
  std::string protocol;  ///< one line that says how the numbers were made
  std::vector<uint64_t> seeds;
  std::vector<Metric> metrics;
  std::vector<Cell> cells;  ///< arm after arm, metric after metric; none where a metric says nothing of an arm
  std::vector<Series> series;
  std::vector<std::string> notes;  ///< sentences that follow from the numbers
  std::vector<StageTime> stages;   ///< run after run
  double seconds = 0;              ///< of this call
  int64_t peak_rss_bytes = 0;      ///< of this process; 0 = not measured

  std::vector<std::string> arms() const;                          ///< in order of appearance
  const Cell* find(const std::string& arm, size_t metric) const;  ///< null when there is none
  /// Adds the cell of values by seed: their mean and interval by t.
  void add(const std::string& arm, size_t metric, std::vector<double> values);
};

void compare_with_random(TrialRecord& record);

Json to_json(const TrialRecord& record);

/// For people: a row for each arm, a column for each metric, then the series, the notes and what it
/// took.
std::string table_of(const TrialRecord& record);

}  // namespace decant
