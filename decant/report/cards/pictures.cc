// Pictures as JPEG thumbnails.
#include "decant/base/errors.h"
#include "decant/base/text.h"
#include "decant/formats/image/codec.h"
#include "decant/report/cards/cards.h"
#include "decant/report/cards/thumbnail.h"
#include "decant/report/facts/row_facts.h"
#include "decant/report/html.h"

namespace decant::report {
namespace {

/// Photographs are decoded at the fraction that is enough; what else there is, in full.
void decode_for_thumbnail(const Rows& rows, int64_t row, const std::string& key, Image& image) {
  if (rows.pictures()->stored_as() != PictureBytes::file) return rows.pictures()->decode(row, image);
  std::vector<std::byte> scratch;
  const Bytes bytes = rows.bytes(row, scratch);
  if (!codec_of(bytes)) return rows.pictures()->decode(row, image);
  decode_image_at_least(bytes, key, kThumbnailSide, image);
}

class PictureCards final : public Cards {
 public:
  explicit PictureCards(const Dataset& source) : source_(source) {}

  std::optional<Card> card(int64_t row) const override {
    const Rows& rows = source_.train();
    const std::string key = rows.key(row);
    Image image;
    try {
      decode_for_thumbnail(rows, row, key, image);
    } catch (const InputError&) {
      return std::nullopt;
    } catch (const IoError&) {
      return std::nullopt;
    }
    const Image small = shrunk(image, kThumbnailSide);
    Card made{.jpeg = as_thumbnail(small)};
    const std::string label = rows.label(row) == kNoLabel ? "" : class_name(source_.classes, rows.label(row));
    made.html = [row, key, label, size = small.size](size_t slot) {
      const std::string title = fmt::format("row {}{}{} · {}", human_count(row), label.empty() ? "" : " · ", label, key);
      return fmt::format("<img width=\"{}\" height=\"{}\" data-t=\"{}\" alt=\"{}\" title=\"{}\">", size.width, size.height, slot,
                         escape(label.empty() ? "picture" : label), escape(title));
    };
    return made;
  }

 private:
  const Dataset& source_;
};

}  // namespace

std::unique_ptr<Cards> picture_cards(const Dataset& source) {
  return std::make_unique<PictureCards>(source);
}

}  // namespace decant::report
