// The stream of batches that a training reads, made ahead of time on worker threads.
//
// Sample number k of a training is place k mod n of epoch k div n; an epoch is a permutation drawn
// from Random(seed, "order", epoch), so every row comes once per epoch, batches run on across the
// end of an epoch, and a subset smaller than a batch repeats. How sample k is cut and mirrored is
// drawn from Random(seed, "augment", k), or where it is a view of its row, is that view's.
// Everything about a batch follows from its number, so workers take numbers as they come and the
// stream is the same for any count of them.
//
// Batches wait in a ring (ring.h), so the same error is reported for any count of workers.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "decant/base/context.h"
#include "decant/loader/augment.h"
#include "decant/loader/image_table.h"
#include "decant/loader/ring.h"

namespace decant::loader {

/// What a row is taught as: its entry in `labels`, or where that is empty its class.
int32_t taught_label(const Rows& rows, std::span<const int32_t> labels, int64_t row);

/// Throws InputError naming the first of `subset` whose taught_label() is none of 0 … classes−1.
void require_labels(const Rows& rows, std::span<const int64_t> subset, int classes, std::span<const int32_t> labels = {});

struct BatchOptions {
  int batch = 64;
  int64_t first = 0;     ///< number of the first sample: for those who go on where others stopped
  int64_t samples = 0;   ///< in all; the last batch is short when `batch` does not divide it
  bool shuffle = false;  ///< else the rows in their order, again and again
  uint64_t seed = 0;
  Cuts augmentation;
  Normalisation normalisation;
  /// Which view of its row a sample is; below 0: none, it is cut as `augmentation` says. Null = no
  /// sample is one. REQUIRES: rows whose views have labels, cut by at most augmentation.crop.
  std::function<int64_t(int64_t sample)> view;
  std::span<const int32_t> labels = {};  ///< see taught_label(); must outlive the batches
  int workers = 1;                       ///< never changes a batch; 1 is plenty unless pictures are decoded on the way
};

/// Where sample `sample` of a training, a picture of `row`, is cut and whether it is mirrored; as
/// it is, and nothing drawn, without augmentation.
Placement placement_of(const BatchOptions& options, const Rows& rows, int64_t row, int64_t sample);

/// Valid until the next call of next().
struct Batch {
  int64_t number = 0;           ///< from 0
  int64_t count = 0;            ///< pictures in it
  std::vector<float> images;    ///< (count, height, width, channels)
  std::vector<int64_t> labels;  ///< (count)
  std::vector<int64_t> rows;    ///< (count) where they come from
};

/// Which row sample k of a training is. Not thread-safe: keeps the permutation of the epoch it is
/// in.
class SampleOrder {
 public:
  SampleOrder(std::span<const int64_t> subset, bool shuffle, uint64_t seed) : subset_(subset), shuffle_(shuffle), seed_(seed) {}
  int64_t row(int64_t sample);

 private:
  std::span<const int64_t> subset_;
  bool shuffle_;
  uint64_t seed_;
  int64_t epoch_ = -1;
  std::vector<int64_t> places_;
};

class Batches {
 public:
  /// `subset`: rows of the table, not empty. The table must outlive this. Workers start at once,
  /// and are stopped and joined wherever they are when this goes.
  Batches(const ImageTable& table, std::span<const int64_t> subset, const BatchOptions& options, const Context& context);

  /// The next batch, or null after the last. Waits for it; rethrows what its worker threw. One
  /// consumer.
  const Batch* next();

  /// Seconds that next() has waited.
  double waited() const { return waited_; }

 private:
  class Maker;

  const std::vector<int64_t> subset_;
  double waited_ = 0;
  Ring<Batch> ring_;
};

}  // namespace decant::loader
