#include <gtest/gtest.h>
#include <zlib.h>

#include "decant/base/errors.h"
#include "decant/base/test_support.h"
#include "decant/formats/image/codec.h"

namespace decant {
namespace {

using namespace std::string_literals;

std::string number_le(uint32_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i, value >>= 8) text += static_cast<char>(value & 255);
  return text;
}

/// `extra`: masks or palette, before the pixels.
std::string bmp_file(int width, int height, int bits, const std::string& extra, const std::string& pixels, uint32_t compression = 0) {
  const auto at = static_cast<uint32_t>(54 + extra.size());
  return "BM" + number_le(at + static_cast<uint32_t>(pixels.size()), 4) + number_le(0, 4) + number_le(at, 4) + number_le(40, 4) +
         number_le(static_cast<uint32_t>(width), 4) + number_le(static_cast<uint32_t>(height), 4) + number_le(1, 2) +
         number_le(static_cast<uint32_t>(bits), 2) + number_le(compression, 4) + number_le(0, 20) + extra + pixels;
}

std::vector<int> decoded_values(const std::string& file) {
  Image image;
  decode_image(as_bytes(file), "x", image);
  EXPECT_EQ(image.size, probe_image(as_bytes(file), "x"));
  return {image.pixels.begin(), image.pixels.end()};
}

std::string picture_fault_of(const std::string& file) {
  return message_of([&] { decoded_values(file); });
}

TEST(Bmp, IsReadInEveryDepth) {
  const std::vector<int> two = {1, 2, 3, 4, 5, 6};
  EXPECT_EQ(decoded_values(bmp_file(1, 2, 24, "", "\6\5\4\0\3\2\1\0"s)), two) << "from the bottom up, blue first";
  EXPECT_EQ(decoded_values(bmp_file(1, -2, 24, "", "\3\2\1\0\6\5\4\0"s)), two) << "from the top down";
  EXPECT_EQ(decoded_values(bmp_file(2, 1, 32, "", "\3\2\1\x80\6\5\4\0"s)), two) << "alpha is dropped";
  EXPECT_EQ(decoded_values(bmp_file(2, 1, 8, "\6\5\4\0\3\2\1\0"s + std::string(1016, '\0'), "\1\0\0\0"s)), two);
  EXPECT_EQ(decoded_values(bmp_file(2, 1, 4, "\6\5\4\0\3\2\1\0"s + std::string(56, '\0'), "\x10\0\0\0"s)), two);
  EXPECT_EQ(decoded_values(bmp_file(2, 1, 1, "\6\5\4\0\3\2\1\0"s, "\x80\0\0\0"s)), two);
  EXPECT_EQ(decoded_values(bmp_file(2, 1, 16, "", "\x1f\0\0\x7c"s)), (std::vector<int>{0, 0, 255, 255, 0, 0}));
  const std::string masks = number_le(0xf800, 4) + number_le(0x7e0, 4) + number_le(0x1f, 4);
  EXPECT_EQ(decoded_values(bmp_file(2, 1, 16, masks, "\x1f\0\xe0\7"s, 3)), (std::vector<int>{0, 0, 255, 0, 255, 0}));
}

TEST(Bmp, RefusesWhatDoesNotFit) {
  const std::string good = bmp_file(1, 2, 24, "", "\6\5\4\0\3\2\1\0"s);
  expect_says(picture_fault_of(good.substr(0, good.size() - 1)), {"x: is a truncated BMP: it ends at byte 61"});
  expect_says(picture_fault_of(good.substr(0, 20)), {"inside its header"});
  expect_says(picture_fault_of(bmp_file(100'000, 100'000, 24, "", "x")), {"more than the supported"});
  expect_says(picture_fault_of(bmp_file(0, 1, 24, "", "x")), {"claims a size of 0"});
  expect_says(picture_fault_of(bmp_file(1, 1, 7, "", "xxxx")), {"claims 7 bits per pixel"});
  expect_says(picture_fault_of(bmp_file(1, 1, 8, "", "xxxx", 1)), {"is a compressed BMP", "PNG"});
  expect_says(picture_fault_of(bmp_file(1, 1, 16, std::string(12, '\5'), "xxxx", 3)), {"colour masks have gaps"});
}

/// Two frames of 2 × 2; the first has codes of 3 bits: clear, 1, 2, 0, 1, end.
std::string gif_file(const std::string& before = "", const std::string& codes = "\2\3\x54\x42\1\0"s) {
  const std::string palette = "\x0a\x0b\x0c\x14\x15\x16\x1e\x1f\x20\x28\x29\x2a";
  return "GIF89a" + number_le(2, 2) + number_le(2, 2) + "\x81\0\0"s + palette + before + "," + number_le(0, 4) + number_le(2, 2) +
         number_le(2, 2) + "\0"s + codes + ";";
}

TEST(Gif, IsItsFirstFrame) {
  const std::vector<int> four = {20, 21, 22, 30, 31, 32, 10, 11, 12, 20, 21, 22};
  EXPECT_EQ(codec_of(as_bytes(gif_file())), Codec::gif);
  // 100 001 010 000 001 101, the lowest bits first: 0x0c, 0x14 …: packed below.
  std::string codes;
  uint32_t packed = 0;
  int bits = 0;
  for (const uint32_t code : {4u, 1u, 2u, 0u}) {
    packed |= code << bits;
    bits += 3;
  }
  packed |= 1u << bits;  // the table has 6 codes by then, still 3 bits … until 8 are known
  bits += 3;
  for (; bits > 0; bits -= 8, packed >>= 8) codes += static_cast<char>(packed & 255);
  const std::string stored = "\2" + number_le(static_cast<uint32_t>(codes.size()), 1) + codes + std::string(1, '\0');
  EXPECT_EQ(decoded_values(gif_file("", stored)), four);
  EXPECT_EQ(decoded_values(gif_file("!\xf9\4\1\0\0\3\0"s + "!\xfe\2hi\0"s, stored)), four) << "behind extensions";
  expect_says(picture_fault_of(gif_file("", stored).substr(0, 38)), {"is a truncated GIF"});
}

TEST(Gif, RefusesWhatDoesNotFit) {
  expect_says(picture_fault_of("GIF89a"), {"is a truncated GIF"});
  expect_says(picture_fault_of(gif_file("", "\2\1\x07\0"s)), {"a code comes before it is defined"});
  expect_says(picture_fault_of(gif_file("", "\x0c\1\x07\0"s)), {"impossible size"});
  expect_says(picture_fault_of(gif_file("", "\2\1\x2c\0"s)), {"truncated"});
  expect_says(picture_fault_of(gif_file().replace(6, 4, "\xff\xff\xff\xff")), {"claims 65535 × 65535 pixels"});
  expect_says(picture_fault_of("GIF89a\1\0\1\0\0\0\0;"s), {"is a GIF without a picture"});
}

/// Pillow's rule: checksums count before the pixels, and not in them.
TEST(PngChecksums, CountBeforeThePixels) {
  Image image;
  image.resize({40, 30, 3});
  for (size_t i = 0; i < image.pixels.size(); ++i) image.pixels[i] = static_cast<uint8_t>(i * i >> 3);
  std::vector<std::byte> encoded;
  encode_png(image.view(), encoded);
  const std::string good(as_text(encoded));
  const size_t pixels = good.find("IDAT");
  std::string wrong = good;
  const auto size = static_cast<size_t>(static_cast<uint8_t>(good[pixels - 3])) << 16 |
                    static_cast<size_t>(static_cast<uint8_t>(good[pixels - 2])) << 8 | static_cast<uint8_t>(good[pixels - 1]);
  wrong[pixels + 4 + size] ^= 1;
  EXPECT_EQ(decoded_values(wrong), decoded_values(good));
  const std::string whole = good.substr(pixels + 4, size);
  const auto chunk = [](const std::string& data, uint32_t flip) {
    const std::string covered = "IDAT" + data;
    const auto crc =
        static_cast<uint32_t>(crc32(0, reinterpret_cast<const Bytef*>(covered.data()), static_cast<uInt>(covered.size()))) ^ flip;
    std::string text;
    for (const uint32_t value : {static_cast<uint32_t>(data.size()), crc}) {
      for (const int shift : {24, 16, 8, 0}) text += static_cast<char>(value >> shift & 255);
    }
    return text.substr(0, 4) + covered + text.substr(4);
  };
  const std::string several =
      good.substr(0, pixels - 4) + chunk(whole.substr(0, 9), 1) + chunk(whole.substr(9), 1) + good.substr(pixels + 8 + size);
  EXPECT_EQ(decoded_values(several), decoded_values(good)) << "however many chunks there are";
  std::string header = good;
  header[30] ^= 1;  // of IHDR's checksum
  expect_says(picture_fault_of(header), {"is a damaged PNG: the chunk at byte 8 has a wrong checksum"});
}

}  // namespace
}  // namespace decant
