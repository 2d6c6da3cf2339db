#include "decant/pipeline/measure.h"

#include <array>
#include <utility>

#include "decant/base/json.h"
#include "decant/base/printable.h"
#include "decant/base/text.h"
#include "decant/formats/coco/results.h"

namespace decant {

void MeasureOptions::declare(OptionTable& table) {
  Option& there = table.add("truth", truth, "TRUTH", "a COCO json with what there is, or a folder of masks");
  there.positional = there.required = true;
  Option& found = table.add("results", results, "RESULTS",
                            "what was found: a json in the form of COCO's results, or a folder of masks of the same names");
  found.positional = found.required = true;
  table.add("masks", masks, "of objects: compare masks, not boxes");
  table.add("ignore", ignore, "VALUES", "of folders: values of the truth that count nowhere, 255 or 0,255");
}

namespace {

struct Number {
  const char* name;
  double value;
  const char* meaning;
};

std::array<Number, 12> twelve_of(const CocoScores& scores) {
  const AveragePrecision& p = scores.precision;
  const AverageRecall& r = scores.recall;
  return {{{"AP", p.all, "mean over IoU 0.50 to 0.95"},
           {"AP50", p.at_50, "at IoU 0.50"},
           {"AP75", p.at_75, "at IoU 0.75"},
           {"AP_small", p.small, "objects of up to 32 x 32 pixels"},
           {"AP_medium", p.medium, "up to 96 x 96"},
           {"AP_large", p.large, "larger ones"},
           {"AR1", r.of_1, "recall of the best result of each picture and class"},
           {"AR10", r.of_10, "of the best 10"},
           {"AR100", r.of_100, "of the best 100"},
           {"AR_small", r.small, ""},
           {"AR_medium", r.medium, ""},
           {"AR_large", r.large, ""}}};
}

/// −1 says that there is nothing to measure.
std::string shown(double value) {
  return value < 0 ? "-" : fmt::format("{:.4f}", value);
}

Json stated(double value) {
  return value < 0 ? Json(nullptr) : Json(value);
}

}  // namespace

DetectionScores measure(const MeasureOptions& options, const Context& context) {
  coco::Measured read = coco::read_results(options.truth, options.results, options.masks, context);
  for (const Oddity& oddity : read.oddities) context.warn(oddity.place + ": " + oddity.what);
  DetectionScores measured{.scores = coco_scores(read.detections, context),
                           .classes = std::move(read.classes),
                           .pictures = read.detections.pictures,
                           .found = std::ssize(read.detections.found)};
  measured.objects.resize(measured.classes.size());
  for (const TrueObject& object : read.detections.truth) measured.objects[static_cast<size_t>(object.label)] += object.crowd ? 0 : 1;
  return measured;
}

std::string measured_text(const DetectionScores& measured) {
  std::string text;
  for (const Number& number : twelve_of(measured.scores)) {
    text += fmt::format("{:<10}{:>7}{}{}\n", number.name, shown(number.value), *number.meaning == 0 ? "" : "   ", number.meaning);
  }
  text += fmt::format("\n{:>7} {:>7} {:>8}  class\n", "AP", "AP50", "objects");
  for (size_t c = 0; c < measured.classes.size(); ++c) {
    text += fmt::format("{:>7} {:>7} {:>8}  {}\n", shown(measured.scores.of_class[c]), shown(measured.scores.of_class_50[c]),
                        human_count(measured.objects[c]), printable(measured.classes[c]));
  }
  text += fmt::format("\nresults {}, pictures {}\n", human_count(measured.found), human_count(measured.pictures));
  return text;
}

Json to_json(const DetectionScores& measured) {
  Json json{{"pictures", measured.pictures}, {"results", measured.found}};
  for (const Number& number : twelve_of(measured.scores)) json[number.name] = stated(number.value);
  Json classes = Json::array();
  for (size_t c = 0; c < measured.classes.size(); ++c)
    classes.push_back({{"class", measured.classes[c]},
                       {"objects", measured.objects[c]},
                       {"AP", stated(measured.scores.of_class[c])},
                       {"AP50", stated(measured.scores.of_class_50[c])}});
  json["classes"] = std::move(classes);
  return json;
}

}  // namespace decant
