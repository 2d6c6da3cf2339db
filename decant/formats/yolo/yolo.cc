#include "decant/formats/yolo/yolo.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "decant/base/errors.h"
#include "decant/base/places.h"
#include "decant/base/text.h"
#include "decant/formats/file_rows.h"
#include "decant/formats/image/picture_head.h"
#include "decant/formats/object_notes.h"
#include "decant/formats/yolo/yolo_labels.h"
#include "decant/formats/yolo/yolo_layout.h"

namespace decant {
namespace fs = std::filesystem;

namespace {

using yolo::YoloLabels;
using yolo::YoloPicture;
using yolo::YoloPictures;
using yolo::YoloSource;

class YoloRows final : public FileRows, public Targets {
 public:
  YoloRows(YoloPictures pictures, YoloLabels labels, int threads)
      : FileRows(pictures.base, threads), pictures_(std::move(pictures)), labels_(std::move(labels)) {}

  int64_t size() const override { return std::ssize(pictures_.pictures); }
  std::string key(int64_t row) const override { return picture(row).key; }
  std::string known_fault(int64_t row) const override { return picture(row).fault; }
  void add_carried(int64_t row, std::vector<CarriedFile>& files) const override {
    if (annotation_hash(row) == 0) return;
    const std::string& key = picture(row).key;
    const bool beside = labels_.beside;
    files.push_back(
        {yolo::label_path(root(), key, beside), beside ? fs::path(key).replace_extension(".txt").string() : yolo::label_of_picture(key)});
  }

  const Targets* targets() const override { return labels_.found > 0 ? this : nullptr; }
  int32_t label(int64_t) const override { return kNoLabel; }
  CountedIn counted_in() const override { return CountedIn::objects; }
  void counts(int64_t row, std::vector<ClassCount>& out) const override { count_objects(labels_.objects, row, out); }
  ObjectRange objects(int64_t row) const override { return labels_.objects.of(row); }
  void shapes(int64_t row, std::vector<ObjectShape>& out) const override;
  int orientation(int64_t row) const override { return picture_head(path(row)).value_or(PictureHead()).orientation; }
  uint64_t annotation_hash(int64_t row) const override { return labels_.hashes[static_cast<size_t>(row)]; }

  const YoloPictures& pictures_of_split() const { return pictures_; }

 private:
  const YoloPicture& picture(int64_t row) const { return pictures_.pictures[static_cast<size_t>(row)]; }

  YoloPictures pictures_;
  YoloLabels labels_;
};

/// Its label is read again; one that has changed has no shapes where it lacks the bytes.
void YoloRows::shapes(int64_t row, std::vector<ObjectShape>& out) const {
  out.clear();
  const ObjectRange range = objects(row);
  const auto has_shape = [&](int64_t i) { return (range.table->flags[static_cast<size_t>(i)] & ObjectFlag::polygon) != 0; };
  bool any = false;
  for (int64_t i = range.begin; i < range.end; ++i) any = any || has_shape(i);
  if (!any) return;
  const std::string text = read_text(yolo::label_path(root(), key(row), labels_.beside));
  const PictureHead head = picture_head(path(row)).value_or(PictureHead());
  for (int64_t i = range.begin; i < range.end; ++i) {
    const ObjectPlace& place = range.table->places[static_cast<size_t>(i)];
    if (!has_shape(i) || place.offset + place.length > std::ssize(text)) continue;
    std::vector<double> points =
        yolo::points_of_line(std::string_view(text).substr(static_cast<size_t>(place.offset), static_cast<size_t>(place.length)));
    if (points.size() < 6 || points.size() % 2 != 0) continue;
    for (size_t k = 0; k < points.size(); k += 2) points[k] *= head.shown_width(), points[k + 1] *= head.shown_height();
    out.push_back({.object = i, .polygons = {std::move(points)}});
  }
}

class YoloWriter final : public SubsetWriter {
 public:
  /// `others`: of the other splits, whole paths of what the yaml names.
  YoloWriter(std::shared_ptr<const YoloRows> rows, YoloSource source, std::map<Split, std::vector<std::string>> others,
             std::vector<std::string> classes)
      : rows_(std::move(rows)), source_(std::move(source)), others_(std::move(others)), classes_(std::move(classes)) {}

  int64_t write(std::span<const int64_t> rows, const fs::path& folder, const Context& context) const override {
    return copy_files(*rows_, rows, folder, context) + write_lists(rows, folder);
  }

  /// train.txt of whole paths, and a yaml that names it.
  int64_t write_list(std::span<const int64_t> rows, const fs::path& folder, const Context&) const override {
    std::string lines;
    for (const int64_t row : rows) lines += line_of_list(row) + "\n";
    put_file(folder / kList, lines);
    std::map<Split, std::vector<std::string>> values = others_;
    values[Split::train] = {kList};
    if (source_.yaml.empty())
      put_file(folder / "data.yaml", yolo::new_yaml(values, classes_));
    else
      put_file(folder / source_.yaml.filename(), yolo::with_splits(source_.set, values));
    return bytes_to_copy(*rows_, rows);
  }

  /// Trainers replace the last folder "images" of a picture's whole path, also one above the set.
  std::string why_not_at(const fs::path& folder) const override {
    if ((real_path(folder).string() + "/").find("/images/") == std::string::npos) return {};
    for (int64_t row = 0; row < rows_->size(); ++row) {
      const std::string key = rows_->key(row);
      if (!rows_->known_fault(row).empty() || ("/" + key).find("/images/") != std::string::npos) continue;
      const std::string picture = (real_path(folder) / key).string();
      return fmt::format("is below a folder called images, so trainers would look for the label of {} in /{}", picture,
                         yolo::label_of_picture(picture.substr(1)));
    }
    return {};
  }

  int64_t rewrite(std::span<const int64_t> rows, const Rows& content, const fs::path& folder, const Context& context) const override {
    return write_files(content, rows, *rows_, folder, context) + write_lists(rows, folder);
  }

 private:
  static constexpr const char* kList = "train.txt";

  /// The yaml, the names of classes, and the list where pictures are listed.
  int64_t write_lists(std::span<const int64_t> rows, const fs::path& folder) const {
    int64_t written = 0;
    if (!source_.names.empty()) written += put_file(folder / source_.names, read_text(source_.folder / source_.names));
    std::map<Split, std::vector<std::string>> values = others_;
    values[Split::train] = train_values();
    if (!rows_->pictures_of_split().lists.empty()) written += put_file(folder / list_name(), lines_of(rows));
    if (!source_.yaml.empty()) written += put_file(folder / source_.yaml.filename(), yolo::with_splits(source_.set, values));
    return written;
  }

  std::string line_of_list(int64_t row) const {
    std::string path = fs::absolute(rows_->path(row)).lexically_normal().string();
    if (path.find_first_of("\r\n") != std::string::npos || path.ends_with(' ') || path.ends_with('\t'))
      throw InputError({path, "", "has a name that cannot be a line of a list", "Omit --store list, or give it another name"});
    return path;
  }

  /// What the yaml is to name: folders as they lie below the root; where there are lists, one of
  /// all.
  std::vector<std::string> train_values() const {
    const YoloPictures& pictures = rows_->pictures_of_split();
    if (!pictures.lists.empty()) return {list_name()};
    std::vector<std::string> values;
    for (const std::string& folder : pictures.folders) values.push_back(folder.empty() ? "." : folder);
    return values;
  }

  /// Next to the yaml, so that "./" leads from either to the pictures.
  std::string list_name() const { return rows_->pictures_of_split().lists.front().filename().string(); }

  std::string lines_of(std::span<const int64_t> rows) const {
    std::string text;
    for (const int64_t row : rows) text += "./" + rows_->key(row) + "\n";
    return text;
  }

  std::shared_ptr<const YoloRows> rows_;
  YoloSource source_;
  std::map<Split, std::vector<std::string>> others_;
  std::vector<std::string> classes_;
};

class YoloOpening {
 public:
  YoloOpening(YoloSource source, const fs::path& path, const Context& context)
      : source_(std::move(source)), place_(source_.yaml.empty() ? path.string() : source_.yaml.string()), context_(context) {
    dataset_.format = "yolo";
    dataset_.root = path;
    dataset_.oddities = source_.oddities;
  }

  Dataset open() {
    for (const std::string& note : source_.set.notes) dataset_.oddities.push_back({place_, note, true});
    if (!source_.set.splits.contains(Split::train))
      throw InputError({place_, "", "names no training pictures", "Add 'train', a folder or a list of pictures"});
    for (const auto& [split, entries] : source_.set.splits) {
      if (split == Split::train)
        open_training();
      else
        open_other(split);
    }
    for (const auto& [key, folder] : yolo::unnamed_splits(source_))
      dataset_.oddities.push_back(
          {place_,
           fmt::format("does not name {}, which has pictures and labels and is not read; name it under '{}' to read it", folder, key)});
    dataset_.writer = std::make_shared<YoloWriter>(train_, source_, others_, dataset_.classes);
    return std::move(dataset_);
  }

 private:
  yolo::LineRules rules() const {
    const yolo::DataYaml& set = source_.set;
    return {std::ssize(dataset_.classes), set.keypoints * set.numbers_per_point, set.numbers_per_point};
  }

  void open_training() {
    dataset_.classes = source_.set.classes;
    dataset_.classes_listed = !dataset_.classes.empty();
    YoloPictures pictures = yolo::list_yolo_pictures(source_, Split::train, context_);
    if (pictures.pictures.empty())
      throw InputError({place_, "", "names no training pictures: there are none in " + pictures.resolved.front(), "Check the path"});
    YoloLabels labels = yolo::read_yolo_labels(pictures, rules(), context_);
    if (labels.found == 0) {
      dataset_.oddities.push_back({place_,
                                   fmt::format("none of {} pictures has a label, so they are read as unlabelled (looked for: {})",
                                               human_count(std::ssize(pictures.pictures)),
                                               yolo::label_path(pictures.base, pictures.pictures.front().key, false).string()),
                                   true});
    } else {
      name_unnamed_classes(labels.highest);
      std::ranges::move(labels.oddities, std::back_inserter(dataset_.oddities));
      note_classes(place_, dataset_.classes, objects_per_class(labels.objects, dataset_.classes.size()), "objects", dataset_.oddities);
    }
    train_ = std::make_shared<YoloRows>(std::move(pictures), std::move(labels), context_.threads);
    dataset_.splits[Split::train] = train_;
  }

  /// Without any name the classes are 0 up to the highest that occurs.
  void name_unnamed_classes(int32_t highest) {
    if (!dataset_.classes.empty() || highest < 0) return;
    for (int32_t i = 0; i <= highest; ++i) dataset_.classes.push_back(std::to_string(i));
    dataset_.oddities.push_back({place_, fmt::format("has no names of classes; they are called 0 to {}", highest)});
  }

  /// Rows that are only tested on: what is wrong with them is no reason not to read the others.
  void open_other(Split split) {
    try {
      YoloPictures pictures = yolo::list_yolo_pictures(source_, split, context_);
      others_[split] = pictures.resolved;
      YoloLabels labels = yolo::read_yolo_labels(pictures, rules(), context_);
      note_quietly(labels.oddities, dataset_.oddities);
      dataset_.splits[split] = std::make_shared<YoloRows>(std::move(pictures), std::move(labels), context_.threads);
    } catch (const InputError& error) {
      dataset_.oddities.push_back({place_, fmt::format("the {} split is not read: {}", name_of(split), error.fault().what)});
    }
  }

  YoloSource source_;
  std::string place_;
  const Context& context_;
  Dataset dataset_;
  std::shared_ptr<const YoloRows> train_;
  std::map<Split, std::vector<std::string>> others_;
};

}  // namespace

Dataset open_yolo(const fs::path& path, const Context& context) {
  std::optional<YoloSource> source = yolo::find_yolo(path);
  if (!source)
    throw InputError({path.string(), "", "is no YOLO set", "Give a data.yaml with 'train' and 'names', or the folder that holds it"});
  return YoloOpening(*std::move(source), path, context).open();
}

std::vector<fs::path> folders_of_yolo(const fs::path& path) {
  const std::optional<YoloSource> source = yolo::find_yolo(path);
  return source ? yolo::folders_of_source(*source) : std::vector<fs::path>();
}

bool looks_like_yolo(const fs::path& path) {
  return yolo::looks_like_yolo_set(path);
}

}  // namespace decant
