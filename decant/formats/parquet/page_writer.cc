#include "decant/formats/parquet/page_writer.h"

#include <zlib.h>

#include "decant/formats/parquet/codecs.h"
#include "decant/formats/parquet/thrift.h"

namespace decant::parquet {

void put_page(PageHeader::Kind kind, const std::string& body, int64_t entries, Encoding encoding, PageForm form, Sink& sink,
              WrittenChunk& chunk) {
  std::string packed_body;
  if (form.codec != kUncompressed) packed_body = pack(form.codec, body);
  const std::string& packed = form.codec == kUncompressed ? body : packed_body;
  ThriftWriter header;
  header.begin_object();
  header.whole(1, Thrift::i32, static_cast<int64_t>(kind));
  header.whole(2, Thrift::i32, std::ssize(body));
  header.whole(3, Thrift::i32, std::ssize(packed));
  if (form.crc) {
    const auto crc = static_cast<uint32_t>(crc32_z(0, reinterpret_cast<const Bytef*>(packed.data()), packed.size()));
    header.whole(4, Thrift::i32, static_cast<int32_t>(crc));
  }
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
  sink.put(header.text());
  sink.put(packed);
  chunk.size += std::ssize(header.text()) + std::ssize(packed);
  chunk.unpacked += std::ssize(header.text()) + std::ssize(body);
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
