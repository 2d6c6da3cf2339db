// The sheets of a run: as its record has them, and their cells as the rows that were kept.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "decant/base/context.h"
#include "decant/data/rows.h"
#include "decant/data/run_record.h"
#include "decant/data/subset.h"
#include "decant/formats/sheets/sheet_writer.h"
#include "decant/formats/sheets/sheets.h"

namespace decant {

/// `bytes_source`: of the same pictures, in the source.
SheetRecord sheet_record(const sheets::WrittenSheets& written, int64_t bytes_source);

/// How the run's sheets were made, for more of them. Throws InputError naming `file` for a record
/// that says what no sheet can be.
sheets::Style style_of(const SheetRecord& record, const std::filesystem::path& file);

/// Of each row that is read from the sheets in `data`, the row of the source. Throws InputError for
/// a table that cannot be believed.
std::vector<int64_t> rows_in_sheets(const std::filesystem::path& data);

/// The cells of the sheets in `data`, the i-th of kept[i]; null where sheets hold other rows.
/// Throws as open_dataset().
std::shared_ptr<const Rows> pictures_in_sheets(const std::filesystem::path& data, const Subset& kept);

}  // namespace decant
