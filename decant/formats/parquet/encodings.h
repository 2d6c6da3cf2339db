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

/// The values of a page or of a dictionary, missing ones left out.
struct Values {
  int width = 0;  ///< bytes of each; 0 = they are texts
  int64_t count = 0;
  std::string_view fixed;               ///< count · width bytes
  std::vector<std::string_view> texts;  ///< count
  std::string own;                      ///< where `fixed` or `texts` point, if not into the page

  std::string_view operator[](int64_t i) const {
    return width == 0 ? texts[static_cast<size_t>(i)] : fixed.substr(static_cast<size_t>(i * width), static_cast<size_t>(width));
  }
  int64_t memory() const { return static_cast<int64_t>(own.size() + texts.size() * sizeof(std::string_view)); }
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

/// Adds a value to a PLAIN page. Booleans are packed by write_booleans().
void append_plain(std::string& page, const Node& column, std::string_view value);
std::string write_booleans(std::string_view values);

}  // namespace decant::parquet
