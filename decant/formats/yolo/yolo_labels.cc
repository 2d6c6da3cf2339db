#include "decant/formats/yolo/yolo_labels.h"

#include <algorithm>
#include <atomic>
#include <iterator>
#include <numeric>

#include "decant/base/digest.h"
#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/base/parallel.h"
#include "decant/base/text.h"
#include "decant/formats/object_notes.h"

namespace decant::yolo {
namespace fs = std::filesystem;

namespace {

constexpr int64_t kChunk = 128;  // pictures a thread takes at once

/// What one chunk of pictures gives.
struct LabelChunk {
  Objects objects;  ///< without `first`
  std::vector<int64_t> counts;
  std::vector<int64_t> dropped;  ///< pictures that ultralytics drops
  std::vector<int64_t> mixed;
  int64_t turned = 0;
  int32_t highest = kNoLabel;
};

class LabelPass {
 public:
  LabelPass(YoloPictures& pictures, const LineRules& rules, bool beside, const Context& context)
      : pictures_(pictures), rules_(rules), context_(context) {
    labels_.beside = beside;
  }

  YoloLabels read() {
    const int64_t count = std::ssize(pictures_.pictures);
    labels_.hashes.resize(static_cast<size_t>(count));
    std::vector<LabelChunk> chunks(static_cast<size_t>((count + kChunk - 1) / kChunk));
    std::atomic<int64_t> found{0};
    Stage stage(context_, "labels", count, "files");
    parallel_for(context_, count, kChunk, [&](int64_t begin, int64_t end) {
      LabelChunk& chunk = chunks[static_cast<size_t>(begin / kChunk)];
      for (int64_t i = begin; i < end; ++i) found += read_one(i, chunk) ? 1 : 0;
      stage.advance(end - begin);
    });
    labels_.found = found;
    if (found > 0) join(chunks);
    return std::move(labels_);
  }

 private:
  /// Whether the picture has a label.
  bool read_one(int64_t i, LabelChunk& chunk) {
    YoloPicture& picture = pictures_.pictures[static_cast<size_t>(i)];
    chunk.counts.push_back(0);
    if (!picture.fault.empty()) return false;
    const fs::path file = label_path(pictures_.base, picture.key, labels_.beside);
    std::error_code code;
    const fs::file_status status = fs::status(file, code);
    if (status.type() == fs::file_type::not_found) return false;
    try {
      if (status.type() != fs::file_type::regular)
        throw InputError(
            {file.string(), "", status.type() == fs::file_type::directory ? "is a folder" : "is not a file that can be read", ""});
      thread_local std::vector<std::byte> scratch;
      take(i, as_text(read_file(file, scratch)), chunk);
    } catch (const Error& error) {
      picture.fault = std::string("its label cannot be read: ") + error.what();
    }
    return true;
  }

  void take(int64_t i, std::string_view text, LabelChunk& chunk) {
    labels_.hashes[static_cast<size_t>(i)] = std::max<uint64_t>(1, hash64(text));
    const std::string& key = pictures_.pictures[static_cast<size_t>(i)].key;
    const PictureHead head = picture_head(pictures_.base / key).value_or(PictureHead());
    const int64_t before = chunk.objects.size();
    const LabelFile file = read_label_lines(text, head, rules_, chunk.objects);
    chunk.counts.back() = chunk.objects.size() - before;
    chunk.highest = std::max(chunk.highest, file.highest);
    chunk.turned += head.orientation != 1 && chunk.objects.size() > before ? 1 : 0;
    if (file.dropped) chunk.dropped.push_back(i);
    if (file.mixed) chunk.mixed.push_back(i);
  }

  template <class T>
  static void append(std::vector<T>& column, std::vector<T>& more) {
    std::ranges::move(more, std::back_inserter(column));
    more = {};
  }

  void join(std::vector<LabelChunk>& chunks) {
    Objects& all = labels_.objects;
    int64_t turned = 0;
    FaultTally notes;
    for (LabelChunk& chunk : chunks) {
      for (ObjectFault& fault : chunk.objects.faults) fault.object += all.size();
      append(all.faults, chunk.objects.faults);
      append(all.boxes, chunk.objects.boxes);
      append(all.labels, chunk.objects.labels);
      append(all.areas, chunk.objects.areas);
      append(all.flags, chunk.objects.flags);
      append(all.places, chunk.objects.places);
      for (const int64_t count : chunk.counts) all.first.push_back(all.first.back() + count);
      for (const int64_t i : chunk.dropped)
        notes.add("ultralytics drops the picture for a coordinate over 1.01 or under -0.01, an unknown class or another count of numbers",
                  label_name(i));
      for (const int64_t i : chunk.mixed)
        notes.add("boxes and outlines in one file; ultralytics reads its boxes as outlines", label_name(i));
      turned += chunk.turned;
      labels_.highest = std::max(labels_.highest, chunk.highest);
    }
    note(notes, turned);
  }

  void note(const FaultTally& notes, int64_t turned) {
    const std::string place = pictures_.base.string();
    const auto where = [&](int64_t object) {
      const auto row = std::ranges::upper_bound(labels_.objects.first, object) - labels_.objects.first.begin() - 1;
      return fmt::format("{} at byte {}", label_name(row), labels_.objects.places[static_cast<size_t>(object)].offset);
    };
    note_faults(place, labels_.objects, where, labels_.oddities);
    notes.report(place, "label file", "label files", true, labels_.oddities);
    if (turned > 0)
      labels_.oddities.push_back(
          {place, fmt::format("{} picture{} turned by EXIF; boxes are taken to lie in the picture as it is shown, as by "
                              "ultralytics",
                              human_count(turned), turned == 1 ? " is" : "s are")});
  }

  std::string label_name(int64_t i) const {
    const std::string& key = pictures_.pictures[static_cast<size_t>(i)].key;
    const fs::path base = fs::absolute(pictures_.base);
    return label_path(base, key, labels_.beside).lexically_relative(base).string();
  }

  YoloPictures& pictures_;
  const LineRules& rules_;
  const Context& context_;
  YoloLabels labels_;
};

}  // namespace

fs::path label_path(const fs::path& base, const std::string& key, bool beside) {
  if (beside) return (base / key).replace_extension(".txt");
  const bool inside = ("/" + key).find("/images/") != std::string::npos;
  return inside ? base / label_of_picture(key)
                : fs::path("/" + label_of_picture(fs::absolute(base / key).lexically_normal().string().substr(1)));
}

YoloLabels read_yolo_labels(YoloPictures& pictures, const LineRules& rules, const Context& context) {
  YoloLabels labels = LabelPass(pictures, rules, false, context).read();
  if (labels.found > 0 || pictures.pictures.empty()) return labels;
  YoloLabels beside = LabelPass(pictures, rules, true, context).read();
  if (beside.found == 0) return labels;
  beside.oddities.push_back({pictures.base.string(),
                             "labels are read next to the pictures, where darknet puts them; ultralytics looks for them in "
                             "a folder 'labels' next to 'images'"});
  return beside;
}

}  // namespace decant::yolo
