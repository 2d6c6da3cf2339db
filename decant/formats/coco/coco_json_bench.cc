// A large COCO json, opened into rows and objects, and written: the one that bench/coco_json.py
// makes in the folder DECANT_COCO_JSON.
#include <benchmark/benchmark.h>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "decant/formats/coco/coco_json.h"
#include "decant/formats/coco/coco_writer.h"
#include "decant/formats/open.h"

namespace {

using namespace decant;

std::string json_path(benchmark::State& state) {
  const char* const folder = std::getenv("DECANT_COCO_JSON");
  if (folder == nullptr) state.SkipWithError("DECANT_COCO_JSON names no folder");
  return folder == nullptr ? "" : std::string(folder) + "/labels.json";
}

/// The most memory that the process had so far, in megabytes; Linux.
double peak_megabytes() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    double kilobytes = 0;
    if (word == "VmHWM:" && status >> kilobytes) return kilobytes * 1024 / 1e6;
  }
  return 0;
}

/// To be run first: the peak is the process's.
void open_coco_json(benchmark::State& state) {
  const std::string path = json_path(state);
  if (path.empty()) return;
  int64_t total = 0;
  for (auto _ : state) {
    const Dataset dataset = open_dataset(path, {}, {.threads = 1});
    total = 0;
    std::vector<ClassCount> counts;
    for (int64_t row = 0; row < dataset.train().size(); ++row) {
      dataset.train().targets()->counts(row, counts);
      for (const ClassCount& entry : counts) total += (entry.label + 1) * entry.count;
    }
  }
  state.counters["answer"] = static_cast<double>(total);  // what coco_json.py counts, too
  state.counters["megabytes_over_file"] = peak_megabytes() - static_cast<double>(std::filesystem::file_size(path)) / 1e6;
}

/// Every `step`-th image.
void write_some(benchmark::State& state, int64_t step) {
  const std::string path = json_path(state);
  if (path.empty()) return;
  const coco::CocoJson json = coco::read_coco_json(path, {.threads = 1});
  std::vector<int64_t> rows;
  for (int64_t row = 0; row < std::ssize(json.images); row += step) rows.push_back(row);
  const std::string out = path + ".written";
  for (auto _ : state) coco::write_elements(json, rows, out);
  state.counters["megabytes_over_file"] = peak_megabytes() - static_cast<double>(json.text().size()) / 1e6;
  const MappedFile written(out);
  if (step == 1 && as_text(written.bytes()) != json.text()) state.SkipWithError("all rows do not give the same json");
  std::filesystem::remove(out);
}

void write_a_tenth(benchmark::State& state) {
  write_some(state, 10);
}

void write_all(benchmark::State& state) {
  write_some(state, 1);
}

BENCHMARK(open_coco_json)->Unit(benchmark::kMillisecond);
BENCHMARK(write_a_tenth)->Unit(benchmark::kMillisecond);
BENCHMARK(write_all)->Unit(benchmark::kMillisecond);

}  // namespace
