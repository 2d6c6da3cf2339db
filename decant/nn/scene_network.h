// Networks that say something of every place of a picture: which objects lie there, or of which
// class its pixels are.
//
//     Classifier with levels()   pictures → maps at strides 4, 8, 16 and 32        levels.h
//     SceneHead                  maps → numbers at every place of one grid         this file
//     SceneNetwork               both, as one Module
//
// A head reads the maps alone, so a backbone that is not trained can be run once for all heads that
// are trained on it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "decant/data/image.h"
#include "decant/data/targets.h"
#include "decant/nn/levels.h"
#include "decant/nn/module.h"
#include "decant/nn/spec_text.h"

namespace decant::nn {

/// The backbone that is meant where none is named: small enough to be learnt from scratch.
inline constexpr const char* kTinyBackbone = "tiny-resnet";

struct SceneSpec {
  std::string name;  ///< one of scene_network_names(), with options: "centre+backbone=mobilenetv2+stride=8"
  ImageSize input;
  int classes = 0;
};

/// What a head is made on.
struct SceneHeadSpec {
  std::string name;  ///< for messages
  std::vector<Level> levels;
  int classes = 0;
};

class SceneHead : public Module {
 public:
  /// What of a row it learns: CountedIn::objects or pixels.
  virtual CountedIn learns() const = 0;
  /// In pixels, between places of its grid: place (y, x) stands for the pixels from stride · (y, x)
  /// on.
  virtual int64_t stride() const = 0;
  /// Which levels it reads.
  virtual std::vector<size_t> reads() const = 0;
  /// `levels`: those of reads(), as level_maps() gives them. (batch, numbers, height, width): of a
  /// detector the logits of the classes, then four numbers that say how far the sides of a box are
  /// (centre.cc); of a segmenter the logits of the classes.
  virtual Tensor forward(const Pass& pass, std::span<const Tensor> levels) const = 0;
  std::string description() const override { return description_; }

 protected:
  explicit SceneHead(std::string description) : description_(std::move(description)) {}

 private:
  std::string description_;
};

class SceneNetwork final : public Module {
 public:
  SceneNetwork(const SceneSpec& spec, std::unique_ptr<const Classifier> backbone, std::unique_ptr<const SceneHead> head);

  const Classifier& backbone() const { return *backbone_; }
  const SceneHead& head() const { return *head_; }
  std::string description() const override;
  Tensor forward(const Pass& pass, const Tensor& images) const;
  /// Puts the weights of a classifier like backbone(), its last linear map aside, into the state of
  /// this network: the tensors are shared.
  void take_backbone(const State& classifier, State& state) const;

 private:
  SceneSpec spec_;
  std::unique_ptr<const Classifier> backbone_;
  std::unique_ptr<const SceneHead> head_;
  size_t backbone_parameters_ = 0;  ///< its last linear map is not among them
};

/// Those of models/list.h, in alphabetical order.
std::vector<std::string> scene_network_names();
bool is_scene_network(const std::string& spec);

/// Throws InputError for an unknown name, option, value or backbone, and for sides that the
/// backbone cannot take.
std::unique_ptr<const SceneNetwork> make_scene_network(const SceneSpec& spec);

}  // namespace decant::nn
