#include "decant/base/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/test_support.h"

namespace decant {
namespace {

std::string nested(int depth) {
  return std::string(static_cast<size_t>(depth), '[') + std::string(static_cast<size_t>(depth), ']');
}

std::string json_fault(const std::string& text) {
  return message_of([&] { parse_json(text, "run.json"); });
}

TEST(Json, AFaultNamesTheFileAndTheByte) {
  EXPECT_THAT(json_fault("{\"rows\": 1,}"),
              testing::AllOf(testing::HasSubstr("run.json"), testing::HasSubstr("byte 12"), testing::HasSubstr("is not JSON")));
  EXPECT_THAT(json_fault(""), testing::HasSubstr("is not JSON"));
}

TEST(Json, ANumberBeyondADoubleIsAFaultOfTheFile) {
  EXPECT_THAT(json_fault("{\"seconds\": 1e999}"), testing::HasSubstr("beyond the range of a double"));
  EXPECT_TRUE(try_parse_json("[1e999]").is_discarded());
  EXPECT_EQ(parse_json("[1e308]")[0], 1e308);
}

TEST(Json, NestingHasALimit) {
  EXPECT_EQ(json_text(parse_json(nested(kMaxJsonDepth))), nested(kMaxJsonDepth));
  EXPECT_THAT(json_fault(nested(kMaxJsonDepth + 1)), testing::AllOf(testing::HasSubstr("byte 501"), testing::HasSubstr("nested")));
  EXPECT_TRUE(try_parse_json(std::string(1'000'000, '[')).is_discarded());
  // Brackets in a text are none, a quote behind a backslash does not end it, and what is closed
  // does not count.
  const std::string quoted = R"(["\")" + nested(1000) + R"("])";
  EXPECT_EQ(json_text(parse_json(quoted)), quoted);
  std::string row = "[0";
  for (int i = 0; i < 1000; ++i) row += ",[]";
  EXPECT_EQ(parse_json(row + "]").size(), 1001U);
}

}  // namespace
}  // namespace decant
