// Text as BERT's tokenizers see it: normalised and cut into words, which WordPiece then cuts
// further.
//
//     clean           control and format characters and U+FFFD vanish; every kind of space is a space
//     chinese_apart   each character of the CJK blocks is a word of its own
//     strip_accents   canonical decomposition (NFD); nonspacing marks vanish
//     lower_case      each character by itself
//
// in this order. Words end at spaces, and each punctuation character is a word, ASCII's symbols
// among them.
//
//     J. Devlin et al., "BERT", NAACL 2019, and BertNormalizer with BertPreTokenizer of Hugging Face's
//     tokenizers, whose rules are restated here character by character.
//
// Properties of characters are utf8proc's (Unicode 15). tokenizers 0.23 has categories of Unicode
// 8: of all characters, each between two letters, 624 come out differently, all given a category
// since, most of them marks and punctuation of rare scripts. What decomposes is not put into
// canonical order, which matters to a few musical and Hangul tone marks: all other marks that it
// moves vanish.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "decant/text/words.h"

namespace decant::text {

struct BertNormaliser {
  bool clean = true;
  bool chinese_apart = true;
  bool strip_accents = true;
  bool lower_case = true;
};

/// What one character becomes: up to four characters, each with its part in a word.
struct BertCharacters {
  enum class Part : uint8_t { letter, space, alone };
  struct One {
    char32_t character = 0;
    Part part = Part::letter;
  };
  std::array<One, 4> all = {};
  size_t count = 0;

  const One* begin() const { return all.data(); }
  const One* end() const { return all.data() + count; }
};
BertCharacters normalised(char32_t character, const BertNormaliser& options);

/// Cuts texts into words. Holds scratch and a table of ASCII: one per thread.
class BertWords {
 public:
  /// Of a word of more than `longest` characters only the beginning is kept.
  BertWords(const BertNormaliser& options, int64_t longest);

  /// Calls visit(std::string_view word, bool too_long) for every word, in order. The view is void
  /// with the next word. What is not UTF-8 is U+FFFD, a byte each. Linear.
  template <class Visit>
  void each(std::string_view text, Visit visit) {
    word_.clear();
    characters_ = 0;
    for (size_t at = 0; at < text.size();) {
      const auto byte = static_cast<unsigned char>(text[at]);
      if (byte < 0x80) {
        ++at;
        for (const auto& one : ascii_[byte]) add(one, visit);
        continue;
      }
      const Decoded next = decode_utf8(text.substr(at));
      at += next.size;
      for (const auto& one : normalised(next.character, options_)) add(one, visit);
    }
    finish(visit);
  }

 private:
  template <class Visit>
  void add(const BertCharacters::One& one, Visit& visit) {
    if (one.part != BertCharacters::Part::letter) finish(visit);
    if (one.part == BertCharacters::Part::space) return;
    append(one.character);
    if (one.part == BertCharacters::Part::alone) finish(visit);
  }

  void append(char32_t character) {
    if (++characters_ > longest_) return;
    if (character < 0x80)
      word_ += static_cast<char>(character);
    else
      append_utf8(character, word_);
  }

  template <class Visit>
  void finish(Visit& visit) {
    if (characters_ > 0) visit(std::string_view(word_), characters_ > longest_);
    word_.clear();
    characters_ = 0;
  }

  BertNormaliser options_;
  int64_t longest_;
  std::array<BertCharacters, 128> ascii_;
  std::string word_;
  int64_t characters_ = 0;
};

}  // namespace decant::text
