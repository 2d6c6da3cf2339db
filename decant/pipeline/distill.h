// distill: a data set in, a few synthetic pictures of each class out.
#pragma once

#include <filesystem>
#include <string>

#include "decant/base/context.h"
#include "decant/base/json_fwd.h"
#include "decant/base/options.h"
#include "decant/data/run_record.h"
#include "decant/distill/distill.h"
#include "decant/pipeline/labelling/label_data.h"
#include "decant/pipeline/run/input.h"

namespace decant {

struct DistillSetOptions {
  InputOptions input;
  std::filesystem::path out;
  distill::DistillOptions distill;
  LabelOptions views;           ///< where distill.labels asks for labels of views: how these ask to be taught
  std::string budget;           ///< "10min": how long to learn where steps are not given; empty = the method's steps
  int quality = 0;              ///< of JPEG, in which pictures are stored; 0 = PNG
  std::filesystem::path cache;  ///< empty = decant's own
  bool overwrite = false;
  std::string command;  ///< as typed, for the record

  void declare(OptionTable& table);
};

/// Writes OUT (docs/formats/distilled.md) and returns what run.json holds. An interrupted run goes
/// on from OUT.partial. Throws InputError, UsageError, IoError, Cancelled.
RunRecord distill_set(const DistillSetOptions& options, const Context& context);

/// What `decant distill` would take.
struct DistillPlan {
  std::string method;
  std::string net;
  int64_t rows = 0;
  int64_t pictures = 0;  ///< stored
  distill::DistillCost cost;
  double seconds = 0;        ///< of all, reading among them
  int64_t memory_bytes = 0;  ///< highest resident memory of the trial, which a run does not exceed by much
};

/// Reads the input and makes a few steps (Distiller::cost()). Writes nothing, and does not look at
/// the output. Throws what distill_set() throws before its first step.
DistillPlan plan_distill(const DistillSetOptions& options, const Context& context);
Json to_json(const DistillPlan& plan);
std::string plan_text(const DistillPlan& plan);

/// "90", "90s", "10min", "2h" in seconds. Throws UsageError.
double seconds_from(const std::string& text, const std::string& option);

}  // namespace decant
