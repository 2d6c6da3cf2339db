#include "decant/data/rows.h"

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

}  // namespace
}  // namespace decant
