// How the values and levels of a page are written, and read again.
//
// Values of one width lie one after the other (a boolean takes a byte); texts are views. Every
// count comes from outside and is what the page must hold: less is an InputError, and nothing
// grows beyond it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "decant/base/file.h"
#include "decant/formats/parquet/footer.h"
#include "decant/formats/parquet/snappy_index.h"

namespace decant::parquet {

enum class Encoding {
  plain = 0,
  plain_dictionary = 2,
  rle = 3,
  bit_packed = 4,
  delta_binary = 5,
  delta_length = 6,
  delta_bytes = 7,
  rle_dictionary = 8,
  byte_stream_split = 9
};

/// Where a text lies in what a page would unpack to.
struct Span {
  uint32_t begin = 0;
  uint32_t size = 0;
};

/// The values of a page or of a dictionary, missing ones left out.
struct Values {
  int width = 0;  ///< bytes of each; 0 = they are texts
  int64_t count = 0;
  std::string_view fixed;               ///< count · width bytes
  std::vector<std::string_view> texts;  ///< count; none where they are packed
  std::string own;                      ///< where `fixed` or `texts` point, if not into the page
  const SnappyIndex* packed = nullptr;  ///< of a page that was not unpacked, whose texts are `spans` of it
  std::vector<Span> spans;              ///< count, where they are packed

  /// Void when `scratch` changes, into which it is put where it does not lie in one piece.
  std::string_view get(int64_t i, std::vector<std::byte>& scratch) const {
    if (packed == nullptr) return get_in_one(i);
    const Span& span = spans[static_cast<size_t>(i)];
    return as_text(packed->read(span.begin, span.size, scratch));
  }
  /// REQUIRES: that they are not packed.
  std::string_view get_in_one(int64_t i) const {
    const auto place = static_cast<size_t>(i);
    return width == 0 ? texts[place] : fixed.substr(place * static_cast<size_t>(width), static_cast<size_t>(width));
  }
  int64_t size_of(int64_t i) const {
    const auto place = static_cast<size_t>(i);
    if (packed != nullptr) return spans[place].size;
    return width == 0 ? std::ssize(texts[place]) : width;
  }
  int64_t memory() const {
    return static_cast<int64_t>(own.size() + texts.size() * sizeof(std::string_view) + spans.size() * sizeof(Span));
  }
};

/// Runs and bit-packed groups of 8, by turns: levels, dictionary indexes and booleans. Appends
/// `count` numbers of `bits` bits, each at most `most`.
void read_hybrid(Bytes in, int bits, int64_t count, uint32_t most, std::vector<uint32_t>& out, const Where& where);
/// Writes them, as one run where all are equal.
std::string write_hybrid(const std::vector<uint32_t>& numbers, int bits);
/// Of numbers up to `most`.
int bits_for(uint32_t most);

/// Reads `count` values of a column. `dictionary`: of the chunk, or null. What is read may point
/// into `in` and into the dictionary.
void read_values(Bytes in, Encoding encoding, const Node& column, int64_t count, const Values* dictionary, Values& out, const Where& where);

/// Reads `count` texts, PLAIN, of a page that is not unpacked, from `at` on.
void read_packed_texts(const SnappyIndex& packed, size_t at, int64_t count, Values& out, const Where& where);

/// Adds a value to a PLAIN page. Booleans are packed by write_booleans().
void append_plain(std::string& page, const Node& column, std::string_view value);
std::string write_booleans(std::string_view values);

}  // namespace decant::parquet
