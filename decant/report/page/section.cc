#include <fmt/format.h>

#include "decant/report/html.h"
#include "decant/report/page/sections.h"

namespace decant::report {

std::string section(std::string_view id, std::string_view heading, const std::string& note, const std::string& body) {
  return fmt::format("<section id=\"{}\">\n<header><h2>{}</h2>{}</header>\n<div class=\"body\">\n{}</div>\n</section>\n", id,
                     escape(heading), note, body);
}

std::string command_box(std::string_view command) {
  return fmt::format("<div class=\"command\"><code>{}</code><button type=\"button\" class=\"copy\">Copy</button></div>\n", escape(command));
}

}  // namespace decant::report
