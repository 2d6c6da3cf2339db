// Dropping a quarter of the cells of JPEGs, one thread, against libjpeg-turbo's own loop over the
// same files: read the coefficients, write them with optimised tables.
//
// Pictures of 224 × 224 pixels, 4:2:0, are made here; DECANT_JPEGS names an ImageFolder to take
// instead.
#include <benchmark/benchmark.h>
#include <cstdlib>

#include "decant/formats/image/jpeg_for_tests.h"
#include "decant/formats/image/recode.h"
#include "decant/formats/imagefolder/imagefolder.h"

namespace {

using namespace decant;

constexpr int kCells = 14;

struct Sample {
  std::vector<std::byte> file;
  PatchMask mask;
};

PatchMask quarter_dropped(Bytes file, uint64_t index) {
  PatchMask mask = PatchMask::whole(patch_grid_of(file, "", kCells));
  Random random(1, "cells", index);
  const auto order = random.permutation(mask.grid.count());
  for (int i = 0; i < mask.grid.count() / 4; ++i) mask.kept[static_cast<size_t>(order[static_cast<size_t>(i)])] = false;
  return mask;
}

std::vector<std::vector<std::byte>> load_files() {
  std::vector<std::vector<std::byte>> files;
  if (const char* folder = std::getenv("DECANT_JPEGS")) {
    const Dataset dataset = open_imagefolder(folder, {});
    for (int64_t row = 0; row < dataset.train().size(); ++row) dataset.train().bytes(row, files.emplace_back());
    return files;
  }
  for (uint64_t i = 0; i < 50; ++i) {
    Random random(2, "pictures", i);
    files.push_back(make_jpeg({.width = 224, .height = 224}, random));
  }
  return files;
}

const std::vector<Sample>& pictures() {
  static const auto loaded = [] {
    std::vector<Sample> made;
    for (auto& file : load_files()) {
      PatchMask mask = quarter_dropped(file, made.size());
      made.push_back({std::move(file), std::move(mask)});
    }
    return made;
  }();
  return loaded;
}

/// Kept cells have the coefficients of the source, dropped ones no AC.
bool is_dropped(Bytes before, Bytes after, const PatchMask& mask) {
  const JpegContent source = content_of(before);
  const JpegContent result = content_of(after);
  for (size_t c = 0; c < source.components.size(); ++c) {
    const JpegComponent& old = source.components[c];
    for (int y = 0; y < old.down; ++y) {
      for (int x = 0; x < old.across; ++x) {
        std::array<int16_t, 64> expected = old.block(x, y);
        if (!mask.kept[static_cast<size_t>(mask.grid.cell_of(x / old.factor_x, y / old.factor_y))])
          std::fill(expected.begin() + 1, expected.end(), int16_t{0});
        if (result.components[c].block(x, y) != expected) return false;
      }
    }
  }
  return true;
}

void drop_a_quarter(benchmark::State& state) {
  std::vector<std::byte> out;
  for (const Sample& sample : pictures()) {  // the answer first, then the time
    recode(sample.file, "", {.mask = &sample.mask}, out);
    if (!is_dropped(sample.file, out, sample.mask)) return state.SkipWithError("other coefficients than expected");
  }
  for (auto _ : state) {
    for (const Sample& sample : pictures()) {
      recode(sample.file, "", {.mask = &sample.mask}, out);
      benchmark::DoNotOptimize(out.data());
    }
  }
  state.SetItemsProcessed(state.iterations() * std::ssize(pictures()));
}

/// As jpegtran -optimize does, with objects that live on.
void libjpeg_loop(benchmark::State& state) {
  jpeg_decompress_struct from{};
  jpeg_compress_struct to{};
  jpeg_error_mgr errors{};
  from.err = to.err = jpeg_std_error(&errors);
  jpeg_create_decompress(&from);
  jpeg_create_compress(&to);
  std::vector<unsigned char> room(size_t{1} << 22);
  for (auto _ : state) {
    for (const Sample& sample : pictures()) {
      unsigned char* data = room.data();
      unsigned long size = room.size();
      jpeg_mem_src(&from, reinterpret_cast<const unsigned char*>(sample.file.data()), sample.file.size());
      jpeg_mem_dest(&to, &data, &size);
      jpeg_read_header(&from, TRUE);
      jvirt_barray_ptr* const coefficients = jpeg_read_coefficients(&from);
      jpeg_copy_critical_parameters(&from, &to);
      to.optimize_coding = TRUE;
      jpeg_write_coefficients(&to, coefficients);
      jpeg_finish_compress(&to);
      jpeg_finish_decompress(&from);
      benchmark::DoNotOptimize(data);
      if (data != room.data()) std::free(data);
    }
  }
  jpeg_destroy_compress(&to);
  jpeg_destroy_decompress(&from);
  state.SetItemsProcessed(state.iterations() * std::ssize(pictures()));
}

void nothing_dropped(benchmark::State& state) {
  std::vector<std::byte> out;
  for (auto _ : state) {
    for (const Sample& sample : pictures()) recode(sample.file, "", {}, out);
  }
  state.SetItemsProcessed(state.iterations() * std::ssize(pictures()));
}

void half_the_resolution(benchmark::State& state) {
  std::vector<std::byte> out;
  for (auto _ : state) {
    for (const Sample& sample : pictures()) recode(sample.file, "", {.eighths = 4}, out);
  }
  state.SetItemsProcessed(state.iterations() * std::ssize(pictures()));
}

void quality_of_50(benchmark::State& state) {
  std::vector<std::byte> out;
  for (auto _ : state) {
    for (const Sample& sample : pictures()) recode(sample.file, "", {.quality = 50}, out);
  }
  state.SetItemsProcessed(state.iterations() * std::ssize(pictures()));
}

BENCHMARK(drop_a_quarter)->Unit(benchmark::kMillisecond);
BENCHMARK(libjpeg_loop)->Unit(benchmark::kMillisecond);
BENCHMARK(nothing_dropped)->Unit(benchmark::kMillisecond);
BENCHMARK(quality_of_50)->Unit(benchmark::kMillisecond);
BENCHMARK(half_the_resolution)->Unit(benchmark::kMillisecond);

}  // namespace
