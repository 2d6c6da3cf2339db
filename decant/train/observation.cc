#include "decant/train/observation.h"

#include <algorithm>
#include <cmath>

#include "decant/base/errors.h"

namespace decant::train {

Observation observe(std::span<const float> logits, int64_t label, double embedding_norm) {
  DECANT_CHECK(std::ssize(logits), >, label);
  const double own = logits[static_cast<size_t>(label)];
  double largest = own;
  double largest_other = -HUGE_VAL;
  for (size_t c = 0; c < logits.size(); ++c) {
    largest = std::max<double>(largest, logits[c]);
    if (static_cast<int64_t>(c) != label) largest_other = std::max<double>(largest_other, logits[c]);
  }
  double sum = 0;       // of exp(z − largest)
  double weighted = 0;  // of exp(z − largest) · (z − largest)
  double squares = 0;   // of exp(z − largest)², the label's left out
  for (size_t c = 0; c < logits.size(); ++c) {
    const double below = logits[c] - largest;
    const double weight = std::exp(below);
    sum += weight;
    weighted += weight * below;
    if (static_cast<int64_t>(c) != label) squares += weight * weight;
  }
  const double probability = std::exp(own - largest) / sum;
  const double loss = std::log(sum) - (own - largest);
  const double error = std::sqrt(squares / (sum * sum) + (1 - probability) * (1 - probability));
  const double entropy = std::max(0.0, std::log(sum) - weighted / sum);
  return {probability, own - largest_other, loss, error, error * std::sqrt(1 + embedding_norm * embedding_norm), entropy};
}

}  // namespace decant::train
