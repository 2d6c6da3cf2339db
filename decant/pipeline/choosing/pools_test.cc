// --pools from the options to the files: which rows are cut together, and what is said about it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>

#include "decant/base/json.h"
#include "decant/base/random.h"
#include "decant/base/test_support.h"
#include "decant/data/dataset.h"
#include "decant/data/test_rows.h"
#include "decant/formats/npy/npy.h"
#include "decant/pipeline/bins.h"
#include "decant/pipeline/choosing/pool_source.h"
#include "decant/pipeline/run/checkpoint.h"
#include "decant/pipeline/run/run_folder.h"
#include "decant/pipeline/run/stopping_for_tests.h"
#include "decant/pipeline/sample.h"

namespace decant {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

/// 600 rows of two classes, and a pool number for each that has nothing to do with them.
class Pools : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fresh_folder("pools");
    Random random(3, "pools");
    std::vector<float> values(600 * 4);
    for (float& value : values) value = static_cast<float>(random.normal());
    const int64_t shape[] = {600, 4};
    write_npy<float>(folder_ / "f.npy", values, shape);
    std::vector<int32_t> labels(600);
    for (size_t i = 0; i < labels.size(); ++i) labels[i] = static_cast<int32_t>(i / 300);
    write_npy<int32_t>(folder_ / "y.npy", labels);
    for (int64_t i = 0; i < 600; ++i) pools_.push_back(i == 5 ? 16000000 : 7 + 100 * (i % 3));
    write_npy<int64_t>(folder_ / "p.npy", pools_);
  }

  BinsOptions options(const std::string& out, const std::string& pools) const {
    return {.features = folder_ / "f.npy",
            .labels = folder_ / "y.npy",
            .out = folder_ / out,
            .select = {.method = "bins", .own = {.bins = 3}, .pools = pools}};
  }
  std::string file_rule(const char* name = "p.npy") const { return (folder_ / name).string(); }
  RunFolder run(const std::string& out, const std::string& pools, int threads = 0) const {
    make_bins(options(out, pools), {.threads = threads});
    return load_run_folder(folder_ / out);
  }

  fs::path folder_;
  std::vector<int64_t> pools_;
};

TEST_F(Pools, OfAFileTakeThePlaceOfTheClasses) {
  const RunFolder made = run("bins", file_rule());
  EXPECT_EQ(made.run.pool_count, 4);
  expect_says(made.run.method_note,
              {"each of 4 pools (of 1 to 200 rows) named by", "p.npy", "each exact within its pool, together not the single-pool cut"});
  const std::map<int64_t, int32_t> number = {{7, 0}, {107, 1}, {207, 2}, {16000000, 3}};
  for (size_t i = 0; i < 600; ++i) EXPECT_EQ(made.selection.pools[i], number.at(pools_[i]));
  EXPECT_EQ(made.selection.bins[5], 0) << "a pool of one row";
  sample_run({.run = folder_ / "bins", .out = folder_ / "rows.npy", .keep = "60"}, {});
  std::map<std::pair<int64_t, int32_t>, int> counts;
  for (const int64_t row : read_indices(folder_ / "rows.npy"))
    ++counts[{pools_[static_cast<size_t>(row)], made.selection.bins[static_cast<size_t>(row)]}];
  for (const auto& [where, count] : counts) EXPECT_NEAR(count, 60 / 9.0, 1) << where.first << " " << where.second;
}

TEST_F(Pools, OfAFileMayLeaveRowsUnnumbered) {
  for (int i = 0; i < 30; ++i) pools_[static_cast<size_t>(i)] = -1;
  write_npy<int64_t>(folder_ / "p.npy", pools_);
  const RunFolder made = run("bins", file_rule());
  EXPECT_EQ(made.run.pool_count, 4) << "they are the last pool";
  EXPECT_EQ(made.selection.pools[0], 3);
}

TEST_F(Pools, OfAFileEqualThoseOfLabelsOfTheSameNumbers) {
  const RunFolder by_pools = run("a", file_rule("y.npy"));
  const RunFolder by_classes = run("b", "");
  EXPECT_EQ(by_pools.selection.order, by_classes.selection.order);
  EXPECT_EQ(by_pools.selection.pools, by_classes.selection.pools);
  EXPECT_THAT(by_classes.run.method_note, HasSubstr("each of 2 classes"));
}

TEST_F(Pools, ByKMeansAreTheSameForAnyThreads) {
  const RunFolder one = run("one", "kmeans:7", 1);
  EXPECT_THAT(one.run.method_note, AllOf(HasSubstr("each of 7 pools (of "), HasSubstr("rows) made by kmeans:7: each exact")));
  EXPECT_EQ(one.run.option_text("pools"), "kmeans:7");
  EXPECT_EQ(one.run.pool_count, 7);
  for (const int threads : {2, 5}) {
    const RunFolder many = run("many" + std::to_string(threads), "kmeans:7", threads);
    EXPECT_EQ(many.selection.order, one.selection.order);
    EXPECT_EQ(many.selection.pools, one.selection.pools);
  }
  BinsOptions seeded = options("seeded", "kmeans:7");
  seeded.seed = 5;
  make_bins(seeded, {});
  EXPECT_NE(load_run_folder(folder_ / "seeded").selection.pools, one.selection.pools);
}

TEST_F(Pools, ByKMeansOneIsTheUndividedCut) {
  BinsOptions whole = options("whole", "");
  whole.select.pool = true;
  make_bins(whole, {});
  EXPECT_EQ(run("one", "kmeans:1").selection.order, load_run_folder(folder_ / "whole").selection.order);
}

constexpr int64_t kHalf = 301;  // of the picks, and one more

TEST_F(Pools, InterruptedGoOn) {
  for (const std::string& rule : {std::string("kmeans:7"), file_rule()}) {
    const std::string name = rule.substr(rule.size() - 5);
    const RunFolder whole = run("whole" + name, rule);
    StopWithin stop("bins", kHalf);
    EXPECT_THROW(make_bins(options("out" + name, rule), {.threads = 1, .progress = &stop, .cancel = &stop.flag}), Cancelled);
    stop.flag = false;
    EXPECT_THAT(message_of([&] { make_bins(options("out" + name, "kmeans:8"), {}); }), HasSubstr("this run has kmeans:8"));
    StopWithin again("bins", kNever);
    make_bins(options("out" + name, rule), {.threads = 2, .progress = &again});
    EXPECT_GT(again.skipped, 0);
    EXPECT_EQ(load_run_folder(folder_ / ("out" + name)).selection.order, whole.selection.order);
  }
}

TEST_F(Pools, AChangedFileIsRefusedByName) {
  StopWithin stop("bins", kHalf);
  EXPECT_THROW(make_bins(options("out", file_rule()), {.threads = 1, .progress = &stop, .cancel = &stop.flag}), Cancelled);
  pools_[0] = 107;
  write_npy<int64_t>(folder_ / "p.npy", pools_);
  EXPECT_THAT(message_of([&] { make_bins(options("out", file_rule()), {}); }),
              AllOf(HasSubstr("p.npy"), HasSubstr("holds pools that differ")));
}

TEST_F(Pools, RefuseWhatIsNoRule) {
  const auto with = [&](const std::string& pools, auto change) {
    BinsOptions asked = options("out", pools);
    change(asked.select);
    return message_of<Error>([&] { make_bins(asked, {}); });
  };
  const auto as_it_is = [](ChoosingOptions&) {};
  for (const char* rule : {"kmeans", "kmeans:", "kmeans:x", "kmeans:3x", "kmeans:99999999999", "k-means:3", "64"})
    expect_says(with(rule, as_it_is), {rule, "expected kmeans:K"});
  expect_says(with("kmeans:0", as_it_is), {"kmeans:0", "asks for less than one pool", "at least one pool"});
  expect_says(with("kmeans:-2", as_it_is), {"asks for less than one pool"});
  expect_says(with("kmeans:601", as_it_is), {"cannot make 601 pools of 600 rows"});
  expect_says(with("kmeans:3", [](ChoosingOptions& select) { select.pool = true; }), {"--pool and --pools"});
  EXPECT_NE(with(file_rule("missing.npy"), as_it_is).find("missing.npy"), std::string::npos);
  write_npy<int32_t>(folder_ / "short.npy", std::vector<int32_t>(599, 0));
  EXPECT_NE(with(file_rule("short.npy"), as_it_is).find("short.npy"), std::string::npos);
  EXPECT_FALSE(fs::exists(folder_ / "out"));
}

TEST(ReadPools, NumbersThemInOrderAndLeavesBadRowsOut) {
  const fs::path folder = fresh_folder("read");
  write_npy<int64_t>(folder / "p.npy", std::vector<int64_t>{50, 3, -1, 50, 9, 3});
  EXPECT_THAT(named_pools({.file = folder / "p.npy"}, Unlabelled(6), {4}, {}).of_row, ElementsAre(1, 0, -1, 1, -1, 0));
}

}  // namespace
}  // namespace decant
