// Seconds and memory of one step of a method, on pictures in memory.
//
//   distill_torch_bench METHOD PER_CLASS REAL STEPS THREADS [FOLDER]
//       Ten classes of 32×32 colour pictures, REAL rows of each, all of which a step sees, through
//       convnet3. Prints the median seconds of a step by the wall's clock and by the processor's,
//       the peak of memory in MB, and the objective of the first step. With FOLDER, what that
//       objective follows from is left there first: weights.safetensors, real.f32 and synthetic.f32,
//       normalised, (n, 3, 32, 32) in the order of classes.
//
//   distill_torch_bench inversion CLASSES 1 STEPS THREADS [FOLDER]
//       A step of SRe2L, not mirrored: one picture of each of CLASSES classes, through a frozen
//       ResNet-20. Prints the same; FOLDER gets weights.safetensors, synthetic.f32 and range.f32,
//       the least and greatest value of each channel.
#include <ATen/ops/cat.h>
#include <algorithm>
#include <c10/core/GradMode.h>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fmt/format.h>
#include <sys/resource.h>

#include "decant/base/file.h"
#include "decant/base/stopwatch.h"
#include "decant/data/memory_rows.h"
#include "decant/data/subset.h"
#include "decant/distill/torch/inversion.h"
#include "decant/distill/torch/loop.h"
#include "decant/nn/device.h"
#include "decant/nn/state_values.h"
#include "decant/nn/tensor_memory.h"
#include "decant/nn/weights.h"

namespace decant::distill {
namespace {

constexpr ImageSize kSize{32, 32, 3};
constexpr int kClasses = 10;

/// Each class a colour of its own under noise.
MemoryRows drawn_rows(int64_t each, int classes = kClasses) {
  std::vector<Image> pictures;
  std::vector<int32_t> labels;
  Random random(1, "bench");
  for (int label = 0; label < classes; ++label) {
    for (int64_t i = 0; i < each; ++i) {
      Image& image = pictures.emplace_back();
      image.resize(kSize);
      for (size_t v = 0; v < image.pixels.size(); ++v)
        image.pixels[v] = static_cast<uint8_t>(random.below(128) + static_cast<uint64_t>(label) * 7 * (v % 3 + 1) % 128);
      labels.push_back(label);
    }
  }
  return {std::move(pictures), std::move(labels)};
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

int64_t peak_megabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss / 1024;
}

void write_tensor(const std::filesystem::path& file, const Tensor& tensor) {
  const Tensor plain = tensor.detach().contiguous();
  write_file(file, std::as_bytes(std::span(plain.data_ptr<float>(), static_cast<size_t>(plain.numel()))));
}

void leave_start(const Step& step, const Parts& parts, const std::filesystem::path& folder) {
  nn::save_weights(step.network, drawn_network(step), folder / "weights.safetensors");
  std::vector<int64_t> all(static_cast<size_t>(step.real.size()));
  std::iota(all.begin(), all.end(), int64_t{0});
  write_tensor(folder / "real.f32", step.real.batch(all).pictures);
  write_tensor(folder / "synthetic.f32", parts.synthetic->all().pictures);
}

/// Steps of the loop, of which two are not timed.
void time_steps(Loop& loop, int steps) {
  double first = 0;
  std::vector<double> wall;
  std::vector<double> processor;
  for (int i = 0; i < steps + 2; ++i) {
    const Stopwatch clock;
    const std::clock_t ticks = std::clock();
    const double objective = loop.step();
    if (i == 0) first = objective;
    if (i < 2) continue;
    wall.push_back(clock.seconds());
    processor.push_back(static_cast<double>(std::clock() - ticks) / CLOCKS_PER_SEC);
  }
  fmt::print("{:.6f} {:.6f} {} {:.6f}\n", median(wall), median(processor), peak_megabytes(), first);
}

void run_inversion(int classes, int steps, int threads, const std::filesystem::path& folder) {
  const Context context{.threads = threads};
  const nn::ComputeScope scope(context);
  const nn::MemoryReuse memory;
  const MemoryRows rows = drawn_rows(2, classes);
  const Subset all = Subset::all(rows.size());
  const RealRows real(rows, all, classes, 0, nullptr, c10::kCPU, context);
  const auto network = nn::make_network({"resnet20", kSize, classes});
  const train::Teacher drawn{
      .net = "resnet20", .size = kSize, .classes = classes, .weights = nn::values_of(nn::initial_state(*network, Random(1, "teacher")))};
  auto teachers = std::make_shared<Teachers>();
  teachers->push_back(frozen(drawn, real.statistics(), c10::kCPU));
  const DistillOptions options{.per_class = 1, .init = "noise"};
  const Setting setting{options, *network, real, "", context};
  const Parts parts{
      .synthetic = setting.pixels(), .networks = frozen_teachers(teachers), .objective = invert({.views = {.mirror = false}})};
  if (!folder.empty()) {
    nn::save_weights(*network, teachers->front().state, folder / "weights.safetensors");
    write_tensor(folder / "synthetic.f32", parts.synthetic->all().pictures);
    write_tensor(folder / "range.f32", at::cat({real.range().low.flatten(), real.range().high.flatten()}));
  }
  Loop loop(parts,
            {.steps = 4000,
             .rate = 0.25,
             .optimizer = "adamw",
             .momentum = 0.5,
             .second_momentum = 0.9,
             .schedule = "constant",
             .augment = "none"},
            *network, real, context);
  time_steps(loop, steps);
}

void run(const std::string& method_name, int per_class, int64_t each, int steps, int threads, const std::filesystem::path& folder) {
  const Context context{.threads = threads};
  const nn::ComputeScope scope(context);
  const nn::MemoryReuse memory;
  const MemoryRows rows = drawn_rows(each);
  const Subset all = Subset::all(rows.size());
  const RealRows real(rows, all, kClasses, 0, nullptr, c10::kCPU, context);
  const auto network = nn::make_network({"convnet3", kSize, kClasses});
  const Method& method = method_named(method_name);
  const DistillOptions options{.method = method_name,
                               .per_class = per_class,
                               .steps = steps + 2,
                               .init = "random",
                               .labels = "hard",
                               .augment = "none",
                               .real_batch = static_cast<int>(each),
                               .rate = 1};
  nn::SpecText own(method_name, "method");
  const Parts parts = method.make({options, *network, real, "", context}, own);
  if (!folder.empty()) leave_start({0, options.steps, 0, *network, real, context}, parts, folder);
  Loop loop(parts, {.steps = options.steps, .rate = 1, .optimizer = "momentum", .momentum = 0.5, .schedule = "constant", .augment = "none"},
            *network, real, context);
  time_steps(loop, steps);
}

}  // namespace
}  // namespace decant::distill

int main(int argc, char** argv) {
  if (argc < 6) {
    std::fputs("distill_torch_bench METHOD PER_CLASS REAL STEPS THREADS [FOLDER]\n", stderr);
    return 2;
  }
  const std::filesystem::path folder = argc > 6 ? argv[6] : "";
  if (std::string(argv[1]) == "inversion") {
    decant::distill::run_inversion(std::atoi(argv[2]), std::atoi(argv[4]), std::atoi(argv[5]), folder);
    return 0;
  }
  decant::distill::run(argv[1], std::atoi(argv[2]), std::atoi(argv[3]), std::atoi(argv[4]), std::atoi(argv[5]), folder);
}
