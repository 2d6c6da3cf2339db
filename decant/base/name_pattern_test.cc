#include "decant/base/name_pattern.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/test_support.h"

namespace decant {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(NamePattern, ExpandsBracesAsBashDoes) {
  EXPECT_THAT(expand_braces("x-{008..011}.tar"), ElementsAre("x-008.tar", "x-009.tar", "x-010.tar", "x-011.tar"));
  EXPECT_THAT(expand_braces("{a,b{1..2}}/{9..10}"), ElementsAre("a/9", "a/10", "b1/9", "b1/10", "b2/9", "b2/10"));
  EXPECT_THAT(expand_braces("{0..2}"), ElementsAre("0", "1", "2"));
  EXPECT_THAT(expand_braces("{9..11}"), ElementsAre("9", "10", "11"));
  EXPECT_EQ(expand_braces("{0..10}").front(), "0");
  EXPECT_EQ(expand_braces("{00..10}").front(), "00");
  EXPECT_THAT(expand_braces("plain"), ElementsAre("plain"));
}

TEST(NamePattern, RefusesWhatCannotBeMeant) {
  EXPECT_THAT(message_of([] { expand_braces("x{1..2"); }), HasSubstr("has a { without a matching }"));
  EXPECT_THAT(message_of([] { expand_braces("x{5..2}"); }), HasSubstr("{5..2} is empty"));
  EXPECT_THAT(message_of([] { expand_braces("{0..999}{0..999}"); }), HasSubstr("more than 60000 files"));
}

TEST(NamePattern, WildcardsFindFilesInByteOrder) {
  const auto folder = fresh_path("files");
  std::filesystem::create_directories(folder);
  for (const char* name : {"b.npy", "a.npy", "c.txt"}) write_file(folder / name, "");
  const std::string here = folder.string() + "/";
  EXPECT_THAT(files_like(here + "*.npy"), ElementsAre(here + "a.npy", here + "b.npy"));
  EXPECT_THAT(message_of([&] { files_like(here + "*.tar"); }), HasSubstr("no file matches"));
  EXPECT_TRUE(is_pattern("x?") && is_pattern("{1..2}") && has_wildcard("x[0-9]"));
  EXPECT_FALSE(is_pattern("x-000.npy") || has_wildcard("{1..2}"));
}

}  // namespace
}  // namespace decant
