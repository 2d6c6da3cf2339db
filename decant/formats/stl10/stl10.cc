#include "decant/formats/stl10/stl10.h"

#include <fmt/core.h>
#include <optional>
#include <sstream>
#include <utility>

#include "decant/base/errors.h"
#include "decant/formats/raw/raw_pictures.h"

namespace decant {
namespace fs = std::filesystem;

namespace {

constexpr ImageSize kStlPicture = {96, 96, 3};
constexpr int kStlClasses = 10;

std::optional<fs::path> stl10_home(const fs::path& folder) {
  for (const fs::path& home : {folder, folder / "stl10_binary"}) {
    if (fs::is_regular_file(home / "train_X.bin")) return home;
  }
  return std::nullopt;
}

std::vector<int32_t> stl10_labels(const fs::path& path, int64_t count) {
  const MappedFile file(path);
  if (std::ssize(file.bytes()) != count)
    throw InputError(
        {path.string(), "", fmt::format("holds {} labels for {} pictures", file.bytes().size(), count), "Unpack the download again"});
  std::vector<int32_t> labels;
  for (const std::byte stored : file.bytes()) {
    const int label = std::to_integer<int>(stored);
    if (label < 1 || label > kStlClasses)
      throw InputError({path.string(), fmt::format("byte {}", labels.size()), fmt::format("has label {}, which is not in 1 to 10", label),
                        "Unpack the download again"});
    labels.push_back(label - 1);
  }
  return labels;
}

/// `split`: "train", "test".
std::shared_ptr<const RawPictureRows> stl10_rows(const fs::path& home, const std::string& split, std::vector<Oddity>& oddities) {
  const fs::path path = home / (split + "_X.bin");
  const auto file = std::make_shared<const MappedFile>(path);
  const int64_t size = std::ssize(file->bytes());
  if (size == 0 || size % kStlPicture.bytes() != 0)
    throw InputError({path.string(), "", fmt::format("has {} bytes, which are not whole pictures of {}", size, kStlPicture.bytes()),
                      "The file is truncated: unpack the download again"});
  RawPart part{.name = path.filename().string(), .pixels = file->bytes(), .owner = file};
  if (const fs::path labels = home / (split + "_y.bin"); fs::is_regular_file(labels))
    part.labels = stl10_labels(labels, size / kStlPicture.bytes());
  else
    oddities.push_back({path.string(), "has no " + labels.filename().string() + " next to it: its rows are unlabelled"});
  return std::make_shared<const RawPictureRows>(kStlPicture, PixelOrder::planes_by_column, std::vector<RawPart>{std::move(part)});
}

std::vector<std::string> stl10_names(const fs::path& home) {
  std::vector<std::string> names;
  if (fs::is_regular_file(home / "class_names.txt")) {
    std::istringstream text(read_text(home / "class_names.txt"));
    for (std::string name; std::getline(text, name);) {
      if (name.ends_with('\r')) name.pop_back();
      if (!name.empty()) names.push_back(name);
    }
  }
  if (names.size() == kStlClasses) return names;
  return {"airplane", "bird", "car", "cat", "deer", "dog", "horse", "monkey", "ship", "truck"};
}

class Stl10Writer final : public SubsetWriter {
 public:
  Stl10Writer(std::shared_ptr<const RawPictureRows> rows, fs::path home) : rows_(std::move(rows)), home_(std::move(home)) {}

  int64_t write(std::span<const int64_t> rows, const fs::path& folder, const Context& context) const override {
    Stage stage(context, "copying", std::ssize(rows), "pictures");
    FileWriter pictures(folder / "train_X.bin");
    std::string labels;
    for (const int64_t row : rows) {
      pictures.write(rows_->picture(row));
      labels += static_cast<char>(rows_->label(row) + 1);
      stage.advance();
    }
    pictures.commit();
    int64_t written = pictures.written();
    if (rows_->targets() != nullptr) written += put(folder / "train_y.bin", labels);
    const fs::path names = home_ / "class_names.txt";
    return fs::is_regular_file(names) ? written + put(folder / "class_names.txt", read_text(names)) : written;
  }

 private:
  static int64_t put(const fs::path& path, const std::string& text) {
    write_file(path, text);
    return std::ssize(text);
  }

  std::shared_ptr<const RawPictureRows> rows_;
  fs::path home_;
};

}  // namespace

bool looks_like_stl10(const fs::path& folder) {
  return stl10_home(folder).has_value();
}

Dataset open_stl10(const fs::path& folder) {
  const auto home = stl10_home(folder);
  if (!home) throw InputError({folder.string(), "", "holds no train_X.bin of STL-10", "Unpack stl10_binary.tar.gz, and give its folder"});
  Dataset dataset{.format = "stl10", .root = folder, .classes = stl10_names(*home)};
  const auto train = stl10_rows(*home, "train", dataset.oddities);
  dataset.splits[Split::train] = train;
  if (fs::is_regular_file(*home / "test_X.bin")) dataset.splits[Split::test] = stl10_rows(*home, "test", dataset.oddities);
  if (fs::is_regular_file(*home / "unlabeled_X.bin"))
    dataset.oddities.push_back({(*home / "unlabeled_X.bin").string(), "is not read: its pictures have no labels"});
  dataset.writer = std::make_shared<Stl10Writer>(train, *home);
  return dataset;
}

}  // namespace decant
