// The oracle: bins as the formulas say, scoring everyone at each pick. Plain loops over doubles,
// nothing shared with the library.
//
// Its arithmetic is the canonical one (docs/numerics.md): a tie, or nearly one, is decided by the
// last bit, so the order of additions is part of what is being tested.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

namespace oracle {

using Row = std::vector<float>;
using Rows = std::vector<Row>;

template <class Q>
double dot(const Row& x, const Q& q) {
  double lane[16] = {};
  for (size_t k = 0; k < x.size(); ++k) lane[k % 16] += double{x[k]} * double{q[k]};
  for (int half = 8; half >= 1; half /= 2) {
    for (int i = 0; i < half; ++i) lane[i] += lane[i + half];
  }
  return lane[0];
}

/// Rows in the order picked, bin after bin; the last bin is picked to its end.
inline std::vector<int64_t> cut(const Rows& rows, const std::string& function, double lambda, int bins) {
  const bool unit = function == "graph-cut";
  const bool euclidean = function == "graph-cut-euclidean", disparity = function == "disparity-sum", herding = function == "herding";
  const size_t n = rows.size(), width = n == 0 ? 0 : rows[0].size();
  const size_t effective = std::min(static_cast<size_t>(bins), n);
  std::vector<double> norm2(n), r(n, 1.0);
  for (size_t i = 0; i < n; ++i) norm2[i] = dot(rows[i], rows[i]);
  for (size_t i = 0; i < n && unit; ++i) r[i] = norm2[i] > 0 ? 1 / std::sqrt(norm2[i]) : 0;

  std::vector<int64_t> order;
  std::vector<bool> taken(n, false);
  for (size_t bin = 0; bin < effective; ++bin) {
    std::vector<double> pool(width), block(width), q(width);
    size_t members = 0;
    for (size_t i = 0; i < n; ++i) {
      if (taken[i]) continue;
      for (size_t k = 0; k < width; ++k) block[k] += r[i] * double{rows[i][k]};
      if (++members % 4096 != 0) continue;
      for (size_t k = 0; k < width; ++k) pool[k] += block[k];
      block.assign(width, 0);
    }
    for (size_t k = 0; k < width; ++k) pool[k] += block[k];
    const auto size = static_cast<double>(members);
    for (size_t k = 0; k < width; ++k) {
      if (herding) pool[k] /= size;
      q[k] = unit ? lambda / 2 * pool[k] : euclidean ? 2 * pool[k] : disparity ? 0.0 : herding ? pool[k] : lambda * pool[k];
    }
    const size_t count = bin + 1 < effective ? n / effective : members;
    for (size_t picked = 0; picked < count; ++picked) {
      const double t = static_cast<double>(picked), tau = euclidean ? 2 * t - size : t;
      size_t best = n;
      double most = 0;
      for (size_t i = 0; i < n; ++i) {
        if (taken[i]) continue;
        double score = r[i] * dot(rows[i], q);
        if (euclidean || disparity) score += norm2[i] * tau;
        if (best == n || score > most) best = i, most = score;
      }
      taken[best] = true;
      order.push_back(static_cast<int64_t>(best));
      const double step = euclidean ? 4 : unit || herding ? 1 : 2;
      for (size_t k = 0; k < width; ++k) {
        if (herding) q[k] += pool[k];
        q[k] -= step * r[best] * double{rows[best][k]};
      }
    }
  }
  return order;
}

/// graph-cut on b ⊗ [1; e], with the outer products written out: only for rows without ties.
inline std::vector<int64_t> cut_gradients(const Rows& rows, size_t classes, double lambda, int bins) {
  Rows gradients;
  for (const auto& row : rows) {
    Row g;
    for (size_t c = 0; c < classes; ++c) {
      g.push_back(row[c]);
      for (size_t k = classes; k < row.size(); ++k) g.push_back(row[c] * row[k]);
    }
    gradients.push_back(g);
  }
  return cut(gradients, "graph-cut", lambda, bins);
}

}  // namespace oracle
