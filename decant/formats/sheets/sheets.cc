#include "decant/formats/sheets/sheets.h"

#include <algorithm>
#include <atomic>
#include <fmt/core.h>
#include <memory>
#include <utility>
#include <vector>

#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/base/text.h"
#include "decant/formats/image/codec.h"
#include "decant/formats/imagefolder/picture_tree.h"

namespace decant {
namespace fs = std::filesystem;

namespace {

using sheets::Cell;
using sheets::Sheet;
using sheets::Table;

int64_t next_identity() {
  static std::atomic<int64_t> next{0};
  return ++next;
}

/// The names of the class folders, in the order of the sheets, and the number of each sheet's.
struct SheetClasses {
  std::vector<std::string> names;
  std::vector<int32_t> labels;
};

SheetClasses classes_of_sheets(const Table& table) {
  SheetClasses classes;
  for (const Sheet& sheet : table.sheets) {
    const std::string name(class_folder(sheet));
    if (!name.empty() && (classes.names.empty() || classes.names.back() != name)) classes.names.push_back(name);
    classes.labels.push_back(name.empty() ? kNoLabel : static_cast<int32_t>(std::ssize(classes.names) - 1));
  }
  return classes;
}

int64_t measured(const fs::path& file) {
  std::error_code code;
  const auto size = fs::file_size(file, code);
  if (code)
    throw InputError({file.string(), "", "is listed in sheets.jsonl and cannot be read: " + code.message(),
                      "Put the sheet back, or make the set again"});
  return static_cast<int64_t>(size);
}

class SheetRows final : public Rows, public Pictures, public Targets {
 public:
  SheetRows(fs::path root, Table table, std::vector<int32_t> labels)
      : root_(std::move(root)), table_(std::move(table)), labels_(std::move(labels)) {
    for (size_t sheet = 0; sheet < table_.sheets.size(); ++sheet) {
      bytes_ += measured(root_ / table_.sheets[sheet].file);
      for (size_t cell = 0; cell < table_.sheets[sheet].cells.size(); ++cell)
        places_.push_back({static_cast<uint32_t>(sheet), static_cast<uint32_t>(cell)});
    }
  }

  int64_t size() const override { return std::ssize(places_); }
  std::string key(int64_t row) const override { return fmt::format("{}#{}", sheet_of(row).file, cell_of(row).place); }

  Bytes bytes(int64_t row, std::vector<std::byte>& scratch) const override {
    thread_local Image image;
    decode(row, image);
    const std::string head = fmt::format("P{}\n{} {}\n255\n", image.size.channels == 1 ? 5 : 6, image.size.width, image.size.height);
    const Bytes pixels = std::as_bytes(std::span(image.pixels)).first(static_cast<size_t>(image.size.bytes()));
    scratch.assign(as_bytes(head).begin(), as_bytes(head).end());
    scratch.insert(scratch.end(), pixels.begin(), pixels.end());
    return scratch;
  }

  int64_t stored_bytes() const override { return bytes_; }
  const Modality& modality() const override { return modality::pictures; }
  const Pictures* pictures() const override { return this; }
  const Targets* targets() const override { return labels_.front() == kNoLabel ? nullptr : this; }
  int32_t label(int64_t row) const override { return labels_[place(row).sheet]; }
  PictureBytes stored_as() const override { return PictureBytes::coded; }

  void decode(int64_t row, Image& image) const override {
    const Image& whole = decoded_sheet(place(row).sheet);
    cut_out(whole.view(), box_of(table_.style, sheet_of(row), cell_of(row)), image);
  }

  const Table& table() const { return table_; }
  const fs::path& root() const { return root_; }
  struct Place {
    uint32_t sheet;
    uint32_t cell;
  };
  Place place(int64_t row) const { return places_[static_cast<size_t>(row)]; }

 private:
  const Sheet& sheet_of(int64_t row) const { return table_.sheets[place(row).sheet]; }
  const Cell& cell_of(int64_t row) const { return sheet_of(row).cells[place(row).cell]; }

  /// The thread's own, until it asks for another.
  const Image& decoded_sheet(uint32_t number) const {
    struct Held {
      int64_t owner = 0;
      uint32_t sheet = 0;
      Image image;
      std::vector<std::byte> file;
    };
    thread_local Held held;
    if (held.owner == identity_ && held.sheet == number) return held.image;
    held.owner = 0;  // whatever throws, what is held is nobody's
    const fs::path path = root_ / table_.sheets[number].file;
    decode_image(read_file(path, held.file), path.string(), held.image);
    require_size(held.image.size, table_.sheets[number], path);
    held.owner = identity_;
    held.sheet = number;
    return held.image;
  }

  void require_size(ImageSize size, const Sheet& sheet, const fs::path& path) const {
    const int side = table_.style.side;
    if (size.width == sheet.columns * side && size.height == sheet.rows * side) return;
    throw InputError({path.string(), "",
                      fmt::format("has {} x {} pixels, and sheets.jsonl lists {} x {} cells of {}", size.width, size.height, sheet.columns,
                                  sheet.rows, side),
                      "The table belongs to other sheets; put its own back, or make the set again"});
  }

  fs::path root_;
  Table table_;
  std::vector<int32_t> labels_;  ///< by sheet
  std::vector<Place> places_;    ///< by row
  int64_t bytes_ = 0;
  int64_t identity_ = next_identity();  ///< what the threads' sheets are known by: addresses are used again
};

class SheetSetWriter final : public SubsetWriter {
 public:
  explicit SheetSetWriter(std::shared_ptr<const SheetRows> rows) : rows_(std::move(rows)) {}

  int64_t write(std::span<const int64_t> rows, const fs::path& folder, const Context& context) const override {
    const Table part = table_of(rows);
    const std::string text = table_text(part);
    int64_t written = std::ssize(text);
    int64_t held = 0;  // cells of the sheets copied
    Stage stage(context, "copying", std::ssize(part.sheets), "sheets");
    auto whole = rows_->table().sheets.begin();
    for (const Sheet& sheet : part.sheets) {
      context.check_cancelled();
      whole = std::ranges::find(whole, rows_->table().sheets.end(), sheet.file, &Sheet::file);
      held += std::ssize(whole->cells);
      fs::create_directories((folder / sheet.file).parent_path());
      const MappedFile file(rows_->root() / sheet.file);
      write_file(folder / sheet.file, file.bytes());
      written += std::ssize(file.bytes());
      stage.advance();
    }
    write_file(folder / sheets::kTableFile, text);
    if (const int64_t rest = held - std::ssize(rows); rest > 0)
      context.info(
          fmt::format("sheets are copied whole: {} of the {} pictures in them are not kept and are no rows, but take their bytes; "
                      "--tile makes new sheets of those kept",
                      human_count(rest), human_count(held)));
    return written;
  }

 private:
  /// `rows`: ascending.
  Table table_of(std::span<const int64_t> rows) const {
    Table part{.style = rows_->table().style};
    uint32_t last = 0;
    for (const int64_t row : rows) {
      const auto [number, cell] = rows_->place(row);
      const Sheet& sheet = rows_->table().sheets[number];
      if (part.sheets.empty() || last != number) part.sheets.push_back({sheet.file, sheet.sha256, sheet.columns, sheet.rows, {}});
      part.sheets.back().cells.push_back(sheet.cells[cell]);
      last = number;
    }
    return part;
  }

  std::shared_ptr<const SheetRows> rows_;
};

/// Pictures that would be read if the folder were one of class folders.
void note_unlisted(const fs::path& root, const Table& table, std::vector<Oddity>& oddities) {
  int64_t pictures = 0;
  std::error_code code;
  for (fs::recursive_directory_iterator it(root, code), end; !code && it != end; it.increment(code)) {
    if (has_picture_ending(it->path().filename().string())) ++pictures;
  }
  if (const int64_t more = pictures - std::ssize(table.sheets); more > 0)
    oddities.push_back(
        {root.string(),
         fmt::format("holds {} picture{} that sheets.jsonl does not list; they are not read", human_count(more), more == 1 ? "" : "s"),
         true});
}

}  // namespace

sheets::Table read_sheet_table(const fs::path& folder) {
  const fs::path file = folder / sheets::kTableFile;
  return sheets::parse_table(read_text(file), file.string());
}

bool looks_like_sheets(const fs::path& path) {
  std::error_code code;
  return fs::is_regular_file(path / sheets::kTableFile, code);
}

Dataset open_sheets(const fs::path& path) {
  Table table = read_sheet_table(path);
  Dataset dataset;
  dataset.format = kSheetsFormat;
  dataset.root = path;
  note_unlisted(path, table, dataset.oddities);
  SheetClasses classes = classes_of_sheets(table);
  dataset.classes = std::move(classes.names);
  const auto train = std::make_shared<const SheetRows>(path, std::move(table), std::move(classes.labels));
  dataset.splits[Split::train] = train;
  dataset.writer = std::make_shared<SheetSetWriter>(train);
  return dataset;
}

}  // namespace decant
