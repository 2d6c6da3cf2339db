// Which files a WebDataset specification names, and which split each belongs to.
//
//   x-{000..127}.tar      a range: zero-padded as written; {a,b} alternatives; several braces, also
//                         nested, multiply
//   dir/*.tar             a glob, sorted by bytes; braces are expanded first
//   x.tar                 one shard
//   dir/                  its *.tar files; when there are none, those in its folders: train/, val/
//                         (valid/, validation/), test/ and other names that mean a split
//                         (split_name.h) are splits when one means training rows, else all folders
//                         at any depth count together
//
// Shards come in the byte order of their names, however they were named: the same files always give
// the same rows.
//
// When one of several shards is named after the training split ("train", "training" as a word of
// its file name: x-train-000.tar), the words val, valid, validation, dev, eval, test and testing
// sort the others; a shard with none of these words is left out and named in an Oddity. When none
// is, all shards are training shards.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "decant/data/dataset.h"

namespace decant {

struct Shards {
  std::filesystem::path base;  ///< the folder that all names are relative to
  std::map<Split, std::vector<std::string>> names;
  std::vector<Oddity> oddities;
};

/// Throws InputError when a shard is missing, compressed or remote, or when there is none.
Shards find_shards(const std::string& spec);

/// Whether a path is meant as shards: it ends in .tar (or in a packed form of it, which find_shards
/// refuses with advice), or is a folder with such files, or with such files in a folder train/.
bool looks_like_shards(const std::string& spec);

/// Whether there is a .tar file anywhere below the folder. Walks through all of it when there is
/// none.
bool has_shards_below(const std::filesystem::path& folder);

}  // namespace decant
