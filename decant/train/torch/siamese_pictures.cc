#include "decant/train/torch/siamese_pictures.h"

#include "decant/nn/siamese.h"

namespace decant::train {

const Batch* SiamesePictures::next() {
  const Batch* pictures = pictures_->next();
  if (pictures == nullptr) return nullptr;
  batch_ = *pictures;
  const ImageSize size{static_cast<int>(batch_.inputs.size(3)), static_cast<int>(batch_.inputs.size(2))};
  const Random random(seed_, "siamese", static_cast<uint64_t>(first_step_ + batch_.number));
  batch_.inputs = nn::apply(draw_siamese(options_, size, random, batch_.count), batch_.inputs);
  return &batch_;
}

}  // namespace decant::train
