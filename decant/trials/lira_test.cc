#include "decant/trials/lira.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <limits>
#include <string>

#include "decant/base/random.h"
#include "decant/trials/dirichlet.h"

namespace decant::trials {
namespace {

using ::testing::DoubleNear;
using ::testing::Pointwise;

/// Row i's φ is normal around its own level, one deviation higher by `shift` where it is a member.
Observed toy(int networks, int rows, double shift, uint64_t seed) {
  Observed observed;
  observed.phi.assign(static_cast<size_t>(networks), std::vector<double>(static_cast<size_t>(rows)));
  observed.in.assign(static_cast<size_t>(networks), std::vector<bool>(static_cast<size_t>(rows)));
  for (int i = 0; i < rows; ++i) {
    Random random(seed, "toy", static_cast<uint64_t>(i));
    const double level = 3 * random.normal();
    const auto order = random.permutation(networks);
    for (int k = 0; k < networks; ++k) {
      const auto m = static_cast<size_t>(order[static_cast<size_t>(k)]);
      const bool in = k < networks / 2;
      observed.in[m][static_cast<size_t>(i)] = in;
      observed.phi[m][static_cast<size_t>(i)] = level + random.normal() + (in ? shift : 0);
    }
  }
  return observed;
}

Decisions decisions_of(const Observed& observed, Attack attack) {
  const auto scores = lira(observed, attack);
  Decisions decisions;
  for (size_t m = 0; m < scores.size(); ++m) {
    for (size_t i = 0; i < scores[m].size(); ++i) decisions.add(scores[m][i], observed.in[m][i], static_cast<int>(m));
  }
  return decisions;
}

double normal_share_below(double z) {
  return 0.5 * std::erfc(-z / std::sqrt(2.0));
}

/// The formulas again, nothing shared: every mean and deviation from the values of the others.
std::vector<std::vector<double>> plain_lira(const Observed& observed, bool online) {
  const size_t networks = observed.phi.size();
  const size_t rows = observed.phi.front().size();
  std::vector<std::vector<double>> scores(networks, std::vector<double>(rows));
  for (size_t m = 0; m < networks; ++m) {
    double scatter[2] = {0, 0};
    double freedom[2] = {0, 0};
    std::vector<double> means[2] = {std::vector<double>(rows), std::vector<double>(rows)};
    for (size_t i = 0; i < rows; ++i) {
      for (const int side : {0, 1}) {
        std::vector<double> values;
        for (size_t other = 0; other < networks; ++other) {
          if (other != m && observed.in[other][i] == (side == 1)) values.push_back(observed.phi[other][i]);
        }
        double mean = 0;
        for (const double value : values) mean += value / static_cast<double>(values.size());
        for (const double value : values) scatter[side] += (value - mean) * (value - mean);
        freedom[side] += static_cast<double>(values.size()) - 1;
        means[side][i] = mean;
      }
    }
    const double in = std::sqrt(scatter[1] / freedom[1]);
    const double out = std::sqrt(scatter[0] / freedom[0]);
    for (size_t i = 0; i < rows; ++i) {
      const double z_in = (observed.phi[m][i] - means[1][i]) / in;
      const double z_out = (observed.phi[m][i] - means[0][i]) / out;
      scores[m][i] = online ? -z_in * z_in / 2 - std::log(in) + z_out * z_out / 2 + std::log(out) : z_out;
    }
  }
  return scores;
}

TEST(Lira, IsThePlainFormula) {
  const Observed observed = toy(10, 30, 0.7, 1);
  const auto online = lira(observed, Attack::online);
  const auto offline = lira(observed, Attack::offline);
  const auto plain_online = plain_lira(observed, true);
  const auto plain_offline = plain_lira(observed, false);
  for (size_t m = 0; m < 10; ++m) {
    EXPECT_THAT(online[m], Pointwise(DoubleNear(1e-9), plain_online[m]));
    EXPECT_THAT(offline[m], Pointwise(DoubleNear(1e-9), plain_offline[m]));
  }
}

/// The ROC of an attack on the toy with M networks, from the distribution of its score. The means
/// of the other networks are m_in = level + shift + a and m_out = level + b, normal, of M/2
/// networks or of one less on the side of the network that is attacked. With e of variance 1,
///
///     offline   φ − m_out = e − b, of members + shift
///     online    D · G up to a constant factor, D = m_in − m_out = shift + a − b
///                                              G = φ − (m_in + m_out)/2 = ± shift/2 + e − (a + b)/2
///
/// where G is normal for a given D, so that an integral over D is left.
class ClosedForm {
 public:
  ClosedForm(Attack attack, double shift, int networks) : attack_(attack), shift_(shift), half_(networks / 2) {}

  double share_above(double threshold, bool member) const {
    const double of_in = 1.0 / (half_ - (member ? 1 : 0));
    const double of_out = 1.0 / (half_ - (member ? 0 : 1));
    if (attack_ == Attack::offline) return normal_share_below(((member ? shift_ : 0) - threshold) / std::sqrt(1 + of_out));
    const double variance = of_in + of_out;
    const double slope = (of_in - of_out) / 2 / variance;  // of (a + b)/2 on D
    const double deviation = std::sqrt(1 + variance / 4 - slope * slope * variance);
    double share = 0;
    double weights = 0;
    for (int i = -60; i <= 60; ++i) {
      const double z = i / 12.0;
      const double d = shift_ + z * std::sqrt(variance);
      const double mean = (member ? shift_ : -shift_) / 2 - slope * (d - shift_);
      const double weight = std::exp(-z * z / 2);
      share += weight * normal_share_below((d * mean - threshold) / (std::abs(d) * deviation));
      weights += weight;
    }
    return share / weights;
  }

  double auc() const {
    double area = 0;
    for (double t = -20; t < 20; t += kStep) {
      const double width = share_above(t, false) - share_above(t + kStep, false);
      area += width * (share_above(t, true) + share_above(t + kStep, true)) / 2;
    }
    return area;
  }

  double found_where(double accused) const {
    double low = -30;
    double high = 30;
    for (int i = 0; i < 60; ++i) {
      const double middle = (low + high) / 2;
      (share_above(middle, false) > accused ? low : high) = middle;
    }
    return share_above(low, true);
  }

 private:
  static constexpr double kStep = 0.02;
  Attack attack_;
  double shift_;
  int half_;
};

// With known means both scores are linear in φ, and AUC = Φ(shift / √2).
TEST(Lira, ClosedFormsEndInThatOfKnownMeans) {
  for (const Attack attack : {Attack::online, Attack::offline}) {
    const ClosedForm form(attack, 1, 200'000);
    EXPECT_NEAR(form.auc(), normal_share_below(1 / std::sqrt(2.0)), 1e-4);
    EXPECT_NEAR(form.found_where(0.01), normal_share_below(1 - 2.3263479), 1e-4);
  }
}

TEST(Lira, ReachesTheClosedFormOfGaussians) {
  for (const double shift : {0.5, 1.0, 2.0}) {
    const Observed observed = toy(64, 4000, shift, 2);
    for (const Attack attack : {Attack::online, Attack::offline}) {
      const Roc curve = roc(decisions_of(observed, attack));
      const ClosedForm form(attack, shift, 64);
      const std::string which = fmt::format("{}, {}", attack == Attack::online ? "online" : "offline", shift);
      EXPECT_NEAR(curve.auc, form.auc(), 0.005) << which;
      EXPECT_NEAR(curve.at_one_in_100, form.found_where(0.01), 0.005) << which;
      EXPECT_NEAR(curve.at_one_in_1000, form.found_where(0.001), 0.005) << which;
    }
  }
}

TEST(Lira, TellsNothingWhereThereIsNothing) {
  const Decisions decisions = decisions_of(toy(32, 1000, 0, 3), Attack::online);
  const Roc curve = roc(decisions);
  const Roc width = roc_half_widths(decisions, 32, 200, 0);
  EXPECT_LT(std::abs(curve.auc - 0.5), std::max(0.01, 1.5 * width.auc));
  EXPECT_NEAR(curve.at_one_in_100, 0.01, 0.005);
  EXPECT_GT(width.auc, 0);
}

TEST(Roc, CountsTiesHalfAndNeverPassesTheFalsePositivesAllowed) {
  Decisions decisions;
  decisions.add(3, true, 0);
  decisions.add(2, true, 0);
  decisions.add(2, false, 0);
  decisions.add(1, false, 1);
  decisions.add(std::numeric_limits<double>::quiet_NaN(), false, 1);
  const Roc curve = roc(decisions);
  EXPECT_DOUBLE_EQ(curve.auc, (2 + 1.5) / 4);
  EXPECT_DOUBLE_EQ(curve.at_one_in_100, 0.5);
  const std::vector<int> first_alone = {1, 0};
  EXPECT_DOUBLE_EQ(roc(decisions, first_alone).auc, 0.75);
  Decisions one_sided;
  one_sided.add(1, true, 0);
  EXPECT_TRUE(std::isnan(roc(one_sided).auc));
}

TEST(Confidences, AreTheLogOddsOfTheClass) {
  const std::vector<float> logits = {2, 0, 0, -1000, 1000, 0};
  const std::vector<int32_t> labels = {0, 1};
  const auto phi = confidences(logits, labels, 3);
  EXPECT_NEAR(phi[0], 2 - std::log(2.0), 1e-12);
  EXPECT_NEAR(phi[1], 1000, 1e-9);
}

TEST(Dirichlet, SharesAddUpAndFollowAlpha) {
  double largest_of_small = 0;
  double largest_of_large = 0;
  double first = 0;
  for (uint64_t draw = 0; draw < 500; ++draw) {
    const auto small = dirichlet(0.1, 10, Random(1, "small", draw));
    const auto large = dirichlet(50, 10, Random(1, "large", draw));
    double sum = 0;
    for (const double share : small) sum += share;
    EXPECT_NEAR(sum, 1, 1e-12);
    largest_of_small += *std::ranges::max_element(small) / 500;
    largest_of_large += *std::ranges::max_element(large) / 500;
    first += dirichlet(2, 4, Random(2, "mean", draw)).front() / 500;
  }
  EXPECT_GT(largest_of_small, 0.6);
  EXPECT_LT(largest_of_large, 0.14);
  EXPECT_NEAR(first, 0.25, 0.02);
  for (const double share : dirichlet(1e-4, 5, Random(3))) EXPECT_TRUE(std::isfinite(share));
}

}  // namespace
}  // namespace decant::trials
