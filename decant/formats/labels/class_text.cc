#include "decant/formats/labels/class_text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fmt/core.h>

#include "decant/data/targets.h"
#include "decant/formats/imagefolder/python_order.h"

namespace decant::labels {
namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank(" \t\r\n\0", 5);
  const size_t first = text.find_first_not_of(kBlank);
  return first == std::string_view::npos ? "" : text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

/// All of the text as a number.
std::optional<double> parsed_number(std::string_view text) {
  double value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

const std::vector<std::string>& label_names() {
  static const std::vector<std::string> names = {"label", "labels", "cls", "class", "class_id", "target", "class_name", "category"};
  return names;
}

std::optional<int64_t> whole_number(std::string_view text) {
  const auto value = parsed_number(trimmed(text));
  if (!value || !std::isfinite(*value) || *value != std::floor(*value)) return std::nullopt;
  return static_cast<int64_t>(std::clamp(*value, -0x1p53, 0x1p53));
}

bool is_number(std::string_view text) {
  return parsed_number(trimmed(text)).has_value();
}

std::optional<std::string> label_text(const JsonField& field) {
  switch (field.kind) {
    case JsonField::Kind::missing:
    case JsonField::Kind::null:
      return "";
    case JsonField::Kind::boolean:
      return field.text == "true" ? "1" : "0";
    case JsonField::Kind::text:
      return field.text;
    case JsonField::Kind::number:
      return whole_number(field.text) ? std::optional(field.text) : std::nullopt;
    case JsonField::Kind::list:
    case JsonField::Kind::object:
      return std::nullopt;
  }
  return std::nullopt;
}

int32_t TextClasses::label_of(std::string_view text) const {
  if (text.empty()) return kNoLabel;
  if (names.empty()) {
    const auto number = whole_number(text);
    return number && *number >= 0 && *number <= kMaxClass ? static_cast<int32_t>(*number) : kNoLabel;
  }
  const auto found = std::lower_bound(names.begin(), names.end(), text, python_less);
  return found != names.end() && *found == text ? static_cast<int32_t>(found - names.begin()) : kNoLabel;
}

TextClasses classes_of_texts(std::vector<std::string_view> texts) {
  std::erase_if(texts, [](std::string_view text) { return text.empty(); });
  std::sort(texts.begin(), texts.end(), python_less);
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
  TextClasses classes;
  if (std::ranges::all_of(texts, is_number)) {
    for (const std::string_view text : texts) {
      const auto number = whole_number(text);
      if (!number)
        classes.fault = fmt::format("'{}' is no whole number", text);
      else if (*number < kNoLabel || *number > kMaxClass)
        classes.fault = fmt::format("'{}' is not in −1 … {}", text, kMaxClass);
      if (!classes.fault.empty()) break;
    }
    return classes;
  }
  if (std::ssize(texts) > kMaxClass)
    classes.fault = "more than 2^24 classes";
  else
    classes.names.assign(texts.begin(), texts.end());
  return classes;
}

}  // namespace decant::labels
