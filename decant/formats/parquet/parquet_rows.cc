#include "decant/formats/parquet/parquet_rows.h"

#include <algorithm>
#include <utility>

#include "decant/base/errors.h"
#include "decant/base/parallel.h"
#include "decant/formats/image/codec.h"
#include "decant/formats/image/recode.h"
#include "decant/formats/parquet/row_json.h"

namespace decant::parquet {
namespace {

constexpr int64_t kCheckRows = 1024;  // a chunk is worth a millisecond

}  // namespace

std::vector<int> top_columns(const Footer& footer) {
  return footer.root().children;
}

ParquetRows::ParquetRows(Files files, Roles roles, std::vector<int32_t> labels, std::shared_ptr<const records::RecordReader> texts)
    : files_(std::move(files)), roles_(std::move(roles)), labels_(std::move(labels)), texts_(std::move(texts)) {
  for (const auto& file : files_) firsts_.push_back(firsts_.back() + file->rows());
  if (!labels_.empty()) DECANT_CHECK(std::ssize(labels_), ==, size());
}

size_t ParquetRows::file_number(int64_t row) const {
  DECANT_CHECK(row, >=, 0);
  DECANT_CHECK(row, <, size());
  return static_cast<size_t>(std::ranges::upper_bound(firsts_, row) - firsts_.begin()) - 1;
}

std::string ParquetRows::key(int64_t row) const {
  const size_t file = file_number(row);
  return fmt::format("{}#{}", files_[file]->name(), row - firsts_[file]);
}

std::string ParquetRows::place_name(int64_t row) const {
  const size_t file = file_number(row);
  return fmt::format("{}#{}", files_[file]->path().string(), row - firsts_[file]);
}

std::string ParquetRows::json_of(int64_t row) const {
  const size_t file = file_number(row);
  std::string json;
  RowJson(*files_[file], top_columns(files_[file]->footer())).append(row - firsts_[file], json);
  return json;
}

Bytes ParquetRows::bytes(int64_t row, std::vector<std::byte>& scratch) const {
  if (roles_.image < 0) {
    const std::string json = json_of(row);
    scratch.assign(as_bytes(json).begin(), as_bytes(json).end());
    return scratch;
  }
  const size_t file = file_number(row);
  ColumnCursor cursor(*files_[file], roles_.image);
  const auto picture = cursor.value(row - firsts_[file], scratch);
  if (!picture) {
    std::string what = "holds no picture";
    if (roles_.image_path >= 0) {
      ColumnCursor paths(*files_[file], roles_.image_path);
      if (const auto path = paths.value(row - firsts_[file])) what = fmt::format("holds no picture, only the path '{}'", *path);
    }
    throw InputError({place_name(row), "", what, ""});
  }
  return *picture;
}

std::string ParquetRows::known_fault(int64_t row) const {
  const auto found = faults_.find(row);
  return found == faults_.end() ? "" : found->second;
}

std::vector<int64_t> ParquetRows::known_faults() const {
  std::vector<int64_t> rows;
  for (const auto& [row, fault] : faults_) rows.push_back(row);
  return rows;
}

int64_t ParquetRows::stored_bytes() const {
  int64_t sum = 0;
  for (const auto& file : files_) sum += std::ssize(file->bytes());
  return sum;
}

void ParquetRows::decode(int64_t row, Image& image) const {
  thread_local std::vector<std::byte> scratch;
  decode_image(bytes(row, scratch), place_name(row), image);
}

std::optional<PatchMask> ParquetRows::mask(int64_t row) const {
  thread_local std::vector<std::byte> scratch;
  return stored_mask(bytes(row, scratch), place_name(row));
}

void ParquetRows::read(int64_t row, Record& out) const {
  const std::string_view json = out.hold(json_of(row));
  std::optional<std::string_view> label;
  if (const std::string fault = texts_->read(json, out, label); !fault.empty())
    throw InputError({key(row), "", fault, "Repair or remove the record"});
}

std::optional<std::string> ParquetRows::value(int64_t row, std::string_view name) const {
  const size_t number = file_number(row);
  const ParquetFile& file = *files_[number];
  const Footer& footer = file.footer();
  const auto found = std::ranges::find(footer.nodes, name, &Node::path);
  if (found == footer.nodes.end() || found == footer.nodes.begin() || faults_.contains(row)) return std::nullopt;
  std::string text;
  if (found->leaf && found->most_rep == 0) {
    ColumnCursor cursor(file, found->column);
    const auto value = cursor.value(row - firsts_[number]);
    text = value && found->column != roles_.image ? value_text(*found, *value).value_or("") : "";
  } else if (std::ranges::find(footer.root().children, static_cast<int>(found - footer.nodes.begin())) != footer.root().children.end()) {
    RowJson(file, {static_cast<int>(found - footer.nodes.begin())}).append_bare(row - firsts_[number], text);
  }
  return text.empty() ? std::nullopt : std::optional(text);
}

std::vector<std::string> ParquetRows::names(int64_t row) const {
  std::vector<std::string> names;
  if (faults_.contains(row)) return names;
  const Footer& footer = files_[file_number(row)]->footer();
  for (const int child : footer.root().children) names.push_back(footer.nodes[static_cast<size_t>(child)].name);
  return names;
}

void ParquetRows::check_texts(const Context& context) {
  Stage stage(context, "reading records", size(), "rows");
  std::vector<std::vector<std::pair<int64_t, std::string>>> chunks(static_cast<size_t>((size() + kCheckRows - 1) / kCheckRows));
  parallel_for(context, size(), kCheckRows, [&](int64_t begin, int64_t end) {
    thread_local Record record;
    std::string json;
    for (int64_t row = begin; row < end;) {
      const size_t file = file_number(row);
      RowJson rows(*files_[file], top_columns(files_[file]->footer()));
      for (; row < std::min(end, firsts_[file + 1]); ++row) {
        json.clear();
        rows.append(row - firsts_[file], json);
        std::optional<std::string_view> label;
        if (std::string fault = texts_->read(json, record, label); !fault.empty())
          chunks[static_cast<size_t>(begin / kCheckRows)].emplace_back(row, std::move(fault));
      }
    }
    stage.advance(end - begin);
  });
  for (auto& chunk : chunks) {
    for (auto& [row, fault] : chunk) faults_.emplace_hint(faults_.end(), row, std::move(fault));
  }
}

}  // namespace decant::parquet
