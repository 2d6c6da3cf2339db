// One COCO json: its images in the order of their ids, its classes, and its annotations as objects.
//
//   {"images": [{"id": 7, "file_name": "a.jpg", "width": 640, "height": 480}, …],
//    "annotations": [{"id": 1, "image_id": 7, "category_id": 3, "bbox": [x, y, w, h], "area": 9.5,
//                     "iscrowd": 0, "segmentation": [[x, y, x, y, …], …]}, …],
//    "categories": [{"id": 3, "name": "cat"}, …]}
//
// Keys may stand in any order, and unknown ones anywhere. The document is scanned over its memory
// map (json_scan.h), and each element is parsed by itself: 450 MB take about 1.5 s on one core
// (docs/benchmarks.md), and no memory but for what is kept: about 200 bytes for an image and its
// name, 62 for an object, and 20 more for each while the json is read.
//
// Ids are whole numbers of any size and sign, or texts. They are compared as numbers, exactly, so
// rows stand as COCO's own loaders and torchvision's sort them.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "decant/base/context.h"
#include "decant/base/file.h"
#include "decant/data/dataset.h"
#include "decant/data/objects.h"
#include "decant/formats/coco/json_scan.h"

namespace decant::coco {

struct CocoImage {
  std::string name;   ///< file_name with '/' between folders, as it is safe to open; or as it stands, with a fault
  std::string fault;  ///< why no file can be read under that name; empty for most
  int64_t width = 0;  ///< as the json says; 0 = it does not
  int64_t height = 0;
  Span element;  ///< in the file
};

/// An annotation that is no object, such as a caption: it goes with its image.
struct Companion {
  int32_t row = 0;
  Span element;
};

struct CocoJson {
  MappedFile file;
  std::vector<Member> members;
  std::vector<CocoImage> images;  ///< by ascending id: these are rows
  std::vector<std::string> ids;   ///< of the images, as canonical_id() has them
  std::vector<std::string> classes;
  Objects objects;
  std::vector<Companion> companions;
  bool annotated = false;  ///< any annotation is an object
  std::vector<Oddity> oddities;

  std::string_view text() const { return as_text(file.bytes()); }
};

/// Reads and checks all of it. Throws IoError, and InputError, which names the file and the byte:
/// no JSON, no list of images, an image without an id or with that of another, ids of which some
/// are numbers and others texts. Everything else that is wrong is a fault of its image or object,
/// or an oddity. Stops with Cancelled.
CocoJson read_coco_json(const std::filesystem::path& path, const Context& context);

/// The names of the first `count` images that can be opened, as CocoImage has them. Scans the json
/// once (json_scan.h). Throws InputError, IoError.
std::vector<std::string> first_image_names(const std::filesystem::path& path, size_t count);

/// Whether a file begins as a COCO json does. Reads 64 kB at most.
bool looks_like_coco_json(const std::filesystem::path& path);

/// The images' and annotations' part of a json that is to hold the images of some ids alone.
struct Kept {
  std::vector<Span> images;       ///< ascending
  std::vector<Span> annotations;  ///< ascending
};

/// In a json that lists (some of) the same images: its elements of the images with these ids.
/// Throws InputError as read_coco_json().
Kept elements_of_images(std::string_view text, const std::vector<Member>& members, const std::vector<std::string>& ids,
                        const std::string& file);

}  // namespace decant::coco
