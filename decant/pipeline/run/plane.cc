#include "decant/pipeline/run/plane.h"

#include <vector>

#include "decant/kernels/pca.h"

namespace decant {

Matrix<float> plane_of(const Features& features, const Context& context) {
  if (features.count() < 3 || features.width() < 2) return {};
  const auto row = [&](int64_t i, std::vector<float>& scratch) { return features.row(i, scratch); };
  const RowSource rows(features.count(), features.width(), row);
  const Pca pca = fit_pca(rows, 2, context);
  Matrix<float> map(features.count(), 2);
  project(pca, rows, map.view(), context);
  return map;
}

}  // namespace decant
