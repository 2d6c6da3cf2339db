// What judges by a linear probe share: top-1 of multinomial logistic regression (train/linear.h) on
// features that nobody trains. They are fitted once, without labels, to all rows that can be
// trained on, whichever set is on trial; so all sets are seen through the same features, and only
// what was learnt from differs.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "decant/base/json_fwd.h"
#include "decant/base/matrix.h"
#include "decant/evaluate/judge.h"

namespace decant::evaluate {

/// Features that were fitted. Called from one thread at a time.
struct FittedFeatures {
  int64_t columns = 0;
  /// One row of `out` (rows.size() × columns) for each row; those in `bad` (ascending) get zeros.
  std::function<void(const Rows& rows, std::span<const int64_t> bad, MatrixView<float> out, const Context& context)> transform;
};

/// Of an extractor with columns() and transform(), which it takes over.
template <class Extractor>
FittedFeatures fitted_features(Extractor extractor) {
  const auto shared = std::make_shared<const Extractor>(std::move(extractor));
  return {shared->columns(), [shared](const Rows& rows, std::span<const int64_t> bad, MatrixView<float> out, const Context& context) {
            shared->transform(rows, bad, out, context);
          }};
}

struct ProbeFeatures {
  const Modality* modality = nullptr;
  std::string judge;     ///< its name in judges/list.h
  std::string net;       ///< as --nets names it
  std::string words;     ///< "256 columns of latent semantic analysis"
  std::string key;       ///< all options that decide them, as result_key() has it
  std::string numerics;  ///< goes up when the numbers change: "decant lsa 1"
  std::function<FittedFeatures(const Rows& rows, std::span<const int64_t> usable, const Context& context)> fit;
};

std::unique_ptr<Judge> make_probe(ProbeFeatures features);

}  // namespace decant::evaluate
