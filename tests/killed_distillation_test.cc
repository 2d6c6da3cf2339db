// A distillation that is killed on its way, as an operating system kills: nothing can be tidied up.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/json.h"

#include "tests/drawn_sets.h"
#include "tests/shell.h"

namespace decant {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

/// run.json without its times and memory.
std::string timeless_record(const std::string& text) {
  Json record = parse_json(text);
  for (const char* key : {"seconds", "peak_rss_bytes", "stages"}) record.erase(key);
  return record.dump();
}

/// All that a run leaves, but for what says when; of its page and its log that they are there.
std::vector<std::pair<std::string, std::string>> timeless_contents(const fs::path& folder) {
  auto files = testing_sets::contents(folder);
  for (auto& [name, content] : files) {
    if (name == "run.json") content = timeless_record(content);
    if (name == "events.jsonl" || name == "report.html") content.clear();
  }
  return files;
}

/// A run of `options` that is killed at its first checkpoint and started again, and one that is
/// not.
void expect_same_bytes_after_kill(const std::string& name, const std::string& options) {
  if (!fs::exists(fs::path(DECANT_PROGRAM).parent_path() / "decant_neural.so")) GTEST_SKIP() << "this build has no networks";
  const fs::path in = testing_sets::cifar_set(name + "/in", 1, 40, 10);
  const fs::path cut = fresh_folder(name + "_cut");
  const fs::path whole = fresh_folder(name + "_whole");
  const std::string distill = "$decant distill '" + in.string() + "' -o out --image-size 8 --threads 1 --cache '" +
                              fresh_folder(name + "_cache").string() + "' " + options;
  const Outcome killed = shell("cd '" + cut.string() + "'; " + distill + R"( --quiet & run=$!
while kill -0 $run 2>/dev/null && [ ! -e out.partial/checkpoint/state.safetensors ]; do sleep 0.01; done
kill -9 $run; wait $run)");
  ASSERT_EQ(killed.code, 137) << "it ended before it was killed: " << killed.err;
  const Outcome again = shell("cd '" + cut.string() + "'; " + distill);
  ASSERT_EQ(again.code, 0) << again.err;
  EXPECT_THAT(again.err, HasSubstr("goes on after step"));
  ASSERT_EQ(shell("cd '" + whole.string() + "'; " + distill).code, 0);
  EXPECT_GT(timeless_contents(cut / "out").size(), 8U);
  EXPECT_EQ(timeless_contents(cut / "out"), timeless_contents(whole / "out"));
}

TEST(Program, KilledDistillationGoesOnToTheSameBytes) {
  expect_same_bytes_after_kill("killed_distillation",
                               "--method dc+inner=5 --per-class 1 --net convnet+width=4+depth=1 --real-batch 4 --steps 500");
}

TEST(Program, KilledDistillationInTurnsGoesOnToTheSameBytes) {
  expect_same_bytes_after_kill("killed_turns", "--method sre2l --per-class 4 --teacher-epochs 300 --steps 4000");
}

}  // namespace
}  // namespace decant
