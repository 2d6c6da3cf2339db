// What is trained: a function of an explicit list of tensors.
//
// Ordinary training is one user of such a function; matching gradients and differentiating through
// unrolled updates are others, and they need to run it at parameters of their own making. So a
// Module holds no tensors at all: it describes them, and its subclasses compute.
//
//     Module            its tensors: names, shapes, first values
//       Backbone        pictures → maps (batch, channels, height, width), before they are pooled     network.h
//         Classifier    maps → embedding (batch, width) → logits (batch, classes)                    network.h
//       Autoencoder     pictures and which patches are kept → all patches                            autoencoder.h
//
// What computes something else joins as a subclass with that function, and a list of names of its
// own in models/list.h: a Detector and a Segmenter are Backbones whose heads read maps() (boxes on
// a grid; a class for every pixel); a TextEncoder (ids and mask → (batch, width)) and a
// LanguageModel (ids → logits) are Modules. They share Pass, taps, bricks (layers.h,
// transformer.h), weights (weights.h) and the training loop (train/torch/task.h).
//
// libtorch's headers are heavy; a file that includes this one belongs to nn or to a torch part of a
// folder above.
#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/core/ivalue.h>  // first: clang rejects libtorch 1.13 otherwise
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "decant/base/random.h"

namespace decant::nn {

using at::Tensor;
using Tensors = std::vector<Tensor>;

/// How fresh values are drawn; TensorSpec::scale is what a layer's fan makes of it.
enum class Init {
  kaiming_normal,   ///< normal, deviation `scale` = √(2 / fan)
  kaiming_uniform,  ///< uniform in ±`scale` = ±1/√fan_in: torch's default for convolutions, linear maps and their biases (a = √5)
  trunc_normal,     ///< normal, deviation `scale`, drawn again beyond two deviations
  zeros,
  ones,
  formula  ///< value i, in row-major order, is formula(i); nothing is drawn
};

/// One tensor that a module asks for. `name` follows torch's state_dict of the published model, so
/// weights files fit.
struct TensorSpec {
  std::string name;
  std::vector<int64_t> shape;
  Init init = Init::zeros;
  bool decays = false;  ///< weight decay applies (weights of convolutions and linear maps; not norms, biases, embeddings)
  double scale = 0;     ///< see Init; unused by zeros, ones and formula
  std::function<double(int64_t)> formula = {};
};

/// `buffers` are not trained. Running statistics of batch norms are read in evaluation, and in
/// training updated in place, outside the graph; fixed tables stay as they are.
struct State {
  Tensors parameters;
  Tensors buffers;
};

/// What a pass leaves for whoever asked, in the order of computation. Values are part of the graph,
/// and live as long as they are held.
struct Taps {
  struct Tap {
    std::string name;  ///< of the layer or block, as its tensors' names begin: "conv1", "layer2.0", "blocks.3"
    Tensor value;
  };
  std::vector<Tap> attention;  ///< softmax weights (batch, heads, tokens, tokens)
  std::vector<Tap> outputs;    ///< (batch, channels, height, width), of a transformer (batch, tokens, width)
  /// The output of this name starts the graph: a gradient can be asked of it, and nothing before it
  /// is recorded. For passes whose parameters and images ask for no gradient.
  std::string graph_from;
};

/// What the batch norms of a pass in evaluation were given, next to what they expect: for each, in
/// the order of computation, mean and biased variance (channels) over the whole batch and all
/// places, part of the graph, and the running ones.
struct NormMoments {
  struct Layer {
    Tensor mean, variance;
    Tensor running_mean, running_variance;
  };
  std::vector<Layer> layers;
};

/// One run of a module: at which tensors, in which mode, and who looks on. A view: the tensors
/// belong to the caller.
struct Pass {
  std::span<const Tensor> parameters;  ///< one for each of Module::parameters()
  std::span<Tensor> buffers;           ///< one for each of Module::buffers()
  bool training = false;               ///< batch norms take the batch's statistics, and move the running ones
  Taps* taps = nullptr;                ///< null: nothing is kept
  bool once = false;                   ///< nobody asks for a second derivative, so layers may take forms that have none
  bool bfloat16 = false;               ///< convolutions take and give bfloat16; norms, sums and linear maps stay as the parameters
  NormMoments* moments = nullptr;      ///< in evaluation; null: nobody asks, and nothing is computed for it

  void tap_attention(const std::string& name, const Tensor& weights) const {
    if (taps != nullptr) taps->attention.push_back({name, weights});
  }
  void tap_output(const std::string& name, const Tensor& output) const {
    if (taps == nullptr) return;
    if (name == taps->graph_from) output.set_requires_grad(true);
    taps->outputs.push_back({name, output});
  }
};

class Module {
 public:
  virtual ~Module() = default;
  const std::vector<TensorSpec>& parameters() const { return parameters_; }
  const std::vector<TensorSpec>& buffers() const { return buffers_; }
  /// For errors about its weights: "network 'mlp' for 28×28×1 pictures and 10 classes".
  virtual std::string description() const = 0;
  /// What is fastest on a CPU for its maps and for the weights of its convolutions: libtorch
  /// computes in channels-last as soon as either has it.
  /// `once`: Pass::once.
  virtual at::MemoryFormat memory_format(bool /*once*/) const { return at::MemoryFormat::ChannelsLast; }

 protected:
  std::vector<TensorSpec> parameters_;
  std::vector<TensorSpec> buffers_;
};

/// Fresh parameters drawn from `random` in order of the list (so the same seed gives the same
/// weights everywhere), buffers at 0 / 1. float32 on the CPU; requires_grad is not set.
State initial_state(const Module& module, Random random);

}  // namespace decant::nn
