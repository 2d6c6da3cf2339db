#include "decant/distill/torch/network_source.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>
#include <gtest/gtest.h>

#include "decant/distill/torch/distill_for_tests.h"

namespace decant::distill {
namespace {

Tensor first_weight(NetworkSource& source, const Step& step) {
  return source.fetch(step).networks.front().parameters.front();
}

TEST(FreshNetworks, AreDrawnForEveryStep) {
  SmallWorld world;
  const auto source = fresh_networks();
  const Tensor first = first_weight(*source, world.step(0));
  EXPECT_FALSE(at::equal(first, first_weight(*source, world.step(1))));
  EXPECT_TRUE(at::equal(first, first_weight(*source, world.step(0))));
  EXPECT_EQ(fresh_networks(3)->fetch(world.step(0)).networks.size(), 3U);
}

TEST(PeriodicNetworks, AreTrainedUntilTheyAreReplaced) {
  SmallWorld world;
  const auto synthetic = world.setting().pixels();
  const auto source = periodic_networks(2, {.updates = 1, .on = &world.real});
  const Tensor first = first_weight(*source, world.step(0)).clone();
  source->after(world.step(0), *synthetic);
  const Tensor trained = first_weight(*source, world.step(1)).clone();
  EXPECT_FALSE(at::equal(first, trained));
  source->after(world.step(1), *synthetic);  // the last of its period: not trained
  EXPECT_TRUE(at::equal(trained, source->memory().front()));
  EXPECT_FALSE(at::equal(trained, first_weight(*source, world.step(2))));
}

TEST(NetworkQueue, HoldsSoManyAndLetsTheOldestLeave) {
  SmallWorld world;
  const auto synthetic = world.setting().pixels();
  const Queue queue{.size = 2, .interval = 3, .upkeep = {.updates = 1, .on = &world.real}};
  const auto source = queue_networks(queue);
  const size_t each = world.network->parameters().size() + world.network->buffers().size();
  std::vector<size_t> held;
  std::vector<Tensor> oldest;
  for (int64_t i = 0; i < 9; ++i) {
    source->fetch(world.step(i));
    EXPECT_TRUE(at::equal(first_weight(*source, world.step(i)), first_weight(*source, world.step(i))));
    held.push_back((source->memory().size() - 1) / each);
    oldest.push_back(source->memory().front().clone());
    source->after(world.step(i), *synthetic);
  }
  EXPECT_EQ(held, (std::vector<size_t>{1, 1, 1, 2, 2, 2, 2, 2, 2}));
  EXPECT_FALSE(at::equal(oldest[0], oldest[1]));  // it was trained
  EXPECT_FALSE(at::equal(oldest[5], oldest[6]));  // it left
}

TEST(KeepUp, TellsWhatTheNetworkToldRight) {
  SmallWorld world;
  const auto synthetic = world.setting().pixels();
  nn::State state = drawn_network(world.step());
  const Upkeep upkeep{.updates = 40, .batch = 16, .rate = 0.05, .momentum = 0.9, .on = &world.real};
  EXPECT_EQ(keep_up(state, {.updates = 0, .on = &world.real}, world.step(), *synthetic, Random(1)), 0);
  keep_up(state, upkeep, world.step(), *synthetic, Random(1));
  EXPECT_GT(keep_up(state, {.updates = 4, .batch = 16, .on = &world.real}, world.step(), *synthetic, Random(2)), 0.9);
}

}  // namespace
}  // namespace decant::distill
