#include "decant/pipeline/distill.h"

#include <atomic>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <thread>

#include "decant/base/file.h"
#include "decant/base/module.h"
#include "decant/base/random.h"
#include "decant/base/test_support.h"
#include "decant/formats/image/codec.h"
#include "decant/pipeline/run/stopping_for_tests.h"
#include "decant/pipeline/verify.h"

namespace decant {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

/// Class folders of grey noise, brighter from class to class.
void add_pictures(const fs::path& folder, const std::string& name, int count, int brightness) {
  fs::create_directories(folder / "train" / name);
  Image image;
  image.resize({16, 16, 1});
  std::vector<std::byte> png;
  for (int i = 0; i < count; ++i) {
    Random random(1, name, static_cast<uint64_t>(i));
    for (uint8_t& value : image.pixels) value = static_cast<uint8_t>(brightness + static_cast<int>(random.below(60)));
    encode_png(image.view(), png);
    write_file(folder / "train" / name / fmt::format("{}.png", i), std::string(reinterpret_cast<const char*>(png.data()), png.size()));
  }
}

fs::path three_classes(const std::string& name) {
  const fs::path folder = fresh_folder(name);
  add_pictures(folder, "ant", 6, 0);
  add_pictures(folder, "bee", 6, 90);
  add_pictures(folder, "cat", 6, 180);
  return folder;
}

DistillSetOptions options_for(const fs::path& in, const fs::path& out) {
  DistillSetOptions options{.input = {.path = in.string()}, .out = out, .command = "decant distill"};
  options.distill.net = "convnet+width=8+depth=2";
  options.distill.steps = 6;
  options.distill.real_batch = 4;
  return options;
}

std::string refusal(const DistillSetOptions& options) {
  return message_of([&] { distill_set(options, {.threads = 1}); });
}

std::string usage_of(const DistillSetOptions& options) {
  return message_of<UsageError>([&] { distill_set(options, {.threads = 1}); });
}

/// What a run leaves that must repeat, file by file.
std::string repeatable(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (entry.is_regular_file() && name != "run.json" && name != "events.jsonl" && name != "report.html" && name != "README.md")
      files.push_back(fs::relative(entry.path(), folder));
  }
  std::ranges::sort(files);
  std::string all;
  for (const fs::path& file : files) all += file.string() + "\n" + read_text(folder / file);
  return all;
}

TEST(DistillSet, RefusesSetsThatCannotBeDistilled) {
  const fs::path out = fresh_path("out");
  fs::path in = fresh_folder("one");
  add_pictures(in, "ant", 3, 0);
  EXPECT_THAT(refusal(options_for(in, out)), HasSubstr("has one class alone"));
  in = fresh_folder("flat");
  add_pictures(in, "ant", 3, 0);
  for (int i = 0; i < 3; ++i) fs::rename(in / "train/ant" / fmt::format("{}.png", i), in / fmt::format("{}.png", i));
  fs::remove_all(in / "train");
  EXPECT_THAT(refusal(options_for(in, out)), HasSubstr("has rows without labels"));
  in = three_classes("empty");
  for (int i = 0; i < 6; ++i) write_file(in / "train/bee" / fmt::format("{}.png", i), "no picture");
  EXPECT_THAT(refusal(options_for(in, out)), HasSubstr("class bee: has no rows"));
  EXPECT_FALSE(fs::exists(out));
  EXPECT_FALSE(fs::exists(out.string() + ".partial")) << "nothing to go on from";
}

TEST(DistillSet, RefusesOptionsBeforeAnythingIsRead) {
  DistillSetOptions options = options_for("no such folder", fresh_path("out"));
  options.budget = "10min";
  EXPECT_THAT(usage_of(options), HasSubstr("give one of the two"));
  options.distill.steps = 0;
  options.budget = "ten minutes";
  EXPECT_THAT(usage_of(options), HasSubstr("give a time such as 90s, 10min or 2h"));
  options.budget.clear();
  options.distill.per_class = 0;
  EXPECT_THAT(refusal(options), HasSubstr("per-class"));
}

TEST(DistillSet, ReadsTimes) {
  EXPECT_EQ(seconds_from("90", "--budget"), 90);
  EXPECT_EQ(seconds_from("1.5min", "--budget"), 90);
  EXPECT_EQ(seconds_from("2h", "--budget"), 7200);
  for (const char* text : {"", "-3", "0", "10 min", "1d", "nan", "1e12"}) EXPECT_THROW(seconds_from(text, "--budget"), UsageError) << text;
}

TEST(DistillSet, IsPlannedByATrialThatWritesNothing) {
  if (!has_module(kNeuralModule)) GTEST_SKIP() << "this build has no networks";
  const fs::path in = three_classes("in");
  const fs::path out = fresh_path("out");
  DistillSetOptions options = options_for(in, out);
  options.distill.per_class = 2;
  const DistillPlan plan = plan_distill(options, {.threads = 1});
  EXPECT_EQ(plan.rows, 18);
  EXPECT_EQ(plan.pictures, 6);
  EXPECT_EQ(plan.cost.steps, 6);
  EXPECT_GT(plan.cost.step_seconds, 0);
  EXPECT_GE(plan.seconds, 6 * plan.cost.step_seconds + plan.cost.ready_seconds);
  EXPECT_GT(plan.memory_bytes, 1'000'000);
  EXPECT_THAT(plan_text(plan), AllOf(HasSubstr("6 pictures of 18 rows, by dm through convnet+width=8+depth=2"), HasSubstr("(6 steps of ")));
  EXPECT_FALSE(fs::exists(out));
  EXPECT_FALSE(fs::exists(out.string() + ".partial"));
  options.distill.steps = 0;
  options.budget = "1h";
  EXPECT_GT(plan_distill(options, {.threads = 1}).cost.steps, 6);
  options.budget = "0.001";
  const std::string refused = message_of([&] { plan_distill(options, {.threads = 1}); });
  EXPECT_THAT(refused, AllOf(HasSubstr("budget: 0.0 s are too short: a step of dm takes "), HasSubstr("Give more time")));
  EXPECT_THAT(refusal(options), HasSubstr("are too short: a step of dm takes"));
  options.budget.clear();
  options.distill.method = "label-solve";
  options.distill.real_batch = 0;
  const DistillPlan solved = plan_distill(options, {.threads = 1});
  EXPECT_EQ(solved.cost.steps, 0);
  EXPECT_THAT(plan_text(solved), HasSubstr("solved in one go"));
}

TEST(DistillSet, NeverReplacesWhatIsNotIts) {
  const fs::path in = three_classes("in");
  const fs::path mine = fresh_folder("mine");
  write_file(mine / "thesis.txt", "years of work");
  DistillSetOptions options = options_for(in, mine);
  EXPECT_THAT(refusal(options), HasSubstr("mine"));
  options.overwrite = true;
  EXPECT_THAT(refusal(options), HasSubstr("holds no run.json that decant wrote"));
  EXPECT_EQ(read_text(mine / "thesis.txt"), "years of work");
  for (const fs::path& out : {in, in / "train", in.parent_path()}) {
    options.out = out;
    EXPECT_NE(refusal(options), "no error") << out;
  }
  EXPECT_TRUE(fs::exists(in / "train/ant/0.png"));
}

TEST(DistillSet, WritesASetThatVerifiesAndRepeats) {
  if (!has_module(kNeuralModule)) GTEST_SKIP() << "this build has no networks";
  const fs::path in = three_classes("in");
  const fs::path out = fresh_path("out");
  DistillSetOptions options = options_for(in, out);
  const RunRecord run = distill_set(options, {.threads = 1});
  EXPECT_EQ(run.synthetic->pictures, 3);
  EXPECT_EQ(run.synthetic->steps, 6);
  EXPECT_GT(run.synthetic->bytes_real_jpeg, 100);
  EXPECT_EQ(verify({.run = out, .source = in.string()}, {}).kept, 3);
  EXPECT_THAT(message_of([&] { verify({.run = out, .source = (in / "train/ant").string()}, {}); }), HasSubstr("the digest differs"));
  EXPECT_THAT(read_text(out / "report.html"), HasSubstr("3 synthetic pictures in place of 18"));
  const std::string first = repeatable(out);
  EXPECT_NE(refusal(options), "no error") << "an output that is there";
  options.overwrite = true;
  distill_set(options, {.threads = 1});
  EXPECT_EQ(repeatable(out), first);
  write_file(out / "notes.txt", "mine");
  EXPECT_THAT(refusal(options), HasSubstr("holds 'notes.txt', which decant did not write"));
}

TEST(DistillSet, GoesOnAfterAnInterruptionToTheSameBytes) {
  if (!has_module(kNeuralModule)) GTEST_SKIP() << "this build has no networks";
  const fs::path in = three_classes("in");
  for (const char* method : {"dm", "dc"}) {
    const fs::path whole = fresh_path("whole");
    const fs::path resumed = fresh_path("resumed");
    DistillSetOptions options = options_for(in, whole);
    options.distill.method = method;
    distill_set(options, {.threads = 1});

    options.out = resumed;
    StopWithin stop("distill", 4);
    EXPECT_THROW(distill_set(options, {.threads = 1, .progress = &stop, .cancel = &stop.flag}), Cancelled);
    EXPECT_FALSE(fs::exists(resumed));
    StopWithin counting("distill", kNever);
    distill_set(options, {.threads = 1, .progress = &counting, .cancel = &counting.flag});
    EXPECT_GE(counting.skipped, 3) << method;
    EXPECT_EQ(repeatable(resumed), repeatable(whole)) << method;
    EXPECT_FALSE(fs::exists(resumed / "checkpoint"));
  }
}

TEST(DistillSet, DoesNotGoOnWithOtherOptions) {
  if (!has_module(kNeuralModule)) GTEST_SKIP() << "this build has no networks";
  const fs::path in = three_classes("in");
  DistillSetOptions options = options_for(in, fresh_path("out"));
  StopWithin stop("distill", 4);
  EXPECT_THROW(distill_set(options, {.threads = 1, .progress = &stop, .cancel = &stop.flag}), Cancelled);
  options.distill.seed = 1;
  EXPECT_THAT(refusal(options), HasSubstr("is the checkpoint of other options"));
}

}  // namespace
}  // namespace decant
