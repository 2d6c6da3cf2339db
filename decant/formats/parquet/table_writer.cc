#include "decant/formats/parquet/table_writer.h"

#include <algorithm>
#include <cstring>
#include <fmt/core.h>

#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/base/printable.h"
#include "decant/formats/parquet/codecs.h"
#include "decant/formats/parquet/footer_writer.h"
#include "decant/formats/parquet/page_writer.h"
#include "decant/formats/parquet/thrift.h"

namespace decant::parquet {
namespace {

constexpr int64_t kGroupRows = 1'000'000;

Physical physical_of(Kind kind) {
  switch (kind) {
    case Kind::flag:
      return Physical::boolean;
    case Kind::integer:
      return Physical::int64;
    case Kind::number:
      return Physical::float64;
    default:
      return Physical::bytes;
  }
}

}  // namespace

class TableWriter::Impl {
 public:
  Impl(const std::filesystem::path& path, std::vector<NewColumn> columns, std::vector<std::pair<std::string, std::string>> metadata)
      : columns_(std::move(columns)), metadata_(std::move(metadata)), filling_(columns_.size()), writer_(path) {
    sink_.write = [this](const Gathered& bytes) { writer_.write(bytes.pieces()); };
    sink_.put(kMagic);
  }

  void add_text(std::string_view value) { add(Kind::text, kind_here() == Kind::text ? as_utf8(value) : std::string(value)); }

  void add(Kind kind, std::string value) {
    DECANT_CHECK(kind == kind_here() || (kind == Kind::text && kind_here() == Kind::bytes), ==, true);
    Filling& here = filling_[at_];
    here.bytes += value.size();
    bytes_ += value.size();
    here.present.push_back(1);
    here.values.push_back(std::move(value));
    next();
  }

  void add_missing() {
    filling_[at_].present.push_back(0);
    next();
  }

  int64_t finish() {
    DECANT_CHECK(at_, ==, 0U);
    flush();
    write_end(facts(), groups_, sink_);
    writer_.commit();
    return writer_.written();
  }

 private:
  /// The values of a column in the row group that is being filled.
  struct Filling {
    std::vector<uint8_t> present;  ///< (rows) 1, or 0 where it is missing
    std::vector<std::string> values;
    size_t bytes = 0;
  };

  Kind kind_here() const { return columns_[at_].kind; }
  std::string struct_of(const NewColumn& column) const {
    const size_t dot = column.name.find('.');
    return dot == std::string::npos ? std::string() : column.name.substr(0, dot);
  }
  std::string member_of(const NewColumn& column) const { return column.name.substr(column.name.find('.') + 1); }
  int most_def(const NewColumn& column) const { return struct_of(column).empty() ? 1 : 2; }
  int codec_of(const NewColumn& column) const { return column.kind == Kind::bytes ? kUncompressed : kSnappy; }

  void next() {
    if (++at_ < columns_.size()) return;
    at_ = 0;
    if (++rows_ == kGroupRows || static_cast<int64_t>(bytes_) >= kGroupBytes) flush();
  }

  void flush() {
    if (rows_ == 0) return;
    WrittenGroup group{.rows = rows_, .chunks = {}};
    for (size_t c = 0; c < columns_.size(); ++c) group.chunks.push_back(write_chunk(columns_[c], filling_[c]));
    groups_.push_back(std::move(group));
    for (Filling& each : filling_) each = {};
    rows_ = 0;
    bytes_ = 0;
  }

  WrittenChunk write_chunk(const NewColumn& column, const Filling& values) {
    WrittenChunk chunk{.begin = sink_.at, .values = rows_, .data_begin = sink_.at};
    const Node node{
        .type = physical_of(column.kind), .width = physical_of(column.kind) == Physical::bytes ? 0 : 8, .children = {}, .path = {}};
    size_t value = 0;
    for (int64_t begin = 0; begin < rows_;) {
      std::vector<uint32_t> levels;
      std::string plain;
      const auto full = [&] {
        const size_t more = value < values.values.size() ? values.values[value].size() : 0;
        return std::ssize(levels) == kPageRows || (!levels.empty() && plain.size() + more > kPageBytes);
      };
      int64_t row = begin;
      for (; row < rows_ && !full(); ++row) {
        const bool present = values.present[static_cast<size_t>(row)] != 0;
        levels.push_back(present ? static_cast<uint32_t>(most_def(column)) : static_cast<uint32_t>(most_def(column) - 1));
        if (!present) continue;
        if (column.kind == Kind::flag)
          plain += values.values[value++];
        else
          append_plain(plain, node, values.values[value++]);
      }
      const int64_t from = sink_.at;
      Gathered body;
      body.add(levels_text(levels, most_def(column)));
      body.add(column.kind == Kind::flag ? write_booleans(plain) : plain);
      put_page(PageHeader::Kind::data, body, row - begin, Encoding::plain, {.codec = codec_of(column)}, sink_, chunk);
      chunk.pages.push_back({from, sink_.at - from, begin});
      begin = row;
    }
    chunk.encodings = {static_cast<int>(Encoding::plain), static_cast<int>(Encoding::rle)};
    chunk.statistics = statistics_text(rows_ - std::ssize(values.values));
    return chunk;
  }

  /// REQUIRES: rows that were written; a file without any has columns all the same.
  FooterFacts facts() const {
    FooterFacts facts{.version = 2, .schema = schema(), .columns = {}, .metadata = {}};
    for (const NewColumn& column : columns_) facts.columns.push_back({physical_of(column.kind), path_of(column), codec_of(column)});
    for (const auto& [key, value] : metadata_) facts.metadata.push_back({key, value, true});
    return facts;
  }

  /// The bytes of a list, as a reader gives them: without the number of a field before.
  static std::string list_bytes(const ThriftWriter& list, size_t head) { return list.text().substr(head); }

  std::string path_of(const NewColumn& column) const {
    ThriftWriter list;
    list.begin_object();
    const bool nested = !struct_of(column).empty();
    list.begin_list(1, Thrift::binary, nested ? 2 : 1);
    if (nested) list.element(std::string_view(struct_of(column)));
    list.element(std::string_view(member_of(column)));
    return list_bytes(list, 1);
  }

  size_t members_of(const std::string& name) const {
    return static_cast<size_t>(std::ranges::count_if(columns_, [&](const NewColumn& column) { return struct_of(column) == name; }));
  }

  std::string schema() const {
    size_t tops = 0, elements = 1 + columns_.size();
    std::string open;
    for (const NewColumn& column : columns_) {
      const std::string own = struct_of(column);
      if (own.empty() || own != open) ++tops;
      if (!own.empty() && own != open) ++elements;
      open = own;
    }
    ThriftWriter out;
    out.begin_object();
    out.begin_list(1, Thrift::object, elements);
    out.begin_object();
    out.text(4, "schema");
    out.whole(5, Thrift::i32, static_cast<int64_t>(tops));
    out.end_object();
    open.clear();
    for (const NewColumn& column : columns_) {
      const std::string own = struct_of(column);
      if (!own.empty() && own != open) {
        out.begin_object();
        out.whole(3, Thrift::i32, static_cast<int>(Repetition::optional));
        out.text(4, own);
        out.whole(5, Thrift::i32, static_cast<int64_t>(members_of(own)));
        out.end_object();
      }
      open = own;
      add_leaf(out, column);
    }
    return list_bytes(out, 1);
  }

  void add_leaf(ThriftWriter& out, const NewColumn& column) const {
    constexpr int kUtf8 = 0;  // ConvertedType, for readers of old
    out.begin_object();
    out.whole(1, Thrift::i32, static_cast<int>(physical_of(column.kind)));
    out.whole(3, Thrift::i32, static_cast<int>(Repetition::optional));
    out.text(4, member_of(column));
    if (column.kind == Kind::text) {
      out.whole(6, Thrift::i32, kUtf8);
      out.field(10, Thrift::object);  // LogicalType: a union whose first is STRING
      out.begin_object();
      out.field(1, Thrift::object);
      out.begin_object();
      out.end_object();
      out.end_object();
    }
    out.end_object();
  }

  std::vector<NewColumn> columns_;
  std::vector<std::pair<std::string, std::string>> metadata_;
  std::vector<Filling> filling_;
  size_t at_ = 0;  ///< the column of the next value
  int64_t rows_ = 0;
  size_t bytes_ = 0;
  FileWriter writer_;
  Sink sink_;
  std::vector<WrittenGroup> groups_;
};

TableWriter::TableWriter(const std::filesystem::path& path, std::vector<NewColumn> columns,
                         std::vector<std::pair<std::string, std::string>> metadata)
    : impl_(std::make_unique<Impl>(path, std::move(columns), std::move(metadata))) {}
TableWriter::~TableWriter() = default;

namespace {

template <class T>
std::string bytes_of_value(T value) {
  std::string bytes(sizeof value, '\0');
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}

}  // namespace

void TableWriter::add_flag(bool value) {
  impl_->add(Kind::flag, std::string(1, value ? '\1' : '\0'));
}
void TableWriter::add_integer(int64_t value) {
  impl_->add(Kind::integer, bytes_of_value(value));
}
void TableWriter::add_number(double value) {
  impl_->add(Kind::number, bytes_of_value(value));
}
void TableWriter::add_text(std::string_view value) {
  impl_->add_text(value);
}
void TableWriter::add_missing() {
  impl_->add_missing();
}
int64_t TableWriter::finish() {
  return impl_->finish();
}

}  // namespace decant::parquet
