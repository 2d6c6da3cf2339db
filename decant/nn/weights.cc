#include "decant/nn/weights.h"

#include <ATen/ops/empty.h>
#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>

#include "decant/base/errors.h"
#include "decant/formats/safetensors/floats.h"
#include "decant/formats/safetensors/safetensors.h"
#include "decant/nn/network.h"

namespace decant::nn {

namespace {

constexpr int64_t kMostClasses = 1'000'000;

/// What every complaint about a weights file has in common.
class WeightsFile {
 public:
  WeightsFile(const Module& module, const std::filesystem::path& file)
      : module_(module), name_(file.string()), content_(open_safetensors(file)) {}

  Tensors load(const std::vector<TensorSpec>& specs) const {
    Tensors tensors;
    for (const TensorSpec& spec : specs) tensors.push_back(load(spec));
    return tensors;
  }

  int64_t classes() const {
    const std::string& bias = module_.parameters().back().name;
    const SafeTensor* stored = content_.find(bias);
    if (stored == nullptr || stored->shape.size() != 1 || stored->shape[0] < 1 || stored->shape[0] > kMostClasses)
      throw fault(bias, "is missing, or is not one value per class; it is part of");
    return stored->shape[0];
  }

  void refuse_strangers() const {
    std::map<std::string_view, const TensorSpec*> known;
    for (const auto* specs : {&module_.parameters(), &module_.buffers()}) {
      for (const TensorSpec& spec : *specs) known[spec.name] = &spec;
    }
    for (const SafeTensor& tensor : content_.tensors) {
      if (!known.contains(tensor.name) && !tensor.name.ends_with("num_batches_tracked")) throw fault(tensor.name, "is not part of");
    }
  }

 private:
  Tensor load(const TensorSpec& spec) const {
    const SafeTensor* stored = content_.find(spec.name);
    if (stored == nullptr) throw fault(spec.name, "is missing; it is part of");
    if (stored->type != ElementType::f32)
      throw fault(spec.name, fmt::format("holds {}, not F32, the type of", safetensors_name(stored->type)));
    if (stored->shape != spec.shape)
      throw fault(spec.name, fmt::format("has shape {}, not {}, the shape in", shape_text(stored->shape), shape_text(spec.shape)));
    Tensor tensor = at::empty(spec.shape, at::kFloat);
    float* values = tensor.data_ptr<float>();
    std::memcpy(values, stored->data.data(), stored->data.size());
    const auto finite = [](float value) { return std::isfinite(value); };
    if (!std::all_of(values, values + tensor.numel(), finite))
      throw InputError({name_, place(spec.name), "holds a value that is not a finite number", "Train it again with a lower learning rate"});
    return tensor;
  }

  static std::string place(const std::string& tensor) { return "tensor '" + tensor + "'"; }

  InputError fault(const std::string& tensor, const std::string& what) const {
    return InputError({name_, place(tensor), fmt::format("{} {}", what, module_.description()),
                       "Give the network, picture size and classes that the weights were trained for"});
  }

  const Module& module_;
  std::string name_;
  SafeTensors content_;
};

}  // namespace

State load_weights(const Module& module, const std::filesystem::path& file, c10::Device device) {
  const WeightsFile weights(module, file);
  State state{weights.load(module.parameters()), weights.load(module.buffers())};
  weights.refuse_strangers();
  for (Tensors* tensors : {&state.parameters, &state.buffers}) {
    for (Tensor& tensor : *tensors) tensor = tensor.to(device);
  }
  return state;
}

int classes_in(const Module& module, const std::filesystem::path& file) {
  return static_cast<int>(WeightsFile(module, file).classes());
}

std::unique_ptr<const Classifier> network_of_weights(const std::string& name, const ImageSize& input, const std::filesystem::path& file) {
  const auto any = make_network({name, input, 1});
  return make_network({name, input, classes_in(*any, file)});
}

void save_weights(const Module& module, const State& state, const std::filesystem::path& file,
                  const std::map<std::string, std::string>& notes) {
  Tensors kept;  // what the bytes below belong to
  std::vector<SafeTensor> stored;
  const auto add = [&](const std::vector<TensorSpec>& specs, const Tensors& tensors) {
    DECANT_CHECK(specs.size(), ==, tensors.size());
    for (size_t i = 0; i < specs.size(); ++i) {
      kept.push_back(tensors[i].detach().to(at::kCPU, at::kFloat).contiguous());
      const std::span values(kept.back().data_ptr<float>(), static_cast<size_t>(kept.back().numel()));
      stored.push_back({specs[i].name, ElementType::f32, specs[i].shape, std::as_bytes(values)});
    }
  };
  add(module.parameters(), state.parameters);
  add(module.buffers(), state.buffers);
  write_safetensors(file, stored, notes);
}

}  // namespace decant::nn
