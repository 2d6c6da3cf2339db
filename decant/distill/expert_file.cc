#include "decant/distill/expert_file.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "decant/base/digest.h"
#include "decant/base/errors.h"
#include "decant/formats/safetensors/safetensors.h"
#include "decant/kernels/half.h"

namespace decant::distill {
namespace {

constexpr const char* kExperts = "experts";
constexpr const char* kExpert = "expert";
constexpr const char* kCheckpoint = "checkpoint";
constexpr const char* kDigest = "digest";
constexpr const char* kRemedy = "Delete the folder it lies in: the experts are trained again";

std::vector<std::byte> as_halves(const ExpertTensor& tensor, const std::string& file) {
  std::vector<std::byte> bytes(tensor.values.size() * 2);
  for (size_t i = 0; i < tensor.values.size(); ++i) {
    const uint16_t half = float_to_half(tensor.values[i]);
    if (!std::isfinite(half_to_float(half)))
      throw InputError({file, "tensor '" + tensor.name + "'", "holds a value that float16 does not: the expert's training has diverged",
                        "Lower its learning rate"});
    std::memcpy(bytes.data() + 2 * i, &half, 2);
  }
  return bytes;
}

/// In the order of the names, as a reader finds them.
std::string digest_of(std::vector<SafeTensor> tensors) {
  std::ranges::sort(tensors, {}, &SafeTensor::name);
  Digest digest;
  for (const SafeTensor& tensor : tensors) digest.add(tensor.name).add(tensor.data);
  return digest.hex();
}

class ExpertReader {
 public:
  ExpertReader(const SafeTensors& content, const std::string& file) : content_(content), file_(file) {}

  void require(const ExpertPlace& place) const {
    if (said(kExperts) != place.identity) throw fault("", "holds experts of another network, of other rows or of other options");
    if (said(kExpert) != std::to_string(place.expert) || said(kCheckpoint) != std::to_string(place.checkpoint))
      throw fault("", fmt::format("is not expert {}, checkpoint {}, that its name says", place.expert, place.checkpoint));
    if (said(kDigest) != digest_of(content_.tensors)) throw fault("", "is damaged: its weights are not those that were written");
  }

  std::vector<ExpertTensor> read(std::span<const ExpertTensor> expected) const {
    if (content_.tensors.size() != expected.size())
      throw fault("", fmt::format("holds {} tensors; the network has {}", content_.tensors.size(), expected.size()));
    std::vector<ExpertTensor> result;
    for (const ExpertTensor& each : expected) result.push_back(read(each));
    return result;
  }

 private:
  ExpertTensor read(const ExpertTensor& expected) const {
    const SafeTensor* stored = content_.find(expected.name);
    if (stored == nullptr) throw fault(expected.name, "is missing; it is part of the network");
    if (stored->type != ElementType::f16) throw fault(expected.name, fmt::format("holds {}, not F16", safetensors_name(stored->type)));
    if (stored->shape != expected.shape) throw fault(expected.name, "has another shape than the network's");
    ExpertTensor tensor{expected.name, expected.shape, std::vector<float>(stored->data.size() / 2)};
    halves_to_floats(stored->data, tensor.values);
    if (!std::ranges::all_of(tensor.values, [](float value) { return std::isfinite(value); }))
      throw fault(expected.name, "holds a value that is not a finite number");
    return tensor;
  }

  std::string said(const char* key) const {
    const auto found = content_.metadata.find(key);
    return found == content_.metadata.end() ? std::string() : found->second;
  }

  InputError fault(const std::string& tensor, const std::string& what) const {
    return InputError({file_, tensor.empty() ? "" : "tensor '" + tensor + "'", what, kRemedy});
  }

  const SafeTensors& content_;
  const std::string& file_;
};

std::vector<ExpertTensor> read_checked(const SafeTensors& content, const std::string& name, std::span<const ExpertTensor> expected,
                                       const ExpertPlace& place) {
  const ExpertReader reader(content, name);
  reader.require(place);
  return reader.read(expected);
}

}  // namespace

void write_expert(const std::filesystem::path& path, std::span<const ExpertTensor> tensors, const ExpertPlace& place) {
  std::vector<std::vector<std::byte>> kept;  // what the tensors below are views of
  std::vector<SafeTensor> stored;
  kept.reserve(tensors.size());
  for (const ExpertTensor& tensor : tensors) {
    kept.push_back(as_halves(tensor, path.string()));
    stored.push_back({tensor.name, ElementType::f16, tensor.shape, kept.back()});
  }
  write_safetensors(path, stored,
                    {{kExperts, place.identity},
                     {kExpert, std::to_string(place.expert)},
                     {kCheckpoint, std::to_string(place.checkpoint)},
                     {kDigest, digest_of(stored)}});
}

std::vector<ExpertTensor> read_expert(const std::filesystem::path& path, std::span<const ExpertTensor> expected, const ExpertPlace& place) {
  return read_checked(open_safetensors(path), path.string(), expected, place);
}

std::vector<ExpertTensor> parse_expert(Bytes file, const std::string& name, std::span<const ExpertTensor> expected,
                                       const ExpertPlace& place) {
  return read_checked(parse_safetensors(file, name), name, expected, place);
}

}  // namespace decant::distill
