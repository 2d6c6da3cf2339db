#include "decant/data/rows_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/errors.h"
#include "decant/data/test_rows.h"

namespace decant {
namespace {

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

TEST(RowsView, ReadsTheTextsOfItsOwnRows) {
  const RowsView view(std::make_shared<Sayings>(), {2, 0});
  ASSERT_NE(view.texts(), nullptr);
  Record record;
  view.texts()->read(0, record);
  EXPECT_EQ(record.turns.at(0).text, "row 2");
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

TEST(RowsView, RefusesRowsThatAreNotThere) {
  EXPECT_THROW(RowsView(std::make_shared<Letters>(), {5}), BugError);
  EXPECT_THROW(RowsView(std::make_shared<Letters>(), {-1}), BugError);
}

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

}  // namespace
}  // namespace decant
