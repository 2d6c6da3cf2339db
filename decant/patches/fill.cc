#include "decant/patches/fill.h"

#include <utility>

#include "decant/base/errors.h"
#include "decant/base/text.h"
#include "decant/formats/image/codec.h"
#include "decant/patches/fills/list.h"

namespace decant::patches {

std::vector<std::string> fill_names() {
  std::vector<std::string> names;
#define DECANT_NAME(name, make) names.emplace_back(name);
  DECANT_FILLS(DECANT_NAME)
#undef DECANT_NAME
  return names;
}

std::shared_ptr<const Filler> make_filler(const std::string& name) {
#define DECANT_MAKE(known, make) \
  if (name == known) return make();
  DECANT_FILLS(DECANT_MAKE)
#undef DECANT_MAKE
  throw UsageError("--fill: " + unknown_name("way of filling", name, fill_names()));
}

FilledRows::FilledRows(std::shared_ptr<const Rows> below, std::shared_ptr<const Filler> filler)
    : WrappedRows(std::move(below)), filler_(std::move(filler)) {
  DECANT_CHECK(this->below().pictures() != nullptr, ==, true);
}

bool FilledRows::is_file_with_mask(int64_t row) const {
  return are_files() && below().pictures()->mask(row).has_value();
}

std::string FilledRows::key(int64_t row) const {
  const std::string name = below().key(row);
  if (!is_file_with_mask(row)) return name;
  return name.substr(0, name.rfind('.')) + ".png";
}

Bytes FilledRows::bytes(int64_t row, std::vector<std::byte>& scratch) const {
  if (!is_file_with_mask(row)) return below().bytes(row, scratch);
  thread_local Image image;
  decode(row, image);
  encode_png(image.view(), scratch);
  return scratch;
}

void FilledRows::decode(int64_t row, Image& image) const {
  below().pictures()->decode(row, image);
  const std::optional<PatchMask> mask = below().pictures()->mask(row);
  if (!mask) return;
  const Filling filling{&image, &*mask};
  filler_->fill({&filling, 1});
}

}  // namespace decant::patches
