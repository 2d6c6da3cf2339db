#include "decant/formats/convert.h"

#include <algorithm>
#include <atomic>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "decant/base/errors.h"
#include "decant/base/json.h"
#include "decant/base/parallel.h"
#include "decant/formats/image/codec.h"
#include "decant/formats/image/picture_files.h"
#include "decant/formats/imagefolder/picture_tree.h"
#include "decant/formats/packed/packed.h"
#include "decant/formats/parquet/card.h"
#include "decant/formats/parquet/table_writer.h"
#include "decant/formats/webdataset/class_file.h"
#include "decant/formats/webdataset/tar.h"

namespace decant {
namespace fs = std::filesystem;

namespace {

constexpr int64_t kShardSize = 1000;

/// ".jpg", ".png", …, by content.
std::string extension_for(Bytes picture, const std::string& key) {
  const auto codec = codec_of(picture);
  if (!codec) throw InputError({key, "", "is no picture of a known format", "Leave it out"});
  return extension_of(*codec);
}

void make_folder(const fs::path& path) {
  std::error_code code;
  fs::create_directories(path, code);
  if (code) throw IoError({path.string(), "", "cannot create the folder: " + code.message(), ""});
}

/// The folder as a whole appears under its name when all is done, so a single file need not.
void write_plainly(const fs::path& path, Bytes bytes) {
  std::ofstream file(path, std::ios::binary);
  file.write(as_text(bytes).data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (!file) throw_errno(path.string(), "cannot write");
}

std::string as_file_name(std::string name) {
  for (char& c : name) {
    if (c == '/' || c == '\0') c = '_';
  }
  return name.empty() || name == "." || name == ".." ? "_" + name : name;
}

// ---- ImageFolder

/// "1.jpg" of "train/cat/1.jpg".
std::string file_name(const Rows& rows, int64_t row) {
  const std::string key = rows.key(row);
  std::string name = as_file_name(key.substr(key.rfind('/') + 1));
  if (has_picture_ending(name)) return name;
  std::vector<std::byte> scratch;
  return name + extension_for(rows.bytes(row, scratch), key);
}

std::string with_row(const std::string& name, int64_t row) {
  const size_t dot = name.rfind('.');
  return fmt::format("{}-{}{}", name.substr(0, dot), row, name.substr(dot));
}

int64_t write_imagefolder(const Dataset& dataset, const Rows& source, std::span<const int64_t> rows, const fs::path& folder,
                          const Context& context) {
  const auto unlabelled = [&](int64_t row) { return source.label(row) == kNoLabel; };
  const bool flat = std::all_of(rows.begin(), rows.end(), unlabelled);
  if (const auto found = std::find_if(rows.begin(), rows.end(), unlabelled); !flat && found != rows.end())
    throw InputError({dataset.root.string(), source.key(*found), "has no label, but others do", "Write a different format, or label it"});

  const std::vector<std::string> classes = class_folder_names(dataset.classes, static_cast<size_t>(class_count(dataset)));
  std::set<std::string> made;
  std::vector<std::string> paths;
  std::set<std::string> used;
  for (const int64_t row : rows) {
    const std::string parent = flat ? "train/" : "train/" + classes[static_cast<size_t>(source.label(row))] + "/";
    if (made.insert(parent).second) make_folder(folder / parent);
    std::string name = file_name(source, row);
    while (!used.insert(parent + name).second) name = with_row(name, row);
    paths.push_back(parent + name);
  }

  std::atomic<int64_t> written{0};
  Stage stage(context, "writing pictures", static_cast<int64_t>(rows.size()), "images");
  parallel_for(context, static_cast<int64_t>(rows.size()), 64, [&](int64_t begin, int64_t end) {
    std::vector<std::byte> scratch;
    for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
      const Bytes bytes = source.bytes(rows[i], scratch);
      write_plainly(folder / paths[i], bytes);
      written += static_cast<int64_t>(bytes.size());
    }
    stage.advance(end - begin);
  });
  return written;
}

// ---- WebDataset

void write_member(FileWriter& writer, const std::string& name, Bytes bytes) {
  const auto size = static_cast<int64_t>(bytes.size());
  writer.write(tar_header(name, size));
  writer.write(bytes);
  writer.write(std::string(static_cast<size_t>(round_up_to_block(size) - size), '\0'));
}

int64_t write_shard(const Rows& source, std::span<const int64_t> rows, const fs::path& path) {
  FileWriter writer(path);
  std::vector<std::byte> scratch;
  for (const int64_t row : rows) {
    const std::string key = fmt::format("{:09}", row);
    const Bytes picture = source.bytes(row, scratch);
    write_member(writer, key + extension_for(picture, source.key(row)), picture);
    if (const int32_t label = source.label(row); label != kNoLabel) write_member(writer, key + ".cls", as_bytes(std::to_string(label)));
  }
  writer.write(std::string(2 * kTarBlock, '\0'));
  writer.commit();
  return writer.written();
}

int64_t write_webdataset(const Dataset& dataset, const Rows& source, std::span<const int64_t> rows, const fs::path& folder,
                         const Context& context) {
  std::atomic<int64_t> written{0};
  Stage stage(context, "writing shards", static_cast<int64_t>(rows.size()), "images");
  parallel_for(context, static_cast<int64_t>(rows.size()), kShardSize, [&](int64_t begin, int64_t end) {
    const auto part = rows.subspan(static_cast<size_t>(begin), static_cast<size_t>(end - begin));
    written += write_shard(source, part, folder / fmt::format("train-{:06}.tar", begin / kShardSize));
    stage.advance(end - begin);
  });
  return written + webdataset::write_class_file(webdataset::class_file_for(dataset.classes), folder);
}

// ---- Parquet

constexpr int64_t kParquetBytes = 500'000'000;

/// Rows of one file each, one after the other.
std::vector<std::span<const int64_t>> parquet_parts(const Rows& source, std::span<const int64_t> rows, const Context& context) {
  std::vector<std::span<const int64_t>> parts;
  std::vector<std::byte> scratch;
  int64_t bytes = 0;
  size_t begin = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    context.check_cancelled();
    const int64_t own = std::ssize(source.bytes(rows[i], scratch));
    if (i > begin && bytes + own > kParquetBytes) {
      parts.push_back(rows.subspan(begin, i - begin));
      begin = i;
      bytes = 0;
    }
    bytes += own;
  }
  if (begin < rows.size()) parts.push_back(rows.subspan(begin));
  return parts;
}

/// What the datasets library writes of the types of its columns.
std::string features_json(const std::vector<std::string>& classes, bool labelled) {
  Json features = {{"image", {{"_type", "Image"}}}};
  if (labelled && classes.empty()) features["label"] = {{"dtype", "int64"}, {"_type", "Value"}};
  if (labelled && !classes.empty()) features["label"] = {{"names", classes}, {"_type", "ClassLabel"}};
  return json_text({{"info", {{"features", features}}}});
}

int64_t write_parquet_file(const Dataset& dataset, const Rows& source, std::span<const int64_t> rows, bool labelled, const fs::path& path,
                           Stage& stage) {
  std::vector<parquet::NewColumn> columns = {{"image.bytes", parquet::Kind::bytes}, {"image.path", parquet::Kind::text}};
  if (labelled) columns.push_back({"label", parquet::Kind::integer});
  parquet::TableWriter writer(path, std::move(columns), {{"huggingface", features_json(dataset.classes, labelled)}});
  std::vector<std::byte> scratch;
  for (const int64_t row : rows) {
    const Bytes picture = source.bytes(row, scratch);
    std::string name = file_name(source, row);
    writer.add_text(as_text(picture));
    writer.add_text(name);
    const int32_t label = source.label(row);
    if (labelled) label == kNoLabel ? writer.add_missing() : writer.add_integer(label);
    stage.advance();
  }
  return writer.finish();
}

int64_t write_parquet(const Dataset& dataset, const Rows& source, std::span<const int64_t> rows, const fs::path& folder,
                      const Context& context) {
  const bool labelled = std::ranges::any_of(rows, [&](int64_t row) { return source.label(row) != kNoLabel; });
  const auto parts = parquet_parts(source, rows, context);
  std::atomic<int64_t> written{0};
  Stage stage(context, "writing Parquet", std::ssize(rows), "images");
  parallel_for(context, std::ssize(parts), 1, [&](int64_t i, int64_t) {
    const fs::path path = folder / fmt::format("train-{:05}-of-{:05}.parquet", i, parts.size());
    written += write_parquet_file(dataset, source, parts[static_cast<size_t>(i)], labelled, path, stage);
  });
  return written;
}

}  // namespace

std::vector<std::string> class_folder_names(const std::vector<std::string>& names, size_t count) {
  const size_t digits = std::to_string(count == 0 ? 0 : count - 1).size();
  std::vector<std::string> folders;
  std::set<std::string> used;
  for (size_t label = 0; label < count; ++label) {
    std::string name = label < names.size() ? as_file_name(names[label]) : fmt::format("{:0{}}", label, digits);
    while (!used.insert(name).second) name = fmt::format("{}-{}", name, label);
    folders.push_back(std::move(name));
  }
  return folders;
}

std::string card_head_for(std::string_view format) {
  return format == "parquet" ? parquet::card_head({}) : std::string();
}

int64_t write_as(std::string_view format, const Dataset& dataset, std::span<const int64_t> rows, const fs::path& folder,
                 const Context& context) {
  if (format != "imagefolder" && format != "webdataset" && format != "parquet" && format != "packed")
    throw UsageError(fmt::format("--to: '{}' cannot be written; choose imagefolder, webdataset, parquet or packed", format));
  if (dataset.train().pictures() == nullptr)
    throw InputError({dataset.root.string(), "", fmt::format("holds no pictures to write as {}", format), "Leave out --to"});
  if (dataset.train().targets() != nullptr && !dataset.train().have_classes())
    throw InputError({dataset.root.string(), "",
                      fmt::format("holds {}, and {} has no place for them",
                                  dataset.train().targets()->counted_in() == CountedIn::objects ? "objects" : "masks", format),
                      "Leave out --to"});
  if (format == kPackedFormat) return write_packed(dataset.train(), rows, dataset.classes, folder / "train.packed", context);
  const std::shared_ptr<const Rows> source = as_picture_files(dataset.splits.at(Split::train));
  if (format == "parquet") return write_parquet(dataset, *source, rows, folder, context);
  if (format == "imagefolder") return write_imagefolder(dataset, *source, rows, folder, context);
  return write_webdataset(dataset, *source, rows, folder, context);
}

}  // namespace decant
