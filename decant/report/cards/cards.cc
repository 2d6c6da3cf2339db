#include "decant/report/cards/cards.h"

namespace decant::report {

std::unique_ptr<Cards> cards_of(const Dataset& source) {
  return source.train().pictures() != nullptr ? picture_cards(source) : nullptr;
}

}  // namespace decant::report
