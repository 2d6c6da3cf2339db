#include "decant/select/methods/subzerocore.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "decant/base/errors.h"
#include "decant/base/matrix.h"
#include "decant/base/parallel.h"
#include "decant/kernels/gemm.h"
#include "decant/select/methods/facility_location.h"
#include "decant/select/methods/parts/pool_rows.h"

namespace decant {
namespace {

constexpr int64_t kRadiusRows = 256;    // whose neighbours are sought together,
constexpr int64_t kRadiusOthers = 512;  // among so many at a time

/// The rows that may be among the K of largest cosine, from float32 products that are wrong by
/// `error` at most.
class NearestProducts {
 public:
  NearestProducts(int64_t neighbours, double error) : wanted_(static_cast<size_t>(neighbours)), margin_(static_cast<float>(2.1 * error)) {}

  void see(int64_t self, int64_t first, std::span<const float> products) {
    for (size_t k = 0; k < products.size(); ++k) {
      const int64_t place = first + static_cast<int64_t>(k);
      if (products[k] < bar_ || place == self) continue;
      kept_.push_back({products[k], static_cast<int32_t>(place)});
    }
    if (kept_.size() > 2 * wanted_ + 64) prune();
  }

  std::vector<int32_t> places() {
    prune();
    std::vector<int32_t> places;
    for (const auto& product : kept_) places.push_back(product.place);
    return places;
  }

 private:
  struct Product {
    float value;
    int32_t place;
  };

  /// Leaves the K largest and what errors may hide among the rest.
  void prune() {
    if (kept_.size() <= wanted_) return;
    const auto last = kept_.begin() + static_cast<std::ptrdiff_t>(wanted_) - 1;
    std::nth_element(kept_.begin(), last, kept_.end(), [](const Product& a, const Product& b) { return a.value > b.value; });
    bar_ = last->value - margin_;
    std::erase_if(kept_, [&](const Product& product) { return product.value < bar_; });
  }

  size_t wanted_;
  float margin_;
  float bar_ = -std::numeric_limits<float>::infinity();
  std::vector<Product> kept_;
};

/// The K-th largest cosine of a place with others, among which it is.
double kth_cosine(const PoolRows& rows, int64_t place, std::span<const int32_t> others, int64_t neighbours) {
  std::vector<double> cosines(others.size());
  rows.cosines(place, rows.query(place), others, cosines);
  const auto kth = cosines.begin() + static_cast<std::ptrdiff_t>(neighbours) - 1;
  std::nth_element(cosines.begin(), kth, cosines.end(), std::greater<>());
  return *kth;
}

}  // namespace

int64_t covering_neighbours(int64_t rows, int64_t kept, double coverage) {
  double missed = 1;
  for (int64_t k = 1; k < rows; ++k) {
    missed *= static_cast<double>(std::max<int64_t>(0, rows - kept - k)) / static_cast<double>(rows - k);
    if (1 - missed >= coverage) return k;
  }
  return std::max<int64_t>(0, rows - 1);
}

std::vector<double> neighbour_radii(const Features& features, const PoolTask& pool, int64_t neighbours, const Context& context) {
  const PoolRows rows(features, pool.rows, context);
  const UnitRows unit(rows, context);
  std::vector<double> radii(pool.rows.size());
  Stage stage(context, "neighbours", rows.size(), "rows");
  parallel_for(context, rows.size(), kRadiusRows, [&](int64_t begin, int64_t end) {
    std::vector<NearestProducts> nearest(static_cast<size_t>(end - begin), {neighbours, cosine_error(rows.width())});
    for (int64_t first = 0; first < rows.size(); first += kRadiusOthers) {
      Matrix<float> products(end - begin, std::min(rows.size(), first + kRadiusOthers) - first);
      multiply_transposed(unit.view().slice(begin, end), unit.view().slice(first, first + products.cols()), products.view());
      for (int64_t i = begin; i < end; ++i) nearest[static_cast<size_t>(i - begin)].see(i, first, products[i - begin]);
    }
    for (int64_t i = begin; i < end; ++i) {
      const double cosine = kth_cosine(rows, i, nearest[static_cast<size_t>(i - begin)].places(), neighbours);
      radii[static_cast<size_t>(i)] = std::max(0.0, 1 - cosine);
    }
    stage.advance(end - begin);
  });
  return radii;
}

std::vector<double> density_weights(std::span<const double> radii) {
  const auto count = static_cast<double>(radii.size());
  double mean = 0;
  for (const double radius : radii) mean += radius;
  mean /= count;
  double variance = 0;
  for (const double radius : radii) variance += (radius - mean) * (radius - mean);
  variance /= count;
  std::vector<double> weights(radii.size(), 1.0);
  if (variance <= 1e-24) return weights;  // rounding alone
  std::ranges::transform(radii, weights.begin(), [&](double radius) {
    return static_cast<double>(static_cast<float>(std::exp(-(radius - mean) * (radius - mean) / (2 * variance))));
  });
  return weights;
}

Ranking subzerocore(const Features& features, const PoolTask& pool, const SubZeroCoreOptions& options, const Context& context) {
  if (!(options.coverage > 0 && options.coverage < 1)) {
    throw InputError({"", "", fmt::format("a target coverage of {} is impossible", options.coverage), "Give a fraction between 0 and 1"});
  }
  if (pool.count == 0) return {};
  const int64_t neighbours = covering_neighbours(static_cast<int64_t>(pool.rows.size()), pool.count, options.coverage);
  std::vector<double> weights(pool.rows.size(), 1.0);
  if (neighbours > 0) weights = density_weights(neighbour_radii(features, pool, neighbours, context));
  return facility_location(features, pool, {.weights = weights}, context);
}

}  // namespace decant
