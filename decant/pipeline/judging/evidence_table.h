#pragma once

#include <string>

#include "decant/data/evidence.h"

namespace decant {

/// For people, a table per metric: net, set, keep, rows, value ± 95 % interval, differences to
/// random rows of the same budget and to full, protocol; below it, with several nets, how far they
/// agree about the order of the sets.
std::string evidence_table(const Evidence& evidence);

}  // namespace decant
