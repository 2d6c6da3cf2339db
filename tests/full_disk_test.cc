// Every output of a run and of its jobs on a disk that is full, and on one that is read-only. Both
// are small file systems in memory, seen by one shell alone; where those may not be mounted the
// test says that it is skipped.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sstream>
#include <string>

#include "tests/drawn_sets.h"
#include "tests/shell.h"

namespace decant {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

/// Shell functions. `outputs STEP` gives STEP a name and a command for every output, on disk/;
/// what the jobs read was made in work/.
constexpr const char* kFunctions = R"sh(
jobs() {
  mkdir work disk && $decant scan "$1" -o work/scan.json --shard 0/1 &&
  $decant features "$1" --fit-only --scans work/scan.json -o work/filters.safetensors &&
  $decant features "$1" --shard 0/1 --filters work/filters.safetensors --scans work/scan.json -o work/feats.npy &&
  $decant bins work/feats.npy --scans work/scan.json -o work/bins && $decant sample work/bins --keep 30% -o work/rows.npy &&
  $decant write "$1" --rows work/rows.npy --shard 0/1 -o work/part
}
outputs() {
  $1 small $decant compress "$2" -o disk/small --keep 30% --method bins
  $1 scan.json $decant scan "$2" --shard 0/1 -o disk/scan.json
  $1 filters $decant features "$2" --fit-only --scans work/scan.json -o disk/filters
  $1 feats.npy $decant features "$2" --shard 0/1 --filters work/filters.safetensors --scans work/scan.json -o disk/feats.npy
  $1 all.npy $decant features "$2" -o disk/all.npy
  $1 bins $decant bins work/feats.npy --scans work/scan.json -o disk/bins
  $1 rows.npy $decant sample work/bins --keep 30% -o disk/rows.npy
  $1 part $decant write "$2" --rows work/rows.npy --shard 0/1 -o disk/part
  $1 joined $decant finish "$2" --scans work/scan.json --order work/bins --rows work/rows.npy --parts work/part -o disk/joined
}
refused() {  # prints the name, the exit code, the last line that was said
  name=$1; shift
  "$@" >said 2>&1
  echo "$name $? $(tail -n 1 said)"
  [ ! -e disk/$name ] || echo "disk/$name: is there"
}
made() {
  name=$1; shift
  "$@" >said 2>&1 || echo "$name: $(tail -n 1 said)"
  [ -e disk/$name ] || echo "disk/$name: is missing"
}
)sh";

class OneDisk : public testing::Test {
 protected:
  void SetUp() override {
    if (in_own_mounts("mkdir disk; mount -t tmpfs none disk").code != 0) GTEST_SKIP() << "needs to mount a file system (unshare -rm)";
    fs::remove(folder_ / "disk");
    const Outcome made = shell("cd '" + folder_.string() + "'\n" + kFunctions + "jobs '" + set_.string() + "'");
    ASSERT_EQ(made.code, 0) << made.err;
  }

  /// The lines, in a process that has mounts of its own.
  Outcome in_own_mounts(const std::string& lines) const {
    write_file(folder_ / "lines", kFunctions + lines);
    return shell("cd '" + folder_.string() + "' && unshare -rm bash lines");
  }

  std::string outputs(const std::string& step) const { return "outputs " + step + " '" + set_.string() + "'\n"; }

  const fs::path folder_ = fresh_folder("one_disk");
  const fs::path set_ = testing_sets::cifar_set("one_disk_cifar", 1, 60);
};

/// Each output failed as the machine's fault, with the place and the system's words, and left
/// nothing under its name.
void expect_refused(const std::string& lines, const std::string& why) {
  std::istringstream in(lines);
  std::string line;
  int count = 0;
  for (; std::getline(in, line); ++count) EXPECT_THAT(line, AllOf(HasSubstr(" 1 decant: disk/"), HasSubstr(why)));
  EXPECT_EQ(count, 9);
}

TEST_F(OneDisk, IsFullAndLaterIsNot) {
  const Outcome full = in_own_mounts("mount -t tmpfs -o size=16k none disk && head -c 12k /dev/zero >disk/fill\n" + outputs("refused") +
                                     "mount -o remount,size=64m disk; echo room >&2\n" + "(" + outputs("made") + ") >&2\n");
  expect_refused(full.out, "No space left on device. Free some disk space, or choose another location");
  EXPECT_EQ(full.err, "room\n");
}

TEST_F(OneDisk, IsReadOnly) {
  const Outcome refused = in_own_mounts("mount -t tmpfs none disk && mount -o remount,ro disk\n" + outputs("refused"));
  expect_refused(refused.out, "Read-only file system");
}

}  // namespace
}  // namespace decant
