#include "decant/data/features.h"

#include <bit>
#include <cstring>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <limits>

#include "decant/base/test_support.h"

namespace decant {
namespace {

TEST(Features, NonFiniteRowsAreNamed) {
  Matrix<float> values(3, 2);
  const Features features{values.view(), nullptr};
  EXPECT_NO_THROW(require_finite(features, "f.npy"));
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    values[2][1] = bad;
    EXPECT_THAT(message_of([&] { require_finite(features, "f.npy"); }), testing::HasSubstr("f.npy: row 2, column 1: holds")) << bad;
  }
}

/// 0 to 15 as e4m3fn.
constexpr std::byte kCounted[] = {std::byte{0x00}, std::byte{0x38}, std::byte{0x40}, std::byte{0x44}, std::byte{0x48}, std::byte{0x4a},
                                  std::byte{0x4c}, std::byte{0x4e}, std::byte{0x50}, std::byte{0x51}, std::byte{0x52}, std::byte{0x53},
                                  std::byte{0x54}, std::byte{0x55}, std::byte{0x56}, std::byte{0x57}};

/// Values 0, 1, 2, … as a block of some type, `shift` bytes off any alignment.
FeatureBlock counting_block(FloatType type, int64_t first_row, int64_t rows, int64_t width, size_t shift = 0) {
  const auto owner = std::make_shared<std::vector<std::byte>>(static_cast<size_t>(rows * width) * 8 + shift + 8);
  std::byte* const start = owner->data() + shift;
  for (int64_t i = 0; i < rows * width; ++i) {
    const auto value = static_cast<float>(first_row * width + i);
    const auto wide = static_cast<double>(value);
    const auto half = static_cast<uint16_t>(std::bit_cast<uint32_t>(value * 0x1p-112F) >> 13);  // exact for 0 … 2048
    const auto upper = static_cast<uint16_t>(std::bit_cast<uint32_t>(value) >> 16);             // exact for 0 … 256
    if (type == FloatType::e4m3fn) start[i] = kCounted[static_cast<size_t>(first_row * width + i) % 16];
    if (type == FloatType::f16) std::memcpy(start + 2 * i, &half, 2);
    if (type == FloatType::bf16) std::memcpy(start + 2 * i, &upper, 2);
    if (type == FloatType::f32) std::memcpy(start + 4 * i, &value, 4);
    if (type == FloatType::f64) std::memcpy(start + 8 * i, &wide, 8);
  }
  return {start, type, rows, width, width, owner, fmt::format("{}.npy", first_row)};
}

TEST(Features, RowsOfManyBlocksAreFoundAndConverted) {
  constexpr int64_t kWidth = 5;
  for (const auto& sizes : {std::vector<int64_t>{13}, {4, 4, 4, 1}, {4, 4, 5}, {1, 7, 2, 3}, {6, 6}}) {
    for (const int mix : {0, 1, 2}) {
      std::vector<FeatureBlock> blocks;
      int64_t count = 0;
      for (const int64_t rows : sizes) {
        const auto type = mix == 0 ? FloatType::f32 : static_cast<FloatType>(blocks.size() % 5);
        blocks.push_back(counting_block(type, count, rows, kWidth, mix == 2 ? 1 : 0));
        count += rows;
      }
      const Features features(std::move(blocks));
      ASSERT_EQ(features.count(), count);
      ASSERT_EQ(features.is_stored_float32(), mix == 0);
      EXPECT_EQ(features.is_matrix(), mix == 0 && sizes.size() == 1);
      std::vector<float> scratch, copy(kWidth);
      for (int64_t row = 0; row < count; ++row) {
        const auto values = features.row(row, scratch);
        features.copy_row(row, copy);
        for (size_t k = 0; k < kWidth; ++k) {
          ASSERT_EQ(values[k], static_cast<float>(row * kWidth) + static_cast<float>(k)) << row;
          ASSERT_EQ(copy[k], values[k]);
          ASSERT_EQ(features.is_stored_float32() ? features.stored_row(row)[k] : values[k], values[k]);
        }
      }
      EXPECT_EQ(one_float32_block(features).matrix()[count - 1][0], static_cast<float>((count - 1) * kWidth));
    }
  }
}

TEST(Features, AValueThatIsNotFiniteIsNamedInItsFile) {
  std::vector<FeatureBlock> blocks{counting_block(FloatType::f32, 0, 3, 2), counting_block(FloatType::f16, 3, 3, 2)};
  const Features features(blocks);
  EXPECT_NO_THROW(require_finite(features, "all"));
  auto* const bytes = const_cast<std::byte*>(blocks[1].data);
  const uint16_t infinity = 0x7c00;
  std::memcpy(bytes + 2 * 5, &infinity, 2);
  EXPECT_THAT(message_of([&] { require_finite(features, "all"); }), testing::HasSubstr("3.npy: row 2, column 1 (row 5 of all): holds inf"));
}

}  // namespace
}  // namespace decant
