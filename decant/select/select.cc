#include "decant/select/select.h"

#include <fmt/ranges.h>

#include "decant/base/errors.h"
#include "decant/select/methods/random.h"
#include "decant/select/pools/pools.h"
#include "decant/select/pools/quota.h"
#include "decant/select/pools/sampler.h"

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
  } else if (const FeatureMethod* method = find_feature_method(options.method)) {
    const Features rows(features, nullptr);
    const std::vector<bool> bad = mark_rows(features.rows, options.bad_rows);
    require_finite(rows, "features", bad, {}, context);
    choice.selection = select_ranked(method->name.c_str(), features.rows, options.labels, options.bad_rows, count,
                                     {options.bins.per_class, method->serves}, method->ranker(rows, options.seed), context);
  } else {
    std::vector<std::string> names = {"bins", "random"};
    for (const FeatureMethod& known : feature_methods()) names.push_back(known.name);
    throw InputError(
        {"", "", fmt::format("'{}' is no method to choose rows by", options.method), fmt::format("There are {}", fmt::join(names, ", "))});
  }
  const bool by_kmeans = options.method == "bins" && options.bins.kmeans != 0;
  const auto classes = options.bins.per_class && !by_kmeans ? options.labels : std::span<const int32_t>();
  choice.rows = sample(choice.selection, classes, count, options.seed);
  return choice;
}

}  // namespace decant
