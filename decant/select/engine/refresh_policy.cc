#include "decant/select/engine/refresh_policy.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace decant {
namespace {

constexpr double kLeast = 4, kMost = 8192;
constexpr double kExponent = 0.8;

}  // namespace

void PickHistory::add(double along, double best) {
  if (ring_.size() <= count_ && ring_.size() < kRoom) ring_.emplace_back();
  ring_[count_ % kRoom] = {along, best};
  ++count_;
}

double PickHistory::latest_best() const {
  return count_ == 0 ? -std::numeric_limits<double>::infinity() : ring_[(count_ - 1) % kRoom].best;
}

PickHistory::Trend PickHistory::trend(double picks) const {
  if (empty()) return {};
  const size_t back = std::min({count_ - 1, kRoom - 1, static_cast<size_t>(picks)});
  const Trend& now = ring_[(count_ - 1) % kRoom];
  const Trend& then = ring_[(count_ - 1 - back) % kRoom];
  const double stretch = picks / static_cast<double>(back);
  return {(now.along - then.along) * stretch, (now.best - then.best) * stretch};
}

Outlook RefreshPolicy::outlook(double best, const PickHistory& history, double typical) const {
  const auto trend = history.trend(horizon_);
  Outlook outlook;
  outlook.best = best;
  outlook.change = trend.best;
  outlook.along = trend.along;
  outlook.across = (pace_ > 0 ? pace_ : typical) * std::pow(horizon_, kExponent);
  outlook.margin = margin_ * (0.1 * typical * outlook.across + 0.64 * std::abs(trend.best) / horizon_);
  return outlook;
}

void RefreshPolicy::renewed(double cost) {
  renewal_ = cost;
  spent_ = latest_ = 0;
  picks_ = 0;
}

void RefreshPolicy::spent(double cost, int64_t picks) {
  const double each = cost / static_cast<double>(picks);
  spent_ += cost;
  picks_ += picks;
  latest_ = latest_ == 0 ? each : latest_ + (each - latest_) * std::min(1.0, static_cast<double>(picks) / 8);
}

void RefreshPolicy::spent(const RefreshPolicy& finer) {
  if (finer.picks_ > 0) {
    spent(finer.renewal_ + finer.spent_, finer.picks_);
  } else {
    spent_ += finer.renewal_;
  }
}

bool RefreshPolicy::due() const {
  return picks_ > 1 && latest_ > average();
}

void RefreshPolicy::learn_pace(double across) {
  if (picks_ > 0 && across > 0) pace_ = across / std::pow(static_cast<double>(picks_), kExponent);
}

void RefreshPolicy::ends_exposed(double across) {
  learn_pace(across);
  if (fixed_ || picks_ == 0) return;
  const auto lasted = static_cast<double>(picks_);
  if (lasted >= 0.7 * horizon_) {
    horizon_ = std::min(kMost, 1.6 * std::max(horizon_, lasted));
  } else {
    margin_ = std::min(margin_ * 1.5, 1e6);
  }
}

void RefreshPolicy::ends_by_cost(double across) {
  learn_pace(across);
  if (fixed_) return;
  const auto lasted = static_cast<double>(picks_);
  horizon_ = std::clamp(std::clamp(1.1 * lasted, 0.8 * horizon_, 1.2 * horizon_), kLeast, kMost);
  margin_ *= 0.97;
}

}  // namespace decant
