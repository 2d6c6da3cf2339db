// Parquet files as data sets are held in them on the Hugging Face hub: a row is a picture or a
// record of text, with its label and whatever else the other columns hold
// (docs/formats/parquet.md has the layouts and a worked example).
//
//   picture   the column that the file's metadata calls an Image, else a struct with `bytes` or
//             binary values that begin like a picture (roles.h). A row without bytes (a missing
//             picture, or only its path) cannot be read, and is reported like a damaged picture
//   texts     where no column holds pictures, rows are records as in JSON lines, with the columns as
//             keys, and read by the same schemas (records/json_records.h)
//   label     roles.h; names of classes from the ClassLabel of the metadata, else of README.md or
//             dataset_info.json (labels/class_names.h)
//   splits    by the names of files and folders (which_files.h)
//
// key() is "train-00000-of-00052.parquet#17", the file by its path below the folder that all share,
// and the row of that file from 0. bytes() are those of the picture; of a record, the line of JSON
// (row_json.h). All columns are fields().
//
// Files are mapped, so they must not be changed or cut while open. A row is read by itself: its
// page is found in the offset index or by the headers of pages, unpacked where it is packed, and
// kept for its neighbours, 48 MiB of pages in all (page_cache.h). Opening reads the footers, and
// the column of labels.
//
// The writer is parquet_writer.h's.
#pragma once

#include <filesystem>
#include <string>

#include "decant/base/context.h"
#include "decant/data/dataset.h"

namespace decant {

struct ParquetFields {
  std::string image = {};          ///< --image-field
  std::string text = {};           ///< --text
  std::string label = {};          ///< --label-field
  std::string configuration = {};  ///< --config-name
};

/// Whether it is a Parquet file, or a folder with some in which either the first may hold pictures,
/// or no picture files lie.
bool looks_like_parquet(const std::filesystem::path& path);

/// By its name alone: for patterns.
bool names_parquet(const std::string& spec);

/// `spec`: see which_files.h. Throws InputError (naming file and place) and IoError; files of other
/// columns than the first, or of other classes, are an InputError.
Dataset open_parquet(const std::string& spec, const ParquetFields& fields, const Context& context);

}  // namespace decant
