// Reading all of CIFAR-10's training records as interleaved pixels, against a plain copy of the
// same bytes. DECANT_CIFAR10 names the folder; without it the measurement is skipped. The answer is
// compared with a naive decoder's before the clock starts.
#include <benchmark/benchmark.h>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "decant/base/digest.h"
#include "decant/formats/cifar/cifar.h"

namespace decant {
namespace {

std::optional<Dataset> open(benchmark::State& state) {
  const char* folder = std::getenv("DECANT_CIFAR10");
  if (folder != nullptr) return open_cifar(folder);
  state.SkipWithError("DECANT_CIFAR10 is not set");
  return std::nullopt;
}

/// As the format is described: pixel i has its red at 1 + i, its green 1,024 further, its blue
/// 2,048 further.
std::vector<uint8_t> naive(Bytes record) {
  std::vector<uint8_t> pixels;
  for (size_t i = 0; i < 1024; ++i) {
    for (size_t plane = 0; plane < 3; ++plane) pixels.push_back(std::to_integer<uint8_t>(record[1 + 1024 * plane + i]));
  }
  return pixels;
}

bool answers_agree(const Rows& rows) {
  Digest ours;
  Digest reference;
  Image image;
  std::vector<std::byte> scratch;
  for (int64_t row = 0; row < rows.size(); ++row) {
    rows.pictures()->decode(row, image);
    ours.add(std::as_bytes(std::span(image.pixels)));
    const std::vector<uint8_t> expected = naive(rows.bytes(row, scratch));
    reference.add(std::as_bytes(std::span(expected)));
  }
  return ours.hex() == reference.hex();
}

void cifar_decode(benchmark::State& state) {
  const auto dataset = open(state);
  if (!dataset) return;
  const Rows& rows = dataset->train();
  if (!answers_agree(rows)) return state.SkipWithError("the pixels differ from the naive decoder's");
  Image image;
  for (auto _ : state) {
    for (int64_t row = 0; row < rows.size(); ++row) {
      rows.pictures()->decode(row, image);
      benchmark::DoNotOptimize(image.pixels.data());
      benchmark::ClobberMemory();
    }
  }
  state.SetBytesProcessed(state.iterations() * rows.stored_bytes());
}
BENCHMARK(cifar_decode)->Unit(benchmark::kMillisecond);

void cifar_copy(benchmark::State& state) {
  const auto dataset = open(state);
  if (!dataset) return;
  const Rows& rows = dataset->train();
  std::vector<std::byte> copy(3073);
  std::vector<std::byte> scratch;
  for (auto _ : state) {
    for (int64_t row = 0; row < rows.size(); ++row) {
      std::memcpy(copy.data(), rows.bytes(row, scratch).data(), copy.size());
      benchmark::DoNotOptimize(copy.data());
      benchmark::ClobberMemory();
    }
  }
  state.SetBytesProcessed(state.iterations() * rows.stored_bytes());
}
BENCHMARK(cifar_copy)->Unit(benchmark::kMillisecond);

/// The whole way: open, check every label, decode every record once.
void cifar_open_and_decode(benchmark::State& state) {
  if (!open(state)) return;
  Image image;
  int64_t bytes = 0;
  for (auto _ : state) {
    const Dataset dataset = open_cifar(std::getenv("DECANT_CIFAR10"));
    for (int64_t row = 0; row < dataset.train().size(); ++row) {
      dataset.train().pictures()->decode(row, image);
      benchmark::DoNotOptimize(image.pixels.data());
      benchmark::ClobberMemory();
    }
    bytes = dataset.train().stored_bytes();
  }
  state.SetBytesProcessed(state.iterations() * bytes);
}
BENCHMARK(cifar_open_and_decode)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace decant
