#include "decant/formats/coco/coco.h"

#include <algorithm>
#include <fmt/ranges.h>
#include <memory>
#include <optional>
#include <utility>

#include "decant/base/errors.h"
#include "decant/base/parallel.h"
#include "decant/base/text.h"
#include "decant/formats/coco/coco_json.h"
#include "decant/formats/coco/coco_layout.h"
#include "decant/formats/coco/coco_writer.h"
#include "decant/formats/coco/shape.h"
#include "decant/formats/file_rows.h"
#include "decant/formats/image/picture_head.h"
#include "decant/formats/object_notes.h"

namespace decant {
namespace fs = std::filesystem;

namespace {

using coco::CocoImage;
using coco::CocoJson;
using coco::CocoSplit;

constexpr int64_t kLookedFor = 16;  // names by which the folder of pictures is found

/// What its json and the head of a picture say together.
struct PictureNote {
  bool turned = false;      ///< for its boxes, as its EXIF says
  bool other_size = false;  ///< than the json says
};

class CocoRows final : public FileRows, public Targets {
 public:
  /// `below`: what stands before a name in a key. `pictures`: where names lie, if not at root /
  /// below. `json_bytes`: of all jsons of the split.
  CocoRows(fs::path root, std::string below, fs::path pictures, CocoJson json, int64_t json_bytes, int threads)
      : FileRows(std::move(root), threads),
        below_(std::move(below)),
        pictures_(std::move(pictures)),
        json_(std::move(json)),
        json_bytes_(json_bytes) {}

  int64_t size() const override { return std::ssize(json_.images); }
  std::string key(int64_t row) const override { return below_ + image(row).name; }
  fs::path path(int64_t row) const override { return pictures_.empty() ? FileRows::path(row) : pictures_ / image(row).name; }
  std::string known_fault(int64_t row) const override { return image(row).fault; }
  int64_t stored_bytes() const override { return FileRows::stored_bytes() + json_bytes_; }

  const Targets* targets() const override { return json_.annotated ? this : nullptr; }
  int32_t label(int64_t) const override { return kNoLabel; }
  CountedIn counted_in() const override { return CountedIn::objects; }
  void counts(int64_t row, std::vector<ClassCount>& out) const override { count_objects(json_.objects, row, out); }
  ObjectRange objects(int64_t row) const override { return json_.objects.of(row); }
  int orientation(int64_t row) const override {
    const std::optional<PictureHead> head = picture_head(path(row));
    return head ? orientation_for(*head, image(row).width, image(row).height) : 1;
  }
  void shapes(int64_t row, std::vector<ObjectShape>& out) const override {
    out.clear();
    const Objects& all = json_.objects;
    for (int64_t i = all.begin(row); i < all.end(row); ++i) {
      const ObjectPlace& place = all.places[static_cast<size_t>(i)];
      ObjectShape shape{.object = i};
      if ((all.flags[static_cast<size_t>(i)] & (ObjectFlag::polygon | ObjectFlag::mask)) != 0 &&
          coco::read_shape(json_.text().substr(static_cast<size_t>(place.offset), static_cast<size_t>(place.length)), shape))
        out.push_back(std::move(shape));
    }
  }

  const CocoJson& json() const { return json_; }
  /// Reads the head of the row's picture.
  PictureNote note_of(int64_t row) const {
    const CocoImage& own = image(row);
    const std::optional<PictureHead> head = own.fault.empty() ? picture_head(path(row)) : std::nullopt;
    if (!head) return {};
    const bool turned = orientation_for(*head, own.width, own.height) != 1;
    const int64_t width = turned ? head->shown_width() : head->width, height = turned ? head->shown_height() : head->height;
    return {turned, own.width > 0 && own.height > 0 && (own.width != width || own.height != height)};
  }
  /// Of the pictures, relative to the root; "" = the root, or a folder that was given.
  std::string folder() const { return below_.empty() ? below_ : below_.substr(0, below_.size() - 1); }
  fs::path folder_path() const { return pictures_.empty() ? root() / folder() : pictures_; }

 private:
  const CocoImage& image(int64_t row) const { return json_.images[static_cast<size_t>(row)]; }

  std::string below_;
  fs::path pictures_;
  CocoJson json_;
  int64_t json_bytes_;
};

/// In the order of the rows, whatever the threads.
void note_pictures(const CocoRows& rows, const Context& context, std::vector<Oddity>& oddities) {
  constexpr int64_t kChunk = 256;  // rows a thread takes at once
  std::vector<PictureNote> notes(static_cast<size_t>(rows.size()));
  parallel_for(context, rows.size(), kChunk, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) notes[static_cast<size_t>(row)] = rows.note_of(row);
  });
  FaultTally sizes;
  int64_t turned = 0;
  for (int64_t row = 0; row < rows.size(); ++row) {
    const PictureNote& note = notes[static_cast<size_t>(row)];
    turned += note.turned ? 1 : 0;
    if (note.other_size)
      sizes.add("states a size that its picture does not have; its boxes are taken as pixels of the picture", rows.key(row));
  }
  const std::string place = rows.json().file.path().string();
  sizes.report(place, "image", "images", false, oddities);
  if (turned > 0)
    oddities.push_back({place, fmt::format("{} picture{} turned by EXIF; boxes are taken to lie in the picture as it is shown",
                                           human_count(turned), turned == 1 ? " is" : "s are")});
}

class CocoWriter final : public SubsetWriter {
 public:
  CocoWriter(std::shared_ptr<const CocoRows> rows, CocoSplit files) : rows_(std::move(rows)), files_(std::move(files)) {}

  int64_t write(std::span<const int64_t> rows, const fs::path& folder, const Context& context) const override {
    return copy_files(*rows_, rows, folder, context) + write_jsons(rows, folder, context);
  }

  /// The json, and a link to the folder that its names are of, where it is looked for.
  int64_t write_list(std::span<const int64_t> rows, const fs::path& folder, const Context& context) const override {
    link_folder(rows_->folder_path(), folder / place_of_link());
    return bytes_to_copy(*rows_, rows) + write_jsons(rows, folder, context);
  }

  int64_t rewrite(std::span<const int64_t> rows, const Rows& content, const fs::path& folder, const Context& context) const override {
    return write_files(content, rows, *rows_, folder, context) + write_jsons(rows, folder, context);
  }

 private:
  /// As in the source; of pictures that lie next to their json or elsewhere, images/ next to it.
  fs::path place_of_link() const {
    const fs::path own = files_.json.parent_path();
    const std::string below = rows_->folder();
    if (!below.empty() && below != own) return below;
    return coco::folder_of_split(files_.json) / "images";
  }

  int64_t write_jsons(std::span<const int64_t> rows, const fs::path& folder, const Context& context) const {
    const CocoJson& json = rows_->json();
    int64_t written = coco::write_elements(json, rows, folder / files_.json);
    std::vector<std::string> ids;
    for (const int64_t row : rows) ids.push_back(json.ids[static_cast<size_t>(row)]);
    for (const fs::path& other : files_.others) {
      context.check_cancelled();
      const MappedFile file(rows_->root() / other);
      written += coco::write_json(folder / other, [&](const coco::Sink& sink) {
        if (std::ssize(rows) == rows_->size()) return sink(as_text(file.bytes()));
        put_images(file, ids, sink);
      });
    }
    return written;
  }

  static void put_images(const MappedFile& file, const std::vector<std::string>& ids, const coco::Sink& sink) {
    const std::string_view text = as_text(file.bytes());
    const std::string name = file.path().string();
    const auto members = coco::members_of(text, name);
    coco::put_filtered(text, members, coco::elements_of_images(text, members, ids, name), name, sink);
  }

  std::shared_ptr<const CocoRows> rows_;
  CocoSplit files_;
};

/// Names spread over the images, of those that can be opened.
std::vector<std::string> some_names(const CocoJson& json) {
  std::vector<std::string> names;
  const int64_t count = std::ssize(json.images);
  const int64_t step = std::max<int64_t>(1, count / kLookedFor);
  for (int64_t row = 0; row < count; row += step) {
    const CocoImage& image = json.images[static_cast<size_t>(row)];
    if (image.fault.empty()) names.push_back(image.name);
  }
  return names;
}

class CocoOpening {
 public:
  CocoOpening(const fs::path& path, fs::path pictures, const Context& context)
      : pictures_(std::move(pictures)), context_(context), layout_(coco::find_coco(path)) {
    if (layout_.splits.empty())
      throw InputError(
          {path.string(), "", "holds no COCO json", "Give a json with 'images' and 'annotations', or the folder that holds it"});
    dataset_.format = "coco";
    dataset_.root = path;
  }

  Dataset open() {
    for (const auto& [split, files] : layout_.splits) open_split(split, files);
    return std::move(dataset_);
  }

 private:
  void open_split(Split split, const CocoSplit& files) {
    CocoJson json = coco::read_coco_json(layout_.root / files.json, context_);
    const std::string name = (layout_.root / files.json).string();
    std::optional<std::string> below = pictures_.empty() ? folder_of_pictures(json, files, split) : std::optional<std::string>("");
    if (!below) return;
    if (split == Split::train) {
      dataset_.classes = json.classes;
      dataset_.classes_listed = true;
      if (json.annotated) note_classes(name, json.classes, objects_per_class(json.objects, json.classes.size()), "objects", json.oddities);
    } else if (json.annotated && json.classes != dataset_.classes) {
      odd(name,
          fmt::format("has other classes than {}; its rows are not read", (layout_.root / layout_.splits.at(Split::train).json).string()),
          true);
      return;
    }
    if (split != Split::train) note_quietly(json.oddities, dataset_.oddities);
    for (Oddity& oddity : json.oddities) dataset_.oddities.push_back(std::move(oddity));
    if (!below->empty()) *below += "/";
    auto rows = std::make_shared<CocoRows>(layout_.root, *below, pictures_, std::move(json), bytes_of(files), context_.threads);
    if (split == Split::train) {
      check_others(files);
      dataset_.writer = std::make_shared<CocoWriter>(rows, files);
    }
    dataset_.splits[split] = std::move(rows);
  }

  /// Of a split's jsons, of which all are written.
  int64_t bytes_of(const CocoSplit& files) const {
    std::vector<fs::path> jsons = files.others;
    jsons.push_back(files.json);
    int64_t bytes = 0;
    for (const fs::path& json : jsons) {
      std::error_code code;
      const auto size = fs::file_size(layout_.root / json, code);
      if (!code) bytes += static_cast<int64_t>(size);
    }
    return bytes;
  }

  /// Where pictures are; nothing for a split whose pictures are not there, which is no fault of
  /// rows to test on.
  std::optional<std::string> folder_of_pictures(const CocoJson& json, const CocoSplit& files, Split split) {
    const std::vector<std::string> names = some_names(json);
    const std::vector<std::string> folders = coco::picture_folders(files.json, split);
    const std::string name = (layout_.root / files.json).string();
    const int found = coco::folder_with(layout_.root, folders, names);
    if (found >= 0) {
      const std::string& folder = folders[static_cast<size_t>(found)];
      if (folder != files.json.parent_path()) odd(name, "its pictures are read from " + (layout_.root / folder).string());
      return folder;
    }
    if (names.empty()) return "";  // each says for itself what is wrong
    std::vector<std::string> tried;
    for (const std::string& folder : folders) {
      std::error_code code;
      const fs::path there = folder.empty() ? layout_.root : layout_.root / folder;
      if (fs::is_directory(there, code)) tried.push_back(there.string());
    }
    const std::string what =
        fmt::format("none of its pictures is there: '{}' and others were looked for in {}", names.front(), fmt::join(tried, ", "));
    if (split == Split::train) throw InputError({name, "", what, "Put the pictures there, or name their folder with --images"});
    odd(name, what + "; its rows are not read");
    return std::nullopt;
  }

  /// What would fail when it is written fails here.
  void check_others(const CocoSplit& files) {
    for (const fs::path& other : files.others) {
      const MappedFile file(layout_.root / other);
      coco::members_of(as_text(file.bytes()), file.path().string());
      odd(file.path().string(), "is of the same split: what it says of an image goes with it, and is not looked at");
    }
  }

  void odd(const std::string& place, std::string what, bool warns = false) { dataset_.oddities.push_back({place, std::move(what), warns}); }

  fs::path pictures_;
  const Context& context_;
  coco::CocoLayout layout_;
  Dataset dataset_;
};

}  // namespace

Dataset open_coco(const fs::path& path, const fs::path& pictures, const Context& context) {
  if (!pictures.empty() && !fs::is_directory(pictures))
    throw InputError({pictures.string(), "", "is not a folder", "Give the folder that file_names are relative to"});
  return CocoOpening(path, pictures, context).open();
}

std::vector<fs::path> folders_of_coco(const fs::path& path, const fs::path& pictures) {
  if (!pictures.empty()) return {pictures};
  const coco::CocoLayout layout = coco::find_coco(path);
  std::vector<fs::path> found;
  for (const auto& [split, files] : layout.splits) {
    const std::vector<std::string> names = coco::first_image_names(layout.root / files.json, kLookedFor);
    const std::vector<std::string> folders = coco::picture_folders(files.json, split);
    const int best = coco::folder_with(layout.root, folders, names);
    if (best >= 0) found.push_back(layout.root / folders[static_cast<size_t>(best)]);
  }
  return found;
}

std::vector<Oddity> oddities_of_coco_pictures(const Dataset& dataset, const Context& context) {
  std::vector<Oddity> oddities;
  for (const auto& [split, rows] : dataset.splits) {
    if (const auto* const own = dynamic_cast<const CocoRows*>(rows.get())) note_pictures(*own, context, oddities);
  }
  return oddities;
}

bool looks_like_coco(const fs::path& path) {
  try {
    return !coco::find_coco(path).splits.empty();
  } catch (const InputError&) {
    return true;  // it says so when it is opened
  }
}

}  // namespace decant
