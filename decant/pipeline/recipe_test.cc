#include "decant/pipeline/recipe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/errors.h"
#include "decant/base/test_support.h"

namespace decant {
namespace {

TEST(Recipe, DqIsThePapersMethod) {
  const CompressOptions options = with_recipe({.recipe = "dq"});
  EXPECT_EQ(options.select.method, "bins");
  EXPECT_EQ(options.select.own.bins, 10);
  EXPECT_EQ(options.select.own.function, BinFunction::graph_cut);
  EXPECT_EQ(options.features.features, "embedding");
  EXPECT_EQ(options.reducing.drop, "25%");
  EXPECT_EQ(options.reducing.importance.importance, "gradcam++");
}

TEST(Recipe, WhatWasGivenWins) {
  CompressOptions asked{.recipe = "dq"};
  asked.reducing.drop = "50%";
  asked.given["bins"] = "10";
  EXPECT_EQ(with_recipe(asked).reducing.drop, "50%");
  asked.select.own.bins = 5;
  EXPECT_EQ(with_recipe(asked).select.own.bins, 5);
}

TEST(Recipe, AnUnknownOneIsRefused) {
  EXPECT_THAT(message_of<UsageError>([] { with_recipe({.recipe = "dp"}); }), testing::HasSubstr("did you mean 'dq'"));
  EXPECT_EQ(with_recipe({}).select.method, CompressOptions().select.method);
}

}  // namespace
}  // namespace decant
