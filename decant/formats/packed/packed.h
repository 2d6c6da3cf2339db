// Packed sets: raw pictures (CIFAR, IDX, or any others) without loss in fewer bytes than PNG, whole
// or with cells dropped, in one file per split (docs/formats/packed.md has a worked example).
//
// A folder holds train.packed and, as far as they exist, validation.packed and test.packed; any
// single x.packed is read as training rows. A file is
//
//     magic | records | model | index | keys | classes | footer
//
// one record per picture (packed_codec.h), all of them coded with the file's model, which was
// learnt from its own pictures (packed_model.h). The index has 20 bytes per picture: where its
// record ends, a checksum, label and key. Everything behind the records has a checksum of its own,
// verified when the file is opened, so that a damaged file is noticed there; a damaged record when
// it is read.
//
// Kept cells are stored without loss. Of a dropped cell only the mean colour is: decoding gives a
// flat cell, and Pictures::mask() says which.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "decant/base/context.h"
#include "decant/data/dataset.h"

namespace decant {

/// Whether it is a file x.packed, or a folder with train.packed.
bool looks_like_packed(const std::filesystem::path& path);

/// Opens a file or a folder. Files are mapped; the index is checked in one pass and stays mapped,
/// so a row costs 20 bytes of memory, and its key where keys are not numbered. Rows' bytes() are
/// records, which only decode() reads; they are verified against their checksum. A random row takes
/// about 100 ns per sample. The writer copies records and model as they are. Throws InputError: no
/// packed file, cut off, or damaged.
Dataset open_packed(const std::filesystem::path& path);

/// Writes rows (ascending, distinct) with pictures as `file`: decodes each, drops the cells that
/// Pictures::mask() says (if its units are pixels: a JPEG's MCUs keep more than a mean colour), and
/// encodes. Labels and keys are the rows' own. Returns bytes written. All threads, which do not
/// change a byte of it; memory for 256 pictures, and 20 bytes and a key for every row. Throws
/// InputError for a picture that cannot be read or is larger than 65,535 pixels either way;
/// IoError; Cancelled.
int64_t write_packed(const Rows& source, std::span<const int64_t> rows, const std::vector<std::string>& classes,
                     const std::filesystem::path& file, const Context& context = {});

}  // namespace decant
