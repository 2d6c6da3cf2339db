#include "decant/report/facts/objects.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/data/objects.h"
#include "decant/data/test_rows.h"

namespace decant::report {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// Five rows with the numbers of objects given, each of a given area.
class BoxedRows final : public WrappedRows, public Targets {
 public:
  BoxedRows(const std::vector<int>& counts, double area) : WrappedRows(std::make_shared<Letters>()) {
    std::vector<int32_t> rows;
    for (size_t row = 0; row < counts.size(); ++row) rows.insert(rows.end(), static_cast<size_t>(counts[row]), static_cast<int32_t>(row));
    objects_.labels.assign(rows.size(), 0);
    objects_.boxes.resize(rows.size());
    objects_.areas.assign(rows.size(), area);
    objects_.flags.assign(rows.size(), 0);
    objects_.places.resize(rows.size());
    sort_by_row(objects_, rows, std::ssize(counts));
  }
  const Targets* targets() const override { return this; }
  int32_t label(int64_t) const override { return kNoLabel; }
  CountedIn counted_in() const override { return CountedIn::objects; }
  ObjectRange objects(int64_t row) const override { return objects_.of(row); }
  Objects& table() { return objects_; }

 private:
  Objects objects_;
};

std::vector<std::string> lines(const std::vector<PartRecord>& parts) {
  std::vector<std::string> all;
  for (const PartRecord& part : parts) all.push_back(part.name + ": " + std::to_string(part.kept) + " of " + std::to_string(part.rows));
  return all;
}

TEST(ObjectFacts, CountPicturesAndSizes) {
  BoxedRows rows({0, 1, 3, 5, 1}, 32 * 32);
  rows.table().areas.back() = 96 * 96 + 1;
  rows.table().flags[0] = ObjectFlag::crowd;  // of row 1, which holds nothing then
  const RowFacts facts{.count = 5, .kept = {0, 1, 1, 0, 1}};
  const auto found = object_facts(rows, facts);
  ASSERT_TRUE(found);
  EXPECT_THAT(lines(found->by_count),
              ElementsAre("no objects: 1 of 2", "1 object: 1 of 1", "2 to 3 objects: 1 of 1", "4 to 7 objects: 0 of 1"));
  EXPECT_THAT(lines(found->by_size), ElementsAre("up to 32 x 32 pixels: 3 of 8", "up to 96 x 96 pixels: 0 of 0", "larger: 1 of 1"));
  EXPECT_FALSE(object_facts(Letters(), facts));
}

TEST(ObjectFacts, ClassesThatLostAreThoseBeyondChance) {
  const ContentRecord content{.unit = "objects",
                              .classes = {{"kept as random", 400, 100, 200, 50},
                                          {"rare, by chance", 3, 0, 3, 0},
                                          {"lost", 400, 40, 200, 20},
                                          {"lost more", 400, 0, 200, 0},
                                          {"more than random", 400, 300, 200, 150},
                                          {"empty", 0, 0, 0, 0}}};
  std::vector<std::string> names;
  for (const auto& each : classes_that_lost(content, 1000, 250)) names.push_back(each.name);
  EXPECT_THAT(names, ElementsAre("lost more", "lost"));
  EXPECT_THAT(classes_that_lost(content, 1000, 0), IsEmpty());
}

}  // namespace
}  // namespace decant::report
