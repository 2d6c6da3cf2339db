// Whether the small set is worth keeping, said in one sentence that the numbers force.
//
// The trap: with three or five seeds, the mean of the small set is nearly always *somewhat* above or below
// that of a random set of the same size, and a page that prints the larger number in bold will praise noise.
// So the sentence is chosen by the 95 % interval of the difference alone. Seed s of both sets began with the same weights and drew the same
// augmentation, so they are compared in pairs: the mean of the differences, by Student's t. Where the numbers of seeds differ there are no
// pairs, and the interval is Welch's, which does not assume that both sets scatter alike. base/statistics.h states both.
//
// An interval that covers 0 is "no better than random here", whatever its middle. One seed gives no interval
// and no verdict.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "decant/base/json_fwd.h"

namespace decant::report {

/// One network trained on one set, once for each seed.
struct Measurement {
  std::string net;
  std::string set;  ///< "full", "random", "small"
  int64_t rows = 0;
  std::vector<double> accuracy;  ///< of each seed, 0…1; never empty
  double mean = 0;
  double half_width = 0;  ///< of the 95 % interval of the mean; infinite for one seed
  int64_t steps = 0;
  double seconds = 0;
  std::string protocol;  ///< its name; empty in older files
};

struct Evidence {
  std::string protocol;
  std::vector<Measurement> results;

  std::vector<std::string> nets() const;  ///< in order of appearance
  const Measurement* find(const std::string& net, const std::string& set) const;
};

/// Means and intervals are computed here from the seeds, so that they agree with the dots beside them.
/// Results without accuracies are left out.
Evidence read_evidence(const Json& evidence);

struct Difference {
  double mean = 0;
  double half_width = 0;  ///< infinite when either side has one value
  double low() const { return mean - half_width; }
  double high() const { return mean + half_width; }
  bool covers_zero() const { return low() <= 0 && high() >= 0; }
};

/// mean(a) − mean(b) with its 95 % interval: in pairs, or, where one has more values than the other, by Welch. REQUIRES: neither is empty.
Difference compared(std::span<const double> a, std::span<const double> b);

enum class Outcome { better, no_better, worse, one_seed, not_measured };

struct Verdict {
  std::string net;
  Outcome outcome = Outcome::not_measured;
  std::string sentence;      ///< small against random
  std::string against_full;  ///< small against full; empty when full was not trained
};

/// One verdict for each net of the evidence.
std::vector<Verdict> judge(const Evidence& evidence);

struct Headline {
  Outcome outcome = Outcome::not_measured;
  std::string title;  ///< "Better than random"
  std::string sentence;
};

/// All nets together: better only if better with every net that was measured, worse as soon as worse with
/// one.
Headline summarise(const std::vector<Verdict>& verdicts);

/// What to say beside a gain over random rows: that it is of a short training, where more than a fifth is kept (docs/evidence.md). Empty
/// when less is kept, after a long training, and for a matrix, whose network is trained to its minimum.
std::string short_training_note(const Evidence& evidence, double kept_share);

/// "+2.2", "−0.4": a difference of accuracies in points (hundredths).
std::string points(double difference, int decimals = 1);

}  // namespace decant::report
