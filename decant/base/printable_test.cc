#include "decant/base/printable.h"

#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "decant/base/context.h"
#include "decant/base/errors.h"

namespace decant {
namespace {

TEST(Printable, LeavesOrdinaryNamesAlone) {
  for (const char* name : {"", "cat/1.jpg", "a b 'c' \\d", "Bäume – 木/🌲.png", "data_batch_1.bin#17"}) EXPECT_EQ(printable(name), name);
}

TEST(Printable, EscapesWhatATerminalObeys) {
  EXPECT_EQ(printable("a\x1b[2Jb"), "a\\x1b[2Jb");
  EXPECT_EQ(printable("a\nb\rc\td"), "a\\nb\\rc\\td");
  EXPECT_EQ(printable(std::string("\0\x7f", 2)), "\\x00\\x7f");
  EXPECT_EQ(printable("\xc2\x9b"), "\\u009b") << "CSI in one character";
  EXPECT_EQ(printable("gpj.\xe2\x80\xae.exe"), "gpj.\\u202e.exe") << "turns the direction";
  EXPECT_EQ(printable_lines("a\nb\x1b"), "a\nb\\x1b");
}

TEST(Printable, EscapesBytesThatAreNotUtf8) {
  EXPECT_EQ(printable("caf\xe9.jpg"), "caf\\xe9.jpg");
  EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80") << "a surrogate";
  EXPECT_EQ(printable("\xc0\xaf"), "\\xc0\\xaf") << "overlong";
  EXPECT_EQ(printable("\xf0\x9f\x8c"), "\\xf0\\x9f\\x8c") << "cut off";
}

TEST(Printable, KeepsATableCellInItsCell) {
  EXPECT_EQ(table_cell("a|b\nc"), "a\\|b\\nc");
}

TEST(Printable, IsWhatErrorsAndMessagesGoThrough) {
  EXPECT_STREQ(InputError({"x\x1b.npy", "row\n1", "is bad", ""}).what(), "x\\x1b.npy: row\\n1: is bad");
  EXPECT_STREQ(UsageError("unknown '\x1b'").what(), "unknown '\\x1b'");
  struct : LogSink {
    std::vector<std::string> said;
    void log(LogLevel, std::string_view message) override { said.emplace_back(message); }
  } sink;
  const Context context{.log = &sink};
  context.warn("a\x1b");
  context.info("b\n");
  EXPECT_EQ(sink.said, (std::vector<std::string>{"a\\x1b", "b\\n"}));
}

TEST(Printable, TextsOfFilesAreUtf8) {
  EXPECT_EQ(as_utf8("a\xe9\n\"é\""), "a\\xe9\n\"é\"");
}

}  // namespace
}  // namespace decant
