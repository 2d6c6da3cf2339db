#include "decant/dedup/pair_limit.h"

#include "decant/base/errors.h"
#include "decant/base/text.h"

namespace decant {

void PairLimit::give_up() const {
  throw InputError(
      {"", "", fmt::format("more than {} pairs of rows have a similarity of {} or more", human_count(most_), threshold_), remedy_});
}

}  // namespace decant
