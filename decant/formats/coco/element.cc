#include "decant/formats/coco/element.h"

#include "decant/formats/coco/json_values.h"

namespace decant::coco {
namespace {

void read_box(od::value& value, AnnotationFields& out) {
  double numbers[4] = {};
  if (!take_numbers(value, numbers, 4)) return void(out.box_fault = "its bbox is not four finite numbers");
  out.box = {numbers[0], numbers[1], numbers[0] + numbers[2], numbers[1] + numbers[3]};
  out.box_read = true;
  if (!(numbers[2] > 0) || !(numbers[3] > 0)) out.box_fault = "its bbox has a width or height of 0 or less";
}

/// `broken`: it stands between quotes, and is no text all the same.
void read_name(od::value& value, std::optional<std::string>& name, bool& broken) {
  const bool quoted = trimmed_token(value).starts_with('"');
  name = text_in(value);
  broken = quoted && !name;
}

/// A list of numbers: whether all are, and how many.
std::optional<size_t> count_numbers(od::value& value) {
  size_t count = 0;
  const bool walked = each_element(value, [&](od::value& inner) {
    ++count;
    return is_finite(inner);
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
  each_member(object, [&](std::string_view key, od::value& inner) {
    if (key == "size") read_size(inner, out);
    if (key == "counts") runs = runs_in(inner);
  });
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

}  // namespace

void read_image(std::string_view element, ImageFields& out) {
  out = {};
  each_member(object_of(element), [&](std::string_view key, od::value& value) {
    if (key == "id")
      out.id = id_in(value);
    else if (key == "file_name")
      read_name(value, out.file_name, out.broken_name);
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
  each_member(object_of(element), [&](std::string_view key, od::value& value) {
    if (key == "id")
      out.id = id_in(value);
    else if (key == "name")
      read_name(value, out.name, out.broken_name);
  });
}

void read_annotation(std::string_view element, AnnotationFields& out) {
  out = {};
  bool has_box = false;
  bool parts_of_a_picture = false;
  each_member(object_of(element), [&](std::string_view key, od::value& value) {
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
      if (yes_in(value)) out.flags |= ObjectFlag::crowd;
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

}  // namespace decant::coco
