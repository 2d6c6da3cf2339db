// report: the page of a run, made again.
#pragma once

#include <filesystem>
#include <string>

#include "decant/base/context.h"
#include "decant/base/options.h"

namespace decant {

struct ReportOptions {
  std::filesystem::path run;
  std::string source;        ///< the data set, when it is no longer where the run found it
  bool no_pictures = false;  ///< do not open the data set

  void declare(OptionTable& table);
};

struct ReportMade {
  std::filesystem::path page;
};

/// Writes report.html into the run's folder, with the run's evidence if there is any. Throws
/// InputError when the folder is no run, the page or evidence in it is not decant's, or the data
/// set is gone or another.
ReportMade make_report(const ReportOptions& options, const Context& context);

}  // namespace decant
