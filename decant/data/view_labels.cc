#include "decant/data/view_labels.h"

#include <algorithm>
#include <cmath>

#include "decant/base/digest.h"
#include "decant/base/errors.h"
#include "decant/data/targets.h"

namespace decant {
namespace {

constexpr float kOutOfTheQuestion = -1e4F;  // of probability 0 at every temperature that is any use

}  // namespace

RenamedViewLabels::RenamedViewLabels(const ViewLabels& of, std::vector<int32_t> names)
    : of_(of), names_(std::move(names)), classes_(std::ranges::max(names_) + 1) {
  DECANT_CHECK(std::ssize(names_), ==, of.classes());
}

void RenamedViewLabels::logits(int64_t row, int64_t view, std::span<float> out) const {
  std::vector<float> old(names_.size());
  of_.logits(row, view, old);
  std::ranges::fill(out, kOutOfTheQuestion);
  for (size_t c = 0; c < old.size(); ++c) {
    if (names_[c] != kNoLabel) out[static_cast<size_t>(names_[c])] = old[c];
  }
  const float most = std::ranges::max(out);
  for (float& value : out) value -= most;
}

std::string RenamedViewLabels::digest() const {
  return Digest().add(of_.digest()).add(std::as_bytes(std::span(names_))).hex();
}

void soften(std::span<float> logits, double temperature) {
  const float most = std::ranges::max(logits);
  double sum = 0;
  for (float& value : logits) {
    value = std::exp((value - most) / static_cast<float>(temperature));
    sum += value;
  }
  for (float& value : logits) value = static_cast<float>(value / sum);
}

}  // namespace decant
