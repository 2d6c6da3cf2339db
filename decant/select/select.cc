#include "decant/select/select.h"

#include "decant/base/errors.h"
#include "decant/base/text.h"
#include "decant/select/pools/pools.h"
#include "decant/select/pools/quota.h"
#include "decant/select/pools/sampler.h"

namespace decant {
namespace {

const Method& method_of(const SelectionOptions& options) {
  const Method* const method = find_method(options.method);
  if (method == nullptr) throw InputError({"", "", unknown_name("method", options.method, method_names()), "Choose one of methods()"});
  if (method->scores != Scores::none)
    throw InputError({"", "", fmt::format("method '{}' needs scores", options.method), "Choose a method that needs only features"});
  if (method->targets)
    throw InputError({"", "", fmt::format("method '{}' needs targets", options.method), "Call choose_by(), whose inputs have them"});
  if (method->amounts)
    throw InputError({"", "", fmt::format("method '{}' goes by the objects in a row, and a matrix has none", options.method),
                      "Choose a method that needs only features"});
  return *method;
}

}  // namespace

Choice select(MatrixView<const float> features, const SelectionOptions& options, const Context& context) {
  const Method& method = method_of(options);
  const int64_t count = keep_count(options.keep, features.rows, features.rows - std::ssize(options.bad_rows));
  const BinOptions& bins = options.bins;
  const MethodInputs inputs{.rows = features.rows,
                            .count = count,
                            .labels = bins.per_class ? options.labels : std::span<const int32_t>(),
                            .left_out = options.bad_rows,
                            .features = {features, nullptr},
                            .gradient_classes = bins.function == BinFunction::graph_cut_gradient ? bins.classes : 0,
                            .options = {.function = bins.function, .lambda = bins.lambda, .bins = bins.bins},
                            .kmeans = bins.kmeans,
                            .engine = bins.engine,
                            .ranks = bins.ranks};
  check_labels(features.rows, options.labels);
  if (method.features && !method.cuts_bins)
    require_finite(inputs.features, "features", mark_rows(features.rows, options.bad_rows), {}, context);
  Choice choice;
  choice.selection = choose_by(method, inputs, options.seed, context).selection;
  const bool by_kmeans = method.cuts_bins && bins.kmeans != 0;
  const auto classes = bins.per_class && !by_kmeans ? options.labels : std::span<const int32_t>();
  choice.rows = sample(choice.selection, classes, count, options.seed);
  return choice;
}

}  // namespace decant
