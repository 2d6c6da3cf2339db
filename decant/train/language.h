// Training a causal network (nn/language_model.h) from scratch on records, and asking it how
// probable the answers of others are. Free of libtorch; programs reach it through LanguageTrainer.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "decant/base/context.h"
#include "decant/base/module.h"
#include "decant/base/options.h"

namespace decant::text {
class TaughtTokens;
}

namespace decant::train {

/// Everything that decides a training's result, the tokens and what computes aside.
struct LanguageOptions {
  std::string net = "gpt-mini";
  int64_t steps = 2000;         ///< updates: as many for a small set as for a large one
  int batch = 16;               ///< windows in each
  int context = 256;            ///< tokens that the network can look back on
  double learning_rate = 1e-3;  ///< peak, of AdamW
  double weight_decay = 0.1;
  double warmup = 0.05;  ///< fraction of the steps spent rising linearly to the peak; then a cosine to zero
  uint64_t seed = 0;     ///< initial weights, order of the windows
  std::string device = "cpu";

  void declare(OptionTable& table);
};

/// Throws InputError naming the option that is out of range.
void check(const LanguageOptions& options);

struct LanguageJob {
  LanguageOptions options;
  int64_t vocabulary = 0;                    ///< tokens are below
  const text::TaughtTokens* rows = nullptr;  ///< where the training records are
  std::span<const int64_t> subset;           ///< which of them; ascending
  const text::TaughtTokens* test = nullptr;  ///< all of whose records are asked, after the last step; null = none
};

struct LanguageResult {
  double token_loss = 0;   ///< −ln P of the test's taught tokens, the mean of all
  double record_loss = 0;  ///< the mean of the means of records
  double final_loss = 0;   ///< mean over the last tenth of the steps
  int64_t steps = 0;
  double seconds = 0;
};

/// A record is cut into windows of `context` tokens, each predicting the token after; what stands
/// in an earlier window is not seen, and windows that teach nothing are left out. A step takes the
/// next windows of an endless stream of shuffled epochs; its loss is the mean over their taught
/// tokens. Same job, same seed, same thread count → same numbers on a CPU. Throws InputError for a
/// training or test set that teaches no token, an unknown net or device, and when the loss is no
/// longer finite.
LanguageResult train_language(const LanguageJob& job, const Context& context);

/// For programs, through the module (base/module.h).
struct LanguageTrainer {
  static constexpr const ModuleFile& kModule = kNeuralModule;
  static constexpr const char* kSymbol = "decant_language_trainer_v1";

  LanguageResult (*train)(const LanguageJob& job, const Context& context);
};

}  // namespace decant::train
