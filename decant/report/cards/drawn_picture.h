// A thumbnail with what is annotated in it drawn over it: what cards of boxes and of masks share.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "decant/data/dataset.h"
#include "decant/data/image.h"
#include "decant/report/cards/cards.h"

namespace decant::report {

/// The picture of a row, decoded, and its thumbnail; nothing where it cannot be read.
struct DrawnPicture {
  Image whole;
  Image small;
};
std::optional<DrawnPicture> drawn_picture(const Rows& rows, int64_t row);

/// The card of a picture with `above`, HTML, drawn over it. `what`: what is in it, in words.
Card drawn_card(const Dataset& source, int64_t row, const DrawnPicture& picture, const std::string& what, std::string above);

/// "3 × dog, 1 × cat" of what a row holds, or `none`. `amount`: a count as text.
std::string amounts_in_words(const Dataset& source, int64_t row, const char* none, const std::function<std::string(int64_t)>& amount);

}  // namespace decant::report
