#include "decant/formats/folder_names.h"

#include <filesystem>
#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/file.h"
#include "decant/base/test_support.h"

namespace decant {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(FolderNames, FilesAndFoldersInPythonsOrderWhateverLinksLeadNowhere) {
  const fs::path folder = fresh_folder("set");
  for (const char* name : {"b.txt", "a.txt", "\xc3.txt"}) write_file(folder / name, std::string_view());
  for (const char* name : {"train", "test"}) fs::create_directory(folder / name);
  fs::create_symlink("a.txt", folder / "link.txt");
  fs::create_directory_symlink("train", folder / "val");
  fs::create_symlink("nowhere", folder / "dangling");
  for (int i = 0; i < 20; ++i) fs::create_symlink(fmt::format("loop{}", i), folder / fmt::format("loop{}", i));
  EXPECT_THAT(files_in(folder), ElementsAre("a.txt", "b.txt", "link.txt", "\xc3.txt"));
  EXPECT_THAT(folders_in(folder), ElementsAre("test", "train", "val"));
}

TEST(FolderNames, OfWhatIsNoFolderThereAreNone) {
  const fs::path file = fresh_path("file");
  write_file(file, std::string_view());
  EXPECT_THAT(files_in(file), IsEmpty());
  EXPECT_THAT(folders_in(file.parent_path() / "missing"), IsEmpty());
}

}  // namespace
}  // namespace decant
