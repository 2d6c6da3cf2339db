// The verdict on a small set, in one sentence that follows from the numbers.
//
// The trap: with three or five seeds, the mean of a small set is nearly always *somewhat* above or
// below that of a random set of the same size, and a page that prints the larger number in bold
// reports noise. So the sentence follows from the 95 % interval [l, h] of d = mean(set) −
// mean(random) alone (difference() in evidence.h: paired by seed, else Welch), with the sign of d
// such that larger is better:
//
//     l > 0           better
//     l ≤ 0 ≤ h       no better, whatever the mean
//     h < 0           worse
//     one seed        no interval, no verdict
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "decant/data/evidence.h"

namespace decant {

/// Of one net on one chosen set, by the evidence's first metric.
struct Verdict {
  enum class Outcome { better, no_better, worse, one_seed, not_measured };
  std::string net;
  std::string set;
  Outcome outcome = Outcome::not_measured;
  std::string sentence;      ///< the set against random rows
  std::string against_full;  ///< the set against full; empty when full was not trained

  std::string text() const { return against_full.empty() ? sentence : sentence + " " + against_full; }
};

/// One for each cell that is neither full nor random, in their order. `small` is what the sentences
/// call the set "small"; others by their names. REQUIRES: compare() was called.
std::vector<Verdict> verdicts(const Evidence& evidence, std::string_view small = "the small set");

/// All nets together.
struct Headline {
  Verdict::Outcome outcome = Verdict::Outcome::not_measured;
  std::string title;  ///< "Better than random"
  std::string sentence;
};

/// Better only if better with every net that was measured, worse as soon as worse with one.
Headline summarise(const std::vector<Verdict>& verdicts);

/// What to say next to gains over random rows that a longer training may undo (docs/evidence.md).
/// Of sets that were trained for fewer steps than protocol `long` takes, either that the full set
/// is not ahead of one of them, as it is once a training is long enough, or that one holds more
/// than a fifth of the rows. Empty where neither is so, and of what was fitted to convergence.
std::string short_training_note(const Evidence& evidence);

/// What choosing and making sets took, next to one training: "choosing and making all sets took 2
/// min 03 s, as long as 1.4 of these trainings, of 1 min 28 s each". Empty where nothing was chosen
/// or trained now.
std::string choosing_note(const Evidence::Cost& cost);

/// "+2.2", "−0.4": a difference in the metric's unit.
std::string signed_text(double difference, const Metric& metric, int decimals);

}  // namespace decant
