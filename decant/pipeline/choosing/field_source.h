// Pools and scores that the records themselves hold: "field:source" in place of a .npy.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "decant/base/context.h"
#include "decant/data/rows.h"
#include "decant/data/subset.h"

namespace decant {

/// "source" of "field:source"; nothing of anything else.
std::optional<std::string> field_named(std::string_view spec);

/// A number for each different value of the field, in the order of the values' bytes; kNoGroup for
/// rows without a value and for those `left_out`. Reads all records, on all threads. Throws
/// InputError where rows have no fields, where no row has this one (naming those there are), and
/// for more than 65,536 values.
std::vector<int32_t> groups_by_field(const Rows& rows, const Subset& left_out, const std::string& field, const Context& context);

/// The field as a number; NaN for rows that are `left_out`. Throws InputError as groups_by_field(),
/// and for a row without a value or with one that is no finite number, naming it.
std::vector<double> numbers_in_field(const Rows& rows, const Subset& left_out, const std::string& field, const Context& context);

}  // namespace decant
