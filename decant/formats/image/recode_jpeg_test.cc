#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>
#include <thread>

#include "decant/base/errors.h"
#include "decant/base/test_support.h"
#include "decant/formats/image/codec.h"
#include "decant/formats/image/jpeg_for_tests.h"
#include "decant/formats/image/patch_segment.h"
#include "decant/formats/image/recode.h"

namespace decant {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::byte> recoded(Bytes bytes, const Recoding& how = {}) {
  std::vector<std::byte> out;
  recode(bytes, "x.jpg", how, out);
  return out;
}

Image pixels_of(Bytes bytes) {
  Image image;
  decode_image(bytes, "x.jpg", image);
  return image;
}

/// The block that a file with `mask` must have where its source has `block`.
std::array<int16_t, 64> expected_block(const JpegComponent& component, int x, int y, const PatchMask& mask) {
  std::array<int16_t, 64> block = component.block(x, y);
  if (!mask.kept[static_cast<size_t>(mask.grid.cell_of(x / component.factor_x, y / component.factor_y))])
    std::fill(block.begin() + 1, block.end(), int16_t{0});
  return block;
}

void expect_dropped(const JpegContent& before, const JpegContent& after, const PatchMask& mask) {
  ASSERT_EQ(after.components.size(), before.components.size());
  EXPECT_EQ(after.width, before.width);
  EXPECT_EQ(after.height, before.height);
  for (size_t i = 0; i < before.components.size(); ++i) {
    const JpegComponent& old = before.components[i];
    ASSERT_EQ(after.components[i].blocks.size(), old.blocks.size());
    EXPECT_EQ(after.components[i].steps, old.steps);
    EXPECT_EQ(after.components[i].factor_x, old.factor_x);
    EXPECT_EQ(after.components[i].factor_y, old.factor_y);
    for (int y = 0; y < old.down; ++y) {
      for (int x = 0; x < old.across; ++x) ASSERT_EQ(after.components[i].block(x, y), expected_block(old, x, y, mask));
    }
  }
}

TEST(RecodeJpeg, KeptCoefficientsAreMovedAndDroppedCellsKeepTheirDc) {
  Random random(1, "recode");
  for (int trial = 0; trial < 300; ++trial) {
    const JpegKind kind = random_jpeg(random);
    const std::vector<std::byte> source = make_jpeg(kind, random);
    const PatchMask mask = random_mask(patch_grid_of(source, "x.jpg", 1 + static_cast<int>(random.below(16))), random);
    SCOPED_TRACE(fmt::format("trial {}: {} × {}, {} components", trial, kind.width, kind.height, kind.factors.size()));
    const std::vector<std::byte> result = recoded(source, {.mask = &mask});
    const JpegContent before = content_of(source);
    const JpegContent after = content_of(result);
    ASSERT_NO_FATAL_FAILURE(expect_dropped(before, after, mask));
    EXPECT_EQ(after.progressive, before.progressive);
    if (mask.dropped_count() == 0) {
      EXPECT_LE(result.size(), source.size());
      EXPECT_FALSE(stored_mask(result, "x.jpg"));
      continue;
    }
    EXPECT_FALSE(after.arithmetic);
    EXPECT_EQ(after.restart, 0u);
    EXPECT_EQ(stored_mask(result, "x.jpg"), mask);
  }
}

/// Cells that are said to take most bytes save most when they are dropped.
TEST(CellBytes, RankCellsByWhatDroppingThemSaves) {
  Random random(8, "cell bytes");
  Image image;
  image.resize({64, 64, 3});
  for (int y = 0; y < 64; ++y) {
    for (int x = 0; x < 64 * 3; ++x)
      image.row(y)[x] = static_cast<uint8_t>(x < 96 && y < 32 ? random.below(256) : x < 96 ? 100 + random.below(12) : 100);
  }
  std::vector<std::byte> source;
  encode_jpeg(image.view(), 90, source, Chroma::full);
  const PatchGrid grid = patch_grid_of(source, "x.jpg", 2);
  const std::vector<float> bytes = cell_bytes(source, "x.jpg", grid);
  ASSERT_EQ(bytes.size(), 4u);
  EXPECT_GT(bytes[0], 5 * bytes[2]);
  EXPECT_GT(bytes[2], 0);
  EXPECT_EQ(bytes[1], 0);
  const size_t whole = recoded(source).size();
  for (const size_t cell : {0U, 2U}) {
    PatchMask mask = PatchMask::whole(grid);
    mask.kept[cell] = false;
    const auto saved = static_cast<double>(whole - recoded(source, {.mask = &mask}).size());
    EXPECT_GT(saved, bytes[cell] / 2) << cell;
    EXPECT_LT(saved, bytes[cell] * 2) << cell;
  }
}

TEST(RecodeJpeg, UnitsAreTheMcusOfTheFile) {
  Random random(2, "recode");
  const auto unit_of = [&](const JpegFactors& factors, bool apart) {
    return patch_grid_of(make_jpeg({.factors = factors, .apart = apart}, random), "x.jpg", 3).unit();
  };
  EXPECT_EQ(unit_of({{2, 2}, {1, 1}, {1, 1}}, false), (PatchUnit{16, 16}));
  EXPECT_EQ(unit_of({{2, 2}, {1, 1}, {1, 1}}, true), (PatchUnit{16, 16}));
  EXPECT_EQ(unit_of({{4, 1}, {1, 1}, {1, 1}}, false), (PatchUnit{32, 8}));
  EXPECT_EQ(unit_of({{2, 2}}, false), (PatchUnit{8, 8}));
}

TEST(RecodeJpeg, DroppedCellsAreFlatBlocksAndTheOthersAreAsBefore) {
  Random random(3, "recode");
  const std::vector<std::byte> source = make_jpeg({.width = 93, .height = 70, .factors = {{1, 1}, {1, 1}, {1, 1}}}, random);
  const PatchMask mask = random_mask(patch_grid_of(source, "x.jpg", 7), random);
  const Image before = pixels_of(source);
  const Image after = pixels_of(recoded(source, {.mask = &mask}));
  ASSERT_EQ(after.size, before.size);
  ASSERT_GT(mask.dropped_count(), 0);
  const auto pixel = [](const Image& image, int x, int y) {
    const uint8_t* at = image.view().row(y) + 3 * x;
    return std::array<int, 3>{at[0], at[1], at[2]};
  };
  for (int cell = 0; cell < mask.grid.count(); ++cell) {
    const PatchRect rect = mask.grid.pixels(cell);
    for (int y = rect.top; y < rect.bottom; ++y) {
      for (int x = rect.left; x < rect.right; ++x) {
        if (mask.kept[static_cast<size_t>(cell)])
          ASSERT_EQ(pixel(after, x, y), pixel(before, x, y));
        else
          ASSERT_EQ(pixel(after, x, y), pixel(after, x / 8 * 8, y / 8 * 8));
      }
    }
  }
}

TEST(RecodeJpeg, SmoothChromaReachesOneSampleIntoKeptCells) {
  Random random(4, "recode");
  const std::vector<std::byte> source = make_jpeg({.width = 96, .height = 96}, random);
  PatchMask mask = PatchMask::whole(patch_grid_of(source, "x.jpg", 6));
  mask.kept[14] = false;  // pixels 32…47 each way
  const Image before = pixels_of(source);
  const Image after = pixels_of(recoded(source, {.mask = &mask}));
  for (int y = 0; y < 96; ++y) {
    for (int x = 0; x < 96; ++x) {
      if (x >= 31 && x <= 48 && y >= 31 && y <= 48) continue;
      for (int c = 0; c < 3; ++c) ASSERT_EQ(after.view().row(y)[3 * x + c], before.view().row(y)[3 * x + c]) << x << ", " << y;
    }
  }
}

TEST(RecodeJpeg, WithNothingTakenPixelsStayAndBytesDoNotGrow) {
  Random random(5, "recode");
  for (int trial = 0; trial < 60; ++trial) {
    const std::vector<std::byte> source = make_jpeg(random_jpeg(random), random);
    const std::vector<std::byte> once = recoded(source);
    ASSERT_LE(once.size(), source.size());
    ASSERT_EQ(pixels_of(once).pixels, pixels_of(source).pixels);
    ASSERT_EQ(recoded(once), once);
  }
}

std::string icc_part(char number) {
  return std::string("ICC_PROFILE\0", 12) + number + '\2' + std::string(300, number);
}

TEST(RecodeJpeg, SegmentsStayInOrderAndTheMaskComesLast) {
  Random random(6, "recode");
  const std::string exif("Exif\0\0II*\0", 10);
  const JpegKind kind{.markers = {{0xe1, exif},
                                  {0xe1, "http://ns.adobe.com/xap/1.0/"},
                                  {0xe2, icc_part('\1')},
                                  {0xe2, std::string("MPF\0II*\0", 8)},
                                  {0xe2, icc_part('\2')},
                                  {0xee, std::string("Adobe\0\x64\0\0\0\0\1", 12)},
                                  {0xfe, "a comment"},
                                  {0xea, "somebody else's"}}};
  const std::vector<std::byte> source = make_jpeg(kind, random);
  PatchMask mask = PatchMask::whole(patch_grid_of(source, "x.jpg", 4));
  mask.kept[3] = false;
  auto expected = content_of(source).markers;
  std::erase_if(expected, [](const auto& marker) { return marker.second.starts_with("MPF"); });
  const auto found = content_of(recoded(source, {.mask = &mask})).markers;
  ASSERT_EQ(found.size(), expected.size() + 1);
  EXPECT_TRUE(std::equal(expected.begin(), expected.end(), found.begin()));
  EXPECT_EQ(found.front().second, std::string("JFIF\0\1\1\0\0\1\0\1\0\0", 14));
  EXPECT_EQ(found.back().first, 0xea);
  EXPECT_THAT(found.back().second, testing::StartsWith(std::string("decant\0\1\0\4\0\4", 12)));
}

// Without JFIF and Adobe segments, the numbers of the components say which colours they are.
TEST(RecodeJpeg, AddsNoSegmentOfItsOwn) {
  Random random(7, "recode");
  for (const size_t components : {1U, 3U, 4U}) {
    const std::vector<std::byte> source = make_jpeg({.factors = JpegFactors(components, {1, 1}), .jfif = false}, random);
    PatchMask mask = PatchMask::whole(patch_grid_of(source, "x.jpg", 4));
    mask.kept[0] = false;
    EXPECT_EQ(content_of(recoded(source, {.mask = &mask})).markers.size(), content_of(source).markers.size() + 1);
  }
}

TEST(RecodeJpeg, DroppingAgainDropsBoth) {
  Random random(8, "recode");
  const std::vector<std::byte> source = make_jpeg({}, random);
  const PatchGrid grid = patch_grid_of(source, "x.jpg", 4);
  PatchMask first = PatchMask::whole(grid);
  PatchMask second = first;
  first.kept[1] = first.kept[2] = false;
  second.kept[2] = second.kept[3] = false;
  const std::vector<std::byte> once = recoded(source, {.mask = &first});
  const std::vector<std::byte> twice = recoded(once, {.mask = &second});
  PatchMask both = first;
  both.kept[3] = false;
  EXPECT_EQ(stored_mask(twice, "x.jpg"), both);
  EXPECT_EQ(twice, recoded(source, {.mask = &both}));
  EXPECT_EQ(recoded(once), once) << "a mask stays when nothing is taken";
  EXPECT_EQ(recoded(once, {.mask = &first}), once);
  PatchMask other = PatchMask::whole(patch_grid_of(source, "x.jpg", 3));
  EXPECT_EQ(recoded(once, {.mask = &other}), once) << "which drops nothing";
  other.kept[0] = false;
  EXPECT_THAT(message_of([&] { recoded(once, {.mask = &other}); }), HasSubstr("already has cells dropped in a grid of 4 × 4"));
}

TEST(RecodeJpeg, KeepsTheFirstPictureAndNothingBehindIt) {
  Random random(9, "recode");
  const std::vector<std::byte> first = make_jpeg({.restart = 1}, random);  // so that re-coding is worth it
  std::vector<std::byte> several = first;
  const std::vector<std::byte> second = make_jpeg({.width = 10}, random);
  several.insert(several.end(), second.begin(), second.end());
  EXPECT_EQ(recoded(several), recoded(first));
}

TEST(RecodeJpeg, RefusesWhatItCannotRead) {
  Random random(10, "recode");
  std::vector<std::byte> source = make_jpeg({}, random);
  for (const size_t cut : {size_t{2}, source.size() / 2})
    EXPECT_THAT(message_of([&] { recoded(Bytes(source).first(source.size() - cut)); }), HasSubstr("x.jpg: is a truncated JPEG"));
  EXPECT_EQ(pixels_of(recoded(source)).pixels, pixels_of(source).pixels) << "after an error";
  const std::string frame("\xff\xc0\x00\x11", 4);
  source[as_text(source).find(frame) + 4] = std::byte{12};
  EXPECT_THAT(message_of([&] { recoded(source); }), HasSubstr("is a JPEG of 12 bits a sample; 8 are supported"));
}

/// Without the segments of this marker.
std::vector<std::byte> without_segments(std::vector<std::byte> file, int marker) {
  for (size_t at = 2; file[at + 1] != std::byte{0xda};) {
    const size_t size = 2 + (std::to_integer<size_t>(file[at + 2]) << 8 | std::to_integer<size_t>(file[at + 3]));
    const bool unwanted = file[at + 1] == static_cast<std::byte>(marker);
    const auto begin = file.begin() + static_cast<std::ptrdiff_t>(at);
    if (unwanted) file.erase(begin, begin + static_cast<std::ptrdiff_t>(size));
    at += unwanted ? 0 : size;
  }
  return file;
}

// A decompressor keeps tables from file to file unless told to forget them.
TEST(RecodeJpeg, NoFileIsReadWithTheTablesOfAnother) {
  Random random(13, "recode");
  const std::vector<std::byte> file = make_jpeg({}, random);
  const std::vector<std::byte> optimised = recoded(make_jpeg({.quality = 30}, random));
  const std::vector<std::byte> frame = without_segments(file, 0xc4);  // as in Motion JPEG: the tables of the standard
  const std::vector<std::byte> unreadable = without_segments(file, 0xdb);
  for (int i = 0; i < 300; ++i) {
    pixels_of(optimised);
    recoded(optimised);
    ASSERT_EQ(pixels_of(frame).pixels, pixels_of(file).pixels);
    ASSERT_EQ(pixels_of(recoded(frame)).pixels, pixels_of(file).pixels);
    ASSERT_THAT(message_of([&] { pixels_of(unreadable); }), HasSubstr("is a damaged JPEG"));
    ASSERT_THAT(message_of([&] { recoded(unreadable); }), HasSubstr("is a damaged JPEG"));
  }
}

TEST(RecodeJpeg, RefusesMasksThatDoNotFit) {
  Random random(11, "recode");
  const std::vector<std::byte> source = make_jpeg({.width = 128, .height = 128}, random);
  PatchMask mask = PatchMask::whole(patch_grid_of(source, "x.jpg", 8));
  mask.kept[5] = false;
  const std::vector<std::byte> result = recoded(source, {.mask = &mask});
  const std::string segment = content_of(result).markers.back().second;
  const auto with_segments = [&](int width, std::vector<std::string> segments) {
    JpegKind kind{.width = width, .height = 128};
    for (const std::string& each : segments) kind.markers.emplace_back(0xea, each);
    return message_of([&, bytes = make_jpeg(kind, random)] { stored_mask(bytes, "x.jpg"); });
  };
  EXPECT_EQ(with_segments(128, {segment}), "no error");
  EXPECT_THAT(with_segments(128, {segment, segment}), HasSubstr("has two masks"));
  EXPECT_THAT(with_segments(112, {segment}), HasSubstr("has 8 × 8 cells; at most 7 × 8 fit this picture"));
  EXPECT_THAT(with_segments(126, {segment}), HasSubstr("was made for a picture of another size"));
}

TEST(RecodeJpeg, TakesTheSmallestAndTheWidestPicture) {
  Random random(14, "recode");
  for (const auto& [width, height] : {std::pair(1, 1), std::pair(65'500, 1), std::pair(1, 65'500)}) {
    const std::vector<std::byte> source = make_jpeg({.width = width, .height = height}, random);
    PatchMask mask = PatchMask::whole(patch_grid_of(source, "x.jpg", 14));
    mask.kept.back() = false;
    const std::vector<std::byte> result = recoded(source, {.mask = &mask});
    expect_dropped(content_of(source), content_of(result), mask);
    EXPECT_EQ(stored_mask(result, "x.jpg"), mask);
    EXPECT_EQ(pixels_of(recoded(source, {.eighths = 1})).size, (ImageSize{(width + 7) / 8, (height + 7) / 8, 3}));
  }
}

TEST(RecodeJpeg, ThreadsDoNotDisturbEachOther) {
  Random random(12, "recode");
  const std::vector<std::byte> source = make_jpeg({.width = 100, .height = 80}, random);
  const std::vector<std::byte> alone = recoded(source);
  std::array<int, 4> wrong{};
  {
    std::vector<std::jthread> threads;
    for (size_t t = 0; t < wrong.size(); ++t)
      threads.emplace_back([&, t] {
        for (int i = 0; i < 20; ++i) wrong[t] += recoded(source) != alone;
      });
  }
  EXPECT_THAT(wrong, ElementsAre(0, 0, 0, 0));
}

}  // namespace
}  // namespace decant
