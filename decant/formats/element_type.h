// What one element of a stored array is, and how many bytes an array of them takes. Shared by every
// format that stores arrays.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace decant {

enum class ElementType { e4m3fn, e5m2, f16, bf16, f32, f64, i8, i16, i32, i64, u8, u16, u32, u64, boolean };

constexpr int64_t size_of(ElementType type) {
  switch (type) {
    case ElementType::e4m3fn:
    case ElementType::e5m2:
    case ElementType::i8:
    case ElementType::u8:
    case ElementType::boolean:
      return 1;
    case ElementType::f16:
    case ElementType::bf16:
    case ElementType::i16:
    case ElementType::u16:
      return 2;
    case ElementType::f32:
    case ElementType::i32:
    case ElementType::u32:
      return 4;
    case ElementType::f64:
    case ElementType::i64:
    case ElementType::u64:
      return 8;
  }
  return 0;
}

/// Bytes of an array of this shape; nothing when a length is negative or the product of the
/// non-zero lengths leaves int64 (so that a forged (0, 2^62, 2^62) is caught before anyone
/// multiplies its parts). An empty shape is a scalar.
constexpr std::optional<int64_t> byte_count(int64_t element_bytes, std::span<const int64_t> shape) {
  int64_t product = element_bytes;
  bool empty = false;
  for (const int64_t length : shape) {
    if (length < 0) return std::nullopt;
    if (length == 0) empty = true;
    if (length != 0 && __builtin_mul_overflow(product, length, &product)) return std::nullopt;
  }
  return empty ? 0 : product;
}

}  // namespace decant
