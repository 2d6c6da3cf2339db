#include "apps/python/arrays.h"

#include <nanobind/stl/string.h>
#include <string>

#include "decant/base/errors.h"

namespace decant::python {
namespace {

namespace nb = nanobind;

template <class T>
T* at_address(const nb::handle& address) {
  return reinterpret_cast<T*>(nb::cast<uintptr_t>(address));
}

FloatType float_type(const std::string& name) {
  if (name == "f16") return FloatType::f16;
  if (name == "bf16") return FloatType::bf16;
  if (name == "f32") return FloatType::f32;
  DECANT_CHECK(name, ==, "f64");
  return FloatType::f64;
}

char kind_of(nb::dlpack::dtype type) {
  switch (static_cast<nb::dlpack::dtype_code>(type.code)) {
    case nb::dlpack::dtype_code::Float:
      return 'f';
    case nb::dlpack::dtype_code::Bfloat:
      return 'b';
    case nb::dlpack::dtype_code::Int:
      return 'i';
    case nb::dlpack::dtype_code::UInt:
      return 'u';
    case nb::dlpack::dtype_code::Complex:
      return 'c';
    default:
      return '?';
  }
}

}  // namespace

FeatureBlock block_of(const nb::tuple& array) {
  return {.data = at_address<const std::byte>(array[0]),
          .type = float_type(nb::cast<std::string>(array[4])),
          .rows = nb::cast<int64_t>(array[1]),
          .width = nb::cast<int64_t>(array[2]),
          .stride = nb::cast<int64_t>(array[3]),
          .name = "X"};
}

Dynamics dynamics_of(const nb::tuple& record) {
  Dynamics::Records records{};
  for (size_t i = 0; i < kDynamicCount; ++i) records[i] = at_address<const uint16_t>(record[2 + i]);
  return {nb::cast<int64_t>(record[0]), nb::cast<int64_t>(record[1]), records, nullptr};
}

nb::tuple describe_array(const nb::ndarray<nb::ro, nb::device::cpu>& array) {
  nb::list shape;
  nb::list strides;
  for (size_t i = 0; i < array.ndim(); ++i) {
    shape.append(array.shape(i));
    strides.append(array.stride(i));
  }
  const char kind[] = {kind_of(array.dtype()), '\0'};
  return nb::make_tuple(reinterpret_cast<uintptr_t>(array.data()), shape, strides, kind, static_cast<int>(array.dtype().bits));
}

}  // namespace decant::python
