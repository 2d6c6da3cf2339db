#include "decant/kernels/blas_core.h"

#include <algorithm>
#include <array>
#include <cblas.h>

namespace decant {
namespace {

/// Kernels without AVX, as openblas_get_corename() calls them.
constexpr std::array kWithoutAvx = {std::string_view("Katmai"),       std::string_view("Coppermine"), std::string_view("Northwood"),
                                    std::string_view("Prescott"),     std::string_view("Banias"),     std::string_view("Core2"),
                                    std::string_view("Penryn"),       std::string_view("Dunnington"), std::string_view("Nehalem"),
                                    std::string_view("Atom"),         std::string_view("Athlon"),     std::string_view("Opteron"),
                                    std::string_view("Opteron_SSE3"), std::string_view("Barcelona")};

}  // namespace

VectorUnits vector_units() {
#if defined(__x86_64__)
  const auto has_512 = [] {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  };
  return {.avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"), .avx512 = has_512()};
#else
  return {};
#endif
}

std::string_view better_blas_core(std::string_view chosen, VectorUnits units) {
  if (std::ranges::find(kWithoutAvx, chosen) == kWithoutAvx.end()) return {};
  if (units.avx512) return "SkylakeX";
  return units.avx2 ? "Haswell" : "";
}

std::string_view better_blas_core() {
  return better_blas_core(openblas_get_corename(), vector_units());
}

}  // namespace decant
