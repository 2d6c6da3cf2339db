// Grad-CAM++ on ResNet-18 at 224 pixels, random weights, pictures in memory, against what libtorch
// takes for a plain forward and backward pass of the same pictures through the same network: the
// gradient of the scores with respect to all parameters, as an implementation by hooks computes on
// the way. One thread unless DECANT_BENCH_THREADS says otherwise; items are pictures.
//
//     patches_torch_bench --benchmark_repetitions=3
//     forward                        without a graph: what no method can beat
//     forward_backward               the reference
//     gradcam_plus_plus              the same pictures → maps of 7×7
//     gradcam_plus_plus_whole        stored pictures of 256×224 → maps of 14×14, fitting and all
#include <ATen/TensorOperators.h>
#include <ATen/ops/zeros.h>
#include <benchmark/benchmark.h>
#include <c10/core/GradMode.h>
#include <cstdlib>
#include <filesystem>
#include <numeric>
#include <torch/csrc/autograd/autograd.h>

#include "decant/base/random.h"
#include "decant/data/memory_rows.h"
#include "decant/nn/device.h"
#include "decant/nn/tensor_memory.h"
#include "decant/nn/weights.h"
#include "decant/patches/torch/attribute.h"
#include "decant/patches/torch/cam.h"

namespace decant::patches {
namespace {

constexpr int64_t kBenchBatch = 16;
constexpr int kBenchSide = 224;
constexpr int64_t kBenchRows = 64;

int bench_threads() {
  const char* asked = std::getenv("DECANT_BENCH_THREADS");
  return asked == nullptr ? 1 : std::atoi(asked);
}

/// A batch, and the network at random weights.
struct Scene {
  Scene() {
    Random random(1, "bench");
    std::generate_n(images.data_ptr<float>(), images.numel(), [&] { return static_cast<float>(random.normal()); });
    for (int64_t i = 0; i < kBenchBatch; ++i) labels[i] = i % 10;
  }
  nn::State state() const { return nn::initial_state(*network, Random(2)); }

  const std::unique_ptr<const nn::Classifier> network = nn::make_network({"resnet18-imagenet", {kBenchSide, kBenchSide, 3}, 1000});
  Tensor images = at::zeros({kBenchBatch, 3, kBenchSide, kBenchSide}, at::kFloat);
  Tensor labels = at::zeros({kBenchBatch}, at::kLong);
};

const Scene& scene() {
  static const Scene one;
  return one;
}

/// Scores of the classes of all pictures, summed, with a graph of everything.
Tensor summed_scores(nn::State& state, nn::Taps* taps = nullptr) {
  const Tensor scores = scene().network->forward({state.parameters, state.buffers, false, taps}, scene().images);
  return scores.gather(1, scene().labels.unsqueeze(1)).sum();
}

nn::State state_with_graph() {
  nn::State state = scene().state();
  for (const Tensor& parameter : state.parameters) parameter.set_requires_grad(true);
  return state;
}

void forward(benchmark::State& run) {
  const nn::ComputeScope scope({.threads = bench_threads()});
  const nn::MemoryReuse memory;
  const c10::NoGradGuard no_grad;
  nn::State state = scene().state();
  for (auto _ : run) benchmark::DoNotOptimize(summed_scores(state));
  run.SetItemsProcessed(run.iterations() * kBenchBatch);
}

void forward_backward(benchmark::State& run) {
  const nn::ComputeScope scope({.threads = bench_threads()});
  const nn::MemoryReuse memory;
  nn::State state = state_with_graph();
  for (auto _ : run) benchmark::DoNotOptimize(torch::autograd::grad({summed_scores(state)}, state.parameters));
  run.SetItemsProcessed(run.iterations() * kBenchBatch);
}

/// Whether the gradient is that of the whole graph.
bool gradient_is_right(Subject& subject, const CamLayer& layer) {
  nn::State state = state_with_graph();
  nn::Taps taps;
  const Tensor score = summed_scores(state, &taps);
  const Tensor whole = torch::autograd::grad({score}, {taps.outputs.back().value})[0];
  return look_at(subject, layer, scene().images, scene().labels).gradient.allclose(whole);
}

void gradcam_plus_plus_batch(benchmark::State& run) {
  const nn::ComputeScope scope({.threads = bench_threads()});
  const nn::MemoryReuse memory;
  Subject subject(*scene().network, scene().state());
  const CamLayer layer = cam_layer(subject, "");
  if (layer.height != 7 || !gradient_is_right(subject, layer)) return run.SkipWithError("the gradient is wrong");
  for (auto _ : run) benchmark::DoNotOptimize(gradcam_plus_plus_map(look_at(subject, layer, scene().images, scene().labels)));
  run.SetItemsProcessed(run.iterations() * kBenchBatch);
}

MemoryRows stored_pictures() {
  std::vector<Image> pictures(static_cast<size_t>(kBenchRows));
  std::vector<int32_t> labels(pictures.size(), 0);
  for (size_t i = 0; i < pictures.size(); ++i) {
    pictures[i].resize({256, kBenchSide, 3});
    Random random(3, "pictures", i);
    for (uint8_t& value : pictures[i].pixels) value = static_cast<uint8_t>(random.below(256));
  }
  return {std::move(pictures), std::move(labels)};
}

void gradcam_plus_plus_whole(benchmark::State& run) {
  const auto weights = std::filesystem::temp_directory_path() / "decant-importance-bench.safetensors";
  nn::save_weights(*scene().network, scene().state(), weights);
  const MemoryRows rows = stored_pictures();
  ImportanceJob job;
  job.rows = &rows;
  job.network.net = "resnet18-imagenet";
  job.network.weights = weights;
  job.network.image_size = kBenchSide;
  job.network.normalisation = "imagenet";
  job.network.batch = kBenchBatch;
  Matrix<float> out(kBenchRows, int64_t{job.side} * job.side);
  for (auto _ : run) attribute("gradcam++", job, out.view(), {.threads = bench_threads()});
  run.SetItemsProcessed(run.iterations() * kBenchRows);
  std::filesystem::remove(weights);
}

BENCHMARK(forward)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(forward_backward)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(gradcam_plus_plus_batch)->Name("gradcam_plus_plus")->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(gradcam_plus_plus_whole)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace decant::patches
