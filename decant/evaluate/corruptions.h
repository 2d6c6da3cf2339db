// Pictures spoiled as cameras, lenses and channels spoil them, so that every set is tested on the
// same ones. After D. Hendrycks and T. Dietterich, "Benchmarking neural network robustness to
// common corruptions and perturbations", ICLR 2019, arXiv:1903.12261; fewer kinds, of one strength
// each, drawn here, so the figures compare sets and not papers.
//
//     noise      normal, deviation 26 of 255, of every value
//     blur       the mean of 3×3, twice
//     contrast   0.4 of the distance to the picture's mean
//     jpeg       of quality 10, chroma at half resolution
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

#include "decant/data/rows.h"

namespace decant::evaluate {

enum class Corruption { noise, blur, contrast, jpeg };
inline constexpr std::array kCorruptions = {Corruption::noise, Corruption::blur, Corruption::contrast, Corruption::jpeg};

/// In place. `index`: of the picture, for noise: the same index, the same noise.
void corrupt(Image& image, Corruption how, uint64_t index);

/// The same rows with spoiled pictures. REQUIRES: rows with pictures, which outlive it.
class CorruptedRows final : public Rows, public Pictures {
 public:
  CorruptedRows(const Rows& rows, Corruption how) : rows_(rows), how_(how) {}

  int64_t size() const override { return rows_.size(); }
  std::string key(int64_t row) const override { return rows_.key(row); }
  Bytes bytes(int64_t row, std::vector<std::byte>& scratch) const override { return rows_.bytes(row, scratch); }
  int64_t stored_bytes() const override { return rows_.stored_bytes(); }
  const Modality& modality() const override { return rows_.modality(); }
  const Pictures* pictures() const override { return this; }
  const Targets* targets() const override { return rows_.targets(); }

  void decode(int64_t row, Image& image) const override {
    rows_.pictures()->decode(row, image);
    corrupt(image, how_, static_cast<uint64_t>(row));
  }
  std::optional<ImageSize> fixed_size() const override { return rows_.pictures()->fixed_size(); }

 private:
  const Rows& rows_;
  Corruption how_;
};

}  // namespace decant::evaluate
