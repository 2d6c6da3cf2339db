// A network is a function: forward(parameters, images), the parameters an explicit list of tensors.
//
// Ordinary training is one user of that; matching gradients and differentiating through unrolled updates are others, and they need to
// run the same network at parameters of their own making. So a Network holds no tensors at all: it describes them, and computes.
//
// Images: float32 (batch, channels, height, width), normalised by the caller, any memory format (channels-last is fastest on a CPU).
// Libtorch's headers are heavy; a file that includes this one belongs to nn or to a torch part of a folder above.
#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/core/ivalue.h>  // first: clang rejects libtorch 1.13 otherwise
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "decant/base/random.h"
#include "decant/data/image.h"

namespace decant::nn {

using at::Tensor;
using Tensors = std::vector<Tensor>;

/// How fresh values are drawn; TensorSpec::scale is what a layer's fan makes of it.
enum class Init {
  kaiming_normal,   ///< normal, deviation `scale` = √(2 / fan)
  kaiming_uniform,  ///< uniform in ±`scale` = ±1/√fan_in: torch's default for convolutions, linear maps and their biases (a = √5)
  trunc_normal,     ///< normal, deviation `scale`, drawn again beyond two deviations
  zeros,
  ones
};

/// One tensor that a network asks for. `name` follows torch's state_dict of the published model, so weights files fit.
struct TensorSpec {
  std::string name;
  std::vector<int64_t> shape;
  Init init = Init::zeros;
  bool decays = false;  ///< weight decay applies (weights of convolutions and linear maps; not norms, biases, embeddings)
  double scale = 0;     ///< see Init; unused by zeros and ones
};

/// What a network is made for.
struct NetworkSpec {
  std::string name;  ///< one of network_names()
  ImageSize input;   ///< width, height, channels of one image
  int classes = 0;
};

/// Running statistics of batch norms are `buffers`: read in evaluation; in training updated in place, outside the graph.
struct State {
  Tensors parameters;
  Tensors buffers;
};

class Network {
 public:
  virtual ~Network() = default;
  const NetworkSpec& spec() const { return spec_; }
  const std::vector<TensorSpec>& parameters() const { return parameters_; }
  const std::vector<TensorSpec>& buffers() const { return buffers_; }
  virtual int64_t embedding_width() const = 0;

  /// (batch, embedding_width): what the last linear map sees.
  virtual Tensor embed(std::span<const Tensor> parameters, std::span<Tensor> buffers, const Tensor& images, bool training) const = 0;
  /// (batch, classes) from the embedding.
  virtual Tensor classify(std::span<const Tensor> parameters, const Tensor& embedding) const = 0;

  Tensor forward(std::span<const Tensor> parameters, std::span<Tensor> buffers, const Tensor& images, bool training) const {
    return classify(parameters, embed(parameters, buffers, images, training));
  }

 protected:
  NetworkSpec spec_;
  std::vector<TensorSpec> parameters_;
  std::vector<TensorSpec> buffers_;
};

/// "convnet3", "lenet", "mlp", "quick", "resnet18", "resnet18-imagenet", "resnet20", "resnet56", "vit", "vit-mini".
std::vector<std::string> network_names();

/// Throws InputError for an unknown name (with the nearest one) or an image size that the network cannot take.
std::unique_ptr<const Network> make_network(const NetworkSpec& spec);

/// Fresh parameters drawn from `random` in order of the list (so the same seed gives the same weights everywhere), buffers at 0 / 1.
/// float32 on the CPU; requires_grad is not set.
State initial_state(const Network& network, Random random);

}  // namespace decant::nn
