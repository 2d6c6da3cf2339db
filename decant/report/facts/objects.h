// What the rows hold, where they hold objects: how many a picture has, and how large they are,
// before and after.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "decant/data/rows.h"
#include "decant/data/run_record.h"
#include "decant/report/facts/row_facts.h"

namespace decant::report {

struct ObjectFacts {
  std::vector<PartRecord> by_count;  ///< pictures with 0, 1, 2 to 3, 4 to 7, … objects, to the last that there is
  std::vector<PartRecord> by_size;   ///< objects by COCO's three sizes of area
};

/// Nothing where rows hold no objects with boxes. Linear in the objects.
std::optional<ObjectFacts> object_facts(const Rows& source, const RowFacts& rows);

/// The classes of which less is kept than random rows would hold, by at least a fifth and by more
/// than chance: where a random share of the rows holds Poisson many rows of the class, less than
/// one draw in 40. By what is left of what was expected, the least first.
std::vector<ContentRecord::OfClass> classes_that_lost(const ContentRecord& content, int64_t rows, int64_t kept);

}  // namespace decant::report
