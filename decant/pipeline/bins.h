// bins: a matrix of features (and labels, if any) in, an order and its bins out; no pictures
// needed.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "decant/base/context.h"
#include "decant/base/options.h"
#include "decant/comm/comm.h"
#include "decant/data/run_record.h"
#include "decant/pipeline/choosing/choose_rows.h"

namespace decant {

struct BinsOptions {
  std::string features;  ///< a .npy, or a pattern of shards
  std::filesystem::path labels;
  std::string scans;  ///< labels and bad rows, as jobs found them: scans.h
  std::filesystem::path out;
  std::string keep;  ///< rows that methods have in mind whose order follows from that; empty = all
  ChoosingOptions select{.method = "bins"};
  uint64_t seed = 0;
  bool overwrite = false;
  std::string command;
  Comm* ranks = nullptr;  ///< that share the work; not an option

  void declare(OptionTable& table);
};

/// Writes bins.npy, pools.npy, order.npy, gain.npy and run.json; returns the latter. With ranks,
/// all of them call it; the first writes, the others return nothing.
std::optional<RunRecord> make_bins(const BinsOptions& options, const Context& context);

}  // namespace decant
