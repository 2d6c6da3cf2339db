// Opening a set of shards and reading every sample once (one byte of each cache line), one thread,
// the files in memory. DECANT_SHARDS names the set.
#include <benchmark/benchmark.h>
#include <cstdlib>

#include "decant/formats/webdataset/webdataset.h"

namespace {

using namespace decant;

/// Brings every line of 64 bytes to the core, and costs nothing else.
uint64_t lines_of(Bytes bytes) {
  uint64_t sum = 0;
  for (size_t at = 0; at < bytes.size(); at += 64) sum += std::to_integer<uint64_t>(bytes[at]);
  return sum;
}

void read_shards(benchmark::State& state) {
  const char* spec = std::getenv("DECANT_SHARDS");
  if (spec == nullptr) return state.SkipWithError("DECANT_SHARDS names no shards");
  std::vector<std::byte> scratch;
  int64_t bytes = 0;
  int64_t rows = 0;
  for (auto _ : state) {
    const Dataset dataset = open_webdataset(spec, {.threads = 1});
    uint64_t sum = 0;
    for (rows = 0; rows < dataset.train().size(); ++rows) {
      const Bytes sample = dataset.train().bytes(rows, scratch);
      sum += lines_of(sample);
      bytes += static_cast<int64_t>(sample.size());
    }
    benchmark::DoNotOptimize(sum);
  }
  state.SetBytesProcessed(bytes);
  state.counters["rows"] = static_cast<double>(rows);
  state.counters["sample_bytes"] = static_cast<double>(bytes) / static_cast<double>(state.iterations());
}

BENCHMARK(read_shards)->Unit(benchmark::kMillisecond);

}  // namespace
