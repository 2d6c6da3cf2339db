#include "decant/formats/parquet/footer_writer.h"

#include "decant/formats/parquet/thrift.h"

namespace decant::parquet {
namespace {

constexpr const char* kCreatedBy = "decant version 0.1.0";

struct IndexPlace {
  int64_t begin = 0;
  int64_t size = 0;
};

IndexPlace write_offset_index(const std::vector<PagePlace>& pages, Sink& sink) {
  if (pages.empty()) return {};
  ThriftWriter index;
  index.begin_object();
  index.begin_list(1, Thrift::object, pages.size());
  for (const PagePlace& page : pages) {
    index.begin_object();
    index.whole(1, Thrift::i64, page.begin);
    index.whole(2, Thrift::i32, page.size);
    index.whole(3, Thrift::i64, page.first_row);
    index.end_object();
  }
  index.end_object();
  const IndexPlace place{sink.at, std::ssize(index.text())};
  sink.put(index.text());
  return place;
}

void add_chunk(ThriftWriter& out, const ColumnFacts& column, const WrittenChunk& chunk, IndexPlace index) {
  out.begin_object();
  out.whole(2, Thrift::i64, 0);
  out.field(3, Thrift::object);
  out.begin_object();
  out.whole(1, Thrift::i32, static_cast<int>(column.type));
  out.begin_list(2, Thrift::i32, chunk.encodings.size());
  for (const int32_t encoding : chunk.encodings) out.element(encoding);
  out.raw(3, Thrift::list, column.path);
  out.whole(4, Thrift::i32, column.codec);
  out.whole(5, Thrift::i64, chunk.values);
  out.whole(6, Thrift::i64, chunk.unpacked);
  out.whole(7, Thrift::i64, chunk.size);
  out.whole(9, Thrift::i64, chunk.data_begin);
  if (chunk.has_dictionary) out.whole(11, Thrift::i64, chunk.begin);
  if (!chunk.statistics.empty()) out.raw(12, Thrift::object, chunk.statistics);
  if (!chunk.encoding_stats.empty()) out.raw(13, Thrift::list, chunk.encoding_stats);
  if (!chunk.size_statistics.empty()) out.raw(16, Thrift::object, chunk.size_statistics);
  out.end_object();
  if (index.size > 0) {
    out.whole(4, Thrift::i64, index.begin);
    out.whole(5, Thrift::i32, index.size);
  }
  out.end_object();
}

void add_group(ThriftWriter& out, const FooterFacts& facts, const WrittenGroup& group, size_t number,
               const std::vector<IndexPlace>& indexes) {
  int64_t packed = 0;
  int64_t unpacked = 0;
  for (const WrittenChunk& chunk : group.chunks) packed += chunk.size, unpacked += chunk.unpacked;
  out.begin_object();
  out.begin_list(1, Thrift::object, group.chunks.size());
  for (size_t column = 0; column < group.chunks.size(); ++column)
    add_chunk(out, facts.columns[column], group.chunks[column], indexes[column]);
  out.whole(2, Thrift::i64, unpacked);
  out.whole(3, Thrift::i64, group.rows);
  if (!facts.sorting.empty()) out.raw(4, Thrift::list, facts.sorting);
  out.whole(5, Thrift::i64, group.chunks.front().begin);
  out.whole(6, Thrift::i64, packed);
  if (number <= INT16_MAX) out.whole(7, Thrift::i16, static_cast<int64_t>(number));
  out.end_object();
}

void add_metadata(ThriftWriter& out, const std::vector<KeyValue>& metadata) {
  if (metadata.empty()) return;
  out.begin_list(5, Thrift::object, metadata.size());
  for (const KeyValue& pair : metadata) {
    out.begin_object();
    out.text(1, pair.key);
    if (pair.has_value) out.text(2, pair.value);
    out.end_object();
  }
}

}  // namespace

void write_end(const FooterFacts& facts, std::span<const WrittenGroup> groups, Sink& sink) {
  std::vector<std::vector<IndexPlace>> indexes;
  int64_t rows = 0;
  for (const WrittenGroup& group : groups) {
    rows += group.rows;
    auto& own = indexes.emplace_back();
    for (const WrittenChunk& chunk : group.chunks) own.push_back(write_offset_index(chunk.pages, sink));
  }
  ThriftWriter out;
  out.begin_object();
  out.whole(1, Thrift::i32, facts.version);
  out.raw(2, Thrift::list, facts.schema);
  out.whole(3, Thrift::i64, rows);
  out.begin_list(4, Thrift::object, groups.size());
  for (size_t i = 0; i < groups.size(); ++i) add_group(out, facts, groups[i], i, indexes[i]);
  add_metadata(out, facts.metadata);
  out.text(6, kCreatedBy);
  if (!facts.column_orders.empty()) out.raw(7, Thrift::list, facts.column_orders);
  out.end_object();
  const auto size = static_cast<uint32_t>(out.text().size());
  sink.put(out.text());
  sink.put({reinterpret_cast<const char*>(&size), 4});
  sink.put(kMagic);
}

}  // namespace decant::parquet
