#include <fmt/format.h>

#include "decant/base/text.h"
#include "decant/report/html.h"
#include "decant/report/page/sections.h"

namespace decant::report {
namespace {

int64_t kept_of(const RunRecord& run) {
  return run.kept.value_or(0);
}

/// "20 %".
std::string kept_share(const RunRecord& run) {
  return percent(static_cast<double>(kept_of(run)), static_cast<double>(run.rows));
}

std::string figure(std::string_view name, const std::string& value, const std::string& more) {
  return fmt::format("<div><dt>{}</dt><dd>{}<small>{}</small></dd></div>", escape(name), prose(value), prose(more));
}

/// Rows × cells, as papers on dropping state what is kept: "15 %".
std::string keep_ratio(const RunRecord& run) {
  return percent(static_cast<double>(kept_of(run)) * cells_kept_share(run), static_cast<double>(run.rows));
}

/// ", 75 % of their cells (15 % of all)"; empty where no cell was dropped.
std::string cells_kept_clause(const RunRecord& run) {
  if (cells_kept_share(run) == 1) return {};
  return fmt::format(", with {} of their cells ({} of all)", percent(cells_kept_share(run), 1), keep_ratio(run));
}

/// " (9.8 %)", where what was kept of rows and of bytes differ on purpose.
std::string byte_share(const RunRecord& run) {
  if (!run.patches && !run.sheets) return {};
  return fmt::format(" ({})", percent(static_cast<double>(run.bytes_after), static_cast<double>(run.bytes_before)));
}

std::string kept_figure(const Facts& facts) {
  const RunRecord& run = facts.run;
  const std::string rows = fmt::format("{} of {} {}", human_count(kept_of(run)), human_count(run.rows), facts.modality.rows);
  if (cells_kept_share(run) == 1) return figure("kept", kept_share(run), rows);
  return figure("kept", keep_ratio(run),
                fmt::format("rows × cells: {} × {}; {}", kept_share(run), percent(cells_kept_share(run), 1), rows));
}

/// How many pictures were made, of how many rows.
std::string made_figure_of(const Facts& facts) {
  return figure("synthetic", human_count(facts.synthetic->made.pictures),
                fmt::format("{}, for {} {}", facts.synthetic->made.pictures == 1 ? "picture" : "pictures", human_count(facts.run.rows),
                            facts.modality.rows));
}

std::string steps_figure_of(const SyntheticRecord& made) {
  if (made.steps == 0) return {};
  return figure("steps", human_count(made.steps), fmt::format("objective {:.3g} → {:.3g}", made.objective_first, made.objective_last));
}

/// What a teacher's labels take, of the size.
std::string labels_figure(const ViewLabelRecord& labels) {
  return figure("labels", human_bytes(labels.bytes),
                fmt::format("{} view{} by {}", human_count(labels.views), labels.views == 1 ? "" : "s", labels.teacher));
}

std::string figures(const Facts& facts) {
  const RunRecord& run = facts.run;
  std::string out = "<dl class=\"figures\">" + (facts.synthetic ? made_figure_of(facts) : kept_figure(facts));
  if (facts.synthetic) out += steps_figure_of(facts.synthetic->made);
  if (run.bytes_before > 0) out += figure("size", human_bytes(run.bytes_after), "of " + human_bytes(run.bytes_before) + byte_share(run));
  if (run.view_labels) out += labels_figure(*run.view_labels);
  if (run.seconds > 0) out += figure("time", human_seconds(run.seconds), "from start to end");
  if (run.peak_rss_bytes > 0) out += figure("memory", human_bytes(run.peak_rss_bytes), "at the most");
  out += figure("seed", std::to_string(run.seed), "same seed, same bytes");
  return out + "</dl>\n";
}

/// "10 synthetic pictures in place of 60,000: 8.2 kB, not 47.1 MB."
std::string headline_of_synthetic(const Facts& facts) {
  const RunRecord& run = facts.run;
  const int64_t pictures = facts.synthetic->made.pictures;
  std::string out =
      fmt::format("{} synthetic {} in place of {}", human_count(pictures), pictures == 1 ? "picture" : "pictures", human_count(run.rows));
  if (run.bytes_before > 0) out += fmt::format(": {}, not {}", human_bytes(run.bytes_after), human_bytes(run.bytes_before));
  return out + ".";
}

const char* tone(Verdict::Outcome outcome) {
  switch (outcome) {
    case Verdict::Outcome::better:
      return "good";
    case Verdict::Outcome::worse:
      return "bad";
    default:
      return "open";
  }
}

/// What is trained to tell what a set is worth.
const char* judged_by(const Facts& facts) {
  if (facts.run.content) return facts.run.content->unit == "objects" ? "detectors" : "segmenters";
  return facts.modality.name == modality::pictures.name ? "networks" : "models";
}

std::string not_measured_text(const Facts& facts) {
  if (facts.synthetic)
    return "<p>Nothing on this page shows yet that networks learn from these pictures what they learn from real ones. This command "
           "trains networks on the synthetic set and on real rows, and adds the answer here:</p>";
  return fmt::format(
      "<p>Nothing on this page shows yet that the kept rows teach as well as others would. This command trains {} on everything, on "
      "the kept set and on a random set of the same size, and adds the answer here:</p>",
      judged_by(facts));
}

/// Classes with much less than random rows would hold, by name.
std::string lost_sentence(const Facts& facts) {
  constexpr size_t most = 8;
  const auto& lost = facts.classes_that_lost;
  if (lost.empty()) return {};
  std::string names;
  for (size_t i = 0; i < std::min(most, lost.size()); ++i)
    names +=
        fmt::format("{}{} ({} of {})", i == 0 ? "" : ", ", lost[i].name, human_count(lost[i].amount_kept), human_count(lost[i].amount));
  return fmt::format("{} lost more than a random choice takes: {}{}.",
                     lost.size() == 1 ? "One class" : fmt::format("{} classes", lost.size()), names, lost.size() > most ? ", …" : "");
}

std::string verdict_box(const Facts& facts) {
  const Headline& headline = facts.headline;
  std::string out = fmt::format("<div class=\"verdict {}\"><h2>{}</h2>", tone(headline.outcome), escape(headline.title));
  if (headline.outcome == Verdict::Outcome::not_measured) {
    out += not_measured_text(facts) + command_box(evaluate_command(facts.run));
  } else {
    out += fmt::format("<p>{}</p>", prose(headline.sentence));
  }
  if (const std::string lost = lost_sentence(facts); !lost.empty()) out += fmt::format("<p class=\"warn\">{}</p>", prose(lost));
  return out + "</div>\n";
}

}  // namespace

std::string headline_of(const Facts& facts) {
  const RunRecord& run = facts.run;
  if (facts.synthetic) return headline_of_synthetic(facts);
  std::string out =
      fmt::format("{} of {} {} kept ({})", human_count(kept_of(run)), human_count(run.rows), facts.modality.rows, kept_share(run));
  out += cells_kept_clause(run);
  if (run.sheets) out += fmt::format(", shrunk into {} sheet{}", human_count(run.sheets->sheets), run.sheets->sheets == 1 ? "" : "s");
  if (run.bytes_before > 0)
    out += fmt::format(", {} of {}{}", human_bytes(run.bytes_after), human_bytes(run.bytes_before), byte_share(run));
  return out + ".";
}

std::string evaluate_command(const RunRecord& run) {
  const std::string in = run.input && !run.input->path.empty() ? shell_quote(run.input->path) : "INPUT";
  const std::string out = run.option_text("out");
  const char* const protocol = run.synthetic ? " --protocol distillation" : "";
  return fmt::format("decant evaluate {} {}{} --seeds 3", in, out.empty() ? "OUT" : shell_quote(out), protocol);
}

std::string input_name(const RunRecord& run) {
  std::string_view path = run.input ? std::string_view(run.input->path) : std::string_view();
  while (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
  const size_t slash = path.rfind('/');
  if (slash != std::string_view::npos && slash + 1 < path.size()) path.remove_prefix(slash + 1);
  return path.empty() ? "a data set" : std::string(path);
}

std::string opening(const Facts& facts) {
  const RunRecord& run = facts.run;
  std::string out = fmt::format("<header class=\"top\"><p class=\"brand\"><b>decant</b> {}</p>\n<h1>{}</h1>\n", escape(input_name(run)),
                                prose(headline_of(facts)));
  if (!run.method_note.empty()) out += fmt::format("<p class=\"lead\">{}</p>\n", prose(run.method_note));
  out += verdict_box(facts);
  if (facts.synthetic && !facts.synthetic->warning.empty())
    out += fmt::format("<p class=\"warn\">{}</p>\n", prose(facts.synthetic->warning));
  out += figures(facts);
  if (!run.command.empty()) out += command_box(run.command);
  return out + "</header>\n";
}

}  // namespace decant::report
