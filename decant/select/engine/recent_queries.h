// The last few queries, for bounds that start from where a row was last looked at.
//
// Whenever a row's code is multiplied, its score at that moment's query is known to within a small
// error: a better place to bound from than the window's reference, because the query has hardly
// moved since. So each row of the finest window keeps one such bound and the number of its query,
// and each pick measures how far the query has moved from each of the last few. A row then is
// looked at again only when the way *since its own last look* could have brought it to the top.
// Rows whose query is forgotten fall back to the window's reference.
#pragma once

#include <cstdint>
#include <vector>

#include "decant/kernels/score_bounds.h"
#include "decant/select/engine/query_frame.h"

namespace decant {

class RecentQueries {
 public:
  /// `room`: how many are kept.
  explicit RecentQueries(size_t room) : ring_(room) {}

  void clear() { alive_ = 0; }
  /// Keeps a query as the newest and returns its number.
  int32_t add(const QueryPoint& query);
  /// Measures the way from each to `now`. The longest of their lengths goes into longest().
  void measure(const QueryFrame& frame, const QueryPoint& now);

  /// Of the moves measured last, in the units of a sweep.
  RecentMoves moves(double row_unit_per_score_unit, std::vector<float>& along, std::vector<float>& across) const;
  double longest() const { return longest_; }    ///< of the queries' lengths
  double furthest() const { return furthest_; }  ///< of |β| + R
  bool empty() const { return alive_ == 0; }

 private:
  std::vector<QueryPoint> ring_;
  std::vector<double> along_, across_;  ///< newest first
  size_t alive_ = 0;
  int32_t newest_ = 0;
  double longest_ = 0, furthest_ = 0;
};

}  // namespace decant
