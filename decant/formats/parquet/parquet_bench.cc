// Parquet files of pictures on one thread, the files in memory: every picture hashed, random rows,
// a fifth of the rows written; and on eight threads the memory of random rows. DECANT_PARQUET names
// the set.
#include <algorithm>
#include <atomic>
#include <benchmark/benchmark.h>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <thread>
#include <unistd.h>

#include "decant/base/digest.h"
#include "decant/base/parallel.h"
#include "decant/base/random.h"
#include "decant/formats/parquet/file.h"
#include "decant/formats/parquet/parquet.h"
#include "decant/formats/parquet/which_files.h"

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
    state.PauseTiming();
    fs::remove_all(folder);
    fs::create_directories(folder);
    state.ResumeTiming();
    written = dataset.writer->write(kept, folder, {.threads = 1});
  }
  fs::remove_all(folder);
  state.counters["written"] = static_cast<double>(written);
}

/// Every second row, on one thread and on all by turns: the shortest time of each, and whether the
/// bytes are the same.
void write_parquet_on_threads(benchmark::State& state) {
  const Dataset dataset = open_named(state);
  if (dataset.splits.empty()) return;
  std::vector<int64_t> kept;
  for (int64_t row = 0; row < dataset.train().size(); row += 2) kept.push_back(row);
  const fs::path folder = fs::temp_directory_path() / ("decant_parquet_bench_" + std::to_string(getpid()));
  double seconds[2] = {1e9, 1e9};
  uint64_t digests[2] = {};
  for (auto _ : state) {
    for (const int all : {0, 1}) {
      fs::remove_all(folder);
      fs::create_directories(folder);
      const auto begin = std::chrono::steady_clock::now();
      dataset.writer->write(kept, folder, {.threads = all == 0 ? 1 : 0});
      seconds[all] = std::min(seconds[all], std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
      digests[all] = hash64(read_text(fs::directory_iterator(folder)->path()));
    }
    if (digests[0] != digests[1]) return state.SkipWithError("other bytes on several threads");
  }
  fs::remove_all(folder);
  state.counters["threads"] = std::thread::hardware_concurrency();
  state.counters["times_as_fast"] = seconds[0] / seconds[1];
}

/// Memory of this process that is no file's, in bytes.
int64_t anonymous_memory() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    if (word != "RssAnon:") continue;
    int64_t kilobytes = 0;
    status >> kilobytes;
    return kilobytes * 1024;
  }
  return 0;
}

/// The most that `action` holds at once, looked at every millisecond.
template <class Action>
int64_t most_memory(Action&& action) {
  std::atomic<bool> ended{false};
  int64_t most = 0;
  std::thread watcher([&] {
    while (!ended) {
      most = std::max(most, anonymous_memory());
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  });
  action();
  ended = true;
  watcher.join();
  return most;
}

int64_t largest_page(const std::string& folder) {
  const parquet::WhichFiles found = parquet::find_parquet_files(folder);
  int64_t largest = 0;
  for (const std::string& name : found.names.at(Split::train)) {
    const parquet::ParquetFile file(found.base / name, name, std::make_shared<parquet::PageCache>());
    for (int group = 0; group < static_cast<int>(file.footer().groups.size()); ++group) {
      for (int column = 0; column < file.footer().column_count(); ++column) {
        const auto pages = file.pages(group, column);
        std::vector<parquet::PagePlace> places = pages->data;
        if (pages->dictionary) places.push_back(*pages->dictionary);
        for (const parquet::PagePlace& place : places) {
          const Bytes page = file.bytes().subspan(static_cast<size_t>(place.begin), static_cast<size_t>(place.size));
          largest = std::max(largest, parquet::read_page_header(page, {name, "a page"}).unpacked);
        }
      }
    }
  }
  return largest;
}

/// Rows in any order by eight threads: what is held besides the mapped files.
void memory_of_parquet_rows(benchmark::State& state) {
  constexpr int kThreads = 8;
  constexpr int64_t kReads = 2'000;
  int64_t most = 0;
  for (auto _ : state) {
    const int64_t before = anonymous_memory();
    const Dataset dataset = open_named(state);
    if (dataset.splits.empty()) return;
    const Rows& rows = dataset.train();
    const auto read = [&] {
      parallel_for({.threads = kThreads}, kReads, 50, [&](int64_t begin, int64_t end) {
        std::vector<std::byte> scratch;
        Random random(1, "bench", static_cast<uint64_t>(begin));
        for (int64_t i = begin; i < end; ++i)
          benchmark::DoNotOptimize(
              hash64(as_text(rows.bytes(static_cast<int64_t>(random.below(static_cast<uint64_t>(rows.size()))), scratch))));
      });
    };
    most = std::max(most, most_memory(read) - before);
  }
  state.counters["most_memory"] = static_cast<double>(most);
  state.counters["largest_page"] = static_cast<double>(largest_page(std::getenv("DECANT_PARQUET")));
}

BENCHMARK(scan_parquet)->Unit(benchmark::kMillisecond);
BENCHMARK(random_parquet_rows)->Unit(benchmark::kMillisecond);
BENCHMARK(write_parquet_fifth)->Unit(benchmark::kMillisecond);
BENCHMARK(write_parquet_on_threads)->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(5);
BENCHMARK(memory_of_parquet_rows)->Unit(benchmark::kMillisecond)->Iterations(1);

}  // namespace
