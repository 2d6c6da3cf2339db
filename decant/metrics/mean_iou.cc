#include "decant/metrics/mean_iou.h"

#include "decant/base/errors.h"

namespace decant {

Confusion::Confusion(int32_t classes) : classes_(classes) {
  DECANT_CHECK(classes, >=, 1);
  DECANT_CHECK(classes, <=, 65536);
  counts_.assign(static_cast<size_t>(classes) * static_cast<size_t>(classes), 0);
}

void Confusion::add(std::span<const int32_t> truth, std::span<const int32_t> predicted) {
  DECANT_CHECK(truth.size(), ==, predicted.size());
  for (size_t i = 0; i < truth.size(); ++i) {
    if (truth[i] < 0) continue;
    DECANT_CHECK(truth[i], <, classes_);
    DECANT_CHECK(predicted[i], >=, 0);
    DECANT_CHECK(predicted[i], <, classes_);
    ++counts_[static_cast<size_t>(truth[i]) * static_cast<size_t>(classes_) + static_cast<size_t>(predicted[i])];
  }
}

void Confusion::add(const Confusion& other) {
  DECANT_CHECK(classes_, ==, other.classes_);
  for (size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
}

int64_t Confusion::pixels(int32_t truth, int32_t predicted) const {
  return counts_[static_cast<size_t>(truth) * static_cast<size_t>(classes_) + static_cast<size_t>(predicted)];
}

std::optional<double> Confusion::iou(int32_t label) const {
  int64_t of_truth = 0, of_predicted = 0;
  for (int32_t other = 0; other < classes_; ++other) {
    of_truth += pixels(label, other);
    of_predicted += pixels(other, label);
  }
  const int64_t united = of_truth + of_predicted - pixels(label, label);
  if (united == 0) return std::nullopt;
  return static_cast<double>(pixels(label, label)) / static_cast<double>(united);
}

double Confusion::mean_iou() const {
  double sum = 0;
  int occurring = 0;
  for (int32_t label = 0; label < classes_; ++label) {
    const std::optional<double> own = iou(label);
    if (!own) continue;
    sum += *own;
    ++occurring;
  }
  return occurring > 0 ? sum / occurring : 0;
}

double Confusion::pixel_accuracy() const {
  int64_t right = 0, all = 0;
  for (int32_t label = 0; label < classes_; ++label) {
    right += pixels(label, label);
    for (int32_t other = 0; other < classes_; ++other) all += pixels(label, other);
  }
  return all > 0 ? static_cast<double>(right) / static_cast<double>(all) : 0;
}

}  // namespace decant
