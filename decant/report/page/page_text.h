// page.css and page.js, which are next to this file and compiled in by CMakeLists.txt.
#pragma once

#include <string_view>

namespace decant::report {

extern const std::string_view kPageCss;
extern const std::string_view kPageJs;

}  // namespace decant::report
