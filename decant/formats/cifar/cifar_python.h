// The Python version of CIFAR-10 and CIFAR-100: one pickle per batch (docs/formats/cifar.md).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "decant/data/dataset.h"

namespace decant {

/// N of every data_batch_N in the folder, ascending.
std::vector<int> python_batches_in(const std::filesystem::path& folder);

/// Whether the folder itself holds data_batch_N, or CIFAR-100's train, test and meta.
bool holds_cifar_pickles(const std::filesystem::path& folder);

/// Opens the pickles in root/home (`home` may be empty). Rows run by batch, then by position. Keys
/// are "HOME/data_batch_1#17"; bytes() are the 3,072 pixels, plane after plane. Class names come
/// from batches.meta or meta. The writer leaves pickles of the same names, keys and protocol, of
/// whose lists and arrays those with one entry per picture are cut to the kept ones; all else is
/// copied. Memory: 64 bytes per value of a pickle, not its pixels. Throws InputError.
Dataset open_cifar_pickles(const std::filesystem::path& root, const std::string& home);

}  // namespace decant
