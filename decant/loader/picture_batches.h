// Pictures as they are, in batches of one size, made ahead of time on worker threads: for a model
// that is not ours to run. batches.h is its counterpart for training.
//
// Batches come in the order of the rows given, wait in a ring (ring.h), and are the same for any
// number of workers. A picture that does not decode is all zeros, and its row is named.
#pragma once

#include <cstdint>
#include <vector>

#include "decant/base/context.h"
#include "decant/data/dataset.h"
#include "decant/loader/ring.h"

namespace decant::loader {

struct PictureBatch {
  std::vector<uint8_t> pixels;  ///< (rows, side, side, 3): the centre square, as fit_picture() makes it
  std::vector<int64_t> rows;
  std::vector<int64_t> bad;  ///< of these, those that do not decode
};

class PictureBatches {
 public:
  /// `rows` must outlive this; `chosen`: any of them, in any order. Workers start at once, and are
  /// stopped and joined wherever they are when this goes.
  /// REQUIRES: side, batch > 0. Throws InputError for rows without pictures.
  PictureBatches(const Rows& rows, std::vector<int64_t> chosen, int side, int batch, const Context& context);

  /// Takes the next batch; false after the last. Waits for it; rethrows what its worker threw
  /// (IoError). One consumer.
  bool next(PictureBatch& batch);

 private:
  Ring<PictureBatch> ring_;
};

}  // namespace decant::loader
