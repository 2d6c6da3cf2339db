#include "decant/formats/image/png_rows.h"

#include <algorithm>
#include <utility>

#include "decant/formats/image/codec.h"
#include "decant/formats/image/recode.h"
#include "decant/formats/imagefolder/picture_tree.h"

namespace decant {
namespace {

class PngRows final : public WrappedRows, public Pictures {
 public:
  using WrappedRows::WrappedRows;

  std::string key(int64_t row) const override {
    std::string name = below().key(row);
    if (picture_kind(name) == Picture::read) name.resize(name.rfind('.'));
    std::ranges::replace(name, '#', '-');
    return name + ".png";
  }

  Bytes bytes(int64_t row, std::vector<std::byte>& scratch) const override {
    thread_local Image image;
    decode(row, image);
    const std::optional<PatchMask> dropped = mask(row);
    if (!dropped) {
      encode_png(image.view(), scratch);
      return scratch;
    }
    thread_local std::vector<std::byte> whole;
    encode_png(image.view(), whole);
    recode(whole, key(row), {.mask = &*dropped}, scratch);
    return scratch;
  }

  const Pictures* pictures() const override { return this; }
  void decode(int64_t row, Image& image) const override { below().pictures()->decode(row, image); }
  std::optional<ImageSize> fixed_size() const override { return below().pictures()->fixed_size(); }
  PictureBytes stored_as() const override { return PictureBytes::file; }
  std::optional<PatchMask> mask(int64_t row) const override { return below().pictures()->mask(row); }
};

}  // namespace

std::shared_ptr<const Rows> as_picture_files(std::shared_ptr<const Rows> rows) {
  if (rows->pictures()->are_files()) return rows;
  return std::make_shared<PngRows>(std::move(rows));
}

}  // namespace decant
