// Labels of views, from compress to a training, on pictures that the project draws.
#include <algorithm>
#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/errors.h"
#include "decant/base/module.h"
#include "decant/formats/npy/npy.h"
#include "decant/formats/open.h"
#include "decant/formats/soft_labels/view_file.h"
#include "decant/loader/augment.h"
#include "decant/pipeline/compress.h"
#include "decant/pipeline/distill.h"
#include "decant/pipeline/evaluate.h"
#include "decant/pipeline/export.h"
#include "decant/pipeline/run/run_folder.h"
#include "decant/pipeline/train.h"
#include "decant/pipeline/verify.h"
#include "decant/train/trainer.h"

#include "tests/drawn_sets.h"

namespace decant {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing_sets::cifar_set;

bool no_networks() {
  return !has_module(kNeuralModule);
}

/// A tenth of a drawn set, with labels of three views by a small teacher.
CompressOptions labelling(const fs::path& in, const fs::path& out) {
  CompressOptions options{.input = {.path = in.string()}, .out = out, .keep = "10%"};
  options.select.method = "random";
  options.labelling.teach = "soft:views=3";
  options.labelling.teacher.net = "convnet+width=8+depth=2";
  options.labelling.teacher.epochs = 8;
  options.features.cache = in / "cache";
  return options;
}

/// How often the label of a row's first view names its class.
double right_first(const Rows& rows) {
  std::vector<float> logits(static_cast<size_t>(rows.views(0).labels->classes()));
  int64_t right = 0;
  for (int64_t row = 0; row < rows.size(); ++row) {
    const ViewsOfRow views = rows.views(row);
    views.labels->logits(views.row, 0, logits);
    right += std::ranges::max_element(logits) - logits.begin() == rows.label(row) ? 1 : 0;
  }
  return static_cast<double>(right) / static_cast<double>(rows.size());
}

TEST(CompressTeach, StoresWhatATeacherSays) {
  if (no_networks()) GTEST_SKIP() << "this build has no networks";
  const fs::path in = cifar_set("teach_in", 2, 200, 10);
  const fs::path out = fresh_folder("teach") / "out";
  const RunRecord run = compress(labelling(in, out), {.threads = 2});
  ASSERT_TRUE(run.view_labels);
  EXPECT_EQ(std::tuple(run.view_labels->views, run.view_labels->bits, run.view_labels->top), std::tuple(3, 4, 10));
  EXPECT_EQ(run.view_labels->bytes, static_cast<int64_t>(fs::file_size(out / kViewLabelsFile)));
  EXPECT_EQ(run.bytes_after, 40 * (1 + 32 * 32 * 3) + run.view_labels->bytes) << "pictures and labels";
  EXPECT_EQ(run.training.at("soft-labels"), "true");
  EXPECT_EQ(run.training.at("crop"), "4");
  EXPECT_THAT(read_text(out / "README.md"), HasSubstr("3 views of every sample"));
  EXPECT_THAT(read_text(out / "report.html"), HasSubstr("3 views by convnet+width=8+depth=2"));

  const Dataset small = open_dataset(out.string(), {}, {});
  ASSERT_EQ(small.train().size(), 40);
  EXPECT_GT(right_first(small.train()), 0.9) << "the drawn classes are easy, in their order";
  EXPECT_EQ(verify({.run = out}, {}).kept, 40) << "labels among them";
}

TEST(CompressTeach, GivesTheSameBytesAgainAndKeepsItsTeacher) {
  if (no_networks()) GTEST_SKIP() << "this build has no networks";
  const fs::path in = cifar_set("teach_again_in", 2, 100, 10);
  const fs::path folder = fresh_folder("teach_again");
  compress(labelling(in, folder / "a"), {.threads = 1});
  const auto before = fs::last_write_time(in / "cache");
  compress(labelling(in, folder / "b"), {.threads = 2});
  EXPECT_EQ(read_text(folder / "a" / kViewLabelsFile), read_text(folder / "b" / kViewLabelsFile));
  EXPECT_EQ(fs::last_write_time(in / "cache"), before) << "nothing was trained twice";
}

// The classes of class folders are numbered by their names, those of the source as they come.
TEST(CompressTeach, LabelsFollowTheClassesOfWhatIsWritten) {
  if (no_networks()) GTEST_SKIP() << "this build has no networks";
  const fs::path in = cifar_set("teach_names_in", 2, 200, 10);
  write_file(in / "batches.meta.txt", "zebra\nant\nmole\ncat\nbee\nelk\nfox\nyak\nowl\nhen\n");
  const fs::path out = fresh_folder("teach_names") / "out";
  CompressOptions options = labelling(in, out);
  options.to = "imagefolder";
  compress(options, {.threads = 2});
  const Dataset small = open_dataset(out.string(), {}, {});
  EXPECT_EQ(small.classes, (std::vector<std::string>{"ant", "bee", "cat", "elk", "fox", "hen", "mole", "owl", "yak", "zebra"}));
  EXPECT_GT(right_first(small.train()), 0.9);
}

TEST(CompressTeach, ASetIsTrainedAndComparedAsItAsks) {
  if (no_networks()) GTEST_SKIP() << "this build has no networks";
  const fs::path in = cifar_set("teach_train_in", 2, 200, 10);
  const fs::path folder = fresh_folder("teach_train");
  compress(labelling(in, folder / "small"), {.threads = 2});
  EvaluateOptions options;
  options.full = in.string();
  options.small = {(folder / "small").string()};
  options.against = "random,random+labels=soft:views=2";
  options.keep = "40";
  options.nets = "convnet+width=8+depth=2";
  options.seeds = 1;
  options.judge.given = {{"steps", "150"}, {"batch", "16"}};
  options.teacher.net = "convnet+width=8+depth=2";
  options.teacher.epochs = 8;
  options.features.cache = in / "cache";
  const Evidence evidence = evaluate_sets(options, {.threads = 2});
  ASSERT_EQ(evidence.cells.size(), 3U);
  for (const Evidence::Cell& cell : evidence.cells) EXPECT_GT(cell.values.front(), 0.6) << cell.set;
  EXPECT_THAT(evidence.protocol, HasSubstr("soft-labels"));

  const RunRecord run = read_run_record(folder / "small");
  EXPECT_EQ(evidence.find("convnet+width=8+depth=2", "small")->parts, (SetBytes{40 * 3073, run.view_labels->bytes, 0}));
  const Evidence::Cell& labelled = *evidence.find("convnet+width=8+depth=2", "random+labels=soft:views=2");
  ASSERT_TRUE(labelled.parts);
  EXPECT_GT(labelled.parts->pictures, 40 * 500) << "as PNGs";
  EXPECT_LT(labelled.parts->pictures, 40 * 3300);
  EXPECT_EQ(labelled.parts->labels, run.view_labels->bytes - 40 * 7) << "of 10 classes in 4 bits, a view takes 7 bytes";
  EXPECT_EQ(labelled.bytes, labelled.parts->sum());
  EXPECT_EQ(evidence.find("convnet+width=8+depth=2", "random")->parts, std::nullopt);
}

// A budget is one for all of a set's files, whether it is said in a row or for all sets.
TEST(CompressTeach, ABudgetHoldsPicturesAndLabels) {
  if (no_networks()) GTEST_SKIP() << "this build has no networks";
  const fs::path in = cifar_set("teach_budget_in", 2, 200, 10);
  EvaluateOptions options;
  options.full = in.string();
  options.nets = "convnet+width=8+depth=2";
  options.seeds = 2;
  options.judge.given = {{"steps", "3"}, {"batch", "16"}};
  options.teacher.net = "convnet+width=8+depth=2";
  options.teacher.epochs = 2;
  options.features.cache = in / "cache";
  options.bytes = "60000";
  options.against = "random+quality=50,random+quality=50+labels=soft:views=30,k-means+quality=50+labels=8kB";
  const Evidence evidence = evaluate_sets(options, {.threads = 2});
  ASSERT_EQ(evidence.cells.size(), 3U);
  for (const Evidence::Cell& cell : evidence.cells) {
    EXPECT_EQ(cell.budget, (Budget{60000, Budget::Unit::bytes}));
    if (!cell.parts) continue;
    EXPECT_LE(cell.parts->sum(), 60000) << cell.set;
    EXPECT_GE(cell.parts->sum(), 59000) << cell.set;
    EXPECT_EQ(cell.bytes, cell.parts->sum());
  }
  const Evidence::Cell& hard = evidence.cells[0];
  EXPECT_GT(evidence.cells[1].parts->labels, evidence.cells[1].rows * 30 * 6);
  EXPECT_LT(evidence.cells[1].rows, hard.rows);
  EXPECT_LE(evidence.cells[2].parts->labels, 8000);
  EXPECT_GT(evidence.cells[2].parts->labels, 7000) << "of the rows of one seed";

  options.bytes = "300";
  EXPECT_THAT(message_of([&] { evaluate_sets(options, {.threads = 2}); }), HasSubstr("300 bytes hold no set"));
}

TEST(CompressTeach, ThatCannotBeIsRefused) {
  if (no_networks()) GTEST_SKIP() << "this build has no networks";
  const fs::path in = cifar_set("teach_refused_in", 1, 80, 10);
  const fs::path out = fresh_folder("teach_refused") / "out";
  CompressOptions options = labelling(in, out);
  options.store = "list";
  expect_says(message_of<Error>([&] { compress(options, {}); }), {"--teach soft speaks of pictures that lie in data/"});
  options = labelling(in, out);
  options.labelling.teach = "10B";
  expect_says(message_of<Error>([&] { compress(options, {}); }), {"--teach", "10 bytes hold no label of 8 rows; the least are"});
  EXPECT_FALSE(fs::exists(out));
}

// Views are drawn by the numbers of rows, which change.
TEST(CompressTeach, LabelsOfTheSourceStayBehind) {
  if (no_networks()) GTEST_SKIP() << "this build has no networks";
  const fs::path in = cifar_set("teach_twice_in", 1, 80, 10);
  const fs::path folder = fresh_folder("teach_twice");
  compress(labelling(in, folder / "small"), {.threads = 2});
  CompressOptions again{.input = {.path = (folder / "small").string()}, .out = folder / "smaller", .keep = "50%"};
  again.select.method = "random";
  const RunRecord run = compress(again, {});
  EXPECT_FALSE(run.training.contains("soft-labels"));
  EXPECT_EQ(run.training.at("crop"), "4");
  const Dataset smaller = open_dataset(again.out.string(), {}, {});
  EXPECT_EQ(smaller.train().views(0).labels, nullptr);
  EXPECT_EQ(smaller.train().size(), 4);
}

TEST(VerifyTeach, MissesLabels) {
  if (no_networks()) GTEST_SKIP() << "this build has no networks";
  const fs::path in = cifar_set("teach_verify_in", 1, 80, 10);
  const fs::path out = fresh_folder("teach_verify") / "out";
  compress(labelling(in, out), {.threads = 2});
  std::string labels = read_text(out / kViewLabelsFile);
  labels.back() ^= 1;
  write_file(out / kViewLabelsFile, labels);
  expect_says(message_of<Error>([&] { verify({.run = out}, {}); }), {"view_labels.bin", "checksum"});
  fs::remove(out / kViewLabelsFile);
  expect_says(message_of<Error>([&] { verify({.run = out}, {}); }), {"view_labels.bin", "is missing"});
}

TEST(ExportLabels, AreTheLogitsAndTheCutsOfEveryView) {
  if (no_networks()) GTEST_SKIP() << "this build has no networks";
  const fs::path in = cifar_set("teach_export_in", 1, 80, 10);
  const fs::path folder = fresh_folder("teach_export");
  compress(labelling(in, folder / "small"), {.threads = 2});
  const Exported made = export_run({.run = folder / "small", .out = folder / "labels.npy"}, {});
  EXPECT_EQ(made.rows, 8);
  const NpyArray logits = open_npy(folder / "labels.npy");
  const NpyArray cuts = open_npy(folder / "labels-cuts.npy");
  EXPECT_EQ(logits.shape, (std::vector<int64_t>{8, 3, 10}));
  ASSERT_EQ(cuts.shape, (std::vector<int64_t>{8, 3, 3}));
  const Dataset small = open_dataset((folder / "small").string(), {}, {});
  const ViewsOfRow views = small.train().views(5);
  std::vector<float> said(10);
  views.labels->logits(5, 2, said);
  const loader::Placement cut = loader::placement_of_view(views.labels->recipe(), 5, 2);
  for (size_t c = 0; c < 10; ++c) EXPECT_EQ(number_at(logits, (5 * 3 + 2) * 10 + c), said[c]);
  EXPECT_EQ(number_at(cuts, (5 * 3 + 2) * 3), cut.dx);
  EXPECT_EQ(number_at(cuts, (5 * 3 + 2) * 3 + 1), cut.dy);
  EXPECT_EQ(number_at(cuts, (5 * 3 + 2) * 3 + 2), cut.mirror ? 1 : 0);
  fs::remove(folder / "small" / kViewLabelsFile);
  expect_says(message_of<Error>([&] { export_run({.run = folder / "small", .out = folder / "more.npy"}, {}); }),
              {"has no labels of views"});
}

TEST(DistillTeach, LabelsWhatWasMade) {
  if (no_networks()) GTEST_SKIP() << "this build has no networks";
  const fs::path in = cifar_set("teach_distill_in", 1, 80, 10);
  const fs::path out = fresh_folder("teach_distill") / "out";
  DistillSetOptions options{.input = {.path = in.string()}, .out = out};
  options.distill.method = "dm";
  options.distill.net = "convnet+width=8+depth=2";
  options.distill.per_class = 2;
  options.distill.steps = 3;
  options.distill.labels = "soft:views=2";
  options.distill.teacher.net = "convnet+width=8+depth=2";
  options.distill.teacher.epochs = 8;
  options.cache = in / "cache";
  const RunRecord run = distill_set(options, {.threads = 2});
  ASSERT_TRUE(run.view_labels);
  EXPECT_EQ(run.synthetic->bytes_labels, 0);
  EXPECT_EQ(run.bytes_after, run.synthetic->bytes_pictures + run.view_labels->bytes);
  EXPECT_EQ(run.training.at("augment"), "crop-flip") << "as the views are cut";
  const Dataset made = open_dataset(out.string(), {}, {});
  EXPECT_EQ(made.train().views(7).labels->recipe().views, 2);
  verify({.run = out}, {});
}

}  // namespace
}  // namespace decant
