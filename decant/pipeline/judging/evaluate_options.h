// What `decant evaluate` is asked: which sets, against what, how much, by which nets and protocol.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "decant/base/options.h"
#include "decant/evaluate/protocol.h"
#include "decant/pipeline/choosing/choose_rows.h"
#include "decant/pipeline/choosing/feature_source.h"
#include "decant/train/train.h"

namespace decant {

/// Options of the training that were given; they win over the protocol's.
class TrainingWishes {
 public:
  std::map<std::string, std::string> given;  ///< text by option name: {"steps", "500"}

  void declare(OptionTable& table);

 private:
  train::TrainOptions scratch_;  // where texts are parsed as they come, so that a wrong one is refused at once
};

/// A protocol with the wishes that depart from it.
struct SettledTraining {
  train::TrainOptions training;
  std::string name;  ///< "quick", "quick (steps 500, batch 16)"
};

/// `rows`: of the full set, of which epochs are passes. Throws UsageError for wishes that contradict each other, or that `linear` cannot hear.
SettledTraining settle(const evaluate::Protocol& protocol, const TrainingWishes& wishes, int64_t rows);

struct EvaluateOptions {
  std::string full;                     ///< the data set
  std::vector<std::string> small;       ///< run folders, or .npy of row numbers of the full set
  std::string against = "full,random";  ///< also any method that choose_rows() knows
  std::string keep;                     ///< how much those keep, comma-separated; empty = as much as the small sets
  std::string nets;                     ///< comma-separated; empty = the protocol's
  int seeds = 3;
  std::string protocol = "quick";
  TrainingWishes training;
  double hold_out = 0.2;              ///< share of rows held out when there are no test rows
  std::string test;                   ///< another data set, or a .npy, to test on
  std::filesystem::path test_labels;  ///< of a .npy to test on
  std::filesystem::path labels;       ///< of a .npy data set; empty = those that the first small set was made with
  SelectOptions select;
  FeatureOptions features;    ///< its cache also holds results
  bool no_cache = false;      ///< train anew, and keep nothing
  std::filesystem::path out;  ///< .json with everything; empty = none
  bool overwrite = false;
  std::string command;  ///< as typed, for the record

  /// Options of choosing keep their names, with three exceptions: --method is what --against says; --device and --image-size speak to both
  /// trainings and features; others whose name the training has, too, get "feature-" before it (--feature-epochs).
  void declare(OptionTable& table);
};

/// The parts between commas, empty ones left out.
std::vector<std::string> split_list(const std::string& list);

}  // namespace decant
