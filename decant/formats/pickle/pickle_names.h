// The names that a pickle of arrays asks Python for.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace decant::pickle {

struct GlobalName {
  std::string_view module;
  std::string_view item;
};

inline constexpr std::array<GlobalName, 9> kGlobals = {{{"numpy.core.multiarray", "_reconstruct"},
                                                        {"numpy._core.multiarray", "_reconstruct"},
                                                        {"numpy.core.numeric", "_frombuffer"},
                                                        {"numpy._core.numeric", "_frombuffer"},
                                                        {"numpy", "ndarray"},
                                                        {"numpy", "dtype"},
                                                        {"_codecs", "encode"},
                                                        {"__builtin__", "bytes"},
                                                        {"builtins", "bytes"}}};

constexpr std::optional<int64_t> global_index(std::string_view module, std::string_view item) {
  for (size_t i = 0; i < kGlobals.size(); ++i) {
    if (kGlobals[i].module == module && kGlobals[i].item == item) return static_cast<int64_t>(i);
  }
  return std::nullopt;
}

}  // namespace decant::pickle
