// The IDX files of MNIST and its family (Fashion-MNIST, KMNIST, EMNIST): one file of grey pictures,
// one of labels for each split, plain or gzip-compressed (docs/formats/idx.md has a worked
// example).
//
// A folder holds [PREFIX-]train-images-idx3-ubyte and, as far as they exist,
// [PREFIX-]train-labels-idx1-ubyte and the same two with t10k- or test- for train-; each may end in
// .gz, and may have ".idx3-ubyte" for "-idx3-ubyte". Whether a file is gzip-compressed follows from
// its bytes. QMNIST's labels, train-labels-idx2-int, are rows of eight numbers, the first of which
// is the class.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "decant/base/file.h"
#include "decant/data/dataset.h"

namespace decant {

/// What an element is: byte 2 of the file.
enum class IdxElement : uint8_t { u8 = 0x08, i32 = 0x0c };
constexpr int64_t size_of(IdxElement element) {
  return element == IdxElement::u8 ? 1 : 4;
}

/// One IDX array of unsigned bytes or big-endian int32. `data` lives as long as `owner`, or as the
/// bytes given to parse_idx() when they were not gzip.
struct IdxArray {
  bool gzip = false;  ///< how it was stored
  std::vector<int64_t> shape;
  Bytes data;
  std::shared_ptr<const void> owner;
};

/// Checks a whole stored file; `name` is for messages. `axes`: how many the file must have (3
/// pictures, 1 labels, 2 labels of i32). What begins as gzip data do is inflated first, and never
/// to more than its own header promises; memory grows with what is really there. Throws InputError:
/// not IDX, other axes or elements, a size other than the header's, damaged gzip.
IdxArray parse_idx(Bytes stored, int axes, const std::string& name, IdxElement element = IdxElement::u8);

/// Whether the folder holds a picture file under one of the names above, itself or in the folder
/// that torchvision's data sets unpack to: raw, MNIST/raw, FashionMNIST/raw and their like.
bool looks_like_idx(const std::filesystem::path& folder);

/// Opens the folder: train, and test when it is there. Missing labels are an oddity, and leave the
/// rows unlabelled. Plain files are mapped, gzip files inflated into memory. Keys are
/// "train-images-idx3-ubyte#17", also of files in a folder below. The writer keeps names and
/// compression; gzip bytes are the same on every run with the same zlib.
Dataset open_idx(const std::filesystem::path& folder);

}  // namespace decant
