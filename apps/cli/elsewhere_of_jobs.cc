#include "apps/cli/elsewhere_of_jobs.h"

namespace decant::cli {

std::vector<Elsewhere> elsewhere_of_jobs(const std::string& to) {
  const std::string head =
      "on the head node, decant compress DATA --scans 'scan-*.json' --features 'feats-*.npy' takes it, in place of write and finish";
  std::vector<Elsewhere> all = {
      {{"drop", "quality", "resolution", "bytes", "spend", "importance", "fill", "store", "tile", "tile-side", "tile-fit"},
       "jobs write rows as they are stored; " + head},
      {{"dedup", "dedup-search"}, "rows that repeat others are left out before rows are chosen, and a job sees only its own; " + head},
      {{"keep", "method", "min-per-class", "pools", "keep-tokens", "keep-objects", "seed"},
       "which rows are kept is decided before: decant bins orders them, decant sample --keep writes their numbers for --rows"}};
  if (!to.empty()) all.push_back({{"to"}, to});
  return all;
}

}  // namespace decant::cli
