#include "decant/formats/masks/masks.h"

#include <algorithm>
#include <charconv>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "decant/base/digest.h"
#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/base/parallel.h"
#include "decant/base/text.h"
#include "decant/data/upright.h"
#include "decant/formats/file_rows.h"
#include "decant/formats/folder_names.h"
#include "decant/formats/image/picture_head.h"
#include "decant/formats/image/png_fill.h"
#include "decant/formats/masks/mask_classes.h"
#include "decant/formats/masks/mask_layout.h"
#include "decant/formats/masks/mask_pixels.h"
#include "decant/formats/masks/mask_values.h"
#include "decant/formats/object_notes.h"
#include "decant/formats/voc/voc_layout.h"

namespace decant {
namespace fs = std::filesystem;

namespace {

using masks::ClassTable;
using masks::MaskClasses;
using masks::MaskContent;
using masks::MaskFolders;
using masks::MaskLayout;
using masks::MaskLayoutKind;
using masks::MaskRow;
using masks::ValueCount;

constexpr int64_t kMasksAtOnce = 16;  // rows a thread takes
constexpr size_t kListedValues = 10;

/// What was counted in the masks of a split, before values are classes.
struct MaskCounts {
  std::vector<std::vector<ValueCount>> values;  ///< of each row
  std::vector<uint64_t> hashes;
  std::set<uint32_t> all;  ///< values
  bool colours = false;
  int64_t turned = 0;  ///< pictures whose mask lies as they are shown, not as they are stored
};

class MaskRows final : public FileRows, public Targets {
 public:
  MaskRows(fs::path root, std::vector<MaskRow> rows, std::vector<std::vector<ClassCount>> counts, std::vector<uint64_t> hashes,
           MaskClasses classes, int threads)
      : FileRows(std::move(root), threads),
        rows_(std::move(rows)),
        counts_(std::move(counts)),
        hashes_(std::move(hashes)),
        classes_(std::move(classes)) {}

  int64_t size() const override { return std::ssize(rows_); }
  std::string key(int64_t row) const override { return at(row).picture; }
  std::string known_fault(int64_t row) const override { return at(row).fault; }
  void add_carried(int64_t row, std::vector<CarriedFile>& files) const override {
    const MaskRow& own = at(row);
    if (!own.fault.empty()) return;
    files.push_back({root() / own.mask, own.mask});
    for (const std::string& other : own.others) files.push_back({root() / other, other});
  }

  const Targets* targets() const override { return this; }
  int32_t label(int64_t) const override { return kNoLabel; }
  CountedIn counted_in() const override { return CountedIn::pixels; }
  void counts(int64_t row, std::vector<ClassCount>& out) const override { out = counts_[static_cast<size_t>(row)]; }
  int orientation(int64_t row) const override {
    return at(row).shown ? picture_head(root() / at(row).picture).value_or(PictureHead()).orientation : 1;
  }
  uint64_t annotation_hash(int64_t row) const override { return hashes_[static_cast<size_t>(row)]; }
  bool class_mask(int64_t row, ClassMask& out) const override {
    if (at(row).mask.empty() || !at(row).fault.empty()) return false;
    const fs::path file = root() / at(row).mask;
    std::vector<std::byte> scratch;
    const masks::MaskPixels pixels = masks::read_mask_pixels(read_file(file, scratch), file.string());
    out.width = pixels.width;
    out.height = pixels.height;
    out.labels.clear();
    for (const uint32_t value : pixels.values) out.labels.push_back(std::max(kNoLabel, classes_.label(value)));
    return true;
  }

  fs::path mask_path(int64_t row) const { return root() / at(row).mask; }
  uint32_t largest(int64_t row) const { return at(row).largest; }  ///< value that its mask can be given
  const MaskClasses& classes() const { return classes_; }

 private:
  const MaskRow& at(int64_t row) const { return rows_[static_cast<size_t>(row)]; }

  std::vector<MaskRow> rows_;
  std::vector<std::vector<ClassCount>> counts_;
  std::vector<uint64_t> hashes_;
  MaskClasses classes_;
};

class MaskWriter final : public SubsetWriter {
 public:
  /// `tables`: of the root; `colours`: a table from elsewhere, or empty.
  MaskWriter(std::shared_ptr<const MaskRows> rows, bool listed, std::vector<std::string> tables, fs::path colours)
      : rows_(std::move(rows)), listed_(listed), tables_(std::move(tables)), colours_(std::move(colours)) {}

  int64_t write(std::span<const int64_t> rows, const fs::path& folder, const Context& context) const override {
    return copy_files(*rows_, rows, folder, context) + write_rest(rows, folder);
  }

  /// A mask is written anew where its picture lost cells, and copied elsewhere.
  int64_t rewrite(std::span<const int64_t> rows, const Rows& content, const fs::path& folder, const Context& context) const override {
    const auto without_dropped = [&](int64_t row, const CarriedFile& file, std::vector<std::byte>& out) {
      return rows_->mask_path(row) == file.from && fill_dropped(row, *content.pictures(), out);
    };
    return write_files(content, rows, *rows_, folder, context, without_dropped) + write_rest(rows, folder);
  }

  std::optional<Fault> why_no_cells(std::span<const int64_t> rows) const override {
    const std::optional<uint32_t>& ignored = rows_->classes().ignored;
    if (!ignored)
      return Fault{rows_->root().string(), "",
                   "has masks in which every value is a class, so there is none for the pixels of dropped cells",
                   "Name a value that counts nowhere with --ignore, mark one as void in the table of colours, or leave out --drop"};
    std::set<fs::path> seen;
    for (const int64_t row : rows) {
      if (!rows_->known_fault(row).empty()) continue;
      const fs::path file = rows_->mask_path(row);
      if (*ignored > rows_->largest(row))
        return Fault{file.string(), "", fmt::format("cannot hold {}, the value of ignored pixels, in its grey values", *ignored),
                     "Save masks with 8 bits, or name a smaller value with --ignore"};
      if (!seen.insert(file).second)
        return Fault{file.string(), "", "is the mask of two pictures, which lose different cells", "Give each picture its own"};
    }
    return std::nullopt;
  }

 private:
  static constexpr const char* kGivenTable = "label_colors.txt";

  /// The mask of a row with the cells ignored that its picture lost; false where it lost none.
  bool fill_dropped(int64_t row, const Pictures& pictures, std::vector<std::byte>& out) const {
    const std::optional<PatchMask> mask = pictures.mask(row);
    if (!mask || mask->dropped_count() == 0) return false;
    thread_local std::vector<std::byte> scratch;
    const fs::path file = rows_->mask_path(row);
    fill_png(read_file(file, scratch), file.string(), dropped_turned(*mask, rows_->orientation(row)), rows_->classes().ignored.value(),
             out);
    return true;
  }

  int64_t write_rest(std::span<const int64_t> rows, const fs::path& folder) const {
    int64_t written = 0;
    if (!colours_.empty()) written += put_file(folder / kGivenTable, read_text(colours_));
    for (const std::string& table : tables_) {
      if (colours_.empty() || table != kGivenTable) written += put_file(folder / table, read_text(rows_->root() / table));
    }
    return listed_ ? written + write_lists(rows, folder) : written;
  }

  /// VOC's lists of pictures with masks, with the lines of the kept ones.
  int64_t write_lists(std::span<const int64_t> rows, const fs::path& folder) const {
    std::vector<std::string> names;
    for (const int64_t row : rows) names.push_back(fs::path(rows_->key(row)).stem().string());
    std::ranges::sort(names);
    const fs::path sets = "ImageSets/Segmentation";
    int64_t written = 0;
    for (const std::string& list : files_in(rows_->root() / sets)) {
      if (!list.ends_with(".txt")) continue;
      const std::string lines = voc::lines_of_names(read_text(rows_->root() / sets / list), names, true);
      if (!lines.empty()) written += put_file(folder / sets / list, lines);
    }
    return written;
  }

  std::shared_ptr<const MaskRows> rows_;
  bool listed_;
  std::vector<std::string> tables_;
  fs::path colours_;
};

/// Why mask and picture do not fit; empty where they do.
std::string fault_of_sizes(const MaskContent& mask, const PictureHead& picture, bool& turned) {
  if (mask.width == picture.width && mask.height == picture.height) return {};
  turned = mask.width == picture.shown_width() && mask.height == picture.shown_height();
  if (turned) return {};
  return fmt::format("its mask has {} × {} pixels and the picture {} × {}", mask.width, mask.height, picture.width, picture.height);
}

class MaskCounting {
 public:
  MaskCounting(const MaskLayout& layout, std::vector<MaskRow>& rows, const Context& context)
      : layout_(layout), rows_(rows), context_(context) {}

  MaskCounts count() {
    MaskCounts counts{.values = std::vector<std::vector<ValueCount>>(rows_.size()), .hashes = std::vector<uint64_t>(rows_.size())};
    std::vector<uint8_t> coloured(rows_.size());
    Stage stage(context_, "masks", std::ssize(rows_), "files");
    parallel_for(context_, std::ssize(rows_), kMasksAtOnce, [&](int64_t begin, int64_t end) {
      for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
        bool colours = false;
        count_one(rows_[i], counts.values[i], counts.hashes[i], colours);
        coloured[i] = colours ? 1 : 0;
      }
      stage.advance(end - begin);
    });
    settle(counts, coloured);
    return counts;
  }

 private:
  void count_one(MaskRow& row, std::vector<ValueCount>& values, uint64_t& hash, bool& colours) const {
    if (!row.fault.empty()) return;
    thread_local std::vector<std::byte> scratch;
    const fs::path file = layout_.root / row.mask;
    std::error_code code;
    if (!fs::is_regular_file(file, code)) return void(row.fault = "its mask " + file.string() + " is no file");
    try {
      const Bytes bytes = read_file(file, scratch);
      hash = std::max<uint64_t>(1, hash64(as_text(bytes)));
      MaskContent mask = masks::read_class_mask(bytes, file.string());
      if (const auto head = picture_head(layout_.root / row.picture)) row.fault = fault_of_sizes(mask, *head, row.shown);
      if (row.fault.empty()) values = std::move(mask.values), colours = mask.colours, row.largest = mask.largest;
    } catch (const InputError& error) {
      row.fault = fmt::format("its mask {} {}", error.fault().file, error.fault().what);
    } catch (const IoError& error) {
      row.fault = std::string("its mask cannot be read: ") + error.what();
    }
  }

  /// Masks of values next to masks of colours: the kind of the first one counts.
  void settle(MaskCounts& counts, const std::vector<uint8_t>& coloured) {
    bool first = true;
    for (size_t i = 0; i < rows_.size(); ++i) {
      if (counts.values[i].empty()) continue;
      if (std::exchange(first, false)) counts.colours = coloured[i] != 0;
      if ((coloured[i] != 0) != counts.colours) {
        rows_[i].fault = fmt::format("its mask has {}, unlike those before it", coloured[i] != 0 ? "colours" : "values");
        counts.values[i].clear();
        continue;
      }
      for (const ValueCount& entry : counts.values[i]) counts.all.insert(entry.value);
      counts.turned += rows_[i].shown ? 1 : 0;
    }
  }

  const MaskLayout& layout_;
  std::vector<MaskRow>& rows_;
  const Context& context_;
};

std::vector<uint32_t> ignored_values(const std::string& list) {
  std::vector<uint32_t> values;
  for (const std::string& part : split_list(list)) {
    uint32_t value = 0;
    const char* const end = part.data() + part.size();
    if (std::from_chars(part.data(), end, value) != std::from_chars_result{end, std::errc()} || value > 65535)
      throw InputError(
          {"", "--ignore " + list, fmt::format("'{}' is no value of a mask", part), "Give whole numbers between commas, as 0,255"});
    values.push_back(value);
  }
  return values;
}

class MaskOpening {
 public:
  MaskOpening(MaskLayout layout, const fs::path& path, const MaskOptions& options, const Context& context)
      : layout_(std::move(layout)), options_(options), context_(context) {
    dataset_.format = "masks";
    dataset_.root = path;
    odd(layout_.root.string(), fmt::format("pictures and masks are laid out as {}: {} and {}", masks::name_of(layout_.kind),
                                           shown(layout_.splits.at(Split::train).pictures), shown(layout_.splits.at(Split::train).masks)));
  }

  Dataset open() {
    for (const auto& [split, folders] : layout_.splits) open_split(split, folders);
    return std::move(dataset_);
  }

 private:
  static std::string shown(const std::string& folder) { return folder.empty() ? "the folder itself" : folder + "/"; }

  void open_split(Split split, const MaskFolders& folders) {
    const bool train = split == Split::train;
    std::vector<Oddity> oddities;
    std::vector<MaskRow> rows = masks::list_mask_rows(layout_, folders, train ? "" : kind_, context_, oddities);
    if (rows.empty() && train) throw InputError({(layout_.root / folders.pictures).string(), "", "holds no pictures", "Check the path"});
    MaskCounts counts = MaskCounting(layout_, rows, context_).count();
    if (train) {
      require_masks(rows, counts, folders);
      settle_classes(rows, counts);
    }
    std::vector<std::vector<ClassCount>> of_rows = as_classes(counts, train, (layout_.root / folders.masks).string(), oddities);
    if (train) note_class_pixels(of_rows, oddities);
    note_turned(counts, folders, oddities);
    if (!train) note_quietly(oddities, dataset_.oddities);
    std::ranges::move(oddities, std::back_inserter(dataset_.oddities));
    auto made =
        std::make_shared<MaskRows>(layout_.root, std::move(rows), std::move(of_rows), std::move(counts.hashes), classes_, context_.threads);
    if (train)
      dataset_.writer = std::make_shared<MaskWriter>(made, !folders.list.empty(), masks::class_tables_in(layout_.root), options_.colours);
    dataset_.splits[split] = std::move(made);
  }

  void require_masks(const std::vector<MaskRow>& rows, const MaskCounts& counts, const MaskFolders& folders) const {
    if (!counts.all.empty()) return;
    throw InputError({(layout_.root / folders.masks).string(), "",
                      fmt::format("no mask of {} pictures can be used (the first: {}: {})", human_count(std::ssize(rows)),
                                  rows.front().picture, rows.front().fault),
                      "Give PNGs of grey values, of a palette or of 8-bit colours, of the sizes of their pictures"});
  }

  void settle_classes(const std::vector<MaskRow>& rows, const MaskCounts& counts) {
    if (!counts.colours && !options_.colours.empty())
      throw InputError({options_.colours.string(), "", "names colours, and these masks hold values, not colours", "Omit --colors"});
    const ClassTable table =
        !options_.colours.empty() ? masks::read_class_table(options_.colours) : masks::find_class_table(layout_.root, counts.colours);
    if (counts.colours && !table.colours)
      throw InputError({layout_.root.string(), "", "its masks hold colours, and nothing says of which classes these are",
                        "Name a table with --colors: 'R G B name' or 'name,R,G,B' per line"});
    const auto has_train_ids = [](const MaskRow& row) { return row.mask.find(masks::kTrainIds) != std::string::npos; };
    const bool train_ids = std::ranges::any_of(rows, has_train_ids);
    if (layout_.kind == MaskLayoutKind::cityscapes) kind_ = train_ids ? masks::kTrainIds : masks::kLabelIds;
    const auto is_other = [&](const MaskRow& row) { return !row.mask.empty() && !has_train_ids(row); };
    if (const auto other = std::ranges::find_if(rows, is_other); train_ids && other != rows.end())
      throw InputError({(layout_.root / other->mask).string(), "",
                        "is not of the kind of others, which are labelTrainIds: one value would be two classes",
                        "Make labelTrainIds for all pictures, or take them away"});
    classes_ = masks::mask_classes(layout_.kind, counts.all, table, train_ids, ignored_values(options_.ignore));
    dataset_.classes = classes_.names;
    dataset_.classes_listed = !table.file.empty();
    if (!table.file.empty()) odd(table.file.string(), "names the classes");
  }

  /// Values that are no class are noted with their pixels, and those that are ignored with their
  /// share.
  std::vector<std::vector<ClassCount>> as_classes(const MaskCounts& counts, bool train, const std::string& place,
                                                  std::vector<Oddity>& oddities) const {
    std::vector<std::vector<ClassCount>> rows(counts.values.size());
    std::map<uint32_t, std::pair<int64_t, int64_t>> unknown;  // pixels, masks
    int64_t pixels = 0, ignored = 0;
    for (size_t i = 0; i < rows.size(); ++i) {
      for (const ValueCount& entry : counts.values[i]) {
        const int32_t label = classes_.label(entry.value);
        pixels += entry.pixels;
        if (label >= 0) rows[i].push_back({label, entry.pixels});
        if (label == masks::kIgnored) ignored += entry.pixels;
        if (label == masks::kUnknown) unknown[entry.value].first += entry.pixels, ++unknown[entry.value].second;
      }
      std::ranges::sort(rows[i], {}, &ClassCount::label);
    }
    if (ignored > 0 && train)
      oddities.push_back(
          {place, fmt::format("{:.3g} % of the pixels are ignored", 100.0 * static_cast<double>(ignored) / static_cast<double>(pixels))});
    note_unknown(unknown, counts.colours, place, oddities);
    return rows;
  }

  static void note_unknown(const std::map<uint32_t, std::pair<int64_t, int64_t>>& unknown, bool colours, const std::string& place,
                           std::vector<Oddity>& oddities) {
    size_t listed = 0;
    for (const auto& [value, where] : unknown) {
      if (listed++ == kListedValues) {
        oddities.push_back(
            {place, fmt::format("{} more {} are of no class", unknown.size() - kListedValues, colours ? "colours" : "values"), true});
        return;
      }
      const std::string name =
          colours ? fmt::format("colour {} {} {}", value >> 16, value >> 8 & 255, value & 255) : fmt::format("value {}", value);
      oddities.push_back({place,
                          fmt::format("{} is of no class; its {} pixels in {} mask{} count nowhere", name, human_count(where.first),
                                      human_count(where.second), where.second == 1 ? "" : "s"),
                          true});
    }
  }

  void note_class_pixels(const std::vector<std::vector<ClassCount>>& rows, std::vector<Oddity>& oddities) const {
    std::vector<int64_t> pixels(dataset_.classes.size());
    for (const auto& row : rows) {
      for (const ClassCount& entry : row) pixels[static_cast<size_t>(entry.label)] += entry.count;
    }
    note_classes(layout_.root.string(), dataset_.classes, pixels, "pixels", oddities);
  }

  void note_turned(const MaskCounts& counts, const MaskFolders& folders, std::vector<Oddity>& oddities) const {
    if (counts.turned == 0) return;
    oddities.push_back({(layout_.root / folders.masks).string(),
                        fmt::format("{} mask{} lie{} as the picture is shown, turned by its EXIF, and not as it is stored",
                                    human_count(counts.turned), counts.turned == 1 ? "" : "s", counts.turned == 1 ? "s" : ""),
                        true});
  }

  void odd(const std::string& place, std::string what) { dataset_.oddities.push_back({place, std::move(what)}); }

  MaskLayout layout_;
  const MaskOptions& options_;
  const Context& context_;
  Dataset dataset_;
  MaskClasses classes_;
  std::string_view kind_ = {};  ///< of the training masks, where a set may have several
};

}  // namespace

Dataset open_masks(const fs::path& path, const MaskOptions& options, const Context& context) {
  std::optional<MaskLayout> layout = masks::find_masks(path);
  if (!layout)
    throw InputError({path.string(), "", "holds no pictures with masks",
                      "Give a folder with images/ and masks/, or laid out as VOC, Cityscapes, ADE20K or CamVid"});
  return MaskOpening(*std::move(layout), path, options, context).open();
}

std::vector<fs::path> folders_of_masks(const fs::path& path) {
  const std::optional<MaskLayout> layout = masks::find_masks(path);
  std::vector<fs::path> found;
  if (!layout) return found;
  for (const auto& [split, folders] : layout->splits) {
    found.insert(found.end(), {layout->root / folders.pictures, layout->root / folders.masks});
    if (!folders.list.empty()) found.push_back((layout->root / folders.list).parent_path());
  }
  return found;
}

bool looks_like_masks(const fs::path& path) {
  return masks::find_masks(path).has_value();
}

}  // namespace decant
