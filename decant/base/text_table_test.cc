#include "decant/base/text_table.h"

#include <gtest/gtest.h>

namespace decant {
namespace {

TEST(TextTable, AlignsByCharactersAndLeavesNoTrailingSpace) {
  EXPECT_EQ(text_table({{"set", "ρ"}, {"k-means", "0.9 ± 0.1"}, {"a", ""}}, {false, true}),
            "set              ρ\n"
            "k-means  0.9 ± 0.1\n"
            "a\n");
  EXPECT_EQ(text_table({}, {}), "");
}

TEST(TextTable, ShowsNoControlCharacters) {
  EXPECT_EQ(text_table({{"a\x1b[1m"}}, {false}).find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace decant
