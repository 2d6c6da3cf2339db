// What else would fit into the bytes of a synthetic set: real pictures.
#pragma once

#include "decant/base/context.h"
#include "decant/data/dataset.h"
#include "decant/data/subset.h"

namespace decant {

/// Bytes of a real picture as a JPEG of quality 50, made a square of this size as training makes
/// it; the mean of at most 200 of the rows, evenly spaced. Rows that cannot be decoded are passed
/// over; 0 where none can.
double real_jpeg_bytes(const Rows& rows, const Subset& usable, const ImageSize& size, const Context& context);

}  // namespace decant
