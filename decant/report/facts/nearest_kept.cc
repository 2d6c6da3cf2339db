#include "decant/report/facts/nearest_kept.h"

#include <cmath>

#include "decant/base/parallel.h"
#include "decant/kernels/dot.h"

namespace decant::report {
namespace {

double length_of(std::span<const float> x) {
  return std::sqrt(dot(x, x));
}

}  // namespace

std::vector<NearestKept> nearest_kept(const Features& features, std::span<const int64_t> kept, std::span<const int64_t> rows,
                                      const Context& context) {
  std::vector<NearestKept> nearest(rows.size());
  parallel_for(context, std::ssize(rows), 8, [&](int64_t begin, int64_t end) {
    std::vector<std::vector<float>> own(static_cast<size_t>(end - begin), std::vector<float>(static_cast<size_t>(features.width())));
    for (int64_t i = begin; i < end; ++i) features.copy_row(rows[static_cast<size_t>(i)], own[static_cast<size_t>(i - begin)]);
    std::vector<float> scratch;
    for (const int64_t other : kept) {
      const auto y = features.row(other, scratch);
      const double length = length_of(y);
      for (int64_t i = begin; i < end; ++i) {
        const std::span<const float> x = own[static_cast<size_t>(i - begin)];
        const double lengths = length * length_of(x);
        const double cosine = lengths > 0 ? dot(x, y) / lengths : 0;
        NearestKept& best = nearest[static_cast<size_t>(i)];
        if (best.row < 0 || cosine > best.cosine) best = {other, cosine};
      }
    }
  });
  return nearest;
}

}  // namespace decant::report
