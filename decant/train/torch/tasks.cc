#include "decant/train/torch/tasks.h"

#include "decant/nn/autoencoder.h"
#include "decant/train/torch/autoencoding.h"
#include "decant/train/torch/classification.h"

namespace decant::train {

NetFacts facts_of(const std::string& net) {
  if (nn::is_autoencoder(net)) return {.tells_classes = false, .usual = Autoencoding::usual_options()};
  return {};
}

std::unique_ptr<Task> make_task(const TrainJob& job, const Context& context) {
  if (job.classes == 0) return std::make_unique<Autoencoding>(job, context);
  return std::make_unique<Classification>(job, context);
}

}  // namespace decant::train
