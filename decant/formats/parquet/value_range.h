// The least and the greatest of the values of a column, where their order is beyond doubt: whole
// numbers with and without a sign, fractions without NaN, texts of few bytes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "decant/formats/parquet/footer.h"

namespace decant::parquet {

class ValueRange {
 public:
  explicit ValueRange(const Node& column);

  void add(std::string_view value);
  /// Whether the values so far have an order, without which no further one matters.
  bool is_ordered() const { return ordered_; }
  bool known() const { return ordered_ && any_; }
  const std::string& least() const { return least_; }
  const std::string& greatest() const { return greatest_; }

 private:
  bool less(std::string_view a, std::string_view b) const;

  Physical type_;
  bool is_unsigned_ = false;
  bool ordered_ = false;
  bool any_ = false;
  std::string least_;
  std::string greatest_;
};

}  // namespace decant::parquet
