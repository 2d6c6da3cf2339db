// A COCO json read slowly, and the reading that is fast compared with it.
//
// The document is cut at its commas and brackets a character at a time, and each element is read as
// strict JSON (plain_json_for_tests.h) into a tree, from which its fields are picked one after the
// other. An element that is no strict JSON, or has a key twice, is *undecided*: the fast reading
// looks at what it wants alone, so it may take it or call it broken.
#pragma once

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "decant/base/errors.h"
#include "decant/formats/coco/coco_json.h"
#include "decant/formats/coco/plain_json_for_tests.h"
#include "decant/formats/coco/plain_masks_for_tests.h"
#include "decant/formats/memory_file_for_fuzz.h"

namespace decant::coco::plain {

/// What must be refused, and what may be read either way.
struct Refused {};
struct Undecided {};

struct Place {
  size_t begin = 0;
  size_t end = 0;
};

// The document, cut.

inline bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

inline size_t past_spaces_at(std::string_view text, size_t at) {
  while (at < text.size() && is_space(text[at])) ++at;
  return at;
}

inline size_t past_text_at(std::string_view text, size_t at) {
  for (++at; at < text.size(); ++at) {
    if (text[at] == '"') return at + 1;
    if (text[at] == '\\') ++at;
  }
  throw Refused{};
}

/// A value that is not looked into: a text, what stands between brackets of any kind, or a word.
inline size_t past_value_at(std::string_view text, size_t at) {
  if (at >= text.size()) throw Refused{};
  if (text[at] == '"') return past_text_at(text, at);
  if (text[at] != '{' && text[at] != '[') {
    const size_t begin = at;
    while (at < text.size() && !is_space(text[at]) && text[at] != ',' && text[at] != ']' && text[at] != '}') ++at;
    if (at == begin) throw Refused{};
    return at;
  }
  for (int depth = 0; at < text.size();) {
    if (text[at] == '"') {
      at = past_text_at(text, at);
      continue;
    }
    depth += text[at] == '{' || text[at] == '[' ? 1 : 0;
    depth -= text[at] == '}' || text[at] == ']' ? 1 : 0;
    ++at;
    if (depth == 0) return at;
  }
  throw Refused{};
}

/// Values of the document by key.
inline std::map<std::string, Place> members_at(std::string_view text) {
  std::map<std::string, Place> members;
  size_t at = past_spaces_at(text, text.starts_with("\xef\xbb\xbf") ? 3 : 0);
  const auto pass = [&](char c) {
    if (at >= text.size() || text[at] != c) throw Refused{};
    at = past_spaces_at(text, at + 1);
  };
  pass('{');
  for (bool first = true; at < text.size() && (text[at] != '}' || !first); first = false) {
    if (!first) pass(',');
    if (at >= text.size() || text[at] != '"') throw Refused{};
    const size_t key = at;
    const size_t key_end = past_text_at(text, at);
    at = past_spaces_at(text, key_end);
    pass(':');
    const Place value{at, past_value_at(text, at)};
    if (!members.emplace(text.substr(key + 1, key_end - key - 2), value).second) throw Refused{};
    at = past_spaces_at(text, value.end);
    if (at < text.size() && text[at] == '}') break;
  }
  pass('}');
  if (at != text.size()) throw Refused{};
  return members;
}

inline std::vector<Place> elements_at(std::string_view text, Place list) {
  if (list.end - list.begin < 2 || text[list.begin] != '[') throw Refused{};
  const std::string_view inside = text.substr(0, list.end - 1);
  std::vector<Place> elements;
  size_t at = past_spaces_at(inside, list.begin + 1);
  while (at < inside.size()) {
    if (!elements.empty()) {
      if (inside[at] != ',') throw Refused{};
      at = past_spaces_at(inside, at + 1);
    }
    elements.push_back({at, past_value_at(inside, at)});
    at = past_spaces_at(inside, elements.back().end);
  }
  return elements;
}

/// Nothing for what is no object; throws Undecided.
inline std::optional<Json> object_at(std::string_view text, Place place) {
  const std::string_view element = text.substr(place.begin, place.end - place.begin);
  if (element.front() != '{') return std::nullopt;
  std::optional<Json> json = JsonReader(element).read();
  if (!json) throw Undecided{};
  return json;
}

/// The value of a key; throws Undecided where it is there twice, here or in what it holds.
inline const Json* value_in(const Json& object, std::string_view wanted) {
  const Json* found = nullptr;
  for (size_t i = 0; i < object.keys.size(); ++i) {
    if (object.keys[i] != wanted) continue;
    if (found != nullptr) throw Undecided{};
    found = &object.elements[i];
  }
  return found;
}

// Values.

inline std::optional<double> number_in(const Json* json) {
  if (json == nullptr || (json->kind() != '-' && (json->kind() < '0' || json->kind() > '9'))) return std::nullopt;
  const double number = std::strtod(std::string(json->token).c_str(), nullptr);
  return std::isfinite(number) ? std::optional(number) : std::nullopt;
}

/// A count of pixels, or 0.
inline int64_t pixels_in(const Json* json) {
  const std::optional<double> number = number_in(json);
  return number && *number >= 1 && *number < 2147483648.0 && std::floor(*number) == *number ? static_cast<int64_t>(*number) : 0;
}

/// Whole numbers exactly, 7.0 as 7, texts between their quotes; empty for anything else.
inline std::string id_of(const Json* json) {
  if (json == nullptr) return "";
  if (json->kind() == '"') return std::string(json->token);
  if (json->kind() != '-' && (json->kind() < '0' || json->kind() > '9')) return "";
  if (json->token.find_first_of(".eE") == std::string_view::npos) return json->token == "-0" ? "0" : std::string(json->token);
  const std::optional<double> number = number_in(json);
  if (!number || std::floor(*number) != *number || std::abs(*number) > 9007199254740992.0) return "";
  return std::to_string(static_cast<int64_t>(*number));
}

inline bool is_text(const std::string& id) {
  return id.front() == '"';
}

/// Numbers by value before texts by bytes.
inline bool id_before(const std::string& a, const std::string& b) {
  if (is_text(a) != is_text(b)) return is_text(b);
  if (is_text(a)) return a < b;
  const bool a_minus = a.front() == '-', b_minus = b.front() == '-';
  if (a_minus != b_minus) return a_minus;
  const std::string& near = a_minus ? b : a;
  const std::string& far = a_minus ? a : b;
  return near.size() != far.size() ? near.size() < far.size() : near < far;
}

inline std::optional<std::vector<double>> numbers_in(const Json& list) {
  if (list.kind() != '[') return std::nullopt;
  std::vector<double> numbers;
  for (const Json& each : list.elements) {
    const std::optional<double> number = number_in(&each);
    if (!number) return std::nullopt;
    numbers.push_back(*number);
  }
  return numbers;
}

// Images.

struct PlainImage {
  std::string id;
  std::string name;
  bool bad_name = false;
  int64_t width = 0;
  int64_t height = 0;
};

/// The path below the folder of pictures, or nothing.
inline std::optional<std::string> path_meant(const std::string& name) {
  if (name.empty() || name.find('\0') != std::string::npos || name.find("://") != std::string::npos) return std::nullopt;
  std::vector<std::string> parts(1);
  for (const char c : name) {
    if (c == '/' || c == '\\')
      parts.emplace_back();
    else
      parts.back() += c;
  }
  const bool absolute = parts.front().empty();
  const bool drive = name.size() > 1 && name[1] == ':' && std::isalpha(static_cast<unsigned char>(name[0])) != 0;
  std::string path;
  for (const std::string& part : parts) {
    if (part.empty() || part == ".") continue;
    path += (path.empty() ? "" : "/") + part;
  }
  return absolute || drive || !is_safe_relative(path) ? std::nullopt : std::optional(path);
}

inline PlainImage image_of(const Json& json) {
  PlainImage image{
      .id = id_of(value_in(json, "id")), .width = pixels_in(value_in(json, "width")), .height = pixels_in(value_in(json, "height"))};
  const Json* const name = value_in(json, "file_name");
  const Json* const url = value_in(json, "coco_url");
  const bool unreadable = name != nullptr && name->kind() == '"' && !name->text;
  std::string stated = name != nullptr && name->text ? *name->text : "";
  if ((name == nullptr || name->kind() != '"') && url != nullptr && url->text) stated = url->text->substr(url->text->rfind('/') + 1);
  const std::optional<std::string> path = unreadable ? std::nullopt : path_meant(stated);
  image.bad_name = !path;
  image.name = path.value_or("");
  return image;
}

// Annotations.

struct PlainObject {
  size_t row = 0;
  int32_t label = kNoLabel;
  Box box;
  double area = 0;
  uint16_t flags = 0;
};

struct PlainShape {
  uint16_t flags = 0;
  bool broken = false;
  int64_t height = 0, width = 0;
};

inline PlainShape shape_of_polygons(const Json& json) {
  PlainShape shape;
  for (const Json& part : json.elements) {
    shape.flags = ObjectFlag::polygon;
    const auto numbers = numbers_in(part);
    shape.broken |= !numbers || numbers->size() % 2 != 0 || numbers->size() < 6;
  }
  return shape;
}

inline std::optional<Runs> runs_of(const Json* counts) {
  if (counts == nullptr) return std::nullopt;
  if (counts->kind() == '"') return counts->text ? runs_of_text(*counts->text) : std::nullopt;
  if (counts->kind() != '[') return std::nullopt;
  Runs runs;
  for (const Json& each : counts->elements) {
    int64_t run = -1;
    const auto [end, error] = std::from_chars(each.token.data(), each.token.data() + each.token.size(), run);
    if (error != std::errc() || end != each.token.data() + each.token.size() || run < 0) return std::nullopt;
    runs.push_back(run);
  }
  return runs;
}

inline PlainShape shape_of_mask(const Json& json) {
  PlainShape shape{.flags = ObjectFlag::mask};
  const std::optional<Runs> runs = runs_of(value_in(json, "counts"));
  if (const Json* const size = value_in(json, "size"); size != nullptr) {
    shape.broken =
        size->kind() != '[' || size->elements.size() != 2 || pixels_in(&size->elements[0]) == 0 || pixels_in(&size->elements[1]) == 0;
    if (shape.broken) return shape;
    shape.height = pixels_in(&size->elements[0]), shape.width = pixels_in(&size->elements[1]);
  }
  int64_t left = shape.height * shape.width;  // below 2^62
  shape.broken = !runs;
  if (!runs) return shape;
  for (const int64_t run : *runs) {
    shape.broken |= run > left;
    left -= std::min(run, left);
  }
  shape.broken |= left != 0;
  return shape;
}

inline PlainShape shape_of(const Json* json) {
  if (json == nullptr || json->kind() == 'n') return {};
  if (json->kind() == '[') return shape_of_polygons(*json);
  if (json->kind() == '{') return shape_of_mask(*json);
  return {.broken = true};
}

class PlainCoco {
 public:
  explicit PlainCoco(std::string_view text) : text_(text), members_(members_at(text)) {
    read_images();
    read_categories();
    read_annotations();
  }

  std::vector<PlainImage> images;
  std::vector<std::string> classes;
  std::map<size_t, PlainObject> objects;  ///< by their first byte
  std::map<size_t, size_t> companions;    ///< rows, likewise
  std::set<size_t> undecided;             ///< annotations, likewise

 private:
  std::vector<Place> elements_of(const char* key) const {
    const auto member = members_.find(key);
    return member == members_.end() ? std::vector<Place>() : elements_at(text_, member->second);
  }

  void read_images() {
    if (!members_.contains("images")) throw Refused{};
    for (const Place place : elements_of("images")) {
      const std::optional<Json> json = object_at(text_, place);
      if (!json) throw Refused{};
      images.push_back(image_of(*json));
      if (images.back().id.empty() || is_text(images.back().id) != is_text(images.front().id)) throw Refused{};
    }
    std::ranges::stable_sort(images, id_before, &PlainImage::id);
    std::set<std::string> names;
    for (PlainImage& image : images) {
      if (!rows_.emplace(image.id, rows_.size()).second) throw Refused{};
      if (!image.bad_name && !names.insert(image.name).second) image.bad_name = true;
    }
  }

  void read_categories() {
    for (const Place place : elements_of("categories")) {
      const std::optional<Json> json = object_at(text_, place);
      if (!json) throw Refused{};
      const std::string id = id_of(value_in(*json, "id"));
      if (id.empty()) throw Refused{};
      if (!labels_.emplace(id, static_cast<int32_t>(classes.size())).second) continue;
      const Json* const name = value_in(*json, "name");
      classes.push_back(name != nullptr && name->text ? *name->text : id);
    }
  }

  void take_classes(const std::vector<Json>& annotations) {
    std::set<std::string, decltype(&id_before)> ids(&id_before);
    for (const Json& json : annotations) {
      if (const std::string id = id_of(value_in(json, "category_id")); !id.empty()) ids.insert(id);
    }
    for (const std::string& id : ids) {
      labels_.emplace(id, static_cast<int32_t>(classes.size()));
      classes.push_back(id);
    }
  }

  void read_annotations() {
    std::vector<Json> annotations;
    std::vector<size_t> places;
    for (const Place place : elements_of("annotations")) {
      try {
        std::optional<Json> json = object_at(text_, place);
        if (!json) continue;
        for (const char* const key : {"id", "image_id", "category_id", "bbox", "area", "iscrowd", "segmentation", "segments_info"})
          static_cast<void>(value_in(*json, key));
        static_cast<void>(shape_of(value_in(*json, "segmentation")));
        annotations.push_back(*std::move(json));
        places.push_back(place.begin);
      } catch (const Undecided&) {
        undecided.insert(place.begin);
      }
    }
    if (!members_.contains("categories")) {
      if (!undecided.empty()) throw Undecided{};
      take_classes(annotations);
    }
    for (size_t i = 0; i < annotations.size(); ++i) read_annotation_at(annotations[i], places[i]);
  }

  void read_annotation_at(const Json& json, size_t place) {
    const std::string image_id = id_of(value_in(json, "image_id"));
    const auto row = rows_.find(image_id);
    if (row == rows_.end()) {
      if (!image_id.empty() && !images.empty() && is_text(image_id) != is_text(images.front().id)) throw Refused{};
      return;
    }
    const bool has_class = value_in(json, "category_id") != nullptr, has_box = value_in(json, "bbox") != nullptr;
    if ((!has_class && !has_box) || value_in(json, "segments_info") != nullptr)
      companions.emplace(place, row->second);
    else
      objects.emplace(place, object_of_annotation(json, row->second));
  }

  PlainObject object_of_annotation(const Json& json, size_t row) const {
    PlainObject object{.row = row};
    const PlainImage& image = images[row];
    const Json* const bbox = value_in(json, "bbox");
    const auto numbers = bbox == nullptr ? std::nullopt : numbers_in(*bbox);
    const bool four = numbers && numbers->size() == 4;
    if (four) object.box = {(*numbers)[0], (*numbers)[1], (*numbers)[0] + (*numbers)[2], (*numbers)[1] + (*numbers)[3]};
    const Box& box = object.box;
    const bool sized = image.width > 0 && image.height > 0;
    const bool outside =
        sized && (box.x1 <= 0 || box.y1 <= 0 || box.x0 >= static_cast<double>(image.width) || box.y0 >= static_cast<double>(image.height));
    const auto label = labels_.find(id_of(value_in(json, "category_id")));
    object.label = label == labels_.end() ? kNoLabel : label->second;
    const bool broken = !four || !((*numbers)[2] > 0) || !((*numbers)[3] > 0) || outside || object.label == kNoLabel;

    const std::optional<double> area = number_in(value_in(json, "area"));
    object.area = area && *area >= 0 ? *area : four ? (box.x1 - box.x0) * (box.y1 - box.y0) : 0;

    PlainShape shape = shape_of(value_in(json, "segmentation"));
    if (shape.height > 0 && sized && (shape.height != image.height || shape.width != image.width)) shape.broken = true;
    const Json* const crowd = value_in(json, "iscrowd");
    const bool is_crowd = crowd != nullptr && (crowd->token == "1" || crowd->token == "1.0" || crowd->token == "true");
    object.flags = static_cast<uint16_t>(shape.flags | (is_crowd ? ObjectFlag::crowd : 0) | (broken ? ObjectFlag::broken : 0) |
                                         (shape.broken ? ObjectFlag::broken_outline : 0));
    return object;
  }

  std::string_view text_;
  std::map<std::string, Place> members_;
  std::map<std::string, size_t> rows_;
  std::map<std::string, int32_t> labels_;
};

// Both.

inline void require_same_images(const CocoJson& fast, const PlainCoco& slow) {
  DECANT_CHECK(fast.images.size(), ==, slow.images.size());
  for (size_t row = 0; row < slow.images.size(); ++row) {
    const PlainImage& image = slow.images[row];
    DECANT_CHECK(fast.ids[row], ==, image.id);
    DECANT_CHECK(!fast.images[row].fault.empty(), ==, image.bad_name);
    if (!image.bad_name) DECANT_CHECK(fast.images[row].name, ==, image.name);
    DECANT_CHECK(fast.images[row].width, ==, image.width);
    DECANT_CHECK(fast.images[row].height, ==, image.height);
  }
}

inline void require_same_objects(const CocoJson& fast, const PlainCoco& slow) {
  const Objects& objects = fast.objects;
  std::set<int64_t> faults;
  for (const ObjectFault& fault : objects.faults) faults.insert(fault.object);
  size_t compared = 0;
  for (size_t row = 0; row < slow.images.size(); ++row) {
    size_t last = 0;
    for (int64_t i = objects.begin(static_cast<int64_t>(row)); i < objects.end(static_cast<int64_t>(row)); ++i) {
      const auto at = static_cast<size_t>(i);
      const auto begin = static_cast<size_t>(objects.places[at].offset);
      DECANT_CHECK(begin, >, last);  // those of a row in the order of the file
      last = begin;
      if (slow.undecided.contains(begin)) continue;
      const auto found = slow.objects.find(begin);
      DECANT_CHECK(found != slow.objects.end(), ==, true);
      const PlainObject& object = found->second;
      DECANT_CHECK(row, ==, object.row);
      DECANT_CHECK(objects.labels[at], ==, object.label);
      DECANT_CHECK(objects.boxes[at] == object.box, ==, true);
      DECANT_CHECK(objects.areas[at] == object.area || (std::isnan(objects.areas[at]) && std::isnan(object.area)), ==, true);
      DECANT_CHECK(objects.flags[at], ==, object.flags);
      DECANT_CHECK(faults.contains(i), ==, (object.flags & (ObjectFlag::broken | ObjectFlag::broken_outline)) != 0);
      ++compared;
    }
  }
  DECANT_CHECK(compared, ==, slow.objects.size());
}

inline void require_same_companions(const CocoJson& fast, const PlainCoco& slow) {
  std::map<size_t, size_t> companions;
  for (const Companion& each : fast.companions) {
    if (!slow.undecided.contains(each.element.begin)) companions.emplace(each.element.begin, static_cast<size_t>(each.row));
  }
  DECANT_CHECK(companions == slow.companions, ==, true);
}

/// What came of a comparison: tests see that all of these happen.
enum class Reading { same, refused, undecided };

/// Throws BugError where the two readings of a text differ.
inline Reading compare_readings(std::string_view text) {
  std::optional<PlainCoco> slow;
  bool refused = false;
  try {
    slow.emplace(text);
  } catch (const Refused&) {
    refused = true;
  } catch (const Undecided&) {
    return Reading::undecided;
  }
  const MemoryFile file(text);
  try {
    const CocoJson fast = read_coco_json(file.path(), {.threads = 1});
    DECANT_CHECK(refused, ==, false);
    DECANT_CHECK(fast.classes == slow->classes, ==, true);
    require_same_images(fast, *slow);
    require_same_objects(fast, *slow);
    require_same_companions(fast, *slow);
    return Reading::same;
  } catch (const InputError&) {
    DECANT_CHECK(refused || !slow->undecided.empty(), ==, true);
    return Reading::refused;
  }
}

}  // namespace decant::coco::plain
