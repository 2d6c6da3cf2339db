// Opening 50,000 pictures in ten classes. The folder is made once, in the temporary folder, and
// removed at the end.
#include <benchmark/benchmark.h>
#include <filesystem>
#include <fstream>

#include "decant/formats/imagefolder/imagefolder.h"

namespace {

using namespace decant;
namespace fs = std::filesystem;

struct Pictures {
  fs::path path = fs::temp_directory_path() / "decant_imagefolder_bench";
  Pictures() {
    for (int i = 0; i < 50000; ++i) {
      const fs::path folder = path / "train" / ("n0" + std::to_string(1440764 + i % 10));
      if (i < 10) fs::create_directories(folder);
      std::ofstream(folder / ("n01440764_" + std::to_string(i * 7919 % 50021) + ".JPEG")) << "x";
    }
  }
  ~Pictures() { fs::remove_all(path); }
};

const Pictures& made() {
  static const Pictures pictures;
  return pictures;
}

void open_50000(benchmark::State& state) {
  const Pictures& pictures = made();
  for (auto _ : state) {
    const Dataset dataset = open_imagefolder(pictures.path, {});
    if (dataset.train().size() != 50000) return state.SkipWithError("rows are missing");
  }
}

void open_and_measure_50000(benchmark::State& state) {
  const Pictures& pictures = made();
  for (auto _ : state) benchmark::DoNotOptimize(open_imagefolder(pictures.path, {}).train().stored_bytes());
}

BENCHMARK(open_50000)->Unit(benchmark::kMillisecond);
BENCHMARK(open_and_measure_50000)->Unit(benchmark::kMillisecond);

}  // namespace
