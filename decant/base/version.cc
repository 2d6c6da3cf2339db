#include "decant/base/version.h"

namespace decant {

const char* const kVersion = DECANT_VERSION;

}  // namespace decant
