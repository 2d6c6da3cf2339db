// A linear probe (probe.h) of pictures, on the filters of a one-layer network that nobody trained
// (features/conv_kmeans.h): a judge that takes seconds where a network takes minutes.
#include "decant/evaluate/judges/list.h"
#include "decant/evaluate/judges/probe.h"
#include "decant/features/conv_kmeans.h"

namespace decant::evaluate {

std::unique_ptr<Judge> make_pictures(const Tools&) {
  features::ConvKMeansOptions options;
  return make_probe({.modality = &modality::pictures,
                     .judge = "pictures",
                     .net = "conv-kmeans-linear",
                     .words = fmt::format("{} columns of conv-kmeans", options.columns),
                     .key = result_key(options),
                     .numerics = "decant conv-kmeans 1",
                     .fit = [options](const Rows& rows, std::span<const int64_t> usable, const Context& context) {
                       return fitted_features(features::fit_conv_kmeans(rows, usable, options, context));
                     }});
}

}  // namespace decant::evaluate
