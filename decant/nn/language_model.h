// Networks that say which token comes next: causal, so what they say at a place follows from the
// tokens up to it alone.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "decant/nn/module.h"

namespace decant::nn {

struct LanguageSpec {
  std::string name;        ///< one of language_model_names(), with options: "gpt-mini+width=32+depth=1"
  int64_t vocabulary = 0;  ///< tokens are 0 … vocabulary − 1
  int64_t context = 0;     ///< the most tokens that it can look back on, the present one included
};

class LanguageModel : public Module {
 public:
  const LanguageSpec& spec() const { return spec_; }
  std::string description() const override;

  /// ids int64 (batch, length), length ≤ context → (batch, length, width).
  virtual Tensor states(const Pass& pass, const Tensor& ids) const = 0;
  /// (…, width) → (…, vocabulary): logits of the token after each. Apart from states(), so that
  /// only places that matter cost a product with the whole vocabulary.
  virtual Tensor predict(const Pass& pass, const Tensor& states) const = 0;

 protected:
  explicit LanguageModel(const LanguageSpec& spec) : spec_(spec) {}
  LanguageSpec spec_;
};

/// Those of models/list.h, in alphabetical order.
std::vector<std::string> language_model_names();

/// Throws InputError for an unknown name, option or value.
std::unique_ptr<const LanguageModel> make_language_model(const LanguageSpec& spec);

}  // namespace decant::nn
