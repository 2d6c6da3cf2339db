// The bricks of the networks: each layer knows which entries of the parameter list are its own, and
// is a function of that list.
//
//     class Tiny : public LayeredNetwork {
//       Conv conv_ = add_conv("conv", spec_.input.channels, 16, {.kernel = 3, .padding = 1});   // appends conv.weight to parameters()
//       Tensor features(const Pass& pass, const Tensor& x) const override { return at::relu(conv_(pass, x)); }
//     };
//
// All bricks are built from operations that libtorch differentiates twice, unless the pass says
// that once is enough, and keep the memory format of their input, so a network that starts in
// channels-last stays there. They work in float32 and float64 alike (the gradient tests run in
// float64).
#pragma once

#include "decant/nn/network.h"
#include "decant/nn/spec_text.h"

namespace decant::nn {

struct ConvShape {
  int64_t kernel = 3;
  int64_t stride = 1;
  int64_t padding = 0;
  bool bias = false;
  int64_t groups = 1;  ///< that channels are cut into; as many as channels: depthwise
};

/// Which published habit the weights of a layer are drawn by. `torch`: Init::kaiming_uniform for
/// weight and bias.
/// `xavier`: uniform in ±√(6 / (fan_in + fan_out)), biases of linear maps zero, as the masked
/// autoencoder's.
enum class Draw { torch, he_fan_in, he_fan_out, trunc_normal, xavier };

struct Conv {
  size_t weight = 0;  ///< (out, in / groups, kernel, kernel); the bias follows it in the list
  ConvShape shape;
  Tensor operator()(const Pass& pass, const Tensor& x) const;
};

struct Linear {
  size_t weight = 0;  ///< (out, in); the bias follows it in the list
  Tensor operator()(const Pass& pass, const Tensor& x) const;
};

/// y = (x − mean) / √(variance + epsilon) · weight + bias. Mean and variance are those of
///
///     batch      a channel of the whole batch when training, else the running ones; training moves
///                those a tenth of the way (the variance the unbiased one), in place
///     instance   a channel of a picture: nn.GroupNorm(channels, channels)
///     group      a quarter of the channels of a picture: nn.GroupNorm(4, channels)
///     layer      all of a picture, or of a token; a weight and a bias for every value
///     none       y = x; no tensors
struct Norm {
  NormKind kind = NormKind::none;
  size_t weight = 0;  ///< (channels), of `layer` the shape of what it normalises; the bias follows it in the list
  size_t mean = 0;    ///< among the buffers, `batch` alone; the variance follows it
  double epsilon = 1e-5;
  Tensor operator()(const Pass& pass, const Tensor& x) const;
};

/// (batch, C, H, W) → (batch, C): the mean over the picture.
Tensor global_mean(const Tensor& x);
Tensor max_pool(const Tensor& x, int64_t kernel, int64_t stride, int64_t padding = 0);

/// How a block ends: as it is, or halved by the maximum or the mean of 2×2.
enum class Halve { no, maximum, mean };

/// ReLU(norm(x) + shortcut), halved; an undefined shortcut is none. In one step where the pass and
/// the maps allow (norm_relu.h).
Tensor norm_relu(const Pass& pass, const Norm& norm, const Tensor& x, const Tensor& shortcut = {}, Halve halve = Halve::no);

/// Convolution – norm – ReLU – halving. Taps its output.
struct ConvBlock {
  std::string name;
  Conv conv;
  Norm norm;
  Halve halve = Halve::no;
  Tensor operator()(const Pass& pass, const Tensor& x) const;
};

struct TransformerBlock;  // transformer.h
struct TransformerShape;

/// Appends to a module's lists the tensors that its bricks ask for. What is made of bricks derives
/// from it besides its place in the family.
class LayerList {
 public:
  LayerList(const LayerList&) = delete;
  LayerList& operator=(const LayerList&) = delete;

 protected:
  /// `network`: for messages. The lists are the module's own.
  LayerList(std::string network, std::vector<TensorSpec>& parameters, std::vector<TensorSpec>& buffers)
      : network_(std::move(network)), parameter_list_(parameters), buffer_list_(buffers) {}
  ~LayerList() = default;

  Conv add_conv(const std::string& name, int64_t in, int64_t out, ConvShape shape, Draw draw = Draw::torch);
  Linear add_linear(const std::string& name, int64_t in, int64_t out, Draw draw = Draw::torch);
  /// `shape`: (channels, height, width) of the maps, or (width) of tokens; all but `layer` look at
  /// the first alone. Throws InputError when `group` does not divide the channels.
  Norm add_norm(NormKind kind, const std::string& name, std::vector<int64_t> shape);
  TransformerBlock add_transformer_block(const std::string& name, const TransformerShape& shape);
  size_t add_parameter(TensorSpec spec);
  size_t add_buffer(TensorSpec spec);

 private:
  std::string network_;
  std::vector<TensorSpec>& parameter_list_;
  std::vector<TensorSpec>& buffer_list_;
};

/// A network whose last layer is a linear map. A subclass adds its layers in its constructor, calls
/// end_with(), and writes features().
class LayeredNetwork : public Classifier, protected LayerList {
 public:
  int64_t embedding_width() const final { return embedding_width_; }
  Tensor maps(const Pass& pass, const Tensor& images) const final;
  Tensor embed(const Pass& pass, const Tensor& images) const final { return pool(pass, maps(pass, images)); }
  Tensor classify(const Pass& pass, const Tensor& embedding) const final { return head_(pass, embedding); }
  const Linear& head() const { return head_; }

 protected:
  explicit LayeredNetwork(const NetworkSpec& spec) : Classifier(spec), LayerList(spec.name, parameters_, buffers_) {}

  /// maps() from images in channels-last.
  virtual Tensor features(const Pass& pass, const Tensor& images) const = 0;
  /// (batch, embedding_width) from maps.
  virtual Tensor pool(const Pass&, const Tensor& maps) const { return global_mean(maps); }

  /// The last linear map, width → classes.
  void end_with(const std::string& name, int64_t width, Draw draw = Draw::torch);

  /// Throws InputError unless both sides of the pictures are at least this.
  void require_side(int smallest) const;

 private:
  Linear head_;
  int64_t embedding_width_ = 0;
};

/// A network of convolution blocks, one after another. Its maps are flattened unless a subclass
/// pools them otherwise.
class BlockNetwork : public LayeredNetwork {
 public:
  const std::vector<ConvBlock>& blocks() const { return blocks_; }

 protected:
  using LayeredNetwork::LayeredNetwork;

  Tensor features(const Pass& pass, const Tensor& images) const final;
  Tensor pool(const Pass&, const Tensor& maps) const override { return maps.flatten(1); }

  std::vector<ConvBlock> blocks_;
};

}  // namespace decant::nn
