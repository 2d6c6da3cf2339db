#include "decant/formats/parquet/which_files.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <set>

#include "decant/base/errors.h"
#include "decant/base/name_pattern.h"
#include "decant/base/text.h"
#include "decant/formats/parquet/card.h"
#include "decant/formats/parquet/configurations.h"
#include "decant/formats/split_name.h"

namespace decant::parquet {
namespace fs = std::filesystem;

namespace {

constexpr int kLevels = 4;
constexpr size_t kMostFiles = 200'000;

void collect(const fs::path& folder, int levels, size_t most, std::vector<fs::path>& files) {
  std::vector<fs::path> folders;
  std::error_code code;
  for (fs::directory_iterator it(folder, code), end; !code && it != end && files.size() < most; it.increment(code)) {
    std::error_code ignored;
    if (it->path().filename().string().starts_with('.')) continue;
    if (it->is_directory(ignored))
      folders.push_back(it->path());
    else if (has_parquet_ending(it->path()) && it->path().filename() != "metadata.parquet" && it->is_regular_file(ignored))
      files.push_back(it->path());
  }
  std::ranges::sort(folders);
  for (const fs::path& below : folders) {
    if (levels > 1 && files.size() < most) collect(below, levels - 1, most, files);
  }
}

std::vector<fs::path> named_files(const std::string& spec) {
  if (fs::is_directory(spec)) return parquet_files_below(spec, kMostFiles);
  if (fs::exists(spec)) return {spec};
  std::vector<fs::path> files;
  for (const std::string& name : expand_braces(spec)) {
    for (const std::string& file : has_wildcard(name) ? files_like(name) : std::vector<std::string>{name}) {
      if (!fs::is_regular_file(file)) throw InputError({file, "", "no such file", "Check the pattern"});
      files.emplace_back(file);
    }
  }
  std::ranges::sort(files);
  files.erase(std::unique(files.begin(), files.end()), files.end());
  return files;
}

/// A file, and its split where a card says it.
struct SplitFile {
  fs::path file;
  bool by_name = true;
  std::optional<Split> split = std::nullopt;
};

std::vector<SplitFile> files_by_name(const std::vector<fs::path>& files) {
  std::vector<SplitFile> parts;
  for (const fs::path& file : files) parts.push_back({file});
  return parts;
}

/// The folders that all files share.
fs::path shared_folder(const std::vector<SplitFile>& files) {
  fs::path base = files.front().file.parent_path();
  for (const SplitFile& part : files) {
    const fs::path folder = part.file.parent_path();
    fs::path shared;
    for (auto a = base.begin(), b = folder.begin(); a != base.end() && b != folder.end() && *a == *b; ++a, ++b) shared /= *a;
    base = shared;
  }
  return base;
}

std::optional<Split> split_of_file(const fs::path& name) {
  if (const auto split = split_in_name(name.stem().string())) return split;
  for (fs::path folder = name.parent_path(); !folder.empty(); folder = folder.parent_path()) {
    if (const auto split = split_in_name(folder.filename().string())) return split;
  }
  return std::nullopt;
}

/// "en" of "en/train/0000.parquet": the folders that name no split.
std::string other_folders(const fs::path& name) {
  fs::path others;
  for (const fs::path& part : name.parent_path()) {
    if (!split_in_name(part.string()) && part != "data") others /= part;
  }
  return others.string();
}

/// Folders of a repository that are different sets, as languages are.
void note_configurations(WhichFiles& found) {
  std::set<std::string> folders;
  for (const std::string& name : found.names.at(Split::train)) folders.insert(other_folders(name));
  if (folders.size() < 2) return;
  found.oddities.push_back(
      {found.base.string(),
       fmt::format("its training files lie in {} folders ('{}' to '{}'), which are read as one set. Give one of them to read it alone",
                   folders.size(), *folders.begin(), *folders.rbegin()),
       true});
}

std::string name_below(const fs::path& file, const std::string& folder) {
  return file.lexically_relative(folder).generic_string();
}

/// Those of the folder's README.md that have one of the files: others may be of another format.
std::vector<Configuration> configurations_with_files(const std::string& spec, const std::vector<fs::path>& files) {
  if (!fs::is_directory(spec)) return {};
  std::vector<Configuration> all = configurations_of_card(text_of_card(fs::path(spec) / "README.md"));
  std::erase_if(all, [&](const Configuration& one) {
    return std::ranges::none_of(files, [&](const fs::path& file) { return files_with(one, name_below(file, spec)) != nullptr; });
  });
  return all;
}

void note_other_configurations(const std::vector<Configuration>& all, size_t chosen, const std::string& card, WhichFiles& found) {
  std::vector<Configuration> others = all;
  others.erase(others.begin() + static_cast<std::ptrdiff_t>(chosen));
  found.oddities.push_back({card,
                            fmt::format("of its {} configurations the default, '{}', is read, and not {}. --config-name chooses another",
                                        all.size(), all[chosen].name, names_text(others)),
                            true});
}

/// The files of one configuration.
std::vector<SplitFile> configured_files(const std::vector<Configuration>& all, const std::string& wanted, const std::string& spec,
                                        const std::vector<fs::path>& files, WhichFiles& found) {
  const std::string card = (fs::path(spec) / "README.md").string();
  const size_t chosen = chosen_configuration(all, wanted, card);
  found.one_of_several = all.size() > 1;
  if (found.one_of_several && wanted.empty()) note_other_configurations(all, chosen, card, found);
  std::vector<SplitFile> parts;
  for (const fs::path& file : files) {
    if (const Configuration::Files* const with = files_with(all[chosen], name_below(file, spec)))
      parts.push_back({file, with->split.empty(), split_in_name(with->split)});
  }
  return parts;
}

}  // namespace

bool has_parquet_ending(const fs::path& file) {
  std::string ending = file.extension().string();
  std::ranges::transform(ending, ending.begin(), [](char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); });
  return ending == ".parquet" || ending == ".parq";
}

std::vector<fs::path> parquet_files_below(const fs::path& folder, size_t most) {
  std::vector<fs::path> files;
  collect(folder, kLevels, most, files);
  std::ranges::sort(files);
  return files;
}

WhichFiles find_parquet_files(const std::string& spec, const std::string& configuration) {
  const std::vector<fs::path> files = named_files(spec);
  if (files.empty()) throw InputError({spec, "", "holds no Parquet file", "Check the path"});
  WhichFiles found;
  const std::vector<Configuration> configurations = configurations_with_files(spec, files);
  if (configurations.empty() && !configuration.empty())
    throw InputError({spec, "", "has no README.md that lists configurations of Parquet files, so --config-name chooses nothing",
                      "Omit it, or name the folder with the README.md"});
  const std::vector<SplitFile> parts =
      configurations.empty() ? files_by_name(files) : configured_files(configurations, configuration, spec, files, found);
  found.base = shared_folder(parts);
  const auto name_of = [&](const fs::path& file) {
    return found.base.empty() ? file.string() : file.lexically_relative(found.base).string();
  };
  if (files.size() == 1) {
    found.names[Split::train] = {name_of(files.front())};
    return found;
  }
  std::vector<std::string> others;
  for (const SplitFile& part : parts) {
    // Folders above the base may name the split too, but then of all.
    const std::string name = name_of(part.file);
    if (const auto split = part.by_name ? split_of_file(name) : part.split)
      found.names[*split].push_back(name);
    else
      others.push_back(name);
  }
  if (!found.names.contains(Split::train)) {
    if (others.empty()) {
      for (const auto& [split, names] : found.names) others.insert(others.end(), names.begin(), names.end());
      found.names.clear();
      std::ranges::sort(others);
      if (!is_pattern(spec))
        found.oddities.push_back({found.base.string(), "holds no training file, so all of its files are read as training rows", true});
    }
    found.names[Split::train] = std::move(others);
  } else if (!others.empty()) {
    found.oddities.push_back({(found.base / others.front()).string(),
                              fmt::format("{} not read: other files are called train, and {} no split",
                                          others.size() == 1 ? "is" : fmt::format("and {} more are", others.size() - 1),
                                          others.size() == 1 ? "this one names" : "these name"),
                              true});
  }
  if (configurations.empty()) note_configurations(found);
  return found;
}

}  // namespace decant::parquet
