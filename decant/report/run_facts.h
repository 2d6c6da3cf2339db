// run.json as the page reads it: typed, with every field optional. A field that is missing, of another type
// or out of range is as good as absent; a page about a run of last year's version is better than none.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "decant/base/json_fwd.h"

namespace decant::report {

/// A part of the data set (a bin, a class) before and after.
struct Part {
  std::string name;
  int64_t rows = 0;
  int64_t kept = 0;
};

struct StageCost {
  std::string name;
  double seconds = 0;
  int64_t peak_rss_bytes = 0;
};

struct RunFacts {
  int64_t rows = 0;
  int64_t kept = 0;
  int64_t bytes_before = 0;
  int64_t bytes_after = 0;
  double seconds = 0;
  int64_t peak_rss_bytes = 0;
  int64_t bad_files = 0;
  std::string seed, version, command, method, method_note;
  std::string input_path, input_format, input_digest, out_path;
  std::string features;  ///< "conv-kmeans, 256 numbers a row"
  std::vector<std::string> class_names;
  std::vector<std::pair<std::string, std::string>> options;  ///< name, value as text
  std::vector<std::pair<std::string, int64_t>> splits;       ///< name, rows
  std::vector<Part> bins;
  std::vector<Part> classes;
  std::vector<StageCost> stages;

  /// "pictures", or "rows" for a matrix.
  std::string noun() const { return input_format == "npy" || input_format.empty() ? "rows" : "pictures"; }
};

RunFacts read_run(const Json& run);

// What read_run() is made of; `fallback` when the field is absent or of another type.
std::string text_of(const Json& object, const char* field, std::string fallback = {});
double number_of(const Json& object, const char* field, double fallback = 0);
int64_t count_of(const Json& object, const char* field);      ///< never negative
const Json& child_of(const Json& object, const char* field);  ///< a null when absent

}  // namespace decant::report
