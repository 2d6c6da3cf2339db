#include "decant/data/class_tables.h"

#include <gtest/gtest.h>

namespace decant {
namespace {

TEST(ClassTables, HaveALinePerClassAndAColumnPerSet) {
  Evidence evidence;
  Metric red = iou(), blue = iou();
  red.name = "IoU red", red.of_class = "red";
  blue.name = "IoU blue", blue.of_class = "blue";
  evidence.metrics = {mean_iou(), red, blue};
  const auto cell = [](const char* set, int64_t rows, size_t metric, double value) {
    return Evidence::Cell{.net = "pyramid", .set = set, .rows = rows, .values = {value}, .budget = {rows}, .metric = metric, .seeds = {0}};
  };
  evidence.cells = {cell("full", 9, 0, 0.5),   cell("full", 9, 1, 0.25),   cell("full", 9, 2, 0.75), cell("random", 3, 0, 0.4),
                    cell("random", 3, 1, 0.1), cell("random", 4, 0, 0.45), cell("random", 4, 2, 0.7)};
  compare(evidence);
  const std::vector<ClassTable> tables = class_tables(evidence);
  ASSERT_EQ(tables.size(), 1u);
  ASSERT_EQ(tables[0].columns.size(), 3u);
  EXPECT_EQ(tables[0].columns[2]->rows, 4);
  ASSERT_EQ(tables[0].lines.size(), 2u);
  EXPECT_EQ(tables[0].lines[0].of_class, "red");
  EXPECT_EQ(tables[0].lines[0].means[1], 0.1);
  EXPECT_FALSE(tables[0].lines[0].means[2]) << "of 4 rows nothing was measured of it";
  EXPECT_EQ(tables[0].lines[1].means[2], 0.7);
  evidence.metrics = {mean_iou()};
  EXPECT_TRUE(class_tables(evidence).empty());
}

}  // namespace
}  // namespace decant
