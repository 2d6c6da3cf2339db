#include "decant/formats/imagefolder/listed_labels.h"

#include <algorithm>
#include <array>
#include <fmt/core.h>
#include <unordered_map>

#include "decant/base/errors.h"
#include "decant/data/targets.h"

namespace decant {
namespace fs = std::filesystem;
namespace {

using labels::LabelList;
using labels::ListedLabel;
using labels::TextClasses;

constexpr int64_t kNoLine = -1;

/// `path` below `folder`; empty when it is not.
std::string_view path_below(std::string_view path, std::string_view folder) {
  if (folder.empty()) return path;
  return path.size() > folder.size() && path.starts_with(folder) && path[folder.size()] == '/' ? path.substr(folder.size() + 1) : "";
}

class Matching {
 public:
  Matching(ListedPictures& found, const PictureList& pictures, std::string split_folder)
      : found_(found),
        lines_(found.list->lines),
        pictures_(pictures),
        folder_(fs::path(found.place).parent_path().string()),
        split_folder_(std::move(split_folder)) {}

  void by_order() {
    if (std::ssize(lines_) != pictures_.size()) {
      found_.fault = fmt::format("has {} lines for {} pictures", lines_.size(), pictures_.size());
      return;
    }
    for (int64_t row = 0; row < pictures_.size(); ++row) take(row, row);
    found_.row_of_line = first_row_;
  }

  void by_path() {
    for (size_t line = 0; line < lines_.size(); ++line) index(static_cast<int64_t>(line));
    for (int64_t row = 0; row < pictures_.size(); ++row) {
      if (const int64_t line = line_of(pictures_.key(row)); line != kNoLine) take(row, line);
    }
    for (const ListedLabel& line : lines_) found_.row_of_line.push_back(first_row_[static_cast<size_t>(by_path_.at(line.path))]);
  }

  void start() {
    first_row_.assign(lines_.size(), kNoLine);
    found_.texts.resize(static_cast<size_t>(pictures_.size()));
  }

 private:
  void index(int64_t line) {
    const ListedLabel& listed = lines_[static_cast<size_t>(line)];
    const auto [first, is_new] = by_path_.try_emplace(listed.path, line);
    const std::string& label = lines_[static_cast<size_t>(first->second)].label;
    if (!is_new && label != listed.label && found_.fault.empty())
      found_.fault = fmt::format("names '{}' twice, as '{}' and as '{}'", listed.path, label, listed.label);
  }

  int64_t line_of(const std::string& key) const {
    const std::string_view name = std::string_view(key).substr(key.rfind('/') + 1);
    const std::array<std::string_view, 4> ways = {path_below(key, folder_), path_below(key, split_folder_), name,
                                                  name.substr(0, name.rfind('.'))};
    for (const std::string_view way : ways) {
      const auto found = way.empty() ? by_path_.end() : by_path_.find(way);
      if (found != by_path_.end()) return found->second;
    }
    return kNoLine;
  }

  void take(int64_t row, int64_t line) {
    int64_t& first = first_row_[static_cast<size_t>(line)];
    const ListedLabel& listed = lines_[static_cast<size_t>(line)];
    if (first != kNoLine && found_.fault.empty())
      found_.fault =
          fmt::format("names '{}', which is the name of two pictures ({} and {})", listed.path, pictures_.key(first), pictures_.key(row));
    first = row;
    found_.texts[static_cast<size_t>(row)] = listed.label;
    ++found_.named;
  }

  ListedPictures& found_;
  const std::vector<ListedLabel>& lines_;
  const PictureList& pictures_;
  std::string folder_;  ///< of the list
  std::string split_folder_;
  std::unordered_map<std::string_view, int64_t> by_path_;  ///< the first line of each
  std::vector<int64_t> first_row_;                         ///< by line
};

/// A column that is a label by nothing but its place must look like one.
std::string doubt_about(const ListedPictures& listed) {
  std::vector<std::string_view> texts;
  std::ranges::copy_if(listed.texts, std::back_inserter(texts), [](std::string_view text) { return !text.empty(); });
  std::ranges::sort(texts);
  const auto distinct = std::ranges::unique(texts).begin() - texts.begin();
  return 4 * distinct > 3 * listed.named
             ? fmt::format("its column '{}' has {} values for {} pictures", listed.list->field, distinct, listed.named)
             : std::string();
}

}  // namespace

ListedPictures listed_pictures(std::shared_ptr<const LabelList> list, std::string place, const PictureList& pictures,
                               const std::string& split_folder) {
  ListedPictures found{.list = std::move(list), .place = std::move(place)};
  found.fault = found.list->fault;
  Matching matching(found, pictures, split_folder);
  matching.start();
  found.list->in_order ? matching.by_order() : matching.by_path();
  if (found.fault.empty() && found.named == 0) found.fault = "names none of the pictures";
  if (found.fault.empty() && found.list->guessed) found.fault = doubt_about(found);
  return found;
}

std::vector<int32_t> numbers_of(const ListedPictures& listed, const TextClasses& classes) {
  std::vector<int32_t> numbers(listed.texts.size());
  std::ranges::transform(listed.texts, numbers.begin(), [&](std::string_view text) { return classes.label_of(text); });
  return numbers;
}

TextClasses classes_for(ListedPictures& listed, const std::vector<std::string>& names) {
  TextClasses classes{.names = names};
  const bool any = std::ranges::any_of(listed.texts, [&](std::string_view text) { return classes.label_of(text) != kNoLabel; });
  if (any || names.empty()) return classes;
  const TextClasses own = labels::classes_of_texts(listed.texts);
  const auto count = std::ssize(names);
  const auto numbers = own.names.empty() ? numbers_of(listed, own) : std::vector<int32_t>();
  const auto [least, most] = std::ranges::minmax_element(numbers);
  if (numbers.empty() || !own.fault.empty() || *most >= count || (listed.list->in_order && *least != 0))
    listed.fault = "its classes are not those of the training split";
  return own;
}

namespace {

std::vector<size_t> lines_that_name(const ListedPictures& listed, std::span<const int64_t> rows) {
  std::vector<size_t> kept;
  for (size_t i = 0; i < listed.row_of_line.size(); ++i) {
    if (std::binary_search(rows.begin(), rows.end(), listed.row_of_line[i])) kept.push_back(i);
  }
  return kept;
}

int64_t write_text(const LabelList& list, std::span<const size_t> lines, const fs::path& target) {
  const std::string_view text = list.text();
  FileWriter writer(target);
  writer.write(text.substr(0, list.head));
  bool open_line = false;  // the last one has no line break
  for (const size_t i : lines) {
    const ListedLabel& line = list.lines[i];
    if (open_line) writer.write("\n");
    writer.write(text.substr(line.begin, line.end - line.begin));
    open_line = text[line.end - 1] != '\n' && text[line.end - 1] != '\r';
  }
  writer.commit();
  return writer.written();
}

}  // namespace

int64_t write_lines(const ListedPictures& listed, std::span<const int64_t> rows, const fs::path& folder) {
  const fs::path target = folder / listed.place;
  std::error_code code;
  fs::create_directories(target.parent_path(), code);
  if (code) throw IoError({target.string(), "", "cannot create the folder: " + code.message(), ""});
  const std::vector<size_t> kept = lines_that_name(listed, rows);
  return listed.list->write ? listed.list->write(kept, target) : write_text(*listed.list, kept, target);
}

}  // namespace decant
