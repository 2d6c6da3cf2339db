#include "decant/patches/fill.h"

#include <algorithm>
#include <utility>

#include "decant/base/digest.h"
#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/base/module.h"
#include "decant/base/text.h"
#include "decant/formats/image/codec.h"
#include "decant/patches/fill_mae.h"
#include "decant/patches/fills/list.h"

namespace decant::patches {

std::vector<std::string> fill_names() {
  std::vector<std::string> names;
#define DECANT_NAME(name, make) names.emplace_back(name);
  DECANT_FILLS(DECANT_NAME)
#undef DECANT_NAME
  return names;
}

bool names_weights(const std::string& name) {
  return name.ends_with(".safetensors");
}

void require_filler(const std::string& name, const std::vector<std::string>& more) {
  std::vector<std::string> known = fill_names();
  known.insert(known.end(), more.begin(), more.end());
  if (!names_weights(name) && std::ranges::find(known, name) == known.end())
    throw UsageError("--fill: " + unknown_name("way of filling", name, known));
}

std::string fill_key(const std::string& name) {
  return names_weights(name) ? "weights " + Digest().add(MappedFile(name).bytes()).hex() : name;
}

std::shared_ptr<const Filler> make_filler(const std::string& name) {
  require_filler(name);
  if (names_weights(name)) return from_module<MaeFill>().open({.weights = name});
#define DECANT_MAKE(known, make) \
  if (name == known) return make();
  DECANT_FILLS(DECANT_MAKE)
#undef DECANT_MAKE
  throw BugError("a way of filling that is known and not made: " + name);
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
