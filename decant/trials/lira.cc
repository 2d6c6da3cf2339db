#include "decant/trials/lira.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "decant/base/errors.h"
#include "decant/base/random.h"

namespace decant::trials {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr double kLeastDeviation = 1e-12;

double log_of_sum_of_exponents(std::span<const float> logits, size_t but, bool leave_out) {
  double most = -std::numeric_limits<double>::infinity();
  for (size_t c = 0; c < logits.size(); ++c) {
    if (!leave_out || c != but) most = std::max(most, double{logits[c]});
  }
  double sum = 0;
  for (size_t c = 0; c < logits.size(); ++c) {
    if (!leave_out || c != but) sum += std::exp(logits[c] - most);
  }
  return most + std::log(sum);
}

/// Sums over the networks where a row is on one side.
struct Side {
  std::vector<double> sums;
  std::vector<int> counts;

  Side(const Observed& observed, bool in) : sums(observed.phi.front().size()), counts(sums.size()) {
    for (size_t m = 0; m < observed.phi.size(); ++m) {
      for (size_t i = 0; i < sums.size(); ++i) {
        if (observed.in[m][i] != in) continue;
        sums[i] += observed.phi[m][i];
        ++counts[i];
      }
    }
  }

  /// The mean of a row's φ, one value that is on this side left out.
  double mean_without(size_t row, double value) const { return (sums[row] - value) / (counts[row] - 1); }
  double mean(size_t row) const { return sums[row] / counts[row]; }
};

/// One deviation for all rows, network `but` left out; NaN where no row has two values.
double deviation(const Observed& observed, bool in, size_t but) {
  const size_t rows = observed.phi.front().size();
  std::vector<double> sums(rows);
  std::vector<double> squares(rows);
  std::vector<int> counts(rows);
  for (size_t m = 0; m < observed.phi.size(); ++m) {
    if (m == but) continue;
    for (size_t i = 0; i < rows; ++i) {
      if (observed.in[m][i] != in) continue;
      sums[i] += observed.phi[m][i];
      squares[i] += observed.phi[m][i] * observed.phi[m][i];
      ++counts[i];
    }
  }
  double scatter = 0;
  double freedom = 0;
  for (size_t i = 0; i < rows; ++i) {
    if (counts[i] < 2) continue;
    scatter += std::max(0.0, squares[i] - sums[i] * sums[i] / counts[i]);
    freedom += counts[i] - 1;
  }
  return freedom > 0 ? std::max(kLeastDeviation, std::sqrt(scatter / freedom)) : kNone;
}

double log_normal(double value, double mean, double deviation) {
  const double z = (value - mean) / deviation;
  return -0.5 * z * z - std::log(deviation);
}

}  // namespace

std::vector<double> confidences(std::span<const float> logits, std::span<const int32_t> labels, int classes) {
  DECANT_CHECK(classes, >=, 2);
  DECANT_CHECK(logits.size(), ==, labels.size() * static_cast<size_t>(classes));
  std::vector<double> phi;
  for (size_t i = 0; i < labels.size(); ++i) {
    const std::span<const float> row = logits.subspan(i * static_cast<size_t>(classes), static_cast<size_t>(classes));
    const auto own = static_cast<size_t>(labels[i]);
    phi.push_back(row[own] - log_of_sum_of_exponents(row, own, /*leave_out=*/true));
  }
  return phi;
}

std::vector<std::vector<double>> lira(const Observed& observed, Attack attack) {
  DECANT_CHECK(observed.phi.empty(), ==, false);
  DECANT_CHECK(observed.phi.size(), ==, observed.in.size());
  const Side in(observed, true);
  const Side out(observed, false);
  std::vector<std::vector<double>> scores(observed.phi.size());
  for (size_t m = 0; m < scores.size(); ++m) {
    const double in_deviation = deviation(observed, true, m);
    const double out_deviation = deviation(observed, false, m);
    for (size_t i = 0; i < in.sums.size(); ++i) {
      const double phi = observed.phi[m][i];
      const bool member = observed.in[m][i];
      const double in_mean = member ? in.mean_without(i, phi) : in.mean(i);
      const double out_mean = member ? out.mean(i) : out.mean_without(i, phi);
      const double score = attack == Attack::online ? log_normal(phi, in_mean, in_deviation) - log_normal(phi, out_mean, out_deviation)
                                                    : (phi - out_mean) / out_deviation;
      scores[m].push_back(std::isfinite(score) ? score : kNone);
    }
  }
  return scores;
}

void Decisions::add(double score, bool is_positive, int of_network) {
  if (std::isnan(score)) return;
  scores.push_back(score);
  positive.push_back(is_positive);
  network.push_back(of_network);
}

namespace {

/// Decisions by falling score.
std::vector<size_t> falling(const Decisions& decisions) {
  std::vector<size_t> order(decisions.scores.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::sort(order, [&](size_t a, size_t b) { return decisions.scores[a] > decisions.scores[b]; });
  return order;
}

Roc roc_of(const Decisions& decisions, const std::vector<size_t>& order, std::span<const int> weights) {
  const auto weight = [&](size_t i) { return weights.empty() ? 1.0 : weights[static_cast<size_t>(decisions.network[i])]; };
  double positives = 0;
  double negatives = 0;
  for (size_t i = 0; i < order.size(); ++i) (decisions.positive[i] ? positives : negatives) += weight(i);
  if (positives == 0 || negatives == 0) return {kNone, kNone, kNone};
  Roc roc;
  double above = 0;  // positives and negatives of higher scores
  double false_above = 0;
  for (size_t begin = 0; begin < order.size();) {
    double tied_positives = 0;
    double tied_negatives = 0;
    size_t end = begin;
    for (; end < order.size() && decisions.scores[order[end]] == decisions.scores[order[begin]]; ++end)
      (decisions.positive[order[end]] ? tied_positives : tied_negatives) += weight(order[end]);
    roc.auc += tied_negatives * (above + tied_positives / 2);
    above += tied_positives;
    false_above += tied_negatives;
    if (false_above <= 0.01 * negatives) roc.at_one_in_100 = above / positives;
    if (false_above <= 0.001 * negatives) roc.at_one_in_1000 = above / positives;
    begin = end;
  }
  roc.auc /= positives * negatives;
  return roc;
}

/// Half the range of the middle 95 %.
double half_width(std::vector<double> values) {
  std::ranges::sort(values);
  const auto place = [&](double share) { return values[static_cast<size_t>(share * static_cast<double>(values.size() - 1))]; };
  return (place(0.975) - place(0.025)) / 2;
}

}  // namespace

Roc roc(const Decisions& decisions, std::span<const int> weights) {
  return roc_of(decisions, falling(decisions), weights);
}

Roc roc_half_widths(const Decisions& decisions, int networks, int draws, uint64_t seed) {
  const std::vector<size_t> order = falling(decisions);
  std::vector<double> auc;
  std::vector<double> hundredth;
  std::vector<double> thousandth;
  for (int draw = 0; draw < draws; ++draw) {
    Random random(seed, "bootstrap", static_cast<uint64_t>(draw));
    std::vector<int> weights(static_cast<size_t>(networks));
    for (int i = 0; i < networks; ++i) ++weights[random.below(static_cast<uint64_t>(networks))];
    const Roc one = roc_of(decisions, order, weights);
    if (std::isnan(one.auc)) continue;
    auc.push_back(one.auc);
    hundredth.push_back(one.at_one_in_100);
    thousandth.push_back(one.at_one_in_1000);
  }
  if (auc.size() < 2) return {kNone, kNone, kNone};
  return {half_width(std::move(auc)), half_width(std::move(hundredth)), half_width(std::move(thousandth))};
}

}  // namespace decant::trials
