// Pictures that EXIF turns: in which of the two their annotations lie, and that pixels go with
// them.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "decant/base/test_support.h"
#include "decant/data/objects.h"
#include "decant/data/upright.h"
#include "decant/formats/coco/coco.h"
#include "decant/formats/image/codec.h"
#include "decant/formats/image/jpeg_for_tests.h"
#include "decant/formats/open.h"

namespace decant {
namespace {

constexpr int kWidth = 48, kHeight = 32;  // as stored: shown, it is 32 wide and 48 high
constexpr int kOrientation = 6;

std::string turned_jpeg() {
  Random random(1, "turned", 0);
  return std::string(as_text(make_jpeg({.width = kWidth, .height = kHeight, .markers = {{0xe1, exif_segment(kOrientation)}}}, random)));
}

std::string mask_of(int width, int height) {
  Image image;
  image.resize({width, height, 1});
  image.pixels[0] = 1;
  std::vector<std::byte> bytes;
  encode_png(image.view(), bytes);
  return std::string(as_text(bytes));
}

/// The picture of the only row is turned for its annotations if `shown`, and as large as they say.
void expect_turned(const Dataset& dataset, bool shown) {
  const Rows& rows = dataset.train();
  ASSERT_EQ(rows.size(), 1);
  ASSERT_EQ(rows.known_fault(0), "");
  EXPECT_EQ(rows.targets()->orientation(0), shown ? kOrientation : 1);
  Image stored, seen;
  rows.pictures()->decode(0, stored);
  decode_as_annotated(rows, 0, seen);
  ASSERT_EQ(stored.size, (ImageSize{kWidth, kHeight, 3}));
  if (shown) turn_upright(stored, kOrientation);
  EXPECT_EQ(seen.size, stored.size);
  EXPECT_EQ(seen.pixels, stored.pixels);
}

TEST(TurnedPictures, OfYoloAreAnnotatedAsTheyAreShown) {
  const ScratchFolder folder("turned");
  folder.add("set/images/train/a.jpg", turned_jpeg());
  folder.add("set/labels/train/a.txt", "0 0.25 0.75 0.5 0.5\n");
  folder.add("set/data.yaml", "path: .\ntrain: images/train\nval: images/train\nnames: [cat]\n");
  const Dataset dataset = open_dataset(folder.path / "set", {}, {});
  expect_turned(dataset, true);
  EXPECT_EQ(dataset.train().targets()->objects(0).table->boxes[0], (Box{0, 24, 16, 48})) << "in pixels of 32 × 48";
}

TEST(TurnedPictures, OfVocAreAnnotatedAsTheirSizeSays) {
  for (const bool shown : {true, false}) {
    const ScratchFolder folder("turned");
    folder.add("set/JPEGImages/a.jpg", turned_jpeg());
    folder.add("set/Annotations/a.xml",
               fmt::format("<annotation><size><width>{}</width><height>{}</height></size><object><name>cat</name><bndbox><xmin>1</xmin>"
                           "<ymin>2</ymin><xmax>20</xmax><ymax>30</ymax></bndbox></object></annotation>",
                           shown ? kHeight : kWidth, shown ? kWidth : kHeight));
    folder.add("set/ImageSets/Main/train.txt", "a\n");
    expect_turned(open_dataset(folder.path / "set", {}, {}), shown);
  }
}

TEST(TurnedPictures, OfCocoAreAnnotatedAsTheirSizeSays) {
  for (const bool shown : {true, false}) {
    const ScratchFolder folder("turned");
    folder.add("set/train/a.jpg", turned_jpeg());
    folder.add(
        "set/train/_annotations.coco.json",
        fmt::format(
            R"({{"images": [{{"id": 1, "file_name": "a.jpg", "width": {}, "height": {}}}], "categories": [{{"id": 1, "name": "cat"}}],
                            "annotations": [{{"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 2, 20, 28], "area": 560, "iscrowd": 0}}]}})",
            shown ? kHeight : kWidth, shown ? kWidth : kHeight));
    expect_turned(open_dataset(folder.path / "set", {}, {}), shown);
  }
}

/// COCO's boxes are in pixels, so pictures are not looked into when a set is opened.
TEST(TurnedPictures, OfCocoAreCountedAndComparedWithTheirSizeByALook) {
  const auto notes = [](int width, int height) {
    const ScratchFolder folder("turned");
    folder.add("set/train/a.jpg", turned_jpeg());
    folder.add("set/train/b.jpg", "no picture");
    folder.add("set/train/_annotations.coco.json", fmt::format(R"({{"images": [{{"id": 1, "file_name": "a.jpg", "width": {}, "height": {}}},
                                           {{"id": 2, "file_name": "b.jpg", "width": 1, "height": 1}},
                                           {{"id": 3, "file_name": "gone.jpg", "width": 1, "height": 1}}]}})",
                                                               width, height));
    const Dataset dataset = open_dataset(folder.path / "set", {}, {});
    std::string all;
    for (const Oddity& oddity : oddities_of_coco_pictures(dataset, {})) {
      EXPECT_NE(oddity.place.find("_annotations.coco.json"), std::string::npos);
      EXPECT_FALSE(oddity.warns);
      all += oddity.what + "\n";
    }
    return all;
  };
  const std::string turned = "1 picture is turned by EXIF; boxes are taken to lie in the picture as it is shown\n";
  EXPECT_EQ(notes(kHeight, kWidth), turned) << "the size of the picture as it is shown";
  EXPECT_EQ(notes(kWidth, kHeight), "") << "that of the stored picture alone";
  EXPECT_EQ(notes(7, 5),
            "1 image: states a size that its picture does not have; its boxes are taken as pixels of the picture (first: train/a.jpg)\n" +
                turned);
}

TEST(TurnedPictures, LieAsTheirMasksDo) {
  for (const bool shown : {true, false}) {
    const ScratchFolder folder("turned");
    folder.add("set/images/a.jpg", turned_jpeg());
    folder.add("set/masks/a.png", shown ? mask_of(kHeight, kWidth) : mask_of(kWidth, kHeight));
    expect_turned(open_dataset(folder.path / "set", {}, {}), shown);
  }
}

}  // namespace
}  // namespace decant
