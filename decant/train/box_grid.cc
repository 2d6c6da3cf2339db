#include "decant/train/box_grid.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "decant/base/errors.h"

namespace decant::train {
namespace {

using loader::SceneBox;

constexpr double kSigmasOfSide = 12;   // σ is a twelfth of a side,
constexpr double kSigmasOfStride = 3;  // or a third of the stride
constexpr double kReach = 3.5;         // in σ: beyond it heat is under 0.003
constexpr double kMiddle = 0.2;        // of a side, each way: the middle two fifths

float area_of(const SceneBox& box) {
  return (box.x1 - box.x0) * (box.y1 - box.y0);
}

/// Places along one side whose middles lie within [low, high].
struct Stretch {
  int64_t begin, end;
};
Stretch stretch_of(double low, double high, double stride, int64_t count) {
  const auto place = [&](double at) { return static_cast<int64_t>(std::ceil(at / stride - 0.5)); };
  const int64_t begin = std::clamp<int64_t>(place(low), 0, count);
  return {begin, std::clamp<int64_t>(static_cast<int64_t>(std::floor(high / stride - 0.5)) + 1, begin, count)};
}

class GridWriter {
 public:
  GridWriter(const BoxGrid& grid, float* out) : grid_(grid), heat_(out), owner_(static_cast<size_t>(grid.places()), -1) {
    counted_ = heat_ + grid.classes * grid.places();
    distances_ = counted_ + grid.classes * grid.places();
    weights_ = distances_ + 4 * grid.places();
    std::fill(heat_, counted_, 0.0F);
    std::fill(counted_, distances_, 1.0F);
    std::fill(distances_, heat_ + grid.planes() * grid.places(), 0.0F);
  }

  void leave_out(const SceneBox& box) {
    const Stretch x = stretch_of(box.x0, box.x1, grid_.stride, grid_.width), y = stretch_of(box.y0, box.y1, grid_.stride, grid_.height);
    for (int c = 0; c < grid_.classes; ++c) {
      if (box.label >= 0 && c != box.label) continue;
      for (int64_t i = y.begin; i < y.end; ++i) {
        float* const line = counted_ + c * grid_.places() + i * grid_.width;
        std::fill(line + x.begin, line + x.end, 0.0F);
      }
    }
  }

  void add(const SceneBox& box, int32_t number) {
    const double x = (double{box.x0} + box.x1) / 2, y = (double{box.y0} + box.y1) / 2;
    const int64_t own = std::clamp<int64_t>(static_cast<int64_t>(y / grid_.stride), 0, grid_.height - 1) * grid_.width +
                        std::clamp<int64_t>(static_cast<int64_t>(x / grid_.stride), 0, grid_.width - 1);
    add_heat(box, x, y, own);
    add_distances(box, x, y, own, number);
  }

  void weigh(size_t objects) {
    std::vector<int64_t> places(objects, 0);
    for (const int32_t owner : owner_) {
      if (owner >= 0) ++places[static_cast<size_t>(owner)];
    }
    for (size_t i = 0; i < owner_.size(); ++i) {
      if (owner_[i] >= 0) weights_[i] = 1.0F / static_cast<float>(places[static_cast<size_t>(owner_[i])]);
    }
  }

 private:
  void add_heat(const SceneBox& box, double x, double y, int64_t own) {
    const auto sigma = [&](double side) { return std::max(side / kSigmasOfSide, grid_.stride / kSigmasOfStride); };
    const double sx = sigma(double{box.x1} - box.x0), sy = sigma(double{box.y1} - box.y0);
    const Stretch columns = stretch_of(x - kReach * sx, x + kReach * sx, grid_.stride, grid_.width);
    const Stretch lines = stretch_of(y - kReach * sy, y + kReach * sy, grid_.stride, grid_.height);
    float* const plane = heat_ + box.label * grid_.places();
    for (int64_t i = lines.begin; i < lines.end; ++i) {
      const double dy = (middle(i) - y) / sy;
      for (int64_t j = columns.begin; j < columns.end; ++j) {
        const double dx = (middle(j) - x) / sx;
        float& heat = plane[i * grid_.width + j];
        heat = std::max(heat, static_cast<float>(std::exp(-0.5 * (dx * dx + dy * dy))));
      }
    }
    plane[own] = 1;
  }

  void add_distances(const SceneBox& box, double x, double y, int64_t own, int32_t number) {
    const double w = kMiddle * (double{box.x1} - box.x0), h = kMiddle * (double{box.y1} - box.y0);
    const Stretch columns = stretch_of(x - w, x + w, grid_.stride, grid_.width),
                  lines = stretch_of(y - h, y + h, grid_.stride, grid_.height);
    for (int64_t i = lines.begin; i < lines.end; ++i) {
      for (int64_t j = columns.begin; j < columns.end; ++j) set_distances(box, i * grid_.width + j, number);
    }
    set_distances(box, own, number);
  }

  void set_distances(const SceneBox& box, int64_t place, int32_t number) {
    const double x = middle(place % grid_.width), y = middle(place / grid_.width);
    const double sides[] = {x - box.x0, y - box.y0, box.x1 - x, box.y1 - y};
    for (int64_t side = 0; side < 4; ++side) distances_[side * grid_.places() + place] = static_cast<float>(std::max(sides[side], 0.0));
    owner_[static_cast<size_t>(place)] = number;
  }

  double middle(int64_t place) const { return (static_cast<double>(place) + 0.5) * grid_.stride; }

  const BoxGrid& grid_;
  float* heat_;
  float* counted_;
  float* distances_;
  float* weights_;
  std::vector<int32_t> owner_;  ///< of every place: the object whose distances stand there, or −1
};

double overlap(const SceneBox& a, const SceneBox& b) {
  const double width = std::min(a.x1, b.x1) - std::max(a.x0, b.x0), height = std::min(a.y1, b.y1) - std::max(a.y0, b.y0);
  if (width <= 0 || height <= 0) return 0;
  const double common = width * height;
  return common / (double{area_of(a)} + area_of(b) - common);
}

bool repeats(const std::vector<FoundBox>& found, const SceneBox& box) {
  return std::ranges::any_of(found,
                             [&](const FoundBox& other) { return other.box.label == box.label && overlap(other.box, box) > kSameObject; });
}

}  // namespace

int64_t boxes_to_grid(std::span<const SceneBox> boxes, const BoxGrid& grid, float* out) {
  GridWriter writer(grid, out);
  std::vector<SceneBox> taught;
  for (const SceneBox& box : boxes) {
    if (box.ignored) {
      writer.leave_out(box);
      continue;
    }
    DECANT_CHECK(box.label, >=, 0);
    DECANT_CHECK(box.label, <, grid.classes);
    taught.push_back(box);
  }
  std::ranges::stable_sort(taught, std::greater(), area_of);
  for (size_t i = 0; i < taught.size(); ++i) writer.add(taught[i], static_cast<int32_t>(i));
  writer.weigh(taught.size());
  return std::ssize(taught);
}

std::vector<FoundBox> boxes_from_grid(std::span<const float> scores, std::span<const float> distances, const BoxGrid& grid) {
  DECANT_CHECK(std::ssize(scores), ==, grid.classes * grid.places());
  DECANT_CHECK(std::ssize(distances), ==, 4 * grid.places());
  std::vector<int64_t> peaks;
  for (int64_t i = 0; i < std::ssize(scores); ++i) {
    if (scores[static_cast<size_t>(i)] > 0) peaks.push_back(i);
  }
  const size_t most = std::min(peaks.size(), kMostFoundBoxes);
  const auto better = [&](int64_t a, int64_t b) {
    const float of_a = scores[static_cast<size_t>(a)], of_b = scores[static_cast<size_t>(b)];
    return of_a != of_b ? of_a > of_b : a < b;
  };
  std::ranges::partial_sort(peaks, peaks.begin() + static_cast<ptrdiff_t>(most), better);
  std::vector<FoundBox> found;
  for (const int64_t peak : std::span(peaks).first(most)) {
    const int64_t place = peak % grid.places();
    const auto middle = [&](int64_t at) { return static_cast<float>((static_cast<double>(at) + 0.5) * grid.stride); };
    const auto side = [&](int64_t which) { return distances[static_cast<size_t>(which * grid.places() + place)]; };
    const float x = middle(place % grid.width), y = middle(place / grid.width);
    const SceneBox box{x - side(0), y - side(1), x + side(2), y + side(3), static_cast<int32_t>(peak / grid.places())};
    if (!repeats(found, box)) found.push_back({box, scores[static_cast<size_t>(peak)]});
  }
  return found;
}

}  // namespace decant::train
