#include <bit>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/errors.h"
#include "decant/base/test_support.h"
#include "decant/formats/image/codec.h"
#include "decant/formats/image/each_codec.h"

#ifdef DECANT_HAS_AVIF
#include <avif/avif.h>
#endif

namespace decant {
namespace {

using namespace std::string_literals;
using testing::ElementsAre;

std::vector<int> shown_pixels(const std::string& file) {
  Image image;
  decode_image(as_bytes(file), "x", image);
  EXPECT_EQ(image.size, probe_image(as_bytes(file), "x"));
  return {image.pixels.begin(), image.pixels.end()};
}

std::string why_refused(const std::string& file) {
  return message_of([&] { shown_pixels(file); });
}

std::string little(uint32_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i, value >>= 8) text += static_cast<char>(value & 255);
  return text;
}

struct TiffTag {
  uint32_t tag = 0;
  std::vector<uint32_t> values = {};
};

/// A little-endian TIFF of `data` at byte 8; tags that are not given are left out.
std::string tiff_file(const std::string& data, const std::vector<TiffTag>& tags) {
  std::string far;
  std::string entries = little(static_cast<uint32_t>(tags.size()), 2);
  const uint32_t directory = 8 + static_cast<uint32_t>(data.size());
  const uint32_t behind = directory + 2 + 12 * static_cast<uint32_t>(tags.size()) + 4;
  for (const TiffTag& tag : tags) {
    std::string values;
    for (const uint32_t value : tag.values) values += little(value, 4);
    entries += little(tag.tag, 2) + little(4, 2) + little(static_cast<uint32_t>(tag.values.size()), 4);
    entries += tag.values.size() == 1 ? values : little(behind + static_cast<uint32_t>(far.size()), 4);
    if (tag.values.size() > 1) far += values;
  }
  return "II*\0"s + little(directory, 4) + data + entries + little(0, 4) + far;
}

/// Uncompressed, in one strip.
std::vector<TiffTag> plain_tags(uint32_t width, uint32_t height, uint32_t bits, uint32_t photometric, uint32_t samples, uint32_t bytes) {
  return {{256, {width}},   {257, {height}},      {258, std::vector<uint32_t>(samples, bits)},
          {259, {1}},       {262, {photometric}}, {273, {8}},
          {277, {samples}}, {278, {height}},      {279, {bytes}}};
}

TEST(Tiff, GreyOfEveryDepth) {
  EXPECT_THAT(shown_pixels(tiff_file("\x50"s, plain_tags(4, 1, 1, 1, 1, 1))), ElementsAre(0, 255, 0, 255));
  EXPECT_THAT(shown_pixels(tiff_file("\x50"s, plain_tags(4, 1, 1, 0, 1, 1))), ElementsAre(255, 0, 255, 0)) << "0 is white";
  EXPECT_THAT(shown_pixels(tiff_file("\x1b"s, plain_tags(4, 1, 2, 1, 1, 1))), ElementsAre(0, 85, 170, 255));
  EXPECT_THAT(shown_pixels(tiff_file("\x0f"s, plain_tags(2, 1, 4, 1, 1, 1))), ElementsAre(0, 255));
  EXPECT_THAT(shown_pixels(tiff_file("\xff\x01\x00\xfe"s, plain_tags(2, 1, 16, 1, 1, 4))), ElementsAre(1, 254)) << "the upper 8 bits";
}

TEST(Tiff, ColoursOfEveryKind) {
  EXPECT_THAT(shown_pixels(tiff_file("\1\2\3\4\5\6"s, plain_tags(1, 2, 8, 2, 3, 6))), ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_THAT(shown_pixels(tiff_file("\0\1\0\2\0\3"s, plain_tags(1, 1, 16, 2, 3, 6))), ElementsAre(1, 2, 3));
  EXPECT_THAT(shown_pixels(tiff_file("\0\xff\x80\x40"s, plain_tags(1, 1, 8, 5, 4, 4))), ElementsAre(191, 0, 95)) << "CMYK";
  auto halved = plain_tags(1, 1, 8, 2, 4, 4);
  halved.push_back({338, {1}});
  EXPECT_THAT(shown_pixels(tiff_file("\x20\x40\x7f\x80"s, halved)), ElementsAre(63, 127, 253)) << "alpha divided out, then dropped";
  auto apart = plain_tags(2, 1, 8, 2, 3, 2);
  apart[5] = {273, {8, 10, 12}};
  apart[8] = {279, {2, 2, 2}};
  apart.push_back({284, {2}});
  EXPECT_THAT(shown_pixels(tiff_file("\1\4\2\5\3\6"s, apart)), ElementsAre(1, 2, 3, 4, 5, 6)) << "planes apart";
}

TEST(Tiff, TilesAreCutToThePicture) {
  std::string tiles;
  for (int tile = 0; tile < 2; ++tile) {
    for (int i = 0; i < 256; ++i) tiles += static_cast<char>(tile * 100 + i % 16);
  }
  const std::string file = tiff_file(tiles, {{256, {18}},
                                             {257, {1}},
                                             {258, {8}},
                                             {259, {1}},
                                             {262, {1}},
                                             {277, {1}},
                                             {322, {16}},
                                             {323, {16}},
                                             {324, {8, 264}},
                                             {325, {256, 256}}});
  EXPECT_THAT(shown_pixels(file), ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 100, 101));
}

TEST(Tiff, RefusesWhatDoesNotFit) {
  const std::string good = tiff_file("\1\2\3\4\5\6"s, plain_tags(1, 2, 8, 2, 3, 6));
  for (size_t length = 4; length < good.size(); ++length)
    EXPECT_THAT(why_refused(good.substr(0, length)), testing::HasSubstr("TIFF")) << length;
  expect_says(why_refused(tiff_file("\1", plain_tags(60'000, 60'000, 8, 1, 1, 1))), {"more than the supported"});
  expect_says(why_refused(tiff_file("\1", plain_tags(10'000, 10'000, 8, 1, 1, 1))), {"more than the format can hold"});
  expect_says(why_refused(tiff_file("\1", plain_tags(0, 1, 8, 1, 1, 1))), {"x: is a damaged or truncated TIFF: libtiff says"});
  auto floats = plain_tags(1, 1, 32, 1, 1, 4);
  floats.push_back({339, {3}});
  expect_says(why_refused(tiff_file("\0\0\0\0"s, floats)), {"1 samples of 32 bits a pixel (signed numbers or floats", "Convert it to PNG"});
}

TEST(Pnm, IsReadPlainAndPacked) {
  EXPECT_THAT(shown_pixels("P1 3 2\n101\n0 1 0\n"), ElementsAre(0, 255, 0, 255, 0, 255));
  EXPECT_THAT(shown_pixels("P2 # grey\n2 1\n3\n0 2"), ElementsAre(0, 170));
  EXPECT_THAT(shown_pixels("P3 1 1 255 7 8 9"), ElementsAre(7, 8, 9));
  EXPECT_THAT(shown_pixels("P4 3 1\n\xa0"s), ElementsAre(0, 255, 0));
  EXPECT_THAT(shown_pixels("P5 2 1 15\n\1\xf"s), ElementsAre(17, 255));
  EXPECT_THAT(shown_pixels("P6 1 1 65535\n\x80\0\0\0\xff\xff"s), ElementsAre(128, 0, 255));
}

TEST(Pnm, RefusesWhatDoesNotFit) {
  expect_says(why_refused("P5 2 2 255\nabc"), {"x: is a truncated PNM: it ends at byte 14"});
  expect_says(why_refused("P5 2"), {"truncated"});
  expect_says(why_refused("P1\n2\n1"), {"truncated"});
  expect_says(why_refused("P5 x 2 255\n"), {"byte 3 is no part of a number"});
  expect_says(why_refused("P5 1 1 65536\na"), {"claims values up to 65536"});
  expect_says(why_refused("P5 9 9 255\na"), {"claims 9 × 9 pixels in 12 bytes"});
  expect_says(why_refused("P2 1 1 99999999999999\n1"), {"a number is too large"});
  expect_says(why_refused("P1 2 1 02"), {"byte 8"});
}

#ifdef DECANT_HAS_AVIF
/// Losslessly, as libavif writes one.
std::string avif_file(const std::vector<uint8_t>& rgb, uint32_t width, uint32_t height) {
  avifImage* const image = avifImageCreate(width, height, 8, AVIF_PIXEL_FORMAT_YUV444);
  image->matrixCoefficients = AVIF_MATRIX_COEFFICIENTS_IDENTITY;
  avifRGBImage pixels;
  avifRGBImageSetDefaults(&pixels, image);
  pixels.format = AVIF_RGB_FORMAT_RGB;
  pixels.pixels = const_cast<uint8_t*>(rgb.data());
  pixels.rowBytes = 3 * width;
  EXPECT_EQ(avifImageRGBToYUV(image, &pixels), AVIF_RESULT_OK);
  avifEncoder* const encoder = avifEncoderCreate();
  encoder->minQuantizer = encoder->maxQuantizer = AVIF_QUANTIZER_LOSSLESS;
  avifRWData written = AVIF_DATA_EMPTY;
  EXPECT_EQ(avifEncoderWrite(encoder, image, &written), AVIF_RESULT_OK);
  const std::string file(reinterpret_cast<const char*>(written.data), written.size);
  avifRWDataFree(&written);
  avifEncoderDestroy(encoder);
  avifImageDestroy(image);
  return file;
}

TEST(Avif, IsReadAsItWasWritten) {
  std::vector<uint8_t> rgb;
  for (int i = 0; i < 3 * 16 * 8; ++i) rgb.push_back(static_cast<uint8_t>(i * 5));
  const std::string file = avif_file(rgb, 16, 8);
  EXPECT_EQ(codec_of(as_bytes(file)), Codec::avif);
  EXPECT_EQ(shown_pixels(file), std::vector<int>(rgb.begin(), rgb.end()));
  expect_says(why_refused(file.substr(0, file.size() - 20)), {"x: is a damaged or truncated AVIF: libavif says"});
}
#endif

}  // namespace
}  // namespace decant
