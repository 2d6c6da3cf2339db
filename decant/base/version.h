#pragma once

namespace decant {
inline constexpr const char* kVersion = "0.1.0";
}
