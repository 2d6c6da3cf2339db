#include "decant/patches/torch/cam.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/zeros.h>
#include <algorithm>
#include <c10/core/GradMode.h>
#include <fmt/ranges.h>
#include <torch/csrc/autograd/autograd.h>

#include "decant/base/errors.h"

namespace decant::patches {
namespace {

const Tensor& tapped(const nn::Taps& taps, const std::string& name) {
  return std::ranges::find(taps.outputs, name, &nn::Taps::Tap::name)->value;
}

/// Tokens (batch, h · w, width) as maps (batch, width, h, w); maps as they are.
Tensor as_maps(const Tensor& output, const CamLayer& layer) {
  return output.dim() == 4 ? output : output.transpose(1, 2).unflatten(2, at::IntArrayRef{layer.height, layer.width});
}

/// What each layer leaves, of one black picture. Outputs without places are left out.
std::vector<CamLayer> layers_of(Subject& subject) {
  const c10::NoGradGuard no_grad;
  const ImageSize& in = subject.network().spec().input;
  nn::Taps taps;
  const Tensor black = at::zeros({1, in.channels, in.height, in.width}, subject.state().parameters.front().options());
  const Tensor maps = subject.network().maps(subject.pass(&taps), black);
  std::vector<CamLayer> layers;
  for (const auto& [name, output] : taps.outputs) {
    if (output.dim() == 4) layers.push_back({name, output.size(2), output.size(3)});
    if (output.dim() == 3 && output.size(1) == maps.size(2) * maps.size(3)) layers.push_back({name, maps.size(2), maps.size(3)});
  }
  return layers;
}

/// Σₖ wₖ Aₖ where it is positive. `weights`: (batch, channels).
Tensor weighed(const Tensor& weights, const Tensor& maps) {
  return at::relu((weights.unsqueeze(2).unsqueeze(3) * maps).sum(1));
}

}  // namespace

CamLayer cam_layer(Subject& subject, const std::string& asked) {
  const std::vector<CamLayer> layers = layers_of(subject);
  const auto serves = [&](const CamLayer& layer) {
    return asked.empty() ? std::min(layer.height, layer.width) >= kSmallestMaps : layer.name == asked;
  };
  const auto found = std::ranges::find_if(layers.rbegin(), layers.rend(), serves);
  if (found != layers.rend()) return *found;
  if (asked.empty() || layers.empty())
    throw InputError(
        {"", "", fmt::format("{} has no layer with maps of at least {}×{}", subject.network().description(), kSmallestMaps, kSmallestMaps),
         "Choose a convolutional network or larger pictures"});
  std::vector<std::string> names;
  for (const CamLayer& layer : layers) names.push_back(layer.name);
  throw InputError({"", "", fmt::format("{} has no layer '{}' with maps", subject.network().description(), asked),
                    fmt::format("Choose one of {}", fmt::join(names, ", "))});
}

LayerView look_at(Subject& subject, const CamLayer& layer, const Tensor& images, const Tensor& labels) {
  const c10::AutoGradMode with_graph(true);
  nn::Taps taps;
  taps.graph_from = layer.name;
  const Tensor scores = subject.network().forward(subject.pass(&taps), images);
  const Tensor of_class = scores.gather(1, classes_of(labels, scores.detach()).unsqueeze(1));
  const Tensor& output = tapped(taps, layer.name);
  const Tensor gradient = torch::autograd::grad({of_class.sum()}, {output})[0];
  return {as_maps(output.detach(), layer), as_maps(gradient, layer)};
}

Tensor gradcam_map(const LayerView& view) {
  return weighed(view.gradient.mean(at::IntArrayRef{2, 3}), view.maps);
}

Tensor gradcam_plus_plus_map(const LayerView& view) {
  const Tensor below = 2 + view.gradient * view.maps.sum(at::IntArrayRef{2, 3}, /*keepdim=*/true);
  const Tensor weights = at::relu(view.gradient) / below;
  return weighed(weights.masked_fill(below == 0, 0).sum(at::IntArrayRef{2, 3}), view.maps);
}

}  // namespace decant::patches
