#include "decant/data/dynamics.h"

#include "decant/base/errors.h"
#include "decant/kernels/half.h"

namespace decant {

double Dynamics::at(Dynamic what, int64_t epoch, int64_t row) const {
  DECANT_CHECK(epoch, <, epochs_);
  DECANT_CHECK(row, <, rows_);
  return half_to_float(records_[static_cast<size_t>(what)][epoch * rows_ + row]);
}

}  // namespace decant
