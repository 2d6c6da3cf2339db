// Memory of CPU tensors, used again instead of being returned to the system after every operation.
//
// A training step asks for the same few hundred blocks each time, many of them megabytes. The
// system's allocator gets blocks of that size from the kernel and gives them back when they are
// freed, so every step pays for fresh zeroed pages: 2 million page faults in five steps of
// ConvNet-3 on 256 pictures, two fifths of its processor time. Kept blocks cost nothing to hand out
// again.
//
// The price is memory: what was the peak stays taken until the scope ends, and blocks of unlike
// sizes cannot replace each other (a free block serves requests down to four fifths of its size).
#pragma once

namespace decant::nn {

/// While at least one of these lives, in any thread, freed blocks of CPU tensors (those of 32 KB
/// and more) are kept for the next request; when the last one goes, they are returned to the
/// system. Tensors may outlive the scope. Results do not change. Thread-safe.
class MemoryReuse {
 public:
  MemoryReuse();
  ~MemoryReuse();
  MemoryReuse(const MemoryReuse&) = delete;
  MemoryReuse& operator=(const MemoryReuse&) = delete;
};

}  // namespace decant::nn
