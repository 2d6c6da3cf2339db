#include "decant/formats/parquet/configurations.h"

#include <algorithm>
#include <fmt/core.h>
#include <yaml-cpp/yaml.h>

#include "decant/base/errors.h"
#include "decant/formats/parquet/card.h"

namespace decant::parquet {
namespace {

constexpr size_t kMostConfigurations = 10'000;
constexpr size_t kMostPattern = 4096;

std::string words_of_node(const YAML::Node& node) {
  return node && node.IsScalar() ? node.Scalar() : std::string();
}

std::string without_dot(std::string path) {
  while (path.starts_with("./")) path.erase(0, 2);
  return path;
}

std::vector<std::string> patterns_of(const YAML::Node& node) {
  std::vector<std::string> patterns;
  const auto add = [&](const YAML::Node& one) {
    if (std::string text = words_of_node(one); !text.empty() && text.size() <= kMostPattern)
      patterns.push_back(without_dot(std::move(text)));
  };
  if (node.IsSequence()) {
    for (const YAML::Node& each : node) add(each);
  } else {
    add(node);
  }
  return patterns;
}

std::vector<Configuration::Files> files_of(const YAML::Node& node) {
  std::vector<Configuration::Files> files;
  if (!node) return files;
  if (node.IsMap()) {
    for (const auto& entry : node) files.push_back({words_of_node(entry.first), patterns_of(entry.second)});
    return files;
  }
  Configuration::Files plain;
  for (const YAML::Node& each : node.IsSequence() ? node : YAML::Node(std::vector<YAML::Node>{node})) {
    if (each.IsMap())
      files.push_back({words_of_node(each["split"]), each["path"] ? patterns_of(each["path"]) : std::vector<std::string>()});
    else
      std::ranges::move(patterns_of(each), std::back_inserter(plain.patterns));
  }
  if (!plain.patterns.empty()) files.push_back(std::move(plain));
  return files;
}

/// One that says so, else the one that is called so.
void prefer_one(std::vector<Configuration>& all) {
  if (std::ranges::any_of(all, &Configuration::preferred)) return;
  const auto named = std::ranges::find(all, "default", &Configuration::name);
  if (named != all.end()) named->preferred = true;
}

std::vector<Configuration> configurations_in(const YAML::Node& root) {
  std::vector<Configuration> all;
  if (!root.IsMap() || !root["configs"] || !root["configs"].IsSequence()) return all;
  for (const YAML::Node& node : root["configs"]) {
    if (!node.IsMap() || all.size() == kMostConfigurations) continue;
    Configuration one{.name = words_of_node(node["config_name"]),
                      .folder = without_dot(words_of_node(node["data_dir"])),
                      .preferred = words_of_node(node["default"]) == "true",
                      .files = files_of(node["data_files"])};
    while (one.folder.ends_with('/')) one.folder.pop_back();
    if (one.name.empty()) one.name = "default";
    all.push_back(std::move(one));
  }
  prefer_one(all);
  return all;
}

/// Behind a "[…]" at `at`, and whether it holds `c`; the end of the pattern where it is not closed.
size_t behind_set(std::string_view pattern, size_t at, char c, bool& holds) {
  size_t i = at + 1;
  const bool other = i < pattern.size() && (pattern[i] == '!' || pattern[i] == '^');
  if (other) ++i;
  bool found = false;
  for (size_t begin = i; i < pattern.size() && (pattern[i] != ']' || i == begin); ++i) {
    if (i + 2 < pattern.size() && pattern[i + 1] == '-' && pattern[i + 2] != ']') {
      found = found || (pattern[i] <= c && c <= pattern[i + 2]);
      i += 2;
    } else {
      found = found || pattern[i] == c;
    }
  }
  holds = found != other;
  return std::min(i + 1, pattern.size());
}

/// Behind the first character of the pattern where it stands for `c`, else 0. REQUIRES: it is no *.
size_t behind_one(std::string_view pattern, size_t at, char c) {
  if (pattern[at] == '?') return at + 1;
  bool holds = pattern[at] == c;
  const size_t end = pattern[at] == '[' ? behind_set(pattern, at, c, holds) : at + 1;
  return holds ? end : 0;
}

/// Of one name, without slashes: * is tried again from the next character where the rest fails, and
/// only the last * needs to be.
bool matches_name(std::string_view pattern, std::string_view name) {
  size_t p = 0;
  size_t n = 0;
  size_t star = std::string_view::npos;
  size_t from = 0;
  while (n < name.size()) {
    const size_t next = p < pattern.size() && pattern[p] != '*' ? behind_one(pattern, p, name[n]) : 0;
    if (next != 0) {
      p = next;
      ++n;
    } else if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      from = n;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      n = ++from;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

std::vector<std::string_view> names_of(std::string_view path) {
  std::vector<std::string_view> names;
  for (size_t at = 0; at <= path.size();) {
    const size_t end = std::min(path.find('/', at), path.size());
    if (end > at) names.push_back(path.substr(at, end - at));
    at = end + 1;
  }
  return names;
}

}  // namespace

std::vector<Configuration> configurations_of_card(std::string_view card) {
  const std::string_view head = head_of_card(card);
  if (head.find("configs") == std::string_view::npos) return {};
  try {
    return configurations_in(YAML::Load(std::string(head)));
  } catch (const YAML::Exception&) {  // a card is prose for people: what cannot be read lists nothing
    return {};
  }
}

// ** is to names what * is to characters: reachable[i] says whether the first i names can be stood
// for by the pattern so far.
bool matches_path(std::string_view pattern, std::string_view path) {
  const std::vector<std::string_view> names = names_of(path);
  std::vector<bool> reachable(names.size() + 1, false);
  reachable[0] = true;
  for (const std::string_view each : names_of(pattern)) {
    std::vector<bool> next(names.size() + 1, false);
    for (size_t i = 0; i <= names.size(); ++i) {
      if (each == "**")
        next[i] = reachable[i] || (i > 0 && next[i - 1]);
      else
        next[i] = i > 0 && reachable[i - 1] && matches_name(each, names[i - 1]);
    }
    reachable = std::move(next);
  }
  return reachable.back();
}

const Configuration::Files* files_with(const Configuration& configuration, std::string_view path) {
  static const Configuration::Files all{.split = "", .patterns = {"**"}};
  if (!configuration.folder.empty()) {
    if (!path.starts_with(configuration.folder + "/")) return nullptr;
    path.remove_prefix(configuration.folder.size() + 1);
  }
  if (configuration.files.empty()) return &all;
  const auto found = std::ranges::find_if(configuration.files, [&](const Configuration::Files& files) {
    return std::ranges::any_of(files.patterns, [&](const std::string& pattern) { return matches_path(pattern, path); });
  });
  return found == configuration.files.end() ? nullptr : &*found;
}

size_t chosen_configuration(const std::vector<Configuration>& all, const std::string& wanted, const std::string& file) {
  const auto found = wanted.empty() && all.size() > 1 ? std::ranges::find(all, true, &Configuration::preferred)
                     : wanted.empty()                 ? all.begin()
                                                      : std::ranges::find(all, wanted, &Configuration::name);
  if (found != all.end()) return static_cast<size_t>(found - all.begin());
  if (wanted.empty())
    throw InputError({file, "configs", fmt::format("lists {} configurations, {}, and none is the default", all.size(), names_text(all)),
                      fmt::format("Choose one: --config-name {}", all.front().name)});
  throw InputError({file, "configs", fmt::format("lists no configuration '{}'; there are {}", wanted, names_text(all)),
                    "Name one of them: --config-name"});
}

std::string names_text(const std::vector<Configuration>& all) {
  constexpr size_t kNamed = 5;
  std::string text;
  for (size_t i = 0; i < std::min(all.size(), kNamed); ++i)
    text += fmt::format("{}'{}'", i == 0 ? "" : i + 1 == all.size() ? " and " : ", ", all[i].name);
  return all.size() > kNamed ? text + fmt::format(" and {} more", all.size() - kNamed) : text;
}

}  // namespace decant::parquet
