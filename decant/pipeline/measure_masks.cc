#include <algorithm>
#include <cctype>
#include <charconv>
#include <mutex>
#include <set>
#include <unordered_map>

#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/base/json.h"
#include "decant/base/parallel.h"
#include "decant/base/text.h"
#include "decant/formats/masks/mask_pixels.h"
#include "decant/formats/masks/mask_values.h"
#include "decant/metrics/mean_iou.h"
#include "decant/pipeline/measure.h"

namespace decant {
namespace fs = std::filesystem;

namespace {

constexpr int64_t kMostValues = 1000;

std::set<uint32_t> values_in(const std::string& text) {
  std::set<uint32_t> values;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find(',', at), text.size());
    uint32_t value = 0;
    const auto [stop, code] = std::from_chars(text.data() + at, text.data() + end, value);
    if (code != std::errc() || stop != text.data() + end)
      throw UsageError(fmt::format("--ignore: '{}' is no list of values; write 255 or 0,255", text));
    values.insert(value);
    at = end + 1;
  }
  return values;
}

bool named_as_png(const fs::path& path) {
  std::string ending = path.extension().string();
  std::ranges::transform(ending, ending.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return ending == ".png";
}

/// The PNGs below a folder, relative to it, ascending.
std::vector<fs::path> masks_below(const fs::path& folder) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file() && named_as_png(entry.path())) found.push_back(entry.path().lexically_relative(folder));
  }
  std::ranges::sort(found);
  if (found.empty()) throw InputError({folder.string(), "", "holds no masks, which are PNGs", "Give the folder that holds them"});
  return found;
}

class MeasuringMasks {
 public:
  MeasuringMasks(const MeasureOptions& options, const Context& context)
      : options_(options), context_(context), ignored_(values_in(options.ignore)), names_(masks_below(options.truth)) {
    for (const fs::path& name : names_) {
      if (!fs::is_regular_file(options.results / name))
        throw InputError({(options.results / name).string(), "", "is missing: a mask is measured with its namesake",
                          "Predict every picture of the truth"});
    }
  }

  SegmentationScores measure() {
    find_values();
    Confusion counts(static_cast<int32_t>(values_.size()));
    Stage stage(context_, "masks", std::ssize(names_), "masks");
    std::mutex mutex;
    parallel_for(context_, std::ssize(names_), kChunk, [&](int64_t begin, int64_t end) {
      Confusion own(counts.classes());
      int64_t ignored = 0;
      for (int64_t i = begin; i < end; ++i) ignored += count(names_[static_cast<size_t>(i)], own);
      const std::lock_guard lock(mutex);  // whole numbers: any order has the same sums
      counts.add(own);
      scores_.ignored += ignored;
      stage.advance(end - begin);
    });
    return summed_up(counts);
  }

 private:
  static constexpr int64_t kChunk = 16;
  static constexpr size_t kPixels = size_t{1} << 16;

  masks::MaskContent content_of(const fs::path& path) const { return masks::read_class_mask(MappedFile(path).bytes(), path.string()); }

  /// The values that occur are the classes; what is predicted on ignored pixels is among them.
  void find_values() {
    std::set<uint32_t> values;
    std::set<bool> colours;
    std::mutex mutex;
    parallel_for(context_, 2 * std::ssize(names_), kChunk, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const bool truth = i % 2 == 0;
        const masks::MaskContent content = content_of((truth ? options_.truth : options_.results) / names_[static_cast<size_t>(i / 2)]);
        const std::lock_guard lock(mutex);
        colours.insert(content.colours);
        for (const masks::ValueCount& each : content.values) {
          if (truth && ignored_.contains(each.value)) continue;
          if (values.insert(each.value).second && std::ssize(values) > kMostValues)
            throw InputError({options_.truth.string(), "",
                              fmt::format("holds more than {} values, too many for classes", human_count(kMostValues)),
                              "Give masks of classes"});
        }
      }
    });
    if (colours.size() > 1)
      throw InputError({options_.results.string(), "", "masks of colours are among masks of values", "Save all of them alike"});
    scores_.colours = colours.contains(true);
    for (const uint32_t value : values) label_of_.emplace(value, static_cast<int32_t>(values_.size())), values_.push_back(value);
  }

  /// Ignored pixels.
  int64_t count(const fs::path& name, Confusion& counts) const {
    const auto read = [&](const fs::path& path) { return masks::read_mask_pixels(MappedFile(path).bytes(), path.string()); };
    const masks::MaskPixels truth = read(options_.truth / name), found = read(options_.results / name);
    if (truth.width != found.width || truth.height != found.height)
      throw InputError({(options_.results / name).string(), "",
                        fmt::format("has {} x {} pixels, and the truth {} x {}", found.width, found.height, truth.width, truth.height),
                        "Predict masks at the size of the truth"});
    int64_t ignored = 0;
    std::vector<int32_t> there, predicted;  // of some pixels at a time
    for (size_t begin = 0; begin < truth.values.size(); begin += kPixels) {
      const size_t end = std::min(begin + kPixels, truth.values.size());
      there.clear();
      predicted.clear();
      for (size_t i = begin; i < end; ++i) {
        const bool counts_nowhere = ignored_.contains(truth.values[i]);
        ignored += counts_nowhere ? 1 : 0;
        there.push_back(counts_nowhere ? -1 : label_of_.at(truth.values[i]));
        predicted.push_back(label_of_.at(found.values[i]));
      }
      counts.add(there, predicted);
    }
    return ignored;
  }

  SegmentationScores summed_up(const Confusion& counts) {
    scores_.pictures = std::ssize(names_);
    scores_.mean_iou = counts.mean_iou();
    scores_.pixel_accuracy = counts.pixel_accuracy();
    for (int32_t label = 0; label < counts.classes(); ++label) {
      int64_t pixels = 0;
      for (int32_t other = 0; other < counts.classes(); ++other) pixels += counts.pixels(label, other);
      scores_.classes.push_back({values_[static_cast<size_t>(label)], counts.iou(label), pixels});
    }
    if (std::ranges::all_of(scores_.classes, [](const auto& each) { return each.pixels == 0; }))
      throw InputError({options_.truth.string(), "", "holds ignored pixels alone", "Check --ignore"});
    return std::move(scores_);
  }

  const MeasureOptions& options_;
  const Context& context_;
  std::set<uint32_t> ignored_;
  std::vector<fs::path> names_;
  std::vector<uint32_t> values_;  ///< of each class
  std::unordered_map<uint32_t, int32_t> label_of_;
  SegmentationScores scores_;
};

std::string shown_value(const SegmentationScores& measured, uint32_t value) {
  return measured.colours ? fmt::format("#{:06x}", value) : std::to_string(value);
}

}  // namespace

bool measures_folders(const MeasureOptions& options) {
  const bool folders = fs::is_directory(options.truth);
  if (folders && options.masks) throw UsageError("--masks is for objects; folders of masks are measured by mean IoU without it");
  if (!folders && !options.ignore.empty()) throw UsageError("--ignore is for folders of masks; of objects crowds are ignored");
  if (folders && !fs::is_directory(options.results))
    throw InputError({options.results.string(), "", "is no folder, and the truth is one", "Give the folder of predicted masks"});
  return folders;
}

SegmentationScores measure_masks(const MeasureOptions& options, const Context& context) {
  return MeasuringMasks(options, context).measure();
}

std::string measured_text(const SegmentationScores& measured) {
  std::string text = fmt::format(
      "mean IoU  {:.4f}   over the classes that occur\npixels    {:.4f}   of the class they are taken for\n\n{:>8} {:>14}  class\n",
      measured.mean_iou, measured.pixel_accuracy, "IoU", "pixels");
  for (const SegmentationScores::OfClass& each : measured.classes)
    text += fmt::format("{:>8} {:>14}  {}\n", each.iou ? fmt::format("{:.4f}", *each.iou) : "-", human_count(each.pixels),
                        shown_value(measured, each.value));
  return text + fmt::format("\nmasks {}, ignored pixels {}\n", human_count(measured.pictures), human_count(measured.ignored));
}

Json to_json(const SegmentationScores& measured) {
  Json classes = Json::array();
  for (const SegmentationScores::OfClass& each : measured.classes)
    classes.push_back({{"value", each.value}, {"pixels", each.pixels}, {"IoU", each.iou ? Json(*each.iou) : Json(nullptr)}});
  return {{"masks", measured.pictures},
          {"ignored_pixels", measured.ignored},
          {"mean_IoU", measured.mean_iou},
          {"pixel_accuracy", measured.pixel_accuracy},
          {"classes", std::move(classes)}};
}

}  // namespace decant
