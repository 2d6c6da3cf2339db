#include "decant/formats/npz/npz.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <fmt/core.h>
#include <initializer_list>
#include <map>
#include <optional>

#include "decant/base/errors.h"
#include "decant/formats/npy/npy.h"
#include "decant/formats/npy/npy_header.h"
#include "decant/formats/npy/npy_labels.h"
#include "decant/formats/raw/picture_array.h"
#include "decant/formats/raw/raw_pictures.h"
#include "decant/formats/zip/zip.h"

namespace decant {
namespace fs = std::filesystem;

namespace {

struct ArrayNames {
  Split split;
  const char* pictures;
  const char* labels;
};

/// In the order in which they are asked for; of each split the first that is there is read.
constexpr ArrayNames kArrayNames[] = {{Split::train, "x_train", "y_train"},
                                      {Split::train, "train_images", "train_labels"},
                                      {Split::train, "X_train", "y_train"},
                                      {Split::train, "train_x", "train_y"},
                                      {Split::train, "images", "labels"},
                                      {Split::train, "x", "y"},
                                      {Split::train, "X", "y"},
                                      {Split::train, "data", "labels"},
                                      {Split::train, "arr_0", "arr_1"},
                                      {Split::validation, "x_val", "y_val"},
                                      {Split::validation, "val_images", "val_labels"},
                                      {Split::validation, "x_valid", "y_valid"},
                                      {Split::test, "x_test", "y_test"},
                                      {Split::test, "test_images", "test_labels"},
                                      {Split::test, "X_test", "y_test"},
                                      {Split::test, "test_x", "test_y"}};

bool ends_in(const fs::path& path, std::string_view extension) {
  std::string text = path.extension().string();
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text == extension;
}

/// A member that is an array.
struct NpzArray {
  std::string member;
  ZipMethod method = ZipMethod::stored;
  NpyArray array;
};

class NpzArchive {
 public:
  explicit NpzArchive(const fs::path& path) : path_(path), file_(std::make_shared<const MappedFile>(path)) {
    for (ZipMember& member : zip_members(file_->bytes(), path.string())) {
      const std::string name = member.name.ends_with(".npy") ? member.name.substr(0, member.name.size() - 4) : member.name;
      members_[name] = std::move(member);
    }
  }

  bool has(const std::string& name) const { return members_.contains(name); }

  /// The array, which owns what it lies in.
  NpzArray read(const std::string& name) const {
    const ZipMember& member = members_.at(name);
    const auto inflated = std::make_shared<std::vector<std::byte>>();
    const Bytes bytes = zip_bytes(member, path_.string(), *inflated);
    NpzArray read{member.name, member.method, parse_npy(bytes, place_of(name))};
    if (member.method == ZipMethod::stored)
      read.array.owner = file_;
    else
      read.array.owner = inflated;
    return read;
  }

  std::string place_of(const std::string& name) const { return path_.string() + ": " + name; }

  std::string list() const {
    std::string text;
    for (const auto& [name, member] : members_) text += (text.empty() ? "" : ", ") + name;
    return text.empty() ? "nothing" : text.substr(0, 200);
  }

 private:
  fs::path path_;
  std::shared_ptr<const MappedFile> file_;
  std::map<std::string, ZipMember> members_;
};

/// The arrays of one split.
struct SplitArrays {
  std::string name;
  NpzArray pictures;
  std::optional<NpzArray> labels;
};

std::optional<SplitArrays> arrays_of(const NpzArchive& archive, Split split) {
  for (const ArrayNames& names : kArrayNames) {
    if (names.split != split || !archive.has(names.pictures)) continue;
    SplitArrays arrays{names.pictures, archive.read(names.pictures), std::nullopt};
    if (archive.has(names.labels)) arrays.labels = archive.read(names.labels);
    return arrays;
  }
  return std::nullopt;
}

PictureArrayLayout require_layout(const NpyArray& array, const std::string& name) {
  if (const auto layout = picture_layout(array)) return *layout;
  throw InputError(
      {name, "", "is not an array of pictures: unsigned bytes of shape (n, height, width), (n, height, width, 3) or (n, 3, height, width)",
       "Save features as a matrix of their own, np.save('features.npy', a.reshape(len(a), -1).astype(np.float32)), and give that"});
}

/// Labels with several columns say several things of a picture: a note, no labels.
std::vector<int32_t> labels_or_note(const std::optional<NpzArray>& labels, int64_t count, const std::string& name,
                                    std::vector<Oddity>& oddities) {
  if (!labels) {
    oddities.push_back({name, "has no labels next to it: its rows are unlabelled"});
    return {};
  }
  const NpyArray& array = labels->array;
  if (array.shape.size() != 2 || array.shape[1] == 1) return class_numbers(array, count, name);
  oddities.push_back(
      {name, fmt::format("{} holds {} numbers per picture, not one class: its rows are unlabelled", labels->member, array.shape[1]), true});
  return {};
}

std::shared_ptr<const RawPictureRows> npz_rows(const SplitArrays& arrays, const std::string& place, std::vector<Oddity>& oddities) {
  const NpyArray& array = arrays.pictures.array;
  const PictureArrayLayout layout = require_layout(array, place);
  RawPart part{.name = arrays.name, .pixels = array.data, .owner = array.owner};
  part.labels = labels_or_note(arrays.labels, array.count(), place, oddities);
  return std::make_shared<const RawPictureRows>(layout.size, layout.order, std::vector<RawPart>{std::move(part)});
}

class NpzSubsetWriter final : public SubsetWriter {
 public:
  NpzSubsetWriter(std::string file, SplitArrays arrays) : file_(std::move(file)), arrays_(std::move(arrays)) {}

  int64_t write(std::span<const int64_t> rows, const fs::path& folder, const Context& context) const override {
    Stage stage(context, "copying", arrays_.labels ? 2 : 1, "arrays");
    ZipWriter writer(folder / file_);
    writer.add(arrays_.pictures.member, arrays_.pictures.method, cut_npy(arrays_.pictures.array, rows));
    stage.advance();
    if (arrays_.labels) {
      writer.add(arrays_.labels->member, arrays_.labels->method, cut_npy(arrays_.labels->array, rows));
      stage.advance();
    }
    return writer.commit();
  }

 private:
  std::string file_;
  SplitArrays arrays_;
};

// ---- .npy

fs::path picture_file_of(const fs::path& path) {
  return fs::is_directory(path) ? path / "images.npy" : path;
}

class NpyPicturesWriter final : public SubsetWriter {
 public:
  NpyPicturesWriter(std::string file, NpyArray pictures, std::optional<NpyLabels> labels)
      : file_(std::move(file)), pictures_(std::move(pictures)), labels_(std::move(labels)) {}

  int64_t write(std::span<const int64_t> rows, const fs::path& folder, const Context& context) const override {
    Stage stage(context, "copying", labels_ ? 2 : 1, "arrays");
    int64_t written = put(folder / file_, cut_npy(pictures_, rows));
    stage.advance();
    if (!labels_) return written;
    written += put(folder / "labels.npy", labels_->cut(rows));
    stage.advance();
    return written;
  }

 private:
  static int64_t put(const fs::path& path, const std::vector<std::byte>& bytes) {
    write_file(path, bytes);
    return std::ssize(bytes);
  }

  std::string file_;
  NpyArray pictures_;
  std::optional<NpyLabels> labels_;
};

/// Length of the first axis; −1 without axes.
int64_t entries_of(const fs::path& file) {
  const MappedFile mapped(file);
  const auto shape = npy::parse_stored(mapped.bytes(), file.string()).header.shape;
  return shape.empty() ? -1 : shape[0];
}

/// The labels given, or labels.npy next to the file where it fits.
std::optional<NpyLabels> picture_labels(const fs::path& file, const fs::path& given, int64_t count, std::vector<Oddity>& oddities) {
  if (!given.empty()) return open_npy_labels(given, count);
  const fs::path beside = file.parent_path() / "labels.npy";
  if (!fs::is_regular_file(beside)) {
    oddities.push_back({file.string(), "has no labels.npy next to it: its rows are unlabelled. Give labels with --labels"});
    return std::nullopt;
  }
  if (entries_of(beside) == count) return open_npy_labels(beside, count);
  oddities.push_back({beside.string(), fmt::format("does not hold {} labels and is not used", count), true});
  return std::nullopt;
}

}  // namespace

bool looks_like_npz(const fs::path& path) {
  return ends_in(path, ".npz") && fs::is_regular_file(path);
}

Dataset open_npz(const fs::path& path) {
  const NpzArchive archive(path);
  Dataset dataset{.format = "npz", .root = path};
  for (const Split split : {Split::train, Split::validation, Split::test}) {
    auto arrays = arrays_of(archive, split);
    if (!arrays) continue;
    const auto rows = npz_rows(*arrays, archive.place_of(arrays->name), dataset.oddities);
    dataset.splits[split] = rows;
    if (split == Split::train) {
      if (rows->targets() == nullptr) arrays->labels.reset();
      dataset.writer = std::make_shared<NpzSubsetWriter>(path.filename().string(), std::move(*arrays));
    }
  }
  if (!dataset.splits.contains(Split::train))
    throw InputError({path.string(), "", "holds no pictures to train on; it holds " + archive.list(),
                      "Name the array of pictures x_train and that of labels y_train: np.savez(FILE, x_train=a, y_train=y)"});
  return dataset;
}

bool looks_like_npy_pictures(const fs::path& path) {
  const fs::path file = picture_file_of(path);
  if (!ends_in(file, ".npy") || !fs::is_regular_file(file)) return false;
  try {
    return picture_layout(open_npy(file)).has_value();
  } catch (const Error&) {
    return false;  // the reader of features says what is wrong
  }
}

Dataset open_npy_pictures(const fs::path& path, const fs::path& labels) {
  const fs::path file = picture_file_of(path);
  const NpyArray array = open_npy(file);
  const PictureArrayLayout layout = require_layout(array, file.string());
  Dataset dataset{.format = "npy-pictures", .root = path};
  auto numbers = picture_labels(file, labels, array.count(), dataset.oddities);
  RawPart part{.name = file.filename().string(), .pixels = array.data, .owner = array.owner};
  if (numbers) {
    part.labels = numbers->numbers;
    dataset.classes = numbers->names;
  }
  dataset.splits[Split::train] = std::make_shared<const RawPictureRows>(layout.size, layout.order, std::vector<RawPart>{std::move(part)});
  dataset.writer = std::make_shared<NpyPicturesWriter>(file.filename().string(), array, std::move(numbers));
  return dataset;
}

}  // namespace decant
