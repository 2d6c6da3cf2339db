// Pictures with the classes of their pixels over them.
#include <fmt/format.h>
#include <numeric>

#include "decant/base/errors.h"
#include "decant/report/cards/cards.h"
#include "decant/report/cards/drawn_picture.h"
#include "decant/report/cards/overlay.h"
#include "decant/report/html.h"

namespace decant::report {
namespace {

class MaskCards final : public Cards {
 public:
  explicit MaskCards(const Dataset& source) : source_(source) {}

  std::optional<Card> card(int64_t row) const override {
    const std::optional<DrawnPicture> picture = drawn_picture(source_.train(), row);
    if (!picture) return std::nullopt;
    return drawn_card(source_, row, *picture, what_is_in(row), over(row, picture->small.size));
  }

 private:
  std::string what_is_in(int64_t row) const {
    std::vector<ClassCount> counts;
    source_.train().targets()->counts(row, counts);
    const int64_t all =
        std::accumulate(counts.begin(), counts.end(), int64_t{0}, [](int64_t sum, const ClassCount& each) { return sum + each.count; });
    return amounts_in_words(source_, row, "no pixels of any class",
                            [&](int64_t count) { return percent(static_cast<double>(count), static_cast<double>(all)); });
  }

  /// Nothing for a mask that cannot be read any more.
  std::string over(int64_t row, ImageSize size) const {
    ClassMask mask;
    try {
      if (!source_.train().targets()->class_mask(row, mask)) return {};
    } catch (const InputError&) {
      return {};
    } catch (const IoError&) {
      return {};
    }
    Overlay overlay(size);
    overlay.paint(mask);
    return fmt::format("<img class=\"mask\" alt=\"\" src=\"{}\">", overlay.address());
  }

  const Dataset& source_;
};

}  // namespace

std::unique_ptr<Cards> mask_cards(const Dataset& source) {
  return std::make_unique<MaskCards>(source);
}

}  // namespace decant::report
