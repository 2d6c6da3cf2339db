#include "decant/distill/torch/checkpoint.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <charconv>
#include <cstring>
#include <map>

#include "decant/base/errors.h"
#include "decant/formats/safetensors/safetensors.h"

namespace decant::distill {
namespace {

constexpr const char* kRemedy = "Delete the folder it lies in, or choose another output";

ElementType element_type(const Tensor& tensor) {
  switch (tensor.scalar_type()) {
    case at::kDouble:
      return ElementType::f64;
    case at::kLong:
      return ElementType::i64;
    default:
      return ElementType::f32;
  }
}

std::optional<at::ScalarType> scalar_type(ElementType type) {
  switch (type) {
    case ElementType::f64:
      return at::kDouble;
    case ElementType::i64:
      return at::kLong;
    case ElementType::f32:
      return at::kFloat;
    default:
      return std::nullopt;
  }
}

/// Tensors of a list by name: "learnt.00", "learnt.01", …
class Writer {
 public:
  void add(const std::string& list, const Tensors& tensors) {
    for (size_t i = 0; i < tensors.size(); ++i) {
      kept_.push_back(tensors[i].detach().to(at::kCPU).contiguous());
      const Tensor& tensor = kept_.back();
      stored_.push_back({fmt::format("{}.{:05}", list, i),
                         element_type(tensor),
                         tensor.sizes().vec(),
                         {static_cast<const std::byte*>(tensor.data_ptr()), static_cast<size_t>(tensor.nbytes())}});
    }
  }
  const std::vector<SafeTensor>& stored() const { return stored_; }

 private:
  Tensors kept_;  ///< what the bytes belong to
  std::vector<SafeTensor> stored_;
};

Tensors list_of(const SafeTensors& content, const std::string& list, const std::string& file) {
  Tensors tensors;
  while (const SafeTensor* stored = content.find(fmt::format("{}.{:05}", list, tensors.size()))) {
    const std::optional<at::ScalarType> type = scalar_type(stored->type);
    if (!type) throw InputError({file, stored->name, "is of a type that no checkpoint has", kRemedy});
    tensors.push_back(at::empty(stored->shape, *type));
    if (!stored->data.empty()) std::memcpy(tensors.back().data_ptr(), stored->data.data(), stored->data.size());
  }
  return tensors;
}

int64_t number_in(const SafeTensors& content, const char* key, const std::string& file) {
  const auto found = content.metadata.find(key);
  int64_t value = -1;
  if (found != content.metadata.end()) {
    const std::string& text = found->second;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (fault != std::errc() || end != text.data() + text.size()) value = -1;
  }
  if (value < 0) throw InputError({file, fmt::format("metadata '{}'", key), "is no count", kRemedy});
  return value;
}

}  // namespace

void save_checkpoint(const Checkpoint& checkpoint, const std::string& identity, const std::filesystem::path& file) {
  Writer writer;
  writer.add("learnt", checkpoint.learnt);
  writer.add("memory", checkpoint.memory);
  writer.add("networks", checkpoint.networks);
  writer.add("stages", checkpoint.stages);
  writer.add("turns", checkpoint.turns);
  const Tensor losses = at::empty({std::ssize(checkpoint.losses)}, at::kFloat);
  std::ranges::copy(checkpoint.losses, losses.data_ptr<float>());
  writer.add("losses", {losses});
  write_safetensors(file, writer.stored(),
                    {{"identity", identity},
                     {"steps", std::to_string(checkpoint.steps)},
                     {"of", std::to_string(checkpoint.of)},
                     {"milliseconds", std::to_string(checkpoint.milliseconds)}});
}

std::optional<Checkpoint> load_checkpoint(const std::string& identity, const std::filesystem::path& file) {
  if (!std::filesystem::exists(file)) return std::nullopt;
  const SafeTensors content = open_safetensors(file);
  const auto said = content.metadata.find("identity");
  if (said == content.metadata.end() || said->second != identity)
    throw InputError({file.string(), "", "is the checkpoint of other options, rows or another libtorch",
                      "Give the options of the interrupted run, or start anew with --overwrite"});
  const std::string name = file.string();
  Checkpoint checkpoint{.steps = number_in(content, "steps", name),
                        .of = number_in(content, "of", name),
                        .milliseconds = content.metadata.contains("milliseconds") ? number_in(content, "milliseconds", name) : 0,
                        .learnt = list_of(content, "learnt", name),
                        .memory = list_of(content, "memory", name),
                        .networks = list_of(content, "networks", name),
                        .stages = list_of(content, "stages", name),
                        .turns = list_of(content, "turns", name)};
  const Tensors losses = list_of(content, "losses", name);
  if (losses.size() != 1 || losses[0].numel() != checkpoint.steps || checkpoint.steps > checkpoint.of)
    throw InputError({name, "", "does not say as many objectives as steps", kRemedy});
  checkpoint.losses.assign(losses[0].data_ptr<float>(), losses[0].data_ptr<float>() + losses[0].numel());
  return checkpoint;
}

void require_alike(const Tensors& loaded, const Tensors& own) {
  const auto alike = [](const Tensor& a, const Tensor& b) { return a.sizes() == b.sizes() && a.scalar_type() == b.scalar_type(); };
  if (!std::ranges::equal(loaded, own, alike)) throw InputError({"", "the checkpoint", "does not fit what is learnt", kRemedy});
}

}  // namespace decant::distill
