#include <fmt/format.h>

#include "decant/report/html.h"
#include "decant/report/page/sections.h"

namespace decant::report {

std::string page_head(std::string_view title, std::string_view policy, std::string_view css, std::string_view more_css) {
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta "
      "http-equiv=\"Content-Security-Policy\" content=\"{}\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" "
      "content=\"light dark\">\n"
      "<title>{}</title>\n<style>\n{}{}</style>\n</head>\n<body>\n<main>\n",
      policy, escape(title), css, more_css);
}

std::string section(std::string_view id, std::string_view heading, const std::string& note, const std::string& body) {
  return fmt::format("<section id=\"{}\">\n<header><h2>{}</h2>{}</header>\n<div class=\"body\">\n{}</div>\n</section>\n", id,
                     escape(heading), note, body);
}

std::string command_box(std::string_view command) {
  return fmt::format("<div class=\"command\"><code>{}</code><button type=\"button\" class=\"copy\">Copy</button></div>\n", escape(command));
}

}  // namespace decant::report
