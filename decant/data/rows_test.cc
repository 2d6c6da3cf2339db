#include "decant/data/rows.h"

#include <cstring>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/test_support.h"
#include "decant/data/test_rows.h"

namespace decant {
namespace {

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

TEST(WrappedRows, PassOnTexts) {
  const WithoutPictures rows(std::make_shared<Sayings>());
  Record record;
  require_texts(rows).read(1, record);
  ASSERT_EQ(record.turns.size(), 1);
  EXPECT_EQ(record.turns[0].text, "row 1");
  const WithoutPictures none(std::make_shared<Letters>());
  EXPECT_THAT(message_of([&] { require_texts(none, "set"); }), testing::HasSubstr("set: holds no texts; its rows are pictures"));
}

TEST(Record, KeepsWhatIsWrittenInItsRoom) {
  Record record;
  record.restart(8);
  std::memcpy(record.room(), "abcd", 4);
  const std::string_view first = record.keep(4);
  std::memcpy(record.room(), "efgh", 4);
  EXPECT_EQ(record.keep(3), "efg");
  EXPECT_EQ(first, "abcd");
  record.turns.push_back({});
  record.restart(2);
  EXPECT_TRUE(record.turns.empty());
}

}  // namespace
}  // namespace decant
