// What the tests of choosing share: a small set in memory and on disk, and choosing from it in one
// line. Only *_test.cc include it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "decant/base/json.h"
#include "decant/base/random.h"
#include "decant/base/test_support.h"
#include "decant/formats/npy/npy.h"
#include "decant/pipeline/bins.h"
#include "decant/pipeline/choosing/choose_rows.h"
#include "decant/pipeline/run/checkpoint.h"
#include "decant/pipeline/run/run_log.h"
#include "decant/select/pools/sampler.h"

namespace decant {

/// Keeps the warnings.
struct Heard final : LogSink {
  void log(LogLevel level, std::string_view message) override {
    if (level == LogLevel::warning) warnings += std::string(message) + "\n";
  }
  std::string warnings;
};

/// A matrix, labels and scores, in memory and on disk.
struct DrawnSet {
  static constexpr int64_t kColumns = 6;

  /// Classes of these sizes, each around a middle of its own; labels do not come in blocks.
  DrawnSet(const std::string& name, const std::vector<int64_t>& sizes) : folder(fresh_folder(name)) {
    Random random(11, "choose_rows_test");
    for (size_t label = 0; label < sizes.size(); ++label)
      labels.insert(labels.end(), static_cast<size_t>(sizes[label]), static_cast<int32_t>(label));
    random.shuffle(std::span(labels));
    for (const int32_t label : labels) {
      for (int64_t c = 0; c < kColumns; ++c) values.push_back(static_cast<float>((c == label ? 2 : 0) + 0.4 + random.normal()));
      scores.push_back(static_cast<float>(random.uniform()));
    }
  }

  int64_t rows() const { return std::ssize(labels); }

  /// Row i becomes what row `from[i]` was.
  void reorder(const std::vector<int64_t>& from) {
    const DrawnSet old = *this;
    labels.clear(), values.clear(), scores.clear();
    for (const int64_t row : from) {
      const auto at = static_cast<size_t>(row);
      labels.push_back(old.labels[at]);
      scores.push_back(old.scores[at]);
      values.insert(values.end(), old.values.begin() + row * kColumns, old.values.begin() + (row + 1) * kColumns);
    }
  }

  Input stored() const {
    const int64_t shape[] = {rows(), kColumns};
    write_npy<float>(folder / "x.npy", values, shape);
    write_npy<int32_t>(folder / "y.npy", labels);
    write_npy<float>(folder / "s.npy", scores);
    return read_input({.path = folder / "x.npy", .labels = folder / "y.npy"}, {});
  }

  ChoosingOptions method(const std::string& name) const {
    ChoosingOptions select{.method = name, .own = {.bins = 3}};
    const Scores needs = find_method(name)->scores;
    if (needs != Scores::none && needs != Scores::probe) select.scores = (folder / "s.npy").string();
    if (find_method(name)->targets) select.toward = (folder / "x.npy").string();
    return select;
  }

  BinsOptions ordering(const std::string& out, const ChoosingOptions& select, const std::string& keep = "") const {
    return {.features = folder / "x.npy", .labels = folder / "y.npy", .out = folder / out, .keep = keep, .select = select};
  }

  std::filesystem::path folder;
  std::vector<int32_t> labels;
  std::vector<float> values;
  std::vector<float> scores;
};

inline ChosenRows choose(const Input& input, const ChoosingOptions& select, int64_t count, uint64_t seed = 0,
                         const Context& context = {.threads = 1}) {
  const FeatureOptions features;
  const MethodSpec spec = parse_method(select.method, select);
  Checkpoint checkpoint(fresh_path("checkpoint"), deciding_options(spec, features, seed), true, nullptr, context);
  RunLog log("");
  return choose_rows(input, method_for(spec, input, features, count, context), features, count, seed, checkpoint, log, context);
}

inline Subset rows_of(const Input& input, const ChoosingOptions& select, int64_t count, uint64_t seed = 0) {
  return sample(choose(input, select, count, seed).selection, {}, count, seed);
}

/// Those that need no proxy when there is a column of scores.
inline std::vector<std::string> plain_methods() {
  std::vector<std::string> names;
  for (const Method& method : methods()) {
    if (method.scores != Scores::record && !method.amounts) names.push_back(method.name);
  }
  return names;
}

}  // namespace decant
