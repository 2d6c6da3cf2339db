// Reads untrusted JSON documents: each field is checked, and an error names the file and the field.
// An absent (or null) field is not an error: the fallback is used.
#pragma once

#include <cmath>
#include <limits>
#include <optional>
#include <string>

#include "decant/base/errors.h"
#include "decant/base/json.h"

namespace decant {

class JsonReader {
 public:
  /// Throws InputError when `value` is no object. `file`, `place`: for messages; `value` must
  /// outlive this.
  JsonReader(const Json& value, std::string file, std::string place = {})
      : value_(value), file_(std::move(file)), place_(std::move(place)) {
    if (!value.is_object()) refuse("", "is not an object");
  }

  /// The field, or null when it is absent or null.
  const Json* find(const char* field) const {
    const auto found = value_.find(field);
    return found == value_.end() || found->is_null() ? nullptr : &*found;
  }

  /// For a field that has no fallback: throws InputError when it is absent or null. Then
  /// `json.require("net").text("net")` reads it.
  const JsonReader& require(const char* field) const {
    if (find(field) == nullptr) refuse(field, "is missing");
    return *this;
  }

  std::string text(const char* field, std::string fallback = {}) const {
    const Json* const value = find(field);
    if (value == nullptr) return fallback;
    if (!value->is_string()) refuse(field, "is not a text");
    return value->get<std::string>();
  }
  bool flag(const char* field, bool fallback = false) const {
    const Json* const value = find(field);
    if (value == nullptr) return fallback;
    if (!value->is_boolean()) refuse(field, "is neither true nor false");
    return value->get<bool>();
  }
  double number(const char* field, double fallback = 0) const {
    const Json* const value = find(field);
    if (value == nullptr) return fallback;
    if (!value->is_number() || !std::isfinite(value->get<double>())) refuse(field, "is not a number");
    return value->get<double>();
  }
  /// A whole number from 0 on.
  int64_t count(const char* field, int64_t fallback = 0) const {
    const Json* const value = find(field);
    if (value == nullptr) return fallback;
    const bool whole = value->is_number_unsigned() ? value->get<uint64_t>() <= uint64_t{std::numeric_limits<int64_t>::max()}
                                                   : value->is_number_integer() && value->get<int64_t>() >= 0;
    if (!whole) refuse(field, "is not a count");
    return value->get<int64_t>();
  }
  uint64_t seed(const char* field) const {
    const Json* const value = find(field);
    if (value == nullptr) return 0;
    if (!value->is_number_unsigned()) refuse(field, "is not a seed");
    return value->get<uint64_t>();
  }
  std::optional<JsonReader> object(const char* field) const {
    const Json* const value = find(field);
    if (value == nullptr) return std::nullopt;
    return JsonReader(*value, file_, path_of(field));
  }
  /// Calls `visit(const Json& entry, const std::string& place)` for each entry of a list.
  template <class Visit>
  void each(const char* field, const Visit& visit) const {
    const Json* const value = find(field);
    if (value == nullptr) return;
    if (!value->is_array()) refuse(field, "is not a list");
    for (size_t i = 0; i < value->size(); ++i) visit((*value)[i], path_of(field) + "[" + std::to_string(i) + "]");
  }
  /// The same for a list of objects: `visit(const JsonReader& entry)`.
  template <class Visit>
  void each_object(const char* field, const Visit& visit) const {
    each(field, [&](const Json& entry, const std::string& place) { visit(JsonReader(entry, file_, place)); });
  }

  const Json& value() const { return value_; }
  [[noreturn]] void refuse(const char* field, const std::string& what) const {
    throw InputError({file_, path_of(field), what, "The file was changed, or was not made by decant; create it again"});
  }

 private:
  std::string path_of(const char* field) const { return *field == '\0' ? place_ : place_.empty() ? field : place_ + "." + field; }

  const Json& value_;
  std::string file_;
  std::string place_;
};

}  // namespace decant
