// Drawn pictures with objects in them, annotated by boxes or by masks. Only tests include it.
#pragma once

#include <utility>
#include <vector>

#include "decant/base/random.h"
#include "decant/data/memory_rows.h"
#include "decant/data/objects.h"

namespace decant {

/// 64 × 48 pixels of grey noise, and in them a red square (class 0) and mostly a blue one (class
/// 1). As masks, squares are these classes, the frame of one pixel around the picture is ignored,
/// and all else is class 2.
class DrawnScenes final : public MemoryRows {
 public:
  static constexpr int kWidth = 64;
  static constexpr int kHeight = 48;
  static constexpr int kClasses = 3;

  DrawnScenes(int count, CountedIn unit, uint64_t seed = 0) : DrawnScenes(drawn(count, seed), unit) {}

  CountedIn counted_in() const override { return unit_; }
  ObjectRange objects(int64_t row) const override { return unit_ == CountedIn::objects ? objects_.of(row) : ObjectRange(); }
  void counts(int64_t row, std::vector<ClassCount>& out) const override { count_objects(objects_, row, out); }
  bool class_mask(int64_t row, ClassMask& out) const override {
    if (unit_ != CountedIn::pixels) return false;
    out.width = kWidth;
    out.height = kHeight;
    out.labels.assign(static_cast<size_t>(kWidth) * kHeight, kClasses - 1);
    for (int64_t i = objects_.begin(row); i < objects_.end(row); ++i) {
      const Box& box = objects_.boxes[static_cast<size_t>(i)];
      for (int y = static_cast<int>(box.y0); y < box.y1; ++y) {
        for (int x = static_cast<int>(box.x0); x < box.x1; ++x)
          out.labels[static_cast<size_t>(y * kWidth + x)] = objects_.labels[static_cast<size_t>(i)];
      }
    }
    for (int y = 0; y < kHeight; ++y) {
      for (int x = 0; x < kWidth; ++x) {
        if (x == 0 || y == 0 || x == kWidth - 1 || y == kHeight - 1) out.labels[static_cast<size_t>(y * kWidth + x)] = kNoLabel;
      }
    }
    return true;
  }
  /// To change before anybody looks: flags and boxes.
  Objects& table() { return objects_; }

 private:
  struct Drawn {
    std::vector<Image> pictures;
    Objects objects;
  };

  DrawnScenes(Drawn made, CountedIn unit)
      : MemoryRows(std::move(made.pictures), std::vector<int32_t>(made.objects.first.size() - 1, kNoLabel)),
        objects_(std::move(made.objects)),
        unit_(unit) {}

  static Drawn drawn(int count, uint64_t seed) {
    Drawn made;
    for (int i = 0; i < count; ++i) {
      Random random(seed, "scene", static_cast<uint64_t>(i));
      Image& picture = made.pictures.emplace_back();
      picture.resize({kWidth, kHeight, 3});
      for (uint8_t& pixel : picture.pixels) pixel = static_cast<uint8_t>(100 + random.below(40));
      draw_square(picture, 0, random, made.objects);
      if (i % 4 != 3) draw_square(picture, 1, random, made.objects);
      made.objects.first.push_back(made.objects.size());
    }
    return made;
  }

  static void draw_square(Image& picture, int32_t label, Random& random, Objects& objects) {
    const int side = 10 + static_cast<int>(random.below(9));
    const int half = kWidth / 2 * label;  // red ones on the left: they do not meet
    const int x0 = half + static_cast<int>(random.below(static_cast<uint64_t>(kWidth / 2 - side)));
    const int y0 = static_cast<int>(random.below(static_cast<uint64_t>(kHeight - side)));
    for (int y = y0; y < y0 + side; ++y) {
      for (int x = x0; x < x0 + side; ++x) {
        for (int c = 0; c < 3; ++c) picture.row(y)[3 * x + c] = c == 2 * label ? 230 : 20;
      }
    }
    objects.boxes.push_back({1.0 * x0, 1.0 * y0, 1.0 * (x0 + side), 1.0 * (y0 + side)});
    objects.labels.push_back(label);
    objects.areas.push_back(side * side);
    objects.flags.push_back(0);
    objects.places.push_back({});
  }

  Objects objects_;
  CountedIn unit_;
};

}  // namespace decant
