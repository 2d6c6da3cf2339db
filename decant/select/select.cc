#include "decant/select/select.h"

#include "decant/base/errors.h"
#include "decant/select/quota.h"
#include "decant/select/sampler.h"

namespace decant {

Choice select(MatrixView<const float> features, const SelectionOptions& options, const Context& context) {
  const int64_t count = keep_count(options.keep, features.rows);
  Choice choice;
  if (options.method == "bins") {
    BinOptions bins = options.bins;
    bins.seed = options.seed;
    choice.selection = select_bins(Features(features, nullptr), options.labels, options.bad_rows, bins, context);
  } else if (options.method == "random") {
    choice.selection = select_random(features.rows, options.labels, options.bad_rows, options.bins.per_class, options.seed);
  } else {
    throw InputError({"", "", fmt::format("'{}' is no method to choose rows by", options.method), "Choose bins or random"});
  }
  const bool by_kmeans = options.method == "bins" && options.bins.kmeans != 0;
  const auto classes = options.bins.per_class && !by_kmeans ? options.labels : std::span<const int32_t>();
  choice.rows = sample(choice.selection, classes, count, options.seed);
  return choice;
}

}  // namespace decant
