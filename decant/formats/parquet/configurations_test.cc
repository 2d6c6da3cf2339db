#include "decant/formats/parquet/configurations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/test_support.h"

namespace decant::parquet {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Configurations, AreReadInEveryFormThatTheHubTakes) {
  const auto all = configurations_of_card(
      "---\nlicense: mit\nconfigs:\n"
      "- config_name: en\n  data_files:\n  - split: train\n    path: en/train-*.parquet\n  - split: test\n    path:\n    - ./en/a.parquet\n"
      "    - en/b.parquet\n"
      "- config_name: 'de'\n  data_files: de/*.parquet\n  default: true\n"
      "- config_name: fr\n  data_dir: ./fr/\n"
      "- config_name: it\n  data_dir: it\n  data_files: [a.parquet, b/**]\n"
      "- config_name: es\n  data_files:\n    train: es/1.parquet\n    validation: [es/2.parquet]\n---\n\n# A card\n");
  ASSERT_EQ(all.size(), 5U);
  EXPECT_EQ(all[0].name, "en");
  ASSERT_EQ(all[0].files.size(), 2U);
  EXPECT_EQ(all[0].files[0].split, "train");
  EXPECT_THAT(all[0].files[1].patterns, ElementsAre("en/a.parquet", "en/b.parquet"));
  EXPECT_FALSE(all[0].preferred);
  EXPECT_TRUE(all[1].preferred);
  EXPECT_THAT(all[1].files.at(0).patterns, ElementsAre("de/*.parquet"));
  EXPECT_EQ(all[2].folder, "fr");
  EXPECT_TRUE(all[2].files.empty());
  EXPECT_THAT(all[3].files.at(0).patterns, ElementsAre("a.parquet", "b/**"));
  EXPECT_EQ(all[4].files.at(1).split, "validation");
}

TEST(Configurations, AreNoneInOtherCards) {
  for (const char* card : {"", "# A card", "---\nlicense: mit\n---\n", "---\nconfigs: none\n---\n", "---\nconfigs: [\n---\n",
                           "---\nconfigs:\n- a", "configs:\n- config_name: a\n", "---\n- configs\n---\n"})
    EXPECT_TRUE(configurations_of_card(card).empty()) << card;
}

TEST(Configurations, PatternsMatchPathsAsTheHubHasThem) {
  const auto matches = [](const char* pattern, const char* path) { return matches_path(pattern, path); };
  EXPECT_TRUE(matches("data/train-*.parquet", "data/train-00000-of-00001.parquet"));
  EXPECT_TRUE(matches("data/**", "data/a/b.parquet"));
  EXPECT_TRUE(matches("data/**/*.parquet", "data/b.parquet"));
  EXPECT_TRUE(matches("**/train-*", "x/y/train-1"));
  EXPECT_TRUE(matches("**", "x"));
  EXPECT_TRUE(matches("a?c/[0-9x].[!b]*", "abc/7.parquet"));
  EXPECT_TRUE(matches("*a*b*", "xxaxxbab"));
  EXPECT_FALSE(matches("data/*.parquet", "data/a/b.parquet"));
  EXPECT_FALSE(matches("data/*", "other/x"));
  EXPECT_FALSE(matches("[0-9]", "x"));
  EXPECT_FALSE(matches("a[", "ab"));
  EXPECT_FALSE(matches("", "x"));
  EXPECT_FALSE(matches("a*b", "ac"));
  const std::string stars(2000, '*');
  EXPECT_FALSE(matches_path(stars + "b" + stars + "c", std::string(4000, 'b')));  // in no time
}

TEST(Configurations, HoldTheFilesOfTheirFolder) {
  const Configuration fr{.name = "fr", .folder = "fr", .files = {}};
  ASSERT_NE(files_with(fr, "fr/train-0.parquet"), nullptr);
  EXPECT_EQ(files_with(fr, "fr/train-0.parquet")->split, "");
  EXPECT_EQ(files_with(fr, "french/train-0.parquet"), nullptr);
  const Configuration it{.name = "it", .folder = "it", .files = {{"test", {"a.parquet"}}}};
  EXPECT_EQ(files_with(it, "it/a.parquet")->split, "test");
  EXPECT_EQ(files_with(it, "it/b.parquet"), nullptr);
}

TEST(Configurations, AreChosenByNameElseTheDefaultElseTheOnlyOne) {
  std::vector<Configuration> all = {{.name = "en", .folder = "", .files = {}}, {.name = "de", .folder = "", .files = {}}};
  EXPECT_EQ(chosen_configuration(all, "de", "x"), 1U);
  EXPECT_THAT(
      message_of([&] { chosen_configuration(all, "", "x/README.md"); }),
      HasSubstr("x/README.md: configs: lists 2 configurations, 'en' and 'de', and none is the default. Choose one: --config-name en"));
  EXPECT_THAT(message_of([&] { chosen_configuration(all, "fr", "x"); }), HasSubstr("lists no configuration 'fr'; there are 'en' and 'de'"));
  all[1].preferred = true;
  EXPECT_EQ(chosen_configuration(all, "", "x"), 1U);
  all.pop_back();
  EXPECT_EQ(chosen_configuration(all, "", "x"), 0U);
}

}  // namespace
}  // namespace decant::parquet
