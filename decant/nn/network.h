// Networks that look at pictures, made by name.
//
// Images: float32 (batch, channels, height, width), normalised by the caller, any memory format
// (channels-last is fastest on a CPU). Every network computes in float64 too, and can be
// differentiated twice.
#pragma once

#include <functional>
#include <memory>

#include "decant/data/image.h"
#include "decant/nn/module.h"
#include "decant/nn/spec_text.h"

namespace decant::nn {

/// What a network is made for.
struct NetworkSpec {
  std::string name;  ///< one of network_names(), with options where it takes some: "convnet+width=64+norm=batch" (spec_text.h)
  ImageSize input;   ///< width, height, channels of one image
  int classes = 0;
};

class Backbone : public Module {
 public:
  const NetworkSpec& spec() const { return spec_; }
  std::string description() const override;

  /// (batch, C, h, w): what the network sees where, before it is pooled. A transformer's tokens lie
  /// on the grid of their patches; a network without places has h = w = 1.
  virtual Tensor maps(const Pass& pass, const Tensor& images) const = 0;

 protected:
  explicit Backbone(const NetworkSpec& spec) : spec_(spec) {}
  NetworkSpec spec_;
};

/// Where a network has halved the picture twice, three, four and five times.
struct Level {
  std::string output;  ///< its name among the outputs (Taps)
  int64_t channels = 0;
};
inline constexpr int64_t kFirstLevelStride = 4;  ///< in pixels; every further level has twice that of the one before

class Classifier : public Backbone {
 public:
  /// The outputs at strides 4, 8, 16 and 32, which detectors and segmenters read (levels.h); none
  /// where a network has no such.
  virtual std::vector<Level> levels() const { return {}; }
  virtual int64_t embedding_width() const = 0;
  /// (batch, embedding_width): what the last linear map sees; the maps, pooled.
  virtual Tensor embed(const Pass& pass, const Tensor& images) const = 0;
  /// (batch, classes) from the embedding.
  virtual Tensor classify(const Pass& pass, const Tensor& embedding) const = 0;

  Tensor forward(const Pass& pass, const Tensor& images) const { return classify(pass, embed(pass, images)); }

 protected:
  using Backbone::Backbone;
};

/// The names of models/list.h in alphabetical order, then those that were added.
std::vector<std::string> network_names();

/// Throws InputError for an unknown name, option or value (with the nearest one), or an image size
/// that the network cannot take.
std::unique_ptr<const Classifier> make_network(const NetworkSpec& spec);

/// How a network is made: asks `options` for what it takes. Throws InputError for an image size
/// that it cannot take.
using NetworkMaker = std::function<std::unique_ptr<const Classifier>(const NetworkSpec& spec, SpecText& options)>;

/// Adds a network of the caller's. Nothing guards the list against threads. Returns the name.
/// REQUIRES: a name that is not taken.
std::string add_network(std::string name, NetworkMaker make);

}  // namespace decant::nn
