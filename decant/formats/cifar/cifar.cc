#include "decant/formats/cifar/cifar.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <fmt/core.h>
#include <optional>

#include "decant/base/errors.h"
#include "decant/formats/cifar/cifar_python.h"

namespace decant {
namespace fs = std::filesystem;

namespace {

bool has_file(const fs::path& path) {
  std::error_code code;
  return fs::is_regular_file(path, code);
}

/// N of data_batch_N.bin; no leading zeros, so that two files never share a number.
std::optional<int> batch_number(std::string_view file) {
  constexpr std::string_view kStem = "data_batch_";
  constexpr std::string_view kSuffix = ".bin";
  if (!file.starts_with(kStem) || !file.ends_with(kSuffix)) return std::nullopt;
  file = file.substr(kStem.size(), file.size() - kStem.size() - kSuffix.size());
  int number = 0;
  const auto [end, code] = std::from_chars(file.data(), file.data() + file.size(), number);
  if (code != std::errc() || end != file.data() + file.size() || number < 1 || file.front() == '0') return std::nullopt;
  return number;
}

/// Numbers of the batches in a folder, ascending.
std::vector<int> batches_in(const fs::path& folder) {
  std::vector<int> numbers;
  std::error_code code;
  for (fs::directory_iterator at(folder, code), end; !code && at != end; at.increment(code)) {
    const auto number = batch_number(at->path().filename().string());
    if (number && has_file(at->path())) numbers.push_back(*number);
  }
  std::ranges::sort(numbers);
  return numbers;
}

/// train.bin and test.bin are common names: they count when the fine names are next to them or
/// their length fits.
bool is_cifar100(const fs::path& folder) {
  if (!has_file(folder / "train.bin") && !has_file(folder / "test.bin")) return false;
  if (has_file(folder / "fine_label_names.txt")) return true;
  std::error_code code;
  const auto size = fs::file_size(folder / "train.bin", code);
  return !code && size > 0 && size % static_cast<uintmax_t>(kCifar100.record_bytes()) == 0;
}

bool is_cifar10(const fs::path& folder) {
  return !batches_in(folder).empty() || has_file(folder / "test_batch.bin");
}

bool is_cifar_home(const fs::path& folder) {
  return is_cifar10(folder) || is_cifar100(folder) || holds_cifar_pickles(folder);
}

constexpr std::array<const char*, 4> kArchiveFolders = {"cifar-10-batches-bin", "cifar-100-binary", "cifar-10-batches-py",
                                                        "cifar-100-python"};

/// "" when the files lie in the folder itself, else the sub-folder that the archives unpack to;
/// nothing when there is none.
std::optional<std::string> home_of(const fs::path& folder) {
  if (is_cifar_home(folder)) return "";
  for (const char* sub : kArchiveFolders) {
    if (is_cifar_home(folder / sub)) return sub;
  }
  return std::nullopt;
}

struct Batch {
  std::string relative;  // to the folder that the user named
  MappedFile file;
  std::vector<uint8_t> labels;
  int64_t first = 0;  // row of its first record

  int64_t count() const { return static_cast<int64_t>(labels.size()); }
};

class CifarRows : public Rows, public Pictures, public Targets {
 public:
  CifarRows(CifarKind kind, std::vector<Batch> batches) : kind_(kind), batches_(std::move(batches)) {
    for (Batch& batch : batches_) {
      batch.first = size_;
      size_ += batch.count();
    }
  }

  int64_t size() const override { return size_; }
  std::string key(int64_t row) const override {
    const Batch& batch = batch_of(row);
    return fmt::format("{}#{}", batch.relative, row - batch.first);
  }
  int32_t label(int64_t row) const override {
    const Batch& batch = batch_of(row);
    return batch.labels[static_cast<size_t>(row - batch.first)];
  }
  Bytes bytes(int64_t row, std::vector<std::byte>&) const override { return record(row); }
  void decode(int64_t row, Image& image) const override {
    image.resize(kSize);
    interleave_planes(record(row).data() + kind_.label_bytes, image.pixels.data());
  }
  const Modality& modality() const override { return modality::pictures; }
  const Pictures* pictures() const override { return this; }
  const Targets* targets() const override { return this; }
  std::optional<ImageSize> fixed_size() const override { return kSize; }
  int64_t stored_bytes() const override { return size_ * kind_.record_bytes(); }

  const Batch& batch_of(int64_t row) const {
    DECANT_CHECK(row, >=, 0);
    DECANT_CHECK(row, <, size_);
    const auto after = std::ranges::upper_bound(batches_, row, {}, &Batch::first);
    return *(after - 1);
  }
  Bytes record(int64_t row) const {
    const Batch& batch = batch_of(row);
    const size_t stride = static_cast<size_t>(kind_.record_bytes());
    return batch.file.bytes().subspan(static_cast<size_t>(row - batch.first) * stride, stride);
  }

 private:
  static constexpr ImageSize kSize = {32, 32, 3};

  CifarKind kind_;
  std::vector<Batch> batches_;
  int64_t size_ = 0;
};

/// Rows ascend, so the records of one file come together.
class CifarSubsetWriter : public SubsetWriter {
 public:
  CifarSubsetWriter(std::shared_ptr<const CifarRows> rows, fs::path root, std::vector<std::string> extras)
      : rows_(std::move(rows)), root_(std::move(root)), extras_(std::move(extras)) {}

  int64_t write(std::span<const int64_t> rows, const fs::path& folder, const Context& context) const override {
    Stage stage(context, "copying", static_cast<int64_t>(rows.size()), "records");
    int64_t written = 0;
    for (size_t begin = 0; begin < rows.size();) {
      const Batch& batch = rows_->batch_of(rows[begin]);
      size_t end = begin;
      while (end < rows.size() && rows[end] < batch.first + batch.count()) ++end;
      written += write_batch(batch, rows.subspan(begin, end - begin), folder, stage);
      begin = end;
    }
    for (const std::string& extra : extras_) {
      const std::string text = read_text(root_ / extra);
      fs::create_directories((folder / extra).parent_path());
      write_file(folder / extra, text);
      written += static_cast<int64_t>(text.size());
    }
    return written;
  }

 private:
  int64_t write_batch(const Batch& batch, std::span<const int64_t> rows, const fs::path& folder, Stage& stage) const {
    fs::create_directories((folder / batch.relative).parent_path());
    FileWriter writer(folder / batch.relative);
    for (const int64_t row : rows) {
      writer.write(rows_->record(row));
      stage.advance();
    }
    writer.commit();
    return writer.written();
  }

  std::shared_ptr<const CifarRows> rows_;
  fs::path root_;
  std::vector<std::string> extras_;
};

std::vector<std::string> lines_of(const fs::path& path) {
  const std::string text = read_text(path);
  std::vector<std::string> lines;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    std::string line = text.substr(begin, end - begin);
    if (line.ends_with('\r')) line.pop_back();
    if (!line.empty()) lines.push_back(std::move(line));
    begin = end + 1;
  }
  return lines;
}

/// Reads one folder of either kind.
class CifarOpener {
 public:
  CifarOpener(const fs::path& root, std::string home) : root_(root), home_(std::move(home)) {
    const bool ten = is_cifar10(path_of(""));
    if (ten && is_cifar100(path_of("")))
      throw InputError({path_of("").string(), "", "holds CIFAR-10 and CIFAR-100 files", "Put each into its own folder"});
    kind_ = ten ? kCifar10 : kCifar100;
  }

  Dataset open() {
    Dataset dataset;
    dataset.format = kind_.format;
    dataset.root = root_;
    const auto train = std::make_shared<const CifarRows>(kind_, open_all(training_files()));
    dataset.splits[Split::train] = train;
    const std::string test = kind_.label_bytes == 1 ? "test_batch.bin" : "test.bin";
    if (has_file(path_of(test))) dataset.splits[Split::test] = std::make_shared<CifarRows>(kind_, open_all({test}));
    dataset.classes = class_names(class_count(dataset));
    dataset.oddities = std::move(oddities_);
    dataset.writer = std::make_shared<CifarSubsetWriter>(train, root_, extras());
    return dataset;
  }

 private:
  fs::path path_of(const std::string& file) const { return root_ / relative(file); }
  std::string relative(const std::string& file) const { return home_.empty() || file.empty() ? home_ + file : home_ + "/" + file; }

  std::vector<std::string> training_files() {
    if (kind_.label_bytes == 2) {
      if (has_file(path_of("train.bin"))) return {"train.bin"};
      throw InputError({path_of("").string(), "", "holds test.bin but no train.bin", "Unpack the whole download"});
    }
    const std::vector<int> numbers = batches_in(path_of(""));
    if (numbers.empty())
      throw InputError({path_of("").string(), "", "holds test_batch.bin but no data_batch_N.bin", "Unpack the whole download"});
    note_missing(numbers);
    std::vector<std::string> files;
    for (const int number : numbers) files.push_back(fmt::format("data_batch_{}.bin", number));
    return files;
  }

  void note_missing(const std::vector<int>& numbers) {
    std::string missing;
    for (int number = 1; number <= 5; ++number) {
      if (!std::ranges::binary_search(numbers, number)) missing += fmt::format("{}data_batch_{}.bin", missing.empty() ? "" : ", ", number);
    }
    if (!missing.empty()) oddities_.push_back({path_of("").string(), "holds no " + missing});
  }

  std::vector<Batch> open_all(const std::vector<std::string>& files) const {
    std::vector<Batch> batches;
    for (const std::string& file : files) {
      Batch batch;
      batch.relative = relative(file);
      batch.file = MappedFile(path_of(file));
      batch.labels = cifar_labels(batch.file.bytes(), kind_, path_of(file).string());
      batches.push_back(std::move(batch));
    }
    return batches;
  }

  std::string names_file() const { return kind_.label_bytes == 1 ? "batches.meta.txt" : "fine_label_names.txt"; }

  /// `used`: classes that the labels need.
  std::vector<std::string> class_names(int used) {
    const std::vector<std::string> known = kind_.label_bytes == 1 ? cifar10_classes() : std::vector<std::string>{};
    if (!has_file(path_of(names_file()))) return known;
    std::vector<std::string> names = lines_of(path_of(names_file()));
    const int count = static_cast<int>(std::min<size_t>(names.size(), 1000));
    if (count >= used && count <= kind_.classes) return names;
    oddities_.push_back(
        {path_of(names_file()).string(), fmt::format("holds {} names for {} classes and is not used", names.size(), kind_.classes)});
    return known;
  }

  std::vector<std::string> extras() const {
    std::vector<std::string> files;
    for (const char* file : {"batches.meta.txt", "fine_label_names.txt", "coarse_label_names.txt"}) {
      if (has_file(path_of(file))) files.push_back(relative(file));
    }
    return files;
  }

  fs::path root_;
  std::string home_;
  CifarKind kind_;
  std::vector<Oddity> oddities_;
};

}  // namespace

const std::vector<std::string>& cifar10_classes() {
  static const std::vector<std::string> kTen = {"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"};
  return kTen;
}

bool is_cifar10_batch(const std::string& file) {
  return batch_number(file).has_value();
}

namespace {

/// Other sets of CIFAR next to the one that is read, as torchvision's root has them.
void note_other_homes(const fs::path& folder, const std::string& taken, std::vector<Oddity>& oddities) {
  if (taken.empty()) return;
  for (const char* sub : kArchiveFolders) {
    if (sub != taken && is_cifar_home(folder / sub))
      oddities.push_back(
          {(folder / sub).string(), fmt::format("is not read, because {} is here too. Give the folder of one of them", taken), true});
  }
}

}  // namespace

bool looks_like_cifar(const fs::path& folder) {
  return home_of(folder).has_value();
}

Dataset open_cifar(const fs::path& folder) {
  auto home = home_of(folder);
  if (!home)
    throw InputError({folder.string(), "", "holds no CIFAR files (data_batch_N.bin, or train.bin and test.bin)", "Check the path"});
  const std::string sub = *home;
  const fs::path there = sub.empty() ? folder : folder / sub;
  Dataset dataset =
      is_cifar10(there) || is_cifar100(there) ? CifarOpener(folder, std::move(*home)).open() : open_cifar_pickles(folder, *home);
  note_other_homes(folder, sub, dataset.oddities);
  return dataset;
}

}  // namespace decant
