// What every verb that writes may not do to a user's files, and what it leaves when it refuses.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/random.h"
#include "decant/formats/npy/npy.h"

#include "tests/drawn_sets.h"
#include "tests/shell.h"

namespace decant {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

/// A folder with a picture set, a matrix, a run over each, and things of the user's.
class Outputs : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fresh_folder("outputs");
    std::vector<float> values(60 * 3);
    Random random(5, "outputs");
    for (float& value : values) value = static_cast<float>(random.normal());
    std::vector<int32_t> labels(60);
    for (size_t i = 0; i < labels.size(); ++i) labels[i] = static_cast<int32_t>(i % 2);
    fs::create_directories(folder_ / "up" / "matrix");
    const int64_t shape[] = {60, 3};
    write_npy<float>(folder_ / "up" / "matrix" / "x.npy", values, shape);
    write_npy<int32_t>(folder_ / "up" / "matrix" / "y.npy", labels);
    fs::rename(testing_sets::cifar_set("pictures", 1, 40), folder_ / "up" / "set");
    for (const char* line : {"compress up/set --method random --keep 50% -o run", "bins up/matrix/x.npy -o bins",
                             "sample bins --keep 10 -o rows.npy", "compress up/set --method random --keep 50% -o mine",
                             "evaluate up/matrix/x.npy rows.npy --labels up/matrix/y.npy --seeds 1 --no-cache -o judged.json"})
      ASSERT_EQ(run(line).code, 0) << line << run(line).err;
    write_file(folder_ / "mine" / "thesis.txt", "years of work");  // in a run, and yet not of decant's making
    fs::create_directories(folder_ / "docs");
    write_file(folder_ / "docs" / "thesis.txt", "years of work");
    write_file(folder_ / "letter", "dear");
    write_file(folder_ / "notes.json", "{\"command\": \"none\"}");
    fs::create_symlink("up/set", folder_ / "link");
    fs::create_symlink("run", folder_ / "runlink");
    fs::create_symlink("bins", folder_ / "other");
  }

  Outcome run(const std::string& arguments) const { return shell("cd '" + folder_.string() + "' && $decant " + arguments + " --quiet"); }

  /// Refuses with code 3, and leaves every file and folder as it was.
  void refuses(const std::string& arguments, const std::string& says = "") const {
    const auto before = everything();
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.code, 3) << arguments << "\n" << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr(says)) << arguments;
    EXPECT_EQ(everything(), before) << arguments;
  }

  std::vector<std::pair<std::string, std::string>> everything() const {
    auto all = testing_sets::contents(folder_);
    for (const auto& entry : fs::recursive_directory_iterator(folder_)) all.emplace_back(entry.path().string(), "");
    std::sort(all.begin(), all.end());
    return all;
  }

  fs::path folder_;
};

TEST_F(Outputs, OfARunAreNotReplacedWithWhatSomebodyPutThere) {
  ASSERT_EQ(run("compress up/set --method random -o again").code, 0);
  ASSERT_EQ(run("compress up/set --method random --overwrite -o again").code, 0) << "a run's own folder";
  const fs::path mine = folder_ / "again" / "data" / "mine.txt";
  write_file(mine, "of some hours");
  fs::last_write_time(mine, fs::last_write_time(folder_ / "again" / "run.json") + std::chrono::seconds(1));
  refuses("compress up/set --method random --overwrite -o again",
          "holds 'data/mine.txt', which was put there or changed after decant wrote the folder");
  fs::remove(mine);
  fs::create_symlink(folder_ / "letter", folder_ / "again" / "data" / "letter");  // older than the folder, but for the link
  refuses("compress up/set --method random --overwrite -o again", "holds 'data/letter', which was put there");
}

TEST_F(Outputs, NeverReplaceWhatIsRead) {
  const std::string picture_verbs[] = {"compress up/set --method random", "compress link --method random", "sample run", "scores up/set"};
  for (const std::string& verb : picture_verbs)
    for (const char* out : {"up/set", "up/set/", "link", "up", "up/set/../set", "up/set/small", "link/small", "."})
      for (const char* overwrite : {"", " --overwrite"}) refuses(verb + " -o " + out + overwrite);
  for (const char* out : {"run", "run/small", "run/rows.npy", "runlink"}) refuses(std::string("sample run --overwrite -o ") + out);
  for (const char* out : {"up/matrix", "up", "up/matrix/x.npy", "up/matrix/y.npy"})
    refuses(std::string("bins up/matrix/x.npy --labels up/matrix/y.npy --overwrite -o ") + out);
  refuses("compress run --method random --overwrite -o run", "is the input");
  refuses("compress run/data --method random --overwrite -o run", "holds the input");
  refuses("features up/set --overwrite -o up/set/f.npy", "lies in the input");
  refuses("features up/matrix/x.npy --overwrite -o up/matrix/x.npy", "is the input");
  refuses("train up/set --overwrite -o up/set/w.safetensors", "lies in the input");
  refuses("patches up/set --overwrite -o up/set/m.npy", "lies in the input");
  refuses("patches up/set --overwrite -o m.npy --pictures up/set", "is the input");
  refuses("demo up/set -o up/set/demo", "lies in the input");
  const std::string evaluate = "evaluate up/matrix/x.npy rows.npy --labels up/matrix/y.npy --seeds 1 --no-cache --overwrite -o ";
  for (const char* out : {"up/matrix/y.npy", "up/matrix/x.npy", "rows.npy"}) refuses(evaluate + out, "is the input");
}

TEST_F(Outputs, ReplaceNothingThatDecantDidNotMake) {
  for (const std::string verb : {"compress up/set --method random", "sample run", "scores up/set", "bins up/matrix/x.npy"}) {
    for (const char* out : {"docs", "letter", "mine", "other"}) refuses(verb + " --overwrite -o " + out, "replaces only what it made");
    refuses(verb + " -o docs", "already exists");
  }
  refuses("scores up/set --overwrite -o run", "holds no dynamics.json");
  refuses("sample bins --keep 5 --overwrite -o up/matrix/x.npy", "is the input");
  refuses("sample bins --keep 5 --overwrite -o judged.json/x.npy", "folder does not exist");
  refuses("features up/set --overwrite -o rows.npy", "holds no features");
  refuses("train up/set --overwrite -o letter", "holds no weights");
  refuses("patches up/set --overwrite -o rows.npy", "holds no maps");
  for (const char* folder : {"docs", "run", "mine"})
    refuses(std::string("patches up/set --overwrite -o m.npy --pictures ") + folder, "holds no patches.json");
  const std::string evaluate = "evaluate up/matrix/x.npy rows.npy --labels up/matrix/y.npy --seeds 1 --no-cache -o ";
  for (const char* out : {"letter", "notes.json", "docs", "up/set/data_batch_1.bin"}) refuses(evaluate + out + std::string(" --overwrite"));
  refuses(evaluate + "judged.json", "already exists");
  fs::create_directories(folder_ / "o.partial");
  write_file(folder_ / "o.partial" / "thesis.txt", "years of work");
  for (const std::string verb : {"compress up/set --method random", "sample run", "scores up/set", "bins up/matrix/x.npy"})
    refuses(verb + " --overwrite -o o", "o.partial: is in the way");
  write_file(folder_ / "run" / "report.html", "my own page");
  refuses("report run", "report.html");
}

TEST_F(Outputs, AreReplacedWhenDecantMadeThem) {
  ASSERT_EQ(run("patches up/set -o maps.npy --pictures look --shown 2").code, 0);
  refuses("patches up/set -o maps.npy", "already exists");
  for (const char* line :
       {"compress up/set --method random --keep 25% --overwrite -o run", "patches up/set --overwrite -o maps.npy --pictures look",
        "bins up/matrix/x.npy --overwrite -o bins", "sample bins --keep 7 --overwrite -o rows.npy", "report run",
        "evaluate up/matrix/x.npy rows.npy --labels up/matrix/y.npy --seeds 1 --no-cache --overwrite -o judged.json"}) {
    const Outcome outcome = run(line);
    EXPECT_EQ(outcome.code, 0) << line << "\n" << outcome.err;
  }
  EXPECT_EQ(run("verify run --source up/set").code, 0);
  for (const auto& entry : fs::directory_iterator(folder_)) EXPECT_NE(entry.path().extension(), ".partial") << entry.path();
}

TEST_F(Outputs, OfARunThatIsRefusedLeaveNoTrace) {
  refuses("compress docs --method random -o new/small");
  refuses("compress absent --method random -o small");
  refuses("compress up/set --method random --keep 41 -o small");
  refuses("bins up/matrix/y.npy -o small");
  refuses("scores docs -o small");
  refuses("train docs -o w.safetensors");
  refuses("evaluate docs rows.npy -o other.json");
}

}  // namespace
}  // namespace decant
