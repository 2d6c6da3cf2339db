#include "decant/report/verdict.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <limits>
#include <numeric>

#include "decant/base/errors.h"
#include "decant/base/json.h"
#include "decant/base/options.h"
#include "decant/base/statistics.h"
#include "decant/report/run_facts.h"

namespace decant::report {
namespace {

/// Enough decimals that a bound near zero does not read as zero.
int decimals_for(const Difference& d) {
  return std::min(std::abs(d.low()), std::abs(d.high())) < 0.0005 ? 2 : 1;
}

/// "2.1 points"; the direction is said in words.
std::string size_in_points(const Difference& d) {
  return fmt::format("{:.{}f} points", 100 * std::abs(d.mean), decimals_for(d));
}

/// "95 % interval 1.4 to 2.9", in the direction that the sentence names.
std::string interval_of_size(const Difference& d) {
  const int decimals = decimals_for(d);
  const double near = std::min(std::abs(d.low()), std::abs(d.high()));
  const double far = std::max(std::abs(d.low()), std::abs(d.high()));
  return fmt::format("95 % interval {:.{}f} to {:.{}f}", 100 * near, decimals, 100 * far, decimals);
}

/// "+0.3 points (95 % interval −0.9 to +1.5)".
std::string signed_difference(const Difference& d) {
  const int decimals = decimals_for(d);
  return fmt::format("{} points (95 % interval {} to {})", points(d.mean, decimals), points(d.low(), decimals), points(d.high(), decimals));
}

Outcome outcome_of(const Difference& d) {
  if (!std::isfinite(d.half_width)) return Outcome::one_seed;
  if (d.covers_zero()) return Outcome::no_better;
  return d.mean > 0 ? Outcome::better : Outcome::worse;
}

std::string against_random(const std::string& net, Outcome outcome, const Difference& d) {
  switch (outcome) {
    case Outcome::better:
    case Outcome::worse:
      return fmt::format("The network {} scores {} {} when trained on the kept set than on a random set of the same size ({}).", net,
                         size_in_points(d), outcome == Outcome::better ? "higher" : "lower", interval_of_size(d));
    case Outcome::no_better:
      return fmt::format("For the network {}, no better than random here: the difference, {}, cannot be told from 0.", net,
                         signed_difference(d));
    case Outcome::one_seed:
      return fmt::format(
          "For the network {}, one seed cannot tell: the difference to a random set is {} points, and its scatter is unknown.", net,
          points(d.mean));
    case Outcome::not_measured:
      break;
  }
  return fmt::format("The network {} was not trained on both the kept set and a random set of the same size.", net);
}

std::string against_full(const Difference& d) {
  if (!std::isfinite(d.half_width)) {
    return fmt::format("Against everything: {} points, from too few seeds for an interval.", points(d.mean));
  }
  if (d.covers_zero()) return fmt::format("No difference to training on everything can be told: {}.", signed_difference(d));
  return fmt::format("Trained on everything, it scores {} {} ({}).", size_in_points(d), d.mean < 0 ? "higher" : "lower",
                     interval_of_size(d));
}

Verdict judge_net(const Evidence& evidence, const std::string& net) {
  const Measurement* small = evidence.find(net, "small");
  const Measurement* random = evidence.find(net, "random");
  const Measurement* full = evidence.find(net, "full");
  Verdict verdict{.net = net};
  Difference difference;
  if (small && random) {
    difference = compared(small->accuracy, random->accuracy);
    verdict.outcome = outcome_of(difference);
  }
  verdict.sentence = against_random(net, verdict.outcome, difference);
  if (small && full) verdict.against_full = against_full(compared(small->accuracy, full->accuracy));
  return verdict;
}

Headline headline_for(Outcome outcome) {
  switch (outcome) {
    case Outcome::better:
      return {outcome, "Better than random", {}};
    case Outcome::no_better:
      return {outcome, "No better than random here", {}};
    case Outcome::worse:
      return {outcome, "Worse than random here", {}};
    case Outcome::one_seed:
      return {outcome, "One seed cannot tell", {}};
    case Outcome::not_measured:
      break;
  }
  return {Outcome::not_measured, "Not measured yet", {}};
}

}  // namespace

std::vector<std::string> Evidence::nets() const {
  std::vector<std::string> nets;
  for (const Measurement& result : results) {
    if (std::find(nets.begin(), nets.end(), result.net) == nets.end()) nets.push_back(result.net);
  }
  return nets;
}

const Measurement* Evidence::find(const std::string& net, const std::string& set) const {
  const auto found = std::find_if(results.begin(), results.end(), [&](const Measurement& m) { return m.net == net && m.set == set; });
  return found == results.end() ? nullptr : &*found;
}

Evidence read_evidence(const Json& evidence) {
  Evidence read{.protocol = text_of(evidence, "protocol"), .results = {}};
  const Json& results = child_of(evidence, "results");
  if (!results.is_array()) return read;
  for (const Json& entry : results) {
    Measurement m{.net = text_of(entry, "net", "the network"), .set = text_of(entry, "set"), .rows = count_of(entry, "rows")};
    if (const Json& accuracy = child_of(entry, "accuracy"); accuracy.is_array()) {
      for (const Json& value : accuracy) {
        if (value.is_number()) m.accuracy.push_back(std::clamp(value.get<double>(), 0.0, 1.0));
      }
    }
    if (m.accuracy.empty()) continue;
    const Estimate mean = estimate(m.accuracy);
    m.mean = mean.mean;
    m.half_width = mean.half_width;
    m.steps = count_of(entry, "steps");
    m.seconds = std::max(0.0, number_of(entry, "seconds"));
    m.protocol = text_of(entry, "protocol");
    read.results.push_back(std::move(m));
  }
  return read;
}

Difference compared(std::span<const double> a, std::span<const double> b) {
  const Estimate gap = a.size() == b.size() ? paired_difference(a, b) : decant::difference(a, b);
  return {gap.mean, gap.half_width};
}

std::vector<Verdict> judge(const Evidence& evidence) {
  std::vector<Verdict> verdicts;
  for (const std::string& net : evidence.nets()) verdicts.push_back(judge_net(evidence, net));
  return verdicts;
}

Headline summarise(const std::vector<Verdict>& verdicts) {
  const auto count = [&](Outcome outcome) {
    return std::count_if(verdicts.begin(), verdicts.end(), [&](const Verdict& v) { return v.outcome == outcome; });
  };
  Headline headline = headline_for(Outcome::not_measured);
  for (const Outcome outcome : {Outcome::better, Outcome::one_seed, Outcome::no_better, Outcome::worse}) {
    if (count(outcome) > 0) headline = headline_for(outcome);
  }
  if (verdicts.size() == 1) {
    headline.sentence = verdicts[0].sentence;
    if (!verdicts[0].against_full.empty()) headline.sentence += " " + verdicts[0].against_full;
  } else if (verdicts.size() > 1) {
    headline.sentence = fmt::format("Of {} networks: better than random with {}, no better with {}, worse with {}.", verdicts.size(),
                                    count(Outcome::better), count(Outcome::no_better), count(Outcome::worse));
  }
  return headline;
}

std::string short_training_note(const Evidence& evidence, double kept_share) {
  // Measured: at 30 % of CIFAR-10 the gain of 2,500 steps was gone after 8,000.
  constexpr double kMuchKept = 0.2;
  constexpr int64_t kLongTraining = 8000;
  int64_t steps = kLongTraining;
  for (const Measurement& m : evidence.results) {
    if (m.set == "small" && m.net != "linear" && m.steps > 0) steps = std::min(steps, m.steps);
  }
  if (kept_share <= kMuchKept || steps == kLongTraining) return {};
  return fmt::format("With more than 20 % kept, what is gained in a training of {} steps may not last in a longer one.",
                     human_count(steps));
}

std::string points(double difference, int decimals) {
  const double value = 100 * difference;
  const std::string digits = fmt::format("{:.{}f}", std::abs(value), decimals);
  if (digits.find_first_not_of("0.") == std::string::npos) return digits;
  return (value < 0 ? "−" : "+") + digits;
}

}  // namespace decant::report
