// Every judge, by the name that protocols use. Adding one: write judges/NAME.cc with its make_
// function, and add one line here.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "decant/evaluate/judge.h"
#include "decant/train/language.h"
#include "decant/train/scenes.h"
#include "decant/train/train.h"

// Help lists their options in this order.
#define DECANT_JUDGES(entry)                                                                                                \
  entry("networks", make_networks) entry("linear", make_linear) entry("pictures", make_pictures) entry("texts", make_texts) \
      entry("ngram", make_ngram) entry("language", make_language) entry("distillation", make_distillation)                  \
          entry("detection", make_detection) entry("segmentation", make_segmentation) entry("transfer", make_transfer)

namespace decant::evaluate {

/// A set with objects or masks that a judge itself asks for, read and checked.
struct SceneSet {
  std::string name;  ///< short, for tables
  std::shared_ptr<const Rows> rows;
  Subset usable;  ///< of `rows`
  int classes = 0;
  std::shared_ptr<const Rows> test;  ///< of the same classes
  std::string digest;                ///< of all of it
};

/// What judges need and this folder does not have: whatever is behind libtorch, and reading.
struct Tools {
  /// train::train, or something a test makes up. Called from several threads at once.
  std::function<train::TrainResult(const train::TrainJob&, const Context&)> train;
  std::function<std::string(const std::string& device)> numerics;
  std::function<train::LanguageResult(const train::LanguageJob&, const Context&)> train_language = nullptr;  ///< likewise
  std::function<train::SceneResult(const train::SceneJob&, const Context&)> train_scenes = nullptr;          ///< likewise
  std::function<std::optional<CountedIn>(const std::string& net)> learnt_by = nullptr;                       ///< train::learnt_by()
  /// Throws InputError for what is no such set, or has no rows to test on.
  std::function<SceneSet(const std::string& path, const Context&)> open_scenes = nullptr;
};

#define DECANT_DECLARE(name, make) std::unique_ptr<Judge> make(const Tools& tools);
DECANT_JUDGES(DECANT_DECLARE)
#undef DECANT_DECLARE

std::vector<std::string> judge_names();
/// REQUIRES: one of judge_names().
std::unique_ptr<Judge> make_judge(const std::string& name, const Tools& tools);

/// Adds a judge of the caller's, whose options join those of the others; a protocol makes it known
/// (add_protocol()). Nothing guards the list against threads. Returns the name. REQUIRES: a name
/// that is not taken.
std::string add_judge(std::string name, std::function<std::unique_ptr<Judge>(const Tools& tools)> make);

}  // namespace decant::evaluate
