// Masks of many polygons: the lines "height width x y x y …" of the file DECANT_POLYGONS. Each
// one's runs, as COCO writes them, become a line of the same file with ".runs" behind its name,
// which bench/coco_metric.py compares with pycocotools'.
#include <benchmark/benchmark.h>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "decant/formats/coco/rle.h"

namespace {

using namespace decant;

struct Polygon {
  int64_t height = 0;
  int64_t width = 0;
  std::vector<double> points;
};

std::vector<Polygon> polygons_in(const std::string& path) {
  std::vector<Polygon> all;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    Polygon& one = all.emplace_back();
    words >> one.height >> one.width;
    for (double value = 0; words >> value;) one.points.push_back(value);
  }
  return all;
}

void runs_of_polygons(benchmark::State& state) {
  const char* const path = std::getenv("DECANT_POLYGONS");
  if (path == nullptr) {
    state.SkipWithError("DECANT_POLYGONS names no file");
    return;
  }
  const std::vector<Polygon> polygons = polygons_in(path);
  std::vector<Runs> runs(polygons.size());
  for (auto _ : state) {
    for (size_t i = 0; i < polygons.size(); ++i) runs[i] = runs_of_polygon(polygons[i].points, polygons[i].height, polygons[i].width);
  }
  std::ofstream out(std::string(path) + ".runs");
  for (const Runs& one : runs) out << coco::text_of(one) << '\n';
  state.SetItemsProcessed(state.iterations() * std::ssize(polygons));
}

BENCHMARK(runs_of_polygons)->Unit(benchmark::kMillisecond);

}  // namespace
