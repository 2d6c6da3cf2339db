#include <atomic>
#include <bit>
#include <cstring>
#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <limits>

#include "decant/base/errors.h"
#include "decant/base/test_support.h"
#include "decant/data/dataset.h"
#include "decant/data/features.h"
#include "decant/data/rows_view.h"

namespace decant {
namespace {

class Letters final : public Rows, public Pictures, public Targets {
 public:
  int64_t size() const override { return 5; }
  std::string key(int64_t row) const override { return std::string(1, static_cast<char>('a' + row)); }
  int32_t label(int64_t row) const override { return row == 4 ? kNoLabel : static_cast<int32_t>(row % 2); }
  Bytes bytes(int64_t row, std::vector<std::byte>& scratch) const override {
    scratch.assign(static_cast<size_t>(row) + 1, std::byte{1});
    return scratch;
  }
  void decode(int64_t, Image& image) const override { image.resize({1, 1, 1}); }
  const Modality& modality() const override { return modality::pictures; }
  const Pictures* pictures() const override { return this; }
  const Targets* targets() const override { return this; }
  int64_t stored_bytes() const override { return 15; }
};

/// Rows without targets.
class Unlabelled final : public Rows {
 public:
  explicit Unlabelled(int64_t size) : size_(size) {}
  int64_t size() const override { return size_; }
  std::string key(int64_t) const override { return ""; }
  Bytes bytes(int64_t, std::vector<std::byte>&) const override { return {}; }
  const Modality& modality() const override { return modality::vectors; }
  std::string known_fault(int64_t row) const override { return row == 1 || row == 4 ? "is bad" : ""; }
  std::vector<int64_t> known_faults() const override { return {1, 4}; }
  int64_t stored_bytes() const override { return 0; }

 private:
  int64_t size_;
};

TEST(Labels, AreCountedOnAllThreadsAndNotAskedForWhereThereAreNone) {
  const LabelCounts letters = count_labels(Letters(), {.threads = 2});
  EXPECT_THAT(letters.rows, testing::ElementsAre(2, 2));
  EXPECT_EQ(letters.unlabelled, 1);
  const LabelCounts none = count_labels(Unlabelled(int64_t{1} << 40), {});
  EXPECT_TRUE(none.rows.empty());
  EXPECT_EQ(none.unlabelled, int64_t{1} << 40);
  const std::atomic<bool> stop{true};
  EXPECT_THROW(count_labels(Letters(), {.cancel = &stop}), Cancelled);
}

TEST(RowsView, KnowsTheFaultsOfItsOwnRows) {
  EXPECT_THAT(RowsView(std::make_shared<Unlabelled>(6), {5, 4, 0, 1}).known_faults(), testing::ElementsAre(1, 3));
}

TEST(RowsView, RenumbersAndRenames) {
  const RowsView view(std::make_shared<Letters>(), {3, 0, 4}, {7, 9});
  EXPECT_EQ(view.size(), 3);
  EXPECT_EQ(view.key(0) + view.key(1) + view.key(2), "dae");
  EXPECT_THAT(labels_of(view), testing::ElementsAre(9, 7, kNoLabel));
  EXPECT_EQ(view.stored_bytes(), 4 + 1 + 5);
}

TEST(RowsView, HasTheFacetsOfTheRowsBelow) {
  const auto letters = std::make_shared<Letters>();
  const RowsView view(letters, {3, 4}, {7, 9});
  ASSERT_NE(view.pictures(), nullptr);
  EXPECT_EQ(&view.modality(), &letters->modality());
  std::vector<ClassCount> counts;
  view.targets()->counts(0, counts);
  EXPECT_THAT(counts, testing::ElementsAre(ClassCount{9, 1}));
  view.targets()->counts(1, counts);
  EXPECT_THAT(counts, testing::IsEmpty()) << "a row without a label teaches no class";
}

/// Overrides one facet; everything else is the rows below.
class WithoutPictures final : public WrappedRows {
 public:
  using WrappedRows::WrappedRows;
  const Pictures* pictures() const override { return nullptr; }
};

TEST(WrappedRows, ChangeOneFacet) {
  const WithoutPictures rows(std::make_shared<Letters>());
  EXPECT_EQ(rows.pictures(), nullptr);
  EXPECT_EQ(rows.key(2), "c");
  EXPECT_EQ(rows.label(1), 1);
  EXPECT_THAT(message_of([&] { require_pictures(rows, "set"); }), testing::HasSubstr("set: holds no pictures"));
}

TEST(RowsView, RefusesRowsThatAreNotThere) {
  EXPECT_THROW(RowsView(std::make_shared<Letters>(), {5}), BugError);
  EXPECT_THROW(RowsView(std::make_shared<Letters>(), {-1}), BugError);
}

/// Six rows of a matrix in two blocks.
class SplitMatrix final : public Rows, public Targets {
 public:
  SplitMatrix() : first_(4, 2), second_(2, 2) {
    for (int64_t i = 0; i < 8; ++i) first_.data()[i] = static_cast<float>(i);
    for (int64_t i = 0; i < 4; ++i) second_.data()[i] = static_cast<float>(8 + i);
    const auto block = [](const Matrix<float>& m) {
      return FeatureBlock{reinterpret_cast<const std::byte*>(m.data()), FloatType::f32, m.rows(), 2, 2, nullptr};
    };
    features_ = Features({block(first_), block(second_)});
  }
  int64_t size() const override { return 6; }
  std::string key(int64_t) const override { return ""; }
  int32_t label(int64_t) const override { return 0; }
  Bytes bytes(int64_t, std::vector<std::byte>&) const override { return {}; }
  const Modality& modality() const override { return modality::vectors; }
  const Targets* targets() const override { return this; }
  const Features* features() const override { return &features_; }
  int64_t stored_bytes() const override { return 0; }

 private:
  Matrix<float> first_;
  Matrix<float> second_;
  Features features_;
};

TEST(RowsView, OfAMatrixIsOne) {
  const RowsView view(std::make_shared<SplitMatrix>(), {1, 2, 3, 4, 0});
  ASSERT_NE(view.features(), nullptr);
  EXPECT_EQ(view.features()->count(), 5);
  EXPECT_EQ(view.features()->blocks().size(), 3u);
  std::vector<float> scratch;
  for (const auto& [row, first] : {std::pair{0, 2.0F}, {2, 6.0F}, {3, 8.0F}, {4, 0.0F}})
    EXPECT_EQ(view.features()->row(row, scratch)[0], first) << row;
  EXPECT_EQ(RowsView(std::make_shared<Letters>(), {1}).features(), nullptr);
}

TEST(Dataset, CountsClassesAndFindsTheHeldOutSplit) {
  Dataset dataset;
  dataset.splits[Split::train] = std::make_shared<Letters>();
  EXPECT_EQ(class_count(dataset), 2);
  EXPECT_EQ(dataset.held_out(), nullptr);
  dataset.classes = {"x", "y", "z"};
  EXPECT_EQ(class_count(dataset), 3);
  dataset.splits[Split::validation] = std::make_shared<Letters>();
  EXPECT_EQ(dataset.held_out(), dataset.splits[Split::validation].get());
  dataset.splits[Split::test] = std::make_shared<Letters>();
  EXPECT_EQ(dataset.held_out(), dataset.splits[Split::test].get());
}

TEST(Features, NonFiniteRowsAreNamed) {
  Matrix<float> values(3, 2);
  const Features features{values.view(), nullptr};
  EXPECT_NO_THROW(require_finite(features, "f.npy"));
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    values[2][1] = bad;
    EXPECT_THAT(message_of([&] { require_finite(features, "f.npy"); }), testing::HasSubstr("f.npy: row 2, column 1: holds")) << bad;
  }
}

/// Values 0, 1, 2, … as a block of some type, `shift` bytes off any alignment.
FeatureBlock counting_block(FloatType type, int64_t first_row, int64_t rows, int64_t width, size_t shift = 0) {
  const auto owner = std::make_shared<std::vector<std::byte>>(static_cast<size_t>(rows * width) * 8 + shift + 8);
  std::byte* const start = owner->data() + shift;
  for (int64_t i = 0; i < rows * width; ++i) {
    const auto value = static_cast<float>(first_row * width + i);
    const auto wide = static_cast<double>(value);
    const auto half = static_cast<uint16_t>(std::bit_cast<uint32_t>(value * 0x1p-112F) >> 13);  // exact for 0 … 2048
    if (type == FloatType::f16) std::memcpy(start + 2 * i, &half, 2);
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
        const auto type = mix == 0 ? FloatType::f32 : static_cast<FloatType>(blocks.size() % 3);
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
