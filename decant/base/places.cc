#include "decant/base/places.h"

#include <fmt/format.h>
#include <set>
#include <system_error>

#include "decant/base/errors.h"
#include "decant/base/name_pattern.h"

namespace decant {
namespace fs = std::filesystem;

fs::path real_path(const fs::path& path) {
  std::error_code code;
  const fs::path absolute = fs::absolute(path, code);
  fs::path real = fs::weakly_canonical(code ? path : absolute, code);
  if (code) real = absolute.lexically_normal();
  return real.has_filename() ? real : real.parent_path();
}

bool lies_in(const fs::path& path, const fs::path& folder) {
  const fs::path outer = real_path(folder);
  std::error_code ignored;
  for (fs::path inner = real_path(path);; inner = inner.parent_path()) {
    if (inner == outer || fs::equivalent(inner, outer, ignored)) return true;
    if (inner == inner.parent_path()) return false;
  }
}

namespace {

/// The files and folders that `input` names.
std::vector<fs::path> places_of(const std::string& input) {
  if (input.empty()) return {};
  std::error_code code;
  if (fs::exists(input, code)) return {input};
  if (!is_pattern(input)) return {};
  std::vector<fs::path> places;
  try {
    for (const std::string& name : expand_braces(input)) {
      if (!has_wildcard(name)) {
        places.emplace_back(name);
        continue;
      }
      for (const std::string& file : files_like(name)) places.emplace_back(file);
    }
  } catch (const InputError&) {  // the reader of the input says what is wrong with it
  }
  return places;
}

bool link_leads_into(const fs::path& folder, const fs::path& out, std::set<fs::path>& seen) {
  if (!seen.insert(real_path(folder)).second) return false;
  std::error_code code;
  for (fs::recursive_directory_iterator it(folder, code), end; !code && it != end; it.increment(code)) {
    if (!it->is_symlink(code)) continue;
    if (lies_in(it->path(), out)) return true;
    if (it->is_directory(code) && link_leads_into(it->path(), out, seen)) return true;
  }
  return false;
}

}  // namespace

std::string how_it_touches(const fs::path& out, const std::vector<std::string>& inputs) {
  for (const std::string& input : inputs) {
    for (const fs::path& place : places_of(input)) {
      const bool inside = lies_in(out, place);
      const bool around = lies_in(place, out);
      if (inside && around) return fmt::format("is the input '{}'", place.string());
      if (inside) return fmt::format("lies in the input '{}'", place.string());
      if (around) return fmt::format("holds the input '{}'", place.string());
    }
  }
  return "";
}

std::string how_links_touch(const fs::path& out, const std::vector<std::string>& inputs) {
  std::set<fs::path> seen;
  for (const std::string& input : inputs) {
    std::error_code code;
    if (fs::is_directory(input, code) && link_leads_into(input, out, seen)) return fmt::format("is linked from the input '{}'", input);
  }
  return "";
}

}  // namespace decant
