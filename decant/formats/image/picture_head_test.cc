// What is read of a picture without reading it whole.
#include "decant/formats/image/picture_head.h"

#include <filesystem>
#include <gtest/gtest.h>

#include "decant/base/random.h"
#include "decant/base/test_support.h"
#include "decant/formats/image/codec.h"
#include "decant/formats/image/jpeg_for_tests.h"

namespace decant {
namespace {

std::string jpeg_with(const std::vector<std::pair<int, std::string>>& markers) {
  Random random(1, "head", 0);
  return std::string(as_text(make_jpeg({.width = 40, .height = 30, .markers = markers}, random)));
}

TEST(PictureHead, OfAJpegHasItsSizeAndOrientation) {
  const ScratchFolder folder("heads");
  EXPECT_EQ(picture_head(folder.add("plain.jpg", jpeg_with({}))), (PictureHead{40, 30, 1}));
  for (int orientation = 1; orientation <= 8; ++orientation) {
    for (const bool little : {false, true}) {
      const auto head = picture_head(folder.add("turned.jpg", jpeg_with({{0xe1, exif_segment(orientation, little)}})));
      ASSERT_EQ(head, (PictureHead{40, 30, orientation}));
      EXPECT_EQ(head->shown_width(), orientation >= 5 ? 30 : 40);
      EXPECT_EQ(head->shown_height(), orientation >= 5 ? 40 : 30);
    }
  }
}

TEST(PictureHead, IsFoundBehindLongSegments) {
  const ScratchFolder folder("long");
  const std::string profile(60'000, 'p');
  EXPECT_EQ(picture_head(folder.add("a.jpg", jpeg_with({{0xe2, profile}, {0xe1, exif_segment(6, true)}, {0xe2, profile}}))),
            (PictureHead{40, 30, 6}));
}

TEST(PictureHead, OfAnyOtherPictureIsWhatItsHeaderSays) {
  const ScratchFolder folder("others");
  Image image;
  image.resize({7, 5, 3});
  std::vector<std::byte> png;
  encode_png(image.view(), png);
  EXPECT_EQ(picture_head(folder.add("a.png", as_text(png))), (PictureHead{7, 5, 1}));
  EXPECT_EQ(picture_head(folder.add("a.ppm", "P6 3 2 255\n" + std::string(18, 'x'))), (PictureHead{3, 2, 1}));
}

TEST(PictureHead, OfWhatIsNoPictureIsNone) {
  const ScratchFolder folder("none");
  EXPECT_EQ(picture_head(folder.path), std::nullopt);
  EXPECT_EQ(picture_head(folder.path / "missing.jpg"), std::nullopt);
  EXPECT_EQ(picture_head(folder.add("empty.jpg", "")), std::nullopt);
  EXPECT_EQ(picture_head(folder.add("text.jpg", "hello")), std::nullopt);
  EXPECT_EQ(picture_head(folder.add("cut.png", "\x89PNG\r\n\x1a\n")), std::nullopt);
  const std::string whole = jpeg_with({{0xe1, exif_segment(6, true)}});
  size_t known = 0;
  for (size_t cut = 0; cut < whole.size(); ++cut) known += picture_head(folder.add("cut.jpg", whole.substr(0, cut))) ? 1 : 0;
  EXPECT_LT(known, whole.size());
  EXPECT_GT(known, size_t{0}) << "where the frame's header is still there";
}

/// An entry that lies outside its segment, and directories that lead nowhere.
TEST(PictureHead, BelievesNoOffsetOfExif) {
  const ScratchFolder folder("exif");
  const std::string plain = exif_segment(6, true);
  for (size_t at = 6; at < plain.size(); ++at) {
    std::string bent = plain;
    bent[at] = '\xff';
    EXPECT_NE(picture_head(folder.add("bent.jpg", jpeg_with({{0xe1, bent}}))), std::nullopt) << at;
    EXPECT_EQ(picture_head(folder.add("cut.jpg", jpeg_with({{0xe1, plain.substr(0, at)}})))->width, 40) << at;
  }
}

}  // namespace
}  // namespace decant
