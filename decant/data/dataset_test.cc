#include "decant/data/dataset.h"

#include <atomic>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/errors.h"
#include "decant/data/test_rows.h"

namespace decant {
namespace {

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

}  // namespace
}  // namespace decant
