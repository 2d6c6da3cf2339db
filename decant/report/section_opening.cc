#include <fmt/format.h>

#include "decant/base/options.h"
#include "decant/report/html.h"
#include "decant/report/sections.h"

namespace decant::report {
namespace {

std::string count_of_rows(int64_t rows, const std::string& noun) {
  return human_count(rows) + " " + noun;
}

std::string figure(std::string_view name, const std::string& value, const std::string& more) {
  return fmt::format("<div><dt>{}</dt><dd>{}<small>{}</small></dd></div>", escape(name), prose(value), prose(more));
}

std::string figures(const RunFacts& facts) {
  const std::string share = percent(static_cast<double>(facts.kept), static_cast<double>(facts.rows));
  std::string out = "<dl class=\"figures\">";
  out += figure("kept", share, fmt::format("{} of {}", human_count(facts.kept), count_of_rows(facts.rows, facts.noun())));
  if (facts.bytes_before > 0) out += figure("size", human_bytes(facts.bytes_after), "of " + human_bytes(facts.bytes_before));
  if (facts.seconds > 0) out += figure("time", human_seconds(facts.seconds), "from start to end");
  if (facts.peak_rss_bytes > 0) out += figure("memory", human_bytes(facts.peak_rss_bytes), "at the most");
  if (!facts.seed.empty()) out += figure("seed", facts.seed, "same seed, same bytes");
  return out + "</dl>\n";
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

std::string verdict_box(const RunFacts& facts, const Headline& headline) {
  std::string out = fmt::format("<div class=\"verdict {}\"><h2>{}</h2>", tone(headline.outcome), escape(headline.title));
  if (headline.outcome == Verdict::Outcome::not_measured) {
    out +=
        "<p>Nothing on this page shows yet that the kept rows teach as well as others would. This command "
        "trains networks on "
        "everything, on the kept set and on a random set of the same size, and adds the answer here:</p>" +
        command_box(evaluate_command(facts));
  } else {
    out += fmt::format("<p>{}</p>", prose(headline.sentence));
  }
  return out + "</div>\n";
}

}  // namespace

std::string headline_of(const RunFacts& facts) {
  std::string out = fmt::format("{} of {} kept ({})", human_count(facts.kept), count_of_rows(facts.rows, facts.noun()),
                                percent(static_cast<double>(facts.kept), static_cast<double>(facts.rows)));
  if (facts.bytes_before > 0) out += fmt::format(", {} of {}", human_bytes(facts.bytes_after), human_bytes(facts.bytes_before));
  return out + ".";
}

std::string evaluate_command(const RunFacts& facts) {
  const std::string in = facts.input_path.empty() ? "INPUT" : shell_quote(facts.input_path);
  const std::string out = facts.out_path.empty() ? "OUT" : shell_quote(facts.out_path);
  return fmt::format("decant evaluate {} {} --seeds 3", in, out);
}

std::string input_name(const RunFacts& facts) {
  std::string_view path = facts.input_path;
  while (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
  const size_t slash = path.rfind('/');
  if (slash != std::string_view::npos && slash + 1 < path.size()) path.remove_prefix(slash + 1);
  return path.empty() ? "a data set" : std::string(path);
}

std::string opening(const RunFacts& facts, const Headline& headline) {
  std::string out = fmt::format("<header class=\"top\"><p class=\"brand\"><b>decant</b> {}</p>\n<h1>{}</h1>\n", escape(input_name(facts)),
                                prose(headline_of(facts)));
  if (!facts.method_note.empty()) out += fmt::format("<p class=\"lead\">{}</p>\n", prose(facts.method_note));
  out += verdict_box(facts, headline) + figures(facts);
  if (!facts.command.empty()) out += command_box(facts.command);
  return out + "</header>\n";
}

}  // namespace decant::report
