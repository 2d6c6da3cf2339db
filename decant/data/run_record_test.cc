#include "decant/data/run_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/json.h"
#include "decant/base/test_support.h"

namespace decant {
namespace {

RunRecord small_set() {
  return {
      .rows = 10,
      .kept = 4,
      .bytes_before = 100,
      .bytes_after = 40,
      .seed = 7,
      .method = "bins",
      .serves = SizeRange{1, 4},
      .input =
          InputRecord{.path = "/in", .format = "idx", .modality = "pictures", .digest = "d", .classes = {"a"}, .splits = {{"train", 10}}},
      .output_format = "idx",
      .options = {{"keep", "40%"}, {"lambda", 0.5}, {"pool", false}, {"minutes", nullptr}},
      .training = {{"steps", "500"}, {"no-flip", "true"}},
      .features = FeatureRecord{"rows", 3, "x.npy", true},
      .patches = PatchRecord{"gradient-energy", 64, 48, 95, 90, "quality 34", 17, 2},
      .sheets = SheetRecord{2, 112, "whole", 75, 3, 35, 5, 95},
      .view_labels = ViewLabelRecord{30, 4, 10, {.flip = true, .resized_crop = 0.35}, 700, "quick, right on 90 % of its rows", "ab"},
      .bins = {{"", 10, 4}},
      .classes = {{"a", 10, 4}},
      .content = ContentRecord{"objects", {{"a", 30, 12, 8, 3, 0, 5}}, 2, 1},
      .stages = {{"read", 0.5, 9}}};
}

TEST(RunRecord, SurvivesTheFile) {
  const Json json = to_json(small_set());
  EXPECT_EQ(to_json(run_record_from(json, "run.json")), json);
  EXPECT_EQ(training_from(json, "run.json"), small_set().training);
  RunRecord order{.rows = 10, .bin_count = 5, .pool_count = 2, .ranks = RanksRecord{3, 20, 900}};
  EXPECT_EQ(to_json(run_record_from(to_json(order), "run.json")), to_json(order));
  EXPECT_FALSE(to_json(order).contains("training"));
}

TEST(RunRecord, OfTheFirstVersionIsRead) {
  const RunRecord run =
      run_record_from(parse_json(R"({"rows": 10, "kept": 4, "input": {"format": "npy"}, "options": {"keep": "4"}})"), "run.json");
  EXPECT_EQ(run.kept, 4);
  EXPECT_EQ(run.input->modality, "");
  EXPECT_EQ(run.option_text("keep"), "4");
  EXPECT_EQ(run.option_text("seed"), "");
}

/// A list of a hundred thousand names, of which two have objects, is written once.
TEST(RunRecord, ClassesWithoutContentAreWrittenByTheirNamesAlone) {
  RunRecord run = small_set();
  run.input->classes = {"a", "fish", "fish", "z"};
  run.content->classes = {{.name = "a"}, {.name = "fish"}, {"fish", 30, 12, 8, 3}, {.name = "z", .least = 2}};
  const Json json = to_json(run);
  EXPECT_EQ(json["content"]["classes"].size(), 2U);
  EXPECT_EQ(json["content"]["classes"][0], parse_json(R"({"class": 2, "amount": 30, "amount_kept": 12, "rows": 8, "rows_kept": 3})"));
  EXPECT_EQ(json["content"]["classes"][1]["class"], 3);
  const RunRecord back = run_record_from(json, "run.json");
  ASSERT_EQ(back.content->classes.size(), 4U);
  EXPECT_EQ(back.content->classes[1].amount, 0);
  EXPECT_EQ(back.content->classes[2].name, "fish");
  EXPECT_EQ(back.content->classes[2].amount_kept, 12);
  EXPECT_EQ(to_json(back), json);
  run.content->classes.resize(2);
  EXPECT_EQ(to_json(run)["content"]["classes"][1]["name"], "fish") << "other classes than the input's";
}

TEST(RunRecord, ContentOfEarlierVersionsIsRead) {
  const RunRecord run =
      run_record_from(parse_json(R"({"rows": 10, "kept": 4, "input": {"classes": ["a", "b"]}, "content": {"unit": "objects",
    "classes": [{"name": "a", "amount": 0, "amount_kept": 0, "rows": 0, "rows_kept": 0},
                {"name": "b", "amount": 5, "amount_kept": 2, "rows": 3, "rows_kept": 1, "least": 2}]}})"),
                      "run.json");
  ASSERT_EQ(run.content->classes.size(), 2U);
  EXPECT_EQ(run.content->classes[0].name, "a");
  EXPECT_EQ(run.content->classes[1].amount_kept, 2);
  EXPECT_EQ(run.content->classes[1].least, 2);
}

TEST(RunRecord, NonsenseIsNamedByFileAndField) {
  const auto fault = [](const char* text) { return message_of([&] { run_record_from(parse_json(text), "out/run.json"); }); };
  EXPECT_THAT(fault("[]"), testing::HasSubstr("out/run.json: is not an object"));
  for (const auto& [text, place] :
       {std::pair{R"({"rows": -1})", "rows"},
        {R"({"rows": 1e300})", "rows"},
        {R"({"rows": 3, "kept": 4})", "kept"},
        {R"({"method": 3})", "method"},
        {R"({"serves": [1, "2"]})", "serves"},
        {R"({"input": {"splits": {"train": "x"}}})", "input.splits.train"},
        {R"({"kept": 0, "classes": [{"rows": 1, "kept": 2}]})", "classes[0].kept"},
        {R"({"kept": 0, "content": {"classes": [{"amount": 1, "amount_kept": 2}]}})", "content.classes[0].amount_kept"},
        {R"({"kept": 0, "content": {"classes": [{"amount": 3, "amount_kept": 2, "amount_ignored": 2}]}})",
         "content.classes[0].amount_ignored"},
        {R"({"kept": 0, "input": {"classes": ["a"]}, "content": {"classes": [{"class": 1, "amount": 1}]}})", "content.classes[0].class"},
        {R"({"kept": 0, "input": {"classes": ["a"]}, "content": {"classes": [{"class": -1, "amount": 1}]}})", "content.classes[0].class"},
        {R"({"options": {"x": {}}})", "options.x"},
        {R"({"patches": {"cells": 1, "cells_kept": 2}})", "patches.cells_kept"},
        {R"({"training": {"steps": 500}})", "training.steps"},
        {R"({"training": "fast"})", "training"},
        {R"({"schema": 99})", "schema"}})
    EXPECT_THAT(fault(text), testing::AllOf(testing::HasSubstr("out/run.json"), testing::HasSubstr(place))) << text;
}

}  // namespace
}  // namespace decant
