#include "decant/pipeline/choosing/named_columns.h"

#include <algorithm>

#include "decant/pipeline/choosing/bytes_per_pixel.h"
#include "decant/pipeline/choosing/shape_complexity.h"

namespace decant {

const std::vector<NamedColumn>& named_columns() {
  static const std::vector<NamedColumn> all = {{kBytesPerPixel, bytes_per_pixel}, {kShapeComplexity, shape_complexity}};
  return all;
}

const NamedColumn* named_column(std::string_view name) {
  const auto found = std::ranges::find(named_columns(), name, &NamedColumn::name);
  return found == named_columns().end() ? nullptr : &*found;
}

}  // namespace decant
