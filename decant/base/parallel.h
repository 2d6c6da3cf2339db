// Data parallelism whose result cannot depend on the thread count: the range is cut into chunks of
// a fixed size, threads take chunks as they become free, and the result of a chunk depends only on
// its own [begin, end). Reduce by chunk number, in order.
#pragma once

#include <cstdint>
#include <functional>

#include "decant/base/context.h"

namespace decant {

/// Calls body(begin, end) for every chunk of [0, count), at most context.thread_count() at once.
/// The first exception stops the hand-out and is rethrown here. Cancellation is checked before
/// every chunk. Costs about 20 µs for each thread used: chunks should be worth more than that.
void parallel_for(const Context& context, int64_t count, int64_t chunk, const std::function<void(int64_t, int64_t)>& body);

}  // namespace decant
