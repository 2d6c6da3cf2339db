// Sheets: JPEG or PNG files that hold several pictures each, in class folders, with a table of what
// lies where (sheet_table.h; docs/formats/sheets.md).
//
// A row is a picture in a cell: as many rows as the table lists, sheet after sheet, and in a sheet
// cell after cell. Its key is that of the file and the place of the cell, from 0 in reading order:
// "train/n01440764/sheet_0003.jpg#2". Its pixels are those of its box in the whole decoded sheet,
// to the byte, so what decant trains on is what any loader that cuts the box out sees. Its bytes()
// are these pixels as a PNM file (P5, P6): the format has no bytes that are one row's alone.
//
// Labels are numbers of class folders in Python's order, as torchvision's ImageFolder gives them to
// the sheets. All rows are training rows.
//
// The writer copies every sheet that has a row to keep, whole, and writes a table that lists the
// kept cells alone: no pixel changes, and numbers in keys stay; cells that are not listed still
// take bytes, and it says how many those are.
//
// Cost: opening reads the table and asks for the size of every file. A row decodes its whole sheet;
// each thread keeps the one that it decoded last, so rows in order cost a decode per sheet.
#pragma once

#include <filesystem>

#include "decant/base/context.h"
#include "decant/data/dataset.h"
#include "decant/formats/sheets/sheet_table.h"

namespace decant {

inline constexpr const char* kSheetsFormat = "sheets";

/// A folder that holds a table of sheets, by its name.
bool looks_like_sheets(const std::filesystem::path& path);

/// Throws InputError: a table that parse_table() refuses, a sheet that is missing. A sheet of
/// another size than the table says is refused when one of its rows is read.
Dataset open_sheets(const std::filesystem::path& path);

/// The table of an open set's folder. Throws InputError as parse_table() does, IoError.
sheets::Table read_sheet_table(const std::filesystem::path& folder);

}  // namespace decant
