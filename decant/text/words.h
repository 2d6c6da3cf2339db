// What a word is, for everything that counts words.
//
// Text is lower-cased and cut where a character is neither letter, digit nor mark: "Don't stop" is
// "don", "t", "stop". A character of a script without spaces (Han, Hiragana, Katakana, Hangul is
// spaced and is not one) is a word of its own. Bytes that are not UTF-8 separate words.
//
// Letters and their lower case follow rules of a line for each script (Latin, Greek, Cyrillic,
// Armenian) and not the whole of Unicode's tables: beyond those scripts everything from U+00AA that
// is no punctuation, space or symbol of the common blocks is a letter and has one case. That is
// enough to count with; it is not for tokenizers of models, which have their own.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace decant::text {

/// Decodes the character at the beginning of `text`, which is not empty. `size`: its bytes; what is
/// not UTF-8 is U+FFFD and one byte.
struct Decoded {
  char32_t character = 0;
  size_t size = 1;
};
Decoded decode_utf8(std::string_view text);
void append_utf8(char32_t character, std::string& out);

enum class Kind { separator, letter, whole_word };
Kind kind_of(char32_t character);
char32_t lower_case(char32_t character);

/// Calls visit(std::string_view) for every word, in order. The view is into `scratch` and is void
/// with the next word. Linear.
template <class Visit>
void each_word(std::string_view text, std::string& scratch, Visit visit) {
  scratch.clear();
  const auto finish = [&] {
    if (!scratch.empty()) visit(std::string_view(scratch));
    scratch.clear();
  };
  for (size_t at = 0; at < text.size();) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte < 0x80) {
      ++at;
      const bool small = (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9');
      const bool capital = byte >= 'A' && byte <= 'Z';
      if (small || capital)
        scratch += static_cast<char>(capital ? byte + 32 : byte);
      else
        finish();
      continue;
    }
    const Decoded next = decode_utf8(text.substr(at));
    at += next.size;
    const Kind kind = kind_of(next.character);
    if (kind != Kind::letter) finish();
    if (kind != Kind::separator) append_utf8(lower_case(next.character), scratch);
    if (kind == Kind::whole_word) finish();
  }
  finish();
}

}  // namespace decant::text
