// What is installed is enough for a program of somebody else's: the example is built against it in
// both ways that its user may take.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <gtest/gtest.h>
#include <string>

#include "decant/base/file.h"
#include "decant/base/test_support.h"

namespace decant {
namespace {

void run_shell(const std::string& command, const std::filesystem::path& log) {
  const int status = std::system((command + " >" + log.string() + " 2>&1").c_str());
  ASSERT_EQ(status, 0) << command << "\n" << read_text(log);
}

TEST(Install, TheExampleIsBuiltAgainstItByPkgConfigAndByCMake) {
  const auto folder = fresh_folder("install");
  const auto log = folder / "log";
  const std::string installed = (folder / "decant").string();
  const std::string examples = std::filesystem::absolute("examples").string();
  run_shell("cmake --install " DECANT_BUILD " --prefix " + installed, log);

  const std::string by_hand = (folder / "by_hand").string();
  run_shell("export PKG_CONFIG_PATH=" + installed + "/lib/pkgconfig; c++ -std=c++20 " + examples +
                "/choose_rows.cc $(pkg-config --cflags --libs decant) -o " + by_hand,
            log);
  const std::string by_cmake = (folder / "by_cmake").string();
  run_shell("cmake -G Ninja -S " + examples + " -B " + by_cmake + " -DCMAKE_PREFIX_PATH=" + installed + " && cmake --build " + by_cmake,
            log);

  const std::string path = "LD_LIBRARY_PATH=" + installed + "/lib ";
  run_shell(path + by_hand, folder / "rows");
  run_shell(path + by_cmake + "/choose_rows", folder / "again");
  const std::string rows = read_text(folder / "rows");
  EXPECT_EQ(std::count(rows.begin(), rows.end(), '\n'), 200);  // a tenth of 2,000
  EXPECT_EQ(rows, read_text(folder / "again"));
}

}  // namespace
}  // namespace decant
