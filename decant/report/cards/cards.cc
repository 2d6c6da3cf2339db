#include "decant/report/cards/cards.h"

namespace decant::report {

std::unique_ptr<Cards> cards_of(const Dataset& source) {
  if (source.train().pictures() != nullptr) return picture_cards(source);
  return source.train().texts() != nullptr ? text_cards(source) : nullptr;
}

}  // namespace decant::report
