#include "decant/formats/sheets/sheet_writer.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <fmt/core.h>
#include <functional>
#include <map>
#include <string>

#include "decant/base/digest.h"
#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/base/parallel.h"
#include "decant/data/memory_rows.h"
#include "decant/formats/convert.h"
#include "decant/formats/image/codec.h"
#include "decant/formats/image/recode.h"
#include "decant/formats/imagefolder/python_order.h"
#include "decant/kernels/shrink_area.h"

namespace decant::sheets {
namespace fs = std::filesystem;
namespace {

constexpr uint8_t kEmpty = 128;  // of a cell without a picture

/// The part of a picture that its cell shows.
PatchRect shown_part(Fit fit, ImageSize size) {
  if (fit == Fit::whole) return {0, 0, size.width, size.height};
  const int side = std::min(size.width, size.height);
  const int left = (size.width - side) / 2;
  const int top = (size.height - side) / 2;
  return {left, top, left + side, top + side};
}

/// `length`, made as much shorter as `longer` is to become `side`: rounded, at least 1.
int scaled_into(int length, int longer, int side) {
  if (longer <= side) return length;
  return std::max(1, static_cast<int>((int64_t{2} * length * side + longer) / (int64_t{2} * longer)));
}

/// One cell of the sheet: the picture, and its last column and row as far as the cell goes.
void put_into_cell(const Image& picture, int left, int top, int side, Image& canvas) {
  const int channels = canvas.size.channels;
  for (int y = 0; y < side; ++y) {
    const uint8_t* const from = picture.view().row(std::min(y, picture.size.height - 1));
    uint8_t* const to = canvas.row(top + y) + left * channels;
    for (int x = 0; x < side; ++x) {
      const int own = std::min(x, picture.size.width - 1) * picture.size.channels;
      for (int c = 0; c < channels; ++c) to[x * channels + c] = from[own + (picture.size.channels == 1 ? 0 : c)];
    }
  }
}

std::vector<std::byte> encoded_sheet(const Style& style, const Image& canvas, const std::string& name) {
  std::vector<std::byte> file;
  if (style.quality == 0) {
    encode_png(canvas.view(), file);
    return file;
  }
  std::vector<std::byte> plain;
  encode_jpeg(canvas.view(), style.quality, plain);
  recode(plain, name, {}, file);
  return file;
}

/// The rows of each class folder, folders in Python's order.
std::vector<std::pair<std::string, std::vector<int64_t>>> rows_by_folder(const Dataset& dataset, std::span<const int64_t> rows) {
  const Rows& train = dataset.train();
  const auto unlabelled = std::ranges::count_if(rows, [&](int64_t row) { return train.label(row) == kNoLabel; });
  if (unlabelled > 0 && unlabelled < std::ssize(rows))
    throw InputError({dataset.root.string(), "", fmt::format("has {} rows to keep without a label, but others have one", unlabelled),
                      "Label them, or leave them out: sheets of a class lie in a folder of its own"});
  const std::vector<std::string> folders = class_folder_names(dataset.classes, static_cast<size_t>(class_count(dataset)));
  std::vector<std::pair<std::string, std::vector<int64_t>>> groups;
  std::map<int32_t, size_t> places;
  for (const int64_t row : rows) {
    const int32_t label = train.label(row);
    const auto [place, added] = places.try_emplace(label, groups.size());
    if (added) groups.emplace_back(label == kNoLabel ? "" : folders[static_cast<size_t>(label)], std::vector<int64_t>());
    groups[place->second].second.push_back(row);
  }
  std::ranges::sort(groups, [](const auto& one, const auto& other) { return python_less(one.first, other.first); });
  return groups;
}

Sheet empty_sheet(const PlannedSheet& planned, int tile) {
  const auto [columns, rows] = grid_for(std::ssize(planned.rows), tile);
  return {.file = planned.file, .columns = columns, .rows = rows, .cells = std::vector<Cell>(planned.rows.size())};
}

void note_sources(const Rows& source, std::span<const int64_t> rows, Sheet& sheet) {
  for (size_t i = 0; i < rows.size(); ++i) {
    sheet.cells[i].row = rows[i];
    sheet.cells[i].key = source.key(rows[i]);
  }
}

void note_digests(const Rows& source, const std::vector<std::byte>& file, Sheet& sheet) {
  std::vector<std::byte> scratch;
  for (Cell& cell : sheet.cells) cell.hash = sha256(source.bytes(cell.row, scratch)).substr(0, kHashDigits);
  sheet.sha256 = sha256(file);
}

/// What the i-th of `count` has of `whole`: all of them together have all of it.
int64_t share_of(int64_t whole, int64_t i, int64_t count) {
  return whole * (i + 1) / count - whole * i / count;
}

class CellRows final : public MemoryRows {
 public:
  using MemoryRows::MemoryRows;
  PictureBytes stored_as() const override { return PictureBytes::coded; }
};

/// As long as those are.
void note_no_digests(Sheet& sheet) {
  static const std::string zeros(sha256(Bytes()).size(), '0');
  for (Cell& cell : sheet.cells) cell.hash = zeros.substr(0, kHashDigits);
  sheet.sha256 = zeros;
}

/// Makes every sheet of a table, on all threads; take() gets its file, and fills in digests.
Table make_table(const Style& style, const Dataset& dataset, const std::vector<PlannedSheet>& planned, std::string_view doing,
                 const Context& context, const std::function<void(const std::vector<std::byte>& file, Sheet& sheet)>& take) {
  Table table{.style = style, .sheets = std::vector<Sheet>(planned.size())};
  int64_t pictures = 0;
  for (const PlannedSheet& sheet : planned) pictures += std::ssize(sheet.rows);
  Stage stage(context, doing, pictures, "pictures");
  parallel_for(context, std::ssize(planned), 1, [&](int64_t i, int64_t) {
    const PlannedSheet& own = planned[static_cast<size_t>(i)];
    Sheet sheet = empty_sheet(own, style.tile);
    const std::vector<std::byte> file = make_sheet(style, dataset.train(), own.rows, sheet);
    note_sources(dataset.train(), own.rows, sheet);
    take(file, sheet);
    table.sheets[static_cast<size_t>(i)] = std::move(sheet);
    stage.advance(std::ssize(own.rows));
  });
  return table;
}

}  // namespace

std::pair<int, int> grid_for(int64_t count, int tile) {
  DECANT_CHECK(count, >=, 1);
  DECANT_CHECK(count, <=, int64_t{tile} * tile);
  std::pair<int, int> best{tile, tile};
  const auto better = [&](int columns, int rows) {
    const int cells = columns * rows;
    const int fewest = best.first * best.second;
    return cells < fewest || (cells == fewest && columns - rows < best.first - best.second);
  };
  for (int rows = 1; rows <= tile; ++rows) {
    for (int columns = rows; columns <= tile; ++columns) {
      if (int64_t{columns} * rows >= count && better(columns, rows)) best = {columns, rows};
    }
  }
  return best;
}

ImageSize size_in_cell(const Style& style, ImageSize picture) {
  const PatchRect part = shown_part(style.fit, picture);
  const int longer = std::max(part.width(), part.height());
  return {scaled_into(part.width(), longer, style.side), scaled_into(part.height(), longer, style.side), picture.channels};
}

Image shrunk_into_cell(const Style& style, const Image& picture) {
  const PatchRect part = shown_part(style.fit, picture.size);
  const int channels = picture.size.channels;
  const int64_t stride = int64_t{picture.size.width} * channels;
  Image small;
  small.resize(size_in_cell(style, picture.size));
  const PixelBlock block{picture.view().row(part.top) + int64_t{part.left} * channels, stride, part.width(), part.height(), channels};
  shrink_area(block, small.pixels.data(), int64_t{small.size.width} * channels, small.size.width, small.size.height);
  return small;
}

std::vector<std::byte> make_sheet(const Style& style, const Rows& source, std::span<const int64_t> rows, Sheet& sheet) {
  DECANT_CHECK(rows.size(), ==, sheet.cells.size());
  std::vector<Image> small;
  Image picture;
  int channels = 1;
  for (const int64_t row : rows) {
    source.pictures()->decode(row, picture);
    small.push_back(shrunk_into_cell(style, picture));
    channels = std::max(channels, picture.size.channels);
  }
  Image canvas;
  canvas.resize({sheet.columns * style.side, sheet.rows * style.side, channels});
  std::ranges::fill(canvas.pixels, kEmpty);
  for (size_t i = 0; i < small.size(); ++i) {
    const auto place = static_cast<int>(i);
    sheet.cells[i].place = place;
    sheet.cells[i].width = small[i].size.width;
    sheet.cells[i].height = small[i].size.height;
    put_into_cell(small[i], place % sheet.columns * style.side, place / sheet.columns * style.side, style.side, canvas);
  }
  return encoded_sheet(style, canvas, sheet.file);
}

std::vector<PlannedSheet> plan_sheets(const Style& style, const Dataset& dataset, std::span<const int64_t> rows) {
  const auto each = static_cast<size_t>(style.tile) * static_cast<size_t>(style.tile);
  std::vector<PlannedSheet> planned;
  for (const auto& [folder, all] : rows_by_folder(dataset, rows)) {
    const size_t count = (all.size() + each - 1) / each;
    const size_t digits = std::max<size_t>(4, std::to_string(count - 1).size());
    const std::string parent = folder.empty() ? "train/" : "train/" + folder + "/";
    for (size_t i = 0; i < count; ++i) {
      const auto part = std::span(all).subspan(i * each, std::min(each, all.size() - i * each));
      planned.push_back({fmt::format("{}sheet_{:0{}}{}", parent, i, digits, style.extension()), {part.begin(), part.end()}});
    }
  }
  return planned;
}

SheetSetBytes measure_sheet_set(const Style& style, const Dataset& dataset, std::span<const int64_t> rows, const Context& context) {
  std::atomic<int64_t> bytes{0};
  const auto take = [&](const std::vector<std::byte>& file, Sheet& sheet) {
    note_no_digests(sheet);
    bytes += std::ssize(file);
  };
  const Table table = make_table(style, dataset, plan_sheets(style, dataset, rows), "measuring sheets", context, take);
  return {.sheets = bytes, .table = std::ssize(table_text(table))};
}

SheetsInMemory sheets_in_memory(const Style& style, const Dataset& dataset, std::span<const int64_t> rows, const Context& context) {
  std::vector<Image> pictures(rows.size());
  std::vector<int32_t> labels;
  for (const int64_t row : rows) labels.push_back(dataset.train().label(row));
  SheetsInMemory made{.bytes = std::vector<int64_t>(rows.size())};
  const auto take = [&](const std::vector<std::byte>& file, Sheet& sheet) {
    note_no_digests(sheet);
    Image whole;
    decode_image(file, sheet.file, whole);
    const auto cells = std::ssize(sheet.cells);
    for (int64_t i = 0; i < cells; ++i) {
      const Cell& cell = sheet.cells[static_cast<size_t>(i)];
      const auto place = static_cast<size_t>(std::ranges::lower_bound(rows, cell.row) - rows.begin());
      cut_out(whole.view(), box_of(style, sheet, cell), pictures[place]);
      made.bytes[place] = share_of(std::ssize(file), i, cells);
    }
  };
  const Table table = make_table(style, dataset, plan_sheets(style, dataset, rows), "making sheets", context, take);
  const auto of_table = std::ssize(table_text(table));
  for (int64_t i = 0; i < std::ssize(rows); ++i) made.bytes[static_cast<size_t>(i)] += share_of(of_table, i, std::ssize(rows));
  made.rows = std::make_shared<CellRows>(std::move(pictures), std::move(labels));
  return made;
}

WrittenSheets write_sheet_set(const Style& style, const Dataset& dataset, std::span<const int64_t> rows, const fs::path& folder,
                              const Context& context) {
  const std::vector<PlannedSheet> planned = plan_sheets(style, dataset, rows);
  for (const PlannedSheet& sheet : planned) fs::create_directories((folder / sheet.file).parent_path());
  std::atomic<int64_t> bytes{0};
  const auto take = [&](const std::vector<std::byte>& file, Sheet& sheet) {
    note_digests(dataset.train(), file, sheet);
    write_file(folder / sheet.file, Bytes(file));
    bytes += std::ssize(file);
  };
  WrittenSheets written{.table = make_table(style, dataset, planned, "writing sheets", context, take)};
  const std::string text = table_text(written.table);
  write_file(folder / kTableFile, text);
  written.bytes_sheets = bytes;
  written.bytes_table = std::ssize(text);
  return written;
}

}  // namespace decant::sheets
