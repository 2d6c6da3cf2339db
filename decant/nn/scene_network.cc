#include "decant/nn/scene_network.h"

#include <algorithm>
#include <fmt/ranges.h>

#include "decant/base/errors.h"
#include "decant/nn/models/list.h"

namespace decant::nn {

namespace {

constexpr size_t kLinearMap = 2;  // weight and bias, the last tensors of a classifier

std::unique_ptr<const SceneHead> head_of(const SceneHeadSpec& spec, SpecText& options) {
#define DECANT_MAKE(known, maker) \
  if (options.name() == known) return maker(spec, options);
  DECANT_SCENE_HEADS(DECANT_MAKE)
#undef DECANT_MAKE
  throw InputError({"", "", fmt::format("'{}' is no network for objects or masks", options.name()),
                    fmt::format("Choose one of {}", fmt::join(scene_network_names(), ", "))});
}

}  // namespace

SceneNetwork::SceneNetwork(const SceneSpec& spec, std::unique_ptr<const Classifier> backbone, std::unique_ptr<const SceneHead> head)
    : spec_(spec), backbone_(std::move(backbone)), head_(std::move(head)) {
  const auto append = [](std::vector<TensorSpec>& all, const std::vector<TensorSpec>& some, const std::string& prefix) {
    for (TensorSpec each : some) {
      each.name.insert(0, prefix);
      all.push_back(std::move(each));
    }
  };
  append(parameters_, backbone_->parameters(), "backbone.");
  parameters_.resize(parameters_.size() - kLinearMap);
  backbone_parameters_ = parameters_.size();
  append(parameters_, head_->parameters(), "");
  append(buffers_, backbone_->buffers(), "backbone.");
  append(buffers_, head_->buffers(), "");
}

std::string SceneNetwork::description() const {
  return fmt::format("network '{}' for {}×{} pictures and {} classes", spec_.name, spec_.input.width, spec_.input.height, spec_.classes);
}

Tensor SceneNetwork::forward(const Pass& pass, const Tensor& images) const {
  DECANT_CHECK(pass.parameters.size(), ==, parameters_.size());
  Tensors below(pass.parameters.begin(), pass.parameters.begin() + static_cast<ptrdiff_t>(backbone_parameters_));
  below.resize(below.size() + kLinearMap);
  Pass of_backbone = pass;
  of_backbone.parameters = below;
  of_backbone.buffers = pass.buffers.first(backbone_->buffers().size());
  const Tensors all = level_maps(*backbone_, of_backbone, images);
  Tensors read;
  for (const size_t level : head_->reads()) read.push_back(all[level]);
  Pass of_head = pass;
  of_head.parameters = pass.parameters.subspan(backbone_parameters_);
  of_head.buffers = pass.buffers.subspan(backbone_->buffers().size());
  return head_->forward(of_head, read);
}

void SceneNetwork::take_backbone(const State& classifier, State& state) const {
  DECANT_CHECK(classifier.parameters.size(), ==, backbone_parameters_ + kLinearMap);
  DECANT_CHECK(state.parameters.size(), ==, parameters_.size());
  std::copy_n(classifier.parameters.begin(), backbone_parameters_, state.parameters.begin());
  std::ranges::copy(classifier.buffers, state.buffers.begin());
}

std::vector<std::string> scene_network_names() {
#define DECANT_NAME(name, make) name,
  return {DECANT_SCENE_HEADS(DECANT_NAME)};
#undef DECANT_NAME
}

bool is_scene_network(const std::string& spec) {
  const std::vector<std::string> names = scene_network_names();
  return std::ranges::find(names, spec.substr(0, spec.find('+'))) != names.end();
}

std::unique_ptr<const SceneNetwork> make_scene_network(const SceneSpec& spec) {
  DECANT_CHECK(spec.classes, >, 0);
  SpecText options(spec.name);
  auto backbone = make_network({options.word("backbone", kTinyBackbone, backbone_names()), spec.input, 1});
  auto head = head_of({spec.name, backbone->levels(), spec.classes}, options);
  options.require_all_asked();
  return std::make_unique<SceneNetwork>(spec, std::move(backbone), std::move(head));
}

}  // namespace decant::nn
