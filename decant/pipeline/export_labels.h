// export -o LABELS.npy: a run's labels of views as arrays, for trainers other than decant's.
#pragma once

#include "decant/pipeline/export.h"

namespace decant {

/// Writes two arrays:
///
///     LABELS.npy        float32 (rows, views, classes): logits, the largest of a view 0
///     LABELS-cuts.npy   int32 (rows, views, 3): how far the picture is shifted right and down at
///                       the size of training, and 1 where it is mirrored
///
/// Output pixel (y, x) of a view shows pixel (y + down, x + right) of the picture, reflected at its
/// borders, and of a mirrored one x counts from the other side (loader/augment.h). Row i is the
/// i-th of the run's data/. Throws InputError for a run without such labels; nothing that exists is
/// replaced.
Exported export_labels(const ExportOptions& options, const Context& context);

}  // namespace decant
