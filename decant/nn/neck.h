// Maps of several scales, each told what the coarser ones see: T.-Y. Lin et al., "Feature pyramid
// networks for object detection", CVPR 2017 (arXiv:1612.03144).
//
//     p_last = L_last(c_last)      p_i = L_i(c_i) + enlarged(p_{i+1})
//
// L are 1×1 convolutions to `width` channels and a norm, without which maps of a backbone that
// stays as it is keep its scale; enlarged by repetition, or bilinearly where edges matter. Heads
// smooth what they read of p by 3×3 convolutions with batch norm and ReLU.
#pragma once

#include <vector>

#include "decant/nn/layers.h"
#include "decant/nn/scene_network.h"

namespace decant::nn {

struct Neck {
  std::vector<Conv> laterals;  ///< of the levels read, finest first
  std::vector<Norm> norms;
  bool bilinear = false;

  /// p, finest first.
  Tensors operator()(const Pass& pass, std::span<const Tensor> levels) const;
};

/// `x` at the size of `like`: (…, height, width) of both.
Tensor enlarged_to(const Tensor& x, const Tensor& like, bool bilinear);

/// A head made of bricks on a neck that reads the levels from `stride` pixels on.
class NeckHead : public SceneHead, protected LayerList {
 public:
  int64_t stride() const final { return stride_; }
  std::vector<size_t> reads() const final;

 protected:
  /// `stride`: 4, 8, 16 or 32.
  NeckHead(const SceneHeadSpec& spec, int64_t stride);
  Neck add_neck(int64_t width, bool bilinear, NormKind norm);
  /// A 3×3 convolution with batch norm and ReLU.
  ConvBlock add_smooth(const std::string& name, int64_t width);
  /// A 1×1 convolution with biases of the caller's.
  Conv add_outputs(const std::string& name, int64_t in, int64_t out, std::function<double(int64_t)> bias);

 private:
  SceneHeadSpec spec_;
  int64_t stride_;
};

}  // namespace decant::nn
