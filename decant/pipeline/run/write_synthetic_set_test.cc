#include "decant/pipeline/run/write_synthetic_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/test_support.h"
#include "decant/formats/open.h"
#include "decant/pipeline/run/synthetic_folder.h"
#include "decant/pipeline/run/synthetic_for_tests.h"

namespace decant {
namespace {

namespace fs = std::filesystem;

/// What class folders say, read back: of every row its key and its first whole pixel value.
std::vector<std::pair<std::string, int>> read_back(const fs::path& folder) {
  const Dataset data = open_dataset((folder / "data").string(), {}, {});
  std::vector<std::pair<std::string, int>> rows;
  Image image;
  for (int64_t row = 0; row < data.train().size(); ++row) {
    data.train().pictures()->decode(row, image);
    rows.emplace_back(data.train().key(row), image.pixels.back());
  }
  return rows;
}

TEST(WriteSyntheticSet, NumbersClassesAsTheirFoldersSort) {
  const fs::path folder = fresh_folder("set");
  const SyntheticRecord record =
      write_synthetic_set(made_up(3, 2, {4, 4, 1}, /*soft=*/true), {"zebra", "T-shirt/top", "ant"}, folder, 0, {});
  EXPECT_EQ(record.pictures, 6);
  EXPECT_EQ(record.bytes_labels, 6 * 3 * 4);
  using Pair = std::pair<std::string, int>;
  EXPECT_THAT(read_back(folder), testing::ElementsAre(Pair{"train/T-shirt_top/00000.png", 16}, Pair{"train/T-shirt_top/00001.png", 17},
                                                      Pair{"train/ant/00000.png", 32}, Pair{"train/ant/00001.png", 33},
                                                      Pair{"train/zebra/00000.png", 0}, Pair{"train/zebra/00001.png", 1}));
  // Row 0 was class 1 (T-shirt/top); columns are T-shirt/top, ant, zebra: 1, 2 and 0.
  const FloatArray labels = read_floats(folder / "data" / "labels.npy", 2);
  EXPECT_EQ(labels.shape, (std::vector<int64_t>{6, 3}));
  EXPECT_THAT(std::vector<float>(labels.values.begin(), labels.values.begin() + 3),
              testing::ElementsAre(testing::FloatEq(1.1F), testing::FloatEq(1.2F), testing::FloatEq(1.0F)));
  EXPECT_THAT(std::vector<float>(labels.values.end() - 3, labels.values.end()),
              testing::ElementsAre(testing::FloatEq(0.1F), testing::FloatEq(0.2F), testing::FloatEq(0.0F)));
  const FloatArray pictures = read_floats(folder / "images.npy", 4);
  EXPECT_EQ(pictures.values.front(), 16.0F / 255 + 0.3F / 255) << "before rounding, in the order of the folders";
}

TEST(WriteSyntheticSet, KeepsNumbersInTheirOrderBeyondTen) {
  const fs::path folder = fresh_folder("numbers");
  write_synthetic_set(made_up(12, 1, {2, 2, 3}), {}, folder, 0, {});
  const auto rows = read_back(folder);
  ASSERT_EQ(rows.size(), 12u);
  for (int i = 0; i < 12; ++i) EXPECT_EQ(rows[static_cast<size_t>(i)], std::pair(fmt::format("train/{:02}/00000.png", i), 16 * i));
}

TEST(WriteSyntheticSet, TellsClassesOfTheSameFolderNameApart) {
  const fs::path folder = fresh_folder("twins");
  write_synthetic_set(made_up(3, 1, {2, 2, 3}), {"a/b", "a_b", "a"}, folder, 0, {});
  using Pair = std::pair<std::string, int>;
  EXPECT_THAT(read_back(folder),
              testing::ElementsAre(Pair{"train/a/00000.png", 32}, Pair{"train/a_b/00000.png", 0}, Pair{"train/a_b-1/00000.png", 16}));
}

TEST(WriteSyntheticSet, StoresJpegsWhereAQualityIsAsked) {
  const fs::path folder = fresh_folder("jpegs");
  const SyntheticRecord record = write_synthetic_set(made_up(2, 1, {16, 16, 3}), {"a", "b"}, folder, 75, {});
  EXPECT_EQ(record.quality, 75);
  const auto rows = read_back(folder);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[1].first, "train/b/00000.jpg");
  EXPECT_NEAR(rows[1].second, 16, 3);
  EXPECT_EQ(record.bytes_pictures,
            static_cast<int64_t>(fs::file_size(folder / "data/train/a/00000.jpg") + fs::file_size(folder / "data/train/b/00000.jpg")));
}

TEST(WriteSyntheticSet, StoresWhatPicturesAreMadeOf) {
  const fs::path folder = fresh_folder("factors");
  distill::Distilled made = made_up(2, 2, {2, 2, 1}, /*soft=*/true);
  made.set.factors = {{"bases", {3, 2}, {1, 2, 3, 4, 5, 6}}, {"labels", {4, 2}, std::vector<float>(8)}};
  const SyntheticRecord record = write_synthetic_set(made, {"a", "b"}, folder, 0, {});
  EXPECT_EQ(record.bytes_factors, 24);
  EXPECT_EQ(read_floats(folder / "factors" / "bases.npy", 2).values, (std::vector<float>{1, 2, 3, 4, 5, 6}));
  EXPECT_FALSE(fs::exists(folder / "factors" / "labels.npy")) << "those are in data/";
}

}  // namespace
}  // namespace decant
