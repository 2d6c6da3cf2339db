#include "decant/base/random.h"

#include <algorithm>

#include "decant/patches/importance/methods.h"

namespace decant::patches {
namespace {

void fill_at_random(const ImportanceJob& job, MatrixView<float> out, const Context& context) {
  for (int64_t row = 0; row < out.rows; ++row) {
    context.check_cancelled();
    if (std::ranges::binary_search(job.bad, row)) continue;
    Random random(job.seed, "importance", static_cast<uint64_t>(row));
    for (float& value : out[row]) value = static_cast<float>(random.uniform());
  }
}

}  // namespace

ImportanceMethod random_importance() {
  return {.name = "random", .summary = "chance", .draws = true, .fill = fill_at_random};
}

}  // namespace decant::patches
