#include "decant/pipeline/patching/set_sizes.h"

#include <algorithm>

#include "decant/patches/spend.h"

namespace decant {

Subset SetSizes::largest_within(int64_t budget, const Selection& selection, const std::function<Subset(int64_t count)>& draw) {
  const int64_t most = std::min(selection.serves_to, most_rows());
  const int64_t least = std::max<int64_t>(1, selection.serves_from);
  const auto taken = [&](int64_t count) { return count < least ? 0 : total(draw(count)); };
  const int64_t count = patches::largest_count(most, about(budget), taken, budget);
  if (count < least) refuse(budget, least, total(draw(least)));
  return draw(count);
}

}  // namespace decant
