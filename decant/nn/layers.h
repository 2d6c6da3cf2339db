// The bricks of the networks: each layer knows which entries of the parameter list are its own, and is a function of that list.
//
//     class Tiny : public LayeredNetwork {
//       Conv conv_ = add_conv("conv", spec_.input.channels, 16, {.kernel = 3, .padding = 1});   // appends conv.weight to parameters()
//       Tensor features(const Pass& pass, const Tensor& x) const override { return at::relu(conv_(pass, x)); }
//     };
//
// All bricks are built from operations that libtorch differentiates twice, and keep the memory format of their input, so a network that
// starts in channels-last stays there. They work in float32 and float64 alike (the gradient tests run in float64).
#pragma once

#include "decant/nn/network.h"

namespace decant::nn {

/// One run of a network: where the tensors are, and which mode.
struct Pass {
  std::span<const Tensor> parameters;
  std::span<Tensor> buffers;
  bool training = false;
};

struct ConvShape {
  int64_t kernel = 3;
  int64_t stride = 1;
  int64_t padding = 0;
  bool bias = false;
};

/// Which published habit the weights of a layer are drawn by. `torch`: Init::kaiming_uniform for weight and bias.
enum class Draw { torch, he_fan_in, he_fan_out, trunc_normal };

struct Conv {
  size_t weight = 0;  ///< (out, in, kernel, kernel); the bias follows it in the list
  ConvShape shape;
  Tensor operator()(const Pass& pass, const Tensor& x) const;
};

struct Linear {
  size_t weight = 0;  ///< (out, in); the bias follows it in the list
  Tensor operator()(std::span<const Tensor> parameters, const Tensor& x) const;
};

/// y = (x − mean) / √(variance + 1e-5) · weight + bias, mean and variance of the batch when training, else the running ones. Training
/// moves the running ones a tenth of the way (the variance the unbiased one), in place.
struct BatchNorm {
  size_t weight = 0;  ///< (channels); the bias follows it in the list
  size_t mean = 0;    ///< among the buffers; the variance follows it
  Tensor operator()(const Pass& pass, const Tensor& x) const;
};

/// Every channel of every picture by its own mean and variance, then weight and bias: nn.GroupNorm(channels, channels).
struct InstanceNorm {
  size_t weight = 0;  ///< (channels); the bias follows it in the list
  Tensor operator()(const Pass& pass, const Tensor& x) const;
};

/// Over the last dimension.
struct LayerNorm {
  size_t weight = 0;  ///< (width); the bias follows it in the list
  int64_t width = 0;
  Tensor operator()(const Pass& pass, const Tensor& x) const;
};

/// (batch, C, H, W) → (batch, C): the mean over the picture.
Tensor global_mean(const Tensor& x);
Tensor max_pool(const Tensor& x, int64_t kernel, int64_t stride, int64_t padding = 0);
Tensor mean_pool(const Tensor& x, int64_t kernel);

/// A network whose last layer is a linear map. A subclass adds its layers in its constructor, calls end_with(), and writes features().
class LayeredNetwork : public Network {
 public:
  int64_t embedding_width() const final { return embedding_width_; }
  Tensor embed(std::span<const Tensor> parameters, std::span<Tensor> buffers, const Tensor& images, bool training) const final;
  Tensor classify(std::span<const Tensor> parameters, const Tensor& embedding) const final;

 protected:
  explicit LayeredNetwork(const NetworkSpec& spec) { spec_ = spec; }

  /// (batch, embedding_width) from images in channels-last.
  virtual Tensor features(const Pass& pass, const Tensor& images) const = 0;

  Conv add_conv(const std::string& name, int64_t in, int64_t out, ConvShape shape, Draw draw = Draw::torch);
  Linear add_linear(const std::string& name, int64_t in, int64_t out, Draw draw = Draw::torch);
  BatchNorm add_batch_norm(const std::string& name, int64_t channels);
  InstanceNorm add_instance_norm(const std::string& name, int64_t channels);
  LayerNorm add_layer_norm(const std::string& name, int64_t width);
  size_t add_parameter(TensorSpec spec);

  /// The last linear map, width → classes.
  void end_with(const std::string& name, int64_t width, Draw draw = Draw::torch);

  /// Throws InputError unless both sides of the pictures are at least this.
  void require_side(int smallest) const;

 private:
  size_t add_scale_and_shift(const std::string& name, int64_t width);

  Linear head_;
  int64_t embedding_width_ = 0;
};

}  // namespace decant::nn
