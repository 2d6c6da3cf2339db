#include "decant/loader/scene_batches.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "decant/base/errors.h"
#include "decant/loader/batches.h"

namespace decant::loader {
namespace {

constexpr int64_t kScenesAhead = 2;  // finished batches that may wait

/// The columns, or lines, of a frame that show something: places [begin, end), and which one of the
/// picture is shown at `begin`; mirrored, the following places show those before it.
struct Shown {
  int begin = 0;
  int end = 0;
  int first = 0;
  int step = 1;
};

/// `size`: of the frame, `fitted`: of the picture.
Shown shown_of(int size, int fitted, int shift, bool mirror) {
  if (!mirror) {
    const int begin = std::clamp(-shift, 0, size), end = std::clamp(fitted - shift, begin, size);
    return {begin, end, begin + shift, 1};
  }
  const int last = size - 1 + shift;  // shown at place 0; at x, last − x
  const int begin = std::clamp(last - (fitted - 1), 0, size), end = std::clamp(last + 1, begin, size);
  return {begin, end, last - begin, -1};
}

}  // namespace

bool place_box(SceneBox& box, Placement placement, ImageSize frame) {
  const auto width = static_cast<float>(frame.width), height = static_cast<float>(frame.height);
  const auto dx = static_cast<float>(placement.dx), dy = static_cast<float>(placement.dy);
  const auto [x0, x1] = placement.mirror ? std::pair(width + dx - box.x1, width + dx - box.x0) : std::pair(box.x0 - dx, box.x1 - dx);
  const float y0 = box.y0 - dy, y1 = box.y1 - dy;
  const float x = (x0 + x1) / 2, y = (y0 + y1) / 2;
  box.x0 = std::clamp(x0, 0.0F, width);
  box.x1 = std::clamp(x1, 0.0F, width);
  box.y0 = std::clamp(y0, 0.0F, height);
  box.y1 = std::clamp(y1, 0.0F, height);
  return x >= 0 && x < width && y >= 0 && y < height && box.x1 > box.x0 && box.y1 > box.y0;
}

/// What one thread needs to make batches.
class SceneBatches::Maker {
 public:
  Maker(const SceneTable& table, std::span<const int64_t> subset, const SceneBatchOptions& options, const Context& context)
      : table_(table), options_(options), context_(context), order_(subset, options.shuffle, options.seed) {
    const Targets* const targets = table.rows().targets();
    masks_ = targets != nullptr && targets->counted_in() == CountedIn::pixels;
  }

  static std::vector<Ring<SceneBatch>::Make> of_every_worker(const SceneTable& table, std::span<const int64_t> subset,
                                                             const SceneBatchOptions& options, const Context& context) {
    DECANT_CHECK(subset.size(), >, size_t{0});
    std::vector<Ring<SceneBatch>::Make> makers;
    for (int i = 0; i < options.workers; ++i)
      makers.emplace_back([maker = std::make_shared<Maker>(table, subset, options, context)](int64_t number, SceneBatch& batch) {
        maker->make(number, batch);
      });
    return makers;
  }

  void make(int64_t number, SceneBatch& batch) {
    const int64_t done = number * options_.batch;
    const ImageSize frame = table_.frame();
    const int64_t places = int64_t{frame.width} * frame.height;
    batch.number = number;
    batch.count = std::min<int64_t>(options_.batch, options_.samples - done);
    const auto count = static_cast<size_t>(batch.count);
    batch.rows.resize(count);
    batch.placements.resize(count);
    batch.boxes.resize(count);
    batch.images.assign(options_.pixels ? static_cast<size_t>(batch.count * frame.bytes()) : 0, 0.0F);
    batch.classes.assign(masks_ ? static_cast<size_t>(batch.count * places) : 0, int64_t{kNoLabel});
    for (int64_t i = 0; i < batch.count; ++i) {
      context_.check_cancelled();
      const auto at = static_cast<size_t>(i);
      const int64_t sample = options_.first + done + i;
      batch.rows[at] = order_.row(sample);
      batch.placements[at] = placement_of(sample);
      const Scene& scene = table_.scene(batch.rows[at], scratch_);
      place_boxes(scene, batch.placements[at], batch.boxes[at]);
      if (options_.pixels) place_pixels(scene, batch.placements[at], batch.images.data() + i * frame.bytes());
      if (masks_) place_classes(scene, batch.placements[at], batch.classes.data() + i * places);
    }
  }

 private:
  Placement placement_of(int64_t sample) const {
    DECANT_CHECK(options_.augmentation.resized_crop, ==, 0);
    if (options_.augmentation.none()) return {};
    return draw_placement(options_.augmentation, Random(options_.seed, "augment", static_cast<uint64_t>(sample)));
  }

  void place_boxes(const Scene& scene, Placement placement, std::vector<SceneBox>& boxes) const {
    boxes.clear();
    for (SceneBox box : scene.boxes) {
      if (place_box(box, placement, table_.frame())) boxes.push_back(box);
    }
  }

  /// Calls visit(place in the frame, place in the picture, pixels, step) for every line that shows
  /// something: of that line, pixel i shows the picture's pixel at place + i · step.
  template <class Visit>
  void each_line(const Scene& scene, Placement placement, Visit&& visit) const {
    const ImageSize frame = table_.frame();
    const Shown columns = shown_of(frame.width, scene.fitted.width, placement.dx, placement.mirror);
    const Shown lines = shown_of(frame.height, scene.fitted.height, placement.dy, false);
    for (int y = lines.begin; y < lines.end; ++y) {
      const int64_t from = int64_t{lines.first + (y - lines.begin)} * scene.fitted.width + columns.first;
      visit(int64_t{y} * frame.width + columns.begin, from, columns.end - columns.begin, columns.step);
    }
  }

  void place_pixels(const Scene& scene, Placement placement, float* out) const {
    const auto& [scale, bias] = options_.normalisation;
    each_line(scene, placement, [&, &scale = scale, &bias = bias](int64_t to, int64_t from, int count, int step) {
      const uint8_t* in = scene.pixels.data() + 3 * from;
      float* line = out + 3 * to;
      for (int i = 0; i < count; ++i, in += 3 * step, line += 3) {
        for (size_t c = 0; c < 3; ++c) line[c] = static_cast<float>(in[c]) * scale[c] + bias[c];
      }
    });
  }

  void place_classes(const Scene& scene, Placement placement, int64_t* out) const {
    each_line(scene, placement, [&](int64_t to, int64_t from, int count, int step) {
      const int16_t* in = scene.classes.data() + from;
      for (int i = 0; i < count; ++i, in += step) out[to + i] = *in;
    });
  }

  const SceneTable& table_;
  const SceneBatchOptions options_;
  const Context context_;
  SampleOrder order_;
  Scene scratch_;
  bool masks_ = false;
};

SceneBatches::SceneBatches(const SceneTable& table, std::span<const int64_t> subset, const SceneBatchOptions& options,
                           const Context& context)
    : subset_(subset.begin(), subset.end()),
      ring_((options.samples + options.batch - 1) / options.batch, kScenesAhead, Maker::of_every_worker(table, subset_, options, context)) {
}

}  // namespace decant::loader
