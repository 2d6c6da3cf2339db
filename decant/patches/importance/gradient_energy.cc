#include <algorithm>

#include "decant/base/parallel.h"
#include "decant/patches/importance/methods.h"

namespace decant::patches {
namespace {

constexpr int64_t kPicturesAtOnce = 16;

/// The pixels of cell i along a side.
struct CellSpan {
  int begin, end;
  CellSpan(int i, int side, int pixels)
      : begin(static_cast<int>(int64_t{i} * pixels / side)), end(std::max(begin + 1, static_cast<int>((int64_t{i} + 1) * pixels / side))) {}
};

/// Energies of one picture after another; keeps its memory. One for each thread.
class EnergyMeter {
 public:
  void measure(const Image& picture, int side, std::span<float> map) {
    width_ = picture.size.width;
    height_ = picture.size.height;
    take_luminance(picture);
    sums_.resize(static_cast<size_t>(side));
    for (int r = 0; r < side; ++r) {
      const CellSpan lines(r, side, height_);
      std::ranges::fill(sums_, 0);
      for (int y = lines.begin; y < lines.end; ++y) add_line(y, side);
      for (int c = 0; c < side; ++c) {
        const CellSpan columns(c, side, width_);
        const double area = static_cast<double>(columns.end - columns.begin) * (lines.end - lines.begin);
        map[static_cast<size_t>(r * side + c)] = static_cast<float>(static_cast<double>(sums_[static_cast<size_t>(c)]) / (2 * area));
      }
    }
  }

 private:
  /// Lines of width + 2 values, the outermost repeated.
  void take_luminance(const Image& picture) {
    luminance_.resize(static_cast<size_t>((int64_t{width_} + 2) * height_));
    for (int y = 0; y < height_; ++y) {
      const uint8_t* from = picture.view().row(y);
      int16_t* to = line(y);
      if (picture.size.channels == 1) {
        std::copy_n(from, width_, to);
      } else {
        for (int x = 0; x < width_; ++x)
          to[x] = static_cast<int16_t>((77 * from[3 * x] + 150 * from[3 * x + 1] + 29 * from[3 * x + 2] + 128) >> 8);
      }
      to[-1] = to[0];
      to[width_] = to[width_ - 1];
    }
  }

  /// Twice the energy of every pixel of the line, added to the cells that it crosses.
  void add_line(int y, int side) {
    const int16_t* here = line(y);
    const int16_t* above = line(std::max(y - 1, 0));
    const int16_t* below = line(std::min(y + 1, height_ - 1));
    energy_.resize(static_cast<size_t>(width_));
    for (int x = 0; x < width_; ++x) {
      const int left = here[x] - here[x - 1];
      const int right = here[x + 1] - here[x];
      const int up = here[x] - above[x];
      const int down = below[x] - here[x];
      energy_[static_cast<size_t>(x)] = left * left + right * right + up * up + down * down;
    }
    for (int c = 0; c < side; ++c) {
      const CellSpan columns(c, side, width_);
      int64_t sum = 0;
      for (int x = columns.begin; x < columns.end; ++x) sum += energy_[static_cast<size_t>(x)];
      sums_[static_cast<size_t>(c)] += sum;
    }
  }

  int16_t* line(int y) { return luminance_.data() + int64_t{y} * (int64_t{width_} + 2) + 1; }

  int width_ = 0;
  int height_ = 0;
  std::vector<int16_t> luminance_;
  std::vector<int32_t> energy_;
  std::vector<int64_t> sums_;
};

void fill_with_energy(const ImportanceJob& job, MatrixView<float> out, const Context& context) {
  const Pictures& pictures = require_pictures(*job.rows);
  const std::vector<int64_t> asked = rows_asked(job);
  Stage stage(context, "importance", std::ssize(asked), "images");
  parallel_for(context, std::ssize(asked), kPicturesAtOnce, [&](int64_t begin, int64_t end) {
    EnergyMeter meter;
    Image picture;
    for (int64_t i = begin; i < end; ++i) {
      const int64_t row = asked[static_cast<size_t>(i)];
      pictures.decode(row, picture);
      meter.measure(picture, job.side, out[row]);
    }
    stage.advance(end - begin);
  });
}

}  // namespace

ImportanceMethod gradient_energy() {
  return {.name = "gradient-energy", .summary = "the contrast inside the cell; no network, no labels", .fill = fill_with_energy};
}

}  // namespace decant::patches
