#include "decant/base/json.h"
#include "decant/pipeline/report.h"

#include "apps/cli/verb.h"

namespace decant::cli {
namespace {

std::string run_report(ReportOptions& options, const Call& call) {
  const std::string page = (options.run / "report.html").string();
  if (call.globals.dry_run) return dry_run(call, "report", "write " + page, {{"run", options.run.string()}, {"report", page}});
  const ReportMade made = make_report(options, call.context);
  return call.globals.json ? printed({{"report", made.page.string()}}) : made.page.string() + "\n";
}

}  // namespace

Verb report_verb() {
  return with_options<ReportOptions>({.name = "report",
                                      .summary = "rebuild a run's report.html",
                                      .examples = {"decant report photos-60", "decant report photos-60 --source /new/place/photos"}},
                                     run_report);
}

}  // namespace decant::cli
