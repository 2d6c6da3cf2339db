#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/upsample_bilinear2d.h>
#include <c10/core/GradMode.h>
#include <gtest/gtest.h>

#include "decant/base/test_support.h"
#include "decant/distill/torch/distill_for_tests.h"

namespace decant::distill {
namespace {

TEST(Labels, AreMovedToTheNearestDistributions) {
  const Tensor rows = at::tensor({0.2F, 0.3F, 0.5F, 1.4F, 0.2F, -3.0F, 0.9F, 0.9F, -0.1F, -5.0F, -6.0F, -5.5F}).reshape({4, 3});
  const Tensor expected = at::tensor({0.2F, 0.3F, 0.5F, 1.0F, 0.0F, 0.0F, 0.5F, 0.5F, 0.0F, 0.75F, 0.0F, 0.25F}).reshape({4, 3});
  EXPECT_LT((nearest_distributions(rows) - expected).abs().max().item<float>(), 1e-6);
}

TEST(MultiFormation, TilesAreEnlargedAsLibtorchDoes) {
  SmallWorld world;
  const Tensor first = world.setting().first_pictures(9);  // three pictures of nine tiles
  const auto formed = make_multi_formation(first, 3, 3);
  const Tensor stored = formed->learnt()[0].value.detach();
  EXPECT_EQ(stored.sizes(), (at::IntArrayRef{3, 1, 6, 6}));  // tiles of 2 × 2: 8 / 3, rounded down
  EXPECT_EQ(formed->per_class(), 9);
  const Tensor pictures = formed->pictures(0, 3).detach();
  EXPECT_EQ(pictures.sizes(), first.sizes());
  for (int64_t n = 0; n < 3; ++n) {
    for (int64_t tile = 0; tile < 9; ++tile) {
      const Tensor own = stored.narrow(0, n, 1).narrow(2, tile / 3 * 2, 2).narrow(3, tile % 3 * 2, 2).contiguous();
      const Tensor expected = at::upsample_bilinear2d(own, at::IntArrayRef{8, 8}, /*align_corners=*/false);
      EXPECT_LT((pictures.narrow(0, 9 * n + tile, 1) - expected).abs().max().item<double>(), 1e-5);
    }
  }
  EXPECT_TRUE(at::equal(formed->pictures(1, 1), pictures.narrow(0, 9, 9)));
}

TEST(MultiFormation, FirstTilesAreMeansOfTheirPictures) {
  SmallWorld world;
  const Tensor first = world.setting().first_pictures(4);
  const Tensor stored = make_multi_formation(first, 3, 2)->learnt()[0].value.detach();
  EXPECT_NEAR(stored[0][0][0][0].item<double>(), first[0][0].narrow(0, 0, 2).narrow(1, 0, 2).mean().item<double>(), 1e-5);
  EXPECT_NEAR(stored[0][0][4][0].item<double>(), first[2][0].narrow(0, 0, 2).narrow(1, 0, 2).mean().item<double>(), 1e-5);
  expect_says(message_of([&] { make_multi_formation(world.setting().first_pictures(2), 3, 9); }), {"factor", "9", "without pixels"});
}

TEST(Hallucinators, BeginNearTheIdentityAndDiffer) {
  SmallWorld world(3);
  const Tensor first = world.setting().first_pictures(2);
  const auto made = make_hallucinated(first, 3, 2, Random(1), std::nullopt);
  const Tensor pictures = made->pictures(0, 3).detach();
  ASSERT_EQ(pictures.size(0), 12);
  for (int64_t i = 0; i < 12; ++i) EXPECT_LT((pictures[i] - first[i / 2]).abs().mean().item<double>(), 0.5) << i;
  EXPECT_GT((pictures[0] - pictures[1]).abs().mean().item<double>(), 0.01);
  EXPECT_TRUE(at::equal(made->pictures(1, 1), pictures.narrow(0, 4, 4)));
}

TEST(Parameterizations, ProjectionKeepsTheRange) {
  SmallWorld world(3);
  const PixelRange range = world.real.range();
  const Tensor first = world.setting().first_pictures(4);
  std::vector<std::unique_ptr<Parameterization>> all;
  all.push_back(make_pixels(first, 3));
  all.push_back(make_multi_formation(first, 3, 2));
  all.push_back(make_hallucinated(first, 3, 3, Random(1), range));
  for (const auto& one : all) {
    const c10::NoGradGuard no_grad;
    for (const Learnt& learnt : one->learnt()) learnt.value.mul_(5).add_(0.5);
    one->project(range);
    const Tensor pictures = one->pictures(0, 3);
    EXPECT_TRUE((pictures <= range.high + 1e-5).all().item<bool>());
    EXPECT_TRUE((pictures >= range.low - 1e-5).all().item<bool>());
    EXPECT_TRUE((pictures == range.high).any().item<bool>() || (pictures == range.low).any().item<bool>());
  }
}

TEST(Setting, StoresPicturesAsTheMethodIsAsked) {
  SmallWorld world;
  EXPECT_EQ(world.parts("dm").synthetic->per_class(), 2);
  EXPECT_EQ(world.parts("dm+factor=2").synthetic->per_class(), 8);
  EXPECT_EQ(world.parts("dc+hallucinators=3").synthetic->per_class(), 6);
  EXPECT_EQ(world.parts("idc").synthetic->per_class(), 8);
  EXPECT_EQ(world.parts("idc+factor=1").synthetic->per_class(), 2);
  EXPECT_EQ(world.parts("idc+hallucinators=3").synthetic->per_class(), 6);
  EXPECT_EQ(world.parts("idm+factor=2").synthetic->all().targets.size(0), 24);
  expect_says(message_of([&] { world.parts("dm+factor=2+hallucinators=3"); }), {"both a factor and hallucinators"});
}

}  // namespace
}  // namespace decant::distill
