#include "decant/formats/raw_files.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "decant/base/errors.h"
#include "decant/formats/cifar/cifar.h"
#include "decant/formats/idx/idx_file_writer.h"
#include "decant/formats/idx/idx_name.h"

namespace decant {
namespace fs = std::filesystem;

namespace {

constexpr const char* kOtherFormat = "Choose --to imagefolder";

/// Rows that belong in one file.
struct RowsOfFile {
  std::string file;
  std::span<const int64_t> rows;
};

std::vector<RowsOfFile> by_file(const Rows& source, std::span<const int64_t> rows) {
  std::vector<RowsOfFile> files;
  std::set<std::string> seen;
  const auto file_of = [&](int64_t row) {
    const std::string key = source.key(row);
    return key.substr(0, key.rfind('#'));
  };
  for (size_t begin = 0; begin < rows.size();) {
    const std::string file = file_of(rows[begin]);
    size_t end = begin + 1;
    while (end < rows.size() && file_of(rows[end]) == file) ++end;
    if (!seen.insert(file).second)
      throw InputError({source.key(rows[begin]), "", "belongs in a file that other files' rows lie between", kOtherFormat});
    files.push_back({file, rows.subspan(begin, end - begin)});
    begin = end;
  }
  return files;
}

[[noreturn]] void refuse(const Rows& source, int64_t row, const std::string& what) {
  throw InputError({source.key(row), "", what, kOtherFormat});
}

void require_size(const Rows& source, int64_t row, const ImageSize& size, const ImageSize& wanted, const char* format) {
  if (size == wanted) return;
  refuse(source, row,
         fmt::format("is {}×{}×{}, and pictures of {} are {}×{}×{} here", size.width, size.height, size.channels, format, wanted.width,
                     wanted.height, wanted.channels));
}

uint8_t label_below(const Rows& source, int64_t row, int classes) {
  const int32_t label = source.label(row);
  if (label < 0 || label >= classes)
    refuse(source, row, label == kNoLabel ? "has no label" : fmt::format("has label {}, which is not in 0 to {}", label, classes - 1));
  return static_cast<uint8_t>(label);
}

// ---- CIFAR-10

/// "cifar-10-batches-bin/data_batch_1.bin" and "data_batch_1.bin" as they are.
void require_cifar_file(const std::string& file, const std::string& key) {
  const size_t slash = file.rfind('/');
  const bool known = slash == std::string::npos || file.substr(0, slash) == "cifar-10-batches-bin";
  if (!known || !is_cifar10_batch(file.substr(slash == std::string::npos ? 0 : slash + 1)))
    throw InputError({key, "", "did not come from a file of CIFAR-10, data_batch_N.bin", kOtherFormat});
}

int64_t write_batch(const Rows& source, std::span<const int64_t> rows, const fs::path& file, Stage& stage) {
  fs::create_directories(file.parent_path());
  FileWriter writer(file);
  Image image;
  std::vector<std::byte> record(static_cast<size_t>(kCifar10.record_bytes()));
  for (const int64_t row : rows) {
    source.pictures()->decode(row, image);
    require_size(source, row, image.size, {32, 32, 3}, "CIFAR-10");
    record[0] = std::byte{label_below(source, row, kCifar10.classes)};
    part_planes(image.pixels.data(), record.data() + 1);
    writer.write(Bytes(record));
    stage.advance();
  }
  writer.commit();
  return writer.written();
}

int64_t write_class_names(const Dataset& dataset, const fs::path& folder) {
  if (dataset.classes.empty() || dataset.classes == cifar10_classes()) return 0;
  std::string names;
  for (const std::string& name : dataset.classes) names += name + "\n";
  write_file(folder / "batches.meta.txt", names);
  return std::ssize(names);
}

int64_t write_cifar10(const Dataset& dataset, std::span<const int64_t> rows, const fs::path& folder, Stage& stage) {
  const Rows& source = dataset.train();
  const std::vector<RowsOfFile> files = by_file(source, rows);
  for (const auto& [file, of_file] : files) require_cifar_file(file, source.key(of_file[0]));
  int64_t written = 0;
  for (const auto& [file, of_file] : files) written += write_batch(source, of_file, folder / file, stage);
  return files.empty() ? 0 : written + write_class_names(dataset, (folder / files[0].file).parent_path());
}

// ---- IDX

IdxName idx_file_of(const Rows& source, std::span<const int64_t> rows) {
  const std::vector<RowsOfFile> files = by_file(source, rows);
  const auto name = files.empty() ? std::nullopt : parse_idx_name(files[0].file);
  if (!name || !name->images || name->split != Split::train || name->file.find('/') != std::string::npos)
    throw InputError(
        {files.empty() ? "" : source.key(rows[0]), "", "did not come from an IDX file, train-images-idx3-ubyte", kOtherFormat});
  if (files.size() > 1) refuse(source, files[1].rows[0], "came from another file than the rows before it");
  return *name;
}

ImageSize common_size(const Rows& source, int64_t row) {
  Image image;
  source.pictures()->decode(row, image);
  if (image.size.channels != 1) refuse(source, row, "is a picture in colour, which IDX does not hold");
  return image.size;
}

/// All rows or none.
bool labelled(const Rows& source, std::span<const int64_t> rows) {
  const auto lacks = [&](int64_t row) { return source.label(row) == kNoLabel; };
  const auto missing = std::ranges::count_if(rows, lacks);
  if (missing != 0 && missing != std::ssize(rows)) refuse(source, *std::ranges::find_if(rows, lacks), "has no label, but others do");
  return missing == 0;
}

int64_t write_idx_pictures(const Rows& source, std::span<const int64_t> rows, const fs::path& file, bool gzip, Stage& stage) {
  const ImageSize size = common_size(source, rows[0]);
  IdxFileWriter writer(file, {std::ssize(rows), size.height, size.width}, gzip);
  Image image;
  for (const int64_t row : rows) {
    source.pictures()->decode(row, image);
    require_size(source, row, image.size, size, "an IDX file");
    writer.write(std::as_bytes(std::span(image.pixels)));
    stage.advance();
  }
  return writer.commit();
}

int64_t write_idx_labels(const Rows& source, std::span<const int64_t> rows, const fs::path& file, bool gzip) {
  std::vector<uint8_t> labels;
  for (const int64_t row : rows) labels.push_back(label_below(source, row, 256));
  IdxFileWriter writer(file, {std::ssize(rows)}, gzip);
  writer.write(std::as_bytes(std::span(labels)));
  return writer.commit();
}

int64_t write_idx(const Dataset& dataset, std::span<const int64_t> rows, const fs::path& folder, Stage& stage) {
  const Rows& source = dataset.train();
  const IdxName images = idx_file_of(source, rows);
  const bool with_labels = labelled(source, rows);
  const int64_t written = write_idx_pictures(source, rows, folder / images.file, images.gzip, stage);
  return with_labels ? written + write_idx_labels(source, rows, folder / labels_file_of(images), images.gzip) : written;
}

}  // namespace

bool is_raw_format(std::string_view format) {
  return format == "cifar10" || format == "idx";
}

int64_t write_raw_files(std::string_view format, const Dataset& dataset, std::span<const int64_t> rows, const fs::path& folder,
                        const Context& context) {
  DECANT_CHECK(is_raw_format(format), ==, true);
  if (dataset.train().pictures() == nullptr)
    throw InputError({dataset.root.string(), "", fmt::format("holds no pictures to write as {}", format), ""});
  Stage stage(context, "writing pictures", std::ssize(rows), "images");
  return format == "idx" ? write_idx(dataset, rows, folder, stage) : write_cifar10(dataset, rows, folder, stage);
}

}  // namespace decant
