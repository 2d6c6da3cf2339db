// How a row is shown on the page: one implementation per kind of data.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "decant/data/dataset.h"

namespace decant::report {

constexpr int kThumbnailSide = 64;

struct Card {
  std::vector<std::byte> jpeg;  ///< joins the list of pictures that the page's script fills in; may be empty
  /// HTML, everything in it escaped. `slot`: place of `jpeg` in that list.
  std::function<std::string(size_t slot)> html;
};

class Cards {
 public:
  virtual ~Cards() = default;
  /// Nothing for a row that cannot be shown: it is passed over. Called from several threads at
  /// once.
  virtual std::optional<Card> card(int64_t row) const = 0;
};

/// Pictures at most kThumbnailSide pixels long. `source` must outlive the cards.
std::unique_ptr<Cards> picture_cards(const Dataset& source);

/// Pictures with their objects over them: boxes, outlines or masks. `source` must outlive the
/// cards; its rows have objects.
std::unique_ptr<Cards> object_cards(const Dataset& source);

/// Pictures with the classes of their pixels over them. `source` must outlive the cards; its rows
/// have masks.
std::unique_ptr<Cards> mask_cards(const Dataset& source);

/// What records say, escaped, at most 600 bytes of each. `source` must outlive the cards.
std::unique_ptr<Cards> text_cards(const Dataset& source);

/// Of the training rows, by what they can show; null where that is nothing.
std::unique_ptr<Cards> cards_of(const Dataset& source);

}  // namespace decant::report
