#include "decant/nn/language_model.h"

#include <fmt/ranges.h>

#include "decant/base/errors.h"
#include "decant/nn/models/list.h"

namespace decant::nn {

std::string LanguageModel::description() const {
  return fmt::format("network '{}' for {} tokens and {} of context", spec_.name, spec_.vocabulary, spec_.context);
}

std::vector<std::string> language_model_names() {
#define DECANT_NAME(name, make) name,
  return {DECANT_LANGUAGE_MODELS(DECANT_NAME)};
#undef DECANT_NAME
}

std::unique_ptr<const LanguageModel> make_language_model(const LanguageSpec& spec) {
  DECANT_CHECK(spec.vocabulary, >, 0);
  DECANT_CHECK(spec.context, >, 0);
  SpecText options(spec.name);
  std::unique_ptr<const LanguageModel> made;
#define DECANT_MAKE(known, maker) \
  if (options.name() == known) made = maker(spec, options);
  DECANT_LANGUAGE_MODELS(DECANT_MAKE)
#undef DECANT_MAKE
  if (!made)
    throw InputError({"", "", fmt::format("'{}' is not a network that reads texts", options.name()),
                      fmt::format("Choose one of {}", fmt::join(language_model_names(), ", "))});
  options.require_all_asked();
  return made;
}

}  // namespace decant::nn
