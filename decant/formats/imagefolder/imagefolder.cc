#include "decant/formats/imagefolder/imagefolder.h"

#include <algorithm>
#include <map>
#include <utility>

#include "decant/base/errors.h"
#include "decant/base/parallel.h"
#include "decant/formats/file_rows.h"
#include "decant/formats/imagefolder/layout_notes.h"
#include "decant/formats/imagefolder/picture_tree.h"
#include "decant/formats/imagefolder/python_order.h"
#include "decant/formats/imagefolder/split_layout.h"
#include "decant/formats/imagefolder/split_lists.h"
#include "decant/formats/split_name.h"

namespace decant {
namespace fs = std::filesystem;

namespace {

class ImageFolderRows final : public FileRows, public Targets {
 public:
  ImageFolderRows(fs::path root, PictureList list, int threads) : FileRows(std::move(root), threads), list_(std::move(list)) {}

  int64_t size() const override { return list_.size(); }
  std::string key(int64_t row) const override { return list_.key(row); }
  int32_t label(int64_t row) const override { return list_.label(row); }
  const Targets* targets() const override { return list_.labelled() ? this : nullptr; }

  std::string known_fault(int64_t row) const override {
    const std::string* fault = list_.fault(row);
    return fault == nullptr ? std::string() : *fault;
  }

  std::vector<int64_t> known_faults() const override { return list_.faulty(); }

 private:
  PictureList list_;
};

class ImageFolderWriter final : public SubsetWriter {
 public:
  ImageFolderWriter(std::shared_ptr<const ImageFolderRows> rows, std::vector<ListedPictures> lists)
      : rows_(std::move(rows)), lists_(std::move(lists)) {}

  int64_t write(std::span<const int64_t> rows, const fs::path& folder, const Context& context) const override {
    return copy_files(*rows_, rows, folder, context) + write_lists(rows, folder);
  }

  int64_t rewrite(std::span<const int64_t> rows, const Rows& content, const fs::path& folder, const Context& context) const override {
    return write_files(content, rows, *rows_, folder, context) + write_lists(rows, folder);
  }

  std::string file_of(int64_t row) const override { return lists_.empty() ? rows_->key(row) : std::string(); }

 private:
  int64_t write_lists(std::span<const int64_t> rows, const fs::path& folder) const {
    int64_t written = 0;
    for (const ListedPictures& list : lists_) written += write_lines(list, rows, folder);
    return written;
  }

  std::shared_ptr<const ImageFolderRows> rows_;
  std::vector<ListedPictures> lists_;  ///< whose lines go with the pictures
};

// ---- Which layout is it?

constexpr const char* kExpected =
    "Expected pictures (.jpg, .jpeg, .png, .webp) in one folder per class, as in FOLDER/cat/1.jpg or "
    "FOLDER/train/cat/1.jpg, or "
    "directly in FOLDER";

class Opening {
 public:
  Opening(const fs::path& root, const std::string& label_field, const Context& context)
      : root_(root), label_field_(label_field), context_(context) {
    dataset_.format = "imagefolder";
    dataset_.root = root;
  }

  Dataset open() {
    const Folder top = list_folder(root_);
    require_train(top);
    if (const auto splits = split_layout(root_, top); !splits.empty())
      open_splits(top, splits);
    else
      open_split(Split::train, "", top);
    if (found_.at(Split::train).pictures.size() == 0) throw InputError({root_.string(), "", "holds no pictures", kExpected});
    label_by_lists();
    make_rows();
    return std::move(dataset_);
  }

 private:
  void require_train(const Folder& top) const {
    if (only_held_out(top)) throw InputError({root_.string(), "", "holds " + top.folders.front() + "/ but no train/", kExpected});
  }

  void open_splits(const Folder& top, const std::map<Split, std::string>& splits) {
    top_lists_ = possible_lists(top);
    note_read_as_splits(root_, splits, dataset_.oddities);
    const std::string& train = splits.at(Split::train);
    open_split(Split::train, train, list_folder(root_ / train));
    for (const std::string& name : top.folders) {
      const auto split = meant_split(name);
      if (!split)
        odd(name, "is neither train, val nor test and is ignored");
      else if (splits.at(*split) != name)
        leave_out(name, *split);
      else if (*split != Split::train)
        open_split(*split, name, list_folder(root_ / name));
    }
  }

  void leave_out(const std::string& folder, Split split) {
    odd(folder, fmt::format("is a second {} split and is ignored", split == Split::train ? "training" : name_of(split)));
    dataset_.oddities.back().warns = split == Split::train;
  }

  struct Found {
    std::string folder;
    std::vector<std::string> lists;  ///< files in it that may list labels
    PictureList pictures;
  };

  void open_split(Split split, const std::string& folder, const Folder& top) {
    PictureList list = top.folders.empty() ? PictureList() : list_classes(split, folder, top);
    if (list.size() == 0 && !top.pictures.empty()) {
      if (!top.folders.empty()) odd(folder, "has pictures at its top but none in its folders: read as unlabelled pictures");
      if (split == Split::train) dataset_.classes.clear();
      list.add_folder(folder, kNoLabel);
      for (const Entry& entry : top.pictures) list.add(entry);
    } else if (!top.pictures.empty()) {
      odd(folder, fmt::format("{} pictures next to the class folders are ignored, as by torchvision", top.pictures.size()));
    }
    list.others += top.others;
    if (list.others > 0) odd(folder, ignored_files(list.others));
    found_[split] = {folder, possible_lists(top), std::move(list)};
  }

  void label_by_lists() {
    SplitLists lists(root_, label_field_, top_lists_, dataset_);
    for (auto& [split, found] : found_) lists.label(split, found.folder, found.lists, found.pictures);
    for (const auto& [split, found] : found_) forget_lists_read(found, lists.read_in(found.folder));
    carried_ = lists.take_carried();
  }

  static std::string ignored_files(int64_t count) {
    return count == 1 ? "1 file does not have a picture extension and is ignored"
                      : fmt::format("{} files do not have a picture extension and are ignored", count);
  }

  /// Lists that are read are not ignored.
  void forget_lists_read(const Found& found, int64_t lists) {
    if (lists == 0) return;
    const std::string place = (root_ / found.folder).string();
    const auto note = std::ranges::find_if(dataset_.oddities, [&](const Oddity& oddity) {
      return oddity.place == place && oddity.what == ignored_files(found.pictures.others);
    });
    if (note == dataset_.oddities.end()) return;
    if (found.pictures.others > lists)
      note->what = ignored_files(found.pictures.others - lists);
    else
      dataset_.oddities.erase(note);
  }

  void make_rows() {
    for (auto& [split, found] : found_) {
      auto rows = std::make_shared<ImageFolderRows>(root_, std::move(found.pictures), context_.threads);
      if (split == Split::train) dataset_.writer = std::make_shared<ImageFolderWriter>(rows, std::move(carried_));
      dataset_.splits[split] = std::move(rows);
    }
  }

  PictureList list_classes(Split split, const std::string& folder, const Folder& top) {
    if (split == Split::train) {
      dataset_.classes = top.folders;
      note_split_names(folder.empty() ? root_ : root_ / folder, top.folders, dataset_.oddities);
    }
    std::vector<PictureList> lists(top.folders.size());
    parallel_for(context_, static_cast<int64_t>(lists.size()), 1, [&](int64_t begin, int64_t) {
      const std::string& name = top.folders[static_cast<size_t>(begin)];
      lists[static_cast<size_t>(begin)] = list_pictures(root_, below(folder, name), label_of(name), context_);
    });
    if (split == Split::train && top.folders.size() == 1) note_only_class(root_ / below(folder, top.folders.front()), dataset_.oddities);
    PictureList all;
    for (size_t i = 0; i < lists.size(); ++i) {
      const std::string path = below(folder, top.folders[i]);
      if (lists[i].size() == 0)
        odd(path, "is a class without pictures; torchvision's ImageFolder rejects such a set");
      else if (label_of(top.folders[i]) == kNoLabel)
        odd(path, "is not a class of the training split; its pictures count as unlabelled");
      else if (split == Split::train)
        note_hidden_class(root_ / path, lists[i].size(), dataset_.oddities);
      all.append(lists[i]);
    }
    return all;
  }

  int32_t label_of(const std::string& name) const {
    const auto& classes = dataset_.classes;
    const auto found = std::lower_bound(classes.begin(), classes.end(), name, python_less);
    return found != classes.end() && *found == name ? static_cast<int32_t>(found - classes.begin()) : kNoLabel;
  }

  static std::string below(const std::string& folder, const std::string& name) { return folder.empty() ? name : folder + "/" + name; }
  void odd(const std::string& place, std::string what) { dataset_.oddities.push_back({(root_ / place).string(), std::move(what)}); }

  fs::path root_;
  const std::string& label_field_;
  const Context& context_;
  Dataset dataset_;
  std::map<Split, Found> found_;
  std::vector<std::string> top_lists_;   ///< files next to the splits that may list labels
  std::vector<ListedPictures> carried_;  ///< lists whose lines go with the training pictures
};

}  // namespace

Dataset open_imagefolder(const fs::path& root, const Context& context, const std::string& label_field) {
  if (!fs::is_directory(root)) throw InputError({root.string(), "", "is not a folder", kExpected});
  return Opening(root, label_field, context).open();
}

bool looks_like_imagefolder(const fs::path& root) {
  if (!fs::is_directory(root)) return false;
  list_folder(root);  // that must be readable
  return holds_pictures(root, 4);
}

}  // namespace decant
