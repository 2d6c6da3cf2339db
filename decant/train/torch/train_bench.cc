// Two measurements, and the protocol as a check of both.
//
//   train_torch_bench step NET BATCH THREADS STEPS PRECISION [FOLDER]
//       Seconds of one training step on one batch in memory, by the wall's clock and by the
//       processor's: medians of STEPS; then the first five losses. With FOLDER the weights,
//       pictures and labels are left there first (weights.safetensors, images.f32 (batch, 32, 32,
//       3), labels.i64), for another implementation to start from.
//   train_torch_bench scene NET BATCH THREADS STEPS [FOLDER]
//       The same of a detector or segmenter from scratch, on drawn scenes of 320 × 240; FOLDER gets
//       weights.safetensors, images.f32 (batch, 240, 320, 3) and targets.f32: what
//       boxes_to_grid() gives, or the class of every pixel.
//   train_torch_bench input NET BATCH THREADS STEPS ROUNDS CIFAR
//       STEPS steps with pictures from the input pipeline, and on one batch in memory, by turns:
//       the median seconds of each over ROUNDS and of their ratio. Then the part of the time that
//       steps waited for pictures, and the processor's microseconds that one picture costs the
//       pipeline.
//   train_torch_bench protocol NET PER_CLASS SEED THREADS CIFAR
//       Test accuracy of the default options on so many drawn pictures per class.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fmt/format.h>
#include <numeric>

#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/base/random.h"
#include "decant/base/stopwatch.h"
#include "decant/data/memory_rows.h"
#include "decant/data/scenes_for_tests.h"
#include "decant/formats/cifar/cifar.h"
#include "decant/nn/device.h"
#include "decant/nn/scene_network.h"
#include "decant/nn/tensor_memory.h"
#include "decant/nn/weights.h"
#include "decant/train/torch/classification.h"
#include "decant/train/torch/frozen_levels.h"
#include "decant/train/torch/picture_source.h"
#include "decant/train/torch/scene_task.h"
#include "decant/train/torch/training.h"
#include "decant/train/torch/updates.h"

namespace decant::train {
namespace {

constexpr ImageSize kSize{32, 32, 3};
constexpr double kRate = 0.01;

/// Ten classes, each a colour of its own under noise: a loss that falls proves that something is
/// learned.
loader::Batch drawn_batch(int64_t count) {
  loader::Batch batch;
  batch.count = count;
  Random random(1, "bench");
  for (int64_t i = 0; i < count; ++i) {
    batch.labels.push_back(i % 10);
    const auto shift = [&](int64_t v) { return static_cast<float>((i % 10) * 7 * (v % 3 + 1) % 10) / 10 - 0.5F; };
    for (int64_t v = 0; v < kSize.bytes(); ++v) batch.images.push_back(static_cast<float>(random.uniform()) - 0.5F + shift(v));
  }
  return batch;
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

template <class T>
void write_raw(const std::filesystem::path& path, const std::vector<T>& values) {
  write_file(path, std::as_bytes(std::span(values)));
}

MemoryRows one_picture() {
  std::vector<Image> pictures(1);
  pictures[0].resize(kSize);
  return {std::move(pictures), {0}};
}

struct Subject {
  Subject(const std::string& net, int batch_size, const std::string& precision = "float32")
      : job{.options = {.net = net, .precision = precision}, .rows = &rows, .subset = subset, .classes = 10},
        task(job, Context{}),
        training(task, nn::initial_state(task.module(), Random(1, "weights")), job.options),
        batch(drawn_batch(batch_size)) {}
  float step() { return training.step(placed_on(batch, kSize, c10::kCPU), kRate).item<float>(); }

  nn::MemoryReuse memory;
  const MemoryRows rows = one_picture();  // what a task is made from; batches are drawn
  const std::vector<int64_t> subset = {0};
  const TrainJob job;
  const Classification task;
  Training training;
  loader::Batch batch;
};

/// Runs `step`, which returns a loss, two times and then `steps` times; prints the medians and the
/// first five losses.
template <class Step>
void print_steps(int steps, Step step) {
  std::string losses;
  std::vector<double> wall;
  std::vector<double> processor;
  for (int i = 0; i < steps + 2; ++i) {
    const Stopwatch clock;
    const std::clock_t ticks = std::clock();
    const float loss = step();
    if (i < 5) losses += fmt::format(" {:.6f}", loss);
    if (i < 2) continue;
    wall.push_back(clock.seconds());
    processor.push_back(static_cast<double>(std::clock() - ticks) / CLOCKS_PER_SEC);
  }
  fmt::print("{:.6f} {:.6f}{}\n", median(wall), median(processor), losses);
}

void run_step(const std::string& net, int batch, int steps, const std::string& precision, const std::filesystem::path& folder) {
  Subject subject(net, batch, precision);
  if (!folder.empty()) {
    nn::save_weights(subject.task.module(), subject.training.state(), folder / "weights.safetensors");
    write_raw(folder / "images.f32", subject.batch.images);
    write_raw(folder / "labels.i64", subject.batch.labels);
  }
  print_steps(steps, [&] { return subject.step(); });
}

std::vector<int64_t> all_of(const Rows& rows) {
  std::vector<int64_t> all(static_cast<size_t>(rows.size()));
  std::iota(all.begin(), all.end(), int64_t{0});
  return all;
}

void run_scene(const std::string& net, int count, int steps, const std::filesystem::path& folder) {
  constexpr ImageSize kFrame{320, 240, 3};
  constexpr double kSceneRate = 1e-3;
  const nn::MemoryReuse memory;
  const auto network = nn::make_scene_network({net, kFrame, DrawnScenes::kClasses});
  const DrawnScenes rows(count, network->head().learns());
  const std::vector<int64_t> all = all_of(rows);
  const loader::SceneTable table(rows, all, loader::Frame{kFrame}, int64_t{1} << 30, Context{});
  const loader::Normalisation normalisation =
      loader::normalisation_of(std::vector<float>{0.5F, 0.5F, 0.5F}, std::vector<float>{0.25F, 0.25F, 0.25F});
  loader::SceneBatches batches(table, all, {.batch = count, .samples = count, .normalisation = normalisation}, Context{});
  const loader::SceneBatch batch = *batches.next();
  const auto task = scene_task_for(network->head().learns(), {kFrame, network->head().stride(), DrawnScenes::kClasses});
  const SceneTargets targets = task->targets(batch);
  Updates updates(*network, nn::initial_state(*network, Random(1, "weights")), at::kCPU, {.weight_decay = 0.05, .clip = 10});
  if (!folder.empty()) {
    const at::Tensor values = targets.values.to(at::kFloat).contiguous();
    nn::save_weights(*network, updates.state(), folder / "weights.safetensors");
    write_raw(folder / "images.f32", batch.images);
    write_raw(folder / "targets.f32", std::vector<float>(values.data_ptr<float>(), values.data_ptr<float>() + values.numel()));
  }
  print_steps(steps, [&] {
    const at::Tensor loss = task->loss(network->forward(updates.training(), images_of(batch, kFrame, at::kCPU)), targets);
    updates.step(loss, kSceneRate);
    return loss.item<float>();
  });
}

/// The training pictures of an experiment with the input pipeline, as train() reads them.
struct Pictures {
  explicit Pictures(const Rows& rows) : all(all_of(rows)), table(rows, all, kSize, int64_t{1} << 30, Context{}) {}
  loader::BatchOptions options(int batch, int64_t samples) const {
    return {.batch = batch, .samples = samples, .shuffle = true, .augmentation = {4, true}};
  }
  std::vector<int64_t> all;
  loader::ImageTable table;
};

loader::Batch first_batch(const Pictures& pictures, int batch) {
  return *loader::Batches(pictures.table, pictures.all, pictures.options(batch, batch), Context{}).next();
}

double microseconds_per_picture(const Pictures& pictures, int batch) {
  const std::clock_t ticks = std::clock();
  loader::Batches batches(pictures.table, pictures.all, pictures.options(batch, 50000), Context{});
  while (batches.next() != nullptr) continue;
  return static_cast<double>(std::clock() - ticks) * 1e6 / CLOCKS_PER_SEC / 50000;
}

void run_input(const std::string& net, int batch, int steps, int rounds, const Rows& rows) {
  const Pictures pictures(rows);
  Subject subject(net, batch);
  subject.batch = first_batch(pictures, batch);
  subject.step();
  std::vector<double> with;
  std::vector<double> without;
  std::vector<double> ratios;
  double waited = 0;
  for (int round = 0; round < rounds; ++round) {
    const Stopwatch piped;
    {
      loader::Batches batches(pictures.table, pictures.all, pictures.options(batch, int64_t{batch} * steps), Context{});
      while (const loader::Batch* next = batches.next()) {
        subject.training.step(placed_on(*next, kSize, c10::kCPU), kRate);
      }
      waited += batches.waited();
    }
    with.push_back(piped.seconds());
    const Stopwatch fixed;
    for (int i = 0; i < steps; ++i) subject.step();
    without.push_back(fixed.seconds());
    ratios.push_back(with.back() / without.back());
  }
  fmt::print("{:.4f} {:.4f} {:.4f} {:.4f} {:.2f}\n", median(with), median(without), median(ratios),
             waited / std::accumulate(with.begin(), with.end(), 0.0), microseconds_per_picture(pictures, batch));
}

void run_protocol(const std::string& net, size_t per_class, uint64_t seed, int threads, const Dataset& cifar) {
  std::vector<int64_t> subset;
  std::vector<size_t> taken(10);
  for (const int64_t row : Random(seed, "subset").permutation(cifar.train().size())) {
    if (taken[static_cast<size_t>(cifar.train().label(row))]++ < per_class) subset.push_back(row);
  }
  std::ranges::sort(subset);
  TrainJob job;  // member by member: g++ 12 warns of the braced form where nothing is wrong
  job.options.net = net;
  job.options.seed = seed;
  job.rows = &cifar.train();
  job.subset = subset;
  job.classes = 10;
  job.test = cifar.held_out();
  const TrainResult result = train(job, {.threads = threads});
  fmt::print("accuracy {:.4f} on {} pictures, trained on {}; loss {:.4f}; {:.1f} s, {:.2f} s of it waiting for pictures\n", result.value,
             result.test_rows, subset.size(), result.final_loss, result.seconds, result.input_seconds);
}

int run(const std::vector<std::string>& words) {
  const auto number = [&](size_t i) { return std::atoi(words.at(i).c_str()); };
  if (words.size() >= 6 && words[0] == "step") {
    const nn::ThreadCount threads(number(3));
    run_step(words[1], number(2), number(4), words[5], words.size() > 6 ? words[6] : "");
  } else if (words.size() >= 5 && words[0] == "scene") {
    const nn::ThreadCount threads(number(3));
    run_scene(words[1], number(2), number(4), words.size() > 5 ? words[5] : "");
  } else if (words.size() == 7 && words[0] == "input") {
    const nn::ThreadCount threads(number(3));
    run_input(words[1], number(2), number(4), number(5), open_cifar(words[6]).train());
  } else if (words.size() == 6 && words[0] == "protocol") {
    run_protocol(words[1], static_cast<size_t>(number(2)), static_cast<uint64_t>(number(3)), number(4), open_cifar(words[5]));
  } else {
    fmt::print(stderr, "usage: train_torch_bench step|scene|input|protocol …; the head of train_bench.cc says more\n");
    return 2;
  }
  return 0;
}

}  // namespace
}  // namespace decant::train

int main(int argc, char** argv) {
  try {
    return decant::train::run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
}
