#include "decant/features/torch/sentence_network.h"

#include "decant/features/torch/bert.h"
#include "decant/features/torch/mpnet.h"

namespace decant::features {

std::unique_ptr<SentenceNetwork> make_sentence_network(const SentenceFolder& folder, at::Device device) {
  switch (folder.shape.family) {
    case EncoderFamily::mpnet:
      return std::make_unique<MpNet>(folder, device);
    default:
      return std::make_unique<Bert>(folder, device);
  }
}

}  // namespace decant::features
