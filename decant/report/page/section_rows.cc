#include <cctype>
#include <fmt/format.h>

#include "decant/base/json.h"
#include "decant/base/parallel.h"
#include "decant/base/text.h"
#include "decant/report/facts/nearest_kept.h"
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
  /// after(i): what follows the i-th of them.
  std::string next(size_t count, const std::function<std::string(size_t)>& after = nullptr) {
    std::string out;
    for (size_t i = 0; i < count; ++i, ++at_) {
      const std::optional<Card>& card = drawn_[at_];
      if (!card || bytes_ + card->jpeg.size() > kPictureBytes) continue;
      bytes_ += card->jpeg.size();
      out += card->html(pictures_.size());
      if (after) out += after(i);
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

/// What is behind each record that was left out: the kept one that is most like it.
class NearestCards {
 public:
  NearestCards(const Facts& facts, const Cards& cards, const Context& context) : facts_(facts), cards_(cards), context_(context) {}

  /// For Deck::next(); null where nothing is known or it would take long.
  std::function<std::string(size_t)> of(const std::vector<int64_t>& rows) const {
    constexpr double kMostFlops = 2e10;
    const Features* const features = facts_.input.features;
    if (features == nullptr || facts_.modality.name != modality::records.name) return nullptr;
    const std::span<const int64_t> kept = facts_.input.kept;
    if (2.0 * static_cast<double>(rows.size() * kept.size()) * static_cast<double>(features->width()) > kMostFlops) return nullptr;
    return [this, nearest = nearest_kept(*features, kept, rows, context_)](size_t i) { return behind(nearest[i]); };
  }

 private:
  std::string behind(const NearestKept& nearest) const {
    const std::optional<Card> card = nearest.row < 0 ? std::nullopt : cards_.card(nearest.row);
    if (!card) return {};
    return fmt::format("<details class=\"nearest\"><summary>nearest kept, cosine {:.2f}</summary>{}</details>", nearest.cosine,
                       card->html(0));
  }

  const Facts& facts_;
  const Cards& cards_;
  const Context& context_;
};

std::string words_line(const char* what, const std::vector<std::string>& words) {
  if (words.empty()) return {};
  std::string list;
  for (const std::string& word : words) list += fmt::format("{}<bdi>{}</bdi>", list.empty() ? "" : ", ", escape(word));
  return fmt::format("<p class=\"small\">{} {}</p>", what, list);
}

/// What its records are about.
std::string words_html(const Sheet& sheet, bool bins) {
  if (bins) return words_line("Words that tell this bin:", sheet.words);
  return words_line("More often in what is kept:", sheet.words) + words_line("More often in what is left out:", sheet.words_left);
}

/// Empty where none of its rows can be shown.
std::string sheet_html(const Sheet& sheet, bool bins, const NearestCards& nearest, Deck& deck) {
  const std::string kept = deck.next(sheet.kept.size());
  const std::string left_out = deck.next(sheet.left_out.size(), nearest.of(sheet.left_out));
  if (kept.empty() && left_out.empty()) return {};
  return fmt::format(
      "<div class=\"sheet\"><h3>{} <small>{} of {} kept</small></h3>{}<div class=\"strips\">{}{}</div><p "
      "class=\"shown small\"></p></div>\n",
      sheet.name, human_count(sheet.kept_rows), human_count(sheet.rows), words_html(sheet, bins), strip(sheet.kept_name, kept),
      strip(sheet.left_name, left_out));
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

std::string how_ordered(const Facts& facts) {
  const std::string_view pool = facts.ordered_in();
  return fmt::format(
      "The rows{} are ordered, and the first ones are kept. Shown here are the two ends of that order and both sides of the cut{}.",
      pool.empty() ? "" : fmt::format(" of each {}", pool), pool.empty() ? "" : fmt::format(", from each {} in turn", pool));
}

}  // namespace

std::string rows_section(const Facts& facts, const Cards* cards, const Context& context) {
  const std::string heading = cards == nullptr ? "Pictures" : capitalised(facts.modality.rows);
  std::vector<std::string> sheets;
  Json pictures;
  if (cards != nullptr) {
    Deck deck(facts.sheets, *cards, context);
    const NearestCards nearest(facts, *cards, context);
    for (const Sheet& sheet : facts.sheets) {
      if (std::string html = sheet_html(sheet, facts.rows.bin_count > 1, nearest, deck); !html.empty()) sheets.push_back(std::move(html));
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
  const std::string what =
      facts.ranked() ? how_ordered(facts) : "Kept and dropped rows of each bin, drawn at random and shown in the order picked.";
  const std::string hint = scripted ? fmt::format("Hover over or tap a {} for its row, class and key.", facts.modality.row)
                                    : "What a model learns to say is marked.";
  const std::string note = fmt::format("<p>{}</p><p class=\"small\">{}</p>", what, hint);
  return section("pictures", facts.ranked() ? "How these rows were chosen" : heading, note, body + json_block("thumbnails", pictures));
}

}  // namespace decant::report
