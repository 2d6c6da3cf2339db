// A segmenter: the class of every fourth pixel, from the scales of a backbone. Each map of the neck
// (neck.h, enlarged bilinearly) is smoothed by a 3×3 convolution with batch norm and ReLU and
// enlarged to stride 4; their sum and a 1×1 convolution give the logits, which whoever reads them
// enlarges to the pixels. It is the semantic branch of A. Kirillov, R. Girshick, K. He and P.
// Dollár, "Panoptic feature pyramid networks", CVPR 2019 (arXiv:1901.02446), with one convolution
// for each scale in place of one for each halving.
//
//     pyramid+backbone=NAME+width=W+norm=N     tiny-resnet and 32, else 48; batch
#include <ATen/TensorOperators.h>

#include "decant/nn/models/list.h"
#include "decant/nn/neck.h"

namespace decant::nn {
namespace {

class Pyramid final : public NeckHead {
 public:
  Pyramid(const SceneHeadSpec& spec, int64_t width, NormKind norm) : NeckHead(spec, kFirstLevelStride), neck_(add_neck(width, true, norm)) {
    for (const size_t level : reads()) smooth_.push_back(add_smooth("neck.smooth" + std::to_string(level), width));
    outputs_ = add_outputs("outputs", width, spec.classes, [](int64_t) { return 0.0; });
  }

  CountedIn learns() const override { return CountedIn::pixels; }

  Tensor forward(const Pass& pass, std::span<const Tensor> levels) const override {
    const Tensors maps = neck_(pass, levels);
    Tensor sum = smooth_.front()(pass, maps.front());
    for (size_t i = 1; i < maps.size(); ++i) sum = sum + enlarged_to(smooth_[i](pass, maps[i]), maps.front(), true);
    return outputs_(pass, sum);
  }

 private:
  Neck neck_;
  std::vector<ConvBlock> smooth_;
  Conv outputs_;
};

}  // namespace

std::unique_ptr<const SceneHead> make_pyramid(const SceneHeadSpec& spec, SpecText& options) {
  const bool tiny = options.word("backbone", kTinyBackbone, backbone_names()) == kTinyBackbone;
  const int width = options.number("width", tiny ? 32 : 48, 8, 1024);
  return std::make_unique<Pyramid>(spec, width, options.norm(NormKind::batch));
}

}  // namespace decant::nn
