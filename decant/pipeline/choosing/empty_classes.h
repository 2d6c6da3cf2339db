// Classes of which a small set keeps nothing: counts stay exact, but whoever trains on it should
// know.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "decant/base/context.h"
#include "decant/data/selection.h"

namespace decant {

/// The smallest number of rows from which on share() gives every part one, or a little more than
/// that where finding it would take long. REQUIRES: sizes > 0.
int64_t enough_for_all(std::span<const int64_t> sizes);

/// Warns where classes that the selection places keep no row: "2 of 10 classes keep no row at this
/// ratio (first: cat); from --keep 60 on every class keeps one". `labels`: the class of each row;
/// kNoLabel is none. `name`: of a class. `by_class`: every class is a pool.
void warn_of_empty_classes(const Selection& selection, const Column<int32_t>& labels, const Subset& kept, bool by_class,
                           const std::function<std::string(int32_t)>& name, const Context& context);

}  // namespace decant
