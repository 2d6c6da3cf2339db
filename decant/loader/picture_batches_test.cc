#include "decant/loader/picture_batches.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/random.h"
#include "decant/data/memory_rows.h"
#include "decant/data/subset.h"
#include "decant/loader/image_table.h"

namespace decant::loader {
namespace {

MemoryRows drawn_pictures(int64_t count, int64_t bad) {
  std::vector<Image> pictures;
  for (int64_t i = 0; i < count; ++i) {
    Random random(1, "pictures", static_cast<uint64_t>(i));
    Image picture{.size = {5 + static_cast<int>(i % 3), 6, i % 2 == 0 ? 3 : 1}};
    if (i != bad)
      for (int64_t at = 0; at < picture.size.bytes(); ++at) picture.pixels.push_back(static_cast<uint8_t>(random.below(256)));
    pictures.push_back(std::move(picture));
  }
  return {std::move(pictures), std::vector<int32_t>(static_cast<size_t>(count), 0)};
}

TEST(PictureBatches, AreTheFittedPicturesInTheOrderAskedFor) {
  const MemoryRows rows = drawn_pictures(23, /*bad=*/11);
  const std::vector<int64_t> chosen = {22, 0, 1, 2, 11, 5, 5, 20, 19, 3, 4};
  const ImageSize size{4, 4, 3};
  for (const int threads : {1, 2, 7}) {
    for (const int batch : {1, 3, 11, 50}) {
      PictureBatches stream(rows, chosen, 4, batch, {.threads = threads});
      std::vector<int64_t> seen;
      PictureBatch got;
      while (stream.next(got)) {
        for (size_t i = 0; i < got.rows.size(); ++i) {
          std::vector<uint8_t> expected(static_cast<size_t>(size.bytes()));
          if (got.rows[i] == 11) {
            EXPECT_THAT(got.bad, testing::ElementsAre(11));
          } else {
            Image picture;
            rows.decode(got.rows[i], picture);
            fit_picture(picture, size, expected.data());
          }
          const auto begin = got.pixels.begin() + static_cast<int64_t>(i) * size.bytes();
          EXPECT_TRUE(std::equal(expected.begin(), expected.end(), begin));
          seen.push_back(got.rows[i]);
        }
      }
      EXPECT_EQ(seen, chosen) << threads << " threads, batches of " << batch;
      EXPECT_FALSE(stream.next(got));
    }
  }
}

TEST(PictureBatches, StopWhereverTheyAre) {
  const MemoryRows rows = drawn_pictures(40, -1);
  const Subset all = Subset::all(40);
  PictureBatches unused(rows, all.rows(), 4, 2, {.threads = 3});
  PictureBatches begun(rows, all.rows(), 4, 2, {.threads = 3});
  PictureBatch got;
  EXPECT_TRUE(begun.next(got));
}

TEST(PictureBatches, OfNoRowsAreNone) {
  const MemoryRows rows = drawn_pictures(2, -1);
  PictureBatches none(rows, {}, 4, 2, {});
  PictureBatch got;
  EXPECT_FALSE(none.next(got));
}

}  // namespace
}  // namespace decant::loader
