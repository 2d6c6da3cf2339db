// Pools and scores out of the records' own fields.
#include "decant/pipeline/choosing/field_source.h"

#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/pipeline/choosing/choosing_for_tests.h"
#include "decant/pipeline/choosing/pool_source.h"

namespace decant {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kSources[] = {"web", "books", "code"};

/// Records of three sources in turns, of which the fourth says nothing; qualities rise.
std::string sourced(int records) {
  std::string text;
  for (int i = 0; i < records; ++i) {
    const std::string source = i == 3 ? "null" : fmt::format("\"{}\"", kSources[i % 3]);
    text += fmt::format("{{\"text\":\"row {}\",\"meta\":{{\"source\":{}}},\"quality\":{}.5}}\n", i, source, i);
  }
  return text;
}

class FieldSource : public testing::Test {
 protected:
  Input opened(const std::string& text) { return read_input({.path = folder_.add("set.jsonl", text)}, {}); }

  const ScratchFolder folder_{"fields"};
};

TEST_F(FieldSource, IsNamedAfterAColon) {
  EXPECT_EQ(field_named("field:meta.source"), "meta.source");
  for (const char* other : {"field:", "fields:x", "x.npy", "auto", ""}) EXPECT_FALSE(field_named(other)) << other;
}

TEST_F(FieldSource, MakesAPoolOfEveryValue) {
  const Input input = opened(sourced(12));
  EXPECT_THAT(groups_by_field(input.dataset.train(), {}, "meta.source", {}), ElementsAre(2, 0, 1, -1, 0, 1, 2, 0, 1, 2, 0, 1))
      << "numbered by their bytes";
  const Grouping pools = make_grouping(pool_rule({.pools = "field:meta.source"}), input, {}, 0, {});
  EXPECT_EQ(pools.of_row[3], 3) << "rows without one are the last pool";
  EXPECT_THAT(pools_phrase(pools), HasSubstr("each of 4 pools (of 1 to 4 rows) named by field:meta.source"));
  const ChosenRows chosen = choose(input, {.method = "random", .pools = "field:meta.source"}, 6);
  EXPECT_EQ(chosen.selection.pool_count, 4);
}

TEST_F(FieldSource, IsTheSameForEveryNumberOfThreads) {
  const Input input = opened(sourced(5000));
  Context four;
  four.threads = 4;
  EXPECT_EQ(groups_by_field(input.dataset.train(), {}, "meta.source", {}), groups_by_field(input.dataset.train(), {}, "meta.source", four));
}

TEST_F(FieldSource, GivesScores) {
  const Input input = opened(sourced(12));
  const ChoosingOptions best{.method = "scores", .own = {.rule = "top"}, .scores = "field:quality"};
  EXPECT_THAT(rows_of(input, best, 3), ElementsAre(9, 10, 11));
  EXPECT_EQ(method_for(parse_method(ChoosingOptions{.scores = "field:quality"}), input, {}, 3, {}).name(), "scores");
}

TEST_F(FieldSource, LeavesBadRecordsOut) {
  const Input input = opened(sourced(6) + "{\"text\":5,\"meta\":{\"source\":\"web\"}}\n");
  EXPECT_EQ(groups_by_field(input.dataset.train(), input.excluded_rows(), "meta.source", {}).back(), kNoGroup);
  EXPECT_TRUE(std::isnan(numbers_in_field(input.dataset.train(), input.excluded_rows(), "quality", {}).back()));
}

TEST_F(FieldSource, RefusesWhatNoRecordHas) {
  const Input input = opened(sourced(3) + "{\"text\":\"x\",\"quality\":\"high\"}\n{\"text\":\"y\"}\n");
  const auto message = [&](const ChoosingOptions& options) { return message_of<InputError>([&] { choose(input, options, 2); }); };
  expect_says(message({.method = "random", .pools = "field:sorce"}), {"field:sorce", "set.jsonl#0", "'text', 'meta', 'quality'"});
  expect_says(message({.method = "scores", .scores = "field:quality"}), {"set.jsonl#3", "'quality' as 'high'", "is no number"});
  const Input pictures = DrawnSet("drawn", {6, 4}).stored();
  expect_says(message_of<InputError>([&] { choose(pictures, {.method = "random", .pools = "field:x"}, 2); }), {"field:x", "have none"});
}

}  // namespace
}  // namespace decant
