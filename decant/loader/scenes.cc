#include "decant/loader/scenes.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "decant/base/errors.h"
#include "decant/base/parallel.h"
#include "decant/data/objects.h"
#include "decant/data/upright.h"
#include "decant/kernels/resize.h"
#include "decant/loader/channels.h"

namespace decant::loader {
namespace {

constexpr int kSceneChannels = 3;
constexpr int64_t kScenesAtOnce = 8;  // handed to a thread
constexpr double kSameShape = 0.01;

bool same_shape(ImageSize a, ImageSize b) {
  const auto shape = [](ImageSize size) { return std::log(static_cast<double>(size.width) / size.height); };
  return std::abs(shape(a) - shape(b)) <= kSameShape;
}

ImageSize fitted_to(const Frame& frame, ImageSize source) {
  if (frame.stretched) return frame.size;
  const auto [width, height, channels] = frame.size;
  const double scale = std::min(static_cast<double>(width) / source.width, static_cast<double>(height) / source.height);
  const auto side = [scale](int own, int most) { return std::clamp(static_cast<int>(std::lround(own * scale)), 1, most); };
  return {side(source.width, width), side(source.height, height), channels};
}

void fit_pixels(const Image& picture, Scene& scene) {
  const int channels = picture.size.channels;
  const int64_t pixels = int64_t{scene.fitted.width} * scene.fitted.height;
  std::vector<uint8_t> resized(static_cast<size_t>(pixels * channels));
  resize_bilinear(picture.pixels.data(), picture.size.width, picture.size.height, channels, resized.data(), scene.fitted.width,
                  scene.fitted.height);
  scene.pixels.resize(static_cast<size_t>(scene.fitted.bytes()));
  convert_channels(resized.data(), pixels, channels, kSceneChannels, scene.pixels.data());
}

void fit_boxes(ObjectRange objects, Scene& scene) {
  scene.boxes.clear();
  for (int64_t i = objects.begin; i < objects.end; ++i) {
    const auto at = static_cast<size_t>(i);
    const uint16_t flags = objects.table->flags[at];
    if ((flags & ObjectFlag::broken) != 0) continue;
    const Box& box = objects.table->boxes[at];
    scene.boxes.push_back({static_cast<float>(box.x0 * scene.scale_x()), static_cast<float>(box.y0 * scene.scale_y()),
                           static_cast<float>(box.x1 * scene.scale_x()), static_cast<float>(box.y1 * scene.scale_y()),
                           objects.table->labels[at], (flags & (ObjectFlag::crowd | ObjectFlag::difficult)) != 0});
  }
}

/// The nearest source line of every line of the fitted picture.
std::vector<int> nearest(int source, int fitted) {
  std::vector<int> lines(static_cast<size_t>(fitted));
  for (int i = 0; i < fitted; ++i) lines[static_cast<size_t>(i)] = std::min(source - 1, static_cast<int>((i + 0.5) * source / fitted));
  return lines;
}

void fit_mask(const ClassMask& mask, Scene& scene) {
  const std::vector<int> columns = nearest(mask.width, scene.fitted.width);
  scene.classes.clear();
  for (const int line : nearest(mask.height, scene.fitted.height)) {
    const int32_t* const labels = mask.labels.data() + static_cast<ptrdiff_t>(line) * mask.width;
    for (const int column : columns) scene.classes.push_back(static_cast<int16_t>(labels[column]));
  }
}

}  // namespace

Frame frame_for(const Rows& rows, std::span<const int64_t> chosen, int longer, bool stretched, const Context& context) {
  require_pictures(rows);
  const int64_t looked_at = std::min(std::ssize(chosen), kShapesLookedAt);
  std::vector<ImageSize> sizes;
  Image picture;
  for (int64_t i = 0; i < looked_at; ++i) {
    context.check_cancelled();
    decode_as_annotated(rows, chosen[static_cast<size_t>(i * std::ssize(chosen) / looked_at)], picture);
    sizes.push_back(picture.size);
  }
  for (const ImageSize& size : sizes) {
    const auto alike = std::ranges::count_if(sizes, [&](ImageSize other) { return same_shape(size, other); });
    if (stretched ? alike < looked_at : 2 * alike <= looked_at) continue;
    const double scale = static_cast<double>(longer) / std::max(size.width, size.height);
    const auto side = [scale](int own) { return std::max(1, static_cast<int>(std::lround(own * scale))); };
    return {{side(size.width), side(size.height), kSceneChannels}, stretched};
  }
  return {{longer, longer, kSceneChannels}, stretched};
}

SceneTable::SceneTable(const Rows& rows, std::span<const int64_t> chosen, Frame frame, int64_t kept_bytes, const Context& context)
    : rows_(&rows), chosen_(chosen.begin(), chosen.end()), frame_(frame) {
  require_pictures(rows);
  const auto count = std::ssize(chosen_);
  const bool masks = rows.targets() != nullptr && rows.targets()->counted_in() == CountedIn::pixels;
  const int64_t each = int64_t{frame.size.width} * frame.size.height * (kSceneChannels + (masks ? int64_t{sizeof(int16_t)} : 0));
  if (count == 0 || count > kept_bytes / each) return;
  std::vector<Scene> scenes(chosen_.size());
  Stage stage(context, "decode", count, "images");
  parallel_for(context, count, kScenesAtOnce, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) read(chosen_[static_cast<size_t>(i)], scenes[static_cast<size_t>(i)]);
    stage.advance(end - begin);
  });
  kept_ = std::move(scenes);
}

void SceneTable::read(int64_t row, Scene& scene) const {
  Image picture;
  decode_as_annotated(*rows_, row, picture);
  scene.source = picture.size;
  scene.fitted = fitted_to(frame_, picture.size);
  fit_pixels(picture, scene);
  const Targets* const targets = rows_->targets();
  if (targets == nullptr) return;
  if (targets->counted_in() == CountedIn::objects) fit_boxes(targets->objects(row), scene);
  if (targets->counted_in() != CountedIn::pixels) return;
  ClassMask mask;
  if (!targets->class_mask(row, mask)) throw InputError({"", rows_->key(row), "has no mask that can be read", "Leave it out"});
  if (mask.width != picture.size.width || mask.height != picture.size.height)
    throw InputError(
        {"", rows_->key(row),
         fmt::format("has {} × {} pixels, and its mask {} × {}", picture.size.width, picture.size.height, mask.width, mask.height),
         "One of the two has changed since the set was opened: open it again"});
  fit_mask(mask, scene);
}

const Scene& SceneTable::scene(int64_t row, Scene& scratch) const {
  if (kept()) return kept_[static_cast<size_t>(slot(row))];
  read(row, scratch);
  return scratch;
}

int64_t SceneTable::slot(int64_t row) const {
  const auto found = std::ranges::lower_bound(chosen_, row);
  DECANT_CHECK(found != chosen_.end() && *found == row, ==, true);
  return found - chosen_.begin();
}

std::any SceneTable::attached(const std::string& name, const std::function<std::any()>& make) const {
  const std::lock_guard lock(attached_mutex_);
  const auto found = attached_.find(name);
  return found != attached_.end() ? found->second : attached_.emplace(name, make()).first->second;
}

}  // namespace decant::loader
