// What the tests of every folder need: places for files, and the text of an error. Only *_test.cc
// include it.
#pragma once

#include <algorithm>
#include <filesystem>
#include <gtest/gtest.h>
#include <string>
#include <string_view>
#include <system_error>
#include <unistd.h>
#include <vector>

#include "decant/base/errors.h"
#include "decant/base/file.h"

namespace decant {

/// The folder of this test program's files: a process has its own, so tests run side by side, and
/// takes it along when it ends.
inline const std::filesystem::path& scratch_root() {
  struct Root {
    const pid_t owner = getpid();  // a forked child must not sweep
    const std::filesystem::path path = std::filesystem::path(testing::TempDir()) / ("decant_test_" + std::to_string(owner));
    ~Root() {
      std::error_code ignored;
      if (getpid() == owner) std::filesystem::remove_all(path, ignored);
    }
  };
  static const Root root;
  return root.path;
}

/// A path of the running test where nothing is, in a folder that exists.
inline std::filesystem::path fresh_path(const std::string& name) {
  const testing::TestInfo& test = *testing::UnitTest::GetInstance()->current_test_info();
  std::string own = std::string(test.test_suite_name()) + "." + test.name();
  std::replace(own.begin(), own.end(), '/', '_');
  const std::filesystem::path path = scratch_root() / own / name;
  std::filesystem::remove_all(path);
  std::filesystem::create_directories(path.parent_path());
  return path;
}

/// An empty folder of the running test.
inline std::filesystem::path fresh_folder(const std::string& name) {
  const std::filesystem::path folder = fresh_path(name);
  std::filesystem::create_directories(folder);
  return folder;
}

/// Every file below a folder, relative to it, sorted.
inline std::vector<std::string> file_names_in(const std::filesystem::path& folder) {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) files.push_back(entry.path().lexically_relative(folder).string());
  }
  std::ranges::sort(files);
  return files;
}

/// An empty folder that fills file by file.
struct ScratchFolder {
  explicit ScratchFolder(const std::string& name) : path(fresh_folder(name)) {}

  /// Writes a file, and the folders above it. Returns its path.
  std::string add(const std::string& file, std::string_view content = "x") const {
    std::filesystem::create_directories((path / file).parent_path());
    write_file(path / file, content);
    return (path / file).string();
  }

  const std::filesystem::path path;
};

/// The text of the error that `action` ends in, an InputError unless another kind is named; "no
/// error" where there is none. Any other kind goes on to gtest and fails the test.
template <class Kind = InputError, class Action>
std::string message_of(Action&& action) {
  try {
    action();
  } catch (const Kind& error) {
    return error.what();
  }
  return "no error";
}

/// `message` says each of the parts.
inline void expect_says(const std::string& message, const std::vector<std::string>& parts) {
  for (const std::string& part : parts) EXPECT_NE(message.find(part), std::string::npos) << part << "\nin: " << message;
}

}  // namespace decant
