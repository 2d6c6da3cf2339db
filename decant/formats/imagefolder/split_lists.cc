#include "decant/formats/imagefolder/split_lists.h"

#include <algorithm>
#include <fmt/core.h>

#include "decant/base/errors.h"
#include "decant/base/text.h"
#include "decant/formats/imagefolder/layout_notes.h"
#include "decant/formats/labels/class_names.h"

namespace decant {
namespace fs = std::filesystem;
namespace {

bool is_metadata(const ListedPictures& listed) {
  return fs::path(listed.place).stem() == "metadata";
}

bool holds_guesses(const std::string& name) {
  std::string lower = name;
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return lower.find("submission") != std::string::npos;
}

std::string place_of(const std::string& folder, const std::string& name) {
  return folder.empty() ? name : folder + "/" + name;
}

/// The list to use: metadata first, then by the number of pictures.
const ListedPictures* best_of(const std::vector<ListedPictures>& found) {
  const ListedPictures* best = nullptr;
  for (const ListedPictures& each : found) {
    if (!each.labels_rows()) continue;
    const auto worth = [](const ListedPictures& listed) { return std::pair(is_metadata(listed), listed.named); };
    if (best == nullptr || worth(each) > worth(*best)) best = &each;
  }
  return best;
}

}  // namespace

std::vector<ListedPictures> SplitLists::read(const std::string& folder, const std::vector<std::string>& lists,
                                             const PictureList& pictures) {
  std::vector<ListedPictures> found;
  const auto add = [&](const std::string& place) {
    if (holds_guesses(fs::path(place).filename().string())) return;
    auto& list = read_[place];
    if (list == nullptr) list = labels::read_label_list(root_ / place, label_field_);
    if (list == nullptr) return;
    ListedPictures& listed = found.emplace_back(listed_pictures(list, place, pictures, folder));
    if (listed.labels_rows() && label_field_.empty() && !is_metadata(listed) && 2 * listed.named < pictures.size())
      listed.fault = fmt::format("names {} of {} pictures", human_count(listed.named), human_count(pictures.size()));
  };
  for (const std::string& name : lists) add(place_of(folder, name));
  for (const std::string& name : top_lists_) add(name);
  return found;
}

void SplitLists::label(Split split, const std::string& folder, const std::vector<std::string>& lists, PictureList& pictures) {
  const bool by_folders = split == Split::train ? dataset_.classes.size() > 1 : pictures.labelled();
  const bool has_metadata = split == Split::train && std::ranges::any_of(lists, [](const std::string& name) {
                              return name == "metadata.csv" || name == "metadata.jsonl" || name == "metadata.parquet";
                            });
  if (by_folders && label_field_.empty() && !has_metadata) {
    if (split == Split::train) note_unused({}, folder, lists, pictures);
    return;
  }
  auto found = read(folder, lists, pictures);
  if (split == Split::train)
    label_training(found, folder, lists, pictures);
  else
    label_other(split, found, folder, pictures);
}

void SplitLists::label_training(std::vector<ListedPictures>& found, const std::string& folder, const std::vector<std::string>& lists,
                                PictureList& pictures) {
  const bool wanted = dataset_.classes.size() < 2 || !label_field_.empty();
  for (ListedPictures& each : found) {
    if (each.labels_rows()) each.fault = labels::classes_of_texts(each.texts).fault;
  }
  const ListedPictures* const best = wanted ? best_of(found) : nullptr;
  if (best != nullptr) {
    const labels::TextClasses classes = labels::classes_of_texts(best->texts);
    dataset_.classes = classes.names;
    numbered_ = classes.names.empty();
    if (numbered_) name_numbers(*best, classes);
    use(Split::train, *best, classes, pictures);
  } else if (!label_field_.empty()) {
    throw InputError({root_.string(), "", fmt::format("no list of the training pictures has a label called '{}'", label_field_),
                      found.empty() ? "Expected a .csv, .tsv or .jsonl file that names pictures"
                                    : fmt::format("{}: {}", found.front().place, found.front().fault)});
  } else {
    note_unused(found, folder, lists, pictures);
  }
  for (ListedPictures& each : found) {
    if (each.named == 0 || (&each != best && !is_metadata(each))) continue;
    used_.insert(each.place);
    carried_.push_back(std::move(each));
  }
}

void SplitLists::label_other(Split split, std::vector<ListedPictures>& found, const std::string& folder, PictureList& pictures) {
  if (dataset_.classes.empty() && !numbered_) return;
  std::vector<labels::TextClasses> classes;
  for (ListedPictures& each : found) classes.push_back(each.labels_rows() ? classes_for(each, dataset_.classes) : labels::TextClasses());
  const ListedPictures* const best = best_of(found);
  if (best != nullptr) {
    use(split, *best, classes[static_cast<size_t>(best - found.data())], pictures);
    std::erase_if(dataset_.oddities, [&](const Oddity& oddity) {  // of folders that were no classes
      return oddity.place.starts_with((root_ / folder).string() + "/") && oddity.what.starts_with("is not a class of the training split");
    });
    return;
  }
  for (const ListedPictures& each : found) {
    if (each.named > 0 && !each.list->lines.empty())
      dataset_.oddities.push_back({(root_ / each.place).string(),
                                   fmt::format("names pictures of the {} split and does not label them: {}", name_of(split), each.fault)});
  }
}

void SplitLists::name_numbers(const ListedPictures& listed, const labels::TextClasses& classes) {
  labels::ClassNames found = labels::find_class_names(root_, listed.list->field);
  if (found.names.empty()) return;
  const std::vector<int32_t> numbers = numbers_of(listed, classes);
  const auto most = numbers.empty() ? kNoLabel : *std::ranges::max_element(numbers);
  std::set<std::string> distinct(found.names.begin(), found.names.end());
  const std::string place = found.file.string();
  if (most >= std::ssize(found.names)) {
    dataset_.oddities.push_back({place, fmt::format("names {} classes of '{}', and {} is one too, so classes stay numbers",
                                                    found.names.size(), listed.list->field, most)});
  } else if (distinct.size() < found.names.size() || distinct.contains("")) {
    dataset_.oddities.push_back(
        {place, fmt::format("gives classes of '{}' the same name or none, so they stay numbers", listed.list->field)});
  } else {
    dataset_.oddities.push_back({place, fmt::format("names of the classes are read from it ({})", listed.list->field)});
    dataset_.classes = std::move(found.names);
  }
}

void SplitLists::use(Split split, const ListedPictures& listed, const labels::TextClasses& classes, PictureList& pictures) {
  std::vector<int32_t> numbers = numbers_of(listed, classes);
  const auto missing = std::ranges::count(numbers, kNoLabel);
  std::string text = fmt::format("labels of the {} pictures are read from it ({})", split == Split::train ? "training" : name_of(split),
                                 listed.list->field);
  if (missing > 0) text += fmt::format("; {} of {} have none", human_count(missing), human_count(pictures.size()));
  dataset_.oddities.push_back({(root_ / listed.place).string(), text, missing > 0 && split == Split::train});
  pictures.set_labels(std::move(numbers));
  used_.insert(listed.place);
}

int64_t SplitLists::read_in(const std::string& folder) const {
  return std::ranges::count_if(used_, [&](const std::string& place) { return fs::path(place).parent_path() == folder; });
}

void SplitLists::note_unused(const std::vector<ListedPictures>& found, const std::string& folder, const std::vector<std::string>& lists,
                             const PictureList& pictures) {
  LabelsFound labels{.classes = std::ssize(dataset_.classes),
                     .only_class = dataset_.classes.size() == 1 ? dataset_.classes.front() : "",
                     .picture = pictures.size() > 0 ? fs::path(pictures.key(0)).filename().string() : ""};
  for (const ListedPictures& each : found) labels.faults.emplace(root_ / each.place, each.fault);
  std::vector<fs::path> files;
  if (!folder.empty()) {
    for (const std::string& name : top_lists_) files.push_back(root_ / name);
  }
  for (const std::string& name : lists) files.push_back(root_ / place_of(folder, name));
  note_label_files(files, labels, dataset_.oddities);
}

}  // namespace decant
