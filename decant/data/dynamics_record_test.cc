#include "decant/data/dynamics_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/json.h"
#include "decant/base/test_support.h"

namespace decant {
namespace {

TEST(DynamicsRecord, IsReadBackAsItWasWritten) {
  const DynamicsRecord record{.input = "d1ce",
                              .rows = 120,
                              .net = "quick",
                              .epochs = 2,
                              .batch = 64,
                              .steps = 4,
                              .seed = 7,
                              .seconds = 0.5,
                              .accuracy = {0.25, 0.75},
                              .scores = {"aum", "dual"},
                              .command = "decant scores …"};
  EXPECT_EQ(json_text(to_json(dynamics_record_from(to_json(record), "dynamics.json"))), json_text(to_json(record)));
  DynamicsRecord cached = record;
  cached.scores.clear();
  EXPECT_FALSE(to_json(cached).contains("command")) << "of `decant scores` alone";
}

TEST(DynamicsRecord, SaysWhatIsWrongAndWhere) {
  const auto fault = [](const char* text) { return message_of([&] { dynamics_record_from(parse_json(text), "dynamics.json"); }); };
  EXPECT_THAT(fault(R"({"net": "quick", "accuracy": [0.5]})"), testing::HasSubstr("dynamics.json: input: is missing"));
  EXPECT_THAT(fault(R"({"input": "d", "net": 3, "accuracy": [0.5]})"), testing::HasSubstr("net: is not a text"));
  EXPECT_THAT(fault(R"({"input": "d", "net": "n", "accuracy": []})"), testing::HasSubstr("accuracy: is empty"));
  EXPECT_THAT(fault(R"({"input": "d", "net": "n", "accuracy": ["x"]})"),
              testing::HasSubstr("accuracy: holds something other than numbers"));
  EXPECT_THAT(fault("[]"), testing::HasSubstr("is not an object"));
}

}  // namespace
}  // namespace decant
