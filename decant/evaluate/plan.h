// The runs of an evaluation: each named by what decides its result, and the results that are
// cached.
//
// A run's identity is one line of JSON: digests of the data set, of the rows and of the test rows,
// the judge's own (Judge::identity(), numerics()), and the seed if it matters. Two runs with the
// same identity have the same result, whatever arm or evaluation they belong to, so a store keeps
// it and it is computed once.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "decant/data/budget.h"
#include "decant/data/dataset.h"
#include "decant/data/set_bytes.h"
#include "decant/evaluate/judge.h"

namespace decant::evaluate {

/// One of the sets compared.
struct Arm {
  std::string name;  ///< "full", "random", "small", a method's
  const Rows* rows = nullptr;
  std::string digest;                           ///< of the content of `rows`, so that row numbers name pictures
  std::function<Subset(uint64_t seed)> subset;  ///< rows to train on for that seed; ascending
  std::optional<Budget> budget = {};            ///< what it is matched by; nothing = its number of rows, the same for every seed
  std::shared_ptr<const Rows> own_rows = {};    ///< keeps `rows` alive where nobody else does
  Training training = {};                       ///< that it asks for, where the judge heeds that
  int64_t bytes = 0;                            ///< of all its files, labels included, or those it was to take at most; 0 = not counted
  std::optional<SetBytes> parts = {};           ///< of those bytes, where they are known
};

/// What is on trial.
struct Trial {
  std::vector<Arm> arms;
  const Rows* test = nullptr;
  std::string test_digest;
  int64_t every_row = 0;  ///< of the full set: what a share is a share of
};

struct Options {
  std::vector<std::string> nets;
  int seeds = 3;
  uint64_t first_seed = 0;
  std::string protocol = "quick";  ///< its name with what departs from it
  std::string nature = {};         ///< "a preview"; empty where nothing need be said of its numbers
  std::string machine;             ///< processor and cores: whose pace a forecast may use
};

/// Small results kept for later, by identity: files in a cache, or a map in a test. Both are called
/// from several threads.
class Store {
 public:
  virtual ~Store() = default;
  virtual std::optional<std::string> find(const std::string& identity) = 0;  ///< one line of JSON
  virtual void keep(const std::string& identity, const std::string& result) = 0;
};

struct Run {
  size_t cell = 0;   ///< net after net, arms in their order
  size_t place = 0;  ///< which of the cell's seeds
  const Arm* arm = nullptr;
  std::string net;
  uint64_t seed = 0;
  std::shared_ptr<const Subset> rows;
  std::string identity;
  std::optional<Result> result;  ///< known already

  Case on(const Rows* test) const { return {net, arm->rows, *rows, seed, test, arm->training}; }
};

struct Plan {
  std::vector<Run> runs;
  int64_t known() const;
  /// Runs without a result, one of each identity.
  std::vector<size_t> pending() const;
};

/// Draws every arm's rows and looks each run up. The trial must outlive the plan. Throws UsageError
/// without nets or seeds, InputError for an arm without rows. `store` may be null.
Plan make_plan(const Trial& trial, const Judge& judge, const Options& options, Store* store);

std::string result_text(const Result& result);
/// Nothing for text that is not a result, or has another number of metrics.
std::optional<Result> result_from(const std::string& text, size_t metrics);

}  // namespace decant::evaluate
