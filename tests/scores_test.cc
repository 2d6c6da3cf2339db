// Scores as a whole: pictures, a proxy that watches them, files, and what is chosen by them.
#include "decant/select/scores/scores.h"

#include <algorithm>
#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/context.h"
#include "decant/base/json.h"
#include "decant/base/module.h"
#include "decant/base/random.h"
#include "decant/base/test_support.h"
#include "decant/formats/npy/npy.h"
#include "decant/pipeline/compress.h"
#include "decant/pipeline/run/run_folder.h"
#include "decant/pipeline/run/stopping_for_tests.h"
#include "decant/pipeline/scores.h"
#include "decant/train/dynamics.h"

#include "tests/drawn_sets.h"

namespace decant {
namespace {

namespace fs = std::filesystem;
using testing_sets::cifar_set;
using testing_sets::contents;

constexpr int kEpochs = 3;
constexpr size_t kRecordBytes = 3073;  // a label and 32 × 32 × 3 pixels

CompressOptions by_proxy(const fs::path& in, const fs::path& out, const std::string& method = "dual") {
  CompressOptions options{.input = {.path = in.string()}, .out = out, .keep = "20%"};
  options.select.method = method;
  options.select.score_epochs = kEpochs;
  options.features.cache = out.parent_path() / "cache";
  return options;
}

/// Rewrites the training records of a CIFAR set; `change(i, record)`.
template <class Change>
void change_records(const fs::path& set, Change&& change) {
  std::string bytes = read_text(set / "data_batch_1.bin");
  for (size_t i = 0; i < bytes.size() / kRecordBytes; ++i) change(i, std::span(bytes.data() + i * kRecordBytes, kRecordBytes));
  write_file(set / "data_batch_1.bin", bytes);
}

class ProxyScores : public testing::Test {
 protected:
  void SetUp() override {
    if (!has_module(kNeuralModule)) GTEST_SKIP() << "this build has no networks";
  }
};

TEST_F(ProxyScores, OfPicturesAreResumedReusedAndChosenBy) {
  const fs::path folder = fresh_folder("scores");
  CompressOptions all = by_proxy(cifar_set("in", 1, 120), folder / "all", "random");
  all.keep = "100%";
  all.to = "imagefolder";
  compress(all, {});
  const fs::path pictures = folder / "all" / "data";
  for (const auto& [file, bytes] : contents(pictures)) {
    if (file.find("train") == std::string::npos) continue;
    write_file(pictures / file, std::string_view(bytes).substr(0, bytes.size() / 2));  // its header is sound
    break;
  }
  ScoresOptions options{.input = {.path = pictures.string()}, .out = folder / "whole", .command = "decant scores …"};
  options.proxy.epochs = kEpochs;
  options.proxy.cache = folder / "another cache";
  EXPECT_FALSE(make_scores(options, {.threads = 1}).reused);

  options.out = folder / "scores";
  options.proxy.cache = folder / "cache";
  StopWithin stop("proxy", 200);
  EXPECT_THROW(make_scores(options, {.threads = 1, .progress = &stop, .cancel = &stop.flag}), Cancelled);
  EXPECT_FALSE(fs::exists(options.out));
  StopWithin again("proxy", kNever);
  EXPECT_FALSE(make_scores(options, {.threads = 1, .progress = &again}).reused);
  EXPECT_EQ(again.skipped, 2 * 119) << "two epochs were whole";
  std::vector<std::string> names;
  for (const auto& [file, bytes] : contents(folder / "whole")) {
    names.push_back(file);
    if (file.ends_with(".npy")) {
      EXPECT_TRUE(bytes == read_text(options.out / file)) << file;
    }
  }
  EXPECT_EQ(names.size(), 6 + score_names().size() + 1);
  const Json record = parse_json(read_text(options.out / "dynamics.json"));
  EXPECT_EQ(record["rows"], 120);
  EXPECT_EQ(record["net"], "quick");
  EXPECT_EQ(record["accuracy"].size(), 3u);
  EXPECT_EQ(record["scores"], Json(score_names()));
  EXPECT_EQ(record["command"], "decant scores …");

  // One row was bad, and that row alone has no numbers.
  const Dynamics seen = train::read_dynamics(options.out, 120);
  EXPECT_EQ(seen.epochs(), kEpochs);
  for (const std::string& name : score_names()) {
    const std::vector<double> scores = read_column(options.out / ("score-" + name + ".npy"), 120);
    for (int64_t row = 0; row < 120; ++row) EXPECT_EQ(std::isnan(scores[static_cast<size_t>(row)]), row == 0) << name << " " << row;
  }
  for (int64_t row = 0; row < 120; ++row) EXPECT_EQ(std::isnan(seen.at(Dynamic::margin, 2, row)), row == 0);

  EXPECT_THAT(message_of([&] { make_scores(options, {}); }), testing::HasSubstr("already exists"));
  options.overwrite = true;
  EXPECT_TRUE(make_scores(options, {.threads = 1}).reused);

  // The record, its copy and a column of it lead to the same rows.
  const RunRecord by_cache = compress(by_proxy(pictures, folder / "a"), {.threads = 1});
  EXPECT_EQ(by_cache.kept, 24);
  EXPECT_THAT(by_cache.method_note, testing::HasSubstr("dual by Beta sampling (mode"));
  CompressOptions by_folder = by_proxy(pictures, folder / "b");
  by_folder.select.scores = options.out.string();
  by_folder.features.cache = folder / "empty cache";
  compress(by_folder, {.threads = 1});
  EXPECT_EQ(load_run_folder(folder / "b").kept, load_run_folder(folder / "a").kept);
  EXPECT_FALSE(fs::exists(folder / "empty cache")) << "nothing was trained";
  CompressOptions hardest = by_proxy(pictures, folder / "c", "el2n");
  compress(hardest, {.threads = 1});
  CompressOptions by_column = by_proxy(pictures, folder / "d", "scores");
  by_column.select.scores = (options.out / "score-el2n.npy").string();
  compress(by_column, {.threads = 1});
  EXPECT_EQ(load_run_folder(folder / "d").kept, load_run_folder(folder / "c").kept);

  // The record knows nothing of the bad row, so it must not be chosen from unchecked.
  CompressOptions unchecked = by_proxy(pictures, folder / "e");
  unchecked.no_check = true;
  expect_says(message_of([&] { compress(unchecked, {.threads = 1}); }), {"row 0", "was not observed", "--no-check"});
  EXPECT_FALSE(fs::exists(folder / "e"));
}

TEST_F(ProxyScores, AProxyThatLearntNothingIsRefusedEveryTime) {
  const fs::path in = cifar_set("noise/in", 1, 200);
  Random random(3, "noise");
  change_records(in, [&](size_t, std::span<char> record) {
    record[0] = static_cast<char>(random.below(4));
    for (char& value : record.subspan(1)) value = static_cast<char>(random.below(256));
  });
  CompressOptions options = by_proxy(in, fresh_folder("noise_out") / "out");
  options.select.score_epochs = 2;
  for (int i = 0; i < 2; ++i) {
    expect_says(
        message_of([&] { compress(options, {.threads = 1}); }),
        {in.string(), "the proxy (quick, 2 epochs)", "no better than always answering one class", "--score-epochs", "--method random"});
    EXPECT_FALSE(fs::exists(options.out));
  }
}

TEST_F(ProxyScores, DualLeavesWrongLabelsOut) {
  const fs::path in = cifar_set("wrong/in", 1, 400);
  Random random(5, "wrong labels");
  std::vector<bool> wrong(400);
  change_records(in, [&](size_t i, std::span<char> record) {
    wrong[i] = i % 10 < 3;
    if (wrong[i]) record[0] = static_cast<char>((record[0] + 1 + static_cast<int>(random.below(3))) % 4);
  });
  const fs::path folder = fresh_folder("wrong_out");
  const auto share_of_wrong = [&](const std::string& method) {
    CompressOptions options = by_proxy(in, folder / method, method);
    options.select.score_epochs = 8;
    compress(options, {.threads = 1});
    const Subset kept = load_run_folder(folder / method).kept;
    EXPECT_EQ(kept.size(), 80u);
    return static_cast<double>(std::ranges::count_if(kept, [&](int64_t row) { return wrong[static_cast<size_t>(row)]; })) / 80;
  };
  const double chance = share_of_wrong("random");
  EXPECT_NEAR(chance, 0.3, 0.12);
  for (const char* method : {"dual", "progress"}) EXPECT_LT(share_of_wrong(method), chance / 3) << method;
  EXPECT_GT(share_of_wrong("el2n"), 0.8) << "the hardest rows are the wrong ones";
}

TEST_F(ProxyScores, OfPoolsAreLearntInPlaceOfLabels) {
  const fs::path in = cifar_set("pools/in", 1, 400);
  std::vector<int32_t> colours;
  Random random(6, "no labels");
  change_records(in, [&](size_t, std::span<char> record) {
    colours.push_back(record[0]);
    record[0] = static_cast<char>(random.below(4));  // says nothing
  });
  const fs::path folder = fresh_folder("pools_out");
  write_npy<int32_t>(folder / "pools.npy", colours);
  CompressOptions options = by_proxy(in, folder / "out", "auto");
  options.select.pools = (folder / "pools.npy").string();
  options.select.score_epochs = 6;
  const RunRecord run = compress(options, {.threads = 1});
  EXPECT_EQ(run.method, "progress");
  expect_says(run.method_note, {"6 epochs of quick, in each of 4 pools (of 100 to 100 rows) named by", "there are pools and 20 %"});
  std::vector<int> kept(4);
  for (const int64_t row : load_run_folder(folder / "out").kept) ++kept[static_cast<size_t>(colours[static_cast<size_t>(row)])];
  EXPECT_EQ(kept, std::vector<int>(4, 20));
  expect_says(message_of([&] { compress(by_proxy(in, folder / "by labels", "dual"), {.threads = 1}); }),
              {"no better than always answering one class"});
}

TEST(ProbeScores, TakeTheProxysPlaceOnPictures) {
  CompressOptions options = by_proxy(cifar_set("probe/in", 2, 300, 10), fresh_folder("probe_out") / "out", "auto");
  options.select.scores = "probe";
  options.features.filters = 32;
  const RunRecord run = compress(options, {.threads = 1});
  EXPECT_EQ(run.method, "probe");
  EXPECT_THAT(run.method_note, testing::HasSubstr("linear probe"));
  EXPECT_EQ(run.kept, 120);
}

TEST(ScoresOfOneClass, AreRefusedAndAutoDoesWithout) {
  const fs::path in = cifar_set("one/in", 1, 40, 1);  // ten names, one class
  const fs::path folder = fresh_folder("one_out");
  expect_says(message_of([&] { compress(by_proxy(in, folder / "dual"), {}); }), {in.string(), "only one class", "needs only features"});
  expect_says(message_of([&] { make_scores({.input = {.path = in.string()}, .out = folder / "scores"}, {}); }), {"only one class"});
  EXPECT_FALSE(fs::exists(folder / "dual"));
  EXPECT_FALSE(fs::exists(folder / "scores"));
  EXPECT_EQ(compress(by_proxy(in, folder / "auto", "auto"), {}).method, "random");
}

}  // namespace
}  // namespace decant
