#include "decant/formats/image/codec.h"

#include <array>
#include <cstdlib>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <thread>

#include "decant/base/errors.h"
#include "decant/base/test_support.h"

namespace decant {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::byte> from_hex(std::string_view hex) {
  std::vector<std::byte> bytes;
  for (size_t i = 0; i < hex.size(); i += 2) bytes.push_back(static_cast<std::byte>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  return bytes;
}

Image decoded(Bytes bytes) {
  Image image;
  decode_image(bytes, "x", image);
  EXPECT_EQ(image.size, probe_image(bytes, "x"));
  return image;
}

std::string codec_fault(Bytes bytes) {
  return message_of([&] { decoded(bytes); });
}

/// A smooth picture: what photographs are like, so JPEG stays close to it.
Image gradient(ImageSize size) {
  Image image;
  image.resize(size);
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      for (int c = 0; c < size.channels; ++c)
        image.row(y)[x * size.channels + c] = static_cast<uint8_t>((x * (2 + c) + y * (3 - c)) / 4 % 256);
    }
  }
  return image;
}

std::vector<std::byte> jpeg_of(const Image& image, Chroma chroma = Chroma::half) {
  std::vector<std::byte> bytes;
  encode_jpeg(image.view(), 92, bytes, chroma);
  return bytes;
}

int largest_difference(const Image& a, const Image& b) {
  int largest = 0;
  for (size_t i = 0; i < a.pixels.size(); ++i) largest = std::max(largest, std::abs(a.pixels[i] - b.pixels[i]));
  return largest;
}

// The files below and their pixels were made by Pillow 9.4.
constexpr const char* kPalettePng =  // 2 × 2, half transparent
    "89504e470d0a1a0a0000000d49484452000000020000000202030000000fd8e5b700000009504c54450a141ec86432010203b88b"
    "9f6d00000003"
    "74524e530080ffecf7b3180000000c49444154789c63106098000000c400a1165cba960000000049454e44ae426082";
constexpr const char* kGreyAlphaPng =
    "89504e470d0a1a0a0000000d49484452000000020000000108040000005e2bb7010000000d49444154789c63606738d100000231"
    "01504d4a510a"
    "0000000049454e44ae426082";
constexpr const char* kOneBitPng =
    "89504e470d0a1a0a0000000d4948445200000003000000010100000000339b29190000000a49444154789c6348000000620061b1"
    "9879f2000000"
    "0049454e44ae426082";
constexpr const char* kSixteenBitPng =
    "89504e470d0a1a0a0000000d494844520000000200000001100000000081d9fc150000000d49444154789c631032f9c7080002e6"
    "0146a1852a7f"
    "0000000049454e44ae426082";
constexpr const char* kLosslessWebp = "5249464624000000574542505650384c170000002f010000100f700aa82bf89ec2e381ffc1830a44f43f0000";
constexpr const char* kAnimatedWebp =
    "524946468400000057454250565038580a00000002000000010000010000414e494d06000000000000000000414e4d4628000000"
    "000000000000"
    "010000010000000000025650384c0f0000002f014000000710fd8ffe0722a2ff0100414e4d462800000000000000000001000001"
    "000000000000"
    "5650384c0f0000002f014000000710d1fffe0722a2ff0100";
constexpr const char* kCmykJpeg =  // CMYK (30, 120, 200, 60) throughout
    "ffd8ffee000e41646f626500640000000000ffdb0043000201010101010201010102020202020403020202020504040304060506"
    "060605060606"
    "070908060709070606080b08090a0a0a0a0a06080b0c0b0a0c090a0a0affc000140800080008044311004d11005911004b1100ff"
    "c4001f000001"
    "0501010101010100000000000000000102030405060708090a0bffc400b5100002010303020403050504040000017d0102030004"
    "110512213141"
    "0613516107227114328191a1082342b1c11552d1f02433627282090a161718191a25262728292a3435363738393a434445464748"
    "494a53545556"
    "5758595a636465666768696a737475767778797a838485868788898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7"
    "b8b9bac2c3c4"
    "c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9faffda000e0443004d0059004b00003f00fd"
    "84adcafcdbaf"
    "d0caffd9";

TEST(Png, DropsAlphaExpandsPalettesAndScalesGreyLikePil) {
  EXPECT_THAT(decoded(from_hex(kPalettePng)).pixels, ElementsAre(10, 20, 30, 200, 100, 50, 1, 2, 3, 200, 100, 50));
  EXPECT_THAT(decoded(from_hex(kGreyAlphaPng)).pixels, ElementsAre(7, 200));
  EXPECT_THAT(decoded(from_hex(kOneBitPng)).pixels, ElementsAre(0, 255, 255));
  EXPECT_THAT(decoded(from_hex(kSixteenBitPng)).pixels, ElementsAre(0x12, 0xfe)) << "upper 8 bits, unlike PIL";
}

TEST(Webp, DropsAlpha) {
  EXPECT_THAT(decoded(from_hex(kLosslessWebp)).pixels, ElementsAre(10, 20, 30, 200, 100, 50));
}

TEST(Webp, OfAnAnimationIsTheFirstFrame) {
  const std::vector<std::byte> animation = from_hex(kAnimatedWebp);
  EXPECT_EQ(decoded(animation).size, (ImageSize{2, 2, 3}));
  EXPECT_THAT(codec_fault(Bytes(animation).first(70)), HasSubstr("first frame cannot be decoded"));
}

TEST(Jpeg, ConvertsCmykLikePil) {
  Image image = decoded(from_hex(kCmykJpeg));
  EXPECT_EQ(image.size, (ImageSize{8, 8, 3}));
  EXPECT_THAT(std::vector<uint8_t>(image.row(3) + 9, image.row(3) + 12), ElementsAre(172, 103, 42));
}

TEST(Png, RoundTripIsExact) {
  for (const int channels : {1, 3}) {
    const Image image = gradient({37, 21, channels});
    std::vector<std::byte> bytes;
    encode_png(image.view(), bytes);
    EXPECT_EQ(codec_of(bytes), Codec::png);
    EXPECT_EQ(decoded(bytes).pixels, image.pixels);
  }
}

TEST(Jpeg, RoundTripIsClose) {
  for (const int channels : {1, 3}) {
    const Image image = gradient({64, 40, channels});
    EXPECT_LE(largest_difference(decoded(jpeg_of(image, Chroma::full)), image), 10);
  }
  EXPECT_LT(jpeg_of(gradient({64, 40, 3}), Chroma::half).size(), jpeg_of(gradient({64, 40, 3}), Chroma::full).size());
}

TEST(Jpeg, DecodesAtAFractionThatStillHasMinSide) {
  const auto bytes = jpeg_of(gradient({400, 300, 3}));
  Image image;
  const auto size_at_least = [&](int min_side) {
    decode_image_at_least(bytes, "x", min_side, image);
    return image.size;
  };
  EXPECT_EQ(size_at_least(0), (ImageSize{400, 300, 3}));
  EXPECT_EQ(size_at_least(151), (ImageSize{400, 300, 3}));
  EXPECT_EQ(size_at_least(150), (ImageSize{200, 150, 3}));
  EXPECT_EQ(size_at_least(64), (ImageSize{100, 75, 3}));
  EXPECT_EQ(size_at_least(1), (ImageSize{50, 38, 3}));
}

TEST(Jpeg, MissingTailIsAnErrorAndTheDecoderRecovers) {
  const auto bytes = jpeg_of(gradient({64, 64, 3}));
  const Image whole = decoded(bytes);
  for (const size_t cut : {size_t{1}, size_t{2}, size_t{10}, bytes.size() / 2}) {
    EXPECT_THAT(codec_fault(Bytes(bytes).first(bytes.size() - cut)), HasSubstr("is a truncated JPEG: it ends at byte")) << cut;
    EXPECT_EQ(decoded(bytes).pixels, whole.pixels);
  }
}

TEST(Png, DamageIsAnError) {
  std::vector<std::byte> bytes;
  encode_png(gradient({64, 64, 3}).view(), bytes);
  EXPECT_THAT(codec_fault(Bytes(bytes).first(bytes.size() / 2)), HasSubstr("is a truncated PNG"));
  auto flipped = bytes;
  flipped[flipped.size() / 2] ^= std::byte{0x55};
  EXPECT_THAT(codec_fault(flipped), HasSubstr("is a damaged PNG"));
}

TEST(Webp, TruncationIsAnError) {
  const auto bytes = from_hex(kLosslessWebp);
  EXPECT_THAT(codec_fault(Bytes(bytes).first(18)), HasSubstr("truncated WebP"));
  EXPECT_THAT(codec_fault(Bytes(bytes).first(34)), HasSubstr("truncated WebP"));
}

TEST(Codec, NamesWhatAFileIsInstead) {
  EXPECT_THAT(codec_fault(as_bytes("hello world, this is text")),
              HasSubstr("x: is no picture of a known format (starts with 'hello world, thi')"));
  EXPECT_THAT(codec_fault(as_bytes(std::string_view("\x00\x01\xfe", 3))), HasSubstr("starts with 00 01 fe"));
  EXPECT_THAT(codec_fault({}), HasSubstr("x: is empty"));
  EXPECT_THAT(codec_fault(as_bytes("8BPS")), HasSubstr("is a Photoshop file; JPEG, PNG, WebP, BMP, GIF, TIFF"));
  EXPECT_THAT(codec_fault(as_bytes(std::string_view("\0\0\0\x18"
                                                    "ftypheic",
                                                    12))),
              HasSubstr("is a HEIC or video file"));
}

TEST(Limits, SmallFilesCannotClaimHugePictures) {
  auto jpeg = jpeg_of(gradient({8, 8, 1}));
  for (size_t i = 0; i + 9 < jpeg.size(); ++i) {  // SOF0: ff c0, length (2), precision (1), height (2), width (2)
    if (jpeg[i] != std::byte{0xff} || jpeg[i + 1] != std::byte{0xc0}) continue;
    const auto claim = [&](int side) {
      for (const size_t at : {i + 5, i + 7}) {
        jpeg[at] = static_cast<std::byte>(side >> 8);
        jpeg[at + 1] = static_cast<std::byte>(side & 255);
      }
      return codec_fault(jpeg);
    };
    EXPECT_THAT(claim(60000), HasSubstr("claims 60000 × 60000 pixels, more than the supported 268435456"));
    EXPECT_THAT(claim(4000), HasSubstr("claims 4000 × 4000 pixels in"));
    break;
  }
  auto png = from_hex(kOneBitPng);
  png[18] = std::byte{0x3f};  // width 16,131; the checksum is wrong, too, but either fault will do
  EXPECT_NE(codec_fault(png), "no error");
}

TEST(Limits, SolidPicturesAsSmallAsTheyGetAreRead) {
  Image solid;
  solid.resize({1500, 1000, 1});
  std::fill(solid.pixels.begin(), solid.pixels.end(), uint8_t{128});
  std::vector<std::byte> bytes;
  encode_png(solid.view(), bytes);
  EXPECT_EQ(decoded(bytes).pixels, solid.pixels);
  encode_jpeg(solid.view(), 50, bytes);
  EXPECT_EQ(decoded(bytes).pixels, solid.pixels);
}

TEST(Codec, ThreadsDoNotDisturbEachOther) {
  const auto a = jpeg_of(gradient({96, 64, 3}));
  const auto b = jpeg_of(gradient({33, 70, 1}));
  const Image image_a = decoded(a);
  const Image image_b = decoded(b);
  std::array<int, 4> wrong{};
  {
    std::vector<std::jthread> threads;
    for (size_t t = 0; t < wrong.size(); ++t) {
      threads.emplace_back([&, t] {
        Image image;
        for (int i = 0; i < 50; ++i) {
          decode_image((i + static_cast<int>(t)) % 2 == 0 ? a : b, "x", image);
          wrong[t] += image.pixels != ((i + static_cast<int>(t)) % 2 == 0 ? image_a : image_b).pixels;
        }
      });
    }
  }
  EXPECT_THAT(wrong, ElementsAre(0, 0, 0, 0));
}

// Every kind of file that Pillow writes, decoded here and there: the pixels must be the same.
TEST(Codec, AgreesWithPilOnEveryKindOfFile) {
  const fs::path folder = fresh_folder("pil");
  write_file(folder / "make.py", R"(
import os, random, sys
try:
    from PIL import Image
except ImportError:
    sys.exit(77)
os.chdir(sys.argv[1])
random.seed(1)
base = Image.new("RGB", (53, 37))
base.putdata([(x * 4 % 256, (x + y) * 3 % 256, random.randrange(256)) for y in range(37) for x in range(53)])
alpha = Image.linear_gradient("L").resize((53, 37))
rgba = base.copy(); rgba.putalpha(alpha)
la = base.convert("L"); la.putalpha(alpha)
made = []
def save(image, name, **options):
    image.save(name, **options); made.append(name)
for sub in (0, 1, 2):
    for progressive in (False, True):
        save(base, f"rgb{sub}{progressive:d}.jpg", quality=90, subsampling=sub, progressive=progressive)
save(base.convert("L"), "grey.jpg"); save(base.convert("CMYK"), "cmyk.jpg", quality=90)
for mode in ("1", "L", "P", "RGB"): save(base.convert(mode), f"{mode}.png")
save(base.convert("P"), "p_alpha.png", transparency=3); save(base.quantize(4), "p2.png", bits=2)
save(rgba, "rgba.png"); save(la, "la.png"); save(base, "lossy.webp", quality=80); save(base, "lossless.webp", lossless=True)
save(rgba, "rgba.webp", lossless=True, exact=True)
if True:
    for mode in ("1", "L", "P", "RGB", "RGBA"): save(rgba.convert(mode), f"{mode}.bmp")
    for mode in ("1", "L", "P", "RGB"): save(base.convert(mode), f"{mode}.gif", interlace=mode == "L")
    save(base.quantize(5), "five.gif", transparency=2); save(base, "frames.gif", save_all=True, append_images=[base.rotate(90)])
    save(rgba, "frames.webp", save_all=True, append_images=[rgba.rotate(90)], lossless=True)
    for mode in ("1", "L", "P", "RGB", "RGBA", "CMYK", "LA"): save(rgba.convert(mode), f"{mode}.tif")
    for packing in ("tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg"): save(base, f"{packing}.tif", compression=packing)
    save(base.convert("L"), "jpeg_grey.tif", compression="jpeg"); save(base.convert("1"), "group4.tif", compression="group4")
    save(base.convert("1"), "white.tif", tiffinfo={262: 0})
    for turn in range(1, 9): save(base, f"turn{turn}.tif", tiffinfo={274: turn})
    for mode, end in (("1", "pbm"), ("L", "pgm"), ("RGB", "ppm")): save(base.convert(mode), f"{mode}.{end}")
    for name, text in (("plain.pgm", b"P2 # grey\n3 2\n# most\n7\n0 1 2 3\n4 7"), ("plain.ppm", b"P3\n1 2 100 0 50 100 33 66 99\n"),
                       ("plain.pbm", b"P1 3 2\n101\n0 1 0\n"), ("fifteen.pgm", b"P5 2 1 15\n\x01\x0f"),
                       ("wide.ppm", b"P6 1 1 1000\n\x00\x01\x01\xf4\x03\xe8")):
        open(name, "wb").write(text); made.append(name)
for name in made:
    image = Image.open(name).convert("RGB")
    open(name + ".rgb", "wb").write(image.tobytes())
open("done", "w").write("\n".join(made))
)");
  // DECANT_PYTHON may be relative to here, so Python needs an absolute path.
  const std::string command = "\"${DECANT_PYTHON:-python3}\" '" + (folder / "make.py").string() + "' '" + folder.string() + "' 2> '" +
                              (folder / "errors").string() + "'";
  const int status = std::system(command.c_str());
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  if (code == 77 || code == 126 || code == 127) GTEST_SKIP() << "needs python3, or another Python in DECANT_PYTHON, with Pillow";
  ASSERT_EQ(code, 0) << read_text(folder / "errors");
  int compared = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() != ".rgb") continue;
    const std::string file = entry.path().string().substr(0, entry.path().string().size() - 4);
    const Image image = decoded(as_bytes(read_text(file)));
    std::string rgb;
    for (const uint8_t value : image.pixels) rgb.append(image.size.channels == 1 ? 3 : 1, static_cast<char>(value));
    EXPECT_TRUE(rgb == read_text(entry.path())) << file << ": other pixels than Pillow's";
    ++compared;
  }
  EXPECT_EQ(compared, 61);
}

}  // namespace
}  // namespace decant
