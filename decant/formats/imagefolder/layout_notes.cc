#include "decant/formats/imagefolder/layout_notes.h"

#include <algorithm>
#include <array>
#include <fmt/core.h>
#include <fstream>

#include "decant/base/text.h"
#include "decant/formats/imagefolder/python_order.h"
#include "decant/formats/split_name.h"

namespace decant {
namespace fs = std::filesystem;
namespace {

constexpr size_t kTextsLookedInto = 8;
constexpr size_t kMentioned = 3;
constexpr std::streamsize kLookedInto = 1 << 16;  // bytes
constexpr std::array<std::string_view, 4> kTables = {".csv", ".tsv", ".jsonl", ".parquet"};
constexpr std::array<std::string_view, 3> kToolFolders = {"__MACOSX", "@eaDir", "lost+found"};

bool is_table(const fs::path& name) {
  return std::ranges::find(kTables, name.extension().string()) != kTables.end();
}

bool is_text(const fs::path& name) {
  return name.extension() == ".txt" || name.extension() == ".json";
}

/// "1.txt" next to "1.jpg".
bool stands_for_a_picture(const fs::path& name, const Folder& folder) {
  const std::string stem = name.stem().string();
  return std::ranges::any_of(std::array{".jpg", ".jpeg", ".png", ".webp", ".JPG", ".JPEG", ".PNG"}, [&](const char* ending) {
    const std::string picture = stem + ending;
    const auto at = std::ranges::lower_bound(folder.pictures, picture, python_less, &Entry::name);
    return at != folder.pictures.end() && at->name == picture;
  });
}

bool mentions(const fs::path& file, const std::string& picture) {
  std::ifstream stream(file, std::ios::binary);
  std::string text(static_cast<size_t>(kLookedInto), '\0');
  stream.read(text.data(), kLookedInto);
  text.resize(static_cast<size_t>(stream.gcount()));
  return !picture.empty() && text.find(picture) != std::string::npos;
}

/// A class alone among classes: a train next to cars, or a split that was left among them.
void note_class_like_split(const fs::path& root, const std::vector<std::string>& classes, std::vector<Oddity>& oddities) {
  const auto found = std::ranges::find_if(classes, [](const std::string& name) { return meant_split(name).has_value(); });
  if (found == classes.end()) return;
  oddities.push_back({root.string(),
                      fmt::format("'{}' is read as a class, since classes are next to it. If it is a split, move the classes into a "
                                  "folder train next to it",
                                  *found),
                      meant_split(*found) != Split::train});
}

/// Next to pictures that folders label.
std::string what_of_metadata() {
  return "gives no labels, since the names of folders do; --label-field FIELD takes them from it. Its lines of kept pictures go with "
         "them";
}

}  // namespace

void note_split_names(const fs::path& root, const std::vector<std::string>& classes, std::vector<Oddity>& oddities) {
  if (const auto both = meant_splits(classes)) {
    const std::string train = (root / both->train).string();
    oddities.push_back(
        {root.string(),
         fmt::format("'{}' and '{}' are read as classes, not as splits. Give {} as the data set and {} as evaluate's --test, or "
                     "rename the folders train and test",
                     both->train, both->test, train, (root / both->test).string()),
         true});
  } else if (classes.size() == 1 && meant_split(classes.front()) == Split::train) {
    oddities.push_back({root.string(),
                        fmt::format("'{}' is read as the only class, not as a split. Give {} as the data set, or rename the folder train",
                                    classes.front(), (root / classes.front()).string()),
                        true});
  } else {
    note_class_like_split(root, classes, oddities);
  }
}

void note_only_class(const fs::path& folder, std::vector<Oddity>& oddities) {
  const std::vector<std::string> inside = list_folder(folder).folders;
  const bool split = std::ranges::any_of(inside, [](const std::string& name) { return meant_split(name) == Split::train; });
  if (!split && inside.size() < 2) return;
  oddities.push_back({folder.string(),
                      fmt::format("is read as the only class, and holds {}. Give it as the data set, {}",
                                  split ? "a folder for training" : fmt::format("{} folders", human_count(std::ssize(inside))),
                                  split ? "not the folder above" : "if they are the classes"),
                      split});
}

void note_hidden_class(const fs::path& folder, int64_t pictures, std::vector<Oddity>& oddities) {
  const std::string name = folder.filename().string();
  if (!name.starts_with('.') && std::ranges::find(kToolFolders, name) == kToolFolders.end()) return;
  oddities.push_back(
      {folder.string(),
       fmt::format("looks like a tool's folder but is read as a class (rows: {}), as by torchvision. Remove it unless it is one",
                   human_count(pictures)),
       true});
}

std::vector<std::string> possible_lists(const Folder& folder) {
  std::vector<std::string> lists;
  size_t texts = 0;
  for (const std::string& name : folder.texts) {
    if (is_table(name)) {
      lists.push_back(name);
    } else if (is_text(name) && texts < kTextsLookedInto && !stands_for_a_picture(name, folder)) {
      lists.push_back(name);
      ++texts;
    }
  }
  return lists;
}

void note_label_files(const std::vector<fs::path>& files, const LabelsFound& found, std::vector<Oddity>& oddities) {
  size_t mentioned = 0;
  for (const fs::path& file : files) {
    if (found.classes > 1) {
      if (file.stem() == "metadata" && is_table(file)) oddities.push_back({file.string(), what_of_metadata()});
      continue;
    }
    const auto fault = found.faults.find(file);
    const bool said = fault != found.faults.end() && !fault->second.empty();
    if (mentioned == kMentioned || !(is_table(file) || mentions(file, found.picture))) continue;
    ++mentioned;
    const std::string instead =
        found.classes == 1 ? fmt::format("all pictures count as the class '{}'", found.only_class) : "the pictures count as unlabelled";
    oddities.push_back({file.string(),
                        fmt::format("may hold labels and is not read{}: {}. Name its field or column with --label-field, or put each "
                                    "picture, or a link to it, into a folder named after its class",
                                    said ? fmt::format(" ({})", fault->second) : "", instead),
                        true});
  }
}

}  // namespace decant
