// page.css and page.js, which lie beside this file and are built in by CMakeLists.txt.
#pragma once

#include <string_view>

namespace decant::report {

extern const std::string_view kPageCss;
extern const std::string_view kPageJs;

}  // namespace decant::report
