// Pictures as they are, in batches of one size, made ahead of time on worker threads: for a model
// that is not ours to run. batches.h is its counterpart for training.
//
// Batches come in the order of the rows given, wait in a small ring, and are the same for any
// number of workers. A picture that does not decode is all zeros, and its row is named.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "decant/base/context.h"
#include "decant/data/dataset.h"

namespace decant::loader {

struct PictureBatch {
  std::vector<uint8_t> pixels;  ///< (rows, side, side, 3): the centre square, as fit_picture() makes it
  std::vector<int64_t> rows;
  std::vector<int64_t> bad;  ///< of these, those that do not decode
};

class PictureBatches {
 public:
  /// `rows` must outlive this; `chosen`: any of them, in any order. Workers start at once.
  /// REQUIRES: side, batch > 0. Throws InputError for rows without pictures.
  PictureBatches(const Rows& rows, std::vector<int64_t> chosen, int side, int batch, const Context& context);
  /// Stops and joins the workers, wherever they are.
  ~PictureBatches();
  PictureBatches(const PictureBatches&) = delete;
  PictureBatches& operator=(const PictureBatches&) = delete;

  /// Takes the next batch; false after the last. Waits for it; rethrows what its worker threw
  /// (IoError). One consumer.
  bool next(PictureBatch& batch);

 private:
  struct Slot {
    PictureBatch batch;
    bool ready = false;
    std::exception_ptr failure;
  };

  void work();
  PictureBatch make(int64_t number) const;
  Slot& slot_of(int64_t number) { return ring_[static_cast<size_t>(number) % ring_.size()]; }

  const Pictures& pictures_;
  const std::vector<int64_t> chosen_;
  const int side_;
  const int batch_;
  const int64_t count_;  ///< of batches

  std::mutex mutex_;
  std::condition_variable slot_free_;
  std::condition_variable slot_ready_;
  std::vector<Slot> ring_;
  int64_t taken_ = 0;     ///< batches handed to workers
  int64_t consumed_ = 0;  ///< batches handed out by next()
  bool stop_ = false;
  std::vector<std::jthread> workers_;  ///< last, so that it is joined before anything above is gone
};

}  // namespace decant::loader
