// Outputs in the way of everything a user may have.
#include "decant/base/output.h"

#include <csignal>
#include <cstdlib>
#include <functional>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "decant/base/places.h"
#include "decant/base/test_support.h"

namespace decant {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

/// A folder is "ours" when it holds a file `mark`; a file, when it begins with "ours".
std::string why_unmarked(const fs::path& path) {
  if (fs::is_directory(path)) return fs::exists(path / "mark") ? "" : "holds no mark";
  return read_text(path).starts_with("ours") ? "" : "is another's";
}

OutputOptions replacing(std::vector<std::string> inputs = {}) {
  return {.overwrite = true, .inputs = std::move(inputs), .why_foreign = why_unmarked};
}

void make(const fs::path& out, const OutputOptions& options, const std::string& content) {
  OutputFolder folder(out, options);
  write_file(folder.path() / "mark", content);
  folder.commit();
}

std::string complaint(const fs::path& out, const OutputOptions& options = {}) {
  return message_of([&] { OutputFolder folder(out, options); });
}

/// Every file below a folder with its content, links as such: what must be the same afterwards.
std::string everything_in(const fs::path& folder) {
  std::vector<std::string> lines;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    lines.push_back(entry.path().string() + (entry.is_symlink()        ? " -> " + fs::read_symlink(entry).string()
                                             : entry.is_regular_file() ? " = " + read_text(entry)
                                                                       : ""));
  }
  std::sort(lines.begin(), lines.end());
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

TEST(OutputFolder, AppearsWhenCommittedWithNoTraceOfItsMaking) {
  const ScratchFolder scratch("out");
  const fs::path out = scratch.path / "run";
  {
    OutputFolder folder(out, {});
    write_file(folder.path() / "mark", "1");
    EXPECT_FALSE(fs::exists(out));
    folder.commit();
  }
  EXPECT_EQ(everything_in(scratch.path), out.string() + "\n" + (out / "mark").string() + " = 1\n");
}

TEST(OutputFolder, OfAnInterruptedRunKeepsWhatIsNamed) {
  const fs::path out = fresh_folder("out") / "run";
  {
    OutputFolder folder(out, {});
    write_file(folder.path() / "x", "1");
    write_file(folder.path() / "y", "2");
  }
  OutputFolder again(out, {.keep = "x"});
  EXPECT_TRUE(fs::exists(again.path() / "x"));
  EXPECT_FALSE(fs::exists(again.path() / "y")) << "only what was named stays";
}

TEST(OutputFolder, OfARunThatCameToNothingLeavesNothing) {
  const ScratchFolder scratch("out");
  {
    OutputFolder folder(scratch.path / "run", {});
    write_file(folder.path() / "events.jsonl", "{\"at\":0}\n");
  }
  EXPECT_TRUE(fs::is_empty(scratch.path));
}

TEST(OutputFolder, ReplacesAnOutputOfItsKindWhenAsked) {
  const fs::path out = fresh_folder("out") / "run";
  make(out, {}, "1");
  EXPECT_THAT(complaint(out), HasSubstr("already exists. Choose another -o"));
  EXPECT_THAT(complaint(out, {.why_foreign = why_unmarked}), HasSubstr("or give --overwrite to replace it"));
  {
    OutputFolder folder(out.string() + "/", replacing());
    write_file(folder.path() / "mark", "2");
    EXPECT_EQ(read_text(out / "mark"), "1") << "the old output stays until the new one is whole";
    folder.commit();
  }
  EXPECT_EQ(everything_in(out.parent_path()), out.string() + "\n" + (out / "mark").string() + " = 2\n");
  make(out.parent_path() / "run" / ".." / "run", replacing(), "3");
  EXPECT_EQ(read_text(out / "mark"), "3");
}

TEST(OutputFolder, ReplacesNothingElse) {
  const ScratchFolder scratch("out");
  const fs::path out = scratch.path / "out";
  scratch.add("out/thesis.txt");
  const std::string before = everything_in(scratch.path);
  EXPECT_THAT(complaint(out), AllOf(HasSubstr("already exists"), Not(HasSubstr("--overwrite"))));
  EXPECT_THAT(complaint(out, replacing()), AllOf(HasSubstr("holds no mark, and decant"), HasSubstr("replaces only what it made")));
  EXPECT_EQ(everything_in(scratch.path), before);
  scratch.add("file");
  EXPECT_THAT(complaint(scratch.path / "file", replacing()), HasSubstr("is another's"));
  make(scratch.path / "run", {}, "1");
  fs::create_symlink("run", scratch.path / "link");
  fs::create_symlink("nowhere", scratch.path / "dangling");
  for (const char* name : {"link", "link/", "dangling"})
    EXPECT_THAT(complaint(scratch.path / name, replacing()), HasSubstr(name == std::string("link/") ? "link" : "is a link")) << name;
  EXPECT_EQ(read_text(scratch.path / "run" / "mark"), "1");
}

TEST(OutputFolder, LeavesPartialFoldersOfOthersAlone) {
  const ScratchFolder scratch("out");
  scratch.add("a.partial/thesis.txt");
  scratch.add("b.partial");
  fs::create_directories(scratch.path / "elsewhere");
  fs::create_symlink("elsewhere", scratch.path / "c.partial");
  const std::string before = everything_in(scratch.path);
  for (const char* name : {"a", "b", "c"})
    for (const bool overwrite : {false, true})
      EXPECT_THAT(complaint(scratch.path / name, {.overwrite = overwrite}), HasSubstr("was not made by decant")) << name;
  EXPECT_EQ(everything_in(scratch.path), before);
  scratch.add("d.partial/events.jsonl", "{\"at\":0.1,\"stage\":\"read\",\"event\":\"begin\"}\n");
  fs::create_directories(scratch.path / "e.partial");
  for (const char* name : {"d", "e"}) EXPECT_EQ(complaint(scratch.path / name), "no error") << name;
}

TEST(OutputFolder, NeverTouchesAnInput) {
  const ScratchFolder scratch("out");
  make(scratch.path / "up" / "set", {}, "data");  // of our making, but an input now
  write_file(scratch.path / "up" / "mark", "");
  const fs::path set = scratch.path / "up" / "set";
  fs::create_symlink(set, scratch.path / "link");
  fs::create_symlink(scratch.path / "up", scratch.path / "uplink");
  const std::string before = everything_in(scratch.path);
  const std::pair<std::string, std::string> cases[] = {{"up/set", "is the input"},
                                                       {"up/set/", "is the input"},
                                                       {"up/set/../set", "is the input"},
                                                       {"up", "holds the input"},
                                                       {"link", "is the input"},
                                                       {"uplink", "holds the input"},
                                                       {"uplink/set", "is the input"},
                                                       {"link/small", "lies in the input"},
                                                       {"up/set/a/b", "lies in the input"},
                                                       {"up/set/new/../x", "lies in the input"}};
  for (const std::string& input : {set.string(), (scratch.path / "link").string(), (scratch.path / "up/../uplink/set/").string()})
    for (const auto& [out, says] : cases)
      for (const bool overwrite : {false, true}) {
        OutputOptions options = replacing({input});
        options.overwrite = overwrite;
        EXPECT_THAT(complaint(scratch.path / out, options), HasSubstr(says)) << out << " of " << input;
      }
  EXPECT_EQ(everything_in(scratch.path), before);
  scratch.add("run.partial/data/a.jpg");
  EXPECT_THAT(complaint(scratch.path / "run", replacing({(scratch.path / "run.partial/data").string()})), HasSubstr("holds the input"));
}

TEST(OutputFolder, NeverTouchesAFileThatIsRead) {
  const ScratchFolder scratch("out");
  make(scratch.path / "run", {}, "1");
  scratch.add("run/x-0.npy");
  scratch.add("run/x-1.npy");
  for (const char* input : {"run/x-0.npy", "run/x-{0..1}.npy", "run/x-*.npy", "run/x-?.npy"})
    EXPECT_THAT(complaint(scratch.path / "run", replacing({(scratch.path / input).string()})), HasSubstr("holds the input")) << input;
  EXPECT_EQ(
      complaint(scratch.path / "beside", replacing({(scratch.path / "run/x-*.npy").string(), "pipe:cat x", "absent-{1..3}", "{", ""})),
      "no error");
}

TEST(OutputFolder, NeverTouchesWhatAnInputLinksTo) {
  const ScratchFolder scratch("out");
  make(scratch.path / "run", {}, "1");
  scratch.add("run/data/a.jpg");
  scratch.add("set/own.jpg");
  fs::create_directories(scratch.path / "set" / "cat");
  fs::create_symlink("../../run/data/a.jpg", scratch.path / "set" / "cat" / "a.jpg");
  EXPECT_THAT(complaint(scratch.path / "run", replacing({(scratch.path / "set").string()})), HasSubstr("is linked from the input"));
  EXPECT_EQ(complaint(scratch.path / "other", replacing({(scratch.path / "set").string()})), "no error");
  fs::remove(scratch.path / "set" / "cat" / "a.jpg");
  fs::create_symlink("../cat", scratch.path / "set" / "cat" / "round");
  EXPECT_EQ(complaint(scratch.path / "run", replacing({(scratch.path / "set").string()})), "no error") << "a link that goes round ends";
}

TEST(OutputFolder, NeedsANameOfItsOwn) {
  for (const char* out : {"", "/", "//", "/tmp/.."})
    EXPECT_THAT(message_of<UsageError>([&] { OutputFolder folder(out, {}); }), HasSubstr("the output needs a name")) << out;
}

TEST(OutputFolder, LeavesWhatAppearedMeanwhile) {
  const ScratchFolder scratch("out");
  const fs::path out = scratch.path / "run";
  {
    OutputFolder folder(out, {});
    write_file(folder.path() / "mark", "new");
    scratch.add("run/thesis.txt", "mine");
    EXPECT_THAT(message_of<IoError>([&] { folder.commit(); }),
                AllOf(StartsWith(out.string()), HasSubstr("already exists"), HasSubstr("It is complete in " + out.string() + ".partial")));
  }
  EXPECT_EQ(read_text(out / "thesis.txt"), "mine");
  EXPECT_EQ(read_text(out.string() + ".partial/mark"), "new");
}

TEST(OutputFolder, KeepsTheOldFolderOfAnotherRun) {
  const ScratchFolder scratch("out");
  make(scratch.path / "run", {}, "1");
  scratch.add("run.old/thesis.txt");
  make(scratch.path / "run", replacing(), "2");
  EXPECT_EQ(read_text(scratch.path / "run" / "mark"), "2");
  EXPECT_TRUE(fs::exists(scratch.path / "run.old" / "thesis.txt"));
}

/// Runs `body` in several processes that begin together; how many of them it returned true in.
int true_in_processes(int count, const std::function<bool()>& body) {
  int gate[2];
  EXPECT_EQ(::pipe(gate), 0);
  std::vector<pid_t> children;
  for (int i = 0; i < count; ++i) {
    children.push_back(::fork());
    if (children.back() != 0) continue;
    char byte = 0;
    ::close(gate[1]);
    if (::read(gate[0], &byte, 1) != 0) std::_Exit(2);
    std::_Exit(body() ? 0 : 1);
  }
  ::close(gate[0]);
  ::close(gate[1]);
  int won = 0;
  for (const pid_t child : children) {
    int status = 0;
    ::waitpid(child, &status, 0);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) ++won;
  }
  return won;
}

TEST(OutputFolder, IsOneRunsAtATime) {
  const fs::path out = fresh_folder("lock") / "run";
  OutputFolder first(out, {});
  EXPECT_THAT(complaint(out), AllOf(HasSubstr("is being written by another run of decant (process " + std::to_string(::getpid())),
                                    HasSubstr("since 20"), HasSubstr("Wait for it")));
  EXPECT_EQ(true_in_processes(1, [&] { return complaint(out, replacing()) == "no error"; }), 0);
  write_file(first.path() / "mark", "1");
  first.commit();
  EXPECT_EQ(read_text(out / "mark"), "1");
  OutputFile file(out.parent_path() / "x", {});
  EXPECT_THAT(message_of([&] { OutputFile second(out.parent_path() / "x", {}); }), HasSubstr("is being written by another run"));
}

TEST(OutputFolder, IsWholeWhoeverElseWantsIt) {
  for (int round = 0; round < 30; ++round) {
    const ScratchFolder scratch("race");
    const fs::path out = scratch.path / "run";
    const bool replace = round % 2 == 1;
    if (replace) make(out, {}, "old");
    const int won = true_in_processes(4, [&] {
      try {
        OutputFolder folder(out, replace ? replacing() : OutputOptions{});
        const std::string content = std::to_string(::getpid());
        for (const char* name : {"mark", "a", "b", "c"}) write_file(folder.path() / name, content);
        folder.commit();
        return true;
      } catch (const Error&) {
        return false;
      }
    });
    EXPECT_GE(won, 1);
    EXPECT_TRUE(replace || won == 1) << "all others were refused: " << won;
    for (const char* name : {"a", "b", "c"}) EXPECT_EQ(read_text(out / name), read_text(out / "mark")) << round;
    EXPECT_EQ(std::distance(fs::directory_iterator(out), {}), 4);
    EXPECT_EQ(std::distance(fs::directory_iterator(scratch.path), {}), 1) << everything_in(scratch.path);
  }
}

TEST(OutputFolder, IsFreeAgainWhenItsProcessIsKilled) {
  const fs::path out = fresh_folder("killed") / "run";
  const pid_t child = ::fork();
  if (child == 0) {
    OutputFolder folder(out, {});
    write_file(folder.path() / "mark", "half");
    ::kill(::getpid(), SIGKILL);
  }
  ::waitpid(child, nullptr, 0);
  EXPECT_TRUE(fs::exists(out.string() + ".partial/mark"));
  make(out, {}, "whole");
  EXPECT_EQ(read_text(out / "mark"), "whole");
}

TEST(SwapNames, InOneStepOrInThree) {
  const ScratchFolder scratch("swap");
  scratch.add("a/x", "1");
  scratch.add("b/x", "2");
  scratch.add("b.old/x", "mine");
  for (const bool at_once : {true, false}) {
    swap_names(scratch.path / "a", scratch.path / "b", at_once);
    EXPECT_EQ(read_text(scratch.path / "a" / "x"), at_once ? "2" : "1");
    EXPECT_EQ(read_text(scratch.path / "b" / "x"), at_once ? "1" : "2");
  }
  const std::string before = everything_in(scratch.path);
  for (const bool at_once : {true, false})
    EXPECT_NE(message_of<IoError>([&] { swap_names(scratch.path / "absent", scratch.path / "b", at_once); }), "no error");
  EXPECT_EQ(everything_in(scratch.path), before) << "a step that fails undoes the others";
}

TEST(OutputFile, IsReplacedByItsKindOnly) {
  const ScratchFolder scratch("file");
  const fs::path out = scratch.path / "x.json";
  const auto write = [&](const OutputOptions& options, const std::string& content) {
    OutputFile file(out, options);
    write_file(file.path(), content);
    file.commit();
  };
  write({}, "ours 1");
  EXPECT_THAT(message_of([&] { write({}, "2"); }), HasSubstr("already exists"));
  write(replacing(), "ours 2");
  EXPECT_EQ(everything_in(scratch.path), out.string() + " = ours 2\n");
  EXPECT_THAT(message_of([&] { write(replacing({out.string()}), "3"); }), HasSubstr("is the input"));
  fs::create_hard_link(out, scratch.path / "hard");
  EXPECT_THAT(message_of([&] { write(replacing({(scratch.path / "hard").string()}), "3"); }), HasSubstr("is the input"));
  fs::create_symlink("x.json", scratch.path / "link");
  EXPECT_THAT(message_of([&] { OutputFile(scratch.path / "link", replacing()); }), HasSubstr("is a link"));
  write_file(out, "mine");
  EXPECT_THAT(message_of([&] { write(replacing(), "3"); }), HasSubstr("is another's"));
  EXPECT_EQ(read_text(out), "mine");
  EXPECT_THAT(message_of([&] { OutputFile(scratch.path / "no" / "x", {}); }), HasSubstr("its folder does not exist"));
  scratch.add("y.partial", "mine");
  EXPECT_THAT(message_of([&] { OutputFile(scratch.path / "y", {}); }), HasSubstr("was not made by decant"));
  EXPECT_EQ(read_text(scratch.path / "y.partial"), "mine");
}

TEST(OutputFile, LeavesWhatAppearedMeanwhile) {
  const ScratchFolder scratch("file");
  const fs::path out = scratch.path / "x";
  {
    OutputFile file(out, {});
    write_file(file.path(), "new");
    write_file(out, "mine");
    EXPECT_THAT(message_of<IoError>([&] { file.commit(); }), HasSubstr("It is complete in " + out.string() + ".partial"));
  }
  EXPECT_EQ(read_text(out), "mine");
  EXPECT_EQ(read_text(out.string() + ".partial/x"), "new");
  fs::remove_all(out.string() + ".partial");
  { OutputFile abandoned(scratch.path / "z", {}); }
  EXPECT_EQ(everything_in(scratch.path), out.string() + " = mine\n");
}

TEST(OutputFolder, IsSweptAfterItIsWhole) {
  const ScratchFolder scratch("after");
  const fs::path out = scratch.path / "run";
  make(out, {}, "whole");
  const std::string before = everything_in(scratch.path);
  scratch.add("run/decant.lock", "decant 0.1.0: process 1 on host, since 2026-01-01T00:00:00Z\n");
  scratch.add("run.partial/decant.lock", "decant 0.1.0: process 1 on host, since 2026-01-01T00:00:00Z\n");
  scratch.add("run.partial/half");
  sweep_after(out);
  EXPECT_EQ(everything_in(scratch.path), before);
  scratch.add("run.partial/thesis.txt");
  const std::string with_mine = everything_in(scratch.path);
  sweep_after(out);
  EXPECT_EQ(everything_in(scratch.path), with_mine) << "not decant's";
}

TEST(OutputFile, SweepsWhatAKilledProcessLeft) {
  const ScratchFolder scratch("swept");
  const fs::path out = scratch.path / "x";
  for (const bool renamed : {false, true}) {
    const pid_t child = ::fork();
    if (child == 0) {
      OutputFile file(out, {});
      write_file(file.path().string() + ".partial7", "half");
      write_file(file.path(), "ours, whole");
      if (renamed) file.commit();
      ::kill(::getpid(), SIGKILL);
    }
    ::waitpid(child, nullptr, 0);
    EXPECT_EQ(fs::exists(out), renamed);
    OutputFile file(out, replacing());
    write_file(file.path(), "ours");
    file.commit();
    EXPECT_EQ(everything_in(scratch.path), out.string() + " = ours\n");
    fs::remove(out);
  }
}

}  // namespace
}  // namespace decant
