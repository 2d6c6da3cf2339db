// The rows of another, under labels of one's own: what is chosen or learnt by clusters in place of classes looks at these.
#pragma once

#include <memory>
#include <vector>

#include "decant/data/rows.h"

namespace decant {

class RelabelledRows final : public WrappedRows, public Targets {
 public:
  /// `labels`: one per row.
  RelabelledRows(std::shared_ptr<const Rows> below, std::vector<int32_t> labels);

  const Targets* targets() const override { return this; }
  int32_t label(int64_t row) const override { return labels_[static_cast<size_t>(row)]; }

 private:
  std::vector<int32_t> labels_;
};

}  // namespace decant
