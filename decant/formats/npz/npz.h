// NumPy archives and arrays of pictures: mnist.npz, MedMNIST's files, CIFAR-10-C
// (docs/formats/npz.md).
//
// An archive holds unsigned bytes (n, height, width[, 1 or 3]) as x_train or train_images, class
// numbers as y_train or train_labels, and the same for val and test; or one unsplit pair: images
// and labels, x and y, data and labels, arr_0 and arr_1. A file of pictures alone is an .npy, with
// labels.npy next to it.
#pragma once

#include <filesystem>

#include "decant/data/dataset.h"

namespace decant {

/// A file that ends in .npz, in any case.
bool looks_like_npz(const std::filesystem::path& path);

/// Keys are "x_train#17"; bytes() are the pixels as stored. Stored members are mapped, deflated
/// ones inflated into memory; the checksum of what is read is tested. The writer leaves an archive
/// of the same name with the training arrays cut to the kept rows, stored or deflated as they came.
/// Throws InputError: what zip.h and npy.h refuse, no array of pictures, labels that do not fit it.
Dataset open_npz(const std::filesystem::path& path);

/// A file X.npy of unsigned bytes with three or four axes, or a folder with such an images.npy.
bool looks_like_npy_pictures(const std::filesystem::path& path);

/// Keys are "X.npy#17". `labels`: else labels.npy next to the file, where it has as many entries;
/// a note says so when it has not. The writer leaves both under their names. Throws InputError.
Dataset open_npy_pictures(const std::filesystem::path& path, const std::filesystem::path& labels);

}  // namespace decant
