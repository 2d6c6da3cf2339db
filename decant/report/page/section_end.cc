#include <fmt/format.h>

#include "decant/base/text.h"
#include "decant/dedup/pair_search.h"
#include "decant/report/html.h"
#include "decant/report/page/charts.h"
#include "decant/report/page/sections.h"
#include "decant/report/table.h"

namespace decant::report {
namespace {

std::string fact(std::string_view name, std::string_view value) {
  if (value.empty()) return {};
  return fmt::format("<div><dt>{}</dt><dd>{}</dd></div>", escape(name), escape(value));
}

std::string splits(const InputRecord& input) {
  std::string out;
  for (const auto& [name, rows] : input.splits) out += fmt::format("{}{} {}", out.empty() ? "" : ", ", name, human_count(rows));
  return out;
}

std::string features(const RunRecord& run) {
  if (!run.features) return {};
  const FeatureRecord& made = *run.features;
  return made.width == 0 ? made.kind : fmt::format("{}, {} numbers per row", made.kind, human_count(made.width));
}

std::string options_table(const RunRecord& run) {
  if (run.options.empty()) return {};
  std::string out = "<details><summary>All options</summary><div class=\"scroll\"><table class=\"options\"><tbody>\n";
  for (const auto& [name, value] : run.options)
    out += fmt::format("<tr><th>{}</th><td>{}</td></tr>\n", escape(name), escape(text_of(value)));
  return out + "</tbody></table></div></details>\n";
}

}  // namespace

std::string cost_section(const RunRecord& run) {
  if (run.stages.empty()) return {};
  const std::string note =
      fmt::format("<p>{} in total, at most {} of memory.</p>", prose(human_seconds(run.seconds)), prose(human_bytes(run.peak_rss_bytes)));
  return section("cost", "Time and memory", note, stage_chart(run.stages));
}

std::string bad_section(const Facts& facts) {
  const std::span<const Excluded> bad = facts.input.bad;
  constexpr size_t most = 100;
  const auto listed = static_cast<int64_t>(bad.size());
  const int64_t count = std::max(facts.run.bad_files, listed);
  if (count == 0) return section("bad", "Unreadable files", "", "<p>None. Every row could be read.</p>");
  const std::string note = fmt::format("<p>{} {} could not be read and {} excluded before selection.</p>", human_count(count),
                                       count == 1 ? "row" : "rows", count == 1 ? "was" : "were");
  if (listed == 0) return section("bad", "Unreadable files", note, "<p>They are listed in <code>bad_files.jsonl</code>.</p>");
  Table table({{"row", CellKind::number}, {"key"}, {"reason"}});
  for (const Excluded& row : bad.first(std::min(most, bad.size())))
    table.add({std::to_string(row.row), fmt::format("<code>{}</code>", escape(row.key)), escape(row.text)});
  std::string body = table.html();
  if (count > std::min<int64_t>(most, listed))
    body += fmt::format("<p class=\"small\">The first {}; <code>bad_files.jsonl</code> lists all of them.</p>", std::min(most, bad.size()));
  return section("bad", "Unreadable files", note, body);
}

std::string left_out_section(const RunRecord& run) {
  if (!run.repeats) return {};
  const RepeatsRecord& repeats = *run.repeats;
  const std::string note = fmt::format(
      "<p>{} {} another and {} left out before selection (<code>--dedup {}</code>): {} equal, {} near; {} of them have a copy in the "
      "test split. {} rows have a copy with another label. <code>repeats.jsonl</code> says which row each of them repeats.</p>",
      human_count(repeats.dropped), repeats.dropped == 1 ? "row repeats" : "rows repeat", repeats.dropped == 1 ? "was" : "were",
      escape(repeats.dedup), human_count(repeats.equal), human_count(repeats.dropped - repeats.equal), human_count(repeats.leaking),
      human_count(repeats.contradicting));
  const std::string found = repeats.recall < 1 ? fmt::format(
                                                     "<p>The search was approximate: an estimated {} of the near ones at the "
                                                     "threshold were found.</p>",
                                                     percent_text(repeats.recall))
                                               : "";
  return section("copies", "Repeats", note + found, "");
}

std::string repeat_section(const RunRecord& run) {
  const InputRecord input = run.input.value_or(InputRecord{});
  std::string body;
  if (!run.command.empty()) body += command_box(run.command);
  body += "<dl class=\"facts\">" + fact("decant", run.version) + fact("seed", std::to_string(run.seed)) + fact("method", run.method) +
          fact("features", features(run)) + fact("input", input.path) + fact("format", input.format) + fact("rows", splits(input)) +
          fact("digest", input.digest) + "</dl>\n";
  return section(
      "repeat", "How to repeat this",
      "<p>The same input, options and seed give the same bytes, with any number of threads; where a network was trained or gave features, "
      "with the same number.</p>",
      body + options_table(run));
}

std::string words_section(const Facts& facts) {
  const std::string_view pool = facts.ordered_in();
  if (facts.run.bins.size() == 1)
    return section("words", "Two words", "",
                   fmt::format("<dl class=\"words\">"
                               "<div><dt>rank</dt><dd>The place of a row in the order{}: 0 came first. The first rows are kept.</dd></div>"
                               "<div><dt>gain</dt><dd>What a row added when it was picked, or its score.{}</dd></div></dl>\n",
                               pool.empty() ? "" : fmt::format(" of its {}", pool),
                               pool.empty() ? "" : fmt::format(" Gains are comparable only within a {}.", pool)));
  return section("words", "Three words", "",
                 "<dl class=\"words\">"
                 "<div><dt>bin</dt><dd>A part of the data set. Bins are filled one after another, each with "
                 "rows that differ from those already in it and "
                 "resemble those that remain. Some of every bin is kept, so that the typical and the unusual "
                 "are both there.</dd></div>"
                 "<div><dt>rank</dt><dd>The place of a row in the order in which rows were picked: 0 came "
                 "first.</dd></div>"
                 "<div><dt>gain</dt><dd>What a row added to its bin when it was picked. Gains are "
                 "comparable only within one bin of one class.</dd></div></dl>\n");
}

}  // namespace decant::report
