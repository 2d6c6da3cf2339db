#include "decant/loader/augment.h"

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

Placement draw_placement(const Augmentation& augmentation, Random random) {
  const auto shifts = static_cast<uint64_t>(2 * augmentation.crop + 1);
  Placement placement;
  placement.dy = static_cast<int>(random.below(shifts)) - augmentation.crop;
  placement.dx = static_cast<int>(random.below(shifts)) - augmentation.crop;
  placement.mirror = random.below(2) == 1 && augmentation.flip;
  return placement;
}

Placement placement_of_view(const ViewRecipe& recipe, int64_t row, int64_t view) {
  DECANT_CHECK(row >= 0 && view >= 0 && view < kMostViews, ==, true);
  if (view == 0) return {};
  return draw_placement({recipe.crop, recipe.flip}, Random(recipe.seed, "view", static_cast<uint64_t>(row * kMostViews + view)));
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

void Placer::operator()(const uint8_t* in, Placement placement, float* out) {
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
