// Sets with masks: what is counted in a PNG, which value is which class, which pictures are rows,
// and that what is kept is written as it came.
#include "decant/formats/masks/masks.h"

#include <cstring>
#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "decant/base/test_support.h"
#include "decant/data/test_rows.h"
#include "decant/formats/image/codec.h"
#include "decant/formats/image/png_samples.h"
#include "decant/formats/masks/colour_table.h"
#include "decant/formats/masks/mask_classes.h"
#include "decant/formats/masks/mask_layout.h"
#include "decant/formats/masks/mask_pixels.h"
#include "decant/formats/masks/mask_png_for_tests.h"
#include "decant/formats/masks/mask_values.h"
#include "decant/formats/open.h"

namespace decant {
namespace {

namespace fs = std::filesystem;
using masks::ValueCount;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using mask_files::be32;
using mask_files::grey_mask;
using mask_files::mask_png;
using mask_files::rgb_mask;

std::string photo(int width, int height) {
  Image image;
  image.resize({width, height, 3});
  std::vector<std::byte> bytes;
  encode_jpeg(image.view(), 80, bytes);
  return std::string(as_text(bytes));
}

std::vector<ValueCount> values_of(const std::string& png) {
  const std::vector<ValueCount> counted = masks::read_class_mask(as_bytes(png), "x.png").values;
  std::map<uint32_t, int64_t> one_by_one;
  for (const uint32_t value : masks::read_mask_pixels(as_bytes(png), "x.png").values) ++one_by_one[value];
  EXPECT_EQ(counted.size(), one_by_one.size());
  for (const ValueCount& each : counted) EXPECT_EQ(one_by_one[each.value], each.pixels) << each.value;
  return counted;
}

TEST(MaskPngs, HaveTheirValuesAsStored) {
  EXPECT_THAT(values_of(mask_png(10, {"\xa0\x40", std::string("\x00\x00", 2)}, {.bits = 1})),
              ElementsAre(ValueCount{0, 17}, ValueCount{1, 3}))
      << "1 is 1 and not 255";
  EXPECT_THAT(values_of(mask_png(3, {"\xe4"}, {.bits = 2})), ElementsAre(ValueCount{1, 1}, ValueCount{2, 1}, ValueCount{3, 1}));
  EXPECT_THAT(values_of(mask_png(3, {"\x9f\x90"}, {.bits = 4})), ElementsAre(ValueCount{9, 2}, ValueCount{15, 1}));
  EXPECT_THAT(values_of(grey_mask(3, {7, 255, 7, 0, 7, 7})), ElementsAre(ValueCount{0, 1}, ValueCount{7, 4}, ValueCount{255, 1}));
  EXPECT_THAT(values_of(mask_png(2, {std::string("\x03\xe9\x00\x07", 4)}, {.bits = 16})),
              ElementsAre(ValueCount{7, 1}, ValueCount{1001, 1}));
  EXPECT_THAT(values_of(mask_png(3, {std::string("\x00\x02\xc8", 3)}, {.colour_type = 3, .palette = 3})),
              ElementsAre(ValueCount{0, 1}, ValueCount{2, 1}, ValueCount{200, 1}))
      << "the index, and also one that the palette has not";
  EXPECT_THAT(values_of(rgb_mask(2, {0x804000, 0x804000, 0, 0xffffff})),
              ElementsAre(ValueCount{0, 1}, ValueCount{0x804000, 2}, ValueCount{0xffffff, 1}));
}

/// Adam7 of one pixel wide or high still has passes that are empty.
TEST(MaskPngs, MayBeInterlaced) {
  // 2 × 2: pass 1 has (0,0), pass 6 (1,0), pass 7 line 1.
  const std::string png = mask_png(2, {std::string("\x05", 1), std::string("\x06", 1), std::string("\x07\x08", 2)}, {.interlaced = 1});
  std::string square = png;
  square.replace(20, 4, be32(2));
  const std::string header = square.substr(12, 17);
  const uLong crc = crc32(0, reinterpret_cast<const Bytef*>(header.data()), static_cast<uInt>(header.size()));
  square.replace(29, 4, be32(static_cast<uint32_t>(crc)));
  EXPECT_THAT(values_of(square), ElementsAre(ValueCount{5, 1}, ValueCount{6, 1}, ValueCount{7, 1}, ValueCount{8, 1}));
}

/// What pixels get that come to be ignored.
TEST(MaskClasses, HaveAValueToIgnoreUnlessEveryOneIsAClass) {
  using masks::MaskLayoutKind;
  const std::set<uint32_t> few = {0, 1, 2};
  const auto value = [&](MaskLayoutKind kind, const std::set<uint32_t>& values, const masks::ClassTable& table = {},
                         const std::vector<uint32_t>& asked = {},
                         bool train_ids = false) { return masks::mask_classes(kind, values, table, train_ids, asked).ignored; };
  EXPECT_EQ(value(MaskLayoutKind::plain, few), 255u);
  EXPECT_EQ(value(MaskLayoutKind::plain, few, {}, {7, 9}), 7u);
  EXPECT_EQ(value(MaskLayoutKind::plain, {0, 255}), std::nullopt) << "both are classes";
  EXPECT_EQ(value(MaskLayoutKind::plain, {0, 255}, {}, {128}), 128u);
  EXPECT_EQ(value(MaskLayoutKind::voc, {0, 5, 20, 255}), 255u);
  EXPECT_EQ(value(MaskLayoutKind::camvid, few), 11u);
  EXPECT_EQ(value(MaskLayoutKind::camvid, {0, 30}), 255u) << "other classes than CamVid's";
  EXPECT_EQ(value(MaskLayoutKind::ade20k, few), 0u);
  EXPECT_EQ(value(MaskLayoutKind::cityscapes, {0, 7, 26}), 0u) << "labelIds";
  EXPECT_EQ(value(MaskLayoutKind::cityscapes, few, {}, {}, true), 255u);
  masks::ClassTable names{.file = "classes.txt", .classes = {{"sky", 0}, {"road", 1}, {"void", 2, true}}};
  EXPECT_EQ(value(MaskLayoutKind::plain, few, names), 2u);
  names.classes.pop_back();
  EXPECT_EQ(value(MaskLayoutKind::plain, few, names), 255u);
  masks::ClassTable colours{.file = "label_colors.txt", .colours = true, .classes = {{"sky", 0x808080}, {"Void", 0, true}}};
  EXPECT_EQ(value(MaskLayoutKind::camvid_colours, {0, 0x808080}, colours), 0u);
  colours.classes.pop_back();
  EXPECT_EQ(value(MaskLayoutKind::camvid_colours, {0, 0x808080}, colours), std::nullopt);
}

TEST(MaskPngs, OfOtherKindsAreRefused) {
  const auto says = [](const std::string& bytes) { return message_of([&] { values_of(bytes); }); };
  expect_says(says(mask_png(1, {"\x01\x02"}, {.colour_type = 4})), {"x.png", "has transparency"});
  expect_says(says(mask_png(1, {"\x01\x02\x03\x04"}, {.colour_type = 6})), {"has transparency"});
  expect_says(says(mask_png(1, {"\x01\x02\x03\x04\x05\x06"}, {.colour_type = 2, .bits = 16})), {"colours of 16 bits"});
  expect_says(says(photo(8, 8)), {"is a JPEG, whose compression changes values"});
  expect_says(says("text"), {"is no PNG"});
  const std::string whole = grey_mask(4, {1, 2, 3, 4, 5, 6, 7, 8});
  for (size_t cut = 0; cut + 20 < whole.size(); ++cut) EXPECT_NE(says(whole.substr(0, cut)), "no error") << cut;
}

TEST(MaskPngs, ThatClaimMoreThanTheyHoldAreRefusedAtOnce) {
  std::string bomb = mask_png(1, {"x"});
  bomb.replace(16, 8, be32(65'500) + be32(65'500));
  const std::string header = bomb.substr(12, 17);
  bomb.replace(29, 4,
               be32(static_cast<uint32_t>(crc32(0, reinterpret_cast<const Bytef*>(header.data()), static_cast<uInt>(header.size())))));
  EXPECT_LT(bomb.size(), size_t{110});
  EXPECT_NE(message_of([&] { values_of(bomb); }), "no error");
}

// ---- Sets

std::vector<ClassCount> class_pixels(const Dataset& dataset, int64_t row) {
  std::vector<ClassCount> counts;
  dataset.train().targets()->counts(row, counts);
  return counts;
}

std::string notes_of_masks(const Dataset& dataset) {
  std::string all;
  for (const std::string& line : oddities_of(dataset)) all += line + "\n";
  return all;
}

/// Two pictures of 4 × 2 with masks of the classes 0 and 3, and a border.
struct Acres {
  explicit Acres(const std::string& pictures = "images/", const std::string& masks = "masks/", const std::string& suffix = "")
      : folder("fields") {
    for (const char* name : {"b", "a"}) folder.add(fmt::format("set/{}{}.jpg", pictures, name), photo(4, 2));
    folder.add(fmt::format("set/{}a{}.png", masks, suffix), grey_mask(4, {0, 0, 0, 3, 3, 255, 0, 0}));
    folder.add(fmt::format("set/{}b{}.png", masks, suffix), grey_mask(4, {0, 0, 0, 0, 0, 0, 0, 0}));
  }
  fs::path path() const { return folder.path / "set"; }
  Dataset open(const MaskOptions& options = {}) const { return open_masks(path(), options, {}); }
  ScratchFolder folder;
};

TEST(Masks, RowsArePicturesByNameAndCountPixels) {
  const Dataset dataset = open_dataset(Acres().path().string(), {}, {});
  EXPECT_EQ(dataset.format, "masks");
  EXPECT_EQ(dataset.train().targets()->counted_in(), CountedIn::pixels);
  EXPECT_THAT(keys_of(dataset.train()), ElementsAre("images/a.jpg", "images/b.jpg"));
  EXPECT_THAT(dataset.classes, ElementsAre("0", "3"));
  EXPECT_THAT(class_pixels(dataset, 0), ElementsAre(ClassCount{0, 5}, ClassCount{1, 2}));
  EXPECT_THAT(class_pixels(dataset, 1), ElementsAre(ClassCount{0, 8}));
  EXPECT_THAT(notes_of_masks(dataset), HasSubstr("6.25 % of the pixels are ignored"));
}

TEST(Masks, AreFoundByTheirNamesAndFolders) {
  const auto key = [](const std::string& pictures, const std::string& masks, const std::string& suffix) {
    return open_dataset(Acres(pictures, masks, suffix).path().string(), {}, {}).train().key(0);
  };
  EXPECT_EQ(key("images/", "labels/", "_L"), "images/a.jpg");
  EXPECT_EQ(key("images/", "gt/", "_mask"), "images/a.jpg");
  EXPECT_EQ(key("images/train/", "masks/train/", "_seg"), "images/train/a.jpg");
  EXPECT_EQ(key("train/images/", "train/masks/", ""), "train/images/a.jpg");
  EXPECT_EQ(key("train/", "train_labels/", "_L"), "train/a.jpg");
  EXPECT_EQ(key("", "", ""), "a.jpg") << "x.jpg next to x.png, as COCO-Stuff has it";
  const ScratchFolder pictures("pictures");
  pictures.add("cats/a.jpg", photo(4, 2));
  pictures.add("dogs/a.png", grey_mask(2, {0, 1}));
  EXPECT_FALSE(looks_like_masks(pictures.path));
}

TEST(Masks, OfCamVidHaveElevenClassesAndAVoid) {
  const Acres fields("train/", "trainannot/");
  fields.folder.add("set/trainannot/b.png", grey_mask(4, {0, 1, 2, 3, 8, 10, 11, 11}));
  const Dataset dataset = fields.open();
  EXPECT_EQ(dataset.classes.size(), size_t{11});
  EXPECT_EQ(dataset.classes[8], "car");
  EXPECT_THAT(class_pixels(dataset, 1), testing::SizeIs(6));
  EXPECT_THAT(notes_of_masks(dataset), HasSubstr("laid out as CamVid"));
}

TEST(Masks, OfAde20kCountFromOne) {
  const Acres fields("images/training/", "annotations/training/");
  fields.folder.add("set/annotations/training/b.png", grey_mask(4, {1, 1, 1, 1, 1, 1, 1, 1}));
  fields.folder.add("set/images/validation/v.jpg", photo(4, 2));
  fields.folder.add("set/annotations/validation/v.png", grey_mask(4, {0, 0, 3, 3, 3, 1, 9, 9}));
  const Dataset dataset = fields.open();
  EXPECT_THAT(dataset.classes, ElementsAre("1", "3", "255"));
  EXPECT_THAT(class_pixels(dataset, 1), ElementsAre(ClassCount{0, 8}));
  ASSERT_TRUE(dataset.splits.contains(Split::validation));
  EXPECT_THAT(notes_of_masks(dataset), HasSubstr("value 9 is of no class; its 2 pixels in 1 mask count nowhere"));
  fields.folder.add("set/objectInfo150.txt", "Idx\tRatio\tTrain\tVal\tStuff\tName\n1\t0.1\t1\t1\t1\twall\n3\t0.1\t1\t1\t1\tsky, blue\n");
  EXPECT_THAT(fields.open().classes, ElementsAre("wall", "sky, blue"));
}

TEST(Masks, OfCityscapesCountNineteenClassesAndTakeAllTheirFiles) {
  const ScratchFolder folder("city");
  folder.add("leftImg8bit/train/ulm/u_1_leftImg8bit.png", grey_mask(4, {0, 0, 0, 0, 0, 0, 0, 0}));
  folder.add("gtFine/train/ulm/u_1_gtFine_labelIds.png", grey_mask(4, {0, 3, 7, 7, 8, 26, 33, 255}));
  folder.add("gtFine/train/ulm/u_1_gtFine_instanceIds.png", "instances");
  folder.add("gtFine/train/ulm/u_1_gtFine_polygons.json", "{}");
  folder.add("gtFine/train/ulm/u_1_gtFine_color.png", "colours");
  const Dataset dataset = open_dataset(folder.path.string(), {}, {});
  EXPECT_EQ(dataset.classes.size(), size_t{19});
  EXPECT_THAT(class_pixels(dataset, 0), ElementsAre(ClassCount{0, 2}, ClassCount{1, 1}, ClassCount{13, 1}, ClassCount{18, 1}));
  const fs::path out = fresh_folder("out");
  dataset.writer->write(std::vector<int64_t>{0}, out, {});
  EXPECT_EQ(file_names_in(out), file_names_in(folder.path));
  folder.add("gtFine/train/ulm/u_1_gtFine_labelTrainIds.png", grey_mask(4, {0, 0, 13, 18, 255, 255, 1, 1}));
  EXPECT_THAT(class_pixels(open_dataset(folder.path.string(), {}, {}), 0),
              ElementsAre(ClassCount{0, 2}, ClassCount{1, 2}, ClassCount{13, 1}, ClassCount{18, 1}));
}

/// labelIds 7 is a road, labelTrainIds 7 a traffic sign.
TEST(Masks, OfCityscapesAreOfOneKindInAllSplits) {
  const ScratchFolder folder("city");
  const auto add = [&](const std::string& split, const std::string& kind, const std::vector<int>& values) {
    folder.add(fmt::format("leftImg8bit/{0}/ulm/{0}_leftImg8bit.png", split), grey_mask(4, {0, 0, 0, 0}));
    folder.add(fmt::format("gtFine/{0}/ulm/{0}_gtFine_{1}.png", split, kind), grey_mask(4, values));
  };
  add("train", "labelIds", {7, 7, 8, 8});
  add("val", "labelIds", {7, 7, 7, 7});
  add("val", "labelTrainIds", {0, 0, 0, 0});
  const auto validation = [&] {
    const Dataset dataset = open_dataset(folder.path.string(), {}, {});
    const Rows& rows = *dataset.splits.at(Split::validation);
    std::vector<ClassCount> counts;
    rows.targets()->counts(0, counts);
    return std::pair(counts, rows.known_fault(0));
  };
  EXPECT_THAT(validation().first, ElementsAre(ClassCount{0, 4})) << "by their ids, as the training masks are";
  add("train", "labelTrainIds", {0, 0, 1, 1});
  EXPECT_THAT(validation().first, ElementsAre(ClassCount{0, 4}));
  fs::remove(folder.path / "gtFine/val/ulm/val_gtFine_labelTrainIds.png");
  EXPECT_THAT(validation().second, HasSubstr("_labelTrainIds.png"));
  EXPECT_THAT(validation().first, IsEmpty());
}

TEST(Masks, OfVocFollowTheirListAndReduceIt) {
  const Acres fields("JPEGImages/", "SegmentationClass/");
  fields.folder.add("set/SegmentationObject/b.png", "objects");
  fields.folder.add("set/ImageSets/Segmentation/train.txt", "b\na\n");
  fields.folder.add("set/ImageSets/Segmentation/val.txt", "c\n");
  const Dataset dataset = open_dataset(fields.path().string(), {}, {});
  EXPECT_EQ(dataset.format, "masks");
  EXPECT_THAT(keys_of(dataset.train()), ElementsAre("JPEGImages/b.jpg", "JPEGImages/a.jpg"));
  const fs::path out = fresh_folder("out");
  dataset.writer->write(std::vector<int64_t>{0}, out, {});
  EXPECT_THAT(file_names_in(out),
              ElementsAre("ImageSets/Segmentation/train.txt", "JPEGImages/b.jpg", "SegmentationClass/b.png", "SegmentationObject/b.png"));
  EXPECT_EQ(read_text(out / "ImageSets/Segmentation/train.txt"), "b\n");
  EXPECT_THAT(keys_of(open_dataset(out.string(), {}, {}).train()), ElementsAre("JPEGImages/b.jpg"));
}

TEST(Masks, OfColoursNeedATable) {
  const Acres fields;
  fields.folder.add("set/masks/a.png", rgb_mask(4, {0x804000, 0x804000, 0, 0, 0, 0x010203, 0, 0}));
  fields.folder.add("set/masks/b.png", rgb_mask(4, {0, 0, 0, 0, 0, 0, 0, 0}));
  expect_says(message_of([&] { fields.open(); }), {"hold colours", "--colors"});
  fields.folder.add("set/class_dict.csv", "name, r, g, b\nroad, 128, 64, 0\nVoid, 0, 0, 0\n");
  const Dataset dataset = fields.open();
  EXPECT_THAT(dataset.classes, ElementsAre("road"));
  EXPECT_THAT(class_pixels(dataset, 0), ElementsAre(ClassCount{0, 2}));
  EXPECT_THAT(notes_of_masks(dataset), HasSubstr("colour 1 2 3 is of no class; its 1 pixels in 1 mask count nowhere"));
  const std::string table = fields.folder.add("elsewhere.txt", "128 64 0\tlane road\r\n0 0 0 sky\n");
  const Dataset named = fields.open({.colours = table});
  EXPECT_THAT(named.classes, ElementsAre("lane road", "sky"));
  const fs::path out = fresh_folder("out");
  named.writer->write(std::vector<int64_t>{0}, out, {});
  EXPECT_THAT(file_names_in(out), ElementsAre("class_dict.csv", "images/a.jpg", "label_colors.txt", "masks/a.png"));
  EXPECT_THAT(open_masks(out, {}, {}).classes, ElementsAre("lane road", "sky"));
}

/// As the archive of Mapillary Vistas 1.2 is unpacked.
TEST(Masks, OfVistasHaveTheNamesOfTheirTableAndTheirInstances) {
  const Acres fields("training/images/", "training/labels/");
  for (const char* name : {"a", "b"})
    fields.folder.add(fmt::format("set/training/instances/{}.png", name), grey_mask(4, {0, 0, 0, 0, 0, 0, 0, 0}));
  fields.folder.add("set/validation/images/v.jpg", photo(4, 2));
  fields.folder.add("set/validation/labels/v.png", grey_mask(4, {0, 0, 0, 0, 1, 1, 1, 1}));
  fields.folder.add("set/training/labels/a.png",
                    mask_png(4, {std::string("\0\0\0\1", 4), std::string("\1\2\0\0", 4)}, {.colour_type = 3, .palette = 3}));
  fields.folder.add("set/config.json", R"({"labels": [{"readable": "Bird", "evaluate": true}, {"readable": "Curb", "evaluate": true},
                                          {"readable": "Unlabeled", "evaluate": false}]})");
  const Dataset dataset = open_dataset(fields.path().string(), {}, {});
  EXPECT_THAT(notes_of_masks(dataset), HasSubstr("laid out as Vistas"));
  EXPECT_THAT(dataset.classes, ElementsAre("Bird", "Curb"));
  EXPECT_THAT(keys_of(dataset.train()), ElementsAre("training/images/a.jpg", "training/images/b.jpg"));
  EXPECT_THAT(class_pixels(dataset, 0), ElementsAre(ClassCount{0, 5}, ClassCount{1, 2}));
  EXPECT_EQ(dataset.splits.at(Split::validation)->size(), 1);
  const fs::path out = fresh_folder("out");
  dataset.writer->write(std::vector<int64_t>{0}, out, {});
  EXPECT_THAT(file_names_in(out), ElementsAre("config.json", "training/images/a.jpg", "training/instances/a.png", "training/labels/a.png"));
}

/// As Cambridge publishes it: colours, their table, and no split.
TEST(Masks, OfCamVidInColoursHaveTheNamesOfTheirTable) {
  const ScratchFolder folder("camvid");
  for (const char* name : {"0001TP_006690", "0016E5_00390"}) {
    folder.add(fmt::format("set/701_StillsRaw_full/{}.png", name), grey_mask(4, {0, 0, 0, 0, 0, 0, 0, 0}));
    folder.add(fmt::format("set/LabeledApproved_full/{}_L.png", name),
               rgb_mask(4, {0x808080, 0x808080, 0x800000, 0x800000, 0x800000, 0, 0, 0}));
  }
  folder.add("set/label_colors.txt", "128 128 128\tSky\r\n128 0 0\tBuilding\r\n0 0 0\tVoid\r\n");
  const Dataset dataset = open_dataset((folder.path / "set").string(), {}, {});
  EXPECT_THAT(notes_of_masks(dataset), HasSubstr("laid out as CamVid in colours"));
  EXPECT_THAT(dataset.classes, ElementsAre("Sky", "Building"));
  EXPECT_THAT(keys_of(dataset.train()), ElementsAre("701_StillsRaw_full/0001TP_006690.png", "701_StillsRaw_full/0016E5_00390.png"));
  EXPECT_THAT(class_pixels(dataset, 0), ElementsAre(ClassCount{0, 2}, ClassCount{1, 3}));
}

/// A palette of three colours, and a pixel of the 200th.
TEST(MaskPngs, AnIndexBeyondThePaletteIsAValueOfNoClass) {
  const Acres fields;
  const std::string lines[] = {std::string("\0\1\1\1", 4), std::string("\1\1\1\xc8", 4)};
  fields.folder.add("set/masks/a.png", mask_png(4, {lines[0], lines[1]}, {.colour_type = 3, .palette = 3}));
  fields.folder.add("set/masks/b.png", mask_png(4, {lines[0], lines[0]}, {.colour_type = 3, .palette = 3}));
  fields.folder.add("set/classes.txt", "sea\nland\nice\n");
  const Dataset dataset = fields.open();
  EXPECT_THAT(class_pixels(dataset, 0), ElementsAre(ClassCount{0, 1}, ClassCount{1, 6}));
  EXPECT_THAT(notes_of_masks(dataset), HasSubstr("value 200 is of no class; its 1 pixels in 1 mask count nowhere"));
}

TEST(Masks, OfTwoValuesAreTwoClasses) {
  const Acres fields;
  fields.folder.add("set/masks/a.png", grey_mask(4, {0, 0, 255, 255, 255, 0, 0, 0}));
  const Dataset dataset = fields.open();
  EXPECT_THAT(dataset.classes, ElementsAre("0", "255"));
  EXPECT_THAT(class_pixels(dataset, 0), ElementsAre(ClassCount{0, 5}, ClassCount{1, 3}));
}

TEST(Masks, SayTheClassOfEveryPixel) {
  const Acres fields;
  fields.folder.add("set/masks/a.png", grey_mask(4, {0, 0, 3, 3, 255, 0, 7, 7}));
  const Dataset dataset = fields.open({.ignore = "7"});
  ClassMask mask;
  dataset.train().targets()->class_mask(0, mask);
  EXPECT_EQ(mask.width, 4);
  EXPECT_EQ(mask.height, 2);
  EXPECT_THAT(mask.labels, ElementsAre(0, 0, 1, 1, kNoLabel, 0, kNoLabel, kNoLabel));
}

TEST(Masks, ValuesMayBeIgnoredByName) {
  const Dataset dataset = Acres().open({.ignore = "0"});
  EXPECT_THAT(dataset.classes, ElementsAre("3"));
  EXPECT_THAT(class_pixels(dataset, 1), IsEmpty());
  expect_says(message_of([] { Acres().open({.ignore = "sky"}); }), {"--ignore sky", "'sky' is no value"});
}

TEST(Masks, NamesOfClassesAreReadFromTheSet) {
  const Acres fields;
  fields.folder.add("set/classes.txt", "ground\r\nwater\ntree\nhouse\n");
  const Dataset dataset = fields.open();
  EXPECT_THAT(dataset.classes, ElementsAre("ground", "water", "tree", "house"));
  EXPECT_THAT(class_pixels(dataset, 0), ElementsAre(ClassCount{0, 5}, ClassCount{3, 2}));
  EXPECT_THAT(notes_of_masks(dataset), HasSubstr("2 of 4 classes have no pixels (first: 'water')"));
}

TEST(Masks, ThatDoNotFitAreFaultsOfTheirRows) {
  const Acres fields;
  for (const char* name : {"c", "d", "e", "f", "g"}) fields.folder.add(fmt::format("set/images/{}.jpg", name), photo(4, 2));
  fields.folder.add("set/masks/c.png", grey_mask(2, {0, 0, 0, 0}));
  fields.folder.add("set/masks/d.jpg", photo(4, 2));
  fields.folder.add("set/masks/e.png", mask_png(1, {"\x01\x02"}, {.colour_type = 4}));
  fields.folder.add("set/masks/f.png", rgb_mask(4, {0, 0, 0, 0, 0, 0, 0, 0}));
  fields.folder.add("set/masks/z.png", grey_mask(2, {0, 0}));
  const Dataset dataset = fields.open();
  const Rows& train = dataset.train();
  EXPECT_THAT(train.known_faults(), ElementsAre(2, 3, 4, 5, 6));
  EXPECT_THAT(train.known_fault(2), HasSubstr("its mask has 2 × 2 pixels and the picture 4 × 2"));
  EXPECT_THAT(train.known_fault(3), HasSubstr("is a JPEG"));
  EXPECT_THAT(train.known_fault(4), HasSubstr("has transparency"));
  EXPECT_THAT(train.known_fault(5), HasSubstr("has colours, unlike those before it"));
  EXPECT_THAT(train.known_fault(6), HasSubstr("has no mask in"));
  EXPECT_THAT(notes_of_masks(dataset), HasSubstr("1 mask belongs to no picture"));
}

/// A panoptic COCO set has PNGs in annotations/, and its json is what it is read by.
TEST(Masks, AreNotReadWhereCocosJsonSaysMore) {
  const Acres acres("images/", "annotations/panoptic/");
  acres.folder.add("set/annotations/instances_train.json", R"({"images": [{"id": 1, "file_name": "a.jpg"}]})");
  EXPECT_EQ(open_dataset(acres.path().string(), {}, {}).format, "coco");
}

TEST(Masks, KeptFilesAreTheSources) {
  const Acres fields;
  const fs::path out = fresh_folder("out");
  fields.open().writer->write(std::vector<int64_t>{1}, out, {});
  EXPECT_THAT(file_names_in(out), ElementsAre("images/b.jpg", "masks/b.png"));
  EXPECT_EQ(read_text(out / "masks/b.png"), read_text(fields.path() / "masks/b.png"));
}

TEST(MaskTables, AreRefusedByTheirLine) {
  const ScratchFolder folder("tables");
  const auto says = [&](const std::string& text, const char* name = "label_colors.txt") {
    return message_of([&] { masks::read_class_table(folder.add(name, text)); });
  };
  expect_says(says("1 2 3 road\n1 2 300 sky\n"), {"line 2", "neither"});
  expect_says(says("1 2 3 road\n1 2 3 sky\n"), {"two classes", "'sky'"});
  expect_says(says(""), {"names no classes"});
  expect_says(says("background\n\nroad\n", "classes.txt"), {"line 2", "is empty"});
  EXPECT_EQ(masks::read_class_table(folder.add("classes.txt", "background\n#1 road\n\n")).classes[1].name, "#1 road");
  expect_says(says("{\"labels\": 3}", "config.json"), {"no list of labels"});
  EXPECT_EQ(masks::read_class_table(folder.add("labelmap.txt", "# label:color_rgb:parts:actions\ncat:64,128,64::\nbackground:0,0,0::\n"))
                .classes.size(),
            size_t{2});
  const auto vistas = masks::read_class_table(
      folder.add("config.json", R"({"labels": [{"readable": "Bird", "evaluate": true}, {"name": "x", "evaluate": false}]})"));
  EXPECT_EQ(vistas.classes[0].name, "Bird");
  EXPECT_TRUE(vistas.classes[1].ignored);
}

}  // namespace
}  // namespace decant
