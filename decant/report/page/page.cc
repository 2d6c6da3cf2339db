#include <cstdlib>
#include <fmt/format.h>

#include "decant/base/digest.h"
#include "decant/base/errors.h"
#include "decant/base/json.h"
#include "decant/report/html.h"
#include "decant/report/page/page_text.h"
#include "decant/report/page/sections.h"

namespace decant::report {
namespace {

/// The page may show data: pictures and run its own script, and reach nothing else: what slips
/// through escape() stays inert.
std::string content_policy() {
  const std::string digits = sha256(as_bytes(kPageJs));
  std::vector<std::byte> hash;
  for (size_t i = 0; i < digits.size(); i += 2)
    hash.push_back(static_cast<std::byte>(std::strtoul(digits.substr(i, 2).c_str(), nullptr, 16)));
  return fmt::format("default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{}'", base64(hash));
}

/// Styles that only some pages need.
std::string_view further_css(const Facts& facts) {
  if (facts.synthetic) return kMadeCss;
  if (facts.run.content) return kObjectsCss;
  return facts.modality.name == modality::records.name ? kRecordsCss : std::string_view();
}

std::string chapters_of_rows(const Facts& facts, const Cards* cards, const Context& context) {
  std::string out = left_section(facts, context);
  out += bytes_section(facts);
  out += rows_section(facts, cards, context);
  out += bins_section(facts.run);
  out += classes_section(facts.run);
  out += objects_section(facts);
  out += lengths_section(facts);
  return out + map_section(facts);
}

std::string synthetic_chapters(const Facts& facts) {
  return made_section(facts) + pixels_section(facts) + objective_section(facts) + synthetic_bytes_section(facts) + training_section(facts);
}

}  // namespace

std::string render(const ReportInput& input, const Context& context) {
  const Facts facts = find_facts(input);
  const std::unique_ptr<Cards> cards = input.source != nullptr ? cards_of(*input.source) : nullptr;
  std::string page = page_head(input_name(facts.run) + " · decant", content_policy(), kPageCss, further_css(facts));
  page += opening(facts);
  if (!facts.run.content || facts.input.evidence != nullptr) page += evidence_section(facts);
  page += facts.synthetic ? synthetic_chapters(facts) : chapters_of_rows(facts, cards.get(), context);
  page += cost_section(facts.run);
  page += bad_section(facts);
  page += left_out_section(facts.run);
  page += repeat_section(facts.run);
  page += facts.synthetic ? synthetic_words_section() : words_section(facts);
  page += fmt::format(
      "<footer>Made by decant {}. This page is self-contained and makes no requests to any "
      "network.</footer>\n",
      escape(facts.run.version));
  page += fmt::format("</main>\n<script>{}</script>\n</body>\n</html>\n", kPageJs);
  return page;
}

}  // namespace decant::report
