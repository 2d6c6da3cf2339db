#include "decant/formats/parquet/page_writer.h"

#include <utility>
#include <zlib.h>

#include "decant/formats/parquet/codecs.h"
#include "decant/formats/parquet/snappy_literals.h"
#include "decant/formats/parquet/thrift.h"

namespace decant::parquet {

namespace {

/// What has no piece that is worth referring to is packed.
Gathered packed_body(const Gathered& body, int codec) {
  constexpr size_t kPackedPart = 32;
  if (codec == kUncompressed) return body;
  if (codec == kSnappy && body.referred() > 0 && body.size() - body.referred() <= body.size() / kPackedPart) return snappy_literals(body);
  Gathered packed;
  packed.add(pack(codec, body.text()));
  return packed;
}

uint32_t crc_of_pieces(const Gathered& bytes) {
  uLong crc = 0;
  bytes.visit([&](Bytes piece, bool) { crc = crc32_z(crc, reinterpret_cast<const Bytef*>(piece.data()), piece.size()); });
  return static_cast<uint32_t>(crc);
}

}  // namespace

void put_page(PageHeader::Kind kind, const Gathered& body, int64_t entries, Encoding encoding, PageForm form, Sink& sink,
              WrittenChunk& chunk) {
  const Gathered packed = packed_body(body, form.codec);
  ThriftWriter header;
  header.begin_object();
  header.whole(1, Thrift::i32, static_cast<int64_t>(kind));
  header.whole(2, Thrift::i32, static_cast<int64_t>(body.size()));
  header.whole(3, Thrift::i32, static_cast<int64_t>(packed.size()));
  if (form.crc) header.whole(4, Thrift::i32, static_cast<int32_t>(crc_of_pieces(packed)));
  const bool is_data = kind == PageHeader::Kind::data;
  header.field(is_data ? 5 : 7, Thrift::object);
  header.begin_object();
  header.whole(1, Thrift::i32, entries);
  header.whole(2, Thrift::i32, static_cast<int>(encoding));
  if (is_data) {
    header.whole(3, Thrift::i32, static_cast<int>(Encoding::rle));
    header.whole(4, Thrift::i32, static_cast<int>(Encoding::rle));
  }
  header.end_object();
  header.end_object();
  Gathered page;
  page.add(header.text());
  page.add(packed);
  chunk.size += static_cast<int64_t>(page.size());
  chunk.unpacked += static_cast<int64_t>(header.text().size() + body.size());
  sink.put(std::move(page));
}

std::string levels_text(const std::vector<uint32_t>& levels, int most) {
  if (most == 0) return {};
  const std::string runs = write_hybrid(levels, bits_for(static_cast<uint32_t>(most)));
  const auto size = static_cast<uint32_t>(runs.size());
  return std::string(reinterpret_cast<const char*>(&size), 4) + runs;
}

std::string statistics_text(int64_t missing, const std::string* least, const std::string* greatest) {
  ThriftWriter statistics;
  statistics.begin_object();
  statistics.whole(3, Thrift::i64, missing);
  if (greatest != nullptr) statistics.text(5, *greatest);
  if (least != nullptr) statistics.text(6, *least);
  statistics.end_object();
  return statistics.text();
}

}  // namespace decant::parquet
