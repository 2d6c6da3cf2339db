// What `decant evaluate` is asked: which sets, against what, how much, by which nets and protocol.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "decant/base/options.h"
#include "decant/pipeline/choosing/choose_rows.h"
#include "decant/pipeline/choosing/feature_source.h"
#include "decant/pipeline/judging/chosen_judge.h"
#include "decant/pipeline/patching/importance_source.h"
#include "decant/pipeline/run/input.h"
#include "decant/train/teacher.h"

namespace decant {

struct EvaluateOptions {
  std::string full;                ///< the data set
  std::vector<std::string> small;  ///< run folders, or .npy of row numbers of the full set
  std::string against = "usual";   ///< full, random, any method that choose_rows() knows; usual = the protocol's
  std::string keep;                ///< how much those keep, comma-separated; empty = as much as the small sets
  std::string bytes;               ///< or so many bytes of pictures, comma-separated: every set is as large as fits
  std::string keep_tokens;         ///< or so many tokens of records, comma-separated; same = those of the given sets
  std::string keep_objects;        ///< or so many objects in boxes, likewise
  std::string nets;                ///< comma-separated; empty = the protocol's
  int seeds = 3;
  std::string protocol = "auto";  ///< its name; auto = the usual one for this kind of data
  JudgeOptions judge;
  uint64_t seed = 0;                    ///< of the first run; determines every random choice
  std::optional<double> full_accuracy;  ///< top-1 of all real rows, known from elsewhere: for scores of synthetic sets
  double hold_out = 0.2;                ///< share of rows held out when there are no test rows
  std::string test;                     ///< data set or .npy to test on
  std::string test_split =
      "auto";  ///< which split of the data set, or of `test`: "test", "validation", "both"; auto = test, else validation
  std::filesystem::path test_labels;  ///< of a .npy to test on
  std::string clean_test;             ///< which copies of training rows are left out of the test: choosing/repeats.h; empty = none
  std::filesystem::path labels;       ///< of a .npy data set; empty = those that the first small set was made with
  FieldOptions fields;                ///< likewise
  ChoosingOptions select;
  ImportanceOptions importance;    ///< of arms that drop cells
  train::TeacherOptions teacher;   ///< of arms with labels of views
  std::string fill = kStoredFill;  ///< of given sets from whose pictures cells were dropped
  FeatureOptions features;         ///< its cache also holds results
  bool no_cache = false;           ///< train anew, and keep nothing
  std::filesystem::path out;       ///< .json with everything; empty = none
  bool overwrite = false;
  std::string command;  ///< as typed, for the record

  /// Options of choosing keep their names, with three exceptions: --method is what --against says;
  /// --device and --image-size speak to both judging and features; others whose name judging has,
  /// too, get "feature-" before it (--feature-epochs).
  void declare(OptionTable& table);

  /// What --against comes to. Throws UsageError for an unknown protocol.
  std::string sets_against() const;
};

}  // namespace decant
