#include "decant/select/engine/recent_queries.h"

#include <algorithm>
#include <cmath>

namespace decant {

int32_t RecentQueries::add(const QueryPoint& query) {
  ++newest_;
  ring_[static_cast<size_t>(newest_) % ring_.size()] = query;
  alive_ = std::min(alive_ + 1, ring_.size());
  return newest_;
}

void RecentQueries::measure(const QueryFrame& frame, const QueryPoint& now) {
  along_.resize(alive_);
  across_.resize(alive_);
  longest_ = furthest_ = 0;
  for (size_t age = 0; age < alive_; ++age) {
    const QueryPoint& query = ring_[(static_cast<size_t>(newest_) - age) % ring_.size()];
    const QueryFrame::Distance way = frame.distance(query, now);
    along_[age] = way.along;
    across_[age] = way.across;
    longest_ = std::max(longest_, query.length);
    furthest_ = std::max(furthest_, std::abs(way.along) + way.across);
  }
}

RecentMoves RecentQueries::moves(double row_unit_per_score_unit, std::vector<float>& along, std::vector<float>& across) const {
  along.resize(alive_);
  across.resize(alive_);
  for (size_t age = 0; age < alive_; ++age) {
    along[age] = static_cast<float>(along_[age] * row_unit_per_score_unit);
    across[age] = static_cast<float>(across_[age] * row_unit_per_score_unit * (1 + 0x1p-20));
  }
  return {along, across, newest_};
}

}  // namespace decant
