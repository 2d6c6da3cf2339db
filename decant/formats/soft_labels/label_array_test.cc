#include "decant/formats/soft_labels/label_array.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <limits>

#include "decant/base/test_support.h"
#include "decant/data/rows_view.h"
#include "decant/formats/image/codec.h"
#include "decant/formats/npy/npy.h"
#include "decant/formats/open.h"

namespace decant {
namespace {

using testing::ElementsAre;

/// A run of three pictures in two classes, whose run.json holds `training`.
struct SyntheticRun : ScratchFolder {
  explicit SyntheticRun(const std::string& training) : ScratchFolder("synthetic") {
    Image image;
    image.resize({2, 2, 1});
    std::vector<std::byte> png;
    encode_png(image.view(), png);
    for (const char* file : {"cat/0.png", "dog/0.png", "dog/1.png"}) add(std::string("data/train/") + file, as_text(png));
    add("run.json", R"({"training": )" + training + "}");
  }
  void add_labels(const std::vector<float>& values, const std::vector<int64_t>& shape) const {
    write_npy<float>(path / "data" / "labels.npy", values, shape);
  }
  Dataset open() const { return open_dataset(path.string(), {}, {}); }
};

const std::string kAsked = R"({"soft-labels": "true"})";

TEST(SoftLabels, StandNextToTheClassesOfARun) {
  const SyntheticRun run(kAsked);
  run.add_labels({0.75F, 0.25F, 0, 1, -2, 8}, {3, 2});
  const Dataset dataset = run.open();
  const Rows& rows = dataset.train();
  EXPECT_THAT(rows.soft_label(0), ElementsAre(0.75F, 0.25F));
  EXPECT_THAT(rows.soft_label(2), ElementsAre(-2, 8));
  EXPECT_EQ(rows.label(2), 1);
  EXPECT_EQ(rows.size(), 3);
  EXPECT_NE(rows.pictures(), nullptr);
  EXPECT_TRUE(dataset.oddities.empty());
}

TEST(SoftLabels, AreReadNowhereElse) {
  for (const char* training : {"{}", R"({"soft-labels": "false"})"}) {
    const SyntheticRun run(training);
    run.add_labels({1, 0, 0, 1, 0, 1}, {3, 2});
    EXPECT_TRUE(run.open().train().soft_label(0).empty()) << training;
    EXPECT_TRUE(open_dataset((run.path / "data").string(), {}, {}).train().soft_label(0).empty());
  }
}

TEST(SoftLabels, FollowTheirRowsAndClasses) {
  const SyntheticRun run(kAsked);
  run.add_labels({0.75F, 0.25F, 0, 1, -2, 8}, {3, 2});
  const auto rows = run.open().splits.at(Split::train);
  EXPECT_THAT(RowsView(rows, {2}).soft(0), ElementsAre(-2, 8));
  EXPECT_THAT(RowsView(rows, {2, 0}, {2, 0}).soft(1), ElementsAre(0.25F, 0, 0.75F)) << "cat is class 2 there, dog class 0";
}

std::string fault_of_run(const std::vector<float>& values, const std::vector<int64_t>& shape) {
  const SyntheticRun run(kAsked);
  run.add_labels(values, shape);
  return message_of([&] { run.open(); });
}

TEST(SoftLabels, ThatDoNotFitAreRefused) {
  const SyntheticRun missing(kAsked);
  expect_says(message_of([&] { missing.open(); }), {"data/labels.npy: is missing", "take soft-labels out of the training in run.json"});
  const std::string shape = "not float32 (3, 2): a number for each row and class";
  expect_says(fault_of_run({1, 0, 0, 1}, {2, 2}), {"data/labels.npy: is an array of shape (2, 2)", shape});
  expect_says(fault_of_run({1, 0, 0}, {3}), {"of shape (3)", shape});
  expect_says(fault_of_run({1, 0, 0, 1, 0, 0, 1, 0, 0}, {3, 3}), {"of shape (3, 3)", shape});
  expect_says(fault_of_run({1, 0, 0, std::numeric_limits<float>::quiet_NaN(), 0, 1}, {3, 2}), {"data/labels.npy: row 1: holds nan"});
  const SyntheticRun whole(kAsked);
  write_npy<int64_t>(whole.path / "data" / "labels.npy", std::vector<int64_t>{0, 1, 1});
  expect_says(message_of([&] { whole.open(); }), {shape});
  whole.add("data/labels.npy", "not an array");
  expect_says(message_of([&] { whole.open(); }), {"data/labels.npy"});
}

}  // namespace
}  // namespace decant
