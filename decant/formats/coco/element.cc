#include "decant/formats/coco/element.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <fmt/core.h>
#include <simdjson.h>
#include <vector>

#include "decant/formats/coco/rle.h"

namespace decant::coco {
namespace {

namespace od = simdjson::ondemand;

constexpr size_t kLongestElement = size_t{4'000'000'000};  // simdjson's limit, nearly
constexpr double kExact = 9007199254740992.0;              // 2^53

void require_json(simdjson::error_code code) {
  if (code != simdjson::SUCCESS) throw BadElement{fmt::format("is not JSON ({})", simdjson::error_message(code))};
}

template <class T>
T value_of(simdjson::simdjson_result<T> result) {
  require_json(result.error());
  return std::move(result).value_unsafe();
}

std::string_view trimmed_token(od::value& value) {
  const std::string_view token = value.raw_json_token();
  const size_t last = token.find_last_not_of(" \t\r\n");
  return token.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

/// Calls visit(key, value) for every field of an object. A value that is not read is passed over.
template <class Visit>
void each_member(std::string_view element, Visit&& visit) {
  if (element.size() > kLongestElement) throw BadElement{"is longer than 4 GB"};
  if (element.empty() || element.front() != '{') throw BadElement{"is not an object"};
  thread_local std::vector<char> padded;
  if (padded.size() < element.size() + simdjson::SIMDJSON_PADDING) padded.resize(element.size() + simdjson::SIMDJSON_PADDING);
  std::memcpy(padded.data(), element.data(), element.size());
  std::memset(padded.data() + element.size(), ' ', simdjson::SIMDJSON_PADDING);
  thread_local od::parser parser;
  od::document document;
  require_json(parser.iterate(padded.data(), element.size(), padded.size()).get(document));
  od::object object;
  require_json(document.get_object().get(object));
  for (auto field : object) {
    std::string_view key;  // one that has half a surrogate pair is none that is read
    if (field.unescaped_key().get(key) != simdjson::SUCCESS) key = {};
    od::value value = value_of(field.value());
    visit(key, value);
  }
}

std::optional<double> finite_in(od::value& value) {
  double number = 0;
  if (value.get_double().get(number) != simdjson::SUCCESS || !std::isfinite(number)) return std::nullopt;
  return number;
}

/// A count of pixels, or 0 for what is none.
int64_t side_in(od::value& value) {
  const std::optional<double> number = finite_in(value);
  return number && *number >= 1 && *number < 2147483648.0 && *number == std::floor(*number) ? static_cast<int64_t>(*number) : 0;
}

std::optional<std::string> text_in(od::value& value) {
  std::string_view text;
  if (value.get_string().get(text) != simdjson::SUCCESS) return std::nullopt;
  return std::string(text);
}

/// Whole numbers are their digits; 7.0 is 7.
Id id_in(od::value& value) {
  const std::string_view token = trimmed_token(value);
  if (token.empty()) return {};
  if (token.front() == '"') return token.size() < 2 ? Id() : Id(token);  // its quotes tell it from a number
  const std::string_view digits = token.substr(token.front() == '-' ? 1 : 0);
  if (digits.empty() || digits.front() < '0' || digits.front() > '9') return {};
  if (digits.find_first_not_of("0123456789") == std::string_view::npos) {
    if (digits.size() > 1 && digits.front() == '0') return {};
    return digits == "0" ? Id("0") : Id(token);
  }
  const std::optional<double> number = finite_in(value);
  if (!number || *number != std::floor(*number) || std::abs(*number) > kExact) return {};
  return fmt::format("{}", static_cast<int64_t>(*number));
}

/// The elements of an array; false where it is none, or JSON that cannot be walked.
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

void read_box(od::value& value, AnnotationFields& out) {
  double numbers[4] = {};
  size_t count = 0;
  const bool walked = each_element(value, [&](od::value& inner) {
    const std::optional<double> number = finite_in(inner);
    if (!number || count == 4) return false;
    numbers[count++] = *number;
    return true;
  });
  if (!walked || count != 4) return void(out.box_fault = "its bbox is not four finite numbers");
  out.box = {numbers[0], numbers[1], numbers[0] + numbers[2], numbers[1] + numbers[3]};
  out.box_read = true;
  if (!(numbers[2] > 0) || !(numbers[3] > 0)) out.box_fault = "its bbox has a width or height of 0 or less";
}

/// A list of numbers: whether all are, and how many.
std::optional<size_t> count_numbers(od::value& value) {
  size_t count = 0;
  const bool walked = each_element(value, [&](od::value& inner) {
    ++count;
    return finite_in(inner).has_value();
  });
  return walked ? std::optional(count) : std::nullopt;
}

void read_polygons(od::value& value, AnnotationFields& out) {
  size_t parts = 0;
  const bool walked = each_element(value, [&](od::value& part) {
    ++parts;
    if (const std::string_view token = trimmed_token(part); token.empty() || token.front() != '[') {
      out.outline_fault = "its segmentation is a flat list of numbers, not a list of polygons";
      return false;
    }
    const std::optional<size_t> numbers = count_numbers(part);
    if (!numbers)
      out.outline_fault = "a polygon holds something else than finite numbers";
    else if (*numbers % 2 != 0)
      out.outline_fault = "a polygon has an odd number of coordinates";
    else if (*numbers < 6)
      out.outline_fault = "a polygon has fewer than three points";
    return out.outline_fault.empty();
  });
  if (!walked && out.outline_fault.empty()) out.outline_fault = "its segmentation is not JSON";
  if (parts > 0) out.flags |= ObjectFlag::polygon;
}

constexpr std::string_view kNoRuns = "the runs of its mask cannot be decoded";

std::optional<Runs> runs_in(od::value& value) {
  if (const std::string_view token = trimmed_token(value); !token.empty() && token.front() == '"') {
    std::string_view text;
    if (value.get_string().get(text) != simdjson::SUCCESS) return std::nullopt;
    return runs_from(text);
  }
  Runs runs;
  const bool walked = each_element(value, [&](od::value& inner) {
    int64_t run = 0;
    if (inner.get_int64().get(run) != simdjson::SUCCESS || run < 0) return false;
    runs.push_back(run);
    return true;
  });
  return walked ? std::optional(std::move(runs)) : std::nullopt;
}

void read_size(od::value& value, AnnotationFields& out) {
  int64_t sides[2] = {};
  size_t count = 0;
  const bool walked = each_element(value, [&](od::value& inner) {
    if (count == 2) return false;
    sides[count++] = side_in(inner);
    return true;
  });
  if (!walked || count != 2 || sides[0] == 0 || sides[1] == 0)
    out.outline_fault = "the size of its mask is not two whole numbers";
  else
    out.mask_height = sides[0], out.mask_width = sides[1];
}

void read_mask(od::value& value, AnnotationFields& out) {
  out.flags |= ObjectFlag::mask;
  od::object object;
  if (value.get_object().get(object) != simdjson::SUCCESS) return void(out.outline_fault = kNoRuns);
  std::optional<Runs> runs;
  for (auto field : object) {
    std::string_view key;
    if (field.unescaped_key().get(key) != simdjson::SUCCESS) key = {};
    od::value inner = value_of(field.value());
    if (key == "size") read_size(inner, out);
    if (key == "counts") runs = runs_in(inner);
  }
  if (!out.outline_fault.empty()) return;
  if (!runs)
    out.outline_fault = kNoRuns;
  else if (!cover(*runs, out.mask_height, out.mask_width))
    out.outline_fault = "the runs of its mask do not add up to its size";
}

void read_outline(od::value& value, AnnotationFields& out) {
  const std::string_view token = trimmed_token(value);
  if (token.empty() || token.front() == 'n') return;
  if (token.front() == '[') return read_polygons(value, out);
  if (token.front() == '{') return read_mask(value, out);
  out.outline_fault = "its segmentation is neither polygons nor a mask";
}

bool says_yes(std::string_view token) {
  return token == "1" || token == "true" || token == "1.0";
}

}  // namespace

void read_image(std::string_view element, ImageFields& out) {
  out = {};
  each_member(element, [&](std::string_view key, od::value& value) {
    if (key == "id")
      out.id = id_in(value);
    else if (key == "file_name")
      out.file_name = text_in(value);
    else if (key == "coco_url")
      out.url = text_in(value);
    else if (key == "width")
      out.width = side_in(value);
    else if (key == "height")
      out.height = side_in(value);
  });
}

void read_category(std::string_view element, CategoryFields& out) {
  out = {};
  each_member(element, [&](std::string_view key, od::value& value) {
    if (key == "id")
      out.id = id_in(value);
    else if (key == "name")
      out.name = text_in(value);
  });
}

void read_annotation(std::string_view element, AnnotationFields& out) {
  out = {};
  bool has_box = false;
  bool parts_of_a_picture = false;
  each_member(element, [&](std::string_view key, od::value& value) {
    if (key == "id") {
      out.id = id_in(value);
    } else if (key == "image_id") {
      out.image_id = id_in(value);
    } else if (key == "category_id") {
      out.category_id = id_in(value);
      out.object = true;
    } else if (key == "bbox") {
      has_box = out.object = true;
      read_box(value, out);
    } else if (key == "area") {
      const std::optional<double> area = finite_in(value);
      out.has_area = area && *area >= 0;
      out.area = out.has_area ? *area : 0;
    } else if (key == "iscrowd") {
      if (says_yes(trimmed_token(value))) out.flags |= ObjectFlag::crowd;
    } else if (key == "segmentation") {
      read_outline(value, out);
    } else if (key == "segments_info") {
      parts_of_a_picture = true;
    }
  });
  if (!has_box) out.box_fault = "it has no bbox";
  if (!out.has_area && out.box_read) out.area = out.box.width() * out.box.height();
  if (parts_of_a_picture) out.object = false;
}

bool is_number(const Id& id) {
  return !id.empty() && id.front() != '"';
}

bool id_less(const Id& a, const Id& b) {
  if (is_number(a) != is_number(b)) return is_number(a);
  if (!is_number(a)) return a < b;
  const bool minus = a.front() == '-';
  if (minus != (b.front() == '-')) return minus;
  const auto smaller = [](const Id& x, const Id& y) { return x.size() != y.size() ? x.size() < y.size() : x < y; };
  return minus ? smaller(b, a) : smaller(a, b);
}

}  // namespace decant::coco
