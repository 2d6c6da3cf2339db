// Finished bins as bytes, for resuming an interrupted run. docs/formats/run-folder.md has the
// layout.
//
// The bytes come from a run that was interrupted, so they may be truncated or damaged: sizes are
// checked, and a checksum over everything, before any of it is used.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "decant/base/file.h"
#include "decant/select/engine/bin_picker.h"

namespace decant {

struct BinRecord {
  int64_t pool = 0;
  int64_t bin = 0;
  FinishedBin content;
};

/// Appends a record: pool, bin, number of rows, rows, gains.
void append_bin(int64_t pool, int64_t bin, std::span<const int64_t> rows, std::span<const double> gains, std::vector<std::byte>& records);

/// The records of a body. Throws InputError (file = `name`) for a number below 0, or more rows than
/// bytes follow. Memory: the body's once more.
std::vector<BinRecord> parse_bins(Bytes records, const std::string& name);

/// What stands before the records: magic, the run's identity (32 characters), checksum of the
/// records.
std::string bin_file_header(std::string_view identity, Bytes records);

/// A whole file. Throws InputError when it is no such file, is damaged, or belongs to a different
/// run.
std::vector<BinRecord> parse_bin_file(Bytes file, std::string_view identity, const std::string& name);

}  // namespace decant
