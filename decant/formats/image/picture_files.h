// Rows of raw pixels (CIFAR, IDX) and packed ones as picture files, with the mask where cells were
// dropped: a PNG each, which loses nothing, or a JPEG.
#pragma once

#include <memory>

#include "decant/data/rows.h"

namespace decant {

/// The rows themselves where they are picture files already. `jpeg_quality`: 0 = PNG; else 1…100,
/// at full chroma resolution, since such pictures are small. Keys of others become names of files:
/// "data_batch_1.bin#17" is "data_batch_1.bin-17.png", "1.jpg" is "1.png". REQUIRES: rows with
/// pictures; of JPEGs, none with dropped cells.
std::shared_ptr<const Rows> as_picture_files(std::shared_ptr<const Rows> rows, int jpeg_quality = 0);

}  // namespace decant
