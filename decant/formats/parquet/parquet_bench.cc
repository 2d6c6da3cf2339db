// Parquet files of pictures on one thread, the files in memory: every picture hashed, random rows,
// a fifth of the rows written. DECANT_PARQUET names the set.
#include <benchmark/benchmark.h>
#include <cstdlib>
#include <unistd.h>

#include "decant/base/digest.h"
#include "decant/base/random.h"
#include "decant/formats/parquet/parquet.h"

namespace {

using namespace decant;
namespace fs = std::filesystem;

Dataset open_named(benchmark::State& state) {
  const char* spec = std::getenv("DECANT_PARQUET");
  if (spec == nullptr) {
    state.SkipWithError("DECANT_PARQUET names no files");
    return {};
  }
  return open_parquet(spec, {}, {.threads = 1});
}

void scan_parquet(benchmark::State& state) {
  std::vector<std::byte> scratch;
  int64_t bytes = 0;
  for (auto _ : state) {
    const Dataset dataset = open_named(state);
    if (dataset.splits.empty()) return;
    uint64_t sum = 0;
    for (int64_t row = 0; row < dataset.train().size(); ++row) {
      const Bytes picture = dataset.train().bytes(row, scratch);
      sum ^= hash64(as_text(picture));
      bytes += std::ssize(picture);
    }
    benchmark::DoNotOptimize(sum);
  }
  state.counters["picture_bytes"] = static_cast<double>(bytes) / static_cast<double>(state.iterations());
}

void random_parquet_rows(benchmark::State& state) {
  const Dataset dataset = open_named(state);
  if (dataset.splits.empty()) return;
  const Rows& rows = dataset.train();
  std::vector<std::byte> scratch;
  for (int64_t row = 0; row < rows.size(); row += 50) rows.bytes(row, scratch);  // the places of pages become known
  Random random(1, "bench", 0);
  uint64_t sum = 0;
  for (auto _ : state) sum ^= hash64(as_text(rows.bytes(static_cast<int64_t>(random.below(static_cast<uint64_t>(rows.size()))), scratch)));
  benchmark::DoNotOptimize(sum);
}

void write_parquet_fifth(benchmark::State& state) {
  const Dataset dataset = open_named(state);
  if (dataset.splits.empty()) return;
  std::vector<int64_t> kept;
  for (int64_t row = 0; row < dataset.train().size(); row += 5) kept.push_back(row);
  const fs::path folder = fs::temp_directory_path() / ("decant_parquet_bench_" + std::to_string(getpid()));
  int64_t written = 0;
  for (auto _ : state) {
    fs::remove_all(folder);
    fs::create_directories(folder);
    written = dataset.writer->write(kept, folder, {.threads = 1});
  }
  fs::remove_all(folder);
  state.counters["written"] = static_cast<double>(written);
}

BENCHMARK(scan_parquet)->Unit(benchmark::kMillisecond);
BENCHMARK(random_parquet_rows)->Unit(benchmark::kMillisecond);
BENCHMARK(write_parquet_fifth)->Unit(benchmark::kMillisecond);

}  // namespace
