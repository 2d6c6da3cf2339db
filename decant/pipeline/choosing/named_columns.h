// Scores that --scores names and that are computed from the rows: a column like one of the user's.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "decant/base/context.h"
#include "decant/data/rows.h"
#include "decant/data/subset.h"

namespace decant {

struct NamedColumn {
  std::string name;
  /// Of all rows; NaN for those left out.
  std::function<std::vector<double>(const Rows& rows, const Subset& left_out, const Context& context)> compute;
};

/// One line for each in named_columns.cc.
const std::vector<NamedColumn>& named_columns();
/// Null for a name that none has.
const NamedColumn* named_column(std::string_view name);

}  // namespace decant
