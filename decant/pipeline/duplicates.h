// duplicates: which rows repeat others, which training rows are in the test set, and what stays.
// duplicates_folder.h has the folder it leaves. Given such a folder, the verb reads its pairs and
// applies another threshold or rule, and computes nothing.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "decant/base/context.h"
#include "decant/base/options.h"
#include "decant/pipeline/choosing/find_copies.h"
#include "decant/pipeline/duplicates_folder.h"

namespace decant {

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

/// Throws UsageError for options that contradict each other, InputError, IoError, Cancelled.
Duplicates find_duplicates(const DuplicatesOptions& options, const Context& context);

std::string duplicates_text(const Duplicates& found);

/// What --fail-on is to fail on and was found, a sentence; empty = nothing.
std::string reason_to_fail(const DuplicatesOptions& options, const Duplicates& found);

}  // namespace decant
