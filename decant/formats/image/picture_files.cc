#include "decant/formats/image/picture_files.h"

#include <algorithm>
#include <utility>

#include "decant/formats/image/codec.h"
#include "decant/formats/image/recode.h"
#include "decant/formats/imagefolder/picture_tree.h"

namespace decant {
namespace {

/// "x.bin-17.png" of "x.bin#17", "1.png" of "1.jpg".
std::string file_key(std::string name, const char* extension) {
  if (has_picture_ending(name)) name.resize(name.rfind('.'));
  std::ranges::replace(name, '#', '-');
  return name + extension;
}

class PngRows final : public WrappedRows, public Pictures {
 public:
  using WrappedRows::WrappedRows;

  std::string key(int64_t row) const override { return file_key(below().key(row), ".png"); }

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

class JpegRows final : public WrappedRows, public Pictures {
 public:
  JpegRows(std::shared_ptr<const Rows> below, int quality) : WrappedRows(std::move(below)), quality_(quality) {}

  std::string key(int64_t row) const override { return file_key(below().key(row), ".jpg"); }

  Bytes bytes(int64_t row, std::vector<std::byte>& scratch) const override {
    thread_local Image image;
    below().pictures()->decode(row, image);
    encode_jpeg(image.view(), quality_, scratch, Chroma::full);
    return scratch;
  }

  const Pictures* pictures() const override { return this; }
  void decode(int64_t row, Image& image) const override {
    thread_local std::vector<std::byte> file;
    decode_image(bytes(row, file), key(row), image);
  }
  std::optional<ImageSize> fixed_size() const override { return below().pictures()->fixed_size(); }
  PictureBytes stored_as() const override { return PictureBytes::file; }

 private:
  int quality_;
};

}  // namespace

std::shared_ptr<const Rows> as_picture_files(std::shared_ptr<const Rows> rows, int jpeg_quality) {
  if (rows->pictures()->are_files()) return rows;
  if (jpeg_quality > 0) return std::make_shared<JpegRows>(std::move(rows), jpeg_quality);
  return std::make_shared<PngRows>(std::move(rows));
}

}  // namespace decant
