#include <cstdlib>
#include <fmt/format.h>

#include "decant/base/digest.h"
#include "decant/base/errors.h"
#include "decant/base/json.h"
#include "decant/report/html.h"
#include "decant/report/page_text.h"
#include "decant/report/sections.h"

namespace decant::report {
namespace {

/// The page may show data: pictures and run its own script, and reach nothing else: what slips through
/// escape() stays inert.
std::string content_policy() {
  const std::string digits = sha256(as_bytes(kPageJs));
  std::vector<std::byte> hash;
  for (size_t i = 0; i < digits.size(); i += 2)
    hash.push_back(static_cast<std::byte>(std::strtoul(digits.substr(i, 2).c_str(), nullptr, 16)));
  return fmt::format("default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{}'", base64(hash));
}

std::string head(const RunFacts& facts) {
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta "
      "http-equiv=\"Content-Security-Policy\" content=\"{}\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" "
      "content=\"light dark\">\n"
      "<title>{} · decant</title>\n<style>\n{}</style>\n</head>\n<body>\n<main>\n",
      content_policy(), escape(input_name(facts)), kPageCss);
}

uint64_t seed_of(const RunFacts& facts) {
  return std::strtoull(facts.seed.c_str(), nullptr, 10);
}

Headline headline_for_page(const RunFacts& facts, const Evidence& evidence, const std::vector<Verdict>& verdicts) {
  Headline headline = summarise(verdicts);
  if (headline.outcome != Verdict::Outcome::better || facts.rows == 0) return headline;
  const std::string note = short_training_note(evidence, static_cast<double>(facts.kept) / static_cast<double>(facts.rows));
  if (!note.empty()) headline.sentence += " " + note;
  return headline;
}

}  // namespace

std::string render(const ReportInput& input, const Context& context) {
  if (input.map.rows > 0) DECANT_CHECK(input.map.cols, ==, int64_t{2});
  const RunFacts facts = read_run(input.run);
  const Evidence evidence = input.evidence ? *input.evidence : Evidence{};
  const std::vector<Verdict> found = verdicts(evidence, "the kept set");
  const RowFacts rows = gather_rows(input);
  const std::vector<Sheet> sheets = input.source ? make_sheets(*input.source, rows, seed_of(facts), context) : std::vector<Sheet>{};

  std::string page = head(facts);
  page += opening(facts, headline_for_page(facts, evidence, found));
  page += evidence_section(facts, evidence, found);
  page += pictures_section(input, sheets);
  page += bins_section(facts);
  page += classes_section(facts);
  page += map_section(input, rows, seed_of(facts));
  page += cost_section(facts);
  page += bad_section(facts, input.bad);
  page += repeat_section(facts);
  page += words_section(facts);
  page += fmt::format(
      "<footer>Made by decant {}. This page is complete in itself and asks nothing of any "
      "network.</footer>\n",
      escape(facts.version));
  page += fmt::format("</main>\n<script>{}</script>\n</body>\n</html>\n", kPageJs);
  return page;
}

}  // namespace decant::report
