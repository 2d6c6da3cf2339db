// Some rows of Parquet files in files of the same names.
//
// A file of which no row is kept is not written, since the datasets library cannot load a file
// without rows. What is the source's, to the byte: the schema with its field ids and logical types,
// and the metadata by key and value, but for `content_defined_chunking`, which no longer holds.
// Values are the source's, and so are codecs and the order of rows; a column whose row group is
// kept whole is copied page for page.
//
// Row groups have at most as many rows as the source's largest, and at most 100 MB. Pages are of
// the first kind, of 1 MB or a single larger value; their values are PLAIN, or indexes into a
// dictionary where the source had one and it fits in 1 MB. An offset index is written; counts of
// missing values, and the least and greatest of numbers and short texts, are found anew. Bloom
// filters and column indexes are not written.
//
// Values that lie in the mapped file as they are, not packed or in literals of snappy, are written
// from there without a copy; pages of snappy that are nearly all such values become literals. Row
// groups of all files are made by all threads and written in their order; the bytes are those of
// one thread. Held are at most 64 MiB for each thread, the page that each is making, and what
// reading holds.
#pragma once

#include <filesystem>
#include <memory>
#include <span>

#include "decant/data/dataset.h"
#include "decant/formats/parquet/parquet_rows.h"

namespace decant::parquet {

/// Some rows (ascending, of the file) of one file, in a file at `path`. Returns its bytes.
int64_t copy_rows(const ParquetFile& file, std::span<const int64_t> rows, const std::filesystem::path& path);

/// Its rewrite() puts other pictures in place of the source's.
std::shared_ptr<const SubsetWriter> make_writer(std::shared_ptr<const ParquetRows> rows);

}  // namespace decant::parquet
