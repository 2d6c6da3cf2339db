#include "decant/formats/coco/results.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/base/text.h"
#include "decant/formats/coco/coco_json.h"
#include "decant/formats/coco/element.h"
#include "decant/formats/coco/id_table.h"
#include "decant/formats/coco/json_values.h"
#include "decant/formats/coco/parsed.h"

namespace decant::coco {
namespace fs = std::filesystem;

namespace {

/// An element of either file, as far as it is measured.
struct MeasuredFields {
  Id id;
  Id image;
  Id category;
  bool has_box = false;
  Rectangle box;
  std::optional<double> area;
  std::optional<double> score;
  bool crowd = false;
  Outline outline;
  bool has_runs = false;
  MaskSize size;  ///< of the runs
};

std::vector<double> polygon_in(od::value& value) {
  std::vector<double> points;
  const bool walked = each_element(value, [&](od::value& inner) {
    const std::optional<double> number = finite_in(inner);
    if (number) points.push_back(*number);
    return number.has_value();
  });
  if (!walked || points.size() < 6 || points.size() % 2 != 0) throw BadElement{"has a polygon that is not three or more points"};
  return points;
}

void read_measured_runs(od::value& value, MeasuredFields& out) {
  od::object object;
  if (value.get_object().get(object) != simdjson::SUCCESS) throw BadElement{"has a mask that is not an object"};
  std::optional<Runs> runs;
  each_member(object, [&](std::string_view key, od::value& inner) {
    double sides[2] = {};
    const auto is_side = [](double side) { return side >= 1 && side < 2147483648.0 && side == std::floor(side); };
    if (key == "size" && take_numbers(inner, sides, 2) && is_side(sides[0]) && is_side(sides[1]))
      out.size = {static_cast<int64_t>(sides[0]), static_cast<int64_t>(sides[1])};
    if (key == "counts") runs = runs_in(inner);
  });
  if (!runs || !cover(*runs, out.size.height, out.size.width)) throw BadElement{"has a mask whose runs do not add up to its size"};
  out.has_runs = true;
  out.outline.runs = *std::move(runs);
}

void read_measured_outline(od::value& value, MeasuredFields& out) {
  const std::string_view token = trimmed_token(value);
  if (token.starts_with('{')) return read_measured_runs(value, out);
  each_element(value, [&](od::value& part) {
    out.outline.polygons.push_back(polygon_in(part));
    return true;
  });
}

void read_measured_box(od::value& value, MeasuredFields& out) {
  double numbers[4] = {};
  out.has_box = take_numbers(value, numbers, 4);
  out.box = {numbers[0], numbers[1], numbers[2], numbers[3]};
}

/// `outlines`: whether they are wanted; they are most of a file.
void read_measured(std::string_view element, bool outlines, MeasuredFields& out) {
  out = {};
  each_member(object_of(element), [&](std::string_view key, od::value& value) {
    if (key == "id")
      out.id = id_in(value);
    else if (key == "image_id")
      out.image = id_in(value);
    else if (key == "category_id")
      out.category = id_in(value);
    else if (key == "bbox")
      read_measured_box(value, out);
    else if (key == "area")
      out.area = finite_in(value);
    else if (key == "score")
      out.score = finite_in(value);
    else if (key == "iscrowd")
      out.crowd = yes_in(value);
    else if (key == "segmentation" && outlines)
      read_measured_outline(value, out);
  });
}

bool has_outline(const MeasuredFields& fields) {
  return fields.has_runs || !fields.outline.polygons.empty();
}

/// Throws for a picture of no size, and runs of another picture's.
void require_fit(const MeasuredFields& fields, MaskSize picture) {
  if (picture.width == 0 || picture.height == 0) throw BadElement{"is of an image whose width and height are not stated"};
  if (fields.has_runs && (fields.size.height != picture.height || fields.size.width != picture.width))
    throw BadElement{fmt::format("has a mask of {} x {} pixels, and its picture has {} x {}", fields.size.width, fields.size.height,
                                 picture.width, picture.height)};
}

class MeasuredReading {
 public:
  MeasuredReading(const fs::path& truth, bool masks, const Context& context)
      : masks_(masks), context_(context), json_(read_coco_json(truth, context)), truth_name_(truth.string()) {
    measured_.classes = json_.classes;
    measured_.detections.masks = masks;
    measured_.detections.pictures = std::ssize(json_.images);
    measured_.detections.classes = static_cast<int32_t>(json_.classes.size());
    if (masks) take_sizes_of_pictures();
    picture_of_ = IdTable(json_.ids);
  }

  Measured read(const fs::path& results) {
    read_categories();
    read_truth();
    read_found(results);
    return std::move(measured_);
  }

 private:
  struct Object {
    int64_t picture = -1;
    int32_t label = -1;
    MeasuredFields fields;
  };

  [[noreturn]] static void fail(const std::string& file, Span element, const std::string& what, const std::string& remedy) {
    throw InputError({file, fmt::format("byte {}", element.begin), what, remedy});
  }

  /// A number in the json is quickly written, and masks are made at that size.
  void take_sizes_of_pictures() {
    for (const CocoImage& image : json_.images) {
      if (image.width > kLongestSide || image.height > kLongestSide)
        fail(truth_name_, image.element,
             fmt::format("an image claims {} x {} pixels, and masks are measured of pictures of up to {} either way", image.width,
                         image.height, human_count(kLongestSide)),
             "Correct its width and height, or measure boxes");
      measured_.detections.sizes.push_back({image.height, image.width});
    }
  }

  /// Classes of the truth, by id.
  void read_categories() {
    const Member* const list = find_member(json_.members, "categories");
    if (list == nullptr)
      throw InputError({truth_name_, "", "has no 'categories', so the classes of results are not known", "Give the json that lists them"});
    Elements elements(json_.text(), list->value, truth_name_);
    CategoryFields fields;
    while (const std::optional<Span> element = elements.next()) {
      read_category(element->in(json_.text()), fields);
      label_of_.emplace(fields.id, static_cast<int32_t>(label_of_.size()));
    }
  }

  bool counts(const Object& object) const { return object.picture >= 0 && object.label >= 0; }
  MaskSize size_of_picture(const Object& object) const { return measured_.detections.sizes[static_cast<size_t>(object.picture)]; }

  /// Finds picture and class, and checks the outline; on any thread.
  void resolve(Object& object) const {
    const auto label = label_of_.find(object.fields.category);
    object.picture = picture_of_.find(object.fields.image);
    object.label = label == label_of_.end() ? -1 : label->second;
    if (masks_ && counts(object)) require_fit(object.fields, size_of_picture(object));
  }

  void read_truth() {
    const Member* const list = find_member(json_.members, "annotations");
    if (list == nullptr) throw InputError({truth_name_, "", "has no 'annotations' to measure against", "Give the json that lists them"});
    each_parsed<Object>(
        json_.text(), list->value, truth_name_, context_,
        [&](std::string_view element, Object& object) {
          read_measured(element, masks_, object.fields);
          if (masks_ && !has_outline(object.fields)) throw BadElement{"has no outline, and masks are measured"};
          resolve(object);
          state_area(object);
        },
        [&](Object& object, Span span) { take_truth(object, span); },
        [&](Span span, const std::string& what) { fail(truth_name_, span, "an annotation " + what, "Correct it, or measure boxes"); });
  }

  /// Of a true object whose area the file leaves out: whether it is to be found depends on it.
  void state_area(Object& object) const {
    MeasuredFields& fields = object.fields;
    if (fields.area || !counts(object)) return;
    fields.area = masks_ ? static_cast<double>(area_of(mask_of(fields.outline, fields.box, size_of_picture(object))))
                         : fields.box.width * fields.box.height;
  }

  void take_truth(Object& object, Span span) {
    MeasuredFields& fields = object.fields;
    if (!counts(object)) return void(++unlisted_);
    if (!fields.has_box && !masks_) fail(truth_name_, span, "an annotation has no bbox of four finite numbers", "Give it one");
    zeroes_ += fields.id == "0" ? 1 : 0;
    measured_.detections.truth.push_back({.picture = object.picture,
                                          .label = object.label,
                                          .box = fields.box,
                                          .area = *fields.area,
                                          .crowd = fields.crowd,
                                          .id_is_zero = fields.id == "0"});
    if (masks_) measured_.detections.truth_outlines.push_back(std::move(fields.outline));
  }

  void read_found(const fs::path& path) {
    const MappedFile file(path);
    const std::string_view text = as_text(file.bytes());
    const std::string name = path.string();
    const size_t begin = text.find_first_not_of(" \t\r\n"), end = text.find_last_not_of(" \t\r\n");
    if (begin == std::string_view::npos || text[begin] != '[' || text[end] != ']')
      throw InputError({name, "", "is not a list of results",
                        "Give a json of the form [{\"image_id\": …, \"category_id\": …, \"bbox\": […], \"score\": …}, …]"});
    each_parsed<Object>(
        text, {begin, end + 1}, name, context_,
        [&](std::string_view element, Object& object) {
          read_measured(element, masks_, object.fields);
          resolve(object);
        },
        [&](Object& object, Span span) { take_found(object, span, name); },
        [&](Span span, const std::string& what) { fail(name, span, "a result " + what, "Check what wrote the file"); });
    note_oddities(name);
  }

  void take_found(Object& object, Span span, const std::string& name) {
    MeasuredFields& fields = object.fields;
    if (object.picture < 0)
      fail(name, span,
           fmt::format("a result is of image {}, which {} does not list", fields.image.empty() ? "(none)" : fields.image, truth_name_),
           "Give the truth that the results were made for");
    if (!fields.score) fail(name, span, "a result has no score that is a finite number", "Give every result its score");
    if (!fields.has_box && !(masks_ && has_outline(fields)))
      fail(name, span, masks_ ? "a result has neither bbox nor segmentation" : "a result has no bbox of four finite numbers",
           "Give it one");
    if (object.label < 0) return void(++of_other_classes_);
    measured_.detections.found.push_back({.picture = object.picture, .label = object.label, .box = fields.box, .score = *fields.score});
    if (fields.has_box) measured_.detections.found.back().area = fields.box.width * fields.box.height;
    if (masks_) measured_.detections.found_outlines.push_back(std::move(fields.outline));
  }

  void note_oddities(const std::string& name) {
    if (of_other_classes_ > 0)
      measured_.oddities.push_back(
          {name, fmt::format("results of classes that the truth does not list, which do not count: {}", human_count(of_other_classes_)),
           true});
    if (unlisted_ > 0)
      measured_.oddities.push_back(
          {truth_name_,
           fmt::format("annotations of images or categories that are not listed, which do not count: {}", human_count(unlisted_)), true});
    if (zeroes_ > 0)
      measured_.oddities.push_back(
          {truth_name_,
           "an annotation has the id 0, which pycocotools takes for none: what is found there counts as an error, here as there", true});
  }

  bool masks_;
  const Context& context_;
  CocoJson json_;
  std::string truth_name_;
  IdTable picture_of_;  ///< of CocoJson::ids
  std::unordered_map<Id, int32_t> label_of_;
  Measured measured_;
  int64_t of_other_classes_ = 0;
  int64_t unlisted_ = 0;
  int64_t zeroes_ = 0;
};

}  // namespace

Measured read_results(const fs::path& truth, const fs::path& results, bool masks, const Context& context) {
  return MeasuredReading(truth, masks, context).read(results);
}

}  // namespace decant::coco
