#include "decant/formats/parquet/pages.h"

#include <algorithm>
#include <cstring>
#include <utility>
#include <zlib.h>

#include "decant/base/text.h"
#include "decant/formats/parquet/codecs.h"
#include "decant/formats/parquet/thrift.h"

namespace decant::parquet {
namespace {

constexpr int64_t kMostEntries = int64_t{1} << 24;  // a run of one level takes no bytes worth counting
constexpr size_t kMostHeader = size_t{1} << 16;     // statistics of long values are in it

Encoding read_encoding(ThriftReader& reader, Thrift type, const Where& where) {
  const int32_t code = reader.whole32(type);
  if (code < 0 || code > 9 || code == 1) where.refuse(fmt::format("has encoding {}, which decant does not know", code));
  return static_cast<Encoding>(code);
}

void read_data_header(ThriftReader& reader, Thrift object, PageHeader& header, const Where& where) {
  reader.each_field(object, [&](int id, Thrift type) {
    switch (id) {
      case 1:
        header.entries = reader.whole32(type);
        break;
      case 2:
        header.encoding = read_encoding(reader, type, where);
        break;
      case 3:
        header.def_encoding = read_encoding(reader, type, where);
        break;
      case 4:
        header.rep_encoding = read_encoding(reader, type, where);
        break;
      default:
        reader.skip(type);
    }
  });
}

void read_dictionary_header(ThriftReader& reader, Thrift object, PageHeader& header) {
  reader.each_field(object, [&](int id, Thrift type) {
    if (id == 1)
      header.entries = reader.whole32(type);
    else
      reader.skip(type);  // its encoding is PLAIN, whatever it is called
  });
}

void read_data2_header(ThriftReader& reader, Thrift object, PageHeader& header, const Where& where) {
  reader.each_field(object, [&](int id, Thrift type) {
    switch (id) {
      case 1:
        header.entries = reader.whole32(type);
        break;
      case 3:
        header.rows = reader.whole32(type);
        break;
      case 4:
        header.encoding = read_encoding(reader, type, where);
        break;
      case 5:
        header.def_size = reader.whole32(type);
        break;
      case 6:
        header.rep_size = reader.whole32(type);
        break;
      case 7:
        header.is_packed = reader.flag(type);
        break;
      default:
        reader.skip(type);
    }
  });
}

void read_header_fields(ThriftReader& reader, PageHeader& header, const Where& where) {
  reader.each_field([&](int id, Thrift type) {
    switch (id) {
      case 1: {
        const int32_t kind = reader.whole32(type);
        if (kind < 0 || kind > 3) where.refuse(fmt::format("is of a kind {} that Parquet does not have", kind));
        header.kind = static_cast<PageHeader::Kind>(kind);
        break;
      }
      case 2:
        header.unpacked = reader.whole32(type);
        break;
      case 3:
        header.packed = reader.whole32(type);
        break;
      case 4:
        header.crc = static_cast<uint32_t>(reader.whole32(type));
        break;
      case 5:
        read_data_header(reader, type, header, where);
        break;
      case 7:
        read_dictionary_header(reader, type, header);
        break;
      case 8:
        read_data2_header(reader, type, header, where);
        break;
      default:
        reader.skip(type);
    }
  });
}

/// What is left of a page while it is read.
class PageBody {
 public:
  PageBody(const PageHeader& header, Bytes bytes, int codec, const Node& column, Page& page, const Where& where,
           const std::function<void(int64_t)>& before_unpacking)
      : header_(header), rest_(bytes), codec_(codec), column_(column), page_(page), where_(where), before_unpacking_(before_unpacking) {}

  void read(std::shared_ptr<const Page> dictionary) {
    page_.entries = header_.entries;
    if (header_.kind == PageHeader::Kind::data) unpack_rest(header_.unpacked);
    if (header_.kind == PageHeader::Kind::data2) {
      read_levels(header_.rep_size, column_.most_rep, page_.rep);
      read_levels(header_.def_size, column_.most_def, page_.def);
      if (header_.is_packed) unpack_rest(header_.unpacked - header_.rep_size - header_.def_size);
    } else if (header_.kind == PageHeader::Kind::data) {
      if (column_.most_rep > 0) read_levels(sized(header_.rep_encoding), column_.most_rep, page_.rep);
      if (column_.most_def > 0) read_levels(sized(header_.def_encoding), column_.most_def, page_.def);
    } else {
      unpack_rest(header_.unpacked);
    }
    find_rows();
    const Values* const known = dictionary ? &dictionary->values : nullptr;
    if (page_.index)
      read_packed_texts(*page_.index, in_index_, count_values(), page_.values, where_);
    else
      read_values(rest_, header_.encoding, column_, count_values(), known, page_.values, where_);
    if (header_.needs_dictionary() && page_.values.width == 0) page_.dictionary = std::move(dictionary);  // its texts are pointed at
    page_.in_map = page_.body.empty() && page_.values.own.empty() && (page_.dictionary == nullptr || page_.dictionary->in_map);
  }

 private:
  void unpack_rest(int64_t size) {
    if (size < 0) where_.refuse("has levels longer than itself");
    if (codec_ == kUncompressed) {
      if (static_cast<size_t>(size) != rest_.size()) where_.refuse(fmt::format("claims {} bytes and has {}", size, rest_.size()));
      return;
    }
    if (size == 0 && rest_.empty()) return;
    const bool plain_texts = column_.width == 0 && (header_.encoding == Encoding::plain || header_.kind == PageHeader::Kind::dictionary);
    if (codec_ == kSnappy && plain_texts) page_.index = SnappyIndex::make(rest_, static_cast<size_t>(size), where_);
    if (page_.index) return;
    if (before_unpacking_) before_unpacking_(size);
    unpack(codec_, rest_, static_cast<size_t>(size), page_.body, where_);
    rest_ = page_.body.bytes();
  }

  /// The length that stands before levels of the first kind of page.
  int64_t sized(Encoding encoding) {
    if (encoding != Encoding::rle)
      where_.refuse("has levels in the encoding BIT_PACKED, which was given up in 2013", "Write it anew, in Python, with pyarrow");
    uint32_t size = 0;
    std::memcpy(&size, take(4).data(), 4);
    return size;
  }

  /// The next bytes of the levels. Void with the next call.
  Bytes take(int64_t size) {
    const size_t left = page_.index ? page_.index->size() - in_index_ : rest_.size();
    if (size < 0 || static_cast<uint64_t>(size) > left) where_.refuse("ends in its levels");
    const auto wanted = static_cast<size_t>(size);
    if (page_.index) return page_.index->read(std::exchange(in_index_, in_index_ + wanted), wanted, scratch_);
    const Bytes taken = rest_.first(wanted);
    rest_ = rest_.subspan(wanted);
    return taken;
  }

  void read_levels(int64_t size, int most, std::vector<uint8_t>& out) {
    const Bytes levels = take(size);
    if (most == 0) return;
    std::vector<uint32_t> numbers;
    read_hybrid(levels, bits_for(static_cast<uint32_t>(most)), header_.entries, static_cast<uint32_t>(most), numbers, where_);
    out.assign(numbers.begin(), numbers.end());
  }

  void find_rows() {
    for (size_t i = 0; i < page_.rep.size(); ++i) {
      if (page_.rep[i] == 0) page_.starts.push_back(static_cast<uint32_t>(i));
    }
  }

  int64_t count_values() {
    if (page_.def.empty()) return header_.entries;
    const auto most = static_cast<uint8_t>(column_.most_def);
    const int64_t count = std::ranges::count(page_.def, most);
    if (count == header_.entries) return count;
    uint32_t before = 0;
    page_.value_of.reserve(page_.def.size());
    for (const uint8_t level : page_.def) {
      page_.value_of.push_back(before);
      before += level == most ? 1 : 0;
    }
    return count;
  }

  const PageHeader& header_;
  Bytes rest_;
  int codec_;
  const Node& column_;
  Page& page_;
  const Where& where_;
  const std::function<void(int64_t)>& before_unpacking_;
  size_t in_index_ = 0;  ///< what was taken of a page that is not unpacked
  std::vector<std::byte> scratch_;
};

void require_crc(const PageHeader& header, Bytes body, const Where& where) {
  if (!header.crc) return;
  const uLong crc = crc32_z(0, reinterpret_cast<const Bytef*>(body.data()), body.size());
  if (static_cast<uint32_t>(crc) != *header.crc) where.refuse("does not have the checksum (CRC) that its header names");
}

}  // namespace

int64_t Page::memory() const {
  return static_cast<int64_t>(sizeof(Page) + body.size() + rep.size() + def.size() + 4 * (starts.size() + value_of.size())) +
         values.memory() + (index ? index->memory() : 0) + (dictionary ? dictionary->memory() : 0);
}

PageHeader read_page_header(Bytes bytes, const Where& where) {
  PageHeader header;
  ThriftReader reader(bytes.first(std::min(bytes.size(), kMostHeader)), where);
  read_header_fields(reader, header, where);
  header.size = static_cast<int64_t>(reader.at());
  if (header.packed < 0 || header.unpacked < 0 || header.entries < 0) where.refuse("has a negative size");
  if (header.packed > std::ssize(bytes) - header.size)
    where.refuse(
        fmt::format("claims {} and {} are left of its column", human_bytes(header.packed), human_bytes(std::ssize(bytes) - header.size)));
  if (header.entries > kMostEntries + 8 * header.packed)
    where.refuse(fmt::format("claims {} values in {}", human_count(header.entries), human_bytes(header.packed)));
  return header;
}

std::shared_ptr<Page> read_page(Bytes bytes, int codec, const Node& column, std::shared_ptr<const Page> dictionary, const Where& where,
                                const std::function<void(int64_t)>& before_unpacking) {
  const PageHeader header = read_page_header(bytes, where);
  const Bytes body = bytes.subspan(static_cast<size_t>(header.size), static_cast<size_t>(header.packed));
  if (header.kind == PageHeader::Kind::index) where.refuse("is no data page");
  require_crc(header, body, where);
  auto page = std::make_shared<Page>();
  if (header.kind == PageHeader::Kind::dictionary) {
    Node alone = column;  // a dictionary has no levels
    alone.most_def = alone.most_rep = 0;
    PageBody(header, body, codec, alone, *page, where, before_unpacking).read(nullptr);
  } else {
    PageBody(header, body, codec, column, *page, where, before_unpacking).read(std::move(dictionary));
  }
  return page;
}

std::vector<PagePlace> read_offset_index(Bytes bytes, const Chunk& chunk, int64_t rows, const Where& where) {
  std::vector<PagePlace> places;
  ThriftReader reader(bytes, where);
  reader.each_field([&](int id, Thrift type) {
    if (id != 1) return reader.skip(type);
    reader.each_element(type, [&](Thrift element) {
      PagePlace place;
      reader.each_field(element, [&](int part, Thrift value) {
        if (part == 1)
          place.begin = reader.whole(value);
        else if (part == 2)
          place.size = reader.whole32(value);
        else if (part == 3)
          place.first_row = reader.whole(value);
        else
          reader.skip(value);
      });
      places.push_back(place);
    });
  });
  int64_t at = chunk.data_begin;
  for (size_t i = 0; i < places.size(); ++i) {
    const PagePlace& place = places[i];
    const bool in_order = i == 0 ? place.first_row == 0 : place.first_row > places[i - 1].first_row;
    if (!in_order || place.first_row >= rows || place.begin < at || place.size <= 0 || place.size > chunk.begin + chunk.size - place.begin)
      return {};
    at = place.begin + place.size;
  }
  return places;
}

}  // namespace decant::parquet
