#include "decant/base/random.h"

#include "decant/patches/importance/methods.h"

namespace decant::patches {
namespace {

void fill_at_random(const ImportanceJob& job, MatrixView<float> out, const Context& context) {
  for (const int64_t row : rows_asked(job)) {
    context.check_cancelled();
    Random random(job.seed, "importance", static_cast<uint64_t>(row));
    for (float& value : out[row]) value = static_cast<float>(random.uniform());
  }
}

}  // namespace

ImportanceMethod random_importance() {
  return {.name = "random", .summary = "chance", .draws = true, .fill = fill_at_random};
}

}  // namespace decant::patches
