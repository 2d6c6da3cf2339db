// The cache and the outputs as several runs at once, and machines without a place for one, use
// them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/drawn_sets.h"
#include "tests/shell.h"

namespace decant {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// Pictures, and a shell in the folder they lie in.
class CacheUse : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fresh_folder("use");
    fs::rename(testing_sets::cifar_set("pictures", 1, 60), folder_ / "set");
  }
  Outcome line(const std::string& text) const { return shell("cd '" + folder_.string() + "'\n" + text); }

  fs::path folder_;
};

constexpr const char* kHerding = "$decant compress set --method herding --features conv-kmeans --quiet >/dev/null ";

TEST_F(CacheUse, RunsAtOnceShareACache) {
  const std::string run = kHerding;
  for (int round = 0; round < 3; ++round) {
    const Outcome both = line("rm -rf cache a b\n" + run + "--cache cache --keep 50% -o a & " + run +
                              "--cache cache --keep 20% -o b; second=$?; wait $!; echo $? $second");
    EXPECT_EQ(both.out, "0 0\n") << both.err;
    EXPECT_EQ(line("$decant verify a --source set && $decant verify b --source set").code, 0);
  }
}

TEST_F(CacheUse, RunsAtOnceDoNotShareAnOutput) {
  const std::string run = std::string(kHerding) + "--keep 50% -o out";
  for (int round = 0; round < 3; ++round) {
    const Outcome both = line("rm -rf out\n" + run + " & " + run + "; second=$?; wait $!; echo $(($? + second))");
    EXPECT_EQ(both.out, "3\n") << "one is done, one refused: " << both.err;
    EXPECT_THAT(both.err, testing::AnyOf(HasSubstr("is being written by another run of decant"), HasSubstr("already exists")));
    EXPECT_EQ(line("$decant verify out --source set").code, 0);
    EXPECT_FALSE(fs::exists(folder_ / "out.partial"));
  }
}

TEST_F(CacheUse, WithoutAPlaceForOneARunGoesOn) {
  write_file(folder_ / "file", "x");
  ASSERT_EQ(line(std::string(kHerding) + "-o whole --cache cache").code, 0);
  for (const char* how : {"--cache file", "--cache file/below", "--cache /proc/nothing", "XDG_CACHE_HOME=/proc/nothing",
                          "HOME=/proc/nothing", "HOME= TMPDIR=/absent", "HOME= TMPDIR=$PWD/file"}) {
    const bool option = std::string(how).starts_with("--");
    const Outcome outcome = line("rm -rf out; unset XDG_CACHE_HOME; " + std::string(option ? "" : how) +
                                 " $decant compress set --method herding --features conv-kmeans -o out " + (option ? how : ""));
    EXPECT_EQ(outcome.code, 0) << how << outcome.err;
    EXPECT_EQ(read_text(folder_ / "out" / "order.npy"), read_text(folder_ / "whole" / "order.npy")) << how;
    if (std::string(how).starts_with("HOME= ")) continue;  // there is still a place among the temporary files
    EXPECT_THAT(outcome.err, AllOf(HasSubstr("cannot be used, so nothing is cached"), HasSubstr("--cache DIR"))) << how;
  }
}

TEST_F(CacheUse, AFullDiskIsNamed) {  // a limit on file size stands in for it
  const Outcome outcome = line("trap '' XFSZ; ulimit -f 8; " + std::string(kHerding) + "-o out --cache cache");
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("cache: the cache cannot be filled"), HasSubstr("--cache DIR"), Not(HasSubstr("the output"))));
  EXPECT_FALSE(fs::exists(folder_ / "out.partial"));
}

}  // namespace
}  // namespace decant
