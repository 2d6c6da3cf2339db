#include "decant/formats/labels/json_fields.h"

#include <gtest/gtest.h>

namespace decant::labels {
namespace {

using Kind = JsonField::Kind;
using namespace std::string_literals;

JsonField field_of(std::string_view document, const std::string& name) {
  const auto fields = json_fields(document, std::vector{name});
  return fields ? fields->front() : JsonField{Kind::missing, "no JSON"};
}

TEST(JsonFields, AreFoundByNameAndPath) {
  const std::string text = R"( {"a": {"b": "x\n\"", "c": [ {"b": 1}, {} ]}, "label" : 3 , "a.d": 5, "label": -1.50e+3} )";
  EXPECT_EQ(field_of(text, "a.b").text, "x\n\"");
  EXPECT_EQ(field_of(text, "label").text, "-1.50e+3") << "the last of two";
  EXPECT_EQ(field_of(text, "a.d").text, "5");
  EXPECT_EQ(field_of(text, "a.c").kind, Kind::list);
  EXPECT_EQ(field_of(text, "a").kind, Kind::object);
  EXPECT_EQ(field_of(text, "b").kind, Kind::missing);
  EXPECT_EQ(field_of(text, "a.c.b").kind, Kind::missing) << "of an object in a list";
  EXPECT_EQ(field_of(text, "b").text, "");
}

TEST(JsonFields, AreReadAsPythonWritesThem) {
  for (const char* other : {"NaN", "Infinity", "-Infinity", "1e400", R"("\ud83d")", R"(["\udc00", NaN])", R"({"x": NaN})"})
    EXPECT_EQ(field_of("{\"x\": "s + other + ", \"label\": 7}", "label").text, "7") << other;
  EXPECT_EQ(field_of("{\"x\": NaN}", "x").kind, Kind::number);
  EXPECT_EQ(field_of(R"({"x": "\ud83d\ude00é"})", "x").text, "\xf0\x9f\x98\x80é");
  EXPECT_EQ(field_of(R"({"x": "\ud83dA"})", "x").text,
            "\xed\xa0\xbd"
            "A");
  EXPECT_EQ(field_of("\xef\xbb\xbf{\"x\": true}", "x").kind, Kind::boolean);
  EXPECT_EQ(field_of("{\0\"\0x\0\"\0:\0001\0}\0"s, "x").text, "1") << "UTF-16, lowest byte first";
  EXPECT_EQ(field_of("\xfe\xff\0{\0\"\0x\0\"\0:\0001\0}"s, "x").text, "1");
}

TEST(JsonFields, RefuseWhatPythonRefuses) {
  for (const std::string& text : {""s,
                                  "[]"s,
                                  "3"s,
                                  "{"s,
                                  "{\"a\"}"s,
                                  "{\"a\":}"s,
                                  "{\"a\":1,}"s,
                                  "{\"a\":1}x"s,
                                  "{\"a\":01}"s,
                                  "{\"a\":1.}"s,
                                  "{\"a\":.5}"s,
                                  "{'a':1}"s,
                                  "{\"a\":\"\n\"}"s,
                                  "{\"a\":\"\\x\"}"s,
                                  "{\"a\":\"\\u12\"}"s,
                                  "{\"a\":nan}"s,
                                  "{\"a\":[1,]}"s,
                                  "{\"a\":[1}"s,
                                  "{\"a\":+1}"s,
                                  "{\"a\":" + std::string(100000, '[')})
    EXPECT_EQ(field_of(text, "a").text, "no JSON") << text.substr(0, 20);
}

}  // namespace
}  // namespace decant::labels
