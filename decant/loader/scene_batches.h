// Scenes in batches for training and testing, shifted and mirrored, made ahead of time on worker
// threads: what batches.h is for classifiers.
//
// Sample k of a training is which row, and how it is placed, as there: functions of the seed and of
// k. A shift of (dx, dy) shows at place (x, y) of the frame what lies at (x + dx, y + dy); nothing
// comes in from outside, since an object that is mirrored in from the edge would be one without a
// box. Boxes and masks go through the same shift and mirror, to the frame's edge.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "decant/base/context.h"
#include "decant/loader/augment.h"
#include "decant/loader/ring.h"
#include "decant/loader/scenes.h"

namespace decant::loader {

struct SceneBatchOptions {
  int batch = 8;
  int64_t first = 0;     ///< number of the first sample
  int64_t samples = 0;   ///< in all; the last batch is short when `batch` does not divide it
  bool shuffle = false;  ///< else the rows in their order, again and again
  uint64_t seed = 0;
  Cuts augmentation;  ///< shifts and mirrors; REQUIRES: no resized crops
  Normalisation normalisation;
  bool pixels = true;  ///< else `images` stay empty: for those who have what a network makes of them
  int workers = 1;     ///< never changes a batch
};

/// Valid until the next call of next().
struct SceneBatch {
  int64_t number = 0;  ///< from 0
  int64_t count = 0;
  std::vector<int64_t> rows;                 ///< (count) where they come from
  std::vector<Placement> placements;         ///< (count)
  std::vector<float> images;                 ///< (count, height, width, 3) of the frame; 0 outside the picture
  std::vector<std::vector<SceneBox>> boxes;  ///< (count): what is left of them in the frame, where their middle is
  std::vector<int64_t> classes;              ///< of masks, (count, height, width); kNoLabel outside the picture
};

class SceneBatches {
 public:
  /// `subset`: rows of the table, not empty. The table must outlive this.
  SceneBatches(const SceneTable& table, std::span<const int64_t> subset, const SceneBatchOptions& options, const Context& context);

  /// The next batch, or null after the last. Waits for it; rethrows what its worker threw. One
  /// consumer.
  const SceneBatch* next() { return ring_.next(); }

 private:
  class Maker;

  const std::vector<int64_t> subset_;
  Ring<SceneBatch> ring_;
};

/// Where a box of the frame lies once it is placed, cut at the frame's edge; false where its middle
/// lies outside.
bool place_box(SceneBox& box, Placement placement, ImageSize frame);

}  // namespace decant::loader
