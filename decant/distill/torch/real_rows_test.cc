#include "decant/distill/torch/real_rows.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>
#include <gtest/gtest.h>
#include <set>

#include "decant/base/test_support.h"
#include "decant/distill/torch/distill_for_tests.h"

namespace decant::distill {
namespace {

/// Rows differ in their noise, so a picture names its row.
size_t different_pictures(const RealBatch& batch) {
  std::set<double> sums;
  for (int64_t i = 0; i < batch.pictures.size(0); ++i) sums.insert(batch.pictures[i].sum(at::kDouble).item<double>());
  return sums.size();
}

void expect_classes_in_order(const RealBatch& batch, int64_t each) {
  EXPECT_EQ(batch.each_of_them, each);
  ASSERT_EQ(batch.labels.size(0), 3 * each);
  for (int64_t i = 0; i < 3 * each; ++i) EXPECT_EQ(batch.labels[i].item<int64_t>(), i / each);
}

TEST(RealRows, AreNormalised) {
  SmallWorld world(3);
  const std::vector<int64_t> all(world.subset.begin(), world.subset.end());
  const Tensor pictures = world.real.batch(all).pictures;
  EXPECT_LT(pictures.mean({0, 2, 3}).abs().max().item<double>(), 1e-4);
  EXPECT_LT((pictures.std(at::IntArrayRef{0, 2, 3}, /*unbiased=*/false) - 1).abs().max().item<double>(), 1e-4);
  const Tensor back = world.real.in_pixels(pictures);
  EXPECT_LT((back * 255 - world.real.bytes(all).view(back.sizes())).abs().max().item<double>(), 1e-3);
}

TEST(Samplers, PerClassAreBalancedAndWithoutRepeats) {
  SmallWorld world;
  const auto sampler = sample_per_class(world.real, 6);
  const RealBatch batch = sampler->of_all(Random(1));
  expect_classes_in_order(batch, 6);
  EXPECT_EQ(different_pictures(batch), 18U);
  EXPECT_EQ(different_pictures(sampler->of_class(2, Random(1))), 6U);
  EXPECT_TRUE((sampler->of_class(2, Random(1)).labels == 2).all().item<bool>());
  expect_classes_in_order(sample_per_class(world.real, 100)->of_all(Random(1)), 10);  // as many as there are
}

TEST(Samplers, FollowFromTheirStreamAlone) {
  SmallWorld world;
  std::vector<std::unique_ptr<RealSampler>> all;
  all.push_back(sample_per_class(world.real, 6));
  all.push_back(sample_mixed(world.real, 9));
  for (const auto& sampler : all) {
    const Tensor once = sampler->of_all(Random(1)).pictures;
    EXPECT_TRUE(at::equal(once, sampler->of_all(Random(1)).pictures));
    EXPECT_FALSE(at::equal(once, sampler->of_all(Random(2)).pictures));
  }
}

TEST(Samplers, MixedHaveNoRepeats) {
  SmallWorld world;
  const RealBatch batch = sample_mixed(world.real, 20)->of_all(Random(1));
  EXPECT_EQ(batch.each_of_them, 0);
  EXPECT_EQ(different_pictures(batch), 20U);
}

TEST(Samplers, RepresentativesAreAlwaysTheSame) {
  SmallWorld world;
  const auto sampler = sample_representative(world.real, 2, 1, world.context);
  const RealBatch batch = sampler->of_all(Random(1));
  expect_classes_in_order(batch, 2);
  EXPECT_EQ(different_pictures(batch), 4U + 2U);
  const auto sums = [](const RealBatch& of) {
    std::multiset<double> all;
    for (int64_t i = 0; i < of.pictures.size(0); ++i) all.insert(of.pictures[i].sum(at::kDouble).item<double>());
    return all;
  };
  EXPECT_EQ(sums(batch), sums(sampler->of_all(Random(2))));
}

TEST(RowsChosenBy, RefusesMoreThanThereAre) {
  SmallWorld world;
  EXPECT_EQ(rows_chosen_by("herding", world.real, 1, 4, 1, world.context).size(), 4U);
  expect_says(message_of([&] { rows_chosen_by("random", world.real, 1, 11, 1, world.context); }), {"class 1", "10 rows", "11 pictures"});
}

}  // namespace
}  // namespace decant::distill
