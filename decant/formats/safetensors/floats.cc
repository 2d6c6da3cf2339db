#include "decant/formats/safetensors/floats.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <fmt/core.h>

#include "decant/base/errors.h"
#include "decant/kernels/float8.h"
#include "decant/kernels/half.h"

namespace decant {
namespace {

template <class Stored, class Convert>
void convert_each(Bytes from, std::span<float> out, Convert convert) {
  for (size_t i = 0; i < out.size(); ++i) {
    Stored value;
    std::memcpy(&value, from.data() + i * sizeof value, sizeof value);
    out[i] = convert(value);
  }
}

float from_bfloat16(uint16_t value) {
  return std::bit_cast<float>(static_cast<uint32_t>(value) << 16);
}

}  // namespace

std::string shape_text(std::span<const int64_t> shape) {
  std::string text = "(";
  for (const int64_t length : shape) text += (text.size() > 1 ? ", " : "") + std::to_string(length);
  return text + ")";
}

const SafeTensor& require_tensor(const SafeTensors& file, const std::string& name, const std::string& path, const std::string& remedy) {
  const SafeTensor* const found = file.find(name);
  if (found == nullptr) throw InputError({path, fmt::format("tensor '{}'", name), "is missing", remedy});
  return *found;
}

void copy_floats(const SafeTensor& tensor, const std::string& path, std::span<float> out) {
  DECANT_CHECK(static_cast<int64_t>(out.size()) * size_of(tensor.type), ==, static_cast<int64_t>(tensor.data.size()));
  const auto refuse = [&](std::string what) {
    throw InputError(
        {path, fmt::format("tensor '{}'", tensor.name.substr(0, 200)), std::move(what), "Use the weights that came with the model"});
  };
  switch (tensor.type) {
    case ElementType::f32:
      if (!out.empty()) std::memcpy(out.data(), tensor.data.data(), tensor.data.size());
      break;
    case ElementType::f16:
      halves_to_floats(tensor.data, out);
      break;
    case ElementType::bf16:
      convert_each<uint16_t>(tensor.data, out, from_bfloat16);
      break;
    case ElementType::e4m3fn:
      convert_each<uint8_t>(tensor.data, out, e4m3fn_to_float);
      break;
    case ElementType::e5m2:
      convert_each<uint8_t>(tensor.data, out, e5m2_to_float);
      break;
    case ElementType::f64:
      convert_each<double>(tensor.data, out, [](double value) { return static_cast<float>(value); });
      break;
    case ElementType::i8:
      convert_each<int8_t>(tensor.data, out, [](int8_t value) { return static_cast<float>(value); });
      break;
    default:
      refuse(fmt::format("holds {}, and F32, F16, BF16, F8_E4M3, F8_E5M2, F64 or I8 is needed", safetensors_name(tensor.type)));
  }
  if (!std::ranges::all_of(out, [](float value) { return std::isfinite(value); })) refuse("holds a value that is not a finite number");
}

}  // namespace decant
