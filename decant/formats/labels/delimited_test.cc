#include "decant/formats/labels/delimited.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace decant::labels {
namespace {

using testing::ElementsAre;
using Records = std::vector<std::vector<std::string>>;

Records records_of(std::string_view text, char delimiter = ',') {
  Records records;
  DelimitedReader reader(text, delimiter);
  size_t last = 0;
  while (reader.next()) {
    EXPECT_GE(reader.begin(), last);
    EXPECT_GT(reader.end(), reader.begin());
    last = reader.end();
    auto& record = records.emplace_back();
    for (size_t i = 0; i < reader.count(); ++i) record.emplace_back(reader.field(i));
  }
  return records;
}

TEST(Delimited, ReadsQuotesAndEveryLineEnd) {
  EXPECT_EQ(records_of("\xef\xbb\xbf"
                       "a,b\r\n1,\"x, \"\"y\"\"\nz\"\r3,\n\n4\n"),
            (Records{{"a", "b"}, {"1", "x, \"y\"\nz"}, {"3", ""}, {"4"}}));
  EXPECT_EQ(records_of("a\tb c\n1\t\"2\"", '\t'), (Records{{"a", "b c"}, {"1", "2"}}));
  EXPECT_EQ(records_of("a\"b,\"c\"d,,"), (Records{{"a\"b", "cd", "", ""}}));
  EXPECT_EQ(records_of("a,\"never ends\n1,2"), (Records{{"a", "never ends\n1,2"}}));
  EXPECT_EQ(records_of("\"\""), (Records{{""}}));
  EXPECT_EQ(records_of(""), Records());
  EXPECT_EQ(records_of("\r\n\n"), Records());
}

TEST(Delimited, GivesTheBytesOfARecord) {
  const std::string text = "h\n\"a\nb\",1\r\nc,2";
  DelimitedReader reader(text, ',');
  std::vector<std::string> lines;
  while (reader.next()) lines.push_back(text.substr(reader.begin(), reader.end() - reader.begin()));
  EXPECT_THAT(lines, ElementsAre("h\n", "\"a\nb\",1\r\n", "c,2"));
}

TEST(Delimited, CountsMillionsOfColumnsAndKeepsFew) {
  const std::string text = std::string(10'000'000, ',') + "\n1,2\n";
  DelimitedReader reader(text, ',');
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.count(), 10'000'001U);
  EXPECT_EQ(reader.field(9'999'999), "");
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.count(), 2U);
  EXPECT_EQ(reader.field(1), "2");
  EXPECT_EQ(reader.field(2), "");
}

}  // namespace
}  // namespace decant::labels
