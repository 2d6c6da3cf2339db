#include "decant/train/cutmix.h"

#include <algorithm>
#include <cmath>

namespace decant::train {
namespace {

struct Range {
  int begin;
  int end;
};

Range draw_range(int side, double share, Random& random) {
  const int half = static_cast<int>(side * share) / 2;
  const int centre = static_cast<int>(random.below(static_cast<uint64_t>(side)));
  return {std::max(centre - half, 0), std::min(centre + half, side)};
}

}  // namespace

CutMixDraw draw_cutmix(double probability, ImageSize size, int64_t batch, Random random) {
  if (random.uniform() >= probability) return {};
  const double share = std::sqrt(1 - random.uniform());
  const Range lines = draw_range(size.height, share, random);
  const Range columns = draw_range(size.width, share, random);
  const double box = static_cast<double>(lines.end - lines.begin) * (columns.end - columns.begin);
  return {.own_share = 1 - box / (static_cast<double>(size.height) * size.width),
          .top = lines.begin,
          .bottom = lines.end,
          .left = columns.begin,
          .right = columns.end,
          .partners = random.permutation(batch)};
}

}  // namespace decant::train
