// Which instruction sets the kernels may use. Kernels that filter may differ in a last bit between
// them, which changes how much is looked at but never what is found; ranks that must take the same
// decisions all use what each of them has.
#pragma once

#include <cstdint>

namespace decant {

/// The instruction sets that are in use, as a set of bits.
int64_t vector_targets();
/// Leaves out every instruction set that is not in `targets`. Call it before kernels run on other
/// threads.
void use_only_targets(int64_t targets);

}  // namespace decant
