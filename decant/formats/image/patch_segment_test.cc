#include "decant/formats/image/patch_segment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/random.h"
#include "decant/base/test_support.h"

namespace decant::image_codec {
namespace {

using testing::HasSubstr;

const PatchGrid kWhole(224, 160, {16, 16}, 1);

/// 14 × 10 cells, of which 0, 9 and 139 are dropped.
PatchMask example_mask() {
  PatchMask mask = PatchMask::whole(PatchGrid(224, 160, {16, 16}, 14));
  for (const size_t cell : {0U, 9U, 139U}) mask.kept[cell] = false;
  return mask;
}

std::string in_hex(Bytes bytes) {
  std::string hex;
  for (const std::byte byte : bytes) hex += fmt::format("{:02x} ", std::to_integer<int>(byte));
  return hex;
}

std::string fault_of(Bytes packed) {
  return message_of([&] { unpack_mask(packed, kWhole, "x"); });
}

// The worked example of docs/formats/patches.md.
TEST(PatchSegment, HasTheBytesOfItsPage) {
  EXPECT_EQ(in_hex(pack_mask(example_mask(), "x")),
            "01 00 0e 00 0a 46 f2 a6 53 "
            "7f bf ff ff ff ff ff ff ff ff ff ff ff ff ff ff ff e0 ");
}

TEST(PatchSegment, GivesBackEveryMask) {
  Random random(1, "segments");
  for (int trial = 0; trial < 200; ++trial) {
    const auto draw = [&](uint64_t most) { return static_cast<int>(1 + random.below(most)); };
    const PatchGrid whole(draw(500), draw(500), {8 * draw(2), 8 * draw(2)}, 1);
    PatchMask mask = PatchMask::whole(PatchGrid(whole.width(), whole.height(), whole.unit(), draw(30)));
    for (size_t i = 0; i < mask.kept.size(); ++i) mask.kept[i] = random.below(2) == 0;
    const std::vector<std::byte> packed = pack_mask(mask, "x");
    ASSERT_EQ(packed.size(), 9 + (mask.kept.size() + 7) / 8);
    ASSERT_EQ(unpack_mask(packed, whole, "x"), mask);
  }
}

TEST(PatchSegment, NoticesEveryFlippedBitAndEveryCut) {
  const std::vector<std::byte> packed = pack_mask(example_mask(), "x");
  for (size_t bit = 0; bit < 8 * packed.size(); ++bit) {
    std::vector<std::byte> damaged = packed;
    damaged[bit / 8] ^= std::byte{1} << bit % 8;
    EXPECT_THAT(fault_of(damaged), HasSubstr("x: its mask of dropped cells")) << bit;
  }
  for (size_t size = 0; size < packed.size(); ++size) EXPECT_THAT(fault_of(Bytes(packed).first(size)), HasSubstr("mask of dropped cells"));
}

TEST(PatchSegment, SaysWhatIsWrong) {
  std::vector<std::byte> packed = pack_mask(example_mask(), "x");
  packed[0] = std::byte{2};
  EXPECT_THAT(fault_of(packed), HasSubstr("is of version 2; this decant reads version 1. Use a newer decant"));
  packed[0] = std::byte{1};
  packed[2] = std::byte{15};
  EXPECT_THAT(fault_of(packed), HasSubstr("has 15 × 10 cells; at most 14 × 10 fit this picture"));
  packed[2] = std::byte{13};
  EXPECT_THAT(fault_of(packed), HasSubstr("has 18 bytes; 13 × 10 cells have 17"));
  const PatchMask huge = PatchMask::whole(PatchGrid(1000, 1000, {}, 1000));
  EXPECT_THAT(message_of([&] { pack_mask(huge, "x"); }), HasSubstr("a mask of 1000 × 1000 cells is too large to store"));
}

}  // namespace
}  // namespace decant::image_codec
