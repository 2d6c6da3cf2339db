// What an evaluation measured: values by net and set, and the differences between sets.
//
// Seed s of every set shares initial weights and augmentation, so two sets are compared seed by
// seed (see difference()). A set is compared with random rows of the same budget, never of another.
// evidence.json is specified in docs/formats/evidence.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "decant/base/json_fwd.h"
#include "decant/base/statistics.h"
#include "decant/data/budget.h"
#include "decant/data/metric.h"
#include "decant/data/set_bytes.h"

namespace decant {

struct Evidence {
  /// One net on one set, measured once for each seed by one metric.
  struct Cell {
    std::string net;
    std::string set;  ///< "full", "random", "small", or the name of a method or of one of several small sets
    int64_t rows = 0;
    std::vector<double> values;          ///< one per seed, unscaled; never empty
    Budget budget;                       ///< what sets are matched by
    size_t metric = 0;                   ///< which of Evidence::metrics
    double keep = 0;                     ///< rows as a share of the full set's
    int64_t bytes = 0;                   ///< of all its files, labels included, or those it was to take at most; 0 = not counted
    std::optional<SetBytes> parts = {};  ///< of those bytes, where they are known
    std::string protocol;                ///< its name
    std::vector<uint64_t> seeds;
    int64_t steps = 0;
    bool converged = false;  ///< fitted to its minimum: more steps would change nothing
    double seconds = 0;      ///< of all seeds, summed

    // Filled in by compare().
    double mean = 0;
    double ci95 = 0;                         ///< half width; infinite for one seed
    std::optional<Estimate> against_random;  ///< to random rows of the same budget; of full, when random has one budget only
    std::optional<Estimate> against_full;
  };

  struct Cost {
    double wall_seconds = 0;
    double train_seconds = 0;   ///< of the runs that were trained now, summed
    double idle_seconds = 0;    ///< of a worker, on average: the last runs leave others without work
    double choose_seconds = 0;  ///< spent choosing rows, which is no part of judging them
    int workers = 1;            ///< runs side by side
    int64_t trained = 0;
    int64_t known = 0;
    /// What judging cost beyond training, as a share of it: (wall − idle − choosing) · workers /
    /// train − 1. NaN without training.
    double share() const;
  };

  /// One net's order of the sets of one budget, next to that of the first net. By the first metric.
  struct Order {
    std::string net;
    Budget budget;
    std::vector<std::string> best_first;  ///< by mean; full is left out: it comes first nearly always and would flatter τ
    double tau = 0;                       ///< Kendall's τ-b of the means with the first net's; NaN where a net sees no order
    double gain_kept = 0;  ///< Σ of what the sets gain over random, as a share of that with the first net; NaN where that is not positive
  };

  std::string protocol;   ///< one line that says how the numbers were made
  std::string test = {};  ///< what was tested on, "test split of photos"; empty in records of earlier versions
  int64_t test_rows = 0;
  std::optional<int64_t> test_left_out = {};  ///< rows that are not among these, for they have a copy in training; nothing = not looked for
  std::vector<Metric> metrics = {top_1()};    ///< the first decides verdicts and orders; never empty
  std::vector<Cell> cells;                    ///< net after net, sets in the order given, metric after metric
  Cost cost;
  std::optional<double> full_accuracy = {};  ///< top-1 of all real rows, of elsewhere: for robust_scores.h where "full" is no set here

  std::vector<std::string> nets() const;  ///< in order of appearance
  /// Null when there is none.
  const Cell* find(std::string_view net, std::string_view set, size_t metric = 0) const;
  const Metric& metric_of(const Cell& cell) const { return metrics[cell.metric]; }
};

/// mean(a) − mean(b) with its 95 % interval. Where both have the same seeds, in pairs: the mean of
/// the differences d_s = a_s − b_s, ± t(n−1) · sd(d) / √n, for what a seed gives to both cancels.
/// Otherwise Welch's, which assumes neither pairs nor equal scatter. base/statistics.h states both.
Estimate difference(const Evidence::Cell& a, const Evidence::Cell& b);

/// Fills in means, intervals and differences from the values.
void compare(Evidence& evidence);

/// For each budget with two sets or more, every net's order of them, the first net's among them;
/// nothing for a single net.
std::vector<Evidence::Order> orders(const Evidence& evidence);

/// A cell of each set and size whose bytes are known by parts, where some set takes more than
/// pictures; of one net and metric.
std::vector<const Evidence::Cell*> sets_of_parts(const Evidence& evidence);

/// What is infinite or not a number becomes null.
Json to_json(const Evidence& evidence);

/// Reads what to_json() wrote, also in older versions (docs/formats/evidence.md), and compares it
/// anew. Throws InputError that names `file`, the place and the fault: fields that are missing or
/// of another type, values out of the metric's bounds, a later version.
Evidence evidence_from_json(const Json& json, const std::string& file);

}  // namespace decant
