#include "decant/formats/idx/idx.h"

#include <algorithm>
#include <cstring>
#include <fmt/core.h>
#include <limits>
#include <set>

#include "decant/base/errors.h"
#include "decant/formats/idx/idx_file_writer.h"
#include "decant/formats/idx/idx_name.h"

namespace decant {
namespace fs = std::filesystem;

namespace {

constexpr int64_t kMostClasses = int64_t{1} << 24;

/// Sorted by file name, so that nothing depends on the order a file system lists.
std::vector<IdxName> names_in(const fs::path& folder) {
  std::vector<IdxName> names;
  std::error_code code;
  for (fs::directory_iterator at(folder, code), end; !code && at != end; at.increment(code)) {
    auto name = parse_idx_name(at->path().filename().string());
    std::error_code ignored;
    if (name && fs::is_regular_file(at->path(), ignored)) names.push_back(std::move(*name));
  }
  std::ranges::sort(names, {}, &IdxName::file);
  return names;
}

struct IdxFile {
  std::string file;
  IdxArray array;
  int64_t stored_bytes = 0;
  IdxElement element = IdxElement::u8;
};

IdxFile open_idx_file(const fs::path& folder, const IdxName& name) {
  const auto mapped = std::make_shared<const MappedFile>(folder / name.file);
  const IdxElement element = name.numbers ? IdxElement::i32 : IdxElement::u8;
  IdxArray array = parse_idx(mapped->bytes(), name.images ? 3 : name.numbers ? 2 : 1, mapped->path().string(), element);
  if (!array.gzip) array.owner = mapped;
  return {name.file, std::move(array), static_cast<int64_t>(mapped->bytes().size()), element};
}

/// The entry's class: a byte, or the first of its numbers. REQUIRES: entries that are not empty.
int64_t class_in(const IdxFile& labels, int64_t row) {
  const Bytes data = labels.array.data;
  if (labels.element == IdxElement::u8) return std::to_integer<int64_t>(data[static_cast<size_t>(row)]);
  const auto at = static_cast<size_t>(row * labels.array.shape[1] * size_of(IdxElement::i32));
  uint32_t value = 0;
  for (size_t i = 0; i < 4; ++i) value = value << 8 | std::to_integer<uint32_t>(data[at + i]);
  return static_cast<int32_t>(value);
}

struct Part {
  IdxFile images;
  std::optional<IdxFile> labels;
};

class IdxRows : public Rows, public Pictures, public Targets {
 public:
  explicit IdxRows(std::shared_ptr<const Part> part) : part_(std::move(part)) {
    const auto& shape = part_->images.array.shape;
    size_ = {static_cast<int>(shape[2]), static_cast<int>(shape[1]), 1};
    for (int64_t row = 0; part_->labels && row < size(); ++row) labels_.push_back(static_cast<int32_t>(class_in(*part_->labels, row)));
  }

  int64_t size() const override { return part_->images.array.shape[0]; }
  std::string key(int64_t row) const override { return fmt::format("{}#{}", part_->images.file, row); }
  int32_t label(int64_t row) const override { return labels_[static_cast<size_t>(row)]; }
  Bytes bytes(int64_t row, std::vector<std::byte>&) const override {
    return part_->images.array.data.subspan(static_cast<size_t>(row * size_.bytes()), static_cast<size_t>(size_.bytes()));
  }
  void decode(int64_t row, Image& image) const override {
    image.resize(size_);
    std::memcpy(image.pixels.data(), part_->images.array.data.data() + row * size_.bytes(), image.pixels.size());
  }
  const Modality& modality() const override { return modality::pictures; }
  const Pictures* pictures() const override { return this; }
  const Targets* targets() const override { return part_->labels ? this : nullptr; }
  std::optional<ImageSize> fixed_size() const override { return size_; }
  int64_t stored_bytes() const override { return part_->images.stored_bytes + (part_->labels ? part_->labels->stored_bytes : 0); }

 private:
  std::shared_ptr<const Part> part_;
  ImageSize size_;
  std::vector<int32_t> labels_;  // as they were checked, whatever becomes of the file
};

int64_t write_subset(const IdxFile& source, std::span<const int64_t> rows, const fs::path& folder, Stage& stage) {
  std::vector<int64_t> shape = source.array.shape;
  const size_t entry = source.array.data.size() / static_cast<size_t>(shape[0]);
  shape[0] = std::ssize(rows);
  IdxFileWriter writer(folder / source.file, shape, source.array.gzip, source.element);
  for (const int64_t row : rows) {
    writer.write(source.array.data.subspan(static_cast<size_t>(row) * entry, entry));
    stage.advance();
  }
  return writer.commit();
}

class IdxSubsetWriter : public SubsetWriter {
 public:
  explicit IdxSubsetWriter(std::shared_ptr<const Part> part) : part_(std::move(part)) {}
  int64_t write(std::span<const int64_t> rows, const fs::path& folder, const Context& context) const override {
    Stage stage(context, "copying", static_cast<int64_t>(rows.size()) * (part_->labels ? 2 : 1), "entries");
    int64_t written = write_subset(part_->images, rows, folder, stage);
    if (part_->labels) written += write_subset(*part_->labels, rows, folder, stage);
    return written;
  }

 private:
  std::shared_ptr<const Part> part_;
};

bool holds_idx_pictures(const fs::path& folder) {
  return std::ranges::any_of(names_in(folder), &IdxName::images);
}

/// The folder itself, or those below it where torchvision's data sets keep their files.
std::vector<fs::path> idx_homes(const fs::path& folder) {
  if (holds_idx_pictures(folder)) return {folder};
  std::vector<fs::path> homes;
  for (const char* sub : {"raw", "MNIST/raw", "FashionMNIST/raw", "KMNIST/raw", "EMNIST/raw", "QMNIST/raw"}) {
    if (holds_idx_pictures(folder / sub)) homes.push_back(folder / sub);
  }
  return homes;
}

/// Finds and checks the files of a folder, split by split.
class IdxOpener {
 public:
  explicit IdxOpener(const fs::path& folder) : folder_(folder), names_(names_in(folder)) {
    std::set<std::string> prefixes;
    for (const IdxName& name : names_) {
      if (name.images) prefixes.insert(name.prefix);
    }
    if (prefixes.size() > 1)
      throw InputError(
          {folder_.string(), "",
           fmt::format("holds {} IDX data sets ('{}' and '{}' among them)", prefixes.size(), *prefixes.begin(), *prefixes.rbegin()),
           "Move the files of one of them into its own folder"});
    if (!prefixes.empty()) prefix_ = *prefixes.begin();
  }

  std::shared_ptr<const Part> open(Split split) {
    const auto images = choose(split, true);
    if (!images) return nullptr;
    Part part{open_idx_file(folder_, *images), std::nullopt};
    require_pictures(part.images);
    if (const auto labels = choose(split, false)) {
      part.labels = open_idx_file(folder_, *labels);
      require_same_count(part);
      require_classes(*part.labels);
    } else {
      oddities.push_back({folder_.string(), fmt::format("{} has no labels next to it: its rows are unlabelled", images->file)});
    }
    return std::make_shared<const Part>(std::move(part));
  }

  std::vector<Oddity> oddities;

 private:
  std::optional<IdxName> choose(Split split, bool images) {
    std::vector<IdxName> found;
    std::ranges::copy_if(names_, std::back_inserter(found),
                         [&](const IdxName& name) { return name.split == split && name.images == images && name.prefix == prefix_; });
    if (found.empty()) return std::nullopt;
    std::ranges::stable_sort(found, {}, &IdxName::preference);
    for (size_t i = 1; i < found.size(); ++i)
      oddities.push_back({(folder_ / found[i].file).string(), fmt::format("is ignored, because {} is here too", found[0].file)});
    return found[0];
  }

  void require_pictures(const IdxFile& images) const {
    const auto& shape = images.array.shape;
    const bool empty = std::ranges::count(shape, 0) > 0;
    const bool huge = shape[1] * shape[2] > std::numeric_limits<int>::max();
    if (empty || huge)
      throw InputError({(folder_ / images.file).string(), "byte 4",
                        fmt::format("holds {} pictures of {} x {}", shape[0], shape[2], shape[1]),
                        empty ? "Give a file that holds pictures" : "Download the file again"});
  }

  void require_classes(const IdxFile& labels) const {
    if (labels.element == IdxElement::u8) return;
    const std::string name = (folder_ / labels.file).string();
    if (labels.array.shape[1] == 0) throw InputError({name, "byte 8", "has rows without numbers", "Download the file again"});
    for (int64_t row = 0; row < labels.array.shape[0]; ++row) {
      const int64_t label = class_in(labels, row);
      if (label < 0 || label >= kMostClasses)
        throw InputError(
            {name, fmt::format("row {}", row), fmt::format("holds {}, which is no class number", label), "Download the file again"});
    }
  }

  void require_same_count(const Part& part) const {
    const int64_t images = part.images.array.shape[0];
    const int64_t labels = part.labels->array.shape[0];
    if (images != labels)
      throw InputError({(folder_ / part.labels->file).string(), "",
                        fmt::format("holds {} labels, but {} holds {} pictures", labels, part.images.file, images),
                        "Take both files from the same data set"});
  }

  fs::path folder_;
  std::vector<IdxName> names_;
  std::string prefix_;
};

}  // namespace

bool looks_like_idx(const fs::path& folder) {
  return !idx_homes(folder).empty();
}

Dataset open_idx(const fs::path& folder) {
  const std::vector<fs::path> homes = idx_homes(folder);
  if (homes.size() > 1)
    throw InputError({folder.string(), "", "holds several data sets of IDX files", "Give one of them: " + homes[0].string()});
  IdxOpener opener(homes.empty() ? folder : homes[0]);
  const auto train = opener.open(Split::train);
  if (!train) throw InputError({folder.string(), "", "holds no train-images-idx3-ubyte (or .gz)", "Download the training pictures too"});
  Dataset dataset;
  dataset.format = "idx";
  dataset.root = folder;
  dataset.splits[Split::train] = std::make_shared<IdxRows>(train);
  if (const auto test = opener.open(Split::test)) dataset.splits[Split::test] = std::make_shared<IdxRows>(test);
  dataset.oddities = std::move(opener.oddities);
  dataset.writer = std::make_shared<IdxSubsetWriter>(train);
  return dataset;
}

}  // namespace decant
