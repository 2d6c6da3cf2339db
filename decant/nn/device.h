// Where tensors live and how many threads compute.
#pragma once

#include <c10/core/Device.h>
#include <string>

#include "decant/base/context.h"
#include "decant/kernels/gemm.h"

namespace decant::nn {

/// "cpu", "cuda" (the first one) or "cuda:1". Throws InputError for another word, or when this
/// machine or this libtorch has no such device.
at::Device device_named(const std::string& name);

/// Sets how many threads libtorch, and BLAS under it, use for work started from this thread;
/// libtorch's number before comes back at the end.
class ThreadCount {
 public:
  explicit ThreadCount(int threads);
  ~ThreadCount();
  ThreadCount(const ThreadCount&) = delete;
  ThreadCount& operator=(const ThreadCount&) = delete;

 private:
  BlasThreads blas_;
  int before_;
};

/// Sets libtorch up for one computation, and everything back at the end of the object's life: as
/// many threads as the context says, and operations whose result repeats wherever libtorch has
/// such, convolutions on CUDA in whole float32 (libtorch's default there, TF32, keeps ten bits of
/// each factor). These are settings of the whole process: one scope at a time.
///
/// What repeats: on a CPU, with one libtorch and one thread count, the same computation gives the
/// same bits. What does not: another thread count, processor or libtorch adds up in another order,
/// and results differ in the last digits; and on CUDA the gradient of max-pooling adds in the order
/// that threads arrive in (libtorch has no other), so training there repeats only nearly.
class ComputeScope {
 public:
  explicit ComputeScope(const Context& context);
  ~ComputeScope();
  ComputeScope(const ComputeScope&) = delete;
  ComputeScope& operator=(const ComputeScope&) = delete;

 private:
  ThreadCount threads_;
  bool deterministic_;
  bool warn_only_;
  bool deterministic_cudnn_;
  bool benchmark_cudnn_;
  bool tf32_cudnn_;
  bool fills_memory_;
};

}  // namespace decant::nn
