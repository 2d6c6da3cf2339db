#include "decant/distill/torch/experts.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <atomic>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "decant/base/test_support.h"
#include "decant/data/memory_rows.h"
#include "decant/data/subset.h"
#include "decant/distill/torch/interrupt_for_tests.h"
#include "decant/distill/torch/step.h"
#include "decant/distill/torch/trajectories.h"
#include "decant/nn/device.h"

namespace decant::distill {
namespace fs = std::filesystem;
namespace {

using ::testing::HasSubstr;

MemoryRows noisy_rows() {
  std::vector<Image> pictures;
  std::vector<int32_t> labels;
  Random random(5, "noisy");
  for (int i = 0; i < 20; ++i) {
    Image image;
    image.size = {8, 8, 1};
    for (int p = 0; p < 64; ++p) image.pixels.push_back(static_cast<uint8_t>(random.below(256)));
    pictures.push_back(std::move(image));
    labels.push_back(i % 2);
  }
  return {std::move(pictures), std::move(labels)};
}

struct Workplace {
  Context context{.threads = 1};
  MemoryRows rows = noisy_rows();
  Subset subset = Subset::all(rows.size());
  std::unique_ptr<const nn::Classifier> network = nn::make_network({"convnet+width=4+depth=2", {8, 8, 1}, 2});
  RealRows real{rows, subset, 2, 0, nullptr, c10::Device(c10::kCPU), context};
  ExpertOptions options{.experts = 2, .checkpoints = 3, .batch = 8, .rate = 0.05, .momentum = 0.5, .seed = 9};  // 3 updates an epoch

  ExpertBuffer obtain(const fs::path& cache) const { return obtain_experts(*network, real, options, cache, context); }
};

/// Names and contents of all files but the lock and the key.
std::map<std::string, std::string> contents_of(const fs::path& folder) {
  std::map<std::string, std::string> all;
  for (const auto& file : fs::directory_iterator(folder)) {
    if (file.path().extension() == ".safetensors") all[file.path().filename()] = read_text(file.path());
  }
  return all;
}

TEST(Experts, AreTrainedByPlainDescent) {
  const nn::ThreadCount threads(1);
  Workplace place;
  place.options.batch = 20;  // one update an epoch, all rows
  place.options.momentum = 0;
  const ExpertBuffer buffer = place.obtain(fresh_folder("cache"));
  const Tensors start = nn::initial_state(*place.network, Random(9, "expert", 1)).parameters;
  const Tensors first = buffer.parameters(1, 0);
  std::vector<int64_t> all(20);
  std::iota(all.begin(), all.end(), 0);
  const RealBatch batch = place.real.batch(all);
  Tensors leaves;
  for (const Tensor& p : start) leaves.push_back(p.clone().set_requires_grad(true));
  nn::State state = nn::initial_state(*place.network, Random(9, "expert", 1));
  const Tensor logits = place.network->forward({leaves, state.buffers, true}, batch.pictures);
  const Tensors gradients = torch::autograd::grad({at::cross_entropy_loss(logits, batch.labels)}, leaves);
  const Tensors second = buffer.parameters(1, 1);
  for (size_t i = 0; i < start.size(); ++i) {
    EXPECT_TRUE(first[i].allclose(start[i], 1e-3, 1e-7)) << i;
    EXPECT_TRUE(second[i].allclose(start[i] - gradients[i] * 0.05, 1e-3, 1e-7)) << i;
  }
}

TEST(Experts, AreSharedByRuns) {
  const nn::ThreadCount threads(1);
  Workplace place;
  const fs::path cache = fresh_folder("cache");
  const ExpertBuffer buffer = place.obtain(cache);
  const auto before = contents_of(buffer.folder());
  EXPECT_EQ(before.size(), 8U);  // two experts, four places each
  StopAfter never_asked(1);
  place.context.progress = &never_asked;
  EXPECT_EQ(place.obtain(cache).folder(), buffer.folder());
  EXPECT_FALSE(never_asked.stop);
  place.options.rate = 0.06;
  EXPECT_NE(place.obtain(cache).folder(), buffer.folder());
  EXPECT_EQ(contents_of(buffer.folder()), before);
}

TEST(Experts, GoOnAfterAnInterruption) {
  const nn::ThreadCount threads(1);
  Workplace place;
  const auto whole = contents_of(place.obtain(fresh_folder("whole")).folder());
  for (const int64_t updates : {1, 4, 9, 14, 17}) {
    const fs::path cache = fresh_folder("cache");
    StopAfter stopper(updates);
    Workplace stopped;
    stopped.context.progress = &stopper;
    stopped.context.cancel = &stopper.stop;
    EXPECT_THROW(stopped.obtain(cache), Cancelled) << updates;
    EXPECT_EQ(contents_of(place.obtain(cache).folder()), whole) << updates;
  }
}

TEST(Experts, DifferWhenTheyAreFlat) {
  const nn::ThreadCount threads(1);
  Workplace place;
  const ExpertBuffer plain = place.obtain(fresh_folder("plain"));
  place.options.flatness.radius = 0.5;
  const ExpertBuffer flat = place.obtain(fresh_folder("flat"));
  EXPECT_TRUE(plain.parameters(0, 0)[0].equal(flat.parameters(0, 0)[0]));
  EXPECT_FALSE(plain.parameters(0, 1)[0].equal(flat.parameters(0, 1)[0]));
}

TEST(Experts, OfAnotherNetworkAreRefused) {
  const nn::ThreadCount threads(1);
  const Workplace place;
  const ExpertBuffer buffer = place.obtain(fresh_folder("cache"));
  const std::string identity = expert_key(*place.network, place.real, place.options).name();
  const auto wider = nn::make_network({"convnet+width=8+depth=2", {8, 8, 1}, 2});
  const ExpertBuffer foreign(*wider, buffer.folder(), expert_key(*wider, place.real, place.options).name(), place.options);
  EXPECT_THAT(message_of([&] { foreign.parameters(0, 0); }), HasSubstr("experts of another network"));
  const ExpertBuffer forged(*wider, buffer.folder(), identity, place.options);
  EXPECT_THAT(message_of([&] { forged.parameters(0, 0); }), HasSubstr("has another shape"));
  fs::remove(buffer.folder() / "expert-0001-0002.safetensors");
  EXPECT_THROW(buffer.parameters(1, 2), Error);
}

TEST(Experts, RefuseToGoOnFromWhatIsNotTheirs) {
  const nn::ThreadCount threads(1);
  const Workplace place;
  const fs::path folder = fresh_folder("experts");
  StopAfter stopper(4);
  Workplace stopped;
  stopped.context.progress = &stopper;
  stopped.context.cancel = &stopper.stop;
  EXPECT_THROW(train_experts(*place.network, place.real, place.options, folder, "experts/1", stopped.context), Cancelled);
  EXPECT_THAT(message_of([&] { train_experts(*place.network, place.real, place.options, folder, "experts/2", place.context); }),
              HasSubstr("holds an expert of another network"));
  const fs::path unfinished = folder / "unfinished-0000.safetensors";
  write_file(unfinished, read_text(unfinished).substr(0, 500));
  EXPECT_THROW(train_experts(*place.network, place.real, place.options, folder, "experts/1", place.context), InputError);
}

TEST(Experts, ThatDivergeAreReported) {
  const nn::ThreadCount threads(1);
  Workplace place;
  place.options.rate = 1e30;
  EXPECT_THAT(message_of([&] { place.obtain(fresh_folder("cache")); }), HasSubstr("diverged"));
}

TEST(ExpertTrajectories, StartAndEndOnTheSameWay) {
  const nn::ThreadCount threads(1);
  const Workplace place;
  const ExpertBuffer buffer = place.obtain(fresh_folder("cache"));
  const auto source = expert_trajectories(buffer, 2, 1);
  std::set<std::pair<int64_t, int64_t>> seen;
  for (int64_t number = 0; number < 20; ++number) {
    const Step step{number, 20, 1, *place.network, place.real, place.context};
    const Fetched& fetched = source->fetch(step);
    for (int64_t expert = 0; expert < 2; ++expert) {
      for (int64_t start = 0; start < 2; ++start) {
        if (!fetched.networks.front().parameters[0].equal(buffer.parameters(expert, start)[0])) continue;
        seen.insert({expert, start});
        EXPECT_TRUE(fetched.target[0].equal(buffer.parameters(expert, start + 2)[0]));
      }
    }
  }
  EXPECT_EQ(seen.size(), 4U);
}

}  // namespace
}  // namespace decant::distill
