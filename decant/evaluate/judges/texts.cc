// A linear probe (probe.h) of texts, on latent semantic analysis (features/lsa.h).
#include "decant/evaluate/judges/list.h"
#include "decant/evaluate/judges/probe.h"
#include "decant/features/lsa.h"

namespace decant::evaluate {

std::unique_ptr<Judge> make_texts(const Tools&) {
  features::LsaOptions options;
  return make_probe({.modality = &modality::records,
                     .judge = "texts",
                     .net = "lsa-linear",
                     .words = fmt::format("{} columns of latent semantic analysis", options.columns),
                     .key = result_key(options),
                     .numerics = "decant lsa 1",
                     .fit = [options](const Rows& rows, std::span<const int64_t> usable, const Context& context) {
                       return fitted_features(features::fit_lsa(rows, usable, options, context));
                     }});
}

}  // namespace decant::evaluate
