#include "decant/nn/device.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <charconv>
#include <cstdlib>

#include "decant/base/errors.h"

namespace decant::nn {

namespace {

constexpr std::string_view kCuda = "cuda";

/// The number behind "cuda:", 0 for "cuda" alone, −1 for anything else.
int cuda_index(std::string_view name) {
  if (!name.starts_with(kCuda)) return -1;
  name.remove_prefix(kCuda.size());
  if (name.empty()) return 0;
  if (name[0] != ':') return -1;
  int index = -1;
  const auto [end, fault] = std::from_chars(name.data() + 1, name.data() + name.size(), index);
  const bool whole = fault == std::errc() && end == name.data() + name.size() && name.size() > 1;
  return whole && index >= 0 && index < 128 ? index : -1;
}

int cuda_count() {
  if (!at::globalContext().hasCUDA()) return 0;
  return c10::impl::getDeviceGuardImpl(at::DeviceType::CUDA)->deviceCount();
}

}  // namespace

at::Device device_named(const std::string& name) {
  if (name == "cpu") return at::Device(at::DeviceType::CPU);
  const int index = cuda_index(name);
  if (index < 0) throw InputError({"", "", fmt::format("there is no device '{}'", name), "Choose cpu, cuda or cuda:N"});
  const int count = cuda_count();
  if (index < count) return at::Device(at::DeviceType::CUDA, static_cast<c10::DeviceIndex>(index));
  if (count == 0)
    throw InputError({"", "", fmt::format("device '{}' is not here: this machine or its libtorch has no CUDA", name), "Choose cpu"});
  throw InputError({"", "", fmt::format("device '{}' is not here: there are {} CUDA devices", name, count),
                    fmt::format("Choose cuda:0 to cuda:{}", count - 1)});
}

ComputeScope::ComputeScope(const Context& context)
    : threads_(at::get_num_threads()),
      deterministic_(at::globalContext().deterministicAlgorithms()),
      warn_only_(at::globalContext().deterministicAlgorithmsWarnOnly()),
      deterministic_cudnn_(at::globalContext().deterministicCuDNN()),
      benchmark_cudnn_(at::globalContext().benchmarkCuDNN()) {
  // cuBLAS repeats itself only with a workspace of its own; read once, when CUDA starts.
  ::setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", /*overwrite=*/0);
  at::set_num_threads(context.thread_count());
  at::globalContext().setDeterministicAlgorithms(true, /*warn_only=*/true);
  at::globalContext().setDeterministicCuDNN(true);
  at::globalContext().setBenchmarkCuDNN(false);
}

ComputeScope::~ComputeScope() {
  at::set_num_threads(threads_);
  at::globalContext().setDeterministicAlgorithms(deterministic_, warn_only_);
  at::globalContext().setDeterministicCuDNN(deterministic_cudnn_);
  at::globalContext().setBenchmarkCuDNN(benchmark_cudnn_);
}

}  // namespace decant::nn
