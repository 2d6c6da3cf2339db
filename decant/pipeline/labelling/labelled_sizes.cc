#include "decant/pipeline/labelling/labelled_sizes.h"

#include <algorithm>

#include "decant/base/errors.h"
#include "decant/base/text.h"

namespace decant {

/// What pictures alone would fill, less the labels' share of that.
int64_t LabelledSizes::about(int64_t budget) {
  const int64_t alone = pictures_.about(budget);
  const auto whole = static_cast<double>(budget);
  const double share = whole / (whole + static_cast<double>(bytes_of_labels(job_, alone, teacher_)));
  return std::max<int64_t>(1, static_cast<int64_t>(share * static_cast<double>(alone)));
}

void LabelledSizes::refuse(int64_t budget, int64_t least_rows, int64_t needed) const {
  throw InputError({"", job_.said,
                    fmt::format("{} hold no set with such labels; the smallest, of {} rows, takes {}", human_bytes(budget),
                                human_count(least_rows), human_bytes(needed)),
                    fmt::format("Give {} bytes or more, fewer views, or hard labels", needed)});
}

}  // namespace decant
