#include "decant/formats/parquet/parquet_writer.h"

#include <algorithm>
#include <atomic>
#include <utility>

#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/base/parallel.h"
#include "decant/formats/parquet/chunk_writer.h"
#include "decant/formats/parquet/footer_writer.h"
#include "decant/formats/parquet/page_writer.h"

namespace decant::parquet {
namespace fs = std::filesystem;

namespace {

/// Some rows of one file.
class FileOut {
 public:
  FileOut(const ParquetFile& file, const fs::path& path, Stage& stage) : file_(file), footer_(file.footer()), writer_(path), stage_(stage) {
    sink_.write = [this](const Gathered& bytes) { writer_.write(bytes.pieces()); };
    for (const Group& group : footer_.groups) most_rows_ = std::max(most_rows_, group.rows);
  }

  /// `rows`: of the file. `image`: the column that `replacement` is for.
  int64_t write(std::span<const int64_t> rows, int image, const Replacement& replacement) {
    image_ = image;
    replacement_ = replacement;
    sink_.put(kMagic);
    while (!rows.empty()) {
      const int group = file_.group_of(rows.front());
      const auto end = std::ranges::lower_bound(rows, file_.first_row(group + 1));
      take_group(group, rows.first(static_cast<size_t>(end - rows.begin())));
      rows = rows.subspan(static_cast<size_t>(end - rows.begin()));
    }
    flush();
    write_end(footer_facts(), groups_, sink_);
    writer_.commit();
    return writer_.written();
  }

 private:
  void take_group(int group, std::span<const int64_t> rows) {
    const Group& source = footer_.groups[static_cast<size_t>(group)];
    if (std::ssize(rows) == source.rows) {
      flush();
      copy(group);
      return;
    }
    int64_t unpacked = 0;
    for (const Chunk& chunk : source.chunks) unpacked += std::max<int64_t>(chunk.unpacked, 0);
    const int64_t each = std::max<int64_t>(1, unpacked / source.rows);
    for (const int64_t row : rows) {
      pending_.push_back(row);
      pending_bytes_ += each;
      if (std::ssize(pending_) >= most_rows_ || pending_bytes_ >= kGroupBytes) flush();
    }
  }

  void copy(int group) {
    WrittenGroup written{.rows = footer_.groups[static_cast<size_t>(group)].rows, .chunks = {}};
    std::vector<int64_t> all;
    for (int column = 0; column < footer_.column_count(); ++column) {
      if (column == image_ && all.empty()) {
        for (int64_t row = file_.first_row(group); row < file_.first_row(group + 1); ++row) all.push_back(row);
      }
      written.chunks.push_back(column == image_ ? write_chunk(file_, column, all, replacement_, has_orders(), sink_)
                                                : copy_chunk(file_, group, column, sink_));
    }
    groups_.push_back(std::move(written));
    stage_.advance(groups_.back().rows);
  }

  void flush() {
    if (pending_.empty()) return;
    static const Replacement kNone;
    WrittenGroup written{.rows = std::ssize(pending_), .chunks = {}};
    for (int column = 0; column < footer_.column_count(); ++column)
      written.chunks.push_back(write_chunk(file_, column, pending_, column == image_ ? replacement_ : kNone, has_orders(), sink_));
    groups_.push_back(std::move(written));
    stage_.advance(std::ssize(pending_));
    pending_.clear();
    pending_bytes_ = 0;
  }

  bool has_orders() const { return !footer_.column_orders.empty(); }

  /// As the source's, but for what no longer holds.
  FooterFacts footer_facts() const {
    FooterFacts facts{.version = footer_.version,
                      .schema = std::string(footer_.schema),
                      .columns = {},
                      .metadata = footer_.metadata,
                      .sorting = std::string(footer_.groups.front().sorting),
                      .column_orders = std::string(footer_.column_orders)};
    std::erase_if(facts.metadata, [](const KeyValue& pair) { return pair.key == "content_defined_chunking"; });
    for (int column = 0; column < footer_.column_count(); ++column) {
      const Chunk& source = footer_.groups.front().chunks[static_cast<size_t>(column)];
      facts.columns.push_back({footer_.column(column).type, std::string(source.path), source.codec});
    }
    return facts;
  }

  const ParquetFile& file_;
  const Footer& footer_;
  FileWriter writer_;
  Stage& stage_;
  Sink sink_;
  int image_ = -1;
  Replacement replacement_;
  int64_t most_rows_ = 1;
  std::vector<int64_t> pending_;
  int64_t pending_bytes_ = 0;
  std::vector<WrittenGroup> groups_;
};

class ParquetWriter final : public SubsetWriter {
 public:
  explicit ParquetWriter(std::shared_ptr<const ParquetRows> rows) : rows_(std::move(rows)) {}

  int64_t write(std::span<const int64_t> rows, const fs::path& folder, const Context& context) const override {
    return write_files(rows, folder, nullptr, context);
  }

  int64_t rewrite(std::span<const int64_t> rows, const Rows& content, const fs::path& folder, const Context& context) const override {
    if (rows_->pictures() == nullptr) return SubsetWriter::rewrite(rows, content, folder, context);
    return write_files(rows, folder, &content, context);
  }

  std::string file_of(int64_t row) const override { return rows_->files()[rows_->file_number(row)]->name(); }

 private:
  struct Part {
    size_t file;
    std::vector<int64_t> rows;  // of the file
  };

  /// `content`: where the pictures are from; null = the files themselves.
  int64_t write_files(std::span<const int64_t> rows, const fs::path& folder, const Rows* content, const Context& context) const {
    std::vector<Part> parts;
    for (const int64_t row : rows) {
      const size_t file = rows_->file_number(row);
      if (parts.empty() || parts.back().file != file) parts.push_back({file, {}});
      parts.back().rows.push_back(row - rows_->first_of(file));
    }
    Stage stage(context, content == nullptr ? "copying" : "writing pictures", std::ssize(rows), rows_->modality().rows);
    std::atomic<int64_t> written{0};
    parallel_for(context, std::ssize(parts), 1,
                 [&](int64_t i, int64_t) { written += write_part(parts[static_cast<size_t>(i)], folder, content, stage); });
    return written;
  }

  int64_t write_part(const Part& part, const fs::path& folder, const Rows* content, Stage& stage) const {
    const ParquetFile& file = *rows_->files()[part.file];
    const fs::path path = folder / file.name();
    std::error_code code;
    fs::create_directories(path.parent_path(), code);
    if (code) throw IoError({path.string(), "", "cannot create the folder: " + code.message(), ""});
    Replacement replacement;
    if (content != nullptr)
      replacement = [first = rows_->first_of(part.file), content](int64_t row, std::vector<std::byte>& scratch) {
        return content->bytes(first + row, scratch);
      };
    return FileOut(file, path, stage).write(part.rows, content == nullptr ? -1 : rows_->roles().image, replacement);
  }

  std::shared_ptr<const ParquetRows> rows_;
};

}  // namespace

int64_t copy_rows(const ParquetFile& file, std::span<const int64_t> rows, const fs::path& path) {
  const Context quiet;
  Stage stage(quiet, "copying", std::ssize(rows), "rows");
  return FileOut(file, path, stage).write(rows, -1, {});
}

std::shared_ptr<const SubsetWriter> make_writer(std::shared_ptr<const ParquetRows> rows) {
  return std::make_shared<ParquetWriter>(std::move(rows));
}

}  // namespace decant::parquet
