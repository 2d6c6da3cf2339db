// PNG and WebP, against a plain reading of both files.
#include <cstdlib>
#include <cstring>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <memory>
#include <spng.h>
#include <sys/wait.h>
#include <webp/decode.h>
#include <webp/encode.h>
#include <zlib.h>

#include "decant/base/random.h"
#include "decant/base/test_support.h"
#include "decant/formats/image/codec.h"
#include "decant/formats/image/jpeg_for_tests.h"
#include "decant/formats/image/recode.h"

namespace decant {
namespace {

using testing::HasSubstr;

std::vector<std::byte> result_of(Bytes bytes, const PatchMask* mask = nullptr) {
  std::vector<std::byte> out;
  recode(bytes, "x", {.mask = mask}, out);
  return out;
}

struct PngKind {
  uint8_t color_type;
  uint8_t bits;
  bool interlaced = false;
};

const std::vector<PngKind> kPngKinds = {{0, 1}, {0, 2}, {0, 4}, {0, 8}, {0, 16}, {2, 8}, {2, 16}, {3, 1},
                                        {3, 2}, {3, 4}, {3, 8}, {4, 8}, {4, 16}, {6, 8}, {6, 16}};

int channels_of(uint8_t color_type) {
  return color_type == 2 ? 3 : color_type == 4 ? 2 : color_type == 6 ? 4 : 1;
}

using PngPointer = std::unique_ptr<spng_ctx, decltype(&spng_ctx_free)>;

/// Random samples: hard to compress. `level` 0…9.
std::vector<std::byte> make_png(PngKind kind, int width, int height, Random& random, int level = 6) {
  const PngPointer context(spng_ctx_new(SPNG_CTX_ENCODER), &spng_ctx_free);
  spng_set_option(context.get(), SPNG_ENCODE_TO_BUFFER, 1);
  spng_set_option(context.get(), SPNG_IMG_COMPRESSION_LEVEL, level);
  spng_ihdr header{.width = static_cast<uint32_t>(width),
                   .height = static_cast<uint32_t>(height),
                   .bit_depth = kind.bits,
                   .color_type = kind.color_type};
  header.interlace_method = kind.interlaced ? 1 : 0;
  EXPECT_EQ(spng_set_ihdr(context.get(), &header), 0);
  if (kind.color_type == 3) {
    spng_plte palette{};
    spng_trns transparency{};
    palette.n_entries = 1u << kind.bits;
    transparency.n_type3_entries = palette.n_entries / 2;
    for (uint32_t i = 0; i < palette.n_entries; ++i) {
      const auto value = [&] { return static_cast<uint8_t>(random.below(256)); };
      palette.entries[i] = {value(), value(), value(), 255};
      if (i < transparency.n_type3_entries) transparency.type3_alpha[i] = value();
    }
    EXPECT_EQ(spng_set_plte(context.get(), &palette), 0);
    EXPECT_EQ(spng_set_trns(context.get(), &transparency), 0);
  }
  const size_t line = (static_cast<size_t>(width * channels_of(kind.color_type) * kind.bits) + 7) / 8;
  std::vector<uint8_t> rows(line * static_cast<size_t>(height));
  for (uint8_t& byte : rows) byte = static_cast<uint8_t>(random.below(256));
  EXPECT_EQ(spng_encode_image(context.get(), rows.data(), rows.size(), SPNG_FMT_PNG, SPNG_ENCODE_FINALIZE), 0);
  size_t size = 0;
  int code = 0;
  const std::unique_ptr<void, decltype(&std::free)> encoded(spng_get_png_buffer(context.get(), &size, &code), &std::free);
  const auto* begin = static_cast<const std::byte*>(encoded.get());
  return {begin, begin + size};
}

struct PngContent {
  spng_ihdr header{};
  std::vector<unsigned> samples;  // (height, width, channels)
  std::vector<std::array<int, 4>> palette;
};

PngContent png_content(Bytes bytes) {
  PngContent content;
  const PngPointer context(spng_ctx_new(0), &spng_ctx_free);
  spng_set_png_buffer(context.get(), bytes.data(), bytes.size());
  EXPECT_EQ(spng_get_ihdr(context.get(), &content.header), 0);
  size_t size = 0;
  EXPECT_EQ(spng_decoded_image_size(context.get(), SPNG_FMT_RAW, &size), 0);
  std::vector<uint8_t> rows(size);
  EXPECT_EQ(spng_decode_image(context.get(), rows.data(), size, SPNG_FMT_RAW, 0), 0);
  const unsigned bits = content.header.bit_depth;
  const size_t line = size / content.header.height;
  for (size_t y = 0; y < content.header.height; ++y) {
    for (size_t i = 0; i < content.header.width * static_cast<size_t>(channels_of(content.header.color_type)); ++i) {
      unsigned value = 0;
      for (size_t bit = i * bits; bit < (i + 1) * bits; ++bit) value = value << 1 | (rows[y * line + bit / 8] >> (7 - bit % 8) & 1);
      content.samples.push_back(value);
    }
  }
  spng_plte palette{};
  spng_trns alpha{};
  if (spng_get_plte(context.get(), &palette) != 0) return content;
  const bool has_alpha = spng_get_trns(context.get(), &alpha) == 0;
  for (uint32_t i = 0; i < palette.n_entries; ++i) {
    const auto& entry = palette.entries[i];
    content.palette.push_back({entry.red, entry.green, entry.blue, has_alpha && i < alpha.n_type3_entries ? alpha.type3_alpha[i] : 255});
  }
  return content;
}

unsigned mean_of(const std::vector<unsigned>& values) {
  double sum = 0;
  for (const unsigned value : values) sum += value;
  return static_cast<unsigned>(std::floor(sum / static_cast<double>(values.size()) + 0.5));
}

unsigned nearest_to(const std::array<int, 4>& colour, const std::vector<std::array<int, 4>>& palette) {
  int best = 1 << 30;
  unsigned found = 0;
  for (size_t i = 0; i < palette.size(); ++i) {
    int distance = 0;
    for (size_t c = 0; c < 4; ++c) distance += (palette[i][c] - colour[c]) * (palette[i][c] - colour[c]);
    if (distance < best) found = static_cast<unsigned>(i);
    best = std::min(best, distance);
  }
  return found;
}

/// The samples of `content` with the dropped cells flat.
std::vector<unsigned> flattened(const PngContent& content, const PatchMask& mask) {
  std::vector<unsigned> samples = content.samples;
  const int channels = channels_of(content.header.color_type);
  for (int cell = 0; cell < mask.grid.count(); ++cell) {
    if (mask.kept[static_cast<size_t>(cell)]) continue;
    const PatchRect rect = mask.grid.pixels(cell);
    const auto each = [&](int c, auto&& use) {
      for (int y = rect.top; y < rect.bottom; ++y) {
        for (int x = rect.left; x < rect.right; ++x)
          use(samples[static_cast<size_t>((y * static_cast<int>(content.header.width) + x) * channels + c)]);
      }
    };
    for (int c = 0; c < channels; ++c) {
      std::vector<unsigned> values;
      each(c, [&](unsigned value) { values.push_back(value); });
      unsigned flat = mean_of(values);
      if (!content.palette.empty()) {
        std::array<int, 4> mean{};
        for (size_t k = 0; k < 4; ++k) {
          std::vector<unsigned> shades;
          for (const unsigned value : values) shades.push_back(static_cast<unsigned>(content.palette[value][k]));
          mean[k] = static_cast<int>(mean_of(shades));
        }
        flat = nearest_to(mean, content.palette);
      }
      each(c, [&](unsigned& value) { value = flat; });
    }
  }
  return samples;
}

TEST(RecodePng, FlattensDroppedCellsOfEveryKindOfPicture) {
  Random random(1, "png");
  for (int trial = 0; trial < 90; ++trial) {
    PngKind kind = kPngKinds[static_cast<size_t>(trial) % kPngKinds.size()];
    kind.interlaced = trial % 4 == 0;
    SCOPED_TRACE(fmt::format("type {}, {} bits", kind.color_type, kind.bits));
    const std::vector<std::byte> source = make_png(kind, one_to(random, 40), one_to(random, 40), random);
    const PatchMask mask = random_mask(patch_grid_of(source, "x", one_to(random, 8)), random);
    const std::vector<std::byte> result = result_of(source, &mask);
    const PngContent before = png_content(source);
    const PngContent after = png_content(result);
    ASSERT_EQ(after.samples, flattened(before, mask));
    EXPECT_EQ(after.header.color_type, before.header.color_type);
    EXPECT_EQ(after.header.bit_depth, before.header.bit_depth);
    EXPECT_EQ(after.palette, before.palette);
    if (mask.dropped_count() > 0)
      EXPECT_EQ(stored_mask(result, "x"), mask);
    else
      EXPECT_FALSE(stored_mask(result, "x"));
  }
}

std::string png_chunk(const std::string& type, const std::string& data) {
  const auto number = [](uint64_t value) {
    std::string bytes;
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift & 255);
    return bytes;
  };
  const std::string covered = type + data;
  return number(data.size()) + covered +
         number(crc32(0, reinterpret_cast<const Bytef*>(covered.data()), static_cast<uInt>(covered.size())));
}

std::vector<std::string> chunk_types(Bytes png) {
  std::vector<std::string> types;
  const std::string_view text = as_text(png);
  for (size_t at = 8; at + 8 <= text.size();) {
    size_t size = 0;
    for (size_t i = 0; i < 4; ++i) size = size << 8 | static_cast<unsigned char>(text[at + i]);
    types.emplace_back(text.substr(at + 4, 4));
    at += size + 12;
  }
  types.erase(std::unique(types.begin(), types.end()), types.end());
  return types;
}

TEST(RecodePng, ChunksStayUnlessTheyHangOnThePixels) {
  Random random(2, "png");
  std::string text(as_text(make_png({2, 8}, 40, 30, random, 0)));
  text.insert(33, png_chunk("gAMA", std::string("\0\0\xb1\x8f", 4)) + png_chunk("eXIf", "MM") + png_chunk("prVa", "copied") +
                      png_chunk("prVA", "not copied") + png_chunk("tEXt", std::string("Title\0x", 7)));
  text.insert(text.size() - 12, png_chunk("tIME", "1234567"));
  text += "behind the end";
  PatchMask mask = PatchMask::whole(patch_grid_of(as_bytes(text), "x", 4));
  const std::vector<std::byte> same = result_of(as_bytes(text));
  EXPECT_LT(same.size(), text.size());
  EXPECT_THAT(chunk_types(same), testing::ElementsAre("IHDR", "gAMA", "eXIf", "prVa", "prVA", "tEXt", "IDAT", "tIME", "IEND"));
  mask.kept[3] = false;
  const std::vector<std::byte> dropped = result_of(as_bytes(text), &mask);
  EXPECT_THAT(chunk_types(dropped), testing::ElementsAre("IHDR", "gAMA", "eXIf", "prVa", "tEXt", "dcMK", "IDAT", "IEND"));
  EXPECT_EQ(result_of(dropped, &mask), dropped);
  PatchMask other = mask;
  other.kept[3] = true;
  other.kept[5] = false;
  const std::vector<std::byte> twice = result_of(dropped, &other);
  mask.kept[5] = false;
  EXPECT_EQ(stored_mask(twice, "x"), mask);
  EXPECT_EQ(twice, result_of(as_bytes(text), &mask));
}

TEST(RecodePng, TouchesNoPixelWhenNothingIsTaken) {
  Random random(10, "png");
  const std::string whole(as_text(make_png({2, 8}, 40, 30, random, 0)));
  PatchMask mask = PatchMask::whole(patch_grid_of(as_bytes(whole), "x", 4));
  mask.kept[3] = false;
  const std::string dropped(as_text(result_of(as_bytes(whole), &mask)));
  const size_t chunk = dropped.find("dcMK") - 4;
  std::string painted_over = whole;
  painted_over.insert(whole.find("IDAT") - 4, dropped.substr(chunk, dropped.find("IDAT") - 4 - chunk));
  painted_over += "bytes behind the end, so that re-coding is worth it";
  const std::vector<std::byte> result = result_of(as_bytes(painted_over));
  EXPECT_LT(result.size(), painted_over.size());
  EXPECT_EQ(stored_mask(result, "x"), mask);
  EXPECT_EQ(png_content(result).samples, png_content(as_bytes(whole)).samples);
}

TEST(RecodePng, IsNeverLargerThanItsSourceWithNothingDropped) {
  Random random(3, "png");
  for (const PngKind& kind : kPngKinds) {
    for (const int level : {0, 9}) {
      const std::vector<std::byte> source = make_png(kind, one_to(random, 30), one_to(random, 30), random, level);
      const std::vector<std::byte> result = result_of(source);
      ASSERT_LE(result.size(), source.size());
      ASSERT_EQ(png_content(result).samples, png_content(source).samples);
      ASSERT_EQ(result_of(result), result);
    }
  }
}

TEST(RecodePng, AnAnimatedPictureStaysUnlessCellsAreDropped) {
  Random random(4, "png");
  std::string text(as_text(make_png({0, 8}, 40, 30, random, 0)));
  text.insert(33, png_chunk("acTL", std::string("\0\0\0\1\0\0\0\0", 8)));
  EXPECT_EQ(as_text(result_of(as_bytes(text))), text);
  PatchMask mask = PatchMask::whole(patch_grid_of(as_bytes(text), "x", 4));
  mask.kept[0] = false;
  EXPECT_THAT(chunk_types(result_of(as_bytes(text), &mask)), testing::ElementsAre("IHDR", "dcMK", "IDAT", "IEND"));
}

TEST(RecodePng, RefusesDamageAndWhatOnlyJpegsHave) {
  Random random(5, "png");
  const std::vector<std::byte> source = make_png({2, 8}, 40, 30, random);
  EXPECT_THAT(message_of([&] { result_of(Bytes(source).first(source.size() / 2)); }), HasSubstr("x: is a truncated PNG"));
  std::vector<std::byte> out;
  EXPECT_THAT(message_of([&] { recode(source, "x", {.quality = 50}, out); }), HasSubstr("x: is no JPEG, and only JPEGs have a quality"));
  EXPECT_THAT(message_of([&] { recode(source, "x", {.eighths = 5}, out); }), HasSubstr("resolution"));
}

std::vector<std::byte> make_webp(int width, int height, bool lossless, Random& random) {
  WebPConfig config;
  WebPConfigInit(&config);
  config.lossless = config.exact = lossless ? 1 : 0;
  config.method = 0;
  std::vector<uint8_t> rgba;
  for (int i = 0; i < width * height; ++i) {
    for (int c = 0; c < 3; ++c) rgba.push_back(static_cast<uint8_t>(i / 7 + static_cast<int>(random.below(40))));
    rgba.push_back(lossless ? static_cast<uint8_t>(random.below(3) * 127) : 255);
  }
  WebPPicture picture;
  WebPPictureInit(&picture);
  picture.use_argb = config.lossless;
  picture.width = width;
  picture.height = height;
  WebPPictureImportRGBA(&picture, rgba.data(), width * 4);
  WebPMemoryWriter writer;
  WebPMemoryWriterInit(&writer);
  picture.writer = WebPMemoryWrite;
  picture.custom_ptr = &writer;
  EXPECT_NE(WebPEncode(&config, &picture), 0);
  const auto* begin = reinterpret_cast<const std::byte*>(writer.mem);
  const std::vector<std::byte> bytes(begin, begin + writer.size);
  WebPPictureFree(&picture);
  WebPMemoryWriterClear(&writer);
  return bytes;
}

/// As a PNG's, of red, green, blue and alpha.
PngContent webp_content(Bytes bytes) {
  int width = 0;
  int height = 0;
  uint8_t* const rgba = WebPDecodeRGBA(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size(), &width, &height);
  PngContent content{.header = {.width = static_cast<uint32_t>(width), .height = static_cast<uint32_t>(height), .color_type = 6}};
  content.samples.assign(rgba, rgba + width * height * 4);
  WebPFree(rgba);
  return content;
}

TEST(RecodeWebp, FlattensDroppedCellsOfLosslessPictures) {
  Random random(6, "webp");
  for (int trial = 0; trial < 20; ++trial) {
    const std::vector<std::byte> source = make_webp(one_to(random, 60), one_to(random, 60), true, random);
    const PatchMask mask = random_mask(patch_grid_of(source, "x", one_to(random, 8)), random);
    const std::vector<std::byte> result = result_of(source, &mask);
    ASSERT_EQ(webp_content(result).samples, flattened(webp_content(source), mask));
    const bool dropped = mask.dropped_count() > 0;
    ASSERT_EQ(stored_mask(result, "x"), dropped ? std::optional(mask) : std::nullopt);
    ASSERT_EQ(result_of(result), result);
    ASSERT_TRUE(dropped || result.size() <= source.size());
  }
}

std::string riff_chunk(const std::string& type, const std::string& data) {
  std::string chunk = type;
  for (int shift = 0; shift < 32; shift += 8) chunk += static_cast<char>(data.size() >> shift & 255);
  return chunk + data + std::string(data.size() % 2, '\0');
}

TEST(RecodeWebp, OtherChunksStay) {
  Random random(7, "webp");
  const std::string plain(as_text(make_webp(20, 10, true, random)));
  const std::string body = "WEBP" + riff_chunk("VP8X", std::string("\x28\0\0\0\x13\0\0\x09\0\0", 10)) + riff_chunk("ICCP", "profile") +
                           plain.substr(12) + riff_chunk("EXIF", "II*");
  const std::string source = riff_chunk("RIFF", body);
  PatchMask mask = PatchMask::whole(patch_grid_of(as_bytes(source), "x", 2));
  mask.kept[1] = false;
  const std::string result(as_text(result_of(as_bytes(source), &mask)));
  EXPECT_THAT(result,
              HasSubstr(riff_chunk("VP8X", std::string("\x28\0\0\0\x13\0\0\x09\0\0", 10)) + riff_chunk("ICCP", "profile") + "VP8L"));
  EXPECT_THAT(result, HasSubstr(riff_chunk("EXIF", "II*") + "dcMK"));
  EXPECT_EQ(stored_mask(as_bytes(result), "x"), mask);
  EXPECT_EQ(webp_content(as_bytes(result)).samples, flattened(webp_content(as_bytes(source)), mask));
}

TEST(RecodeWebp, LossyOnesStayAsTheyAreAndLoseNoCells) {
  Random random(8, "webp");
  const std::vector<std::byte> source = make_webp(50, 40, false, random);
  EXPECT_EQ(result_of(source), source);
  PatchMask mask = PatchMask::whole(patch_grid_of(source, "x", 4));
  EXPECT_EQ(result_of(source, &mask), source);
  mask.kept[0] = false;
  EXPECT_THAT(message_of([&] { result_of(source, &mask); }), HasSubstr("is a lossy WebP"));
}

// Files with a mask, opened by Pillow: no complaint, and the pixels that decant decodes.
TEST(Recode, PillowReadsFilesWithDroppedCells) {
  Random random(9, "pillow");
  const std::filesystem::path folder = fresh_folder("pillow");
  int made = 0;
  const auto add = [&](const std::vector<std::byte>& source) {
    PatchMask mask = PatchMask::whole(patch_grid_of(source, "x", 6));
    for (size_t i = 0; i < mask.kept.size(); i += 3) mask.kept[i] = false;
    const std::vector<std::byte> result = result_of(source, &mask);
    Image image;
    decode_image(result, "x", image);
    const std::filesystem::path path = folder / std::to_string(made++);
    write_file(path, result);
    std::string rgb;
    for (const uint8_t value : image.pixels) rgb.append(image.size.channels == 1 ? 3 : 1, static_cast<char>(value));
    write_file(path.string() + ".rgb", rgb);
  };
  for (const JpegFactors& factors : {JpegFactors{{2, 2}, {1, 1}, {1, 1}}, JpegFactors{{1, 1}}, JpegFactors(4, {1, 1})})
    for (const bool progressive : {false, true}) add(make_jpeg({.width = 99, .factors = factors, .progressive = progressive}, random));
  for (const PngKind& kind : kPngKinds) {
    if (kind.bits < 16 || kind.color_type != 0) add(make_png(kind, 50, 41, random));
  }
  add(make_webp(50, 41, true, random));
  write_file(folder / "compare.py", R"(
import glob, os, pathlib, sys
try:
    from PIL import Image
except ImportError:
    sys.exit(77)
for name in glob.glob(os.path.join(sys.argv[1], "*.rgb")):
    with Image.open(name[:-4]) as image:
        image.load()
        assert image.convert("RGB").tobytes() == pathlib.Path(name).read_bytes(), (name, image.format, image.mode)
)");
  const std::string command = "\"${DECANT_PYTHON:-python3}\" '" + (folder / "compare.py").string() + "' '" + folder.string() + "' 2> '" +
                              (folder / "errors").string() + "'";
  const int status = std::system(command.c_str());
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  if (code == 77 || code == 126 || code == 127) GTEST_SKIP() << "needs python3, or another Python in DECANT_PYTHON, with Pillow";
  EXPECT_EQ(code, 0) << read_text(folder / "errors");
}

}  // namespace
}  // namespace decant
