// Which files a matrix in shards lies in, and in what order its rows come.
//
//   feats.npy               one file
//   feats-{000..127}.npy    braces: the files in the order written, all of which must be there
//   feats-*.npy             wildcards: the files that are there, by the bytes of their names, which
//                           must be the order of their numbers
//
// Each file is a matrix of some rows, or each is one row, an array of one axis.
#pragma once

#include <string>
#include <vector>

#include "decant/data/dataset.h"

namespace decant {

struct NpyShards {
  std::vector<std::string> paths;  ///< at least one; row 0 is the first row of the first
  std::vector<Oddity> oddities;    ///< numbers that wildcards skip
};

/// Throws InputError: a shard is missing (which), named twice, or names whose order is not that of
/// their numbers.
NpyShards find_npy_shards(const std::string& spec);

/// Whether a name is meant as one or more .npy files: it ends so once braces are expanded. Throws
/// InputError for braces that do not match.
bool names_npy(const std::string& spec);

}  // namespace decant
