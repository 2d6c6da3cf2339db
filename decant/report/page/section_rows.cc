#include <cctype>
#include <fmt/format.h>

#include "decant/base/json.h"
#include "decant/base/parallel.h"
#include "decant/base/text.h"
#include "decant/report/html.h"
#include "decant/report/page/sections.h"

namespace decant::report {
namespace {

constexpr size_t kOpenSheets = 10;

/// The cards of the page, each drawn once.
class Deck {
 public:
  Deck(const std::vector<Sheet>& sheets, const Cards& cards, const Context& context) {
    std::vector<int64_t> rows;
    for (const Sheet& sheet : sheets) {
      rows.insert(rows.end(), sheet.kept.begin(), sheet.kept.end());
      rows.insert(rows.end(), sheet.left_out.begin(), sheet.left_out.end());
    }
    drawn_.resize(rows.size());
    Stage stage(context, "thumbnails", std::ssize(rows), "images");
    parallel_for(context, std::ssize(rows), 8, [&](int64_t begin, int64_t end) {
      for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
        drawn_[i] = cards.card(rows[i]);
        stage.advance();
      }
    });
  }

  /// HTML of the next `count` cards, without those that could not be drawn or no longer fit.
  std::string next(size_t count) {
    std::string out;
    for (; count > 0; --count, ++at_) {
      const std::optional<Card>& card = drawn_[at_];
      if (!card || bytes_ + card->jpeg.size() > kPictureBytes) continue;
      bytes_ += card->jpeg.size();
      out += card->html(pictures_.size());
      if (!card->jpeg.empty()) pictures_.push_back(base64(card->jpeg));
    }
    return out;
  }

  const Json& pictures() const { return pictures_; }

 private:
  std::vector<std::optional<Card>> drawn_;
  size_t at_ = 0;
  size_t bytes_ = 0;
  Json pictures_ = Json::array();
};

std::string strip(const std::string& name, const std::string& cards) {
  return fmt::format("<div><h4>{}</h4><div class=\"strip\">{}</div></div>", name, cards.empty() ? "<p class=\"small\">none</p>" : cards);
}

/// Empty where none of its rows can be shown.
std::string sheet_html(const Sheet& sheet, Deck& deck) {
  const std::string kept = deck.next(sheet.kept.size());
  const std::string left_out = deck.next(sheet.left_out.size());
  if (kept.empty() && left_out.empty()) return {};
  return fmt::format(
      "<div class=\"sheet\"><h3>{} <small>{} of {} kept</small></h3><div class=\"strips\">{}{}</div><p "
      "class=\"shown small\"></p></div>\n",
      sheet.name, human_count(sheet.kept_rows), human_count(sheet.rows), strip(sheet.kept_name, kept), strip(sheet.left_name, left_out));
}

std::string why_none(const Facts& facts, const Cards* cards) {
  if (facts.input.source == nullptr)
    return fmt::format("No {} are shown, because the source data set was not available when this page was made.",
                       facts.input.run.input ? facts.modality.rows : "pictures");
  if (cards == nullptr) return "No pictures are shown, because the data set holds none: its rows are numbers.";
  return fmt::format("No {} are shown, because none of those chosen could be decoded.", facts.modality.rows);
}

std::string capitalised(std::string_view word) {
  std::string text(word);
  text.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(text.front())));
  return text;
}

}  // namespace

std::string rows_section(const Facts& facts, const Cards* cards, const Context& context) {
  const std::string heading = cards == nullptr ? "Pictures" : capitalised(facts.modality.rows);
  std::vector<std::string> sheets;
  Json pictures;
  if (cards != nullptr) {
    Deck deck(facts.sheets, *cards, context);
    for (const Sheet& sheet : facts.sheets) {
      if (std::string html = sheet_html(sheet, deck); !html.empty()) sheets.push_back(std::move(html));
    }
    pictures = deck.pictures();
  }
  if (sheets.empty()) return section("pictures", heading, "", fmt::format("<p>{}</p>", why_none(facts, cards)));
  std::string body;
  for (size_t i = 0; i < sheets.size(); ++i) {
    if (i == kOpenSheets) body += fmt::format("<details><summary>{} more bins</summary>", sheets.size() - i);
    body += sheets[i];
  }
  if (sheets.size() > kOpenSheets) body += "</details>\n";
  const bool scripted = !pictures.empty();
  if (scripted) body += fmt::format("<noscript><p>The {} need JavaScript.</p></noscript>\n", facts.modality.rows);
  const std::string what = facts.ranked() ? "The rows of each class are ordered, and the first ones are kept. Shown here are the two "
                                            "ends of that order and both sides of the cut, from each class in turn."
                                          : "Kept and dropped rows of each bin, drawn at random and shown in the order picked.";
  const std::string hint = scripted ? fmt::format("Hover over or tap a {} for its row, class and key.", facts.modality.row)
                                    : "What a model learns to say is marked.";
  const std::string note = fmt::format("<p>{}</p><p class=\"small\">{}</p>", what, hint);
  return section("pictures", facts.ranked() ? "How these rows were chosen" : heading, note, body + json_block("thumbnails", pictures));
}

}  // namespace decant::report
