#include "decant/evaluate/also.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "decant/base/errors.h"
#include "decant/base/text.h"

namespace decant::evaluate {
namespace {

constexpr size_t kBins = 15;
constexpr std::array kAlso = {Also::ece, Also::worst, Also::corrupt, Also::robust};
const std::vector<std::string> kAlsoNames = {"ece", "worst", "corrupt", "robust"};

/// The first of the largest logits, and what softmax says of it.
struct Answer {
  int32_t label = 0;
  double certainty = 0;
};

Answer answer_of(std::span<const float> logits) {
  const auto best = std::ranges::max_element(logits);
  double sum = 0;
  for (const float logit : logits) sum += std::exp(double{logit} - *best);
  return {static_cast<int32_t>(best - logits.begin()), 1 / sum};
}

template <class See>
void for_each_answer(std::span<const float> logits, const Rows& rows, int classes, See see) {
  const auto width = static_cast<size_t>(classes);
  DECANT_CHECK(logits.size(), ==, static_cast<size_t>(rows.size()) * width);
  for (int64_t row = 0; row < rows.size(); ++row) see(answer_of(logits.subspan(static_cast<size_t>(row) * width, width)), rows.label(row));
}

}  // namespace

std::vector<Also> also_named(const std::string& list) {
  const std::vector<std::string> names = split_list(list);
  for (const std::string& name : names) {
    if (std::ranges::find(kAlsoNames, name) == kAlsoNames.end()) throw UsageError(unknown_name("column for --also", name, kAlsoNames));
  }
  std::vector<Also> columns;
  for (size_t i = 0; i < kAlso.size(); ++i) {
    if (std::ranges::find(names, kAlsoNames[i]) != names.end()) columns.push_back(kAlso[i]);
  }
  return columns;
}

void declare_also(OptionTable& table, std::string& list) {
  table
      .add("also", list, "LIST",
           "columns beside accuracy: ece (calibration), worst (class), corrupt (spoiled pictures), robust (attacked ones)")
      .silent_at = "";
}

Metric metric_of(Also column) {
  Metric metric = top_1();
  switch (column) {
    case Also::ece:
      metric.name = "ece";
      metric.title = "calibration error";
      metric.higher_is_better = false;
      break;
    case Also::worst:
      metric.name = "worst class";
      metric.title = "accuracy, worst class";
      break;
    case Also::corrupt:
      metric.name = "corrupt";
      metric.title = "accuracy, spoiled pictures";
      break;
    case Also::robust:
      metric.name = "robust";
      metric.title = "accuracy, attacked";
      break;
  }
  return metric;
}

double calibration_error(std::span<const float> logits, const Rows& rows, int classes) {
  std::array<double, kBins> right{};
  std::array<double, kBins> certain{};
  for_each_answer(logits, rows, classes, [&](const Answer& answer, int32_t label) {
    const size_t bin = std::min(kBins - 1, static_cast<size_t>(answer.certainty * kBins));
    right[bin] += answer.label == label ? 1 : 0;
    certain[bin] += answer.certainty;
  });
  double sum = 0;
  for (size_t bin = 0; bin < kBins; ++bin) sum += std::abs(right[bin] - certain[bin]);
  return sum / static_cast<double>(rows.size());
}

double worst_class_accuracy(std::span<const float> logits, const Rows& rows, int classes) {
  std::vector<double> right(static_cast<size_t>(classes));
  std::vector<double> count(right.size());
  for_each_answer(logits, rows, classes, [&](const Answer& answer, int32_t label) {
    right[static_cast<size_t>(label)] += answer.label == label ? 1 : 0;
    count[static_cast<size_t>(label)] += 1;
  });
  double worst = 1;
  for (size_t label = 0; label < right.size(); ++label) {
    if (count[label] > 0) worst = std::min(worst, right[label] / count[label]);
  }
  return worst;
}

}  // namespace decant::evaluate
