// select: a matrix in memory in, an order of its rows and those to keep out. Of every method and
// option that `bins` has; nothing is read but what options name, and nothing is written.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "decant/base/context.h"
#include "decant/base/options.h"
#include "decant/data/features.h"
#include "decant/data/run_record.h"
#include "decant/data/selection.h"
#include "decant/pipeline/choosing/method_spec.h"

namespace decant {

/// n rows. Copies share the features.
struct MatrixRows {
  Features features;
  std::vector<int32_t> labels = {};       ///< (n,) from 0, or kNoLabel; empty = no row has one
  std::vector<std::string> classes = {};  ///< names of labels; empty = unnamed
  std::vector<int64_t> left_out = {};     ///< ascending, distinct: not to be chosen, and may hold anything
  std::string name = "X";                 ///< what messages call it
};

struct SelectOptions {
  std::string keep = "10%";  ///< of all n rows
  ChoosingOptions select;
  uint64_t seed = 0;

  void declare(OptionTable& table);
};

struct SelectedRows {
  Selection selection;
  Subset kept;
  std::string note;  ///< one sentence: how the rows were chosen
};

/// The same rows as `decant bins` and `decant sample` give for the matrix in a file. Features are
/// neither copied nor converted as a whole. Throws InputError, UsageError, Cancelled.
SelectedRows select_rows(const MatrixRows& matrix, const SelectOptions& options, const Context& context);

/// Writes an order as `bins` does, to be read by `sample`: bins.npy, pools.npy, order.npy, gain.npy
/// and run.json. Throws InputError where `folder` holds something else, or an order already and
/// `overwrite` is false.
void save_order(const Selection& selection, const std::string& note, uint64_t seed, const std::string& command,
                const std::filesystem::path& folder, bool overwrite);

}  // namespace decant
