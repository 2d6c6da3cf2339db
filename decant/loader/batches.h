// The stream of batches that a training reads, made ahead of time on worker threads.
//
// Sample number k of a training is place k mod n of epoch k div n; an epoch is a permutation drawn
// from Random(seed, "order", epoch), so every row comes once per epoch, batches run on across the
// end of an epoch, and a subset smaller than a batch repeats. How sample k is cut and mirrored is
// drawn from Random(seed, "augment", k). Everything about a batch follows from its number, so
// workers take numbers as they come and the stream is the same for any count of them.
//
// Batches wait in a small ring. A worker that fails puts its exception where the batch would have
// been; next() throws it at that place of the stream, so the same error is reported for any count
// of workers.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "decant/base/context.h"
#include "decant/loader/augment.h"
#include "decant/loader/image_table.h"

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
  Augmentation augmentation;
  Normalisation normalisation;
  std::span<const int32_t> labels = {};  ///< see taught_label(); must outlive the batches
  int workers = 1;                       ///< never changes a batch; 1 is plenty unless pictures are decoded on the way
};

/// Where sample `sample` of a training is cut and whether it is mirrored; as it is, and nothing
/// drawn, without augmentation.
Placement placement_of(const BatchOptions& options, int64_t sample);

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
  /// `subset`: rows of the table, not empty. The table must outlive this. Workers start at once.
  Batches(const ImageTable& table, std::span<const int64_t> subset, const BatchOptions& options, const Context& context);
  /// Stops and joins the workers, wherever they are.
  ~Batches();
  Batches(const Batches&) = delete;
  Batches& operator=(const Batches&) = delete;

  /// The next batch, or null after the last. Waits for it; rethrows what its worker threw. One
  /// consumer.
  const Batch* next();

  /// Seconds that next() has waited.
  double waited() const { return waited_; }

 private:
  struct Slot {
    Batch batch;
    bool ready = false;
    std::exception_ptr failure;
  };

  class Worker;

  void work(Worker& worker);
  void stop();
  Slot* take(int64_t& number);
  void give(Slot& slot, std::exception_ptr failure);
  Slot& slot_of(int64_t number) { return ring_[static_cast<size_t>(number) % ring_.size()]; }

  const ImageTable& table_;
  const std::vector<int64_t> subset_;
  const BatchOptions options_;
  const Context context_;
  const int64_t count_;  ///< of batches

  std::mutex mutex_;
  std::condition_variable slot_free_;
  std::condition_variable slot_ready_;
  std::vector<Slot> ring_;
  int64_t taken_ = 0;     ///< batches handed to workers
  int64_t consumed_ = 0;  ///< batches handed out by next()
  bool stop_ = false;

  double waited_ = 0;
  std::vector<std::jthread> workers_;  ///< last, so that it is joined before anything above is gone
};

}  // namespace decant::loader
