// duplicates: which rows repeat others, which training rows are in the test set, and what stays.
//
// The folder it leaves (docs/formats/duplicates.md): pairs.jsonl, every pair down to --floor;
// dropped.jsonl, for every dropped row the row that it repeats; clusters.jsonl; clusters.html, the
// largest and closest of them to look at; indices.npy, the training rows that stay;
// test-indices.npy, the test rows without a copy in training;
// duplicates.json, the counts. Given such a folder, the verb reads its pairs and applies another
// threshold or rule, and computes nothing.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "decant/base/context.h"
#include "decant/base/json_fwd.h"
#include "decant/base/options.h"
#include "decant/data/subset.h"
#include "decant/dedup/copies.h"
#include "decant/pipeline/choosing/find_copies.h"

namespace decant {

/// What makes two rows near: their features (dedup/near_pairs.h), or the words of their texts
/// (dedup/near_sets.h).
enum class NearBy { features, minhash };

struct DuplicatesOptions {
  InputOptions input;  ///< or what an earlier call wrote
  std::filesystem::path out;
  std::string test;  ///< path of the test data; empty = the test split of the input
  bool no_test = false;
  std::string test_features;  ///< .npy
  NearBy near = NearBy::features;
  std::string threshold;  ///< empty = usual for what makes rows near; likewise the next
  std::string floor;
  int shingle = 3;  ///< words
  PairSearch search = PairSearch::automatic;
  Stays stays = Stays::first;
  bool keep_leaks = false;
  std::vector<std::string> fail_on;  ///< "leak", "duplicates"
  FeatureOptions features;
  uint64_t seed = 0;
  bool overwrite = false;
  std::string command;

  void declare(OptionTable& table);
};

/// With the threshold and floor that are usual, where none were given.
DuplicatesOptions with_usual_thresholds(DuplicatesOptions options);

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

/// Throws UsageError for options that contradict each other, InputError, IoError, Cancelled.
Duplicates find_duplicates(const DuplicatesOptions& options, const Context& context);

/// Of duplicates.json.
Json to_json(const Duplicates& found);
std::string duplicates_text(const Duplicates& found);

/// What --fail-on is to fail on and was found, a sentence; empty = nothing.
std::string reason_to_fail(const DuplicatesOptions& options, const Duplicates& found);

}  // namespace decant
