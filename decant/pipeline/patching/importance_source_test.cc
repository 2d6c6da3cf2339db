#include "decant/pipeline/patching/importance_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/errors.h"
#include "decant/base/options_for_tests.h"
#include "decant/base/random.h"
#include "decant/base/test_support.h"
#include "decant/data/memory_rows.h"
#include "decant/formats/npy/npy.h"
#include "decant/patches/importance.h"

namespace decant {
namespace {

using testing::Each;
using testing::HasSubstr;

std::vector<Image> noise(int count) {
  std::vector<Image> pictures(static_cast<size_t>(count));
  for (size_t i = 0; i < pictures.size(); ++i) {
    pictures[i].resize({16, 16, 3});
    Random random(2, "pictures", i);
    for (uint8_t& value : pictures[i].pixels) value = static_cast<uint8_t>(random.below(256));
  }
  return pictures;
}

/// Six pictures, without labels; row 4 cannot be read.
Input six_pictures() {
  std::vector<Image> pictures = noise(6);
  pictures[4] = Image{};
  Input input;
  input.dataset.root = "six";
  input.dataset.splits[Split::train] = std::make_shared<MemoryRows>(std::move(pictures), std::vector<int32_t>(6, kNoLabel));
  input.excluded = {{.row = 4, .key = "4"}};
  input.labels = {6, kNoLabel};
  input.digest = "six pictures";
  return input;
}

std::vector<float> map_of(const ImportanceSet& set, int64_t row) {
  std::vector<float> scratch;
  const auto map = set.maps.row(row, scratch);
  return {map.begin(), map.end()};
}

TEST(ImportanceSource, KeepsMapsUnderWhatDecidesThem) {
  const Input input = six_pictures();
  const Subset usable = input.usable_rows();
  ImportanceOptions options{.cache = fresh_folder("importance_cache")};
  const ImportanceSet made = obtain_importance(input, usable, options, 0, {});
  EXPECT_EQ(made.method, "gradient-energy");
  EXPECT_EQ(made.side, 8);
  EXPECT_FALSE(made.reused);
  EXPECT_THAT(map_of(made, 4), Each(1.0F));
  EXPECT_NE(map_of(made, 3), map_of(made, 4));

  const auto reused = [&](const Subset& rows, uint64_t seed = 0) { return obtain_importance(input, rows, options, seed, {}).reused; };
  EXPECT_TRUE(reused(usable, 7)) << "nothing is drawn";
  EXPECT_FALSE(reused(Subset{1, 2}));
  options.grid = 4;
  EXPECT_FALSE(reused(usable));
  options.importance = "random";
  EXPECT_FALSE(reused(usable));
  EXPECT_FALSE(reused(usable, 7));
  EXPECT_TRUE(reused(usable, 7));
  EXPECT_EQ(obtain_importance(input, usable, options, 7, {}).side, 4);
}

TEST(ImportanceSource, TakesMapsFromAFile) {
  const Input input = six_pictures();
  const Subset usable = input.usable_rows();
  const std::filesystem::path file = fresh_path("maps.npy");
  std::vector<float> values(6 * 4, 1.0F);
  values[0] = 0.5F, values[1] = 1.5F;
  values[17] = -7;  // of the row that cannot be read
  const auto write = [&](std::vector<int64_t> shape) { write_npy<float>(file, values, shape); };
  write({6, 2, 2});
  const ImportanceOptions options{.importance = file.string()};
  const ImportanceSet set = obtain_importance(input, usable, options, 0, {});
  EXPECT_EQ(set.method, "file");
  EXPECT_EQ(set.side, 2);
  EXPECT_THAT(map_of(set, 0), testing::ElementsAre(0.5F, 1.5F, 1, 1));
  const std::string before = set.key;

  const auto fault = [&] { return message_of([&] { obtain_importance(input, usable, options, 0, {}); }); };
  values[1] = 0.5F;
  write({6, 4});
  EXPECT_THAT(fault(), HasSubstr("map 0: has mean 0.75, not 1"));
  values[0] = -0.5F, values[1] = 2.5F;
  write({6, 2, 2});
  EXPECT_THAT(fault(), HasSubstr("map 0: holds a value that is negative"));
  values[0] = 1, values[1] = 1;
  write({6, 4, 1});
  EXPECT_THAT(fault(), HasSubstr("holds no importance"));
  write({3, 2, 4});
  EXPECT_THAT(fault(), HasSubstr("holds no importance"));
  write({24, 1, 1});
  EXPECT_THAT(fault(), HasSubstr("has 24 maps, but the training split has 6 rows"));
  write({6, 2, 2});
  EXPECT_NE(obtain_importance(input, usable, options, 0, {}).key, before) << "its content decides";
}

TEST(ImportanceSource, NamesFaults) {
  const Input input = six_pictures();
  const auto fault = [&](const ImportanceOptions& options) {
    return message_of<UsageError>([&] { obtain_importance(input, input.usable_rows(), options, 0, {}); });
  };
  EXPECT_THAT(fault({.importance = "gradcm++"}), HasSubstr("did you mean 'gradcam++'?"));
  EXPECT_THAT(fault({.grid = 65}), HasSubstr("--grid 65"));
  EXPECT_THAT(message_of([&] { obtain_importance(input, input.usable_rows(), {.importance = "gradcam++"}, 0, {}); }),
              HasSubstr("has no labels, so no network can be trained on it for importance"));
}

}  // namespace
}  // namespace decant
