// accuracy_bench CIFAR_FOLDER WEIGHTS: the published ResNet-20 on CIFAR-10's test pictures, through
// network_features() from files to numbers. One line a figure: what, ours, reference, ratio. Fails
// when the accuracy is not the published one.
#include <ATen/ops/rand.h>
#include <algorithm>
#include <c10/core/GradMode.h>
#include <chrono>
#include <cmath>
#include <cstdio>

#include "decant/features/network_features.h"
#include "decant/formats/cifar/cifar.h"
#include "decant/nn/device.h"
#include "decant/nn/network.h"
#include "decant/nn/weights.h"

namespace {

using namespace decant;

constexpr double kPublished = 91.73;  // weights' own README; 91.7 in the table of the repository
constexpr int kClasses = 10;

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// Probabilities are b + onehot(label).
bool is_right(std::span<float> gradient, int32_t label) {
  gradient[static_cast<size_t>(label)] += 1;
  return std::ranges::max_element(gradient.first(kClasses)) - gradient.begin() == label;
}

/// Pictures per second of the network alone, fed one batch that lies in memory.
double speed_alone(const features::NetworkFeatureOptions& options) {
  const nn::ComputeScope scope(Context{});
  const c10::NoGradGuard no_grad;
  const auto network = nn::make_network({options.net, {32, 32, 3}, kClasses});
  nn::State state = nn::load_weights(*network, options.weights);
  const at::Tensor images = at::rand({options.batch, 3, 32, 32}).contiguous(at::MemoryFormat::ChannelsLast);
  network->forward({state.parameters, state.buffers}, images);
  constexpr int kTimes = 20;
  const double start = now();
  for (int i = 0; i < kTimes; ++i) network->forward({state.parameters, state.buffers}, images);
  return kTimes * options.batch / (now() - start);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const Dataset data = open_cifar(argv[1]);
  const Rows& test = *data.splits.at(Split::test);
  features::NetworkFeatureOptions options;
  options.net = "resnet20";
  options.weights = argv[2];
  options.kind = features::NetworkFeature::gradient;
  options.classes = kClasses;
  options.normalisation = "imagenet";

  Matrix<float> out(test.size(), features::network_feature_width(test, options));
  const double start = now();
  features::network_features(test, {}, options, out.view(), Context{});
  const double speed = static_cast<double>(test.size()) / (now() - start);

  int64_t right = 0;
  for (int64_t row = 0; row < test.size(); ++row) right += is_right(out[row], test.label(row));
  const double accuracy = 100 * static_cast<double>(right) / static_cast<double>(test.size());
  std::printf("resnet20 on cifar10 test, %%        %8.2f %8.2f %6.3f\n", accuracy, kPublished, accuracy / kPublished);
  if (std::abs(accuracy - kPublished) > 0.1) return 1;
  const double alone = speed_alone(options);
  std::printf("features, pictures/s (net alone)  %8.0f %8.0f %6.2f\n", speed, alone, speed / alone);
  return 0;
}
