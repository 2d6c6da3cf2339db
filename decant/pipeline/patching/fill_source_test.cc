#include "decant/pipeline/patching/fill_source.h"

#include <gtest/gtest.h>

#include "decant/data/memory_rows.h"

namespace decant {
namespace {

Input pictures(int count, int side) {
  std::vector<Image> made(static_cast<size_t>(count));
  for (Image& image : made) image.resize({side, side, 3});
  Input input;
  input.dataset.splits[Split::train] = std::make_shared<MemoryRows>(std::move(made), std::vector<int32_t>(static_cast<size_t>(count), 0));
  input.labels = {static_cast<size_t>(count), 0};
  return input;
}

TEST(OwnMae, HasAPatchForEachCell) {
  const Input large = pictures(3, 224);
  EXPECT_EQ(own_mae(large, 0).net, "mae+patch=8") << "14 cells of 8 pixels are the most that 128 hold";
  EXPECT_EQ(own_mae(large, 0).image_size, 112);
  EXPECT_EQ(own_mae(large, 7).net, "mae+patch=16");
  EXPECT_EQ(own_mae(large, 7).image_size, 112);
  EXPECT_EQ(own_mae(large, 28).image_size, 112);
  EXPECT_EQ(own_mae(large, 64), (OwnMae{"mae", 0, 12'800})) << "cells too small for patches of their own";
  EXPECT_EQ(own_mae(pictures(3, 32), 0).net, "mae");
  EXPECT_EQ(own_mae(pictures(3, 32), 0).image_size, 0);
}

TEST(OwnMae, OfFewPicturesLooksAtEachMoreOften) {
  EXPECT_EQ(own_mae(pictures(100, 8), 0).epochs, 384);
  EXPECT_EQ(own_mae(pictures(1200, 8), 0).epochs, 32);
  EXPECT_EQ(own_mae(pictures(20'000, 1), 0).epochs, 3);
}

TEST(OwnMae, IsPartOfTheKeyOfAFill) {
  const Input large = pictures(30, 224);
  EXPECT_NE(fill_key_of("mae", large, 7), fill_key_of("mae", large, 14));
  EXPECT_EQ(fill_key_of("mae", large, 0), fill_key_of("mae", large, 14));
  EXPECT_EQ(fill_key_of("gray", large, 7), fill_key_of("gray", large, 14));
}

}  // namespace
}  // namespace decant
