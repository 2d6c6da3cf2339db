// The list of methods, and that a new one needs nothing but its record.
#include "decant/select/methods/list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>

#include "decant/base/options.h"
#include "decant/select/methods/parts/drawn_rows.h"
#include "decant/select/rules/list.h"
#include "decant/select/select.h"

namespace decant {
namespace {

TEST(Methods, SayOnceHowTheyWork) {
  std::set<std::string> names;
  for (const Method& method : methods()) {
    EXPECT_TRUE(names.insert(method.name).second) << method.name;
    EXPECT_FALSE(method.summary.empty()) << method.name;
    EXPECT_EQ((method.ranker != nullptr) + (method.choose != nullptr) + !method.rule.empty(), 1) << method.name;
    EXPECT_TRUE(method.rule.empty() || (find_rule(method.rule) != nullptr && method.scores != Scores::none)) << method.name;
    EXPECT_EQ(find_method(method.name), &method);
    OptionTable table;
    MethodOptions options;
    options.declare(table);
    for (const std::string& option : method.options) EXPECT_NE(table.find(option), nullptr) << method.name << " " << option;
  }
  EXPECT_EQ(find_method("magic"), nullptr);
}

TEST(Methods, ANewOneIsARecord) {
  const Method& last = add_method(
      {.name = "last-rows", .summary = "the last rows", .valid_sizes = ValidSizes::any_number, .ranker = [](const MethodInputs&, uint64_t) {
         return [](const PoolTask& pool, const Context&) {
           return Ranking{{pool.rows.rbegin(), pool.rows.rend()}, std::vector<float>(pool.rows.size())};
         };
       }});
  EXPECT_EQ(find_method("last-rows"), &last);
  const DrawnRows drawn(10, 2, 1);
  SelectionOptions options;
  options.method = "last-rows";
  options.keep = "3";
  EXPECT_THAT(select(drawn.features().matrix(), options).rows, testing::ElementsAre(7, 8, 9));
}

}  // namespace
}  // namespace decant
