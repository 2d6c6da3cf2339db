#include <algorithm>

#include "decant/formats/labels/label_list.h"

namespace decant::labels {

const std::vector<LabelSource>& label_sources() {
  static const std::vector<LabelSource> sources = {kJsonLines, kParquetList, kTable, kInOrder, kTextList};
  return sources;
}

std::shared_ptr<const LabelList> read_label_list(const std::filesystem::path& file, const std::string& field) {
  const auto& sources = label_sources();
  const auto source = std::ranges::find_if(sources, [&](const LabelSource& each) { return each.fits(file.filename().string()); });
  if (source == sources.end()) return nullptr;
  auto list = std::make_shared<LabelList>();
  list->file = file;
  list->bytes = std::make_shared<const MappedFile>(file);
  source->read(*list, field);
  for (ListedLabel& line : list->lines) {
    std::ranges::replace(line.path, '\\', '/');
    if (line.path.starts_with("./")) line.path.erase(0, 2);
  }
  return list;
}

}  // namespace decant::labels
