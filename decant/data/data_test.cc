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

class Letters final : public Rows {
 public:
  int64_t size() const override { return 5; }
  std::string key(int64_t row) const override { return std::string(1, static_cast<char>('a' + row)); }
  int32_t label(int64_t row) const override { return row == 4 ? kNoLabel : static_cast<int32_t>(row % 2); }
  Bytes bytes(int64_t row, std::vector<std::byte>& scratch) const override {
    scratch.assign(static_cast<size_t>(row) + 1, std::byte{1});
    return scratch;
  }
  void decode(int64_t, Image& image) const override { image.resize({1, 1, 1}); }
  bool has_images() const override { return true; }
  int64_t stored_bytes() const override { return 15; }
};

TEST(RowsView, RenumbersAndRenames) {
  const RowsView view(std::make_shared<Letters>(), {3, 0, 4}, {7, 9});
  EXPECT_EQ(view.size(), 3);
  EXPECT_EQ(view.key(0) + view.key(1) + view.key(2), "dae");
  EXPECT_THAT(labels_of(view), testing::ElementsAre(9, 7, kNoLabel));
  EXPECT_EQ(view.stored_bytes(), 4 + 1 + 5);
}

TEST(RowsView, RefusesRowsThatAreNotThere) {
  EXPECT_THROW(RowsView(std::make_shared<Letters>(), {5}), BugError);
  EXPECT_THROW(RowsView(std::make_shared<Letters>(), {-1}), BugError);
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

}  // namespace
}  // namespace decant
