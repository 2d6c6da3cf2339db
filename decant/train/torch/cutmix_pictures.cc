#include "decant/train/torch/cutmix_pictures.h"

#include <ATen/ops/tensor.h>

#include "decant/train/cutmix.h"

namespace decant::train {

const Batch* CutMixPictures::next() {
  const Batch* const pictures = pictures_->next();
  if (pictures == nullptr) return nullptr;
  const ImageSize size{static_cast<int>(pictures->inputs.size(3)), static_cast<int>(pictures->inputs.size(2))};
  const Random random(seed_, "cutmix", static_cast<uint64_t>(first_step_ + pictures->number));
  const CutMixDraw draw = draw_cutmix(probability_, size, pictures->count, random);
  if (draw.partners.empty()) return pictures;

  batch_ = *pictures;
  const at::Tensor partners = at::tensor(draw.partners, at::kLong).to(batch_.inputs.device());
  const auto box = [&](const at::Tensor& of) { return of.slice(2, draw.top, draw.bottom).slice(3, draw.left, draw.right); };
  const at::Tensor shown = box(pictures->inputs).index_select(0, partners);
  batch_.inputs = pictures->inputs.clone();
  box(batch_.inputs).copy_(shown);
  partner_rows_.clear();
  for (const int64_t partner : draw.partners) partner_rows_.push_back(pictures->rows[static_cast<size_t>(partner)]);
  batch_.partners = {draw.own_share, pictures->targets.index_select(0, partners), partner_rows_};
  return &batch_;
}

}  // namespace decant::train
