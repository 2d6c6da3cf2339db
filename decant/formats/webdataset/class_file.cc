#include "decant/formats/webdataset/class_file.h"

#include <algorithm>

#include "decant/base/file.h"
#include "decant/base/json.h"

namespace decant::webdataset {
namespace fs = std::filesystem;
namespace {

constexpr const char* kLines = "classes.txt";
constexpr const char* kList = "classes.json";

std::vector<std::string> class_lines(const std::string& text) {
  std::vector<std::string> lines;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    if (lines.back().ends_with('\r')) lines.back().pop_back();
    at = end + 1;
  }
  return lines;
}

bool is_one_line(const std::string& name) {
  return !name.empty() && name.find('\n') == std::string::npos && !name.ends_with('\r');
}

bool is_list_of_texts(const Json& list) {
  return list.is_array() && std::ranges::all_of(list, [](const Json& name) { return name.is_string(); });
}

}  // namespace

ClassFile read_class_file(const fs::path& folder, std::vector<std::string>& classes) {
  if (fs::is_regular_file(folder / kLines)) {
    std::string text = read_text(folder / kLines);
    classes = class_lines(text);
    return {kLines, std::move(text)};
  }
  if (!fs::is_regular_file(folder / kList)) return {};
  std::string text = read_text(folder / kList);
  const Json list = try_parse_json(text);
  if (!is_list_of_texts(list)) return {};  // a file of somebody else's
  classes = list.get<std::vector<std::string>>();
  return {kList, std::move(text)};
}

ClassFile class_file_for(const std::vector<std::string>& classes) {
  if (classes.empty()) return {};
  if (!std::ranges::all_of(classes, is_one_line)) return {kList, json_text(classes, 1) + "\n"};
  std::string lines;
  for (const std::string& name : classes) lines += name + "\n";
  return {kLines, std::move(lines)};
}

int64_t write_class_file(const ClassFile& file, const fs::path& folder) {
  if (file.text.empty()) return 0;
  write_file(folder / file.name, file.text);
  return static_cast<int64_t>(file.text.size());
}

}  // namespace decant::webdataset
