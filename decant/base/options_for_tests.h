// What the tests of options share: that a struct declares all its fields, and that each changes the
// key of what is kept for later. Only *_test.cc include it.
#pragma once

#include <concepts>
#include <gtest/gtest.h>
#include <string>

#include "decant/base/json.h"
#include "decant/base/options.h"

namespace decant {

/// Stands for a value of any type where fields are counted.
struct Anything {
  template <class T>
  operator T() const;
};

/// How many fields an aggregate has: the most values that it can be made from.
template <class Struct, class... Values>
constexpr size_t field_count() {
  if constexpr (requires { Struct{Values{}..., Anything{}}; }) {
    return field_count<Struct, Values..., Anything>();
  } else {
    return sizeof...(Values);
  }
}

/// Another valid text for the option.
inline std::string changed(const Option& option) {
  const Json value = option.get();
  if (value.is_boolean()) return value.get<bool>() ? "false" : "true";
  if (value.is_number_integer()) return std::to_string(value.get<int64_t>() + 1);
  if (value.is_number()) return std::to_string(value.get<double>() + 1);
  return value.get<std::string>() + "x";
}

/// Sets every option of a struct in turn to another value: `key(struct)` must change. `besides`:
/// fields that are not declared, for reasons.
template <class Struct, class Key>
requires std::invocable<Key, const Struct&>
void expect_every_field_decides(Key&& key, size_t besides = 0) {
  Struct fresh;
  OptionTable declared;
  fresh.declare(declared);
  EXPECT_EQ(declared.options().size() + besides, field_count<Struct>()) << "a field is not declared, so caches do not know it";
  for (const Option& each : declared.options()) {
    if (each.effect == Effect::speed) continue;
    Struct other;
    OptionTable table;
    other.declare(table);
    table.find(each.name)->set(changed(each));
    EXPECT_NE(key(other), key(fresh)) << each.name;
  }
}

template <class Struct>
void expect_every_field_decides(size_t besides = 0) {
  expect_every_field_decides<Struct>([](const Struct& options) { return result_key(options); }, besides);
}

}  // namespace decant
