#include "decant/select/engine/cold_rows.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace decant {
namespace {

constexpr double kNone = -std::numeric_limits<double>::infinity();
constexpr double kAlongRounding = 0x1p-22;  // e is a float32, wherever it is multiplied with a part of β

}  // namespace

void ColdRows::clear(double longest) {
  longest_ = longest;
  outlook_ = {};
  rest_ = false;
  any_cell_ = false;
}

void ColdRows::set_rest(const Outlook& outlook, double ceiling, double low, double high, double across) {
  outlook_ = outlook;
  rest_ = true;
  ceiling_ = ceiling;
  rest_low_ = low;
  rest_high_ = high;
  rest_across_ = across;
}

void ColdRows::set_cells(const Outlook& outlook, double low, double high) {
  outlook_ = outlook;
  cells_from_ = low;
  cells_per_unit_ = high > low ? static_cast<double>(kCells) / (high - low) : 0;
  any_cell_ = true;
  cells_.fill({kNone, kNone, 0, 0, 0});
}

void ColdRows::add(double upper, double along, double across) {
  const double place = (along - cells_from_) * cells_per_unit_;
  Cell& cell = cells_[std::min(kCells - 1, static_cast<size_t>(std::max(0.0, place)))];
  if (cell.now == kNone) cell = {kNone, kNone, along, along, 0};
  cell.now = std::max(cell.now, upper);
  cell.ahead = std::max(cell.ahead, upper + outlook_.along * along);
  cell.low = std::min(cell.low, along);
  cell.high = std::max(cell.high, along);
  cell.across = std::max(cell.across, across);
}

void ColdRows::unite(Comm& ranks) {
  const auto all = gather_each(ranks, cells_);
  for (const auto& cells : all) {
    for (size_t i = 0; i < kCells; ++i) {
      const Cell& other = cells[i];
      Cell& cell = cells_[i];
      if (other.now == kNone) continue;
      if (cell.now == kNone) cell = other;
      cell.now = std::max(cell.now, other.now);
      cell.ahead = std::max(cell.ahead, other.ahead);
      cell.low = std::min(cell.low, other.low);
      cell.high = std::max(cell.high, other.high);
      cell.across = std::max(cell.across, other.across);
    }
  }
}

double ColdRows::way(double along) const {
  return outlook_.along != 0 ? std::clamp(along / outlook_.along, 0.0, 1.0) : 0.0;
}

double ColdRows::bound(double along, double across) const {
  const double w = way(along);
  const double astray = along - w * outlook_.along;
  const double rounding = kAlongRounding * longest_ * (std::abs(along) + std::abs(outlook_.along));
  double most = kNone;
  if (rest_) {
    const double early = w / kEarly * kEarlyAcross;
    const double late = kEarlyAcross + (w - kEarly) / (1 - kEarly) * (1 - kEarlyAcross);
    const double foreseen = outlook_.across * (w < kEarly ? early : late);
    most = ceiling_ + w * outlook_.change + std::max(astray * rest_low_, astray * rest_high_) +
           rest_across_ * std::max(0.0, across - foreseen);
  }
  if (!any_cell_) return most + rounding;
  for (const Cell& cell : cells_) {
    if (cell.now == kNone) continue;
    const double turned = astray > 0 ? astray * cell.high : astray * cell.low;
    most = std::max(most, (1 - w) * cell.now + w * cell.ahead + turned + across * cell.across);
  }
  return most + rounding;
}

}  // namespace decant
