#include "decant/base/errors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/test_support.h"

namespace decant {
namespace {

using testing::HasSubstr;

TEST(Errors, NameFilePlaceFaultAndRemedy) {
  EXPECT_EQ(InputError({"a.npy", "row 3", "holds nan", "Mend it"}).what(), std::string("a.npy: row 3: holds nan. Mend it"));
  EXPECT_EQ(InputError({"a.npy", "", "is empty", ""}).what(), std::string("a.npy: is empty"));
}

TEST(Errors, CheckPrintsBothValues) {
  const std::string message = message_of<BugError>([] { DECANT_CHECK(1 + 1, ==, 3); });
  EXPECT_THAT(message, HasSubstr("1 + 1 == 3"));
  EXPECT_THAT(message, HasSubstr("2 and 3"));
}

}  // namespace
}  // namespace decant
