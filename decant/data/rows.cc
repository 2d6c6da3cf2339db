#include "decant/data/rows.h"

#include "decant/base/errors.h"

namespace decant {

std::vector<int64_t> Rows::known_faults() const {
  std::vector<int64_t> rows;
  for (int64_t row = 0; row < size(); ++row) {
    if (!known_fault(row).empty()) rows.push_back(row);
  }
  return rows;
}

const Pictures& require_pictures(const Rows& rows, const std::string& name) {
  if (const Pictures* const pictures = rows.pictures()) return *pictures;
  throw InputError({name, "", fmt::format("holds no pictures; its rows are {}", rows.modality().name), "Give the pictures themselves"});
}

const Texts& require_texts(const Rows& rows, const std::string& name) {
  if (const Texts* const texts = rows.texts()) return *texts;
  throw InputError({name, "", fmt::format("holds no texts; its rows are {}", rows.modality().name), "Give the records themselves"});
}

}  // namespace decant
