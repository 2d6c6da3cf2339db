#include "decant/formats/packed/packed_codec.h"

#include <gtest/gtest.h>

#include "decant/base/test_support.h"
#include "decant/formats/packed/pictures_for_tests.h"
#include "decant/formats/packed/questions.h"
#include "decant/formats/packed/range_coder.h"

namespace decant::packed {
namespace {

/// Of 40 colour pictures, every other one with cells dropped, and as many grey ones.
const Model& taught() {
  static const Model model = [] {
    std::vector<Image> pictures;
    std::vector<PatchMask> masks;
    for (uint64_t i = 0; i < 80; ++i) {
      pictures.push_back(photo_like({16, 16, i < 40 ? 3 : 1}, i));
      masks.push_back(random_mask(pictures.back().size, 4, 3, i));
      if (i % 2 == 1) flatten_dropped(masks.back(), pictures.back());
    }
    return learn(
        80,
        [&](int64_t k, Image& image) -> const PatchMask* {
          image = pictures[static_cast<size_t>(k)];
          return k % 2 == 1 ? &masks[static_cast<size_t>(k)] : nullptr;
        },
        1000);
  }();
  return model;
}

std::vector<std::byte> coded(const Model& model, Image image, const PatchMask* mask, bool fixed = false) {
  std::vector<std::byte> out;
  encode_record(model, image, mask, fixed, out);
  return out;
}

Image unpacked(const Model& model, Bytes record, const std::optional<ImageSize>& fixed = {}) {
  Image image;
  decode_record(model, parse_record(record, fixed, "x"), image);
  return image;
}

TEST(RangeCoder, ReturnsBitsOfAnyOdds) {
  Random random(1, "bits", 0);
  std::vector<std::pair<bool, uint32_t>> bits;
  for (int i = 0; i < 20000; ++i) {
    const uint32_t one = i % 3 == 0 ? 1 : i % 3 == 1 ? 65535 : 1 + static_cast<uint32_t>(random.below(65535));
    bits.emplace_back(random.below(65536) < one, one);
  }
  std::vector<std::byte> out;
  RangeEncoder encoder(out);
  for (const auto& [bit, one] : bits) encoder.write(bit, one);
  encoder.finish();
  RangeDecoder decoder(out);
  for (const auto& [bit, one] : bits) ASSERT_EQ(decoder.read(one), bit);
  EXPECT_LT(out.size(), 20000u / 3 / 8 + 100);  // the sure two thirds cost nothing
}

TEST(RangeCoder, WritesNothingForWhatIsCertain) {
  std::vector<std::byte> out;
  RangeEncoder encoder(out);
  for (int i = 0; i < 100; ++i) encoder.write(true, 65535);
  encoder.finish();
  EXPECT_LE(out.size(), 1u);
}

TEST(Questions, AnswersGiveTheErrorBack) {
  for (int error = -255; error <= 255; ++error) {
    std::vector<std::pair<int, bool>> asked;
    const auto tell = [&](int question, bool yes) { return asked.emplace_back(question, yes), yes; };
    const auto digit = [&](bool set) { return asked.emplace_back(-1, set), set; };
    EXPECT_EQ(answer(error, tell, digit), error);
    size_t next = 0;
    const auto recall = [&](int question, bool) {
      EXPECT_EQ(question, asked[next].first);
      EXPECT_LT(question, kQuestionsAsked);
      return asked[next++].second;
    };
    EXPECT_EQ(answer(0, recall, [&](bool) { return asked[next++].second; }), error);
    EXPECT_EQ(next, asked.size());
  }
}

TEST(PackedCodec, LosesNothingOfAnySize) {
  for (const Model& model : {Model(), taught()}) {
    for (const ImageSize size : {ImageSize{1, 1, 1}, {1, 1, 3}, {1, 9, 3}, {9, 1, 3}, {2, 2, 1}, {16, 16, 3}, {37, 5, 3}, {5, 41, 1}}) {
      for (const Image& image : {photo_like(size, 100), noise(size, 3)}) {
        EXPECT_EQ(unpacked(model, coded(model, image, nullptr)).pixels, image.pixels) << size.width << "x" << size.height;
        EXPECT_EQ(unpacked(model, coded(model, image, nullptr, true), size).pixels, image.pixels);
      }
    }
  }
}

TEST(PackedCodec, ExtremesComeBack) {
  for (const int high : {0, 255}) {
    Image image;
    image.resize({23, 7, 3});
    for (size_t i = 0; i < image.pixels.size(); ++i) image.pixels[i] = static_cast<uint8_t>(i / 3 % 5 == 0 ? 255 - high : high);
    EXPECT_EQ(unpacked(taught(), coded(taught(), image, nullptr)).pixels, image.pixels);
  }
}

/// The mean of a cell, spelled out.
int mean(const Image& image, const PatchRect& rect, int c) {
  double sum = 0;
  for (int y = rect.top; y < rect.bottom; ++y) {
    for (int x = rect.left; x < rect.right; ++x)
      sum += image.pixels[static_cast<size_t>((y * image.size.width + x) * image.size.channels + c)];
  }
  return static_cast<int>(sum / (rect.width() * rect.height()) + 0.5);
}

TEST(PackedCodec, DroppedCellsKeepTheirMeanAndKeptOnesAll) {
  for (uint64_t i = 0; i < 30; ++i) {
    const ImageSize size = {3 + static_cast<int>(i), 20, i % 2 == 0 ? 3 : 1};
    const Image image = i % 3 == 0 ? noise(size, i) : photo_like(size, i);
    const PatchMask mask = random_mask(size, 1 + static_cast<int>(i % 9), 2, i);
    const std::vector<std::byte> record = coded(taught(), image, &mask);
    EXPECT_EQ(parse_record(record, {}, "x").mask, mask);
    const Image back = unpacked(taught(), record);
    for (int cell = 0; cell < mask.grid.count(); ++cell) {
      const PatchRect rect = mask.grid.pixels(cell);
      for (int y = rect.top; y < rect.bottom; ++y) {
        for (int x = rect.left; x < rect.right; ++x) {
          for (int c = 0; c < size.channels; ++c) {
            const size_t at = static_cast<size_t>((y * size.width + x) * size.channels + c);
            ASSERT_EQ(back.pixels[at], mask.kept[static_cast<size_t>(cell)] ? image.pixels[at] : mean(image, rect, c));
          }
        }
      }
    }
  }
}

TEST(PackedCodec, WhatIsDroppedIsSaved) {
  const Image image = photo_like({32, 32, 3}, 200);
  const PatchMask half = random_mask(image.size, 8, 2, 1);
  EXPECT_LT(coded(taught(), image, &half).size(), coded(taught(), image, nullptr).size() * 3 / 4);
}

TEST(PackedCodec, FlatPicturesAreNotTooSmallToBeBelieved) {
  Image black;
  black.resize({2048, 256, 1});
  const std::vector<std::byte> record = coded(taught(), black, nullptr, true);
  EXPECT_GE(static_cast<int64_t>(record.size()), black.size.bytes() / kSamplesPerByte);
  EXPECT_EQ(unpacked(taught(), record, black.size).pixels, black.pixels);
  const std::string message = message_of([&] { parse_record(Bytes(record).first(100), black.size, "x"); });
  expect_says(message, {"2048x256 in 100 bytes"});
}

TEST(PackedCodec, RefusesRecordsThatAreNone) {
  const auto parse = [](std::vector<int> numbers) {
    std::vector<std::byte> record;
    for (const int number : numbers) record.push_back(static_cast<std::byte>(number));
    return message_of([&] { parse_record(record, {}, "x"); });
  };
  EXPECT_EQ(parse({4, 4, 1, 0}), "no error");
  expect_says(parse({4, 4}), {"ends too early"});
  expect_says(parse({4, 4, 2, 0}), {"4x4x2"});
  expect_says(parse({0, 4, 1, 0}), {"0x4x1"});
  expect_says(parse({4, 4, 1, 5}), {"too large (at most 4"});
  expect_says(parse({4, 4, 1, 2, 0}), {"without rows"});
  expect_says(parse({4, 4, 1, 4, 4, 255}), {"ends too early"});
  expect_says(parse({255, 255, 255, 255, 255, 255}), {"too large"});
}

TEST(PackedModel, ComesBackAsStored) {
  std::vector<std::byte> stored;
  write_model(taught(), stored);
  EXPECT_EQ(read_model(stored, "x"), taught());
  EXPECT_LT(stored.size(), 20000u);
  stored.clear();
  write_model(Model(), stored);
  EXPECT_EQ(read_model(stored, "x"), Model());
  EXPECT_LT(stored.size(), 200u);
  EXPECT_NE(message_of([&] { read_model(Bytes(stored).first(100), "x"); }), "no error");
}

TEST(PackedModel, AnyBytesAreAModelThatDecodesWhatItEncodes) {
  for (uint64_t i = 0; i < 5; ++i) {
    const Image bytes = noise({50, 20, 1}, i);
    const Model model = read_model(std::as_bytes(std::span(bytes.pixels)), "x");
    const Image image = photo_like({12, 12, 3}, i);
    EXPECT_EQ(unpacked(model, coded(model, image, nullptr)).pixels, image.pixels);
  }
}

TEST(PackedModel, LearningPays) {
  EXPECT_LT(coded(taught(), photo_like({16, 16, 3}, 300), nullptr).size(),
            coded(Model(), photo_like({16, 16, 3}, 300), nullptr).size() * 2 / 3);
}

}  // namespace
}  // namespace decant::packed
