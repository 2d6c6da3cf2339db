// Training dynamics on record: one ordinary training of a small network (the proxy), during which
// every row is observed once per epoch. data/dynamics.h says what is observed; this writes it. Free
// of libtorch; the loop is in the torch part of this folder.
//
// In the folder of a finished record: probability.npy, margin.npy, loss.npy, error.npy,
// gradient.npy, entropy.npy, float16 (epochs, rows). Rows outside the subset are NaN throughout.
// While it runs, `state.safetensors` holds weights and momenta after the last whole epoch and
// `epoch-N.npy` that epoch's record, (6, rows): an interrupted recording goes on after its last
// whole epoch and ends in the same bytes.
//
// Cost: that of epochs · |subset| training pictures; observing adds a softmax in float64 for each.
// 12 bytes per row and epoch on disk.
#pragma once

#include <filesystem>

#include "decant/data/dynamics.h"
#include "decant/train/train.h"

namespace decant::train {

struct DynamicsJob {
  TrainJob training;  ///< `epochs` says how long, whatever `steps` is; `test` is ignored; save_weights gets the proxy's, if named
  std::filesystem::path folder;  ///< where the record goes; is there
};

struct DynamicsResult {
  int64_t steps = 0;
  double seconds = 0;     ///< of this call
  int epochs_before = 0;  ///< that an earlier call had finished
};

/// An epoch is one pass in a random order of its own; its last batch is short when `batch` does not
/// divide the subset. Throws what train() throws; InputError too when the folder holds the
/// beginnings of another recording.
DynamicsResult record_dynamics(const DynamicsJob& job, const Context& context);

/// Maps a finished record. Throws InputError for files that are missing, of another type, or do not
/// fit each other or `rows` (−1 = any number).
Dynamics read_dynamics(const std::filesystem::path& folder, int64_t rows);

/// Writes the files of a record into a folder that is there.
void write_dynamics(const Dynamics& dynamics, const std::filesystem::path& folder);

}  // namespace decant::train
