// What the bytes of one record say: JSON by a schema (json_records.h), a line of a table by its
// columns (table.h).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "decant/data/texts.h"

namespace decant::records {

/// Longer ones are faults: a parser takes several times their memory.
inline constexpr size_t kLongestRecord = size_t{32} << 20;

/// What is wrong with a record that is longer; else empty.
std::string fault_of_length(std::string_view record);

/// All const members may be called from many threads at once.
class RecordReader {
 public:
  virtual ~RecordReader() = default;
  /// Reads the record into `out`. `label`: what names its class, decoded; nothing where it has
  /// none. Views live as long as `record` and `out`. Returns what is wrong with the record ("has no
  /// 'output'"); empty when nothing is, and else `out` and `label` mean nothing.
  virtual std::string read(std::string_view record, Record& out, std::optional<std::string_view>& label) const = 0;
  /// As Fields::value(), of a record that read() finds nothing wrong with.
  virtual std::optional<std::string> field(std::string_view record, std::string_view name) const = 0;
  /// As Fields::names().
  virtual std::vector<std::string> field_names(std::string_view record) const = 0;
  /// As Texts::schema().
  virtual std::string schema() const = 0;
};

/// Which fields are texts and which is the class, as the user named them; empty = by the content.
struct FieldNames {
  std::string texts;  ///< between commas; the last one is what a model learns to say
  std::string label;
};

}  // namespace decant::records
