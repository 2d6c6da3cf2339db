// Soft labels next to class folders: labels.npy, float32 (rows, classes), in the data/ folder of a
// run whose run.json asks for them (kSoftLabelsOption). Row i is that of the i-th row of the
// training split, column c of class c. The file is read nowhere else: next to features.npy a
// labels.npy means classes (npy.h).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "decant/base/file.h"
#include "decant/data/dataset.h"

namespace decant {

/// The numbers of a whole file in memory, (rows, classes); `name` is for messages. Throws
/// InputError: no .npy file, another dtype or shape, a number that is not finite.
std::vector<float> parse_soft_labels(Bytes file, int64_t rows, int64_t classes, const std::string& name);

/// Gives the training rows the soft labels of `file`. Throws InputError: no such file, rows without
/// classes, and what parse_soft_labels() throws.
void attach_soft_labels(Dataset& dataset, const std::filesystem::path& file);

}  // namespace decant
