#include "decant/pipeline/inspect.h"

#include <atomic>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/base/json.h"
#include "decant/base/test_support.h"
#include "decant/formats/npy/npy.h"

namespace decant {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// A matrix of one column whose values take no room on the disk.
fs::path sparse_matrix(const std::string& name, int64_t rows) {
  const fs::path file = fresh_path(name);
  const int64_t shape[] = {rows, 1};
  const std::string header = npy_header(ElementType::f32, shape);
  write_file(file, header);
  fs::resize_file(file, header.size() + 4 * static_cast<uint64_t>(rows));
  return file;
}

TEST(Inspect, AsksNoRowOfAHugeMatrix) {
  const int64_t rows = (int64_t{1} << 31) + 10;
  for (const bool deep : {false, true}) {
    const Inspection found = inspect({.path = sparse_matrix("huge.npy", rows).string(), .deep = deep}, {});
    EXPECT_EQ(found.rows, rows);
    EXPECT_EQ(found.bytes, 4 * rows);
    EXPECT_FALSE(found.labelled);
    EXPECT_EQ(found.classes, 0);
    EXPECT_TRUE(found.bad.empty());
    EXPECT_THAT(inspect_text(found), AllOf(HasSubstr("2,147,483,658"), HasSubstr("no labels")));
  }
}

TEST(Inspect, StopsWhenItIsAskedTo) {
  const fs::path matrix = sparse_matrix("x.npy", 50);
  const fs::path labels = fresh_path("y.npy");
  write_npy<int64_t>(labels, std::vector<int64_t>(50));
  const std::atomic<bool> stop{true};
  EXPECT_THROW(inspect({.path = matrix.string(), .labels = labels}, {.cancel = &stop}), Cancelled);
}

TEST(Inspect, ListsEveryBadRowInJsonAndTwentyInText) {
  const ScratchFolder folder("bad");
  for (int i = 0; i < 25; ++i) folder.add(fmt::format("cat/{:02}.jpg", i), "no picture");
  folder.add("dog/a.tif", "II*");
  const Inspection found = inspect({.path = folder.path.string()}, {});
  ASSERT_EQ(found.bad.size(), 26u);
  const Json json = to_json(found);
  EXPECT_EQ(json["bad_files"], 26);
  ASSERT_EQ(json["bad"].size(), 26u);
  EXPECT_EQ(json["bad"][25]["key"], "dog/a.tif");
  EXPECT_EQ(json["class_rows"], Json::array({25, 1}));
  EXPECT_EQ(json["image_sizes"]["unreadable"], 16);
  const std::string text = inspect_text(found);
  EXPECT_THAT(text, AllOf(HasSubstr("row 19: cat/19.jpg"), Not(HasSubstr("row 20:")), HasSubstr("and 6 more; use --json to list all")));
}

TEST(Inspect, CountsEqualRowsWithinAndBetweenSplits) {
  const ScratchFolder folder("copies");
  const auto picture = [](char value, const char* comment) { return std::string("P6 ") + comment + "1 1 255\n" + value + value + value; };
  for (char i = 0; i < 6; ++i) folder.add(fmt::format("train/{}/{}.ppm", i < 3 ? "cat" : "dog", int{i}), picture(i, ""));
  folder.add("train/dog/6.ppm", picture(0, ""));
  folder.add("train/dog/7.ppm", picture(1, "#x\n"));
  folder.add("train/dog/8.ppm", picture(4, ""));
  folder.add("test/cat/0.ppm", picture(2, ""));
  folder.add("test/cat/1.ppm", picture(99, ""));
  folder.add("val/cat/0.ppm", picture(3, "#y\n"));
  InspectOptions options{.path = folder.path.string()};
  EXPECT_THAT(inspect_text(inspect(options, {})), HasSubstr("copies    not counted; --duplicates"));
  options.duplicates = true;
  Json json = to_json(inspect(options, {}));
  EXPECT_FALSE(json.contains("same_content"));
  EXPECT_EQ(json["same_bytes"]["repeats"], 2);
  EXPECT_EQ(json["same_bytes"]["rows_with_other_labels"], 2);
  EXPECT_EQ(json["same_bytes"]["examples"], Json::array({{"train/cat/0.ppm", "train/dog/6.ppm"}}));
  EXPECT_EQ(json["same_bytes"]["leaked"], (Json{{"validation", 0}, {"test", 1}}));
  options.deep = true;
  json = to_json(inspect(options, {}));
  EXPECT_EQ(json["same_content"]["repeats"], 3);
  EXPECT_EQ(json["same_content"]["rows_with_other_labels"], 4);
  EXPECT_EQ(json["same_content"]["leaked"], (Json{{"validation", 1}, {"test", 1}}));
  EXPECT_THAT(inspect_text(inspect(options, {})), HasSubstr("train/cat/1.ppm = train/dog/7.ppm"));
}

TEST(Inspect, CountsClassesOfAllSplits) {
  const fs::path matrix = sparse_matrix("x.npy", 4);
  const fs::path labels = fresh_path("y.npy");
  write_npy<int64_t>(labels, std::vector<int64_t>{0, 2, 2, -1});
  const Inspection found = inspect({.path = matrix.string(), .labels = labels}, {});
  EXPECT_EQ(found.classes, 3);
  EXPECT_THAT(found.class_rows, testing::ElementsAre(1, 0, 2));
  EXPECT_FALSE(found.labelled);
}

}  // namespace
}  // namespace decant
