// Writing rows of any data set as another format: `--to imagefolder`, `--to webdataset`, `--to
// parquet`, `--to packed`.
//
// Encoded pictures (from ImageFolder, WebDataset) keep their bytes, except in packed files. Raw
// pixels (CIFAR, IDX) and packed pictures become PNG, which loses nothing.
//
//   imagefolder   train/<class>/<file name>. The class is its name, with '/' turned into '_'
//                 ("T-shirt/top"), or without names its number with leading zeros, so that sorting
//                 keeps the numbers. NOTE: ImageFolder numbers classes by name, so named classes
//                 are renumbered in alphabetical order, and classes without rows are gone. Two
//                 files of a class with the same name: the later one gets its row number
//                 ("1-17.jpg", and again where that is taken). Without any label, all files lie in train/ itself.
//   webdataset    train-000000.tar …, 1,000 samples each: "<row, 9 digits>.jpg" (or png, webp) and
//                 ".cls" with the label, when there is one; classes.txt (or classes.json,
//                 webdataset/class_file.h) with the class names, when there are some. Headers hold no time and no owner, so the same rows give the same
//                 bytes.
//   parquet       train-00000-of-00003.parquet …, at most 500 MB of pictures each: `image`, a struct
//                 of `bytes` and `path`, and `label`, when there is one, with the metadata by which
//                 the datasets library knows an Image and a ClassLabel with its names.
//   packed        train.packed, with labels, keys and class names (packed/packed.h). Pictures are
//                 decoded and coded anew: right for raw pixels, far larger than a JPEG.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "decant/base/context.h"
#include "decant/data/dataset.h"

namespace decant {

inline constexpr const char* kPackedFormat = "packed";  ///< formats/packed/

/// What write_as() calls the folders of labels 0 … count − 1: distinct file names, of labels
/// without a name their numbers.
std::vector<std::string> class_folder_names(const std::vector<std::string>& names, size_t count);

/// What stands at the head of the README.md next to data/ in such a format, for programs that read
/// it; empty for most.
std::string card_head_for(std::string_view format);

/// Writes `rows` (ascending, distinct) of the training split into `folder`, which exists and is
/// empty. Returns bytes written. Throws UsageError for another format; InputError when the rows
/// hold no pictures, one cannot be read, or some are labelled and some are not (imagefolder only);
/// IoError.
int64_t write_as(std::string_view format, const Dataset& dataset, std::span<const int64_t> rows, const std::filesystem::path& folder,
                 const Context& context = {});

}  // namespace decant
