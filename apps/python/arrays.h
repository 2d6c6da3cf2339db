// Arrays, both ways. What comes in is viewed; the package keeps it alive for the length of a call.
// What goes out is NumPy's and owns its memory.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <utility>
#include <vector>

#include "decant/data/dynamics.h"
#include "decant/data/features.h"

namespace decant::python {

/// A vector that NumPy has, contiguous, read-only or not.
template <class T>
using Vector = nanobind::ndarray<const T, nanobind::ndim<1>, nanobind::c_contig, nanobind::device::cpu>;

template <class T>
nanobind::object owned_array(std::vector<T> values, const std::vector<size_t>& shape = {}) {
  auto* const kept = new std::vector<T>(std::move(values));
  kept->reserve(1);  // an array without values has an address too
  const nanobind::capsule owner(kept, [](void* memory) noexcept { delete static_cast<std::vector<T>*>(memory); });
  const std::vector<size_t> own = shape.empty() ? std::vector<size_t>{kept->size()} : shape;
  return nanobind::cast(nanobind::ndarray<nanobind::numpy, T>(kept->data(), own.size(), own.data(), owner));
}

template <class T>
std::vector<T> copied(const nanobind::handle& array) {
  const auto view = nanobind::cast<Vector<T>>(array);
  return {view.data(), view.data() + view.size()};
}

/// (address, rows, width, values from one row to the next, "f16" | "bf16" | "f32" | "f64"), which
/// the package made sure of.
FeatureBlock block_of(const nanobind::tuple& array);

/// (epochs, rows, six addresses of float16 (epochs, rows)).
Dynamics dynamics_of(const nanobind::tuple& record);

/// Of anything with DLPack or a buffer on the CPU: (address, shape, strides in values, kind, bits).
/// The kind is 'f', 'b' (bfloat16), 'i', 'u', 'c' or '?'. The memory is the object's.
nanobind::tuple describe_array(const nanobind::ndarray<nanobind::ro, nanobind::device::cpu>& array);

}  // namespace decant::python
