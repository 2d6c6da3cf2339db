#include "decant/formats/parquet/parquet_writer.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <utility>

#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/base/parallel.h"
#include "decant/formats/parquet/chunk_writer.h"
#include "decant/formats/parquet/footer_writer.h"
#include "decant/formats/parquet/ordered_output.h"
#include "decant/formats/parquet/page_writer.h"

namespace decant::parquet {
namespace fs = std::filesystem;

namespace {

/// What threads may hold of a file's row groups before it is their turn to be written, for each.
constexpr int64_t kHeldByThread = int64_t{64} << 20;

/// Some rows of one file: row groups that threads make at once, in any file's order.
class FileOut {
 public:
  /// `rows`: of the file, at least one. `image`: the column that `replacement` is for, or −1.
  FileOut(const ParquetFile& file, fs::path path, std::span<const int64_t> rows, int image, Replacement replacement, Stage& stage,
          const Context& context)
      : file_(file),
        footer_(file.footer()),
        path_(std::move(path)),
        image_(image),
        replacement_(std::move(replacement)),
        stage_(stage),
        context_(context) {
    for (const Group& group : footer_.groups) most_rows_ = std::max(most_rows_, group.rows);
    plan(rows);
    groups_.resize(parts_.size());
  }

  size_t part_count() const { return parts_.size(); }

  /// By any thread; parts are to be begun in their order. Returns the bytes of the whole file, once
  /// the last of its parts is there, and else 0.
  int64_t write(size_t part) {
    std::call_once(begun_, [this] { begin(); });
    try {
      write_part(part);
      if (!output_->end(part)) return 0;
      return finish();
    } catch (...) {
      output_->fail(std::current_exception());
      throw;
    }
  }

 private:
  /// A row group of the file written.
  struct Part {
    int copied = -1;            ///< the row group that is kept whole
    std::vector<int64_t> rows;  ///< else these
  };

  void plan(std::span<const int64_t> rows) {
    Part pending;
    int64_t pending_bytes = 0;
    const auto flush = [&] {
      if (!pending.rows.empty()) parts_.push_back(std::exchange(pending, {}));
      pending_bytes = 0;
    };
    while (!rows.empty()) {
      const int group = file_.group_of(rows.front());
      const auto end = std::ranges::lower_bound(rows, file_.first_row(group + 1));
      const auto here = rows.first(static_cast<size_t>(end - rows.begin()));
      rows = rows.subspan(here.size());
      if (std::ssize(here) == footer_.groups[static_cast<size_t>(group)].rows) {
        flush();
        parts_.push_back({group, {}});
        continue;
      }
      const int64_t each = bytes_of_row(group);
      for (const int64_t row : here) {
        pending.rows.push_back(row);
        pending_bytes += each;
        if (std::ssize(pending.rows) >= most_rows_ || pending_bytes >= kGroupBytes) flush();
      }
    }
    flush();
  }

  int64_t bytes_of_row(int group) const {
    const Group& source = footer_.groups[static_cast<size_t>(group)];
    int64_t unpacked = 0;
    for (const Chunk& chunk : source.chunks) unpacked += std::max<int64_t>(chunk.unpacked, 0);
    return std::max<int64_t>(1, unpacked / source.rows);
  }

  void begin() {
    std::error_code code;
    fs::create_directories(path_.parent_path(), code);
    if (code) throw IoError({path_.string(), "", "cannot create the folder: " + code.message(), ""});
    writer_.emplace(path_);
    writer_->write(kMagic);
    const auto most_held = static_cast<size_t>(kHeldByThread * context_.thread_count());
    output_.emplace(
        parts_.size(), most_held, [this](const Gathered& bytes) { writer_->write(bytes.pieces()); }, context_);
  }

  void write_part(size_t number) {
    Part& part = parts_[number];
    Sink sink{.write = [&](Gathered bytes) { output_->put(number, std::move(bytes)); }};
    groups_[number] = part.copied >= 0 ? copied(part.copied, sink) : written(part.rows, sink);
    stage_.advance(groups_[number].rows);
    part.rows = {};
  }

  WrittenGroup copied(int group, Sink& sink) const {
    WrittenGroup copy{.rows = footer_.groups[static_cast<size_t>(group)].rows, .chunks = {}};
    std::vector<int64_t> all;
    if (image_ >= 0) {
      for (int64_t row = file_.first_row(group); row < file_.first_row(group + 1); ++row) all.push_back(row);
    }
    for (int column = 0; column < footer_.column_count(); ++column)
      copy.chunks.push_back(column == image_ ? write_chunk(file_, column, all, replacement_, has_orders(), sink)
                                             : copy_chunk(file_, group, column, sink));
    return copy;
  }

  WrittenGroup written(std::span<const int64_t> rows, Sink& sink) const {
    static const Replacement kNone;
    WrittenGroup group{.rows = std::ssize(rows), .chunks = {}};
    for (int column = 0; column < footer_.column_count(); ++column)
      group.chunks.push_back(write_chunk(file_, column, rows, column == image_ ? replacement_ : kNone, has_orders(), sink));
    return group;
  }

  /// Of the last part: now it is known where each row group begins.
  int64_t finish() {
    int64_t begin = std::ssize(kMagic);
    for (WrittenGroup& group : groups_) begin = place_chunks(group, begin);
    Sink sink{.write = [this](const Gathered& bytes) { writer_->write(bytes.pieces()); }, .at = begin};
    write_end(footer_facts(), groups_, sink);
    writer_->commit();
    const int64_t bytes = writer_->written();
    writer_.reset();
    return bytes;
  }

  /// Returns where it ends.
  static int64_t place_chunks(WrittenGroup& group, int64_t begin) {
    int64_t end = begin;
    for (WrittenChunk& chunk : group.chunks) {
      chunk.begin += begin;
      chunk.data_begin += begin;
      for (PagePlace& page : chunk.pages) page.begin += begin;
      end += chunk.size;
    }
    return end;
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
  fs::path path_;
  int image_;
  Replacement replacement_;
  Stage& stage_;
  const Context& context_;
  int64_t most_rows_ = 1;
  std::vector<Part> parts_;
  std::vector<WrittenGroup> groups_;  // by part
  std::once_flag begun_;
  std::optional<FileWriter> writer_;
  std::optional<OrderedOutput> output_;
};

/// All parts of all files, on all threads. Returns their bytes.
int64_t write_parts(std::span<const std::unique_ptr<FileOut>> files, const Context& context) {
  std::vector<std::pair<FileOut*, size_t>> parts;
  for (const auto& file : files) {
    for (size_t part = 0; part < file->part_count(); ++part) parts.emplace_back(file.get(), part);
  }
  std::atomic<int64_t> written{0};
  parallel_for(context, std::ssize(parts), 1, [&](int64_t i, int64_t) {
    const auto& [file, part] = parts[static_cast<size_t>(i)];
    written += file->write(part);
  });
  return written;
}

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
  /// `content`: where the pictures are from; null = the files themselves.
  int64_t write_files(std::span<const int64_t> rows, const fs::path& folder, const Rows* content, const Context& context) const {
    Stage stage(context, content == nullptr ? "copying" : "writing pictures", std::ssize(rows), rows_->modality().rows);
    std::vector<std::unique_ptr<FileOut>> files;
    while (!rows.empty()) {
      const size_t file = rows_->file_number(rows.front());
      const int64_t first = rows_->first_of(file);
      std::vector<int64_t> own;  // of the file
      for (; own.size() < rows.size() && rows_->file_number(rows[own.size()]) == file;) own.push_back(rows[own.size()] - first);
      files.push_back(file_out(file, own, folder, content, stage, context));
      rows = rows.subspan(own.size());
    }
    return write_parts(files, context);
  }

  std::unique_ptr<FileOut> file_out(size_t number, std::span<const int64_t> rows, const fs::path& folder, const Rows* content, Stage& stage,
                                    const Context& context) const {
    const ParquetFile& file = *rows_->files()[number];
    Replacement replacement;
    if (content != nullptr)
      replacement = [first = rows_->first_of(number), content](int64_t row, std::vector<std::byte>& scratch) {
        return content->bytes(first + row, scratch);
      };
    return std::make_unique<FileOut>(file, folder / file.name(), rows, content == nullptr ? -1 : rows_->roles().image,
                                     std::move(replacement), stage, context);
  }

  std::shared_ptr<const ParquetRows> rows_;
};

}  // namespace

int64_t copy_rows(const ParquetFile& file, std::span<const int64_t> rows, const fs::path& path) {
  const Context quiet{.threads = 1};
  Stage stage(quiet, "copying", std::ssize(rows), "rows");
  const auto out = std::make_unique<FileOut>(file, path, rows, -1, Replacement(), stage, quiet);
  return write_parts(std::span(&out, 1), quiet);
}

std::shared_ptr<const SubsetWriter> make_writer(std::shared_ptr<const ParquetRows> rows) {
  return std::make_shared<ParquetWriter>(std::move(rows));
}

}  // namespace decant::parquet
