// The size of a small set: in rows, unless the cost is in something else: bytes of stored pictures,
// tokens of text, objects in boxes. Sets are comparable at equal budgets only.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace decant {

struct Budget {
  enum class Unit { rows, bytes, tokens, objects };

  int64_t amount = 0;
  Unit unit = Unit::rows;
  bool operator==(const Budget&) const = default;
};

/// "rows", "bytes", "tokens", "objects".
constexpr std::string_view name_of(Budget::Unit unit) {
  switch (unit) {
    case Budget::Unit::rows:
      return "rows";
    case Budget::Unit::bytes:
      return "bytes";
    case Budget::Unit::tokens:
      return "tokens";
    case Budget::Unit::objects:
      return "objects";
  }
  return "";
}

/// Nothing for another name.
constexpr std::optional<Budget::Unit> budget_unit(std::string_view name) {
  for (const Budget::Unit unit : {Budget::Unit::rows, Budget::Unit::bytes, Budget::Unit::tokens, Budget::Unit::objects}) {
    if (name == name_of(unit)) return unit;
  }
  return std::nullopt;
}

}  // namespace decant
