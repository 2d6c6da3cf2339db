#include "decant/report/copies_page.h"

#include <fmt/format.h>
#include <memory>

#include "decant/base/parallel.h"
#include "decant/base/text.h"
#include "decant/report/cards/cards.h"
#include "decant/report/facts/copy_sheets.h"
#include "decant/report/facts/row_facts.h"
#include "decant/report/html.h"
#include "decant/report/page/page_text.h"
#include "decant/report/page/sections.h"

namespace decant::report {
namespace {

using Part = ShownCopy::Part;

constexpr const char* kNoScripts = "default-src 'none'; img-src data:; style-src 'unsafe-inline'";

/// The rows of a split as they are shown.
class ShownSplit {
 public:
  explicit ShownSplit(const Dataset* data) : data_(data), cards_(data == nullptr ? nullptr : cards_of(*data)) {}

  std::optional<Card> card(const Copy& copy) const {
    if (cards_ == nullptr || copy.row >= data_->train().size() || data_->train().key(copy.row) != copy.key) return std::nullopt;
    return cards_->card(copy.row);
  }
  bool shows() const { return cards_ != nullptr; }
  bool pictures() const { return shows() && data_->train().pictures() != nullptr; }

 private:
  const Dataset* data_;
  std::unique_ptr<Cards> cards_;
};

const char* word_for(Part part) {
  switch (part) {
    case Part::stays:
      return "stays";
    case Part::dropped:
      return "dropped";
    case Part::leaks:
      return "leak";
    case Part::test:
      return "test";
  }
  return "";
}

class CopiesPage {
 public:
  CopiesPage(const CopiesInput& input, const Context& context)
      : input_(input),
        context_(context),
        train_(input.train),
        test_(input.test),
        sheets_(copy_sheets(input.copies, input.pairs, input.threshold)) {}

  std::string render() {
    draw(sheets_.leaks);
    draw(sheets_.others);
    std::string page = page_head(fmt::format("Copies in {} · decant", input_.name), kNoScripts, kPageCss,
                                 train_.pictures() ? std::string(kCopiesCss) : std::string(kRecordsCss) + std::string(kCopiesCss));
    page += opening();
    page += chapter("leaks", "Between test and training", "Rows of the test split with copies among the training rows.", sheets_.leaks,
                    sheets_.all_leaks);
    page += chapter("others", "Within training", "The row that stays comes first, then its copies, nearest first.", sheets_.others,
                    sheets_.all_others);
    page += fmt::format(
        "<footer>Made by decant {}. This page is self-contained and makes no requests to any "
        "network.</footer>\n</main>\n</body>\n</html>\n",
        escape(input_.version));
    return page;
  }

 private:
  const ShownSplit& split_of(const Copy& copy) const { return copy.in_test ? test_ : train_; }

  /// The cards of all rows, on all threads, in the order of the page.
  void draw(const std::vector<ShownCluster>& clusters) {
    std::vector<const Copy*> rows;
    for (const ShownCluster& cluster : clusters) {
      for (const ShownCopy& row : cluster.rows) rows.push_back(&row.copy);
    }
    const size_t first = cards_.size();
    cards_.resize(first + rows.size());
    Stage stage(context_, "thumbnails", std::ssize(rows), "rows");
    parallel_for(context_, std::ssize(rows), 16, [&](int64_t begin, int64_t end) {
      for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) cards_[first + i] = split_of(*rows[i]).card(*rows[i]);
      stage.advance(end - begin);
    });
  }

  std::string opening() const {
    std::string facts;
    for (size_t begin = 0; begin < input_.summary.size();) {
      const size_t end = std::min(input_.summary.find('\n', begin), input_.summary.size());
      facts += fmt::format("<p>{}</p>\n", prose(std::string_view(input_.summary).substr(begin, end - begin)));
      begin = end + 1;
    }
    const char* const bare =
        train_.shows()
            ? ""
            : "<p class=\"small\">The rows themselves are not shown: they are numbers, or the data set is not where it was.</p>\n";
    return fmt::format(
        "<header class=\"top\">\n<p class=\"brand\"><b>decant</b> {}</p>\n<h1>Rows that repeat others</h1>\n<div "
        "class=\"lead\">{}{}</div>\n</header>\n",
        escape(input_.name), facts, bare);
  }

  std::string chapter(std::string_view id, std::string_view heading, const std::string& note, const std::vector<ShownCluster>& clusters,
                      size_t all) {
    if (all == 0) return "";
    std::string body;
    for (const ShownCluster& cluster : clusters) body += sheet(cluster);
    const std::string shown = clusters.size() == all
                                  ? fmt::format("{} {}.", human_count(static_cast<int64_t>(all)), all == 1 ? "cluster" : "clusters")
                                  : fmt::format("The largest and closest {} of {} clusters; clusters.jsonl has all.", clusters.size(),
                                                human_count(static_cast<int64_t>(all)));
    return section(id, heading, fmt::format("<p>{}</p>\n<p>{}</p>\n", note, shown), body);
  }

  std::string sheet(const ShownCluster& cluster) {
    std::string rows;
    for (const ShownCopy& row : cluster.rows) rows += figure(row);
    if (cluster.more > 0) rows += fmt::format("<p class=\"more\">and {} more</p>\n", human_count(static_cast<int64_t>(cluster.more)));
    return fmt::format("<div class=\"copies{}\">\n{}</div>\n", train_.pictures() ? "" : " wide", rows);
  }

  std::string figure(const ShownCopy& row) {
    const std::optional<Card>& card = cards_[next_card_++];
    const char* const split = row.copy.in_test ? "test row" : "row";
    std::string caption = fmt::format("<b>{}</b>", word_for(row.part));
    if (row.similarity) caption += row.how == Sameness::near ? fmt::format(" {:.3f}", *row.similarity) : std::string(" equal");
    if (row.copy.label != kNoLabel)
      caption += fmt::format("<br><span{}>{}{}</span>", row.other_label ? " class=\"differs\"" : "", row.other_label ? "≠ " : "",
                             escape(label_of(row.copy)));
    if (!card || !card->jpeg.empty()) caption += fmt::format("<br><small>{} {}</small>", split, row.copy.row);  // a record says it
    const std::string title = fmt::format("{} {} · {}", split, row.copy.row, row.copy.key);
    return fmt::format("<figure class=\"{}\" title=\"{}\">{}<figcaption>{}</figcaption></figure>\n", class_of(row.part), escape(title),
                       picture(card), caption);
  }

  static const char* class_of(Part part) { return part == Part::stays ? "stays" : part == Part::test ? "test" : "gone"; }

  std::string label_of(const Copy& copy) const {
    const Dataset* const data = copy.in_test && input_.test != nullptr ? input_.test : input_.train;
    return data == nullptr ? std::to_string(copy.label) : class_name(data->classes, copy.label);
  }

  /// What a card shows; nothing once the pictures fill the page.
  std::string picture(const std::optional<Card>& card) {
    if (!card) return "";
    if (card->jpeg.empty()) return card->html(0);
    bytes_ += card->jpeg.size();
    if (bytes_ > kPictureBytes) return "";
    return fmt::format("<img alt=\"\" src=\"data:image/jpeg;base64,{}\">", base64(card->jpeg));
  }

  const CopiesInput& input_;
  const Context& context_;
  ShownSplit train_, test_;
  CopySheets sheets_;
  std::vector<std::optional<Card>> cards_;  ///< in the order of the page
  size_t next_card_ = 0;
  size_t bytes_ = 0;
};

}  // namespace

std::string render_copies(const CopiesInput& input, const Context& context) {
  return CopiesPage(input, context).render();
}

}  // namespace decant::report
