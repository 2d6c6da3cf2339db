// Choosing rows of a matrix: the entry point for C++ programs. Nothing here needs a file or a
// network.
//
//   #include <decant/select/select.h>
//
//   decant::SelectionOptions options;
//   options.keep = "10%";
//   const decant::Choice choice = decant::select({embeddings.data(), rows, width}, options);
//   for (int64_t row : choice.rows) …
//
// examples/ has this as a program. The parts it is made of are in bins/bins.h and pools/sampler.h.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "decant/base/context.h"
#include "decant/base/matrix.h"
#include "decant/data/selection.h"
#include "decant/select/bins/bins.h"
#include "decant/select/methods/list.h"

namespace decant {

struct SelectionOptions {
  std::string keep = "10%";           ///< a share ("10%", "0.1") or a number of rows ("5000"); always met exactly
  std::string method = "bins";        ///< one of methods() that needs no scores: "random", "facility-location", …
  std::span<const int32_t> labels;    ///< the class of each row, from 0; empty = none. Viewed, not copied.
  std::span<const int64_t> bad_rows;  ///< rows that must not be chosen, whatever they hold. Viewed, not copied.
  BinOptions bins;                    ///< how "bins" cuts; its per_class also tells the others to choose class by class
  uint64_t seed = 0;                  ///< every draw follows from it; that of `bins` is not looked at
};

struct Choice {
  Subset rows;          ///< ascending
  Selection selection;  ///< bin, pool, order and gain of every row: sample() it again for another ratio that it serves
};

/// Chooses rows of a float32 matrix, rows × width, which must outlive the call. The same matrix,
/// options and seed give the same rows on every machine, whatever the number of threads. `context`:
/// threads, progress, cancellation.
///
/// Cost of "bins": a pool of n rows of width d takes some 2·n·d bytes and n^1.2·d time for features
/// with a common mean, as networks give; up to n²·d for pure noise. InputError (base/errors.h) for
/// what select_bins(), sample() and keep_count() refuse.
Choice select(MatrixView<const float> features, const SelectionOptions& options = {}, const Context& context = {});

}  // namespace decant
