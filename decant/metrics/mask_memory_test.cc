// How many bytes live while masks are compared, counted at every allocation of this program.
#include <atomic>
#include <cstdlib>
#include <gtest/gtest.h>
#include <malloc.h>
#include <new>

#include "decant/metrics/average_precision.h"

namespace {

std::atomic<int64_t> live_bytes = 0;
std::atomic<int64_t> most_bytes = 0;

void count(int64_t bytes) {
  const int64_t now = live_bytes += bytes;
  for (int64_t most = most_bytes; now > most && !most_bytes.compare_exchange_weak(most, now);) {
  }
}

void* counted(size_t size) noexcept {
  void* const at = std::malloc(size);
  if (at != nullptr) count(static_cast<int64_t>(malloc_usable_size(at)));
  return at;
}

void let_go(void* at) {
  count(-static_cast<int64_t>(malloc_usable_size(at)));
  std::free(at);
}

}  // namespace

void* operator new(size_t size) {
  void* const at = counted(size);
  if (at == nullptr) throw std::bad_alloc();
  return at;
}
void* operator new(size_t size, const std::nothrow_t&) noexcept {  // as std::stable_sort asks
  return counted(size);
}
void operator delete(void* at) noexcept {
  let_go(at);
}
void operator delete(void* at, size_t) noexcept {
  let_go(at);
}

namespace decant {
namespace {

constexpr int64_t kMegabyte = int64_t{1} << 20;
constexpr int64_t kWidest = 65535;
constexpr int64_t kTall = 100;

/// A megabyte as runs: two in each column.
std::vector<double> wide_triangle() {
  return {0, 0, kWidest, kTall / 2, 0, kTall};
}

/// More than lived before, at most, while `work` was done.
template <class Work>
int64_t most_bytes_of(Work&& work) {
  const int64_t before = live_bytes;
  most_bytes = before;
  work();
  return most_bytes - before;
}

TEST(MaskMemory, CountsWhatAMaskTakes) {
  const int64_t most = most_bytes_of([] { static_cast<void>(runs_of_polygon(wide_triangle(), kTall, kWidest)); });
  EXPECT_GT(most, kMegabyte);
  EXPECT_LT(most, 8 * kMegabyte);
}

/// 15 objects in each of three pictures: 51 masks are 100 MB, their polygons two kilobytes.
TEST(MaskMemory, IsOfTheDetectionsOfOnePictureAndOneObject) {
  Detections all{.pictures = 3, .classes = 1, .masks = true, .sizes = std::vector<MaskSize>(3, {kTall, kWidest})};
  const Outline outline{.polygons = {wide_triangle()}, .runs = {}};
  for (int64_t picture = 0; picture < all.pictures; ++picture) {
    for (int i = 0; i < 15; ++i) {
      all.truth.push_back({.picture = picture, .area = 3e6});
      all.truth_outlines.push_back(outline);
    }
    for (int i = 0; i < 2; ++i) {
      all.found.push_back({.picture = picture, .score = .5});
      all.found_outlines.push_back(outline);
    }
  }
  CocoScores scores;
  EXPECT_LT(most_bytes_of([&] { scores = coco_scores(all, {.threads = 1}); }), 16 * kMegabyte);
  EXPECT_DOUBLE_EQ(scores.recall.of_100, 2.0 / 15) << "the masks were compared";
}

/// The parts of one object are united before there are many of them.
TEST(MaskMemory, OfManyPolygonsIsThatOfTheirUnion) {
  const std::vector<std::vector<double>> parts(20, wide_triangle());
  Runs runs;
  EXPECT_LT(most_bytes_of([&] { runs = runs_of_polygons(parts, kTall, kWidest); }), 24 * kMegabyte);
  EXPECT_EQ(area_of(runs), area_of(runs_of_polygon(wide_triangle(), kTall, kWidest)));
}

}  // namespace
}  // namespace decant
