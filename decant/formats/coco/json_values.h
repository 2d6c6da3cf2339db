// Values of an element's JSON, as simdjson walks them. Included by what reads elements, in this
// folder alone.
#pragma once

#include <cmath>
#include <cstdint>
#include <optional>
#include <simdjson.h>
#include <string>
#include <string_view>

#include "decant/formats/coco/id.h"
#include "decant/formats/coco/rle.h"

namespace decant::coco {

namespace od = simdjson::ondemand;

void require_json(simdjson::error_code code);

template <class T>
T value_of(simdjson::simdjson_result<T> result) {
  require_json(result.error());
  return std::move(result).value_unsafe();
}

/// Of an element that is to be an object. Lives until the next call on the same thread. Throws
/// BadElement.
od::object object_of(std::string_view element);

/// Calls visit(key, value) for every member of an object. A value that is not read is passed over.
template <class Visit>
void each_member(od::object object, Visit&& visit) {
  for (auto field : object) {
    std::string_view key;  // one that has half a surrogate pair is none that is read
    if (field.unescaped_key().get(key) != simdjson::SUCCESS) key = {};
    od::value value = value_of(field.value());
    visit(key, value);
  }
}

/// Calls visit(value) for every element of an array until one returns false; false then, and where
/// it is no array, or JSON that cannot be walked.
template <class Visit>
bool each_element(od::value& value, Visit&& visit) {
  od::array array;
  if (value.get_array().get(array) != simdjson::SUCCESS) return false;
  for (auto element : array) {
    od::value inner;
    if (std::move(element).get(inner) != simdjson::SUCCESS) return false;
    if (!visit(inner)) return false;
  }
  return true;
}

/// As it stands, without space around.
std::string_view trimmed_token(od::value& value);
std::optional<double> finite_in(od::value& value);
/// Whether finite_in() has a number; takes a third of its time for what is written without an
/// exponent.
bool is_finite(od::value& value);
std::optional<std::string> text_in(od::value& value);
/// A count of pixels, or 0 for what is none.
int64_t side_in(od::value& value);
Id id_in(od::value& value);
bool yes_in(od::value& value);
/// `count` finite numbers, no more and no fewer.
bool take_numbers(od::value& value, double* out, size_t count);
/// A list, or the string of one; nothing for what is neither.
std::optional<Runs> runs_in(od::value& value);

}  // namespace decant::coco
