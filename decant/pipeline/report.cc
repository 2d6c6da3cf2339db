#include "decant/pipeline/report.h"

#include <optional>

#include "decant/pipeline/run/own_outputs.h"
#include "decant/pipeline/run/run_source.h"
#include "decant/pipeline/run/synthetic_folder.h"
#include "decant/pipeline/run/write_small_set.h"

namespace decant {

void ReportOptions::declare(OptionTable& table) {
  Option& path = table.add("run", run, "RUN", "a folder that `decant compress` or `decant distill` wrote");
  path.positional = path.required = true;
  table.add("source", source, "PATH", "the data set, if it has moved");
  table.add("no-pictures", no_pictures, "do not open the data set; the page then has no thumbnails");
}

namespace {

ReportMade report_synthetic(const ReportOptions& options, const RunRecord& run, const Context& context) {
  require_own_pages(options.run);
  const std::optional<Evidence> evidence = load_evidence(options.run);
  write_synthetic_report(options.run, run, evidence ? &*evidence : nullptr, context);
  return {options.run / "report.html"};
}

}  // namespace

ReportMade make_report(const ReportOptions& options, const Context& context) {
  if (const RunRecord record = read_run_record(options.run); record.synthetic) return report_synthetic(options, record, context);
  const RunFolder run = load_run_folder(options.run);
  require_own_pages(options.run);
  const std::optional<Evidence> evidence = load_evidence(options.run);
  std::optional<Input> input;
  std::shared_ptr<const Rows> reduced;
  if (!options.no_pictures) {
    input = source_of(run, options.source, context);
    reduced = reduced_pictures(run, context);
  }
  write_report(options.run, run.run, input ? &*input : nullptr, reduced.get(), run.selection, run.kept, run.map.matrix(),
               evidence ? &*evidence : nullptr, context);
  return {options.run / "report.html"};
}

}  // namespace decant
