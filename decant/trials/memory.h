// A memory of small sets that were made at different times, of which every class keeps a share.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "decant/data/picked_rows.h"
#include "decant/trials/compressor.h"

namespace decant::trials {

class Memory {
 public:
  explicit Memory(Size::Unit unit) : unit_(unit) {}

  void add(SmallSet set) { sets_.push_back(std::move(set)); }

  /// What of it is kept when each class may keep `shares[label]`, rows (or what stands for them,
  /// SmallSet::for_one) or bytes: the first of its order, as many as fit. Rows of the same data set
  /// come together, ascending, so that what is kept whole is trained on as the data set is.
  struct Kept {
    std::shared_ptr<const PickedRows> rows;  ///< null where nothing is kept
    int64_t bytes = 0;
  };
  Kept kept(const std::vector<int64_t>& shares) const;

 private:
  Size::Unit unit_;
  std::vector<SmallSet> sets_;
};

}  // namespace decant::trials
