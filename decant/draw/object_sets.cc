#include "decant/draw/object_sets.h"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>

#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/base/json.h"
#include "decant/base/output.h"
#include "decant/base/parallel.h"
#include "decant/base/random.h"
#include "decant/draw/scenes.h"
#include "decant/formats/image/codec.h"

namespace decant {
namespace fs = std::filesystem;

namespace {

constexpr const char* kRecord = "drawn.json";
constexpr std::array<std::string_view, 4> kFormats = {"coco", "voc", "yolo", "masks"};
constexpr int64_t kFewest = 12;  // pixels of a thing that is said to be seen
constexpr uint8_t kNoThing = 255;

void require_sound_set(const ObjectSetOptions& o) {
  const auto within = [](const char* what, int value, int low, int high) {
    if (value < low || value > high)
      throw InputError({"object set", fmt::format("{} {}", what, value), "is out of range", fmt::format("Give {} to {}", low, high)});
  };
  within("train", o.train, 1, 5000);
  within("validation", o.validation, 0, 5000);
  within("side", o.side, 48, 512);
}

std::string why_no_object_set(const fs::path& folder) {
  if (!fs::is_regular_file(folder / kRecord)) return fmt::format("holds no {} of a drawn set", kRecord);
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name != kRecord && name != LockedFolder::kLock && std::ranges::find(kFormats, name) == kFormats.end())
      return fmt::format("holds '{}', which decant did not draw", name);
  }
  return "";
}

/// Class c is drawn with weight 1 / (c + 1): the first of the catalogue are common.
int drawn_class(Random& random) {
  double all = 0;
  for (int c = 0; c < draw::kClassCount; ++c) all += 1.0 / (c + 1);
  double left = random.uniform() * all;
  int c = 0;
  while (c + 1 < draw::kClassCount && left >= 1.0 / (c + 1)) left -= 1.0 / ++c;
  return c;
}

/// One picture in twenty is empty; half of a picture's things are of one class, as things are that
/// keep company.
draw::Gathering planned(uint64_t seed, uint64_t number) {
  Random random(seed, "draw things", number);
  draw::Gathering gathering{seed, number, {}};
  if (random.uniform() < 0.05) return gathering;
  const int own = drawn_class(random);
  gathering.classes.push_back(own);
  while (std::ssize(gathering.classes) < draw::kMostThings && random.uniform() < 0.6) {
    const int other = drawn_class(random);
    gathering.classes.push_back(random.uniform() < 0.5 ? own : other);
  }
  return gathering;
}

/// One picture, drawn.
struct Made {
  std::vector<std::byte> jpeg;
  std::vector<uint8_t> marks;        ///< (side, side)
  std::vector<uint8_t> things;       ///< the mark of each object
  std::vector<DrawnObject> objects;  ///< labels are places in the catalogue, until classes are numbered
};

void find_objects(const draw::Gathering& gathering, int side, Made& made) {
  for (size_t i = 0; i < gathering.classes.size(); ++i) {
    const auto thing = static_cast<uint8_t>(i + 1);
    DrawnObject object{.label = gathering.classes[i], .x0 = side, .y0 = side};
    for (int y = 0; y < side; ++y) {
      for (int x = 0; x < side; ++x) {
        if (made.marks[static_cast<size_t>(y * side + x)] != thing) continue;
        ++object.pixels;
        object.x0 = std::min(object.x0, x), object.x1 = std::max(object.x1, x + 1);
        object.y0 = std::min(object.y0, y), object.y1 = std::max(object.y1, y + 1);
      }
    }
    if (object.pixels < kFewest) continue;
    made.objects.push_back(object);
    made.things.push_back(thing);
  }
}

std::vector<Made> drawn_pictures(const ObjectSetOptions& options, const Context& context) {
  std::vector<Made> pictures(static_cast<size_t>(options.train + options.validation));
  Stage stage(context, "drawing pictures", std::ssize(pictures), "images");
  parallel_for(context, std::ssize(pictures), 8, [&](int64_t begin, int64_t end) {
    Image image;
    for (int64_t i = begin; i < end; ++i, stage.advance()) {
      const draw::Gathering gathering = planned(options.seed, static_cast<uint64_t>(i));
      Made& made = pictures[static_cast<size_t>(i)];
      draw::draw_gathering(gathering, options.side, image, made.marks);
      find_objects(gathering, options.side, made);
      encode_jpeg(image.view(), 90, made.jpeg, Chroma::full);
    }
  });
  return pictures;
}

/// Numbers the classes as they first appear, and returns their names.
std::vector<std::string> number_classes(std::vector<Made>& pictures) {
  std::vector<std::string> names;
  std::map<int, int> numbers;
  for (Made& made : pictures) {
    for (DrawnObject& object : made.objects) {
      const auto [found, is_new] = numbers.emplace(object.label, static_cast<int>(names.size()));
      if (is_new) names.emplace_back(draw::catalogue()[static_cast<size_t>(object.label)].name);
      object.label = found->second;
    }
  }
  return names;
}

/// Lengths of runs outside and inside a thing in turn, column by column.
std::vector<int64_t> runs_of_thing(const Made& made, uint8_t thing, int side) {
  std::vector<int64_t> runs = {0};
  for (int x = 0; x < side; ++x) {
    for (int y = 0; y < side; ++y) {
      const bool inside = made.marks[static_cast<size_t>(y * side + x)] == thing;
      if (inside != (runs.size() % 2 == 0)) runs.push_back(0);
      ++runs.back();
    }
  }
  return runs;
}

/// A split: the pictures [begin, end).
struct DrawnSplit {
  const char* name;
  int begin;
  int end;
};

class ObjectSetWriter {
 public:
  ObjectSetWriter(const fs::path& folder, const std::vector<Made>& pictures, const std::vector<std::string>& classes, int side)
      : folder_(folder), pictures_(pictures), classes_(classes), side_(side) {}

  void write(const DrawnSplit& split) const {
    write_coco(split);
    write_voc(split);
    write_yolo(split);
    write_masks(split);
  }

  void write_names(bool validation) const {
    std::string yaml = fmt::format("path: .\ntrain: images/train\nval: images/{}\nnames:\n", validation ? "val" : "train");
    std::string names;
    for (size_t c = 0; c < classes_.size(); ++c) {
      yaml += fmt::format("  {}: {}\n", c, classes_[c]);
      names += classes_[c] + "\n";
    }
    put("yolo/data.yaml", yaml);
    put("masks/classes.txt", names);
  }

 private:
  void put(const std::string& file, std::string_view text) const { write_file(made_for(file), text); }
  void put(const std::string& file, const std::vector<std::byte>& bytes) const { write_file(made_for(file), bytes); }

  fs::path made_for(const std::string& file) const {
    const fs::path whole = folder_ / file;
    std::error_code code;
    fs::create_directories(whole.parent_path(), code);
    if (code) throw IoError({whole.string(), "", "cannot create its folder: " + code.message(), ""});
    return whole;
  }

  const Made& at(int i) const { return pictures_[static_cast<size_t>(i)]; }
  static std::string name(int i) { return fmt::format("{:05}", i); }

  void write_coco(const DrawnSplit& split) const {
    Json images = Json::array(), annotations = Json::array(), categories = Json::array();
    for (size_t c = 0; c < classes_.size(); ++c) categories.push_back({{"id", c + 1}, {"name", classes_[c]}});
    for (int i = split.begin; i < split.end; ++i) {
      put(fmt::format("coco/{}/{}.jpg", split.name, name(i)), at(i).jpeg);
      images.push_back({{"id", i}, {"file_name", name(i) + ".jpg"}, {"width", side_}, {"height", side_}});
      for (size_t k = 0; k < at(i).objects.size(); ++k) {
        const DrawnObject& o = at(i).objects[k];
        const Json mask = {{"size", {side_, side_}}, {"counts", runs_of_thing(at(i), at(i).things[k], side_)}};
        annotations.push_back({{"id", annotations.size() + 1},
                               {"image_id", i},
                               {"category_id", o.label + 1},
                               {"bbox", {o.x0, o.y0, o.x1 - o.x0, o.y1 - o.y0}},
                               {"area", o.pixels},
                               {"iscrowd", 0},
                               {"segmentation", mask}});
      }
    }
    put(fmt::format("coco/annotations/instances_{}.json", split.name),
        json_text({{"images", images}, {"annotations", annotations}, {"categories", categories}}) + "\n");
  }

  void write_voc(const DrawnSplit& split) const {
    std::string list;
    for (int i = split.begin; i < split.end; ++i) {
      put(fmt::format("voc/JPEGImages/{}.jpg", name(i)), at(i).jpeg);
      std::string xml = fmt::format(
          "<annotation>\n  <filename>{0}.jpg</filename>\n  <size><width>{1}</width><height>{1}</height><depth>3</depth></size>\n", name(i),
          side_);
      for (const DrawnObject& o : at(i).objects)
        xml += fmt::format(
            "  <object><name>{}</name><difficult>0</difficult><bndbox><xmin>{}</xmin><ymin>{}</ymin><xmax>{}</xmax><ymax>{}</ymax></bndbox>"
            "</object>\n",
            classes_[static_cast<size_t>(o.label)], o.x0, o.y0, o.x1, o.y1);
      put(fmt::format("voc/Annotations/{}.xml", name(i)), xml + "</annotation>\n");
      list += name(i) + "\n";
    }
    put(fmt::format("voc/ImageSets/Main/{}.txt", split.name), list);
  }

  void write_yolo(const DrawnSplit& split) const {
    const double side = side_;
    for (int i = split.begin; i < split.end; ++i) {
      put(fmt::format("yolo/images/{}/{}.jpg", split.name, name(i)), at(i).jpeg);
      std::string lines;
      for (const DrawnObject& o : at(i).objects)
        lines += fmt::format("{} {} {} {} {}\n", o.label, (o.x0 + o.x1) / 2.0 / side, (o.y0 + o.y1) / 2.0 / side, (o.x1 - o.x0) / side,
                             (o.y1 - o.y0) / side);
      put(fmt::format("yolo/labels/{}/{}.txt", split.name, name(i)), lines);
    }
  }

  void write_masks(const DrawnSplit& split) const {
    for (int i = split.begin; i < split.end; ++i) {
      put(fmt::format("masks/images/{}/{}.jpg", split.name, name(i)), at(i).jpeg);
      std::array<uint8_t, 256> value_of;
      value_of.fill(kNoThing);
      for (size_t k = 0; k < at(i).objects.size(); ++k) value_of[at(i).things[k]] = static_cast<uint8_t>(at(i).objects[k].label);
      Image mask;
      mask.resize({side_, side_, 1});
      std::ranges::transform(at(i).marks, mask.pixels.begin(), [&](uint8_t mark) { return value_of[mark]; });
      std::vector<std::byte> png;
      encode_png(mask.view(), png);
      put(fmt::format("masks/masks/{}/{}.png", split.name, name(i)), png);
    }
  }

  const fs::path& folder_;
  const std::vector<Made>& pictures_;
  const std::vector<std::string>& classes_;
  int side_;
};

}  // namespace

DrawnObjects draw_object_set(const fs::path& folder, const ObjectSetOptions& options, const Context& context, bool overwrite) {
  require_sound_set(options);
  OutputFolder output(folder, {.overwrite = overwrite, .why_foreign = why_no_object_set});
  std::vector<Made> pictures = drawn_pictures(options, context);
  DrawnObjects drawn{.classes = number_classes(pictures), .pictures = {}};
  const ObjectSetWriter writer(output.path(), pictures, drawn.classes, options.side);
  writer.write({"train", 0, options.train});
  if (options.validation > 0) writer.write({"val", options.train, options.train + options.validation});
  writer.write_names(options.validation > 0);
  write_file(
      output.path() / kRecord,
      json_text({{"train", options.train}, {"validation", options.validation}, {"side", options.side}, {"seed", options.seed}}) + "\n");
  for (Made& made : pictures) drawn.pictures.push_back(std::move(made.objects));
  output.commit();
  return drawn;
}

}  // namespace decant
