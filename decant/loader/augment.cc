#include "decant/loader/augment.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "decant/base/errors.h"

namespace decant::loader {
namespace {

std::vector<int32_t> fold_table(int n, int margin) {
  std::vector<int32_t> table(static_cast<size_t>(n) + 2 * static_cast<size_t>(margin));
  for (size_t i = 0; i < table.size(); ++i) table[i] = fold(static_cast<int>(i) - margin, n);
  return table;
}

std::vector<float> repeat(const std::array<float, 3>& values, ImageSize size) {
  std::vector<float> line;
  for (int x = 0; x < size.width; ++x) line.insert(line.end(), values.begin(), values.begin() + size.channels);
  return line;
}

/// The compiler turns this loop into vector instructions; the restrict promise is what lets it.
void normalise_line(const uint8_t* __restrict in, const float* __restrict scale, const float* __restrict bias, size_t count,
                    float* __restrict out) {
  for (size_t i = 0; i < count; ++i) out[i] = static_cast<float>(in[i]) * scale[i] + bias[i];
}

/// The channel count is a constant in here, so a pixel is one or two moves and not a call to
/// memcpy.
template <size_t channels>
void gather(const uint8_t* in, const int32_t* columns, size_t width, ptrdiff_t step, uint8_t* out) {
  for (size_t x = 0; x < width; ++x, columns += step, out += channels) {
    std::memcpy(out, in + static_cast<size_t>(*columns) * channels, channels);
  }
}

ResizedCrop draw_box(double least_area, Random& random) {
  constexpr double kNarrowest = 0.75;
  constexpr int kTries = 10;
  for (int i = 0; i < kTries; ++i) {
    const double area = least_area + (1 - least_area) * random.uniform();
    const double narrow = kNarrowest + (1 - kNarrowest) * random.uniform();
    const double ratio = random.below(2) == 1 ? narrow : 1 / narrow;
    const double width = std::sqrt(area * ratio);
    const double height = std::sqrt(area / ratio);
    if (width > 1 || height > 1) continue;
    const double left = (1 - width) * random.uniform();
    return {left, (1 - height) * random.uniform(), width, height};
  }
  return {};
}

/// low + share · (high − low), of every value of two lines.
void blend_lines(const uint8_t* __restrict low, const uint8_t* __restrict high, float share, size_t count, float* __restrict out) {
  for (size_t i = 0; i < count; ++i) {
    const auto from = static_cast<float>(low[i]);
    out[i] = from + share * (static_cast<float>(high[i]) - from);
  }
}

}  // namespace

int fold(int i, int n) {
  if (n == 1) return 0;
  const int period = 2 * (n - 1);
  const int phase = ((i % period) + period) % period;
  return phase < n ? phase : period - phase;
}

Normalisation normalisation_of(std::span<const float> mean, std::span<const float> deviation) {
  DECANT_CHECK(mean.size(), ==, deviation.size());
  DECANT_CHECK(mean.size(), <=, size_t{3});
  Normalisation result;
  for (size_t c = 0; c < mean.size(); ++c) {
    const float unit = deviation[c] > 0 ? deviation[c] : 1.0F;
    result.scale[c] = 1.0F / (255.0F * unit);
    result.bias[c] = -mean[c] / unit;
  }
  return result;
}

Placement draw_placement(const Cuts& cuts, Random random) {
  Placement placement;
  if (cuts.resized_crop > 0) {
    placement.box = draw_box(cuts.resized_crop, random);
  } else {
    const auto shifts = static_cast<uint64_t>(2 * cuts.crop + 1);
    placement.dy = static_cast<int>(random.below(shifts)) - cuts.crop;
    placement.dx = static_cast<int>(random.below(shifts)) - cuts.crop;
  }
  placement.mirror = random.below(2) == 1 && cuts.flip;
  return placement;
}

Placement placement_of_view(const ViewRecipe& recipe, int64_t row, int64_t view) {
  DECANT_CHECK(row >= 0 && view >= 0 && view < kMostViews, ==, true);
  if (view == 0) return {};
  return draw_placement(recipe.cuts, Random(recipe.seed, "view", static_cast<uint64_t>(row * kMostViews + view)));
}

Placer::Placer(ImageSize size, int crop, const Normalisation& normalisation)
    : size_(size),
      crop_(crop),
      fold_x_(fold_table(size.width, crop)),
      fold_y_(fold_table(size.height, crop)),
      scale_(repeat(normalisation.scale, size)),
      bias_(repeat(normalisation.bias, size)),
      line_(scale_.size()) {}

void Placer::gather_line(const uint8_t* row, const int32_t* columns, bool mirror) {
  const auto width = static_cast<size_t>(size_.width);
  const ptrdiff_t step = mirror ? -1 : 1;
  if (mirror) columns += size_.width - 1;
  if (size_.channels == 1) {
    gather<1>(row, columns, width, step, line_.data());
  } else {
    gather<3>(row, columns, width, step, line_.data());
  }
}

Blend blend_of(int i, int size, double begin, double extent) {
  const double at = std::clamp(begin * size + (i + 0.5) * extent - 0.5, 0.0, size - 1.0);
  const auto low = static_cast<int32_t>(at);
  return {low, std::min(low + 1, size - 1), static_cast<float>(at - low)};
}

void Placer::enlarge(const uint8_t* in, const ResizedCrop& box, bool mirror, float* out) {
  const size_t line = line_.size();
  const auto channels = static_cast<size_t>(size_.channels);
  columns_.resize(static_cast<size_t>(size_.width));
  blended_.resize(line);
  for (int x = 0; x < size_.width; ++x)
    columns_[static_cast<size_t>(mirror ? size_.width - 1 - x : x)] = blend_of(x, size_.width, box.left, box.width);
  for (int y = 0; y < size_.height; ++y, out += line) {
    const Blend rows = blend_of(y, size_.height, box.top, box.height);
    blend_lines(in + static_cast<size_t>(rows.low) * line, in + static_cast<size_t>(rows.high) * line, rows.share, line, blended_.data());
    size_t i = 0;
    for (const Blend& column : columns_) {
      const float* const low = blended_.data() + static_cast<size_t>(column.low) * channels;
      const float* const high = blended_.data() + static_cast<size_t>(column.high) * channels;
      for (size_t c = 0; c < channels; ++c, ++i) out[i] = (low[c] + column.share * (high[c] - low[c])) * scale_[i] + bias_[i];
    }
  }
}

void Placer::operator()(const uint8_t* in, const Placement& placement, float* out) {
  if (placement.box) return enlarge(in, *placement.box, placement.mirror, out);
  const size_t line = line_.size();
  const int32_t* columns = fold_x_.data() + crop_ + placement.dx;
  const int32_t* rows = fold_y_.data() + crop_ + placement.dy;
  const bool as_it_is = placement.dx == 0 && !placement.mirror;
  for (int y = 0; y < size_.height; ++y, out += line) {
    const uint8_t* row = in + static_cast<size_t>(rows[y]) * line;
    if (!as_it_is) gather_line(row, columns, placement.mirror);
    normalise_line(as_it_is ? row : line_.data(), scale_.data(), bias_.data(), line, out);
  }
}

}  // namespace decant::loader
