#include "decant/dedup/equal_across.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/test_support.h"
#include "decant/data/memory_rows.h"
#include "decant/data/test_rows.h"

namespace decant {
namespace {

using testing::ElementsAre;

std::shared_ptr<const Rows> pixels(const std::vector<uint8_t>& values) {
  std::vector<Image> images;
  for (const uint8_t value : values) images.push_back({{1, 1, 1}, {value}});
  return std::make_shared<MemoryRows>(images, std::vector<int32_t>(values.size(), 0));
}

TEST(EqualAcross, NamesRowsBySplit) {
  const std::vector<SplitRows> splits = {{pixels({7, 8, 7, 9}), Subset{0, 1, 2}}, {pixels({}), {}}, {pixels({9, 8}), Subset::all(2)}};
  EXPECT_THAT(equal_across(splits, Content::stored, {}),
              ElementsAre(ElementsAre(SplitRow{0, 0}, SplitRow{0, 2}), ElementsAre(SplitRow{0, 1}, SplitRow{2, 1})));
}

TEST(EqualAcross, OfDifferentKindsIsAnError) {
  const std::vector<SplitRows> splits = {{pixels({7}), Subset::all(1)}, {std::make_shared<Sayings>(), Subset::all(1), "other"}};
  expect_says(message_of([&] { equal_across(splits, Content::stored, {}); }), {"other", "another kind"});
}

}  // namespace
}  // namespace decant
