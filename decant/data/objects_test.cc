// Objects in columns, and how much of every class is in every row.
#include "decant/data/objects.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/errors.h"
#include "decant/data/class_amounts.h"
#include "decant/data/rows_view.h"

namespace decant {
namespace {

using testing::ElementsAre;

void add(Objects& objects, int32_t label, double x0, uint16_t flags = 0) {
  objects.boxes.push_back({x0, 0, x0 + 1, 1});
  objects.labels.push_back(label);
  objects.areas.push_back(1);
  objects.flags.push_back(flags);
  objects.places.push_back({static_cast<int64_t>(x0), 1});
}

/// Row 0: a bus, two cars, a crowd of cars and a broken bus; row 1: nothing; row 2: a car.
Objects street() {
  Objects objects;
  add(objects, 1, 0);
  add(objects, 1, 1);
  add(objects, 0, 2);
  add(objects, 1, 3, ObjectFlag::crowd);
  add(objects, 0, 4, ObjectFlag::broken);
  add(objects, 1, 5);
  objects.faults = {{4, "has no bbox"}};
  const std::vector<int32_t> rows = {2, 0, 0, 0, 0, 0};
  sort_by_row(objects, rows, 3);
  return objects;
}

class Street final : public Rows, public Targets {
 public:
  int64_t size() const override { return 3; }
  std::string key(int64_t row) const override { return std::to_string(row); }
  Bytes bytes(int64_t, std::vector<std::byte>&) const override { return {}; }
  int64_t stored_bytes() const override { return 0; }
  const Modality& modality() const override { return modality::pictures; }
  const Targets* targets() const override { return this; }
  int32_t label(int64_t) const override { return kNoLabel; }
  CountedIn counted_in() const override { return CountedIn::objects; }
  void counts(int64_t row, std::vector<ClassCount>& out) const override { count_objects(objects_, row, out); }
  ObjectRange objects(int64_t row) const override { return objects_.of(row); }

 private:
  Objects objects_ = street();
};

TEST(Objects, AreSortedByRowInTheOrderOfTheSource) {
  const Objects objects = street();
  EXPECT_THAT(objects.first, ElementsAre(0, 5, 5, 6));
  std::vector<double> lefts;
  for (const Box& box : objects.boxes) lefts.push_back(box.x0);
  EXPECT_THAT(lefts, ElementsAre(1, 2, 3, 4, 5, 0));
  ASSERT_EQ(objects.faults.size(), 1u);
  EXPECT_EQ(objects.faults[0].object, 3) << "a fault goes with its object";
}

TEST(Objects, CrowdsAndBrokenOnesAreNotCounted) {
  std::vector<ClassCount> counts;
  const Objects objects = street();
  count_objects(objects, 0, counts);
  EXPECT_THAT(counts, ElementsAre(ClassCount{0, 1}, ClassCount{1, 2}));
  count_objects(objects, 1, counts);
  EXPECT_TRUE(counts.empty());
}

TEST(Objects, OfARowThatIsNotThereAreABug) {
  Objects objects;
  add(objects, 0, 0);
  const std::vector<int32_t> rows = {1};
  EXPECT_THROW(sort_by_row(objects, rows, 1), BugError);
}

TEST(ClassAmounts, AreATableOfRowsAndClasses) {
  const Street rows;
  const ClassAmounts amounts = amounts_of(rows, 3, {});
  EXPECT_EQ(amounts.unit, CountedIn::objects);
  EXPECT_THAT(amounts.totals, ElementsAre(1, 3, 0)) << "a class without objects stays in the list";
  EXPECT_THAT(amounts.rows_with, ElementsAre(1, 2, 0));
  EXPECT_EQ(amounts.background(), 1);
  EXPECT_THAT(amounts.of(0), ElementsAre(ClassCount{0, 1}, ClassCount{1, 2}));
  EXPECT_THAT(rarest_classes(amounts, 3), ElementsAre(0, 3, 1));
  EXPECT_THAT(totals_of(amounts, std::vector<int64_t>{1, 2}), ElementsAre(0, 1, 0));
}

TEST(ClassAmounts, OfAViewAreThoseOfItsRows) {
  const RowsView view(std::make_shared<Street>(), {2, 0});
  const ClassAmounts amounts = amounts_of(view, 2, {});
  EXPECT_THAT(amounts.totals, ElementsAre(1, 3));
  EXPECT_THAT(amounts.of(0), ElementsAre(ClassCount{1, 1}));
  EXPECT_EQ(view.objects(1).size(), 5);
  EXPECT_FALSE(view.have_classes());
}

}  // namespace
}  // namespace decant
