#include "decant/base/version.h"

#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <iterator>
#include <string>

namespace {

TEST(Version, IsTheOneThatTheProjectStates) {
  std::ifstream file("CMakeLists.txt");
  const std::string text(std::istreambuf_iterator<char>(file), {});
  EXPECT_THAT(text, testing::HasSubstr(std::string("project(decant VERSION ") + decant::kVersion + " "));
}

}  // namespace
