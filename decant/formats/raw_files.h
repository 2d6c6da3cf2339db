// Packed pictures back in the binary files that they came from: CIFAR-10's batches, or IDX.
//
// A row's key says where it belongs, "data_batch_1.bin#17" or "train-images-idx3-ubyte.gz#17".
// Records keep their order and close ranks where rows are missing, as those formats' own writers
// leave a subset. Rows of which nothing was dropped give back their source's bytes: a whole set
// gives its files bit for bit, but for gzip, which is compressed anew.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>

#include "decant/base/context.h"
#include "decant/data/dataset.h"

namespace decant {

/// "cifar10", "idx".
bool is_raw_format(std::string_view format);

/// Writes `rows` (ascending, distinct) of the training split into `folder`, which exists and is
/// empty. CIFAR-10: the batches, and batches.meta.txt where classes have other names than its ten.
/// IDX: one file of pictures and, where the rows have labels, one of labels, named and compressed
/// as the pictures are. Returns bytes written.
///
/// Throws InputError: keys that name no such file, or name one in two places; pictures of another
/// size than the format's, of different sizes, or in colour (IDX); labels that do not fit, or that
/// some rows lack. IoError.
int64_t write_raw_files(std::string_view format, const Dataset& dataset, std::span<const int64_t> rows, const std::filesystem::path& folder,
                        const Context& context = {});

}  // namespace decant
