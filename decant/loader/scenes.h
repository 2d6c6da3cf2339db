// Pictures at training size with what is annotated in them: boxes, or the class of every pixel.
//
// A picture is scaled, its sides in proportion, until it fills a frame in one direction, with an
// antialiased triangle filter, and lies in the frame's upper left corner; what it leaves free of
// the frame teaches nothing. Or it is stretched to fill the frame. Boxes are scaled with it, masks
// are read at the nearest pixel. So nothing of a picture is cut off, unlike for classifiers
// (image_table.h): what lies at its edge is annotated.
//
// Pictures are decoded once, on all threads, where they fit in memory; else again for every batch.
#pragma once

#include <any>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "decant/base/context.h"
#include "decant/data/dataset.h"

namespace decant::loader {

struct Frame {
  ImageSize size;          ///< three channels
  bool stretched = false;  ///< pictures of another shape fill it, out of proportion
};

/// The frame for pictures of these rows: its longer side is `longer`, and its shape is that of most
/// of them, within a hundredth, or with `stretched` of all; where there is no such shape it is a
/// square. Decodes `kShapesLookedAt` pictures at most, evenly spread.
Frame frame_for(const Rows& rows, std::span<const int64_t> chosen, int longer, bool stretched, const Context& context);
inline constexpr int64_t kShapesLookedAt = 100;

/// In pixels of the frame.
struct SceneBox {
  float x0 = 0, y0 = 0, x1 = 0, y1 = 0;
  int32_t label = 0;
  /// A crowd, or one that is difficult: neither to be found nor wrong to find. Its label may be
  /// kNoLabel.
  bool ignored = false;
};

struct Scene {
  ImageSize source;  ///< as it is stored
  ImageSize fitted;  ///< 3 channels; no side longer than the frame's
  std::vector<uint8_t> pixels;
  std::vector<SceneBox> boxes;   ///< of rows with objects: those that are not broken, in their order
  std::vector<int16_t> classes;  ///< of rows with masks: (height, width) as fitted; kNoLabel counts nowhere

  double scale_x() const { return static_cast<double>(fitted.width) / source.width; }
  double scale_y() const { return static_cast<double>(fitted.height) / source.height; }
};

class SceneTable {
 public:
  /// `rows` must outlive the table; `chosen`: ascending, the rows that it will be asked for. Scenes
  /// are kept while all of them take at most `kept_bytes`. Throws InputError for rows without
  /// pictures, and where one's mask has another size than the picture; what decoding throws;
  /// Cancelled.
  SceneTable(const Rows& rows, std::span<const int64_t> chosen, Frame frame, int64_t kept_bytes, const Context& context);

  /// Lives as long as the table, or until `scratch` is used again. REQUIRES: one of `chosen`.
  /// Thread-safe.
  const Scene& scene(int64_t row, Scene& scratch) const;

  const Rows& rows() const { return *rows_; }
  ImageSize frame() const { return frame_.size; }
  const std::vector<int64_t>& chosen() const { return chosen_; }
  /// Place of the row among `chosen`. REQUIRES: it is one of them.
  int64_t slot(int64_t row) const;
  bool kept() const { return !kept_.empty(); }

  /// As ImageTable::attached(): what `make` gives, kept for as long as the table lives.
  std::any attached(const std::string& name, const std::function<std::any()>& make) const;

 private:
  void read(int64_t row, Scene& scene) const;

  const Rows* rows_;
  std::vector<int64_t> chosen_;
  Frame frame_;
  std::vector<Scene> kept_;
  mutable std::mutex attached_mutex_;
  mutable std::map<std::string, std::any> attached_;
};

}  // namespace decant::loader
