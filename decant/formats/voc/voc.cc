#include "decant/formats/voc/voc.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

#include "decant/base/errors.h"
#include "decant/formats/file_rows.h"
#include "decant/formats/folder_names.h"
#include "decant/formats/object_notes.h"
#include "decant/formats/voc/voc_layout.h"
#include "decant/formats/voc/voc_objects.h"

namespace decant {
namespace fs = std::filesystem;

namespace {

using voc::VocFolders;
using voc::VocLayout;
using voc::VocObjects;
using voc::VocRow;

class VocRows final : public FileRows, public Targets {
 public:
  VocRows(fs::path root, VocFolders folders, std::vector<VocRow> rows, VocObjects objects, int threads)
      : FileRows(std::move(root), threads), folders_(std::move(folders)), rows_(std::move(rows)), objects_(std::move(objects)) {}

  int64_t size() const override { return std::ssize(rows_); }
  /// Of a row without a picture, the one it would have.
  std::string key(int64_t row) const override {
    const VocRow& own = at(row);
    return !own.picture.empty() ? own.picture : folders_.pictures.empty() ? own.name + ".jpg" : folders_.pictures + "/" + own.name + ".jpg";
  }
  std::string known_fault(int64_t row) const override { return at(row).fault; }
  void add_carried(int64_t row, std::vector<CarriedFile>& files) const override {
    if (!at(row).fault.empty()) return;
    const std::string xml = voc::xml_of_row(folders_, at(row));
    files.push_back({root() / xml, xml});
    for (const char* masks : {"SegmentationClass/", "SegmentationObject/"}) {
      const std::string mask = masks + at(row).name + ".png";
      std::error_code code;
      if (fs::is_regular_file(root() / mask, code)) files.push_back({root() / mask, mask});
    }
  }

  const Targets* targets() const override { return this; }
  int32_t label(int64_t) const override { return kNoLabel; }
  CountedIn counted_in() const override { return CountedIn::objects; }
  void counts(int64_t row, std::vector<ClassCount>& out) const override { count_objects(objects_.objects, row, out); }
  ObjectRange objects(int64_t row) const override { return objects_.objects.of(row); }
  int orientation(int64_t row) const override { return objects_.orientations[static_cast<size_t>(row)]; }
  uint64_t annotation_hash(int64_t row) const override { return objects_.hashes[static_cast<size_t>(row)]; }

  const std::string& name(int64_t row) const { return at(row).name; }
  const VocFolders& folders() const { return folders_; }

 private:
  const VocRow& at(int64_t row) const { return rows_[static_cast<size_t>(row)]; }

  VocFolders folders_;
  std::vector<VocRow> rows_;
  VocObjects objects_;
};

class VocWriter final : public SubsetWriter {
 public:
  /// `others`: lists of the other splits.
  VocWriter(std::shared_ptr<const VocRows> rows, std::string list, std::vector<std::string> others)
      : rows_(std::move(rows)), list_(std::move(list)), others_(std::move(others)) {}

  int64_t write(std::span<const int64_t> rows, const fs::path& folder, const Context& context) const override {
    return copy_files(*rows_, rows, folder, context) + write_lists(rows, folder, {});
  }

  /// Image sets, and links to the folders that their names are of, so that what is written is read
  /// as VOC is. The rows to test on are there, too.
  int64_t write_list(std::span<const int64_t> rows, const fs::path& folder, const Context&) const override {
    link_folder(rows_->root() / rows_->folders().annotations, folder / "Annotations");
    link_folder(rows_->root() / rows_->folders().pictures, folder / "JPEGImages");
    for (const char* masks : {"SegmentationClass", "SegmentationObject"}) {
      std::error_code code;
      if (fs::is_directory(rows_->root() / masks, code)) link_folder(rows_->root() / masks, folder / masks);
    }
    int64_t lists = write_lists(rows, folder, others_);
    if (list_.empty()) {
      std::string lines;
      for (const int64_t row : rows) lines += rows_->name(row) + "\n";
      lists += put_file(folder / voc::kTrainingList, lines);
    }
    return bytes_to_copy(*rows_, rows) + lists;
  }

  int64_t rewrite(std::span<const int64_t> rows, const Rows& content, const fs::path& folder, const Context& context) const override {
    return write_files(content, rows, *rows_, folder, context) + write_lists(rows, folder, {});
  }

 private:
  /// Every list with the lines of kept rows; those of `whole` as they are.
  int64_t write_lists(std::span<const int64_t> rows, const fs::path& folder, const std::vector<std::string>& whole) const {
    std::vector<std::string> names;
    for (const int64_t row : rows) names.push_back(rows_->name(row));
    std::ranges::sort(names);
    int64_t written = 0;
    for (const std::string& list : lists()) {
      std::string lines = read_text(rows_->root() / list);
      if (std::ranges::find(whole, list) == whole.end()) lines = voc::lines_of_names(lines, names, voc::lists_rows(list));
      if (!lines.empty() || list == list_) written += put_file(folder / list, lines);
    }
    return written;
  }

  /// All that is in ImageSets/, lists of classes and of other tasks among them. Where the rows are
  /// not those of train.txt, no other list of rows, which would be read in place of theirs.
  std::vector<std::string> lists() const {
    std::vector<std::string> found;
    for (const std::string& task : folders_in(rows_->root() / "ImageSets")) {
      for (const std::string& list : files_in(rows_->root() / "ImageSets" / task)) {
        if (list.ends_with(".txt")) found.push_back("ImageSets/" + task + "/" + list);
      }
    }
    if (list_.empty()) found.clear();
    if (list_ != voc::kTrainingList) std::erase_if(found, [&](const std::string& list) { return voc::lists_rows(list) && list != list_; });
    std::ranges::sort(found);
    return found;
  }

  std::shared_ptr<const VocRows> rows_;
  std::string list_;  ///< of the training rows; empty = none
  std::vector<std::string> others_;
};

class VocOpening {
 public:
  VocOpening(VocLayout layout, const fs::path& path, const Context& context) : layout_(std::move(layout)), context_(context) {
    dataset_.format = "voc";
    dataset_.root = path;
    dataset_.oddities = layout_.oddities;
  }

  Dataset open() {
    for (const auto& [split, folders] : layout_.splits) open_split(split, folders);
    return std::move(dataset_);
  }

 private:
  void open_split(Split split, const VocFolders& folders) {
    const bool train = split == Split::train;
    std::vector<VocRow> names = voc::list_voc_rows(layout_, folders, dataset_.oddities);
    if (names.empty() && !train) return;
    if (names.empty()) throw InputError({(layout_.root / folders.list).string(), "", "has no names", "Give a list with a name per line"});
    VocObjects objects = voc::read_voc_objects(names, layout_, folders, train ? nullptr : &dataset_.classes, context_);
    if (train) dataset_.classes = objects.classes;
    if (!train) note_quietly(objects.oddities, dataset_.oddities);
    std::ranges::move(objects.oddities, std::back_inserter(dataset_.oddities));
    if (train)
      note_classes(layout_.root.string(), dataset_.classes, objects_per_class(objects.objects, dataset_.classes.size()), "objects",
                   dataset_.oddities);
    auto rows = std::make_shared<VocRows>(layout_.root, folders, std::move(names), std::move(objects), context_.threads);
    if (train) dataset_.writer = std::make_shared<VocWriter>(rows, folders.list, lists_of_others());
    dataset_.splits[split] = std::move(rows);
  }

  std::vector<std::string> lists_of_others() const {
    std::vector<std::string> lists;
    for (const auto& [split, folders] : layout_.splits) {
      if (split != Split::train && !folders.list.empty()) lists.push_back(folders.list);
    }
    return lists;
  }

  VocLayout layout_;
  const Context& context_;
  Dataset dataset_;
};

}  // namespace

Dataset open_voc(const fs::path& path, const Context& context, bool inclusive) {
  std::optional<VocLayout> layout = voc::find_voc(path);
  if (!layout)
    throw InputError(
        {path.string(), "", "is no VOC set", "Give a folder with Annotations/ and JPEGImages/, or with pictures and their xml"});
  layout->inclusive = inclusive;
  return VocOpening(*std::move(layout), path, context).open();
}

std::vector<fs::path> folders_of_voc(const fs::path& path) {
  const std::optional<VocLayout> layout = voc::find_voc(path);
  std::vector<fs::path> found;
  if (!layout) return found;
  for (const auto& [split, folders] : layout->splits) {
    found.insert(found.end(), {layout->root / folders.pictures, layout->root / folders.annotations});
    if (!folders.list.empty()) found.push_back(layout->root / "ImageSets");
  }
  return found;
}

bool looks_like_voc(const fs::path& path) {
  try {
    return voc::find_voc(path).has_value();
  } catch (const InputError&) {
    return true;  // it says so when it is opened
  }
}

}  // namespace decant
