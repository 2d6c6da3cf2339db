#include "decant/report/facts/reduction.h"

#include <algorithm>
#include <fmt/format.h>

#include "decant/base/text.h"
#include "decant/report/html.h"

namespace decant::report {
namespace {

/// "a", "a and b", "a, b and c".
std::string listed(const std::vector<std::string>& parts) {
  std::string out;
  for (size_t i = 0; i < parts.size(); ++i) out += (i == 0 ? "" : i + 1 == parts.size() ? " and " : ", ") + parts[i];
  return out;
}

bool lowers_quality(const RunRecord& run) {
  const std::string spend = run.option_text("spend");
  const OptionValue* const value = run.option("quality");
  const auto* const quality = value == nullptr ? nullptr : std::get_if<int64_t>(value);
  return (quality != nullptr && *quality > 0) || spend == "quality" || spend == "auto";
}

bool lowers_resolution(const RunRecord& run) {
  return !run.option_text("resolution").empty() || run.option_text("spend") == "resolution";
}

/// Then pictures that lost nothing are packed as well.
bool is_packed(const RunRecord& run) {
  return run.output_format == "packed";
}

std::vector<ByteStep> steps_of(const RunRecord& run) {
  std::vector<ByteStep> steps = {{"source", run.bytes_before}};
  if (run.sheets) {
    steps.insert(steps.end(), {{"kept rows", run.sheets->bytes_source}, {"written", run.bytes_after}});
    return steps;
  }
  if (run.patches->bytes_source > 0) steps.push_back({"kept rows", run.patches->bytes_source});
  steps.push_back({is_packed(run) ? "packed whole" : "re-coded", run.patches->bytes_recoded});
  steps.push_back({"written", run.bytes_after});
  return steps;
}

/// How the bytes of a step became fewer than those of the one before it.
std::string cause_of(const ByteStep& step, const ByteStep& before, const RunRecord& run) {
  if (step.name == "kept rows") return "keeping fewer rows";
  if (step.name == "written") return reduced_by(run);
  const std::string free = is_packed(run) ? "packing them without loss" : "lossless re-coding that any re-coder gives for free";
  return before.name == "source" ? "keeping fewer rows and " + free : free;
}

/// "Of 12.0 MB, 9.6 MB (80 %) were saved by keeping fewer rows, … and …. Added by …: 3.0 kB."
std::string saving_of(const std::vector<ByteStep>& steps, const RunRecord& run) {
  std::vector<std::string> saved;
  std::string added;
  const auto all = static_cast<double>(steps.front().bytes);
  for (size_t i = 1; i < steps.size(); ++i) {
    const int64_t fewer = steps[i - 1].bytes - steps[i].bytes;
    const std::string cause = cause_of(steps[i], steps[i - 1], run);
    const char* const verb = saved.empty() ? " were saved" : "";
    if (fewer > 0)
      saved.push_back(fmt::format("{} ({}){} by {}", human_bytes(fewer), percent(static_cast<double>(fewer), all), verb, cause));
    if (fewer < 0) added += fmt::format(" Added by {}: {}.", cause, human_bytes(-fewer));
  }
  if (saved.empty()) return fmt::format("Nothing of {} was saved.", human_bytes(steps.front().bytes)) + added;
  return fmt::format("Of {}, {}.", human_bytes(steps.front().bytes), listed(saved)) + added;
}

/// What was written, against what is known of the same pictures.
std::string against_of(const RunRecord& run) {
  const auto written = static_cast<double>(run.bytes_after);
  if (run.sheets)
    return fmt::format("What was written takes {} of the same pictures in the source: {} in sheets, {} in their table.",
                       percent(written, static_cast<double>(run.sheets->bytes_source)), human_bytes(run.sheets->bytes_sheets),
                       human_bytes(run.sheets->bytes_table));
  std::string text = fmt::format("What was written takes {} of {}.", percent(written, static_cast<double>(run.patches->bytes_recoded)),
                                 is_packed(run) ? "the same pictures packed whole" : "the best lossless re-coding of the same pictures");
  if (run.output_format == "webdataset") text += " The headers of archives are counted as written.";
  return text;
}

std::vector<size_t> evenly_spaced(size_t of) {
  const size_t count = std::min(of, kShownReduced);
  std::vector<size_t> places;
  for (size_t i = 0; i < count; ++i) places.push_back((2 * i + 1) * of / (2 * count));
  return places;
}

}  // namespace

std::string reduced_by(const RunRecord& run) {
  if (run.sheets) return fmt::format("shrinking them into sheets of {0} × {0}", run.sheets->tile);
  std::vector<std::string> ways;
  if (run.patches && run.patches->cells_kept < run.patches->cells) ways.emplace_back("dropping cells");
  if (lowers_quality(run)) ways.emplace_back("lowering the quality");
  if (lowers_resolution(run)) ways.emplace_back("lowering the resolution");
  return ways.empty() ? "reducing pictures" : listed(ways);
}

double cells_kept_share(const RunRecord& run) {
  if (!run.patches || run.patches->cells == 0) return 1;
  return static_cast<double>(run.patches->cells_kept) / static_cast<double>(run.patches->cells);
}

std::optional<ReductionFacts> reduction_facts(const ReportInput& input) {
  if (!input.run.patches && !input.run.sheets) return std::nullopt;
  ReductionFacts facts{.steps = steps_of(input.run)};
  facts.saving = saving_of(facts.steps, input.run);
  facts.against_recoded = against_of(input.run);
  facts.shown = evenly_spaced(input.kept.size());
  return facts;
}

}  // namespace decant::report
