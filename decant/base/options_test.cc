#include "decant/base/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <optional>

#include "decant/base/errors.h"
#include "decant/base/json.h"
#include "decant/base/test_support.h"

namespace decant {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Options, AreDeclaredOnce) {
  int bins = 10;
  std::string keep = "20%";
  bool force = false;
  double lambda = 1;
  OptionTable table;
  table.add("bins", bins, "N", "how many bins");
  table.add("keep", keep, "KEEP", "how much");
  table.add("force", force, "go on").effect = Effect::speed;
  table.add("lambda", lambda, "L", "weight");
  table.options()[0].set("7");
  table.options()[2].set("true");
  table.options()[3].set("0.5");
  EXPECT_EQ(bins, 7);
  EXPECT_TRUE(force);
  EXPECT_EQ(table.options()[0].default_text, "10");
  EXPECT_EQ(json_text(table.resolved()), R"({"bins":7,"keep":"20%","force":true,"lambda":0.5})");
  EXPECT_EQ(table.result_key(), R"({"bins":7,"keep":"20%","lambda":0.5})");
  EXPECT_THAT(message_of<UsageError>([&] { table.options()[0].set("seven"); }), HasSubstr("--bins: 'seven' is not a whole number"));
  EXPECT_THAT(message_of<UsageError>([&] { table.options()[0].set("99999999999999"); }), HasSubstr("--bins"));
}

TEST(Options, ThatAreSharesTakePercentages) {
  double held_out = 0.2;
  std::optional<double> cut;
  OptionTable table;
  table.add_share("hold-out", held_out, "SHARE", "");
  table.add_share("hard-cut", cut, "SHARE", "");
  EXPECT_EQ(table.options()[1].default_text, "");
  table.find("hold-out")->set("10%");
  table.find("hard-cut")->set("30%");
  EXPECT_EQ(json_text(table.resolved()), R"({"hold-out":0.1,"hard-cut":0.3})");
  table.find("hard-cut")->set("0.25");
  EXPECT_EQ(cut, 0.25);
  expect_says(message_of<UsageError>([&] { table.find("hold-out")->set("a tenth"); }), {"--hold-out", "'a tenth'", "10%"});
}

TEST(Options, ThatJoinedLaterAreSilentInKeysWhereTheyChangeNothing) {
  double scale = 2;  // before it is declared
  bool all = false;
  OptionTable table;
  table.add("scale", scale, "F", "").silent_at = "1.0";
  table.add("all", all, "").silent_at = "false";
  EXPECT_EQ(table.result_key(), R"({"scale":2.0})");
  table.find("scale")->set("1");
  table.find("all")->set("true");
  EXPECT_EQ(table.result_key(), R"({"all":true})");
  EXPECT_EQ(json_text(table.resolved()), R"({"scale":1.0,"all":true})");
}

TEST(OptionTable, KnowsOptionsWithoutAValueAndChoices) {
  std::optional<double> limit;
  size_t place = 1;
  const std::vector<std::string> colours = {"red", "green", "blue"};
  OptionTable table;
  table.add("limit", limit, "L", "");
  table.add_choice(
      "colour", colours, [&](size_t chosen) { place = chosen; }, [&] { return place; }, "NAME", "");
  EXPECT_EQ(table.options()[0].default_text, "");
  EXPECT_EQ(table.options()[1].default_text, "green");
  EXPECT_EQ(table.result_key(), R"({"limit":null,"colour":"green"})");
  table.find("limit")->set("-1");
  table.find("colour")->set("blue");
  EXPECT_EQ(limit, -1);
  EXPECT_EQ(place, 2U);
  EXPECT_EQ(table.result_key(), R"({"limit":-1.0,"colour":"blue"})");
  expect_says(message_of<UsageError>([&] { table.find("colour")->set("bleu"); }), {"unknown colour 'bleu'", "red, green, blue"});
  expect_says(message_of<UsageError>([&] { table.find("colour")->set("gren"); }), {"did you mean 'green'?"});
}

TEST(OptionTable, TakesAnyNumberOfValuesAndOptionsOfAnother) {
  std::vector<std::string> names;
  int steps = 5;
  OptionTable other;
  other.add("steps", steps, "N", "");
  OptionTable table;
  table.add("names", names, "NAME", "").positional = true;
  EXPECT_EQ(table.find("names")->default_text, "");
  table.find("names")->set("a");
  table.find("names")->set("b");
  EXPECT_THAT(names, ElementsAre("a", "b"));
  EXPECT_EQ(table.resolved()["names"].size(), 2u);
  table.add(*other.find("steps")).set("7");
  EXPECT_EQ(steps, 7);
  EXPECT_EQ(table.find("steps")->default_text, "5");
  EXPECT_EQ(table.find("nothing"), nullptr);
}

}  // namespace
}  // namespace decant
