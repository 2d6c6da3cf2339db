#include "decant/text/byte_pieces.h"

#include <array>
#include <utf8proc.h>

#include "decant/text/words.h"

namespace decant::text {
namespace {

enum class PieceKind { letter, number, space, sign };

/// Unicode's White_Space.
bool is_white(char32_t c) {
  return (c >= 0x09 && c <= 0x0d) || c == ' ' || c == 0x85 || c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x2028 ||
         c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}

PieceKind piece_kind_of(char32_t c) {
  if (is_white(c)) return PieceKind::space;
  const utf8proc_category_t category = utf8proc_category(static_cast<utf8proc_int32_t>(c));
  if (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO) return PieceKind::letter;
  return category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO ? PieceKind::number : PieceKind::sign;
}

struct Run {
  size_t end = 0;   ///< past the characters of one kind
  size_t last = 0;  ///< where the last of them begins
};

Run run_of(std::string_view text, size_t begin, PieceKind kind) {
  Run run{begin, begin};
  while (run.end < text.size()) {
    const Decoded next = decode_utf8(text.substr(run.end));
    if (piece_kind_of(next.character) != kind) break;
    run.last = run.end;
    run.end += next.size;
  }
  return run;
}

size_t english_ending(std::string_view text) {
  for (const std::string_view ending : {"'s", "'t", "'re", "'ve", "'m", "'ll", "'d"}) {
    if (text.starts_with(ending)) return ending.size();
  }
  return 0;
}

}  // namespace

std::string_view first_piece(std::string_view text) {
  if (const size_t ending = english_ending(text); ending > 0) return text.substr(0, ending);
  const size_t begin = text.front() == ' ' && text.size() > 1 ? 1 : 0;
  const PieceKind kind = piece_kind_of(decode_utf8(text.substr(begin)).character);
  if (kind != PieceKind::space) return text.substr(0, run_of(text, begin, kind).end);
  const Run spaces = run_of(text, 0, PieceKind::space);
  return text.substr(0, spaces.end == text.size() || spaces.last == 0 ? spaces.end : spaces.last);
}

}  // namespace decant::text
