#include "decant/formats/cifar/cifar_python.h"

#include <algorithm>
#include <charconv>
#include <fmt/core.h>
#include <map>
#include <optional>
#include <string_view>

#include "decant/base/errors.h"
#include "decant/formats/cifar/cifar.h"
#include "decant/formats/pickle/pickle.h"
#include "decant/formats/raw/raw_pictures.h"

namespace decant {
namespace fs = std::filesystem;

namespace {

constexpr ImageSize kPictureSize = {32, 32, 3};
constexpr const char* kUnpackAgain = "Unpack the download again";

bool has_pickle(const fs::path& path) {
  std::error_code code;
  return fs::is_regular_file(path, code);
}

/// One batch: the pickle, and the file that it views.
struct PickledBatch {
  MappedFile file;
  pickle::Document document;
  pickle::Array pictures;
  std::vector<int32_t> labels;
};

[[noreturn]] void refuse_pickle(const fs::path& path, const std::string& what) {
  throw InputError({path.string(), "", what, kUnpackAgain});
}

/// (n, 3072) or (n, 3, 32, 32) unsigned bytes, row by row. The number of pictures.
int64_t require_pictures_array(const pickle::Array& array, const fs::path& path) {
  const bool flat = array.shape.size() == 2 && array.shape[1] == 3 * kCifarPixels;
  const bool axes = array.shape.size() == 4 && array.shape[1] == 3 && array.shape[2] == 32 && array.shape[3] == 32;
  if (array.type != "u1" || (!flat && !axes) || array.by_column)
    refuse_pickle(path, "its 'data' is not an array of unsigned bytes of shape (n, 3072)");
  const int64_t count = array.shape[0];
  if (count <= 0 || std::ssize(array.data) / kPictureSize.bytes() != count || std::ssize(array.data) % kPictureSize.bytes() != 0)
    refuse_pickle(path, fmt::format("its 'data' claims {} pictures in {} bytes", count, array.data.size()));
  return count;
}

/// `keys`: 'labels', or 'fine_labels'.
std::vector<int32_t> labels_in_pickle(pickle::Document& document, const CifarKind& kind, int64_t count, const fs::path& path) {
  const char* const key = kind.label_bytes == 1 ? "labels" : "fine_labels";
  const auto at = pickle::find(document, document.root, key);
  const auto numbers = at ? pickle::integers_of(document, *at) : std::nullopt;
  if (!numbers) refuse_pickle(path, fmt::format("holds no list of integers '{}'", key));
  if (std::ssize(*numbers) != count) refuse_pickle(path, fmt::format("holds {} labels for {} pictures", numbers->size(), count));
  std::vector<int32_t> labels;
  for (const int64_t label : *numbers) {
    if (label < 0 || label >= kind.classes)
      throw InputError({path.string(), fmt::format("record {}", labels.size()),
                        fmt::format("has label {}, which is not in 0 to {}", label, kind.classes - 1), kUnpackAgain});
    labels.push_back(static_cast<int32_t>(label));
  }
  return labels;
}

std::shared_ptr<const PickledBatch> open_pickled_batch(const fs::path& path, const CifarKind& kind) {
  const auto batch = std::make_shared<PickledBatch>();
  batch->file = MappedFile(path);
  batch->document = pickle::parse(batch->file.bytes(), path.string());
  const auto data = pickle::find(batch->document, batch->document.root, "data");
  auto array = data ? pickle::array_of(batch->document, *data) : std::nullopt;
  if (!array) refuse_pickle(path, "is no CIFAR batch: it holds no dictionary with an array 'data'");
  batch->pictures = std::move(*array);
  const int64_t count = require_pictures_array(batch->pictures, path);
  batch->labels = labels_in_pickle(batch->document, kind, count, path);
  return batch;
}

RawPart part_of_batch(const std::string& name, const std::shared_ptr<const PickledBatch>& batch) {
  return {.name = name, .pixels = batch->pictures.data, .owner = batch, .labels = batch->labels};
}

// ---- writing

std::vector<pickle::Index> chosen(const std::vector<pickle::Index>& items, std::span<const int64_t> rows) {
  std::vector<pickle::Index> kept;
  for (const int64_t row : rows) kept.push_back(items[static_cast<size_t>(row)]);
  return kept;
}

/// The entries `rows` of an array, in its own bytes.
void cut_array(pickle::Document& document, const pickle::Array& array, std::span<const int64_t> rows) {
  const size_t entry = array.data.size() / static_cast<size_t>(array.shape[0]);
  std::vector<std::byte> kept;
  kept.reserve(entry * rows.size());
  for (const int64_t row : rows) {
    const Bytes bytes = array.data.subspan(static_cast<size_t>(row) * entry, entry);
    kept.insert(kept.end(), bytes.begin(), bytes.end());
  }
  pickle::set_bytes(document, array.data_at, std::make_shared<const std::vector<std::byte>>(std::move(kept)));
  document.values.push_back({.kind = pickle::Kind::integer, .number = std::ssize(rows)});
  document.values[array.shape_at].items[0] = static_cast<pickle::Index>(document.values.size() - 1);
}

/// What has one entry per picture keeps those of `rows`.
void cut_entry(pickle::Document& document, pickle::Index value, int64_t count, std::span<const int64_t> rows) {
  if (document[value].kind == pickle::Kind::list && std::ssize(document[value].items) == count) {
    document.values[value].items = chosen(document[value].items, rows);
    return;
  }
  const auto array = pickle::array_of(document, value);
  const bool per_row = array && !array->by_column && !array->shape.empty() && array->shape[0] == count && !array->data.empty() &&
                       std::ssize(array->data) % count == 0;
  if (per_row) cut_array(document, *array, rows);
}

std::vector<std::byte> cut_pickle(const PickledBatch& batch, std::span<const int64_t> rows) {
  pickle::Document document = batch.document;
  const std::vector<pickle::Index> entries = document[document.root].items;
  std::vector<pickle::Index> seen;  // a list may stand under two keys
  for (size_t i = 1; i < entries.size(); i += 2) {
    if (std::ranges::find(seen, entries[i]) != seen.end()) continue;
    seen.push_back(entries[i]);
    cut_entry(document, entries[i], std::ssize(batch.labels), rows);
  }
  return pickle::serialize(document);
}

class CifarPickleWriter final : public SubsetWriter {
 public:
  CifarPickleWriter(std::shared_ptr<const RawPictureRows> rows, fs::path root, std::vector<std::string> extras)
      : rows_(std::move(rows)), root_(std::move(root)), extras_(std::move(extras)) {}

  int64_t write(std::span<const int64_t> rows, const fs::path& folder, const Context& context) const override {
    Stage stage(context, "copying", std::ssize(rows), "records");
    int64_t written = 0;
    for (const RowsOfPart& each : by_part(*rows_, rows)) {
      const auto& batch = *static_cast<const PickledBatch*>(each.part->owner.get());
      written += put(folder / each.part->name, cut_pickle(batch, each.rows));
      stage.advance(std::ssize(each.rows));
    }
    std::vector<std::byte> copy;
    for (const std::string& extra : extras_) written += put(folder / extra, read_file(root_ / extra, copy));
    return written;
  }

 private:
  static int64_t put(const fs::path& path, Bytes bytes) {
    fs::create_directories(path.parent_path());
    write_file(path, bytes);
    return std::ssize(bytes);
  }

  std::shared_ptr<const RawPictureRows> rows_;
  fs::path root_;
  std::vector<std::string> extras_;
};

// ---- opening

class PickleOpener {
 public:
  PickleOpener(fs::path root, std::string home) : root_(std::move(root)), home_(std::move(home)) {
    ten_ = !python_batches_in(path_of("")).empty();
    if (ten_ && has_pickle(path_of("train")) && has_pickle(path_of("meta")))
      throw InputError({path_of("").string(), "", "holds CIFAR-10 and CIFAR-100 files", "Put each into its own folder"});
  }

  Dataset open() {
    Dataset dataset{.format = ten_ ? "cifar10-python" : "cifar100-python", .root = root_};
    const auto train = rows_of(training_files());
    dataset.splits[Split::train] = train;
    const std::string test = ten_ ? "test_batch" : "test";
    if (has_pickle(path_of(test))) dataset.splits[Split::test] = rows_of({test});
    dataset.classes = class_names(class_count(dataset));
    dataset.oddities = std::move(oddities_);
    std::vector<std::string> extras;
    if (has_pickle(path_of(meta()))) extras.push_back(relative(meta()));
    dataset.writer = std::make_shared<CifarPickleWriter>(train, root_, std::move(extras));
    return dataset;
  }

 private:
  const CifarKind& kind() const { return ten_ ? kCifar10 : kCifar100; }
  std::string meta() const { return ten_ ? "batches.meta" : "meta"; }
  std::string relative(const std::string& file) const { return home_.empty() ? file : home_ + "/" + file; }
  fs::path path_of(const std::string& file) const { return file.empty() ? root_ / home_ : root_ / relative(file); }

  std::vector<std::string> training_files() {
    if (!ten_) return {"train"};
    const std::vector<int> numbers = python_batches_in(path_of(""));
    std::string missing;
    for (int number = 1; number <= 5; ++number) {
      if (!std::ranges::binary_search(numbers, number)) missing += fmt::format("{}data_batch_{}", missing.empty() ? "" : ", ", number);
    }
    if (!missing.empty()) oddities_.push_back({path_of("").string(), "holds no " + missing});
    std::vector<std::string> files;
    for (const int number : numbers) files.push_back(fmt::format("data_batch_{}", number));
    return files;
  }

  std::shared_ptr<const RawPictureRows> rows_of(const std::vector<std::string>& files) const {
    std::vector<RawPart> parts;
    for (const std::string& file : files) parts.push_back(part_of_batch(relative(file), open_pickled_batch(path_of(file), kind())));
    return std::make_shared<const RawPictureRows>(kPictureSize, PixelOrder::planes, std::move(parts));
  }

  std::vector<std::string> class_names(int used) {
    const std::vector<std::string> known = ten_ ? cifar10_classes() : std::vector<std::string>{};
    const fs::path path = path_of(meta());
    if (!has_pickle(path)) return known;
    const MappedFile file(path);
    pickle::Document document = pickle::parse(file.bytes(), path.string());
    const auto list = pickle::find(document, document.root, ten_ ? "label_names" : "fine_label_names");
    std::vector<std::string> names;
    for (const pickle::Index item : list ? document[*list].items : std::vector<pickle::Index>{}) {
      const auto name = pickle::bytes_of(document, item);
      names.emplace_back(name ? as_text(*name) : "");
    }
    if (std::ssize(names) >= used && std::ssize(names) <= kind().classes) return names;
    oddities_.push_back({path.string(), fmt::format("holds {} names for {} classes and is not used", names.size(), kind().classes)});
    return known;
  }

  fs::path root_;
  std::string home_;
  bool ten_ = false;
  std::vector<Oddity> oddities_;
};

}  // namespace

std::vector<int> python_batches_in(const fs::path& folder) {
  constexpr std::string_view kStem = "data_batch_";
  std::vector<int> numbers;
  std::error_code code;
  for (fs::directory_iterator at(folder, code), end; !code && at != end; at.increment(code)) {
    const std::string file = at->path().filename().string();
    if (!file.starts_with(kStem) || file.size() == kStem.size() || file[kStem.size()] == '0' || !has_pickle(at->path())) continue;
    int number = 0;
    const char* const last = file.data() + file.size();
    const auto [stop, fault] = std::from_chars(file.data() + kStem.size(), last, number);
    if (fault == std::errc() && stop == last && number > 0) numbers.push_back(number);
  }
  std::ranges::sort(numbers);
  return numbers;
}

bool holds_cifar_pickles(const fs::path& folder) {
  const bool hundred = has_pickle(folder / "train") && has_pickle(folder / "test") && has_pickle(folder / "meta");
  return hundred || !python_batches_in(folder).empty();
}

Dataset open_cifar_pickles(const fs::path& root, const std::string& home) {
  return PickleOpener(root, home).open();
}

}  // namespace decant
