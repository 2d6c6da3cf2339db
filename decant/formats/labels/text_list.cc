#include <algorithm>
#include <fmt/core.h>
#include <functional>

#include "decant/formats/imagefolder/picture_tree.h"
#include "decant/formats/labels/label_list.h"

namespace decant::labels {
namespace {

/// Every line that is not blank, without its line break, and where it is.
void for_each_line(std::string_view text, const std::function<void(std::string_view line, size_t begin, size_t end)>& take) {
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
    std::string_view line = text.substr(at, end - at);
    while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
    if (!line.empty()) take(line, at, end);
    at = end;
  }
}

/// "path class", or with tabs path, class and more. A path may hold blanks, so of those the last
/// parts it from the class.
void read_text_list(LabelList& list, const std::string&) {
  list.field = "column 2";
  for_each_line(list.text(), [&](std::string_view line, size_t begin, size_t end) {
    const size_t tab = line.find('\t');
    const size_t cut = tab != std::string_view::npos ? tab : line.rfind(' ');
    if (cut == std::string_view::npos || !has_picture_ending(line.substr(0, cut))) {
      if (list.fault.empty()) list.fault = "is no list of pictures and classes";
      return;
    }
    const std::string_view rest = line.substr(cut + 1);
    list.lines.push_back({std::string(line.substr(0, cut)), std::string(rest.substr(0, rest.find('\t'))), begin, end});
  });
}

bool says_ground_truth(const std::string& name) {
  return name.ends_with(".txt") && (name.find("ground_truth") != std::string::npos || name.find("synset_labels") != std::string::npos);
}

void read_in_order(LabelList& list, const std::string&) {
  list.field = "lines";
  list.in_order = true;
  for_each_line(list.text(), [&](std::string_view line, size_t begin, size_t end) {
    list.lines.push_back({"", std::string(line), begin, end});
  });
}

}  // namespace

const LabelSource kTextList = {"text list", [](const std::string& name) { return name.ends_with(".txt"); }, read_text_list};
const LabelSource kInOrder = {"in order", says_ground_truth, read_in_order};

}  // namespace decant::labels
