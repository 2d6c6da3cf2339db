// The second pass. D depends on the pictures x through the gradients g = ∂ℓ/∂θ, so with v = ∂D/∂g
//
//     ∂D/∂x = ∂/∂x ⟨v, ∂ℓ/∂θ⟩ = ∂/∂x (the slope of ℓ along v)
//
// The slope is one pass forward that carries tangents, starting from v at the parameters; its
// derivative is one pass back that carries adjoints of maps (the adjoints of tangents are the
// gradients that the first pass back had). In convolutions: 1 forward and 2 back for g, then 2
// forward and 2 back, of which the first layer has half.
//
// Training that is differentiated asks for the same of the parameters and of the targets q: with
// A the adjoint of a convolution's result y, G = ∂ℓ/∂y that of its tangent, ẋ the tangent of what
// it saw, p the softmax, L̇ the tangent of the logits of n pictures,
//
//     ∂s/∂W = A ⋆ x + G ⋆ ẋ        ∂s/∂q = (⟨p, L̇⟩ − L̇)/n
//
// two more convolutions a layer.
#include "decant/distill/torch/chain.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/convolution_backward.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/one_hot.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/zeros_like.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>

#include "decant/base/errors.h"
#include "decant/distill/torch/attached_gradients.h"

namespace decant::distill {
namespace {

constexpr at::MemoryFormat kFormat = at::MemoryFormat::ChannelsLast;

bool is_chain_block(const nn::ConvBlock& block) {
  return block.norm.kind == nn::NormKind::instance && block.halve == nn::Halve::mean && block.conv.shape.stride == 1;
}

/// Maps of one channel have the same bytes in both formats; libtorch reads the strides.
Tensor in_channels_last(const Tensor& maps) {
  if (maps.size(1) != 1) return maps.contiguous(kFormat);
  return maps.reshape({maps.size(0), maps.size(2), maps.size(3), 1}).permute({0, 3, 1, 2});
}

/// ∂/∂maps and ∂/∂weight, as far as asked.
struct ConvolutionGradients {
  Tensor maps;
  Tensor weight;
};

ConvolutionGradients convolution_backward(const nn::Conv& conv, const Tensor& above, const Tensor& maps, const Tensor& weight, bool of_maps,
                                          bool of_weight) {
  const int64_t padding = conv.shape.padding;
  auto [of_input, of_kernel, none] = at::convolution_backward(above, maps, weight, at::OptionalIntArrayRef(), {1, 1}, {padding, padding},
                                                              {1, 1}, false, {0, 0}, 1, {of_maps, of_weight, false});
  return {of_maps ? in_channels_last(of_input) : Tensor(), of_kernel};
}

}  // namespace

/// Of each block what it saw and left, from the pictures on.
struct Chain::Visit {
  Tensors inputs;
  std::vector<nn::Normalised> blocks;
  std::vector<nn::BlockGradient> gradients;
  Tensors above;  ///< ∂/∂z of each block
  Tensor embedding;
  Tensor logits;
  Tensor chances;    ///< softmax of the logits
  Tensor shares;     ///< the targets, (n, classes)
  Tensor of_logits;  ///< ∂ℓ/∂logits
};

struct Chain::Slope {
  Tensor pictures;
  Tensor targets;
  Tensors parameters;
};

Chain::Chain(const nn::BlockNetwork& network, std::span<const Tensor> parameters) : network_(&network) {
  for (const Tensor& parameter : parameters) {
    const Tensor plain = parameter.detach();
    parameters_.push_back(plain.dim() == 4 ? in_channels_last(plain) : plain.contiguous());
  }
}

std::optional<Chain> Chain::of(const nn::Classifier& network, std::span<const Tensor> parameters, const Tensor& pictures) {
  const auto* blocks = dynamic_cast<const nn::BlockNetwork*>(&network);
  if (blocks == nullptr || blocks->blocks().empty() || !std::ranges::all_of(blocks->blocks(), is_chain_block)) return std::nullopt;
  const at::ScalarType type = pictures.scalar_type();
  const auto fits = [&](const Tensor& tensor) { return tensor.device().is_cpu() && tensor.scalar_type() == type; };
  if ((type != at::kFloat && type != at::kDouble) || pictures.size(0) == 0 || !fits(pictures) || !std::ranges::all_of(parameters, fits))
    return std::nullopt;
  int64_t height = pictures.size(2);
  int64_t width = pictures.size(3);
  for (const nn::ConvBlock& block : blocks->blocks()) {
    const int64_t grown = 2 * block.conv.shape.padding - block.conv.shape.kernel + 1;
    height = (height + grown) / 2;
    width = (width + grown) / 2;
  }
  const int64_t channels = parameters[blocks->blocks().back().conv.weight].size(0);
  if (channels * height * width != network.embedding_width()) return std::nullopt;  // pooled, not flattened
  return Chain(*blocks, parameters);
}

nn::BlockNorm Chain::norm_of(size_t block, const Tensors& parameters) const {
  const nn::Norm& norm = network_->blocks()[block].norm;
  return {parameters[norm.weight], parameters[norm.weight + 1], norm.epsilon};
}

/// Without the bias, which the norm takes out again.
Tensor Chain::convolved(size_t block, const Tensor& maps, const Tensors& parameters) const {
  const nn::Conv& conv = network_->blocks()[block].conv;
  return in_channels_last(at::conv2d(maps, parameters[conv.weight], {}, 1, conv.shape.padding));
}

Tensor Chain::embed(const Tensor& pictures) const {
  const c10::NoGradGuard values_only;
  Tensor maps = in_channels_last(pictures);
  for (size_t i = 0; i < depth(); ++i)
    maps = nn::normalise(convolved(i, maps, parameters_), norm_of(i, parameters_), /*in_place=*/true).halved;
  return maps.flatten(1);
}

Chain::Visit Chain::there(const Tensor& pictures, const Tensor& targets) const {
  Visit visit;
  Tensor maps = in_channels_last(pictures);
  for (size_t i = 0; i < depth(); ++i) {
    visit.inputs.push_back(maps);
    visit.blocks.push_back(nn::normalise(convolved(i, maps, parameters_), norm_of(i, parameters_), /*in_place=*/true));
    maps = visit.blocks.back().halved;
  }
  const size_t head = network_->head().weight;
  visit.embedding = maps.flatten(1);
  visit.logits = at::linear(visit.embedding, parameters_[head], parameters_[head + 1]);
  visit.chances = at::softmax(visit.logits, 1);
  visit.shares = targets.dim() == 1 ? at::one_hot(targets, visit.logits.size(1)).to(visit.logits.scalar_type()) : targets;
  visit.of_logits = (visit.chances * visit.shares.sum(1, true) - visit.shares) / static_cast<double>(pictures.size(0));
  return visit;
}

Tensors Chain::back(Visit& visit, bool keep) const {
  Tensors result(parameters_.size());
  const size_t head = network_->head().weight;
  result[head] = visit.of_logits.t().mm(visit.embedding);
  result[head + 1] = visit.of_logits.sum(0);
  const Tensor last = visit.blocks.back().halved;
  Tensor above = in_channels_last(visit.of_logits.mm(parameters_[head]).view(last.sizes()));
  visit.gradients.resize(depth());
  visit.above.resize(depth());
  for (size_t i = depth(); i-- > 0;) {
    const nn::ConvBlock& block = network_->blocks()[i];
    nn::BlockGradient gradient = nn::backward(visit.blocks[i], norm_of(i, parameters_), above, /*in_place=*/!keep);
    ConvolutionGradients below =
        convolution_backward(block.conv, gradient.maps, visit.inputs[i], parameters_[block.conv.weight], i > 0, true);
    result[block.conv.weight] = below.weight.contiguous();
    if (block.conv.shape.bias) result[block.conv.weight + 1] = at::zeros_like(parameters_[block.conv.weight + 1]);
    result[block.norm.weight] = gradient.weight.sum(0);
    result[block.norm.weight + 1] = gradient.bias.sum(0);
    if (keep) {
      visit.above[i] = above;
      visit.gradients[i] = std::move(gradient);
    } else {
      visit.blocks[i] = {};
    }
    above = below.maps;
  }
  return result;
}

Chain::Gradients Chain::gradients(const Tensor& pictures, const Tensor& targets) const {
  const c10::NoGradGuard values_only;
  Visit visit = there(pictures.detach(), targets.detach());
  Tensors parameters = back(visit, /*keep=*/false);
  return {visit.logits, std::move(parameters)};
}

Chain::Slope Chain::again(Visit visit, Tensors direction, Of of) const {
  for (size_t i = 0; i < direction.size(); ++i) {
    if (!direction[i].defined()) direction[i] = at::zeros_like(parameters_[i]);
    direction[i] = direction[i].dim() == 4 ? in_channels_last(direction[i]) : direction[i].contiguous();
  }
  std::vector<nn::BlockTangent> tangents;
  Tensors moved(1);  // of each block's input; the pictures do not move
  for (size_t i = 0; i < depth(); ++i) {
    Tensor maps = convolved(i, visit.inputs[i], direction);
    if (i > 0) maps.add_(convolved(i, moved[i], parameters_));
    tangents.push_back(nn::tangent(visit.blocks[i], norm_of(i, parameters_), maps, norm_of(i, direction)));
    moved.push_back(std::move(tangents.back().halved));
  }
  const size_t head = network_->head().weight;
  const Tensor& weight = parameters_[head];
  const Tensor embedding_moved = moved.back().flatten(1);
  const auto count = static_cast<double>(visit.logits.size(0));
  const Tensor logits_moved = at::linear(visit.embedding, direction[head], direction[head + 1]) + embedding_moved.mm(weight.t());
  const Tensor spread = logits_moved - (visit.chances * logits_moved).sum(1, true);
  const Tensor of_logits = visit.chances * spread * visit.shares.sum(1, true) / count;
  Slope slope;
  if (of == Of::everything) {
    slope.parameters.resize(parameters_.size());
    slope.targets = -spread / count;
    slope.parameters[head] = of_logits.t().mm(visit.embedding) + visit.of_logits.t().mm(embedding_moved);
    slope.parameters[head + 1] = of_logits.sum(0);
  }
  Tensor above = in_channels_last((of_logits.mm(weight) + visit.of_logits.mm(direction[head])).view(visit.blocks.back().halved.sizes()));
  for (size_t i = depth(); i-- > 0;) {
    const nn::ConvBlock& block = network_->blocks()[i];
    const nn::Conv& conv = block.conv;
    const nn::BlockAdjoint own = nn::adjoint(visit.blocks[i], norm_of(i, parameters_), std::move(tangents[i]), norm_of(i, direction),
                                             visit.gradients[i], visit.above[i], above);
    const bool all = of == Of::everything;
    ConvolutionGradients below = convolution_backward(conv, own.maps, visit.inputs[i], parameters_[conv.weight], true, all);
    if (all) {
      if (i > 0)
        below.weight.add_(convolution_backward(conv, visit.gradients[i].maps, moved[i], parameters_[conv.weight], false, true).weight);
      slope.parameters[conv.weight] = below.weight.contiguous();
      if (conv.shape.bias) slope.parameters[conv.weight + 1] = at::zeros_like(parameters_[conv.weight + 1]);
      slope.parameters[block.norm.weight] = own.weight.sum(0);
      slope.parameters[block.norm.weight + 1] = own.bias.sum(0);
    }
    above = std::move(below.maps);
    above.add_(convolution_backward(conv, visit.gradients[i].maps, visit.inputs[i], direction[conv.weight], true, false).maps);
    tangents[i] = {};
    visit.blocks[i] = {};
    visit.gradients[i] = {};
  }
  slope.pictures = above;
  return slope;
}

Tensor Chain::distance(const Tensor& pictures, const Tensor& targets,
                       const std::function<Tensor(const Tensors& gradients)>& distance) const {
  Visit visit;
  Tensors gradients;
  {
    const c10::NoGradGuard values_only;
    visit = there(pictures.detach(), targets.detach());
    gradients = back(visit, /*keep=*/true);
  }
  for (Tensor& gradient : gradients) gradient.set_requires_grad(true);
  const Tensor value = distance(gradients);
  Tensors direction = torch::autograd::grad({value}, gradients, {}, {}, /*create_graph=*/false, /*allow_unused=*/true);
  const c10::NoGradGuard values_only;
  const Tensor of_pictures = again(std::move(visit), std::move(direction), Of::pictures).pictures;
  const c10::AutoGradMode graph(true);
  return with_gradients(value, {pictures}, {of_pictures});
}

/// The gradients as one node of the graph. Inputs: pictures, targets, then the parameters.
class Chain::GradientNode : public torch::autograd::Function<Chain::GradientNode> {
 public:
  struct Kept : torch::CustomClassHolder {
    explicit Kept(const Chain& own) : chain(own) {}
    Chain chain;
    Visit visit;
  };

  static Tensors forward(torch::autograd::AutogradContext* context, const c10::intrusive_ptr<Kept>& kept, at::TensorList inputs) {
    context->saved_data["kept"] = at::IValue::make_capsule(kept);
    kept->visit = kept->chain.there(inputs[0].detach(), inputs[1].detach());
    return kept->chain.back(kept->visit, /*keep=*/true);
  }

  static Tensors backward(torch::autograd::AutogradContext* context, const Tensors& direction) {
    const c10::NoGradGuard values_only;
    const auto kept = c10::static_intrusive_pointer_cast<Kept>(context->saved_data["kept"].toCapsule());
    Slope slope = kept->chain.again(kept->visit, direction, Of::everything);
    Tensors result{Tensor(), std::move(slope.pictures), std::move(slope.targets)};
    result.insert(result.end(), slope.parameters.begin(), slope.parameters.end());
    return result;
  }
};

Tensors Chain::gradients_in_graph(const Tensor& pictures, const Tensor& targets, std::span<const Tensor> parameters) const {
  DECANT_CHECK(targets.dim(), ==, 2);
  Tensors inputs{pictures, targets};
  inputs.insert(inputs.end(), parameters.begin(), parameters.end());
  return GradientNode::apply(c10::make_intrusive<GradientNode::Kept>(*this), at::TensorList(inputs));
}

}  // namespace decant::distill
