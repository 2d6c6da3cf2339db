#include "decant/nn/neck.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/upsample_bilinear2d.h>
#include <ATen/ops/upsample_nearest2d.h>
#include <bit>
#include <fmt/core.h>

namespace decant::nn {

Tensor enlarged_to(const Tensor& x, const Tensor& like, bool bilinear) {
  const at::IntArrayRef size = like.sizes().slice(2);
  return bilinear ? at::upsample_bilinear2d(x, size, /*align_corners=*/false) : at::upsample_nearest2d(x, size);
}

Tensors Neck::operator()(const Pass& pass, std::span<const Tensor> levels) const {
  Tensors joined(levels.size());
  for (size_t i = levels.size(); i-- > 0;) {
    joined[i] = norms[i](pass, laterals[i](pass, levels[i]));
    if (i + 1 < levels.size()) joined[i] = joined[i] + enlarged_to(joined[i + 1], joined[i], bilinear);
  }
  return joined;
}

NeckHead::NeckHead(const SceneHeadSpec& spec, int64_t stride)
    : SceneHead(fmt::format("head of '{}' for {} classes", spec.name, spec.classes)),
      LayerList(spec.name, parameters_, buffers_),
      spec_(spec),
      stride_(stride) {}

std::vector<size_t> NeckHead::reads() const {
  std::vector<size_t> read;
  const auto first = static_cast<size_t>(std::countr_zero(static_cast<uint64_t>(stride_ / kFirstLevelStride)));
  for (size_t i = first; i < spec_.levels.size(); ++i) read.push_back(i);
  return read;
}

Neck NeckHead::add_neck(int64_t width, bool bilinear, NormKind norm) {
  Neck neck{.laterals = {}, .norms = {}, .bilinear = bilinear};
  for (const size_t level : reads()) {
    const std::string name = fmt::format("neck.lateral{}", level);
    neck.laterals.push_back(add_conv(name, spec_.levels[level].channels, width, {.kernel = 1, .bias = norm == NormKind::none}));
    neck.norms.push_back(add_norm(norm, fmt::format("neck.norm{}", level), {width}));
  }
  return neck;
}

ConvBlock NeckHead::add_smooth(const std::string& name, int64_t width) {
  const Conv conv = add_conv(name + ".conv", width, width, {.kernel = 3, .padding = 1}, Draw::he_fan_out);
  return {name, conv, add_norm(NormKind::batch, name + ".norm", {width})};
}

Conv NeckHead::add_outputs(const std::string& name, int64_t in, int64_t out, std::function<double(int64_t)> bias) {
  Conv conv = add_conv(name, in, out, {.kernel = 1});
  conv.shape.bias = true;
  add_parameter({name + ".bias", {out}, Init::formula, false, 0, std::move(bias)});
  return conv;
}

}  // namespace decant::nn
