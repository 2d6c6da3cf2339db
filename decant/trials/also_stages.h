// The columns of --also (evaluate/also.h) in trials that end in a network: each is a stage of its
// own after the trial's, so that it is measured once, and asking for it changes no other stage.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "decant/evaluate/also_measure.h"
#include "decant/trials/net_training.h"
#include "decant/trials/trial.h"

namespace decant::trials {

/// A network at its end, and the training that led there: rows that say how pixels are scaled.
struct FinalNetwork {
  std::shared_ptr<const Rows> rows;
  Subset subset;
  uint64_t seed = 0;
  std::vector<float> weights;
};

class AlsoStages {
 public:
  void declare(OptionTable& table) { evaluate::declare_also(table, list_); }
  /// Throws UsageError for an unknown column. `training`: settled; it must outlive this.
  void settle(const NetTraining& training, const Context& context);

  bool any() const { return !measure_.columns().empty(); }
  /// `own`, then one for each column.
  std::vector<std::string> after(std::vector<std::string> own) const;
  /// Adds each column to what was measured. `network` is asked for where a column is not kept, and
  /// must give one that was asked to keep its weights.
  void run(Bench& bench, const std::function<const FinalNetwork&()>& network, Numbers& numbers, const Context& context) const;
  /// Adds metrics and cells, behind the trial's own.
  void conclude(const std::vector<Arm>& arms, const std::vector<Ran>& runs, TrialRecord& record) const;

 private:
  double measured(evaluate::Also column, const FinalNetwork& network, const Context& context) const;

  std::string list_;
  const NetTraining* training_ = nullptr;
  evaluate::AlsoMeasure measure_;
};

}  // namespace decant::trials
