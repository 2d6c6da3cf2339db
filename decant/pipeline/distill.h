// distill: a data set in, a few synthetic pictures of each class out.
#pragma once

#include <filesystem>
#include <string>

#include "decant/base/context.h"
#include "decant/base/options.h"
#include "decant/data/run_record.h"
#include "decant/distill/distill.h"
#include "decant/pipeline/run/input.h"

namespace decant {

struct DistillSetOptions {
  InputOptions input;
  std::filesystem::path out;
  distill::DistillOptions distill;
  std::string budget;           ///< "10min": how long to learn where steps are not given; empty = the method's steps
  std::filesystem::path cache;  ///< empty = decant's own
  bool overwrite = false;
  std::string command;  ///< as typed, for the record

  void declare(OptionTable& table);
};

/// Writes OUT (docs/formats/distilled.md) and returns what run.json holds. An interrupted run goes
/// on from OUT.partial. Throws InputError, UsageError, IoError, Cancelled.
RunRecord distill_set(const DistillSetOptions& options, const Context& context);

/// "90", "90s", "10min", "2h" in seconds. Throws UsageError.
double seconds_from(const std::string& text, const std::string& option);

}  // namespace decant
