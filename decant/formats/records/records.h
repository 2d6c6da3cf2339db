// Records of text: JSON arrays, JSON lines, TSV, CSV and lines of text, plain or packed by gzip or
// Zstandard (docs/formats/records.md has the layouts and a worked example).
//
// Row = number of the record, through all files in the order of their names; key = "file#17", its
// number in its file from 0. bytes() are the record as it stands: a JSON object from brace to
// brace, or a line without its line end. Its turns are texts(), its class targets(): classes are
// the different values there are, whole numbers by size, else by their bytes.
//
// A record that cannot be read is a row with a known fault, which names its line. Every record is
// read once when the data set is opened, on all threads. Files are mapped (packed ones are unpacked
// into memory); 4 bytes per row are held, 8 where there are classes.
//
// The writer puts kept records into files of the same name, form and packing, byte for byte, with
// what stood before the first record (a header, a bracket) and after the last, and between two of
// an array what stood before the second. Files of which nothing is kept are left out.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "decant/base/context.h"
#include "decant/data/dataset.h"
#include "decant/formats/records/record_reader.h"

namespace decant {

/// Whether a file is called .json, .jsonl, .ndjson, .tsv, .csv or .txt (or that and .gz or .zst)
/// and its first bytes are records; or a folder holds such files itself. Of .txt it must hold
/// nothing else: next to other data they are notes, or lists.
bool looks_like_records(const std::filesystem::path& path);

/// By its name alone: for patterns.
bool names_records(const std::string& spec);

/// Opens a file, a pattern ('x-{00..99}.jsonl', 'dir/*.jsonl.gz') or a folder. Of several files,
/// those whose names begin or end with "train", "dev", "test" or the like are that split; where one
/// is called train, others without such a word are left out and reported. `names`: see FieldNames.
/// Throws InputError: what readers throw, more than 65,536 classes, two files of one name.
Dataset open_records(const std::string& spec, const records::FieldNames& names, const Context& context);

}  // namespace decant
