#include "decant/base/text_table.h"

#include <algorithm>

#include "decant/base/printable.h"

namespace decant {
namespace {

size_t letters(const std::string& text) {  // of UTF-8
  return static_cast<size_t>(std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

}  // namespace

std::string text_table(std::vector<std::vector<std::string>> lines, const std::vector<bool>& right) {
  for (auto& line : lines) std::ranges::transform(line, line.begin(), [](const std::string& cell) { return printable(cell); });
  std::vector<size_t> widths(right.size());
  for (const auto& line : lines) {
    for (size_t c = 0; c < line.size(); ++c) widths[c] = std::max(widths[c], letters(line[c]));
  }
  std::string text;
  for (const auto& line : lines) {
    std::string joined;
    for (size_t c = 0; c < line.size(); ++c) {
      const std::string space(widths[c] - letters(line[c]), ' ');
      joined += (c == 0 ? "" : "  ") + (right[c] ? space + line[c] : line[c] + space);
    }
    text += joined.substr(0, joined.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

}  // namespace decant
