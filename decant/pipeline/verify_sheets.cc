#include "decant/pipeline/verify_sheets.h"

#include <algorithm>
#include <fmt/core.h>
#include <optional>
#include <set>

#include "decant/base/digest.h"
#include "decant/base/file.h"
#include "decant/base/parallel.h"
#include "decant/formats/convert.h"
#include "decant/formats/image/codec.h"
#include "decant/formats/image/recode.h"
#include "decant/formats/sheets/sheet_writer.h"
#include "decant/formats/sheets/sheets.h"
#include "decant/pipeline/run/run_source.h"

namespace decant {
namespace fs = std::filesystem;

namespace {

using sheets::Cell;
using sheets::Sheet;
using sheets::Table;

/// The manifest's line of a row; null where the row was not kept.
const ManifestLine* line_of(const std::vector<ManifestLine>& manifest, int64_t row) {
  const auto found = std::ranges::lower_bound(manifest, row, {}, &ManifestLine::row);
  return found == manifest.end() || found->row != row ? nullptr : &*found;
}

/// The folders of the classes, by label.
std::vector<std::string> class_folders(const RunFolder& run, const std::vector<ManifestLine>& manifest) {
  int32_t largest = kNoLabel;
  for (const ManifestLine& line : manifest) largest = std::max(largest, line.label);
  const std::vector<std::string> names = run.run.input ? run.run.input->classes : std::vector<std::string>();
  return class_folder_names(names, std::max(names.size(), static_cast<size_t>(largest + 1)));
}

void check_cell(const Sheet& sheet, const Cell& cell, const std::vector<ManifestLine>& manifest, const std::vector<std::string>& folders,
                const fs::path& table) {
  const auto fail = [&](const std::string& what) {
    refuse_small_set(table, cell.row, fmt::format("cell {} of {} {}", cell.place, sheet.file, what));
  };
  const ManifestLine* const line = line_of(manifest, cell.row);
  if (line == nullptr) fail("holds a row that manifest.jsonl does not list");
  if (line->key != cell.key) fail(fmt::format("is of '{}', and manifest.jsonl says '{}'", cell.key, line->key));
  if (!line->sha256.starts_with(cell.hash)) fail("is of other bytes than manifest.jsonl lists");
  const std::string folder = line->label == kNoLabel ? "" : folders[static_cast<size_t>(line->label)];
  if (class_folder(sheet) != folder) fail(fmt::format("is of class '{}', and lies in the folder of '{}'", folder, class_folder(sheet)));
}

void check_table(const Table& table, const RunFolder& run, const std::vector<ManifestLine>& manifest) {
  const fs::path file = run.path / "data" / sheets::kTableFile;
  const SheetRecord& record = *run.run.sheets;
  if (table.style.tile != record.tile || table.style.side != record.side || std::ssize(table.sheets) != record.sheets)
    refuse_small_set(
        file, -1,
        fmt::format("has {} sheets of {} x {} cells of {} pixels, and run.json says {} of {} x {} of {}", table.sheets.size(),
                    table.style.tile, table.style.tile, table.style.side, record.sheets, record.tile, record.tile, record.side));
  if (table.cells() != std::ssize(manifest))
    refuse_small_set(file, -1, fmt::format("lists {} pictures, manifest.jsonl {}", table.cells(), manifest.size()));
  const std::vector<std::string> folders = class_folders(run, manifest);
  for (const Sheet& sheet : table.sheets) {
    for (const Cell& cell : sheet.cells) check_cell(sheet, cell, manifest, folders, file);
  }
}

/// Nothing lies in data/ that a loader of class folders would take for a picture of the set.
void check_files(const Table& table, const fs::path& data) {
  std::set<std::string> known = {sheets::kTableFile};
  for (const Sheet& sheet : table.sheets) known.insert(sheet.file);
  for (const auto& entry : fs::recursive_directory_iterator(data)) {
    const std::string name = entry.path().lexically_relative(data).string();
    if (!entry.is_directory() && !known.contains(name)) refuse_small_set(entry.path(), -1, "is not in sheets.jsonl");
  }
}

/// The sheet's file, decoded.
void check_sheet(const Sheet& sheet, const sheets::Style& style, const fs::path& data, Image& image) {
  const fs::path path = data / sheet.file;
  std::vector<std::byte> scratch;
  const Bytes file = read_file(path, scratch);
  if (sha256(file) != sheet.sha256) refuse_small_set(path, -1, "has bytes that differ from sheets.jsonl");
  const PatchUnit unit = patch_grid_of(file, path.string(), 1).unit();
  if (style.side % unit.width != 0 || style.side % unit.height != 0)
    refuse_small_set(
        path, -1,
        fmt::format("is made of blocks of {} x {} pixels, which borders of cells of {} pixels cut", unit.width, unit.height, style.side));
  decode_image(file, path.string(), image);
  if (image.size.width != sheet.columns * style.side || image.size.height != sheet.rows * style.side)
    refuse_small_set(path, -1,
                     fmt::format("has {} x {} pixels, and sheets.jsonl lists {} x {} cells of {}", image.size.width, image.size.height,
                                 sheet.columns, sheet.rows, style.side));
}

/// The same sheet made again of the source's pictures.
void check_made_of(const Rows& source, const Sheet& sheet, const sheets::Style& style, const Image& found, const fs::path& data) {
  std::vector<int64_t> rows;
  for (const Cell& cell : sheet.cells) rows.push_back(cell.row);
  Sheet again = sheet;
  const std::vector<std::byte> file = make_sheet(style, source, rows, again);
  Image expected;
  decode_image(file, sheet.file, expected);
  if (again != sheet || expected.size != found.size || expected.pixels != found.pixels)
    refuse_small_set(data / sheet.file, -1, "is not what the source's pictures are shrunk to");
}

}  // namespace

Verified verify_sheets(const RunFolder& run, const std::vector<ManifestLine>& manifest, const std::string& source, const Context& context) {
  const fs::path data = run.path / "data";
  const Table table = read_sheet_table(data);
  check_table(table, run, manifest);
  check_files(table, data);
  std::optional<Input> input;
  if (!source.empty()) {
    input = source_of(run, source, context);
    check_source(*input, manifest, context);
  }
  Stage stage(context, "verify sheets", std::ssize(table.sheets), "sheets");
  parallel_for(context, std::ssize(table.sheets), 1, [&](int64_t i, int64_t) {
    const Sheet& sheet = table.sheets[static_cast<size_t>(i)];
    Image image;
    check_sheet(sheet, table.style, data, image);
    if (input) check_made_of(input->dataset.train(), sheet, table.style, image, data);
    stage.advance();
  });
  return {run.rows(), std::ssize(run.kept), input ? "hashes and the source" : "hashes"};
}

}  // namespace decant
