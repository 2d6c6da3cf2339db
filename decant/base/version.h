#pragma once

namespace decant {

/// "0.1.0": the project's version, as CMakeLists.txt has it.
extern const char* const kVersion;

}  // namespace decant
