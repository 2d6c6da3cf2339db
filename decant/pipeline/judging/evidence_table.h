#pragma once

#include <string>

#include "decant/evaluate/evidence.h"

namespace decant {

/// For people: net, set, keep, rows, accuracy ± 95 % interval, differences to random rows of the same number and to full, protocol; below
/// it, with several nets, how far they agree about the order of the sets.
std::string evidence_table(const evaluate::Evidence& evidence);

}  // namespace decant
