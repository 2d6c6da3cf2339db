#include "decant/formats/voc/voc_objects.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <unordered_map>
#include <unordered_set>

#include "decant/base/digest.h"
#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/base/parallel.h"
#include "decant/base/text.h"
#include "decant/formats/image/picture_head.h"
#include "decant/formats/object_notes.h"
#include "decant/formats/voc/voc_xml.h"

namespace decant::voc {
namespace fs = std::filesystem;

namespace {

constexpr int64_t kChunk = 64;               // rows a thread takes at once
constexpr uintmax_t kMostXml = 256'000'000;  // bytes
constexpr uint64_t kInclusive = 0x9e3779b97f4a7c15;

/// What is read of one row.
struct ReadRow {
  std::vector<VocObject> objects;
  bool other_size = false;  ///< the xml states a size that the picture has not
  int orientation = 1;      ///< of the picture, for its boxes
};

bool is_outside(const Box& box, int64_t width, int64_t height) {
  return box.x1 <= 0 || box.y1 <= 0 || box.x0 >= static_cast<double>(width) || box.y0 >= static_cast<double>(height);
}

class VocPass {
 public:
  VocPass(std::vector<VocRow>& rows, const VocLayout& layout, const VocFolders& folders, const std::vector<std::string>* known,
          const Context& context)
      : rows_(rows), layout_(layout), folders_(folders), context_(context), fixed_(known != nullptr) {
    out_.hashes.resize(rows.size());
    if (!fixed_) return;
    for (const std::string& name : *known) add_class(name);
  }

  VocObjects read() {
    constexpr int64_t kWave = 1 << 14;  // rows whose names of classes are held at once
    Stage stage(context_, "annotations", std::ssize(rows_), "files");
    for (int64_t first = 0; first < std::ssize(rows_); first += kWave) {
      std::vector<ReadRow> wave(static_cast<size_t>(std::min(kWave, std::ssize(rows_) - first)));
      parallel_for(context_, std::ssize(wave), kChunk, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) read_row(first + i, wave[static_cast<size_t>(i)]);
        stage.advance(end - begin);
      });
      for (size_t i = 0; i < wave.size(); ++i) take(static_cast<size_t>(first) + i, wave[i]);
    }
    refuse_shared_pictures();
    note();
    return std::move(out_);
  }

 private:
  void read_row(int64_t at, ReadRow& out) {
    VocRow& row = rows_[static_cast<size_t>(at)];
    if (!row.fault.empty()) return;
    const fs::path file = layout_.root / xml_of_row(folders_, row);
    std::error_code code;
    if (!fs::is_regular_file(file, code)) return void(row.fault = "has no annotation: " + file.string() + " is not there, or is no file");
    if (fs::file_size(file, code) > kMostXml) return void(row.fault = file.string() + " is too large to be an annotation");
    try {
      thread_local std::vector<std::byte> scratch;
      const std::string_view text = as_text(read_file(file, scratch));
      VocXml xml = read_voc_xml(text, layout_.inclusive);
      if (!xml.fault.empty()) return void(row.fault = "its annotation " + file.string() + " " + xml.fault);
      if (row.picture.empty()) find_picture(xml, row);
      // The same bytes mean other boxes where minima are counted otherwise.
      out_.hashes[static_cast<size_t>(at)] = std::max<uint64_t>(1, hash64(text) ^ (layout_.inclusive ? kInclusive : 0));
      judge(xml, row, out);
    } catch (const Error& error) {
      row.fault = std::string("its annotation cannot be read: ") + error.what();
    }
  }

  /// By the file that the annotation names; its folders are somebody else's.
  void find_picture(const VocXml& xml, VocRow& row) const {
    const size_t slash = xml.filename.find_last_of("/\\");
    const std::string name = slash == std::string::npos ? xml.filename : xml.filename.substr(slash + 1);
    const std::string picture = folders_.pictures.empty() ? name : folders_.pictures + "/" + name;
    std::error_code code;
    if (is_safe_relative(name) && fs::is_regular_file(layout_.root / picture, code))
      row.picture = picture;
    else
      row.fault = "has no picture of its name in " + (layout_.root / folders_.pictures).string();
  }

  /// Boxes lie in the stored picture where its size alone is what the xml states, else in the one
  /// that is shown.
  void judge(VocXml& xml, const VocRow& row, ReadRow& out) const {
    const auto head = row.fault.empty() ? picture_head(layout_.root / row.picture) : std::nullopt;
    int64_t width = xml.width, height = xml.height;
    if (head) {
      out.orientation = orientation_for(*head, xml.width, xml.height);
      width = out.orientation != 1 ? head->shown_width() : head->width;
      height = out.orientation != 1 ? head->shown_height() : head->height;
      out.other_size = xml.width > 0 && xml.height > 0 && (xml.width != width || xml.height != height);
    }
    for (VocObject& object : xml.objects) {
      if (object.fault.empty() && width > 0 && height > 0 && is_outside(object.box, width, height))
        object.fault = "its bndbox lies outside the picture";
    }
    out.objects = std::move(xml.objects);
  }

  int32_t class_of(const std::string& name) {
    if (name.empty()) return kNoLabel;
    const auto known = classes_.find(name);
    if (known != classes_.end()) return known->second;
    return fixed_ ? kNoLabel : add_class(name);
  }

  int32_t add_class(const std::string& name) {
    const auto label = static_cast<int32_t>(out_.classes.size());
    out_.classes.push_back(name);
    classes_.emplace(name, label);
    return label;
  }

  void take(size_t row, const ReadRow& read) {
    Objects& objects = out_.objects;
    for (const VocObject& object : read.objects) {
      const int32_t label = class_of(object.name);
      const std::string_view fault = object.fault.empty() && label == kNoLabel ? "its class is none of the training rows'" : object.fault;
      if (!fault.empty()) objects.faults.push_back({objects.size(), fault});
      objects.boxes.push_back(object.box);
      objects.labels.push_back(label);
      objects.areas.push_back(fault.empty() ? object.box.width() * object.box.height() : 0);
      objects.flags.push_back(static_cast<uint16_t>(object.flags | (fault.empty() ? 0 : ObjectFlag::broken)));
      objects.places.push_back(object.place);
    }
    objects.first.push_back(objects.size());
    if (read.other_size)
      sizes_.add("states a size that its picture does not have, and the picture's is taken", xml_of_row(folders_, rows_[row]));
    out_.orientations.push_back(static_cast<uint8_t>(read.orientation));
    turned_ += read.orientation != 1 ? 1 : 0;
  }

  /// A small set could not hold the picture twice.
  void refuse_shared_pictures() {
    std::unordered_set<std::string_view> seen;
    for (VocRow& row : rows_) {
      if (!row.picture.empty() && row.fault.empty() && !seen.insert(row.picture).second)
        row.fault = "has the picture of an earlier row, " + row.picture;
    }
  }

  void note() {
    const std::string place = (layout_.root / (folders_.list.empty() ? folders_.annotations : folders_.list)).string();
    const auto where = [&](int64_t object) {
      const auto row = static_cast<size_t>(std::ranges::upper_bound(out_.objects.first, object) - out_.objects.first.begin() - 1);
      return fmt::format("{} at byte {}", xml_of_row(folders_, rows_[row]), out_.objects.places[static_cast<size_t>(object)].offset);
    };
    note_faults(place, out_.objects, where, out_.oddities);
    sizes_.report(place, "annotation", "annotations", false, out_.oddities);
    if (turned_ > 0)
      out_.oddities.push_back({place, fmt::format("{} picture{} turned by EXIF; boxes are taken to lie in the picture as it is shown",
                                                  human_count(turned_), turned_ == 1 ? " is" : "s are")});
  }

  std::vector<VocRow>& rows_;
  const VocLayout& layout_;
  const VocFolders& folders_;
  const Context& context_;
  bool fixed_;  ///< no class is added to the known ones
  VocObjects out_;
  std::unordered_map<std::string, int32_t> classes_;
  FaultTally sizes_;
  int64_t turned_ = 0;
};

}  // namespace

VocObjects read_voc_objects(std::vector<VocRow>& rows, const VocLayout& layout, const VocFolders& folders,
                            const std::vector<std::string>* known, const Context& context) {
  return VocPass(rows, layout, folders, known, context).read();
}

std::string xml_of_row(const VocFolders& folders, const VocRow& row) {
  return folders.annotations.empty() ? row.name + ".xml" : folders.annotations + "/" + row.name + ".xml";
}

}  // namespace decant::voc
