// What it takes to fill dropped cells without a network:
//
//     patches_bench --benchmark_filter=harmonic
//
// Cells of 16 × 16 pixels are dropped by chance from pictures of 224 × 224 × 3 and of 4 × 4 from
// 32 × 32 × 3; the argument is the percentage. The pictures are sums of waves with noise. Before
// the clock starts, `harmonic` is checked against its definition: every dropped pixel that is not
// cut off at 0 or 255 is the mean of its neighbours, up to their rounding.
#include <algorithm>
#include <benchmark/benchmark.h>
#include <cmath>

#include "decant/base/random.h"
#include "decant/patches/drop.h"
#include "decant/patches/fill.h"

namespace decant::patches {
namespace {

constexpr int kPictures = 8;

Image waves(int side, uint64_t number) {
  Image image;
  image.resize({side, side, 3});
  Random random(5, "waves", number);
  const double across = 0.2 * random.uniform();
  const double down = 0.2 * random.uniform();
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < 3 * side; ++x)
      image.row(y)[x] = static_cast<uint8_t>(120 + 70 * std::sin(across * (x / 3) + down * y + x % 3) + 20 * random.uniform());
  }
  return image;
}

PatchMask dropped_at_random(int side, int cells, int percent, uint64_t number) {
  const PatchGrid grid(side, side, {}, cells);
  std::vector<float> importance(static_cast<size_t>(grid.count()));
  Random random(6, "dropped", number);
  for (float& value : importance) value = static_cast<float>(random.uniform());
  return drop_least(grid, importance, cells_of(percent / 100.0, grid.count()));
}

/// Largest distance of a dropped value from the mean of its neighbours.
double worst_equation(const Image& image, const PatchMask& mask) {
  double worst = 0;
  const auto [width, height, channels] = image.size;
  for (int y = 0; y < height; ++y) {
    for (int i = 0; i < width * channels; ++i) {
      const int x = i / channels;
      if (mask.kept[static_cast<size_t>(mask.grid.cell_of(x, y))]) continue;
      double sum = 0;
      int count = 0;
      const auto add = [&](bool inside, int dx, int dy) {
        if (!inside) return;
        sum += image.view().row(y + dy)[i + dx * channels];
        ++count;
      };
      add(x > 0, -1, 0);
      add(x + 1 < width, 1, 0);
      add(y > 0, 0, -1);
      add(y + 1 < height, 0, 1);
      worst = std::max(worst, std::abs(image.view().row(y)[i] - sum / count));
    }
  }
  return worst;
}

void fill_with(benchmark::State& state, const char* name, int side, int cells) {
  std::vector<Image> stored;
  std::vector<PatchMask> masks;
  for (uint64_t i = 0; i < kPictures; ++i) {
    stored.push_back(waves(side, i));
    masks.push_back(dropped_at_random(side, cells, static_cast<int>(state.range(0)), i));
    flatten_dropped(stored.back(), masks.back());
  }
  const auto filler = make_filler(name);
  std::vector<Image> filled = stored;
  std::vector<Filling> fillings;
  for (size_t i = 0; i < filled.size(); ++i) fillings.push_back({&filled[i], &masks[i]});
  filler->fill(fillings);
  for (size_t i = 0; i < filled.size(); ++i) {
    if (std::string(name) == "harmonic" && worst_equation(filled[i], masks[i]) > 1.1) return state.SkipWithError("not harmonic");
  }
  for ([[maybe_unused]] const auto each : state) {
    state.PauseTiming();
    for (size_t i = 0; i < filled.size(); ++i) filled[i].pixels = stored[i].pixels;
    state.ResumeTiming();
    filler->fill(fillings);
  }
  state.SetItemsProcessed(state.iterations() * kPictures);
}

BENCHMARK_CAPTURE(fill_with, harmonic_224, "harmonic", 224, 14)->Arg(25)->Arg(50)->Arg(75)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(fill_with, smooth_224, "smooth", 224, 14)->Arg(25)->Arg(50)->Arg(75)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(fill_with, harmonic_32, "harmonic", 32, 8)->Arg(25)->Arg(50)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(fill_with, smooth_32, "smooth", 32, 8)->Arg(25)->Arg(50)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace decant::patches

BENCHMARK_MAIN();
