#include "decant/data/relabelled_rows.h"

#include "decant/base/errors.h"

namespace decant {

RelabelledRows::RelabelledRows(std::shared_ptr<const Rows> below, std::vector<int32_t> labels)
    : WrappedRows(std::move(below)), labels_(std::move(labels)) {
  DECANT_CHECK(static_cast<int64_t>(labels_.size()), ==, size());
}

}  // namespace decant
