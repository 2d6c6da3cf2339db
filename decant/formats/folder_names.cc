#include "decant/formats/folder_names.h"

#include <algorithm>
#include <system_error>

#include "decant/formats/imagefolder/python_order.h"

namespace decant {
namespace fs = std::filesystem;

namespace {

template <class Wanted>
std::vector<std::string> names_of_those(const fs::path& folder, Wanted&& wanted) {
  std::vector<std::string> names;
  std::error_code code;
  for (fs::directory_iterator it(folder, code), end; !code && it != end; it.increment(code)) {
    std::error_code of_entry;  // not the loop's, which one bad link would end
    if (wanted(*it, of_entry)) names.push_back(it->path().filename().string());
  }
  std::ranges::sort(names, python_less);
  return names;
}

}  // namespace

std::vector<std::string> files_in(const fs::path& folder) {
  return names_of_those(folder, [](const fs::directory_entry& entry, std::error_code& code) { return entry.is_regular_file(code); });
}

std::vector<std::string> folders_in(const fs::path& folder) {
  return names_of_those(folder, [](const fs::directory_entry& entry, std::error_code& code) { return entry.is_directory(code); });
}

}  // namespace decant
