#include <fmt/format.h>

#include "decant/base/json.h"
#include "decant/base/options.h"
#include "decant/report/html.h"
#include "decant/report/sections.h"

namespace decant::report {
namespace {

constexpr size_t kOpenSheets = 10;

std::string image(const Thumbnail& t, Json& pictures) {
  const std::string title = fmt::format("row {}{}{} · {}", human_count(t.row), t.label.empty() ? "" : " · ", t.label, t.key);
  std::string out = fmt::format("<img width=\"{}\" height=\"{}\" data-t=\"{}\" alt=\"{}\" title=\"{}\">", t.size.width, t.size.height,
                                pictures.size(), escape(t.label.empty() ? "picture" : t.label), escape(title));
  pictures.push_back(base64(t.jpeg));
  return out;
}

std::string strip(const std::string& name, const std::vector<Thumbnail>& thumbnails, Json& pictures) {
  std::string out = fmt::format("<div><h4>{}</h4><div class=\"strip\">", name);
  for (const Thumbnail& thumbnail : thumbnails) out += image(thumbnail, pictures);
  if (thumbnails.empty()) out += "<p class=\"small\">none</p>";
  return out + "</div></div>";
}

std::string sheet_html(const Sheet& sheet, Json& pictures) {
  return fmt::format(
      "<div class=\"sheet\"><h3>{} <small>{} of {} kept</small></h3><div class=\"strips\">{}{}</div><p "
      "class=\"shown small\"></p></div>\n",
      sheet.name, human_count(sheet.kept_rows), human_count(sheet.rows), strip(sheet.kept_name, sheet.kept, pictures),
      strip(sheet.left_name, sheet.left_out, pictures));
}

std::string why_none(const ReportInput& input) {
  if (!input.source) return "No pictures are shown, because the source data set was not at hand when this page was made.";
  if (input.source->train().pictures() == nullptr) return "No pictures are shown, because the data set holds none: its rows are numbers.";
  return "No pictures are shown, because none of those chosen could be decoded.";
}

}  // namespace

std::string pictures_section(const ReportInput& input, std::span<const Sheet> sheets) {
  const bool ranked = input.selection && input.selection->ranked;
  const std::string what = ranked ? "The rows stand in an order, class by class, and the first of it are kept. Here are its two ends, and "
                                    "what is on both sides of the cut, from every class in turn."
                                  : "What a bin keeps and what it leaves out, chosen at random and shown in the order picked.";
  const std::string note = "<p>" + what + "</p><p class=\"small\">Point at a picture, or tap it, for its row, class and key.</p>";
  if (sheets.empty()) return section("pictures", "Pictures", "", fmt::format("<p>{}</p>", why_none(input)));
  Json pictures = Json::array();
  std::string body;
  for (size_t i = 0; i < sheets.size(); ++i) {
    if (i == kOpenSheets) body += fmt::format("<details><summary>{} more bins</summary>", sheets.size() - i);
    body += sheet_html(sheets[i], pictures);
  }
  if (sheets.size() > kOpenSheets) body += "</details>\n";
  body += "<noscript><p>The pictures need JavaScript.</p></noscript>\n";
  return section("pictures", ranked ? "How these rows were chosen" : "Pictures", note, body + json_block("thumbnails", pictures));
}

}  // namespace decant::report
