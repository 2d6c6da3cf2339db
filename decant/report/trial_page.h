// A trial as a page: what each set was worth, what it took, and how it went along the way.
//
// One file that asks nothing of any network, the same bytes for the same input; names are text and
// never markup.
#pragma once

#include <string>

#include "decant/data/trial_record.h"

namespace decant::report {

/// A view: all of it must outlive render_trial().
struct TrialInput {
  const TrialRecord& record;
  std::string name;      ///< of the data set, as the user named it
  std::string question;  ///< of the trial, a sentence
  std::string command;   ///< as typed
  std::string version;   ///< of decant
};

/// The page, as UTF-8 HTML.
std::string render_trial(const TrialInput& input);

}  // namespace decant::report
