// Texts cut into the pieces that byte-pair encodings of GPT-2's family work within: no token spans
// two of them. Of the pattern
//
//     's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
//
// that is: an English ending; letters, numbers or other signs with the space before them; spaces,
// of which the last is left to what follows. The pieces are the text, in order.
//
//     A. Radford et al., "Language models are unsupervised multitask learners", 2019.
#pragma once

#include <string_view>

namespace decant::text {

/// The first piece of a text that is not empty. Bytes that are no UTF-8 are signs of one byte.
/// Categories are utf8proc's (Unicode 15). Linear in the piece.
std::string_view first_piece(std::string_view text);

/// Calls visit(std::string_view) for every piece, in order.
template <class Visit>
void each_piece(std::string_view text, Visit visit) {
  while (!text.empty()) {
    const std::string_view piece = first_piece(text);
    visit(piece);
    text.remove_prefix(piece.size());
  }
}

}  // namespace decant::text
