// The binary version of CIFAR-10 and CIFAR-100: files of fixed records, one or two label bytes and
// then a 32 × 32 picture as three planes (docs/formats/cifar.md has a worked example).
//
// CIFAR-10: data_batch_N.bin and test_batch.bin, 3,073 bytes a record. CIFAR-100: train.bin and
// test.bin, 3,074 bytes, coarse label before fine; the label is the fine one.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "decant/base/file.h"
#include "decant/data/dataset.h"

namespace decant {

constexpr int64_t kCifarPixels = 32 * 32;

/// What distinguishes the two sets.
struct CifarKind {
  const char* format = "";  ///< "cifar10", "cifar100"
  int label_bytes = 1;
  int classes = 10;
  int64_t record_bytes() const { return label_bytes + 3 * kCifarPixels; }
};
constexpr CifarKind kCifar10 = {"cifar10", 1, 10};
constexpr CifarKind kCifar100 = {"cifar100", 2, 100};

/// The label of every record of one file. Throws InputError: an empty file, a length that is no
/// multiple of the record, a label byte out of range. Reads one or two bytes of each record, so in
/// effect every page of the file.
std::vector<uint8_t> cifar_labels(Bytes file, const CifarKind& kind, const std::string& name);

/// Three planes of 1,024 bytes → interleaved RGB (32, 32, 3). REQUIRES: 3,072 bytes at each end,
/// not overlapping.
void interleave_planes(const std::byte* planes, uint8_t* pixels);

/// The other way around.
void part_planes(const uint8_t* pixels, std::byte* planes);

/// The ten names, by label.
const std::vector<std::string>& cifar10_classes();

/// Whether a file is called data_batch_N.bin.
bool is_cifar10_batch(const std::string& file);

/// Whether the folder, or the folder cifar-10-batches-bin or cifar-100-binary in it, holds CIFAR
/// files, or one of cifar-10-batches-py and cifar-100-python the Python version's.
bool looks_like_cifar(const std::filesystem::path& folder);

/// Opens the folder, by cifar_python.h where it holds the Python version alone. Rows run by batch
/// number, then by position: torchvision's order. Keys are "data_batch_1.bin#17"; bytes() are whole
/// records, label bytes included. Files are mapped. A missing batch of the five is an oddity. Class
/// names come from batches.meta.txt or fine_label_names.txt; CIFAR-10's ten names are known
/// without. The writer puts each record into the file of its own name.
Dataset open_cifar(const std::filesystem::path& folder);

}  // namespace decant
