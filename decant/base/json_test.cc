#include "decant/base/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/printable.h"
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

/// As Python's json.dumps(os.fsdecode(name)) writes a name, but for characters beyond ASCII.
TEST(Json, BytesThatAreNotUtf8ComeBack) {
  EXPECT_EQ(json_text("caf\xe9/1.jpg"), R"("caf\udce9/1.jpg")");
  EXPECT_EQ(json_text("\xed\xb3\xa9"), R"("\udced\udcb3\udca9")") << "the surrogate itself, in bytes";
  const std::string mark = "\xef\xbf\xbf";
  for (const std::string& name :
       {std::string("caf\xe9"), std::string("\xed\xb3\xa9"), std::string("\\udce9"), std::string("\\\xe9"), mark + "e9",
        mark + mark + "\x80", std::string("ü\xff\n\x1b|\"\\"), std::string("\xf0\x9f\x8c\xb2\xf0\x9f\x8c")}) {
    const Json value = {{"key", name}, {name, {name, 1}}};
    const std::string text = json_text(value);
    EXPECT_EQ(parse_json(text), value) << text;
    EXPECT_EQ(try_parse_json(text), value) << text;
    EXPECT_EQ(parse_json(json_text(value, 2)), value);
    for (size_t at = 0; at < text.size();) {
      const CodePoint point = code_point(text, at);
      ASSERT_TRUE(point.valid) << text;
      at += point.length;
    }
  }
}

TEST(Json, OnlyLoneEscapesOfBytesAreBytes) {
  EXPECT_EQ(parse_json(R"("\ud83c\udf32 \udCE9 \uffff")").get<std::string>(), "🌲 \xe9 \xef\xbf\xbf");
  EXPECT_EQ(parse_json(R"("\\udce9")").get<std::string>(), "\\udce9") << "the backslash is escaped, the rest is text";
  for (const char* text : {R"("\udc7f")", R"("\ud83c")", R"("\ud83c\u0041")", R"("\udce")", "\"\\udce9\xe9\""}) {
    EXPECT_THAT(json_fault(text), testing::HasSubstr("is not JSON")) << text;
    EXPECT_TRUE(try_parse_json(text).is_discarded()) << text;
  }
}

TEST(Json, HoldsNothingThatATerminalObeys) {
  const Json value = {{"key", "\x1b\x7f\xc2\x9b \xe2\x80\xae ü 🌲 \xe9"}};
  const std::string text = json_for_terminal(json_text(value));
  EXPECT_EQ(text, R"({"key":"\u001b\u007f\u009b \u202e ü 🌲 \udce9"})");
  EXPECT_EQ(parse_json(text), value);
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
