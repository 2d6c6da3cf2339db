// What `decant duplicates` found, and the folder that keeps it (docs/formats/duplicates.md):
// pairs.jsonl, every pair down to --floor; dropped.jsonl, for every dropped row the row that it
// repeats; clusters.jsonl; clusters.html, the largest and closest of them to look at; indices.npy,
// the training rows that stay; test-indices.npy, the test rows without a copy in training;
// duplicates.json, the counts.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "decant/base/json_fwd.h"
#include "decant/data/subset.h"
#include "decant/dedup/approximate_pairs.h"
#include "decant/dedup/copies.h"

namespace decant {

/// What makes two rows near: their features (dedup/near_pairs.h), or the words of their texts
/// (dedup/near_sets.h).
enum class NearBy { features, minhash };

/// What was searched, and how: all that another threshold needs besides the pairs.
struct SearchedSplits {
  std::string path;
  std::string digest;
  int64_t rows = 0;
  std::vector<int64_t> excluded;  ///< rows that cannot be read
  std::string test_path;          ///< empty: no test split
  std::string test_split;
  int64_t test_rows = 0;
  std::vector<int64_t> test_excluded;
  std::string features;                    ///< their kind; empty: none, as where only equal rows were looked for
  int shingle = 0;                         ///< words of a shingle, where near rows are those that share words
  std::optional<double> floor;             ///< nothing likewise
  std::vector<StatedRecall> recalls = {};  ///< of near pairs by features, from the floor up; empty = all were found

  /// Share of the near pairs at `threshold` or above that are in pairs.jsonl; 1 = all, less is an
  /// estimate.
  double recall(double threshold) const;
};

struct Duplicates {
  SearchedSplits searched;
  CopyRule rule;
  int64_t pairs = 0;  ///< in pairs.jsonl
  Copies copies;
  Subset stays;       ///< training rows
  Subset test_stays;  ///< test rows without a copy in training
  double seconds = 0;
};

/// Of duplicates.json.
Json to_json(const Duplicates& found);

/// All files but clusters.html. Throws IoError.
void write_duplicates(const Duplicates& found, std::span<const CopyPair> pairs, const std::string& command,
                      const std::filesystem::path& folder);

bool is_duplicates_folder(const std::filesystem::path& path);

/// What made rows near there. Throws InputError for a damaged record, likewise the next.
NearBy near_of(const std::filesystem::path& folder);

struct StoredPairs {
  SearchedSplits searched;
  std::vector<CopyPair> pairs;
};

/// Counts and rows are checked against each other and against the other files.
StoredPairs load_pairs(const std::filesystem::path& folder);

/// Of the dropped rows, those with equal bytes or content.
int64_t equal_dropped(const Copies& copies);

}  // namespace decant
