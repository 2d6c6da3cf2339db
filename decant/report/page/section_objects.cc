#include <algorithm>
#include <fmt/format.h>
#include <numeric>

#include "decant/base/text.h"
#include "decant/data/targets.h"
#include "decant/report/cards/overlay.h"
#include "decant/report/html.h"
#include "decant/report/page/charts.h"
#include "decant/report/page/sections.h"

namespace decant::report {
namespace {

int64_t total(const ContentRecord& content, int64_t ContentRecord::OfClass::*what) {
  return std::accumulate(content.classes.begin(), content.classes.end(), int64_t{0},
                         [&](int64_t sum, const ContentRecord::OfClass& each) { return sum + each.*what; });
}

double share_kept(const RunRecord& run) {
  return run.rows > 0 ? static_cast<double>(run.kept.value_or(0)) / static_cast<double>(run.rows) : 0;
}

/// "The kept pictures hold 1,721 of 3,324 objects (52 %); as many random ones hold 831 on average."
std::string amounts_sentence(const RunRecord& run) {
  const ContentRecord& content = *run.content;
  const int64_t all = total(content, &ContentRecord::OfClass::amount);
  const int64_t kept = total(content, &ContentRecord::OfClass::amount_kept);
  const auto expected = static_cast<int64_t>(static_cast<double>(all) * share_kept(run) + 0.5);
  return fmt::format("The kept pictures hold {} of {} {} ({}); as many random ones hold {} on average.", human_count(kept),
                     human_count(all), content.unit, percent(static_cast<double>(kept), static_cast<double>(all)), human_count(expected));
}

std::string background_sentence(const ContentRecord& content) {
  if (content.background == 0) return {};
  return fmt::format("Of {} {} without any, {} kept.", human_count(content.background), content.background == 1 ? "picture" : "pictures",
                     content.background_kept == 1 ? "1 is" : human_count(content.background_kept) + " are");
}

/// Classes that keep less than was asked for, since the rows kept are too few for all.
std::string floors_sentence(const ContentRecord& content) {
  constexpr size_t most = 8;
  std::string names;
  size_t missed = 0;
  for (const ContentRecord::OfClass& each : content.classes) {
    if (each.amount_kept >= each.least) continue;
    if (missed++ < most)
      names += fmt::format("{}{} ({} of {})", missed == 1 ? "" : ", ", each.name, human_count(each.amount_kept), human_count(each.least));
  }
  if (missed == 0) return {};
  return fmt::format("What every class was to keep is not met for {}: {}{}.", missed == 1 ? "one" : fmt::format("{} of them", missed),
                     names, missed > most ? ", …" : "");
}

/// Which colour is which class, where pixels are coloured.
std::string colours_of_classes(const Facts& facts) {
  constexpr size_t most = 24;  // colours
  const std::vector<ContentRecord::OfClass>& classes = facts.run.content->classes;
  if (facts.run.content->unit != name_of(CountedIn::pixels) || facts.input.source == nullptr) return {};
  std::string items;
  for (size_t label = 0; label < std::min(most, classes.size()); ++label) {
    const auto [red, green, blue] = colour_of_class(static_cast<int32_t>(label));
    items += fmt::format("<li><i style=\"background:rgb({},{},{})\"></i>{}</li>", red, green, blue, escape(classes[label].name));
  }
  if (classes.size() > most) items += "<li>further classes have these colours again</li>";
  return "<ul class=\"hues small\">" + items + "</ul>";
}

std::string paragraph(const std::string& sentence, const char* style = "") {
  return sentence.empty() ? "" : fmt::format("<p{}>{}</p>", style, prose(sentence));
}

std::string figure_of(const std::string& caption, const std::string& chart) {
  return fmt::format("<figure><figcaption>{}</figcaption>{}</figure>", caption, chart);
}

}  // namespace

std::string objects_section(const Facts& facts) {
  if (!facts.run.content) return {};
  const ContentRecord& content = *facts.run.content;
  std::vector<PartRecord> classes;
  for (const ContentRecord::OfClass& each : content.classes) classes.push_back({each.name, each.amount, each.amount_kept});
  const std::string note = paragraph(amounts_sentence(facts.run)) + paragraph(background_sentence(content)) +
                           paragraph(floors_sentence(content), " class=\"warn\"") + colours_of_classes(facts);
  const std::string caption = fmt::format("{} of each class that are kept; the mark is where random pictures would be on average",
                                          content.unit == "objects" ? "Objects" : "Pixels");
  std::string body = kBeforeAndKept + figure_of(caption, kept_of_each_chart(classes, share_kept(facts.run)));
  if (facts.objects) {
    body += figure_of("Pictures by how many objects they hold", balance_chart(facts.objects->by_count));
    body += figure_of("Objects by area", balance_chart(facts.objects->by_size));
  }
  return section("objects", content.unit == "objects" ? "Objects" : "Classes", note, body);
}

}  // namespace decant::report
