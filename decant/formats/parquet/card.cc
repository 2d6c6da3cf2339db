#include "decant/formats/parquet/card.h"

#include <algorithm>
#include <array>

#include "decant/base/errors.h"
#include "decant/base/file.h"

namespace decant::parquet {
namespace {

constexpr std::array<std::string_view, 9> kKept = {"license",         "license_name", "license_link", "language",       "tags",
                                                   "task_categories", "task_ids",     "pretty_name",  "multilinguality"};
constexpr size_t kMostCard = size_t{1} << 20;

/// The keys that are kept, each with the lines below it.
std::string kept_lines(std::string_view head) {
  std::string kept;
  bool keeps = false;
  while (!head.empty()) {
    const size_t end = std::min(head.find('\n') + 1, head.size());
    const std::string_view line = head.substr(0, end == 0 ? head.size() : end);
    head.remove_prefix(line.size());
    const bool continues = line.starts_with(' ') || line.starts_with('-') || line == "\n";
    if (!continues) keeps = std::ranges::find(kKept, line.substr(0, line.find(':'))) != kKept.end();
    if (keeps) kept += line;
  }
  return kept;
}

}  // namespace

std::string_view head_of_card(std::string_view card) {
  const size_t begin = card.starts_with("---\n") ? 4 : card.starts_with("---\r\n") ? 5 : 0;
  if (begin == 0) return {};
  const size_t end = card.find("\n---", begin - 1);
  return end == std::string_view::npos ? std::string_view() : card.substr(begin, end + 1 - begin);
}

std::string text_of_card(const std::filesystem::path& readme) {
  std::error_code code;
  if (!std::filesystem::is_regular_file(readme, code) || std::filesystem::file_size(readme, code) > kMostCard) return {};
  try {
    return read_text(readme);
  } catch (const IoError&) {
    return {};  // a card that cannot be read says nothing
  }
}

std::string card_head(const std::filesystem::path& readme) {
  const std::string card = text_of_card(readme);
  return "---\n" + kept_lines(head_of_card(card)) +
         "configs:\n- config_name: default\n  data_files:\n  - split: train\n    path: data/**/*.parquet\n---\n\n";
}

}  // namespace decant::parquet
