#include "decant/data/features.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "decant/base/errors.h"

namespace decant {

void require_finite(const Features& features, const std::string& name, const std::vector<bool>& skip) {
  for (int64_t row = 0; row < features.count(); ++row) {
    if (!skip.empty() && skip[static_cast<size_t>(row)]) continue;
    const auto values = features.rows[row];
    // A NaN or an infinity times zero is a NaN, and a NaN sticks: one cheap sum finds whether to look closer.
    float trap = 0;
    for (const float value : values) trap += value * 0.0F;
    if (trap == 0.0F) continue;
    const auto bad = std::find_if(values.begin(), values.end(), [](float v) { return !std::isfinite(v); });
    throw InputError({name, fmt::format("row {}, column {}", row, bad - values.begin()), fmt::format("holds {}", *bad),
                      "Features must be finite numbers; mend or drop this row"});
  }
}

}  // namespace decant
