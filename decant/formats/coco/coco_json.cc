#include "decant/formats/coco/coco_json.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>
#include <numeric>
#include <set>

#include "decant/base/digest.h"
#include "decant/base/errors.h"
#include "decant/base/text.h"
#include "decant/formats/coco/element.h"
#include "decant/formats/coco/id_table.h"
#include "decant/formats/coco/parsed.h"
#include "decant/formats/object_notes.h"

namespace decant::coco {
namespace fs = std::filesystem;

namespace {

constexpr size_t kStart = 1 << 16;    // bytes by which a file is recognised
constexpr size_t kFewObjects = 1024;  // room for more than are expected
constexpr int64_t kNamedIds = 3;      // of ids that are there twice, those that are named

/// As an annotation is read when it is one of the rows', so that all files agree on what it is.
template <class Fields>
const Fields& read_as(void (*read)(std::string_view, Fields&), std::string_view element) {
  thread_local Fields fields;
  read(element, fields);
  return fields;
}

std::string at_byte(size_t byte) {
  return fmt::format("byte {}", byte);
}

/// The path that a file_name means below the folder of pictures: '/' between folders, "." left out.
/// A fault where it means none.
void set_name(const ImageFields& fields, CocoImage& image) {
  if (fields.broken_name) return void(image.fault = "its file_name is no valid text: it has a wrong escape, or half of a surrogate pair");
  const std::string stated = fields.file_name ? *fields.file_name : fields.url ? fs::path(*fields.url).filename().string() : "";
  image.name = stated;
  if (stated.empty()) return void(image.fault = "has no file_name");
  if (stated.find('\0') != std::string::npos) return void(image.fault = "its file_name has a NUL, which the name of no file has");
  if (stated.find("://") != std::string::npos) return void(image.fault = "its file_name is a URL, not a file");
  std::string path = stated;
  std::ranges::replace(path, '\\', '/');
  std::string clean;
  for (size_t begin = 0; begin < path.size();) {
    const size_t end = std::min(path.find('/', begin), path.size());
    const std::string part = path.substr(begin, end - begin);
    if (!part.empty() && part != ".") clean += (clean.empty() ? "" : "/") + part;
    begin = end + 1;
  }
  const bool drive = path.size() > 1 && path[1] == ':' && std::isalpha(static_cast<unsigned char>(path[0])) != 0;
  if (path.front() == '/' || drive || !is_safe_relative(clean))
    return void(image.fault = "its file_name leads out of the folder of pictures (--images names another folder)");
  image.name = std::move(clean);
}

class Reading {
 public:
  Reading(const fs::path& path, const Context& context) : name_(path.string()), context_(context) {
    json_.file = MappedFile(path);
    text_ = json_.text();
    json_.members = members_of(text_, name_);
  }

  CocoJson read() {
    read_images();
    read_categories();
    read_annotations();
    return std::move(json_);
  }

 private:
  void read_images() {
    const Member* const list = find_member(json_.members, "images");
    if (list == nullptr) throw InputError({name_, "", "has no list of 'images'", "Give the json that lists images and annotations"});
    each_parsed<ImageFields>(
        text_, list->value, name_, context_, read_image, [&](ImageFields& fields, Span span) { take_image(fields, span); },
        [&](Span span, const std::string& what) {
          throw InputError({name_, at_byte(span.begin), "an element of 'images' " + what, "Restore the file"});
        });
    sort_images();
    rows_ = IdTable(json_.ids);
    note_repeated_names();
  }

  void take_image(ImageFields& fields, Span span) {
    if (fields.id.empty())
      throw InputError({name_, at_byte(span.begin), "an image has no id that is a whole number or a text", "Give every image its own id"});
    if (!json_.ids.empty() && is_number(fields.id) != is_number(json_.ids.front()))
      throw InputError({name_, at_byte(span.begin),
                        fmt::format("the id of this image, {}, is {}, and that of the image at byte {} is {}", fields.id,
                                    is_number(fields.id) ? "a number" : "a text", json_.images.front().element.begin,
                                    is_number(fields.id) ? "a text" : "a number"),
                        "Write all ids alike"});
    if (json_.images.size() == static_cast<size_t>(std::numeric_limits<int32_t>::max()))
      throw InputError({name_, "", "lists more than 2^31 images", "Split it"});
    CocoImage image{.width = fields.width, .height = fields.height, .element = span};
    set_name(fields, image);
    json_.images.push_back(std::move(image));
    json_.ids.push_back(std::move(fields.id));
  }

  void sort_images() {
    std::vector<size_t> order(json_.ids.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::ranges::stable_sort(order, [&](size_t a, size_t b) { return id_less(json_.ids[a], json_.ids[b]); });
    std::vector<CocoImage> images;
    std::vector<std::string> ids;
    images.reserve(order.size());
    ids.reserve(order.size());
    for (const size_t i : order) {
      images.push_back(std::move(json_.images[i]));
      ids.push_back(std::move(json_.ids[i]));
    }
    json_.images = std::move(images);
    json_.ids = std::move(ids);
    const auto twice = std::ranges::adjacent_find(json_.ids);
    if (twice == json_.ids.end()) return;
    const auto at = static_cast<size_t>(twice - json_.ids.begin());
    throw InputError({name_, at_byte(json_.images[at + 1].element.begin),
                      fmt::format("'{}' has the id {} of '{}' (byte {})", json_.images[at + 1].name, *twice, json_.images[at].name,
                                  json_.images[at].element.begin),
                      "Give every image its own id"});
  }

  /// Of images that name one file the first is its row; a small set could not hold it twice.
  void note_repeated_names() {
    std::unordered_map<std::string_view, size_t> first;
    for (size_t row = 0; row < json_.images.size(); ++row) {
      CocoImage& image = json_.images[row];
      if (!image.fault.empty()) continue;
      const auto [known, is_new] = first.emplace(image.name, row);
      if (!is_new) image.fault = fmt::format("names the file of image {} again", json_.ids[known->second]);
    }
  }

  void read_categories() {
    const Member* const list = find_member(json_.members, "categories");
    if (list == nullptr) return take_classes_from_annotations();
    each_parsed<CategoryFields>(
        text_, list->value, name_, context_, read_category,
        [&](CategoryFields& fields, Span span) {
          if (fields.id.empty())
            throw InputError({name_, at_byte(span.begin), "a category has no id that is a whole number or a text", "Give it one"});
          const auto [known, is_new] = class_of_.emplace(fields.id, static_cast<int32_t>(json_.classes.size()));
          if (!is_new)
            json_.oddities.push_back({name_,
                                      fmt::format("category id {} is listed twice; the first, '{}', is taken", fields.id,
                                                  json_.classes[static_cast<size_t>(known->second)]),
                                      true});
          else
            add_class(fields);
        },
        [&](Span span, const std::string& what) {
          throw InputError({name_, at_byte(span.begin), "an element of 'categories' " + what, "Restore the file"});
        });
  }

  void add_class(const CategoryFields& fields) {
    if (fields.broken_name)
      json_.oddities.push_back({name_,
                                fmt::format("the name of category {} is no valid text: it has a wrong escape, or half of a surrogate "
                                            "pair; the class is called by its id",
                                            fields.id),
                                true});
    json_.classes.push_back(fields.name ? *fields.name : fields.id);
  }

  /// Without a list of classes they are the ids that occur, in their order.
  void take_classes_from_annotations() {
    const Member* const list = find_member(json_.members, "annotations");
    if (list == nullptr) return;
    std::set<Id, decltype(&id_less)> ids(&id_less);
    each_parsed<AnnotationFields>(
        text_, list->value, name_, context_, read_annotation,
        [&](const AnnotationFields& fields, Span) {
          if (!fields.category_id.empty()) ids.insert(fields.category_id);
        },
        [](Span, const std::string&) {});
    for (const Id& id : ids) {
      class_of_.emplace(id, static_cast<int32_t>(json_.classes.size()));
      json_.classes.push_back(id);
    }
    if (!ids.empty())
      json_.oddities.push_back(
          {name_, fmt::format("has no 'categories'; the {} category ids that occur are taken as classes", ids.size())});
  }

  void read_annotations() {
    const Member* const list = find_member(json_.members, "annotations");
    std::vector<int32_t> rows;
    if (list != nullptr) {
      annotations_ = list->value;
      each_parsed<AnnotationFields>(
          text_, list->value, name_, context_, read_annotation,
          [&](AnnotationFields& fields, Span span) { take_annotation(fields, span, rows); },
          [&](Span span, const std::string& what) { lost_.add("an element of 'annotations' " + what, at_byte(span.begin)); });
    }
    json_.annotated = !rows.empty();
    const std::string repeated = repeated_annotations();
    sort_by_row(json_.objects, rows, std::ssize(json_.images));
    note_annotations();
    if (!repeated.empty()) json_.oddities.push_back({name_, repeated});
  }

  void take_annotation(AnnotationFields& fields, Span span, std::vector<int32_t>& rows) {
    const int32_t row = rows_.find(fields.image_id);
    if (row < 0) return refuse_annotation(fields, span);
    if (!fields.object) return json_.companions.push_back({row, span});
    make_room(span, rows);
    if (!fields.id.empty()) annotation_ids_.push_back({hash64(fields.id), span.begin});
    rows.push_back(row);
    add_object(fields, span, json_.images[static_cast<size_t>(row)]);
  }

  /// Room for as many objects as the rest of the list will have if it goes on as it began, yet no
  /// more than twice those that there are.
  void make_room(Span read_to, std::vector<int32_t>& rows) {
    Objects& objects = json_.objects;
    const size_t size = objects.labels.size();
    if (size < objects.labels.capacity()) return;
    const double share = static_cast<double>(read_to.end - annotations_.begin) / static_cast<double>(annotations_.size());
    const auto expected = static_cast<size_t>(static_cast<double>(size) * 1.01 / share);
    const size_t room = std::clamp(expected, size + size / 4, 2 * size) + kFewObjects;
    objects.boxes.reserve(room);
    objects.labels.reserve(room);
    objects.areas.reserve(room);
    objects.flags.reserve(room);
    objects.places.reserve(room);
    annotation_ids_.reserve(room);
    rows.reserve(room);
  }

  void refuse_annotation(const AnnotationFields& fields, Span span) {
    const bool other_kind = !fields.image_id.empty() && !json_.ids.empty() && is_number(fields.image_id) != is_number(json_.ids.front());
    if (other_kind)
      throw InputError({name_, at_byte(span.begin),
                        fmt::format("the image_id of this annotation, {}, is {}, and the id of the image at byte {} is {}", fields.image_id,
                                    is_number(fields.image_id) ? "a number" : "a text", json_.images.front().element.begin,
                                    is_number(fields.image_id) ? "a text" : "a number"),
                        "Write all ids alike"});
    lost_.add(fields.image_id.empty() ? "an annotation without an image_id" : "an annotation of an image that is not listed",
              at_byte(span.begin));
  }

  void add_object(const AnnotationFields& fields, Span span, const CocoImage& image) {
    Objects& objects = json_.objects;
    const auto known = class_of_.find(fields.category_id);
    std::string_view fault = fields.box_fault;
    if (fault.empty() && image.width > 0 && image.height > 0 && outside(fields.box, image)) fault = "its bbox lies outside the picture";
    if (fault.empty() && known == class_of_.end()) fault = "its category_id is not among the categories";
    std::string_view outline_fault = fields.outline_fault;
    const bool other_size = fields.mask_height > 0 && image.width > 0 && image.height > 0 &&
                            (fields.mask_height != image.height || fields.mask_width != image.width);
    if (outline_fault.empty() && other_size) outline_fault = "the size of its mask is not that of the picture";
    uint16_t flags = fields.flags;
    if (!fault.empty()) flags |= ObjectFlag::broken;
    if (!outline_fault.empty()) flags |= ObjectFlag::broken_outline;
    if (!fault.empty() || !outline_fault.empty()) objects.faults.push_back({objects.size(), !fault.empty() ? fault : outline_fault});
    objects.boxes.push_back(fields.box);
    objects.labels.push_back(known == class_of_.end() ? kNoLabel : known->second);
    objects.areas.push_back(fields.area);
    objects.flags.push_back(flags);
    objects.places.push_back({static_cast<int64_t>(span.begin), static_cast<int64_t>(span.size())});
  }

  static bool outside(const Box& box, const CocoImage& image) {
    return box.x1 <= 0 || box.y1 <= 0 || box.x0 >= static_cast<double>(image.width) || box.y0 >= static_cast<double>(image.height);
  }

  void note_annotations() {
    lost_.report(name_, "element of 'annotations' is read as nothing", "elements of 'annotations' are read as nothing", true,
                 json_.oddities);
    note_faults(
        name_, json_.objects, [&](int64_t i) { return at_byte(static_cast<size_t>(json_.objects.places[static_cast<size_t>(i)].offset)); },
        json_.oddities);
  }

  /// What is to be said of annotations of one id. Lets go of the ids.
  std::string repeated_annotations() {
    std::ranges::sort(annotation_ids_);
    int64_t repeated = 0;
    std::string first;
    for (size_t i = 1; i < annotation_ids_.size(); ++i) {
      if (annotation_ids_[i].hash != annotation_ids_[i - 1].hash) continue;
      if (repeated++ < kNamedIds) first += (first.empty() ? "" : ", ") + at_byte(annotation_ids_[i].at);
    }
    annotation_ids_ = {};
    if (repeated == 0) return {};
    return fmt::format("{} annotation{} the id of another (first: {}); pycocotools keeps one of each", human_count(repeated),
                       repeated == 1 ? " has" : "s have", first);
  }

  struct AnnotationId {
    uint64_t hash;  ///< of the id
    size_t at;
    auto operator<=>(const AnnotationId&) const = default;
  };

  std::string name_;
  const Context& context_;
  CocoJson json_;
  std::string_view text_;
  IdTable rows_;  ///< of CocoJson::ids
  std::unordered_map<Id, int32_t> class_of_;
  Span annotations_;  ///< their list
  std::vector<AnnotationId> annotation_ids_;
  FaultTally lost_;
};

}  // namespace

CocoJson read_coco_json(const fs::path& path, const Context& context) {
  return Reading(path, context).read();
}

std::vector<std::string> first_image_names(const fs::path& path, size_t count) {
  const MappedFile file(path);
  const std::string_view text = as_text(file.bytes());
  const std::string name = path.string();
  const std::vector<Member> members = members_of(text, name);
  const Member* const list = find_member(members, "images");
  std::vector<std::string> names;
  if (list == nullptr) return names;
  Elements elements(text, list->value, name);
  while (names.size() < count) {
    const std::optional<Span> element = elements.next();
    if (!element) break;
    ImageFields fields;
    CocoImage image;
    try {
      read_image(element->in(text), fields);
      set_name(fields, image);
    } catch (const BadElement&) {
      continue;  // whoever reads all of them says so
    }
    if (image.fault.empty()) names.push_back(std::move(image.name));
  }
  return names;
}

bool looks_like_coco_json(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::string start(kStart, '\0');
  in.read(start.data(), static_cast<std::streamsize>(start.size()));
  start.resize(static_cast<size_t>(in.gcount()));
  const bool speaks = start.find("\"file_name\"") != std::string::npos || start.find("\"image_id\"") != std::string::npos ||
                      start.find("\"coco_url\"") != std::string::npos;
  if (!speaks) return false;
  constexpr std::array<std::string_view, 3> kLists = {"images", "annotations", "categories"};
  return std::ranges::any_of(members_at_start(start), [&](const Member& member) {
    if (std::ranges::find(kLists, member.key) == kLists.end() || start[member.value.begin] != '[') return false;
    const size_t first = start.find_first_not_of(" \t\r\n", member.value.begin + 1);
    return first != std::string::npos && start[first] == '{';
  });
}

Kept elements_of_images(std::string_view text, const std::vector<Member>& members, const std::vector<std::string>& ids,
                        const std::string& file) {
  const std::set<std::string_view> wanted(ids.begin(), ids.end());
  Kept kept;
  const auto gather = [&](std::string_view key, auto id_of, std::vector<Span>& into) {
    const Member* const list = find_member(members, key);
    if (list == nullptr) return;
    Elements elements(text, list->value, file);
    while (const std::optional<Span> element = elements.next()) {
      try {
        if (wanted.contains(id_of(element->in(text)))) into.push_back(*element);
      } catch (const BadElement&) {  // of no image, so it goes with none
      }
    }
  };
  gather(
      "images", [](std::string_view element) { return read_as<ImageFields>(read_image, element).id; }, kept.images);
  gather(
      "annotations", [](std::string_view element) { return read_as<AnnotationFields>(read_annotation, element).image_id; },
      kept.annotations);
  return kept;
}

}  // namespace decant::coco
