// Tables for terminals.
#pragma once

#include <string>
#include <vector>

namespace decant {

/// Columns as wide as their widest entry, counted in characters, two spaces apart, a line each;
/// entries are made printable(). `right`: which columns are set flush right, one flag for each.
std::string text_table(std::vector<std::vector<std::string>> lines, const std::vector<bool>& right);

}  // namespace decant
