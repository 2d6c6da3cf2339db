// Ranks that are threads of this process: the collective code without a launcher. Tests use it.
#pragma once

#include <functional>

#include "decant/comm/comm.h"

namespace decant {

/// Runs body(comm) on `size` threads, each with its own rank, and waits for them. When one throws,
/// the others' next collective call throws Cancelled, and the first exception is rethrown here.
void run_ranks(int size, const std::function<void(Comm&)>& body);

}  // namespace decant
