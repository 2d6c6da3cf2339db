#include "decant/formats/masks/mask_classes.h"

#include <algorithm>
#include <array>

namespace decant::masks {
namespace {

constexpr uint32_t kBorder = 255;

struct CityClass {
  uint32_t id;  ///< in labelIds
  const char* name;
};
constexpr std::array<CityClass, 19> kCityClasses = {{{7, "road"},
                                                     {8, "sidewalk"},
                                                     {11, "building"},
                                                     {12, "wall"},
                                                     {13, "fence"},
                                                     {17, "pole"},
                                                     {19, "traffic light"},
                                                     {20, "traffic sign"},
                                                     {21, "vegetation"},
                                                     {22, "terrain"},
                                                     {23, "sky"},
                                                     {24, "person"},
                                                     {25, "rider"},
                                                     {26, "car"},
                                                     {27, "truck"},
                                                     {28, "bus"},
                                                     {31, "train"},
                                                     {32, "motorcycle"},
                                                     {33, "bicycle"}}};
constexpr std::array kCamVidClasses = {"sky",  "building", "pole", "road",       "pavement", "tree",
                                       "sign", "fence",    "car",  "pedestrian", "bicyclist"};
constexpr std::array kVocClasses = {"background", "aeroplane", "bicycle",     "bird",  "boat",        "bottle", "bus",
                                    "car",        "cat",       "chair",       "cow",   "diningtable", "dog",    "horse",
                                    "motorbike",  "person",    "pottedplant", "sheep", "sofa",        "train",  "tvmonitor"};

void add_named(MaskClasses& classes, uint32_t value, std::string name) {
  classes.label_of.emplace(value, static_cast<int32_t>(classes.names.size()));
  classes.names.push_back(std::move(name));
}

template <class Names>
MaskClasses classes_in_order(const Names& names) {
  MaskClasses classes;
  for (const char* name : names) add_named(classes, static_cast<uint32_t>(classes.names.size()), name);
  return classes;
}

MaskClasses of_table(const ClassTable& table) {
  MaskClasses classes;
  for (const MaskClass& entry : table.classes) {
    if (entry.ignored)
      classes.label_of.emplace(entry.value, kIgnored);
    else
      add_named(classes, entry.value, entry.name);
  }
  return classes;
}

MaskClasses of_cityscapes(const std::set<uint32_t>& values, bool train_ids) {
  MaskClasses classes;
  for (const CityClass& entry : kCityClasses)
    add_named(classes, train_ids ? static_cast<uint32_t>(classes.names.size()) : entry.id, entry.name);
  for (const uint32_t value : values) classes.label_of.emplace(value, kIgnored);
  return classes;
}

MaskClasses of_values(const std::set<uint32_t>& values, uint32_t ignored) {
  MaskClasses classes;
  for (const uint32_t value : values) {
    if (value != ignored) add_named(classes, value, std::to_string(value));
  }
  return classes;
}

/// Values that are ignored where they are no class, whatever the set says of itself.
void add_usual_ignored(MaskLayoutKind kind, MaskClasses& classes) {
  classes.label_of.emplace(kBorder, kIgnored);
  if (kind == MaskLayoutKind::ade20k) classes.label_of.emplace(0, kIgnored);
  if (kind == MaskLayoutKind::camvid && classes.names.size() == kCamVidClasses.size())
    classes.label_of.emplace(kCamVidClasses.size(), kIgnored);
}

/// A value for pixels that are to be ignored, as the layout or the table has one.
std::optional<uint32_t> own_ignored(MaskLayoutKind kind, const MaskClasses& classes, const ClassTable& table, bool train_ids) {
  const bool camvid = kind == MaskLayoutKind::camvid && table.file.empty() && classes.names.size() == kCamVidClasses.size();
  if (camvid) return static_cast<uint32_t>(kCamVidClasses.size());
  if (kind == MaskLayoutKind::ade20k || (kind == MaskLayoutKind::cityscapes && !train_ids)) return 0;
  const auto entry = std::ranges::find_if(table.classes, &MaskClass::ignored);
  return entry == table.classes.end() ? std::nullopt : std::optional(entry->value);
}

/// MaskClasses::ignored.
std::optional<uint32_t> value_to_ignore(MaskLayoutKind kind, const MaskClasses& classes, const ClassTable& table, bool train_ids,
                                        const std::vector<uint32_t>& asked) {
  if (!asked.empty()) return asked.front();
  if (const auto own = own_ignored(kind, classes, table, train_ids); own && classes.label(*own) == kIgnored) return own;
  if (!table.colours && classes.label(kBorder) == kIgnored) return kBorder;
  return std::nullopt;
}

/// The highest value but the border's.
uint32_t highest(const std::set<uint32_t>& values) {
  uint32_t most = 0;
  for (const uint32_t value : values) most = value == kBorder ? most : std::max(most, value);
  return most;
}

MaskClasses of_layout(MaskLayoutKind kind, const std::set<uint32_t>& values, bool train_ids) {
  const uint32_t most = highest(values);
  if (kind == MaskLayoutKind::cityscapes) return of_cityscapes(values, train_ids);
  if (kind == MaskLayoutKind::ade20k) return of_values(values, 0);
  if (kind == MaskLayoutKind::camvid && most <= kCamVidClasses.size()) return classes_in_order(kCamVidClasses);
  if (kind == MaskLayoutKind::voc && most + 1 == kVocClasses.size()) return classes_in_order(kVocClasses);
  const bool binary = std::ranges::all_of(values, [](uint32_t value) { return value == 0 || value == kBorder; });
  if (kind == MaskLayoutKind::plain && binary) return of_values({0, kBorder}, 1);
  return of_values(values, kBorder);
}

}  // namespace

MaskClasses mask_classes(MaskLayoutKind kind, const std::set<uint32_t>& values, const ClassTable& table, bool train_ids,
                         const std::vector<uint32_t>& ignored) {
  std::set<uint32_t> left = values;
  for (const uint32_t value : ignored) left.erase(value);
  MaskClasses classes = table.file.empty() ? of_layout(kind, left, train_ids) : of_table(table);
  for (const uint32_t value : ignored) classes.label_of[value] = kIgnored;
  if (!table.colours) add_usual_ignored(kind, classes);
  classes.ignored = value_to_ignore(kind, classes, table, train_ids, ignored);
  return classes;
}

}  // namespace decant::masks
