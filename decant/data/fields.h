// What else a row's record holds: the value of a field by its name. A source, a topic, a quality.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace decant {

/// All const members may be called from many threads at once.
class Fields {
 public:
  virtual ~Fields() = default;
  /// A text decoded, anything else as it stands ("3", "true", "[1, 2]"). `name`: a key, or the keys
  /// of nested objects with dots between them ("meta.source"); of a table, a column. Nothing for a
  /// row without that field, where it is null or empty, and for a row with a known_fault(). Cost:
  /// parses the record.
  virtual std::optional<std::string> value(int64_t row, std::string_view name) const = 0;
  /// The names of a row's fields, in their order; empty for a row with a known_fault().
  virtual std::vector<std::string> names(int64_t row) const = 0;
};

}  // namespace decant
