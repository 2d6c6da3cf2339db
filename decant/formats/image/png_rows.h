// Rows of raw pixels (CIFAR, IDX) and packed ones as picture files: a PNG each, which loses nothing,
// with the mask where cells were dropped.
#pragma once

#include <memory>

#include "decant/data/rows.h"

namespace decant {

/// The rows themselves where they are picture files already. Keys of others become names of files:
/// "data_batch_1.bin#17" is "data_batch_1.bin-17.png", "1.jpg" is "1.png". REQUIRES: rows with pictures.
std::shared_ptr<const Rows> as_picture_files(std::shared_ptr<const Rows> rows);

}  // namespace decant
