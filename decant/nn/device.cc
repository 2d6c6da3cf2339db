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

/// Whether this libtorch was built for CUDA, and its part for it is loaded.
bool knows_cuda() {
  return c10::impl::hasDeviceGuardImpl(at::DeviceType::CUDA);
}

int cuda_count() {
  if (!knows_cuda() || !at::globalContext().hasCUDA()) return 0;
  return c10::impl::getDeviceGuardImpl(at::DeviceType::CUDA)->deviceCount();
}

/// Deterministic mode also fills fresh memory with NaN in newer libtorch, to find those who read
/// it. Nobody here does, and it costs time. A template, so that a libtorch without the setting
/// (1.13) still compiles.
template <class C>
bool set_filling(C& context, bool fill) {
  if constexpr (requires { context.setDeterministicFillUninitializedMemory(fill); }) {
    const bool before = context.deterministicFillUninitializedMemory();
    context.setDeterministicFillUninitializedMemory(fill);
    return before;
  } else {
    return false;
  }
}

}  // namespace

at::Device device_named(const std::string& name) {
  if (name == "cpu") return at::Device(at::DeviceType::CPU);
  const int index = cuda_index(name);
  if (index < 0) throw InputError({"", "", fmt::format("unknown device '{}'", name), "Choose cpu, cuda or cuda:N"});
  const int count = cuda_count();
  if (index < count) return at::Device(at::DeviceType::CUDA, static_cast<c10::DeviceIndex>(index));
  if (!knows_cuda())
    throw InputError({"", "", fmt::format("device '{}' is not available: the libtorch of this build has no CUDA", name),
                      "Choose cpu, or build with a PyTorch wheel (CONTRIBUTING.md)"});
  if (count == 0)
    throw InputError({"", "", fmt::format("device '{}' is not available: libtorch finds no CUDA device", name),
                      "Choose cpu, or check with nvidia-smi that the driver is running and new enough"});
  throw InputError({"", "", fmt::format("device '{}' is not available: there are {} CUDA devices", name, count),
                    fmt::format("Choose cuda:0 to cuda:{}", count - 1)});
}

ThreadCount::ThreadCount(int threads) : blas_(threads), before_(at::get_num_threads()) {
  at::set_num_threads(threads);
}
ThreadCount::~ThreadCount() {
  at::set_num_threads(before_);
}

ComputeScope::ComputeScope(const Context& context)
    : threads_(context.thread_count()),
      deterministic_(at::globalContext().deterministicAlgorithms()),
      warn_only_(at::globalContext().deterministicAlgorithmsWarnOnly()),
      deterministic_cudnn_(at::globalContext().deterministicCuDNN()),
      benchmark_cudnn_(at::globalContext().benchmarkCuDNN()),
      tf32_cudnn_(at::globalContext().allowTF32CuDNN()),
      fills_memory_(set_filling(at::globalContext(), false)) {
  // cuBLAS repeats itself only with a workspace of its own; read once, when CUDA starts.
  ::setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", /*overwrite=*/0);
  at::globalContext().setDeterministicAlgorithms(true, /*warn_only=*/true);
  at::globalContext().setDeterministicCuDNN(true);
  at::globalContext().setBenchmarkCuDNN(false);
  at::globalContext().setAllowTF32CuDNN(false);
}

ComputeScope::~ComputeScope() {
  at::globalContext().setDeterministicAlgorithms(deterministic_, warn_only_);
  at::globalContext().setDeterministicCuDNN(deterministic_cudnn_);
  at::globalContext().setBenchmarkCuDNN(benchmark_cudnn_);
  at::globalContext().setAllowTF32CuDNN(tf32_cudnn_);
  set_filling(at::globalContext(), fills_memory_);
}

}  // namespace decant::nn
