#include "decant/base/temporary_folder.h"

#include <gtest/gtest.h>

#include "decant/base/file.h"

namespace decant {
namespace {

TEST(TemporaryFolder, IsGoneWithItsFiles) {
  std::filesystem::path path;
  {
    const TemporaryFolder folder, other;
    path = folder.path();
    EXPECT_NE(path, other.path());
    EXPECT_TRUE(std::filesystem::is_directory(path));
    write_file(path / "file", "text");
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace decant
