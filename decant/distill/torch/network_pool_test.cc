#include "decant/distill/torch/network_pool.h"

#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include "decant/data/memory_rows.h"
#include "decant/data/subset.h"

namespace decant::distill {
namespace {

/// Two rows of two classes, a network for them, and a synthetic set of their shape.
struct PoolScene {
  static MemoryRows two_rows() {
    std::vector<Image> pictures(2);
    for (Image& picture : pictures) picture.resize({4, 4, 1});
    pictures[1].pixels.assign(16, 255);
    return {std::move(pictures), {0, 1}};
  }
  Step step(int64_t number) const { return {number, 100, 5, *network, real, context}; }

  Context context;
  MemoryRows rows = two_rows();
  RealRows real{rows, Subset::all(2), 2, 0, nullptr, at::kCPU, context};
  std::unique_ptr<const nn::Classifier> network = nn::make_network({"mlp", {4, 4, 1}, 2});
  Synthetic synthetic{make_pixels(real.batch(Subset::all(2)).pictures, 2), 2, one_hot_targets(2, 1)};
};

/// (size, 2): ages and steps.
std::vector<int64_t> ages_in(const NetworkSource& pool, size_t size) {
  std::vector<int64_t> ages;
  const Tensor counts = pool.memory().front();
  for (size_t i = 0; i < size; ++i) ages.push_back(counts.data_ptr<int64_t>()[2 * i]);
  return ages;
}

TEST(NetworkPool, SpreadsTheFirstAgesOverALife) {
  const PoolScene scene;
  const auto pool = pool_of_networks({.size = 4, .life = 20});
  EXPECT_TRUE(pool->memory().empty());
  pool->fetch(scene.step(0));
  EXPECT_EQ(ages_in(*pool, 4), (std::vector<int64_t>{0, 5, 10, 15}));
}

TEST(NetworkPool, TrainsTheOneThatWasLookedThroughAndReplacesItInTheEnd) {
  const PoolScene scene;
  const auto pool = pool_of_networks({.size = 1, .life = 3, .rate = 0.01});
  Tensor before = pool->fetch(scene.step(0)).networks.front().parameters.front().clone();
  std::vector<int64_t> ages;
  for (int i = 0; i < 6; ++i) {
    pool->fetch(scene.step(i));
    pool->after(scene.step(i), scene.synthetic);
    const Tensor now = pool->fetch(scene.step(i + 1)).networks.front().parameters.front();
    EXPECT_FALSE(now.equal(before));
    EXPECT_FALSE(now.requires_grad());
    before = now.clone();
    ages.push_back(ages_in(*pool, 1).front());
  }
  EXPECT_EQ(ages, (std::vector<int64_t>{1, 2, 3, 4, 0, 1}));
}

TEST(NetworkPool, LearnsWhatTheSetTeaches) {
  const PoolScene scene;
  PoolMember member({.rate = 0.01}, nn::initial_state(*scene.network, Random(3)), at::kCPU);
  for (uint64_t i = 0; i < 200; ++i) member.learn(scene.step(0), scene.synthetic, Random(4, "batch", i));
  nn::State state = member.state();
  const Samples all = scene.synthetic.all();
  const Tensor logits = scene.network->forward({state.parameters, state.buffers}, all.pictures.detach());
  EXPECT_LT((logits - all.targets).abs().max().item<float>(), 0.1F);
}

TEST(NetworkPool, GoesOnFromWhatItRemembers) {
  const PoolScene scene;
  const PoolOptions options{.size = 3, .life = 2, .rate = 0.01};
  const auto whole = pool_of_networks(options);
  const auto second = pool_of_networks(options);
  for (int i = 0; i < 9; ++i) {
    if (i == 4) {
      Tensors kept;
      for (const Tensor& tensor : whole->memory()) kept.push_back(tensor.clone());
      second->restore(scene.step(4), kept);
    }
    for (NetworkSource* pool : {whole.get(), second.get()}) {
      if (pool == second.get() && i < 4) continue;
      pool->fetch(scene.step(i));
      pool->after(scene.step(i), scene.synthetic);
    }
  }
  const Tensors a = whole->memory();
  const Tensors b = second->memory();
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) EXPECT_TRUE(a[i].equal(b[i])) << i;
}

}  // namespace
}  // namespace decant::distill
