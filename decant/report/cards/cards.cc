#include "decant/report/cards/cards.h"

namespace decant::report {

std::unique_ptr<Cards> cards_of(const Dataset& source) {
  const Targets* const targets = source.train().targets();
  const CountedIn unit = targets == nullptr ? CountedIn::rows : targets->counted_in();
  if (source.train().pictures() != nullptr && unit == CountedIn::objects) return object_cards(source);
  if (source.train().pictures() != nullptr && unit == CountedIn::pixels) return mask_cards(source);
  if (source.train().pictures() != nullptr) return picture_cards(source);
  return source.train().texts() != nullptr ? text_cards(source) : nullptr;
}

}  // namespace decant::report
