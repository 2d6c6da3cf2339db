#include "decant/report/cards/cards.h"

namespace decant::report {

std::unique_ptr<Cards> cards_of(const Dataset& source) {
  const Targets* const targets = source.train().targets();
  if (source.train().pictures() != nullptr)
    return targets != nullptr && targets->counted_in() == CountedIn::objects ? object_cards(source) : picture_cards(source);
  return source.train().texts() != nullptr ? text_cards(source) : nullptr;
}

}  // namespace decant::report
