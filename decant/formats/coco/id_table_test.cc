// Ids found in a table, against a map of them.
#include "decant/formats/coco/id_table.h"

#include <gtest/gtest.h>
#include <unordered_map>

#include "decant/base/random.h"

namespace decant::coco {
namespace {

TEST(IdTable, FindsTheFirstOfEqualIdsAndNoOther) {
  Random random(1, "ids", 0);
  std::vector<Id> ids;
  for (int i = 0; i < 3000; ++i) ids.push_back(std::to_string(random.below(4000)));
  ids.emplace_back("\"7\"");
  std::unordered_map<Id, int32_t> expected;
  for (size_t i = 0; i < ids.size(); ++i) expected.emplace(ids[i], static_cast<int32_t>(i));
  const IdTable table(ids);
  for (int i = 0; i < 5000; ++i) {
    const auto known = expected.find(std::to_string(i));
    EXPECT_EQ(table.find(std::to_string(i)), known == expected.end() ? -1 : known->second) << i;
  }
  EXPECT_EQ(table.find("\"7\""), 3000);
  EXPECT_EQ(table.find(""), -1);
}

TEST(IdTable, OfNothingFindsNothing) {
  EXPECT_EQ(IdTable().find("7"), -1);
  const std::vector<Id> none;
  EXPECT_EQ(IdTable(none).find("7"), -1);
}

}  // namespace
}  // namespace decant::coco
