#include "decant/formats/npy/npy_shards.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <filesystem>
#include <optional>
#include <set>
#include <string_view>

#include "decant/base/errors.h"
#include "decant/base/name_pattern.h"

namespace decant {
namespace fs = std::filesystem;
namespace {

/// A name around its last number: "feats-", 17, ".npy".
struct NumberedName {
  std::string_view before, after;
  int64_t number = 0;
};

std::optional<NumberedName> last_number(std::string_view name) {
  const auto is_digit = [](char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; };
  const auto end = std::find_if(name.rbegin(), name.rend(), is_digit).base() - name.begin();
  auto begin = end;
  while (begin > 0 && is_digit(name[static_cast<size_t>(begin) - 1])) --begin;
  NumberedName found{name.substr(0, static_cast<size_t>(begin)), name.substr(static_cast<size_t>(end))};
  const auto [stop, code] = std::from_chars(name.data() + begin, name.data() + end, found.number);
  if (begin == end || code != std::errc()) return std::nullopt;
  return found;
}

/// Wildcards take whatever is there: a number that is left out is worth a word, and an order that
/// is not the numbers' (9 after 10) would give every label to another row.
void check_numbers(const std::string& spec, const std::vector<std::string>& paths, std::vector<Oddity>& oddities) {
  for (size_t i = 1; i < paths.size(); ++i) {
    const auto a = last_number(paths[i - 1]);
    const auto b = last_number(paths[i]);
    if (!a || !b || a->before != b->before || a->after != b->after) continue;
    if (b->number <= a->number)
      throw InputError({spec, "", fmt::format("'{}' comes before '{}' by name, but after it by number", paths[i - 1], paths[i]),
                        fmt::format("List the shards in order, as in '{}{{0..9}}{}'", a->before, a->after)});
    if (b->number > a->number + 1)
      oddities.push_back({paths[i], fmt::format("follows number {}: {} missing", a->number,
                                                b->number == a->number + 2 ? fmt::format("{} is", a->number + 1)
                                                                           : fmt::format("{} to {} are", a->number + 1, b->number - 1))});
  }
}

void require_all(const std::string& spec, const std::vector<std::string>& paths) {
  std::vector<std::string> missing;
  std::copy_if(paths.begin(), paths.end(), std::back_inserter(missing), [](const auto& path) { return !fs::exists(path); });
  if (missing.empty()) return;
  const std::string others = missing.size() == 1 ? "" : fmt::format(", as are {} more", missing.size() - 1);
  throw InputError({missing[0], "", fmt::format("is missing{}; '{}' names {} shards", others, spec, paths.size()),
                    "Check the range, or fetch the missing files"});
}

}  // namespace

NpyShards find_npy_shards(const std::string& spec) {
  NpyShards shards;
  if (!is_pattern(spec) || fs::exists(spec)) return {.paths = {spec}};
  for (const std::string& path : expand_braces(spec)) {
    if (!has_wildcard(path) || fs::exists(path)) {
      shards.paths.push_back(path);
      continue;
    }
    const auto found = files_like(path);
    check_numbers(path, found, shards.oddities);
    shards.paths.insert(shards.paths.end(), found.begin(), found.end());
  }
  require_all(spec, shards.paths);
  std::set<std::string_view> seen;
  for (const std::string& path : shards.paths) {
    if (!seen.insert(path).second) throw InputError({spec, "", "names " + path + " twice", "List every shard once"});
  }
  return shards;
}

bool names_npy(const std::string& spec) {
  return expand_braces(spec).front().ends_with(".npy");
}

}  // namespace decant
