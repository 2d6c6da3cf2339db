// Pictures with the boxes of their objects drawn over them. The picture is a thumbnail; boxes are
// SVG in its own pixels, so they stay sharp at any size.
#include "decant/data/objects.h"

#include <algorithm>
#include <map>

#include "decant/base/errors.h"
#include "decant/base/text.h"
#include "decant/formats/image/codec.h"
#include "decant/report/cards/cards.h"
#include "decant/report/cards/thumbnail.h"
#include "decant/report/facts/row_facts.h"
#include "decant/report/html.h"

namespace decant::report {
namespace {

constexpr int kSide = 144;
constexpr int64_t kMostBoxes = 60;  ///< of one picture, the largest
constexpr int kHues = 8;            ///< of page/objects.css

/// The objects of a row that have a box, the largest first, so that small ones lie above.
std::vector<int64_t> boxed(const ObjectRange& range) {
  std::vector<int64_t> objects;
  for (int64_t i = range.begin; i < range.end; ++i) {
    if ((range.table->flags[static_cast<size_t>(i)] & ObjectFlag::broken) == 0) objects.push_back(i);
  }
  const auto area = [&](int64_t i) {
    const Box& box = range.table->boxes[static_cast<size_t>(i)];
    return box.width() * box.height();
  };
  std::ranges::stable_sort(objects, std::greater(), area);
  if (std::ssize(objects) > kMostBoxes) objects.resize(kMostBoxes);
  return objects;
}

std::string svg_of(const ObjectRange& range, ImageSize picture) {
  std::string boxes;
  for (const int64_t i : boxed(range)) {
    const auto at = static_cast<size_t>(i);
    const Box& box = range.table->boxes[at];
    const double x = std::clamp(box.x0, 0.0, double(picture.width)), y = std::clamp(box.y0, 0.0, double(picture.height));
    const bool crowd = (range.table->flags[at] & ObjectFlag::crowd) != 0;
    boxes += fmt::format("<rect class=\"h{}{}\" x=\"{:.0f}\" y=\"{:.0f}\" width=\"{:.0f}\" height=\"{:.0f}\"/>",
                         std::max(0, range.table->labels[at]) % kHues, crowd ? " crowd" : "", x, y,
                         std::clamp(box.x1, 0.0, double(picture.width)) - x, std::clamp(box.y1, 0.0, double(picture.height)) - y);
  }
  return fmt::format("<svg viewBox=\"0 0 {} {}\" aria-hidden=\"true\">{}</svg>", picture.width, picture.height, boxes);
}

/// "2 dogs" would want a language's plurals: "2 × dog, 1 × cat".
std::string summary_of(const Targets& targets, int64_t row, const std::vector<std::string>& classes) {
  std::vector<ClassCount> counts;
  targets.counts(row, counts);
  std::string text;
  for (const ClassCount& entry : counts)
    text += fmt::format("{}{} × {}", text.empty() ? "" : ", ", human_count(entry.count), class_name(classes, entry.label));
  return text.empty() ? "no objects" : text;
}

class ObjectCards final : public Cards {
 public:
  explicit ObjectCards(const Dataset& source) : source_(source) {}

  std::optional<Card> card(int64_t row) const override {
    const Rows& rows = source_.train();
    Image image;
    try {
      rows.pictures()->decode(row, image);
    } catch (const InputError&) {
      return std::nullopt;
    } catch (const IoError&) {
      return std::nullopt;
    }
    const Image small = shrunk(image, kSide);
    Card made{.jpeg = as_thumbnail(small)};
    const std::string what = summary_of(*rows.targets(), row, source_.classes);
    const std::string title = fmt::format("row {} · {} · {}", human_count(row), what, rows.key(row));
    made.html = [title, what, svg = svg_of(rows.targets()->objects(row), image.size), size = small.size](size_t slot) {
      return fmt::format(
          "<span class=\"boxed\" style=\"aspect-ratio:{0}/{1}\"><img width=\"{0}\" height=\"{1}\" data-t=\"{2}\" alt=\"{3}\" "
          "title=\"{4}\">{5}</span>",
          size.width, size.height, slot, escape(what), escape(title), svg);
    };
    return made;
  }

 private:
  const Dataset& source_;
};

}  // namespace

std::unique_ptr<Cards> object_cards(const Dataset& source) {
  return std::make_unique<ObjectCards>(source);
}

}  // namespace decant::report
