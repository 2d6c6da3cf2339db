// What filling by a masked autoencoder is worth, next to the other ways, and what it takes:
//
//     export DECANT_FILL_WEIGHTS=mae.safetensors DECANT_FILL_DATA=cifar
//     patches_torch_bench --benchmark_filter=fill
//     fill/N          N % of the cells dropped
//
// Of the first 2000 held-out pictures cells are dropped by chance, on a grid of 8 × 8; dropped
// cells have their mean colour, as decant stores them. Counters are peak signal-to-noise ratios of
// the dropped pixels in dB, −10 log₁₀ of their mean squared error with pixels in [0, 1]: as stored,
// gray, harmonic and by the network, and of the latter two with every cell shifted to its stored
// mean. Time is the network's, on one thread; items are pictures.
#include <algorithm>
#include <benchmark/benchmark.h>
#include <cmath>
#include <cstdlib>

#include "decant/base/random.h"
#include "decant/formats/open.h"
#include "decant/patches/drop.h"
#include "decant/patches/fill_mae.h"

namespace decant::patches {
namespace {

constexpr int kCells = 8;

/// Squared error of the pixels that were dropped, and how many values they have.
class DroppedError {
 public:
  void add(const Image& filled, const Image& original, const PatchMask& mask) {
    for (int cell = 0; cell < mask.grid.count(); ++cell) {
      if (!mask.kept[static_cast<size_t>(cell)]) add_cell(filled, original, mask.grid.pixels(cell));
    }
  }
  double psnr() const { return 10 * std::log10(255.0 * 255.0 * static_cast<double>(count_) / squares_); }

 private:
  void add_cell(const Image& filled, const Image& original, const PatchRect& cell) {
    const int channels = original.size.channels;
    for (int y = cell.top; y < cell.bottom; ++y) {
      const int64_t line = int64_t{y} * original.size.width * channels;
      for (int64_t at = line + int64_t{cell.left} * channels; at < line + int64_t{cell.right} * channels; ++at) {
        const double gap = filled.pixels[static_cast<size_t>(at)] - original.pixels[static_cast<size_t>(at)];
        squares_ += gap * gap;
        ++count_;
      }
    }
  }

  double squares_ = 0;
  int64_t count_ = 0;
};

PatchMask random_mask_of(const ImageSize& size, double share, uint64_t number) {
  const PatchGrid grid(size.width, size.height, {}, kCells);
  std::vector<float> importance;
  Random random(1, "dropped", number);
  for (int cell = 0; cell < grid.count(); ++cell) importance.push_back(static_cast<float>(random.uniform()));
  return drop_least(grid, importance, cells_of(share, grid.count()));
}

/// Each dropped cell of `filled`, shifted to the mean that it has in `stored`.
void restore_means(Image& filled, const Image& stored, const PatchMask& mask) {
  const int channels = filled.size.channels;
  for (int cell = 0; cell < mask.grid.count(); ++cell) {
    if (mask.kept[static_cast<size_t>(cell)]) continue;
    const PatchRect at = mask.grid.pixels(cell);
    for (int channel = 0; channel < channels; ++channel) {
      double gap = 0;
      const auto each = [&](auto&& use) {
        for (int y = at.top; y < at.bottom; ++y) {
          for (int x = at.left; x < at.right; ++x) use((int64_t{y} * filled.size.width + x) * channels + channel);
        }
      };
      each([&](int64_t i) { gap += stored.pixels[static_cast<size_t>(i)] - filled.pixels[static_cast<size_t>(i)]; });
      const double shift = gap / (at.width() * at.height());
      each([&](int64_t i) {
        uint8_t& value = filled.pixels[static_cast<size_t>(i)];
        value = static_cast<uint8_t>(std::clamp(std::floor(value + shift + 0.5), 0.0, 255.0));
      });
    }
  }
}

/// The pictures with some cells dropped, as they are stored.
struct DroppedPictures {
  DroppedPictures(const Rows& rows, int64_t count, double share) : originals(static_cast<size_t>(count)) {
    for (size_t i = 0; i < originals.size(); ++i) {
      rows.pictures()->decode(static_cast<int64_t>(i), originals[i]);
      masks.push_back(random_mask_of(originals[i].size, share, i));
      stored.push_back(originals[i]);
      flatten_dropped(stored.back(), masks.back());
    }
  }

  double psnr_of(const Filler& filler, bool means) const {
    std::vector<Image> filled = stored;
    std::vector<Filling> fillings;
    for (size_t i = 0; i < filled.size(); ++i) fillings.push_back({&filled[i], &masks[i]});
    filler.fill(fillings);
    DroppedError error;
    for (size_t i = 0; i < filled.size(); ++i) {
      if (means) restore_means(filled[i], stored[i], masks[i]);
      error.add(filled[i], originals[i], masks[i]);
    }
    return error.psnr();
  }

  std::vector<Image> originals;
  std::vector<Image> stored;
  std::vector<PatchMask> masks;
};

void fill(benchmark::State& state) {
  constexpr int64_t kMost = 2000;
  const char* weights = std::getenv("DECANT_FILL_WEIGHTS");
  const char* data = std::getenv("DECANT_FILL_DATA");
  if (weights == nullptr || data == nullptr) return state.SkipWithError("set DECANT_FILL_WEIGHTS and DECANT_FILL_DATA");
  const Dataset dataset = open_dataset(data, {}, {});
  const Rows& rows = dataset.held_out() != nullptr ? *dataset.held_out() : dataset.train();
  const DroppedPictures pictures(rows, std::min(kMost, rows.size()), static_cast<double>(state.range(0)) / 100);
  const auto network = open_mae_fill({.weights = weights, .keep_means = false});
  for (const char* name : {"stored", "gray", "harmonic"}) state.counters[name] = pictures.psnr_of(*make_filler(name), false);
  state.counters["harmonic_mean"] = pictures.psnr_of(*make_filler("harmonic"), true);
  state.counters["mae_mean"] = pictures.psnr_of(*network, true);
  for ([[maybe_unused]] const auto each : state) state.counters["mae"] = pictures.psnr_of(*network, false);
  state.SetItemsProcessed(state.iterations() * std::ssize(pictures.originals));
}
BENCHMARK(fill)->Arg(25)->Arg(50)->Arg(75)->Iterations(1)->Unit(benchmark::kSecond);

}  // namespace
}  // namespace decant::patches
