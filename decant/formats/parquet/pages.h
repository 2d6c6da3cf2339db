// Pages: the pieces of a column, each packed by itself. A page is found from the offset index, else
// from the headers of the pages before it, and is read alone.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "decant/formats/parquet/codecs.h"
#include "decant/formats/parquet/encodings.h"
#include "decant/formats/parquet/footer.h"

namespace decant::parquet {

struct PageHeader {
  enum class Kind { data = 0, index = 1, dictionary = 2, data2 = 3 };
  Kind kind = Kind::data;
  int64_t size = 0;    ///< of the header itself
  int64_t packed = 0;  ///< of what follows it
  int64_t unpacked = 0;
  std::optional<uint32_t> crc;
  int64_t entries = 0;
  Encoding encoding = Encoding::plain;
  Encoding def_encoding = Encoding::rle;
  Encoding rep_encoding = Encoding::rle;
  int64_t rows = -1;                   ///< of a page of the second kind
  int64_t def_size = 0, rep_size = 0;  ///< likewise
  bool is_packed = true;

  bool needs_dictionary() const { return encoding == Encoding::rle_dictionary || encoding == Encoding::plain_dictionary; }
};

/// At `bytes`. Throws InputError, also where the page would go beyond them.
PageHeader read_page_header(Bytes bytes, const Where& where);

struct PagePlace {
  int64_t begin = 0;      ///< in the file
  int64_t size = 0;       ///< header and all
  int64_t first_row = 0;  ///< of the row group; the page may begin inside the row before
};

/// A page, read. Without levels an entry is a row and a value.
struct Page {
  int64_t first_row = 0;
  int64_t entries = 0;
  std::vector<uint8_t> rep, def;   ///< by entry; empty where the column has no such levels
  std::vector<uint32_t> starts;    ///< of a column that repeats: entries at which a row begins
  std::vector<uint32_t> value_of;  ///< by entry, the number of values before it; empty where every entry has one
  Values values;
  Buffer body;                       ///< unpacked
  std::optional<SnappyIndex> index;  ///< in place of a body
  std::shared_ptr<const Page> dictionary;
  bool in_map = false;  ///< its values are views of the mapped file; not for packed ones, of which some are

  bool is_in_map(int64_t value) const {
    if (values.packed == nullptr) return in_map;
    const Span& span = values.spans[static_cast<size_t>(value)];
    return values.packed->is_literal(span.begin, span.size);
  }

  int64_t value_index(int64_t entry) const { return value_of.empty() ? entry : value_of[static_cast<size_t>(entry)]; }
  bool has_value(int64_t entry, int most_def) const { return def.empty() || def[static_cast<size_t>(entry)] == most_def; }
  int64_t memory() const;  ///< with that of a dictionary that it holds on to
};

/// A value wherever its bytes are: of a page, or another in its place.
class ValueView {
 public:
  /// Lives as long as the page.
  ValueView(const Page& page, int64_t value) : page_(&page), value_(value) {}
  /// Lives as long as the bytes.
  explicit ValueView(Bytes other) : other_(other) {}

  size_t size() const { return page_ == nullptr ? other_.size() : static_cast<size_t>(page_->values.size_of(value_)); }
  /// In one piece. Void when `scratch` changes.
  std::string_view text(std::vector<std::byte>& scratch) const {
    return page_ == nullptr ? as_text(other_) : page_->values.get(value_, scratch);
  }
  /// each(bytes, in_map) for the stretches that it consists of, in their order; in_map ones live as
  /// long as the file is open.
  template <class Each>
  void visit(Each&& each) const {
    if (page_ == nullptr) return each(other_, false);
    const Values& values = page_->values;
    if (values.packed == nullptr) return each(as_bytes(values.get_in_one(value_)), page_->in_map);
    const Span& span = values.spans[static_cast<size_t>(value_)];
    values.packed->visit(span.begin, span.size, each);
  }

 private:
  const Page* page_ = nullptr;
  int64_t value_ = 0;
  Bytes other_;
};

/// Reads a data page, or with Kind::dictionary a dictionary. `bytes`: header and all, and they must
/// outlive the page. Texts that snappy could not pack are left where they are (SnappyIndex);
/// everything else is unpacked; `before_unpacking` gets the number of bytes that this will take.
std::shared_ptr<Page> read_page(Bytes bytes, int codec, const Node& column, std::shared_ptr<const Page> dictionary, const Where& where,
                                const std::function<void(int64_t)>& before_unpacking = {});

/// The places of an offset index. Empty where they are not in order, or not all in the chunk.
std::vector<PagePlace> read_offset_index(Bytes bytes, const Chunk& chunk, int64_t rows, const Where& where);

}  // namespace decant::parquet
