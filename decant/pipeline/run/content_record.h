// What a small set holds of each class of objects or masks, next to what there is.
#pragma once

#include <cstdint>
#include <optional>

#include "decant/base/context.h"
#include "decant/data/run_record.h"
#include "decant/data/subset.h"
#include "decant/pipeline/run/input.h"

namespace decant {

struct KeptContent {
  const Input& input;
  const Subset& kept;
  const Rows* written = nullptr;  ///< the rows of the input as they are written; null = as they are
  int64_t min_objects = 0;        ///< that every class was to keep; 0 = no matter
};

/// Nothing of rows that hold neither objects nor masks. Decodes the masks of kept rows whose
/// pictures lost cells.
std::optional<ContentRecord> content_record(const KeptContent& of, const Context& context);

}  // namespace decant
