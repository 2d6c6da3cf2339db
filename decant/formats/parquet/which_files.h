// Which Parquet files a path or a pattern names, and of which split each is.
//
//   x.parquet                one file, all of it training rows
//   'data/train-*.parquet'   braces and wildcards, sorted by bytes
//   folder/                  its *.parquet files at most four levels down, as the Hugging Face hub
//                            lays them out: data/train-00000-of-00003.parquet, default/train/0000.parquet;
//                            where its README.md lists configurations, the files of one of them
//
// The split is a word of the file's name ("train", "validation", "test" and their like), else of
// the nearest folder's. Where some files are called train, others without such a word are left out
// and reported. Files in hidden folders and metadata.parquet, which lies next to pictures, are
// none.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "decant/data/dataset.h"

namespace decant::parquet {

struct WhichFiles {
  std::filesystem::path base;                       ///< the deepest folder that holds all of them
  std::map<Split, std::vector<std::string>> names;  ///< below `base`; always holds train
  std::vector<Oddity> oddities;
  bool one_of_several = false;  ///< configurations: what README.md says of classes may be of another
};

/// `configuration`: a name in README.md; empty = the only one, or the default. Throws InputError
/// where there is no file, a named one is missing, or the configuration is not known.
WhichFiles find_parquet_files(const std::string& spec, const std::string& configuration = "");

/// The files of a folder, sorted by their paths; stops at `most`.
std::vector<std::filesystem::path> parquet_files_below(const std::filesystem::path& folder, size_t most);

/// "x.parquet", whatever its case.
bool has_parquet_ending(const std::filesystem::path& file);

}  // namespace decant::parquet
