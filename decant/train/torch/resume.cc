#include "decant/train/torch/resume.h"

#include <ATen/ops/empty.h>
#include <algorithm>
#include <charconv>

#include "decant/base/errors.h"
#include "decant/formats/safetensors/safetensors.h"

namespace decant::train {
namespace {

constexpr const char* kSteps = "steps";
constexpr const char* kIdentity = "training";

std::string tensor_name(size_t number) {
  return fmt::format("{:05}", number);
}

std::string said(const SafeTensors& content, const char* key) {
  const auto found = content.metadata.find(key);
  return found == content.metadata.end() ? std::string() : found->second;
}

}  // namespace

void save_training(const Training& training, int64_t steps, const std::string& identity, const std::filesystem::path& file) {
  nn::Tensors kept;  // what the bytes below belong to
  std::vector<SafeTensor> stored;
  for (const at::Tensor& tensor : training.memory()) {
    kept.push_back(tensor.to(at::kCPU, at::kFloat).contiguous());
    const std::span values(kept.back().data_ptr<float>(), static_cast<size_t>(kept.back().numel()));
    stored.push_back({tensor_name(stored.size()), ElementType::f32, kept.back().sizes().vec(), std::as_bytes(values)});
  }
  write_safetensors(file, stored, {{kSteps, std::to_string(steps)}, {kIdentity, identity}});
}

int64_t load_training(Training& training, const std::string& identity, const std::filesystem::path& file) {
  if (!std::filesystem::exists(file)) return 0;
  const SafeTensors content = open_safetensors(file);
  const nn::Tensors memory = training.memory();
  const std::string count = said(content, kSteps);
  int64_t steps = -1;
  std::from_chars(count.data(), count.data() + count.size(), steps);
  if (said(content, kIdentity) != identity || content.tensors.size() != memory.size() || steps < 0)
    throw InputError({file.string(), "", "belongs to a training with different options or rows", "Delete the folder, or choose another"});
  nn::Tensors loaded;
  for (size_t i = 0; i < memory.size(); ++i) {
    const SafeTensor* stored = content.find(tensor_name(i));
    if (stored == nullptr || stored->type != ElementType::f32 || stored->shape != memory[i].sizes().vec())
      throw InputError({file.string(), fmt::format("tensor {}", i), "does not fit the network", "Delete the folder"});
    loaded.push_back(at::empty(stored->shape, at::kFloat));
    std::copy_n(stored->data.data(), stored->data.size(), static_cast<std::byte*>(loaded.back().data_ptr()));
  }
  training.restore(loaded, steps);
  return steps;
}

}  // namespace decant::train
