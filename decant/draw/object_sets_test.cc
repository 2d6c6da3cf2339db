// The drawn set in four formats: what readers find is what was drawn.
#include "decant/draw/object_sets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>

#include "decant/base/errors.h"
#include "decant/base/test_support.h"
#include "decant/data/objects.h"
#include "decant/formats/open.h"

namespace decant {
namespace {

namespace fs = std::filesystem;

ObjectSetOptions a_few() {
  return {.train = 40, .validation = 5, .side = 64, .seed = 3};
}

std::vector<ClassCount> counts_in(const Dataset& dataset, int64_t row) {
  std::vector<ClassCount> counts;
  dataset.train().targets()->counts(row, counts);
  return counts;
}

TEST(ObjectSet, IsReadAlikeFromEveryFormat) {
  const fs::path folder = fresh_path("drawn");
  const DrawnObjects drawn = draw_object_set(folder, a_few());
  for (const char* format : {"coco", "voc", "yolo"}) {
    const Dataset dataset = open_dataset((folder / format).string(), {}, {});
    EXPECT_EQ(dataset.format, format);
    EXPECT_EQ(dataset.classes, drawn.classes) << format;
    ASSERT_EQ(dataset.train().size(), 40) << format;
    EXPECT_EQ(dataset.splits.at(Split::validation)->size(), 5) << format;
    for (int64_t row = 0; row < 40; ++row) {
      const auto& objects = drawn.pictures[static_cast<size_t>(row)];
      const ObjectRange range = dataset.train().targets()->objects(row);
      ASSERT_EQ(range.size(), std::ssize(objects)) << format << " " << row;
      for (int64_t i = range.begin; i < range.end; ++i) {
        const DrawnObject& o = objects[static_cast<size_t>(i - range.begin)];
        const Box& box = range.table->boxes[static_cast<size_t>(i)];
        EXPECT_EQ(range.table->labels[static_cast<size_t>(i)], o.label);
        EXPECT_NEAR(box.x0, o.x0, 1e-9);
        EXPECT_NEAR(box.y0, o.y0, 1e-9);
        EXPECT_NEAR(box.x1, o.x1, 1e-9);
        EXPECT_NEAR(box.y1, o.y1, 1e-9);
      }
    }
    EXPECT_THAT(find_bad_rows(dataset.train(), Depth::full, {}), testing::IsEmpty()) << format;
  }
}

TEST(ObjectSet, MasksHoldThePixelsThatAreSeen) {
  const fs::path folder = fresh_path("drawn");
  const DrawnObjects drawn = draw_object_set(folder, a_few());
  const Dataset masks = open_dataset((folder / "masks").string(), {}, {});
  EXPECT_EQ(masks.format, "masks");
  EXPECT_EQ(masks.classes, drawn.classes);
  for (int64_t row = 0; row < 40; ++row) {
    std::map<int32_t, int64_t> expected;
    for (const DrawnObject& object : drawn.pictures[static_cast<size_t>(row)]) expected[object.label] += object.pixels;
    std::map<int32_t, int64_t> found;
    for (const ClassCount& entry : counts_in(masks, row)) found[entry.label] = entry.count;
    EXPECT_EQ(found, expected) << row;
  }
  // COCO's masks, run by run, are of the same pixels.
  const Dataset coco = open_dataset((folder / "coco").string(), {}, {});
  std::vector<ObjectShape> shapes;
  coco.train().targets()->shapes(0, shapes);
  ASSERT_EQ(shapes.size(), drawn.pictures[0].size());
  for (size_t k = 0; k < shapes.size(); ++k) {
    int64_t inside = 0;
    for (size_t run = 1; run < shapes[k].runs.size(); run += 2) inside += shapes[k].runs[run];
    EXPECT_EQ(inside, drawn.pictures[0][k].pixels);
  }
}

TEST(ObjectSet, HasALongTailCrowdsAndEmptyPictures) {
  const DrawnObjects drawn = draw_object_set(fresh_path("drawn"), {.train = 400, .validation = 0, .side = 48});
  std::map<std::string, int64_t> objects;
  size_t empty = 0, most = 0;
  for (const auto& picture : drawn.pictures) {
    empty += picture.empty() ? 1 : 0;
    most = std::max(most, picture.size());
    for (const DrawnObject& object : picture) ++objects[drawn.classes[static_cast<size_t>(object.label)]];
  }
  EXPECT_EQ(drawn.classes.size(), 12u);
  EXPECT_GT(empty, 5u);
  EXPECT_GE(most, 7u);
  EXPECT_GT(objects["bird"], 4 * objects["umbrella"]) << "the first of the catalogue is common, the last rare";
}

TEST(ObjectSet, IsTheSameForEveryNumberOfThreads) {
  const fs::path one = fresh_path("one"), three = fresh_path("three");
  draw_object_set(one, a_few(), {.threads = 1});
  draw_object_set(three, a_few(), {.threads = 3});
  for (const auto& entry : fs::recursive_directory_iterator(one)) {
    if (!entry.is_regular_file()) continue;
    EXPECT_EQ(read_text(entry.path()), read_text(three / fs::relative(entry.path(), one))) << entry.path();
  }
}

TEST(ObjectSet, ReplacesNothingButDrawnSets) {
  const fs::path folder = fresh_path("drawn");
  draw_object_set(folder, a_few());
  EXPECT_THROW(draw_object_set(folder, a_few()), InputError);
  EXPECT_NO_THROW(draw_object_set(folder, a_few(), {}, /*overwrite=*/true));
  write_file(folder / "letter", "dear");
  expect_says(message_of([&] { draw_object_set(folder, a_few(), {}, true); }), {"holds 'letter'"});
  expect_says(message_of([&] { draw_object_set(fresh_path("other"), {.side = 9}); }), {"side 9", "Give 48 to 512"});
}

}  // namespace
}  // namespace decant
