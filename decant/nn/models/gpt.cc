// A causal transformer of GPT-2's form: A. Radford et al., "Language models are unsupervised
// multitask learners", 2019. Tokens and places are learned vectors, added; norms come first in each
// branch, and the table of tokens is also the last linear map, turned round. Weights are normal
// with deviation 0.02, cut at two deviations; biases zero. Unlike there, the gelu is the exact one,
// nothing is dropped out, and the maps that end in a sum are not drawn smaller.
//
//     gpt        width 512, 8 heads, 8 blocks: 25 million numbers besides the tokens, for a GPU
//     gpt-mini   width 128, 4 heads, 4 blocks: 0.8 million, which a CPU trains in minutes
#include <ATen/TensorOperators.h>
#include <ATen/ops/embedding.h>
#include <ATen/ops/full.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/triu.h>
#include <limits>

#include "decant/base/errors.h"
#include "decant/nn/models/list.h"
#include "decant/nn/transformer.h"

namespace decant::nn {
namespace {

struct GptShape {
  int width, heads, depth;
};

class Gpt final : public LanguageModel, LayerList {
 public:
  Gpt(const LanguageSpec& spec, const GptShape& shape) : LanguageModel(spec), LayerList(spec.name, parameters_, buffers_) {
    tokens_ = add_parameter({"tokens", {spec.vocabulary, shape.width}, Init::trunc_normal, false, 0.02});
    places_ = add_parameter({"places", {spec.context, shape.width}, Init::trunc_normal, false, 0.02});
    for (int i = 0; i < shape.depth; ++i)
      blocks_.push_back(add_transformer_block(fmt::format("blocks.{}", i), {.width = shape.width, .heads = shape.heads}));
    norm_ = add_norm(NormKind::layer, "norm", {shape.width});
  }

  Tensor states(const Pass& pass, const Tensor& ids) const override {
    const int64_t length = ids.size(1);
    DECANT_CHECK(length, <=, spec_.context);
    const Tensor& tokens = pass.parameters[tokens_];
    const Tensor later = at::full({length, length}, -std::numeric_limits<double>::infinity(), tokens.options()).triu(1);
    Tensor x = at::embedding(tokens, ids) + pass.parameters[places_].narrow(0, 0, length);
    for (const TransformerBlock& block : blocks_) x = block(pass, x, later);
    return norm_(pass, x);
  }
  Tensor predict(const Pass& pass, const Tensor& states) const override {
    return at::matmul(states, pass.parameters[tokens_].transpose(0, 1));
  }

 private:
  size_t tokens_ = 0;
  size_t places_ = 0;
  std::vector<TransformerBlock> blocks_;
  Norm norm_;
};

std::unique_ptr<const LanguageModel> gpt_of(const LanguageSpec& spec, SpecText& options, const GptShape& usual) {
  const int width = options.number("width", usual.width, 4, 4096);
  const int heads = options.number("heads", usual.heads, 1, 256);
  const int depth = options.number("depth", usual.depth, 1, 64);
  if (width % heads != 0)
    throw InputError({"", fmt::format("network '{}'", options.name()), fmt::format("width {} is no multiple of {} heads", width, heads),
                      "Choose another width, or another number of heads"});
  return std::make_unique<Gpt>(spec, GptShape{width, heads, depth});
}

}  // namespace

std::unique_ptr<const LanguageModel> make_gpt(const LanguageSpec& spec, SpecText& options) {
  return gpt_of(spec, options, {512, 8, 8});
}

std::unique_ptr<const LanguageModel> make_gpt_mini(const LanguageSpec& spec, SpecText& options) {
  return gpt_of(spec, options, {128, 4, 4});
}

}  // namespace decant::nn
