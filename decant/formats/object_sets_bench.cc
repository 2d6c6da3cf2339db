// Sets of pictures with objects or masks, opened: every annotation read and counted. The sets are
// those that bench/object_sets.py makes in the folder DECANT_OBJECT_SETS.
#include <benchmark/benchmark.h>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "decant/formats/open.h"

namespace {

using namespace decant;

void open_object_set(benchmark::State& state, const char* name) {
  const char* const sets = std::getenv("DECANT_OBJECT_SETS");
  if (sets == nullptr) return state.SkipWithError("DECANT_OBJECT_SETS names no folder");
  const std::string path = std::string(sets) + "/" + name;
  int64_t total = 0;
  for (auto _ : state) {
    const Dataset dataset = open_dataset(path, {}, {.threads = 1});
    std::vector<ClassCount> counts;
    total = 0;
    for (int64_t row = 0; row < dataset.train().size(); ++row) {
      dataset.train().targets()->counts(row, counts);
      for (const ClassCount& entry : counts) total += (entry.label + 1) * entry.count;
    }
  }
  state.counters["answer"] = static_cast<double>(total);  // what object_sets.py counts, too
}

BENCHMARK_CAPTURE(open_object_set, yolo, "yolo")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(open_object_set, voc, "voc")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(open_object_set, masks, "masks")->Unit(benchmark::kMillisecond);

}  // namespace
