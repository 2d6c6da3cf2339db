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
  if (table.colours) return classes;
  classes.label_of.emplace(kBorder, kIgnored);
  if (kind == MaskLayoutKind::ade20k) classes.label_of.emplace(0, kIgnored);
  if (kind == MaskLayoutKind::camvid && classes.names.size() == kCamVidClasses.size())
    classes.label_of.emplace(kCamVidClasses.size(), kIgnored);
  return classes;
}

}  // namespace decant::masks
