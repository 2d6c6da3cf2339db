// What a label says, as other programs write it: a class number, a name, or neither.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "decant/formats/labels/json_fields.h"

namespace decant::labels {

inline constexpr int64_t kMaxClass = (int64_t{1} << 24) - 1;

/// Names under which labels are kept, most likely first.
const std::vector<std::string>& label_names();

/// A whole number as text: "3", "3.0", "-1", "3e0"; ±2^53 for any beyond. Nothing for fractions and
/// for what is no finite number.
std::optional<int64_t> whole_number(std::string_view text);

/// Whether the text is a number at all, "nan" and "0.5" among them.
bool is_number(std::string_view text);

/// A field of JSON as the text of a label: a number or a text as it is, true and false as 1 and 0,
/// null and a missing field as no label (an empty text). Nothing for lists, objects and numbers
/// with a fraction.
std::optional<std::string> label_text(const JsonField& field);

/// The texts of many labels as numbers. Where all of them are whole numbers they are the classes;
/// else the distinct texts are, in Python's order.
struct TextClasses {
  std::vector<std::string> names;  ///< empty: the numbers themselves
  std::string fault;               ///< why they are no classes ("'0.5' is a fraction"); empty mostly

  /// The class of one of the texts, or kNoLabel: an empty text, −1, a name that is not there.
  int32_t label_of(std::string_view text) const;
};
TextClasses classes_of_texts(std::vector<std::string_view> texts);

}  // namespace decant::labels
