// Packed pictures against PNG by libspng, of the same 2,000 pictures of CIFAR-10: a random one, all
// in order, and encoding. Bytes per picture are a counter. DECANT_CIFAR10 names the folder; without
// it the measurement is skipped. Every picture is compared with the original before the clock
// starts.
#include <algorithm>
#include <benchmark/benchmark.h>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <numeric>
#include <unistd.h>
#include <vector>

#include "decant/base/random.h"
#include "decant/formats/cifar/cifar.h"
#include "decant/formats/image/codec.h"
#include "decant/formats/packed/packed.h"

namespace decant {
namespace {

constexpr int64_t kPictures = 2000;
constexpr Context kOneThread = {.threads = 1};

std::vector<int64_t> every_row(int64_t count) {
  std::vector<int64_t> rows(static_cast<size_t>(count));
  std::iota(rows.begin(), rows.end(), int64_t{0});
  return rows;
}

/// The same pictures three times: as pixels, as PNG, packed.
struct Sample {
  std::vector<Image> pixels;
  std::vector<std::vector<std::byte>> png;
  std::filesystem::path folder;
  Dataset packed;

  ~Sample() { std::filesystem::remove_all(folder); }
};

std::unique_ptr<Sample> make_sample(const Dataset& source) {
  auto sample = std::make_unique<Sample>();
  sample->folder = std::filesystem::temp_directory_path() / ("packed_bench." + std::to_string(getpid()));
  std::filesystem::create_directories(sample->folder);
  write_packed(source.train(), every_row(kPictures), source.classes, sample->folder / "train.packed");
  sample->packed = open_packed(sample->folder);
  sample->pixels.resize(kPictures);
  sample->png.resize(kPictures);
  for (size_t row = 0; row < kPictures; ++row) {
    source.train().pictures()->decode(static_cast<int64_t>(row), sample->pixels[row]);
    encode_png(sample->pixels[row].view(), sample->png[row]);
  }
  return sample;
}

bool holds_the_originals(const Sample& sample) {
  Image image;
  for (size_t row = 0; row < kPictures; ++row) {
    sample.packed.train().pictures()->decode(static_cast<int64_t>(row), image);
    if (image.pixels != sample.pixels[row].pixels) return false;
    decode_image(sample.png[row], "png", image);
    if (image.pixels != sample.pixels[row].pixels) return false;
  }
  return true;
}

/// Null where there is nothing to measure, or a picture differs.
const Sample* sample_of(benchmark::State& state) {
  const char* const folder = std::getenv("DECANT_CIFAR10");
  if (folder == nullptr) return state.SkipWithError("DECANT_CIFAR10 is not set"), nullptr;
  static const std::unique_ptr<Sample> sample = make_sample(open_cifar(folder));
  static const bool right = holds_the_originals(*sample);
  if (!right) return state.SkipWithError("a picture differs from the original"), nullptr;
  return sample.get();
}

int64_t png_bytes(const Sample& sample) {
  int64_t sum = 0;
  for (const auto& file : sample.png) sum += std::ssize(file);
  return sum;
}

void count(benchmark::State& state, int64_t bytes, int64_t pictures_each) {
  state.SetItemsProcessed(state.iterations() * pictures_each);
  state.counters["bytes_per_picture"] = static_cast<double>(bytes) / kPictures;
}

/// In the order of a shuffle that both share.
template <class Decode>
void random_row(benchmark::State& state, int64_t bytes, Decode&& decode) {
  const std::vector<int64_t> order = Random(1, "packed_bench").permutation(kPictures);
  Image image;
  size_t next = 0;
  for (auto _ : state) {
    decode(order[next++ % order.size()], image);
    benchmark::DoNotOptimize(image.pixels.data());
  }
  count(state, bytes, 1);
}

void packed_random_row(benchmark::State& state) {
  const Sample* const sample = sample_of(state);
  if (sample == nullptr) return;
  const Rows& rows = sample->packed.train();
  random_row(state, rows.stored_bytes(), [&](int64_t row, Image& image) { rows.pictures()->decode(row, image); });
}
BENCHMARK(packed_random_row)->Unit(benchmark::kMicrosecond);

void packed_random_row_png(benchmark::State& state) {
  const Sample* const sample = sample_of(state);
  if (sample == nullptr) return;
  random_row(state, png_bytes(*sample),
             [&](int64_t row, Image& image) { decode_image(sample->png[static_cast<size_t>(row)], "png", image); });
}
BENCHMARK(packed_random_row_png)->Unit(benchmark::kMicrosecond);

void packed_decode_all(benchmark::State& state) {
  const Sample* const sample = sample_of(state);
  if (sample == nullptr) return;
  Image image;
  for (auto _ : state) {
    for (int64_t row = 0; row < kPictures; ++row) {
      sample->packed.train().pictures()->decode(row, image);
      benchmark::DoNotOptimize(image.pixels.data());
    }
  }
  count(state, sample->packed.train().stored_bytes(), kPictures);
}
BENCHMARK(packed_decode_all)->Unit(benchmark::kMillisecond);

void packed_decode_all_png(benchmark::State& state) {
  const Sample* const sample = sample_of(state);
  if (sample == nullptr) return;
  Image image;
  for (auto _ : state) {
    for (const auto& file : sample->png) {
      decode_image(file, "png", image);
      benchmark::DoNotOptimize(image.pixels.data());
    }
  }
  count(state, png_bytes(*sample), kPictures);
}
BENCHMARK(packed_decode_all_png)->Unit(benchmark::kMillisecond);

/// Learning included: about a second, however many pictures follow.
void packed_encode(benchmark::State& state) {
  const Sample* const sample = sample_of(state);
  if (sample == nullptr) return;
  const Dataset source = open_cifar(std::getenv("DECANT_CIFAR10"));
  const std::vector<int64_t> rows = every_row(kPictures);
  int64_t bytes = 0;
  for (auto _ : state) bytes = write_packed(source.train(), rows, {}, sample->folder / "again.packed", kOneThread);
  count(state, bytes, kPictures);
}
BENCHMARK(packed_encode)->Unit(benchmark::kMillisecond);

void packed_encode_png(benchmark::State& state) {
  const Sample* const sample = sample_of(state);
  if (sample == nullptr) return;
  std::vector<std::byte> out;
  for (auto _ : state) {
    for (const Image& image : sample->pixels) {
      encode_png(image.view(), out);
      benchmark::DoNotOptimize(out.data());
    }
  }
  count(state, png_bytes(*sample), kPictures);
}
BENCHMARK(packed_encode_png)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace decant
