// What is read of one image, category or annotation of a COCO json.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "decant/data/objects.h"
#include "decant/formats/coco/id.h"

namespace decant::coco {

struct ImageFields {
  Id id;
  std::optional<std::string> file_name;
  bool broken_name = false;        ///< between quotes stands what is no text
  std::optional<std::string> url;  ///< coco_url
  int64_t width = 0;
  int64_t height = 0;
};

struct CategoryFields {
  Id id;
  std::optional<std::string> name;
  bool broken_name = false;  ///< as of an image
};

/// Sizes of the annotated picture, as far as they are known (0 = not).
struct PictureSize {
  int64_t width = 0;
  int64_t height = 0;
};

struct AnnotationFields {
  Id id;
  Id image_id;
  Id category_id;
  bool object = false;  ///< has a box, a class or an outline; a caption has none
  bool has_area = false;
  bool box_read = false;
  Box box;  ///< if it was read
  double area = 0;
  uint16_t flags = 0;              ///< crowd, polygon, mask
  std::string_view box_fault;      ///< of static life; empty = none
  std::string_view outline_fault;  ///< likewise
  // an outline is judged when the size of its picture is known
  bool has_runs = false;
  int64_t mask_height = 0;
  int64_t mask_width = 0;
};

/// `element`: an object's JSON. All throw BadElement for what is no JSON object.
void read_image(std::string_view element, ImageFields& out);
void read_category(std::string_view element, CategoryFields& out);
void read_annotation(std::string_view element, AnnotationFields& out);

}  // namespace decant::coco
