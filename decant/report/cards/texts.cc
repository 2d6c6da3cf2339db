// Records as what is said in them, turn by turn, shortened.
#include "decant/base/errors.h"
#include "decant/base/text.h"
#include "decant/report/cards/cards.h"
#include "decant/report/facts/row_facts.h"
#include "decant/report/html.h"

namespace decant::report {
namespace {

constexpr size_t kShownBytes = 600;  // of a record, all turns together
constexpr size_t kShownTurns = 8;

/// The beginning of a text, cut between two characters of UTF-8.
std::string_view beginning_of(std::string_view text, size_t bytes) {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xc0U) == 0x80) --bytes;
  return text.substr(0, bytes);
}

std::string turn_html(const Turn& turn, size_t& left) {
  const std::string_view shown = beginning_of(turn.text, left);
  left -= shown.size();
  return fmt::format("<p{} dir=\"auto\"><b>{}</b> {}{}</p>", turn.answer ? " class=\"answer\"" : "", escape(beginning_of(turn.role, 40)),
                     escape(shown), shown.size() < turn.text.size() ? "…" : "");
}

class TextCards final : public Cards {
 public:
  explicit TextCards(const Dataset& source) : source_(source) {}

  std::optional<Card> card(int64_t row) const override {
    Record record;
    try {
      source_.train().texts()->read(row, record);
    } catch (const InputError&) {
      return std::nullopt;
    }
    std::string turns;
    size_t left = kShownBytes;
    for (size_t i = 0; i < std::min(kShownTurns, record.turns.size()); ++i) {
      if (!record.turns[i].text.empty() && left > 0) turns += turn_html(record.turns[i], left);
    }
    if (record.turns.size() > kShownTurns)
      turns += fmt::format("<p class=\"small\">and {} more turns</p>", record.turns.size() - kShownTurns);
    const int32_t label = source_.train().label(row);
    const std::string named = label == kNoLabel ? "" : " · " + class_name(source_.classes, label);
    const std::string html = fmt::format("<article class=\"record\">{}<p class=\"small\">row {}{} · {}</p></article>", turns,
                                         human_count(row), escape(named), escape(source_.train().key(row)));
    return Card{.html = [html](size_t) { return html; }};
  }

 private:
  const Dataset& source_;
};

}  // namespace

std::unique_ptr<Cards> text_cards(const Dataset& source) {
  return std::make_unique<TextCards>(source);
}

}  // namespace decant::report
