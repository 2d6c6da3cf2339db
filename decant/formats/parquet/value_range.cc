#include "decant/formats/parquet/value_range.h"

#include <cmath>
#include <cstring>

namespace decant::parquet {
namespace {

constexpr size_t kLongestKept = 64;  // bytes of a text: pictures have no order that anybody asks for

template <class T>
T loaded(std::string_view value) {
  T number;
  std::memcpy(&number, value.data(), sizeof(T));
  return number;
}

template <class T>
bool less_as(std::string_view a, std::string_view b) {
  return loaded<T>(a) < loaded<T>(b);
}

}  // namespace

ValueRange::ValueRange(const Node& column) : type_(column.type), is_unsigned_(column.meaning == Meaning::unsigned_number) {
  const bool plain = column.meaning == Meaning::plain || is_unsigned_;
  switch (type_) {
    case Physical::boolean:
    case Physical::int32:
    case Physical::int64:
      ordered_ = plain || column.meaning == Meaning::decimal;
      break;
    case Physical::float32:
    case Physical::float64:
      ordered_ = plain;
      break;
    case Physical::bytes:
      ordered_ = plain || column.meaning == Meaning::text;
      break;
    default:
      break;
  }
}

bool ValueRange::less(std::string_view a, std::string_view b) const {
  switch (type_) {
    case Physical::int32:
      return is_unsigned_ ? less_as<uint32_t>(a, b) : less_as<int32_t>(a, b);
    case Physical::int64:
      return is_unsigned_ ? less_as<uint64_t>(a, b) : less_as<int64_t>(a, b);
    case Physical::float32:
      return less_as<float>(a, b);
    case Physical::float64:
      return less_as<double>(a, b);
    default:
      return a < b;  // bytes without a sign; char_traits compares them so
  }
}

void ValueRange::add(std::string_view value) {
  if (!ordered_) return;
  // Of −0 and 0, and with NaN, writers have differed; of long texts nobody asks.
  const double fraction = type_ == Physical::float32   ? static_cast<double>(loaded<float>(value))
                          : type_ == Physical::float64 ? loaded<double>(value)
                                                       : 1;
  if (std::isnan(fraction) || fraction == 0 || (type_ == Physical::bytes && value.size() > kLongestKept)) {
    ordered_ = false;
    return;
  }
  if (!any_ || less(value, least_)) least_ = value;
  if (!any_ || less(greatest_, value)) greatest_ = value;
  any_ = true;
}

}  // namespace decant::parquet
