// The program under mpirun: several ranks leave what one process leaves, byte for byte, and one
// rank's end is the end of all.
//
// Where there is no mpirun, or the program was built without MPI, these tests say so and are
// skipped.
#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <limits>
#include <string>

#include "decant/base/matrix.h"
#include "decant/base/random.h"
#include "decant/formats/npy/npy.h"

#include "tests/shell.h"

namespace decant {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr int64_t kPoolRows = 25000;  // ranks cut a pool of 20,000 rows together
constexpr int64_t kPoolWidth = 8;

/// Features and labels in `folder`: class 0 is large enough to be cut together, the six others go
/// to ranks whole.
void write_pool(const std::filesystem::path& folder) {
  Random random(3, "mpi_test", 0);
  NpyWriter features(folder / "x.npy", kPoolRows, kPoolWidth);
  std::vector<int32_t> labels(static_cast<size_t>(kPoolRows));
  for (int64_t row = 0; row < kPoolRows; ++row) {
    const auto centre = static_cast<float>(row % 5);
    for (float& value : features.rows()[row]) value = static_cast<float>(random.normal()) + 1 + centre / 4;
    labels[static_cast<size_t>(row)] = row % 8 == 0 ? 1 + static_cast<int32_t>(row / 8 % 6) : 0;
  }
  features.commit();
  write_npy<int32_t>(folder / "y.npy", labels);
}

class Mpirun : public testing::Test {
 protected:
  void SetUp() override {
    const std::filesystem::path program = DECANT_PROGRAM;
    if (!std::filesystem::exists(program.parent_path() / "decant_mpi.so")) GTEST_SKIP() << "decant was built without MPI";
    if (shell("command -v mpirun").code != 0) GTEST_SKIP() << "mpirun is not on the PATH";
    folder_ = fresh_folder("ranks");
  }

  /// Runs a line in the test's folder, where `ranks N COMMAND…` starts COMMAND on N ranks.
  Outcome line(const std::string& text) const {
    return shell(
        "cd '" + folder_.string() +
        "'\nexport OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1 OMP_NUM_THREADS=1\n"
        "export OMPI_MCA_odls_base_sigkill_timeout=0\n"  // seconds that mpirun waits once a rank has failed
        "ranks() { mpirun -n \"$@\"; }\n"
        "same() { for f in order gain bins pools; do cmp $1/$f.npy $2/$f.npy || exit 1; done; }\n" +
        text);
  }

  std::filesystem::path folder_;
};

TEST_F(Mpirun, AnyNumberOfRanksLeavesTheSameBytes) {
  write_pool(folder_);
  const Outcome one_pool = line(
      "set -e\n"
      "$decant bins x.npy -o alone --quiet\n"
      "for n in 1 2 4; do ranks $n $decant bins x.npy -o on$n --quiet; same alone on$n; done");
  EXPECT_EQ(one_pool.code, 0) << one_pool.out << one_pool.err;
  const Outcome classes = line(
      "set -e\n"
      "$decant bins x.npy --labels y.npy -o alone --overwrite --quiet\n"
      "for n in 2 4; do ranks $n $decant bins x.npy --labels y.npy -o on$n --overwrite --quiet; same alone on$n; done");
  EXPECT_EQ(classes.code, 0) << classes.out << classes.err;
  EXPECT_THAT(read_text(folder_ / "on4" / "run.json"), HasSubstr("\"count\": 4"));
}

TEST_F(Mpirun, AKilledRankEndsTheJobAndAnyNumberOfRanksGoesOn) {
  write_pool(folder_);
  // The shell that waits for the first bins has the process id that the program will have.
  const Outcome killed = line(
      "ranks 2 bash -c 'if [ $OMPI_COMM_WORLD_RANK = 1 ]; then\n"
      "  (until ls out.partial/checkpoint/*.bins >/dev/null 2>&1; do sleep 0.01; done; kill -9 $$) & fi\n"
      "exec $decant bins x.npy -o out --quiet'");
  ASSERT_NE(killed.code, 0);
  EXPECT_THAT(killed.err, HasSubstr("signal 9"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "out"));
  const Outcome again = line(
      "set -e\n"
      "ranks 3 $decant bins x.npy -o out\n"
      "$decant bins x.npy -o alone --quiet\n"
      "same alone out");
  EXPECT_EQ(again.code, 0) << again.out << again.err;
  EXPECT_THAT(again.err, HasSubstr("resuming an interrupted run"));
}

TEST_F(Mpirun, WhatIsWrongIsSaidOnce) {
  write_pool(folder_);
  {
    NpyWriter bad(folder_ / "bad.npy", 100, 2);
    for (int64_t row = 0; row < 100; ++row) std::fill(bad.rows()[row].begin(), bad.rows()[row].end(), 1.0f);
    bad.rows()[97][1] = std::numeric_limits<float>::quiet_NaN();
    bad.commit();
  }
  const Outcome nan = line("ranks 2 $decant bins bad.npy -o out");
  EXPECT_EQ(nan.code, 3);
  EXPECT_THAT(nan.err, HasSubstr("bad.npy: row 97, column 1: holds nan"));
  EXPECT_EQ(nan.err.find("holds nan"), nan.err.rfind("holds nan"));

  const Outcome nowhere = line("ranks 2 $decant bins x.npy -o bad.npy/out");
  EXPECT_NE(nowhere.code, 0);
  EXPECT_THAT(nowhere.err, AllOf(HasSubstr("bad.npy/out.partial"), HasSubstr("cannot create the output folder")));

  const Outcome alone = line("ranks 2 $decant sample out --keep 5 -o y.npy");
  EXPECT_EQ(alone.code, 2);
  EXPECT_THAT(alone.err, HasSubstr("sample runs on one machine only; start it without mpirun"));
}

}  // namespace
}  // namespace decant
