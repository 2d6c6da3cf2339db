// Pictures with their objects drawn over them. The picture is a thumbnail; boxes and outlines are
// SVG in its own pixels, so they stay sharp at any size; masks are a small PNG. A crowd is hatched,
// and dashed is what choosing does not see, since it is broken.
#include "decant/data/objects.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

#include "decant/base/errors.h"
#include "decant/base/text.h"
#include "decant/report/cards/cards.h"
#include "decant/report/cards/drawn_picture.h"
#include "decant/report/cards/overlay.h"

namespace decant::report {
namespace {

constexpr int64_t kMostBoxes = 60;           ///< of one picture, the largest
constexpr size_t kMostOutlinePoints = 2000;  ///< of outlines in one picture
constexpr int kSteps = 300;                  ///< into which a picture's longer side is cut, for points of outlines
constexpr int kHatches = 12;                 ///< lines over a side of the picture

/// The objects of a row that have a box, the largest first, so that small ones lie above.
std::vector<int64_t> boxed(const ObjectRange& range) {
  const auto area = [&](int64_t i) {
    const Box& box = range.table->boxes[static_cast<size_t>(i)];
    return box.width() > 0 && box.height() > 0 ? box.width() * box.height() : 0;
  };
  std::vector<int64_t> objects;
  for (int64_t i = range.begin; i < range.end; ++i) {
    if (area(i) > 0) objects.push_back(i);
  }
  std::ranges::stable_sort(objects, std::greater(), area);
  if (std::ssize(objects) > kMostBoxes) objects.resize(kMostBoxes);
  return objects;
}

/// Everything drawn over one picture.
class Drawing {
 public:
  Drawing(const ObjectRange& range, const std::vector<ObjectShape>& shapes, ImageSize picture, ImageSize thumbnail)
      : range_(range), picture_(picture), overlay_(thumbnail) {
    for (const ObjectShape& shape : shapes) shapes_.emplace(shape.object, &shape);
  }

  std::string html() {
    std::string marks;
    for (const int64_t i : boxed(range_)) marks += mark_of(i);
    const std::string svg = fmt::format("<svg viewBox=\"0 0 {} {}\" aria-hidden=\"true\">{}</svg>", picture_.width, picture_.height, marks);
    return overlay_.empty() ? svg : fmt::format("<img class=\"mask\" alt=\"\" src=\"{}\">{}", overlay_.address(), svg);
  }

 private:
  bool has(int64_t i, uint16_t flag) const { return (range_.table->flags[static_cast<size_t>(i)] & flag) != 0; }
  int32_t label(int64_t i) const { return std::max(0, range_.table->labels[static_cast<size_t>(i)]); }

  std::string mark_of(int64_t i) {
    const Box box = inside(range_.table->boxes[static_cast<size_t>(i)]);
    if (has(i, ObjectFlag::broken)) return rectangle(i, box, " broken");
    if (has(i, ObjectFlag::crowd)) return rectangle(i, box, "") + hatches(i, box);
    const auto shape = shapes_.find(i);
    if (shape == shapes_.end()) return rectangle(i, box, "");
    if (!shape->second->runs.empty()) {
      overlay_.paint(shape->second->runs, shape->second->height, shape->second->width, label(i));
      return rectangle(i, box, "");
    }
    const std::string outline = outline_of(*shape->second);
    return outline.empty() ? rectangle(i, box, "") : fmt::format("<path class=\"h{} shape\" d=\"{}\"/>", label(i) % kHues, outline);
  }

  Box inside(const Box& box) const {
    const double width = picture_.width, height = picture_.height;
    return {std::clamp(box.x0, 0.0, width), std::clamp(box.y0, 0.0, height), std::clamp(box.x1, 0.0, width),
            std::clamp(box.y1, 0.0, height)};
  }

  std::string rectangle(int64_t i, const Box& box, const char* further) const {
    return fmt::format("<rect class=\"h{}{}\" x=\"{:.0f}\" y=\"{:.0f}\" width=\"{:.0f}\" height=\"{:.0f}\"/>", label(i) % kHues, further,
                       box.x0, box.y0, box.width(), box.height());
  }

  /// Lines x + y = c as far as they lie in the box.
  std::string hatches(int64_t i, const Box& box) const {
    const double step = static_cast<double>(std::max(picture_.width, picture_.height)) / kHatches / 2;
    std::string lines;
    for (double c = box.x0 + box.y0 + step; c < box.x1 + box.y1; c += step) {
      const double x0 = std::max(box.x0, c - box.y1), x1 = std::min(box.x1, c - box.y0);
      lines += fmt::format("M{:.0f} {:.0f}L{:.0f} {:.0f}", x0, c - x0, x1, c - x1);
    }
    return fmt::format("<path class=\"h{}\" d=\"{}\"/>", label(i) % kHues, lines);
  }

  /// "M0 0L9 0L9 9Z", without points that fall together at the thumbnail's size; empty when the
  /// picture has too many of them.
  std::string outline_of(const ObjectShape& shape) {
    const double step = std::max(1.0, static_cast<double>(std::max(picture_.width, picture_.height)) / kSteps);
    std::string path;
    for (const std::vector<double>& polygon : shape.polygons) {
      points_ += polygon.size() / 2;
      if (points_ > kMostOutlinePoints) return {};
      std::string last;
      for (size_t k = 0; k + 1 < polygon.size(); k += 2) {
        std::string point =
            fmt::format("{:.0f} {:.0f}", grid(polygon[k], picture_.width, step), grid(polygon[k + 1], picture_.height, step));
        if (point != last) path += (k == 0 ? "M" : "L") + point;
        last = std::move(point);
      }
      path += "Z";
    }
    return path;
  }

  static double grid(double at, int side, double step) { return std::round(std::clamp(at, 0.0, static_cast<double>(side)) / step) * step; }

  const ObjectRange& range_;
  std::map<int64_t, const ObjectShape*> shapes_;
  ImageSize picture_;
  Overlay overlay_;
  size_t points_ = 0;
};

class ObjectCards final : public Cards {
 public:
  explicit ObjectCards(const Dataset& source) : source_(source) {}

  std::optional<Card> card(int64_t row) const override {
    const std::optional<DrawnPicture> picture = drawn_picture(source_.train(), row);
    if (!picture) return std::nullopt;
    // "2 dogs" would want a language's plurals: "2 × dog, 1 × cat".
    const std::string what = amounts_in_words(source_, row, "no objects", [](int64_t count) { return human_count(count) + " ×"; });
    const ObjectRange range = source_.train().targets()->objects(row);
    const std::vector<ObjectShape> shapes = shapes_of(row);
    return drawn_card(source_, row, *picture, what, Drawing(range, shapes, picture->whole.size, picture->small.size).html());
  }

 private:
  /// None of a label that cannot be read any more: boxes are still known.
  std::vector<ObjectShape> shapes_of(int64_t row) const {
    std::vector<ObjectShape> shapes;
    try {
      source_.train().targets()->shapes(row, shapes);
    } catch (const InputError&) {
      shapes.clear();
    } catch (const IoError&) {
      shapes.clear();
    }
    return shapes;
  }

  const Dataset& source_;
};

}  // namespace

std::unique_ptr<Cards> object_cards(const Dataset& source) {
  return std::make_unique<ObjectCards>(source);
}

}  // namespace decant::report
