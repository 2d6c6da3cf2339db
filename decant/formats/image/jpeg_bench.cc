// Decoding real JPEGs, one thread, against TurboJPEG's own loop over the same bytes with the same
// settings (accurate DCT, smooth upsampling, into RGB). TurboJPEG is opened at run time: only this
// benchmark wants it.
//
// DECANT_JPEGS names an ImageFolder of them; without it nothing is measured.
#include <benchmark/benchmark.h>
#include <cstdlib>
#include <dlfcn.h>

#include "decant/base/errors.h"
#include "decant/formats/image/codec.h"
#include "decant/formats/imagefolder/imagefolder.h"

namespace {

using namespace decant;

std::vector<std::vector<std::byte>> load() {
  std::vector<std::vector<std::byte>> files;
  const char* folder = std::getenv("DECANT_JPEGS");
  if (folder == nullptr) return files;
  const Dataset dataset = open_imagefolder(folder, {});
  for (int64_t row = 0; row < dataset.train().size(); ++row) dataset.train().bytes(row, files.emplace_back());
  return files;
}

const std::vector<std::vector<std::byte>>& files() {
  static const auto loaded = load();
  return loaded;
}

/// The three functions of turbojpeg.h that are used, as it declares them.
struct TurboJpeg {
  using Handle = void*;
  Handle (*init)() = nullptr;
  int (*decompress)(Handle, const unsigned char*, unsigned long, unsigned char*, int, int, int, int, int) = nullptr;
  Handle handle = nullptr;

  TurboJpeg() {
    void* library = ::dlopen("libturbojpeg.so.0", RTLD_NOW);
    if (library == nullptr) return;
    init = reinterpret_cast<decltype(init)>(::dlsym(library, "tjInitDecompress"));
    decompress = reinterpret_cast<decltype(decompress)>(::dlsym(library, "tjDecompress2"));
    if (init != nullptr && decompress != nullptr) handle = init();
  }

  void decode(Bytes bytes, const ImageSize& size, Image& image) const {
    constexpr int kAccurateDct = 4096;  // TJFLAG_ACCURATEDCT
    image.resize(size);
    const int format = size.channels == 1 ? 6 : 0;  // TJPF_GRAY, TJPF_RGB
    decompress(handle, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), image.pixels.data(), size.width, 0, size.height,
               format, kAccurateDct);
  }
};

template <class Decode>
void measure(benchmark::State& state, Decode&& decode) {
  if (files().empty()) return state.SkipWithError("DECANT_JPEGS names no pictures");
  Image image;
  int64_t pixels = 0;
  for (auto _ : state) {
    for (const auto& file : files()) {
      decode(file, image);
      pixels += int64_t{image.size.width} * image.size.height;
      benchmark::DoNotOptimize(image.pixels.data());
    }
  }
  state.SetItemsProcessed(pixels);
}

void decode_jpeg(benchmark::State& state) {
  measure(state, [](Bytes file, Image& image) { decode_image(file, "", image); });
}

void decode_jpeg_turbojpeg(benchmark::State& state) {
  const TurboJpeg turbo;
  if (turbo.handle == nullptr) return state.SkipWithError("libturbojpeg.so.0 is not here");
  std::vector<ImageSize> sizes;
  Image ours;
  Image theirs;
  for (const auto& file : files()) {  // the answer first, then the time
    decode_image(file, "", ours);
    sizes.push_back(ours.size);
    turbo.decode(file, ours.size, theirs);
    if (ours.pixels != theirs.pixels) return state.SkipWithError("the pixels differ");
  }
  size_t next = 0;
  measure(state, [&](Bytes file, Image& image) { turbo.decode(file, sizes[next++ % sizes.size()], image); });
}

void decode_jpeg_at_least_64(benchmark::State& state) {
  measure(state, [](Bytes file, Image& image) { decode_image_at_least(file, "", 64, image); });
}

void probe_jpeg(benchmark::State& state) {
  measure(state, [](Bytes file, Image& image) { image.size = probe_image(file, ""); });
}

BENCHMARK(decode_jpeg)->Unit(benchmark::kMillisecond);
BENCHMARK(decode_jpeg_turbojpeg)->Unit(benchmark::kMillisecond);
BENCHMARK(decode_jpeg_at_least_64)->Unit(benchmark::kMillisecond);
BENCHMARK(probe_jpeg)->Unit(benchmark::kMillisecond);

}  // namespace
