// A compressor of a trial: the rows that take the most bytes.
#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/json.h"
#include "decant/pipeline/compressing/compressors.h"
#include "decant/trials/trials_for_tests.h"

namespace decant::trials {
namespace {

class Heaviest final : public Compressor {
 public:
  std::string name() const override { return "heaviest"; }
  std::string identity() const override { return json_text({{"compressor", "heaviest 1"}}); }  // goes up when the sets change

  SmallSet make(const Part& part, Size size, uint64_t, const Context&) const override {
    std::vector<std::byte> scratch;
    std::vector<std::pair<int64_t, int64_t>> rows;
    for (int64_t row = 0; row < part.rows->size(); ++row) rows.emplace_back(-std::ssize(part.rows->bytes(row, scratch)), row);
    std::ranges::sort(rows);
    SmallSet set{.rows = part.rows};
    std::map<int32_t, int64_t> taken;  // by class where it is rows that count
    for (const auto& [weight, row] : rows) {
      int64_t& sum = taken[size.unit == Size::Unit::bytes ? 0 : part.rows->label(row)];
      if (sum + (size.unit == Size::Unit::bytes ? -weight : 1) > size.amount) continue;
      sum += size.unit == Size::Unit::bytes ? -weight : 1;
      set.order.push_back(row);
      set.bytes.push_back(-weight);
    }
    set.origins = set.order;
    return set;
  }
};

const std::string heaviest = add_compressor("heaviest", [](const std::string&) { return std::make_shared<Heaviest>(); });

TEST(ACompressor, IsAFileAndALine) {
  const Source source = shaded_source(12, 3);
  const auto compressor = make_compressor(heaviest, {});
  const SmallSet set = make_small(*compressor, source, Subset::all(12), {Size::Unit::per_class, 2}, 0, {});
  EXPECT_THAT(set.order, testing::ElementsAre(0, 1, 2, 3, 4, 5)) << "all take 16 bytes";
  EXPECT_EQ(set.total_bytes(), 96);
}

}  // namespace
}  // namespace decant::trials
