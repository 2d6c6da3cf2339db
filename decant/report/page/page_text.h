// page.css, made.css, records.css, objects.css, copies.css and page.js, which are next to this file
// and compiled in by CMakeLists.txt.
#pragma once

#include <string_view>

namespace decant::report {

extern const std::string_view kPageCss;
extern const std::string_view kMadeCss;     ///< of synthetic sets besides
extern const std::string_view kRecordsCss;  ///< of records of text besides
extern const std::string_view kObjectsCss;  ///< of pictures with boxes besides
extern const std::string_view kCopiesCss;   ///< of the page of copies besides
extern const std::string_view kPageJs;

}  // namespace decant::report
