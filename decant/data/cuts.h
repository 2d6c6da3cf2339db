// How pictures are cut and mirrored at random before they are learnt.
#pragma once

#include <string>

namespace decant {

struct Cuts {
  int crop = 0;             ///< largest shift in pixels, each way; reflected pixels come in
  bool flip = false;        ///< half of them are mirrored
  double resized_crop = 0;  ///< > 0: in place of shifts, a box of at least this share of the area is enlarged to the whole picture

  bool none() const { return crop == 0 && resized_crop == 0 && !flip; }
  bool operator==(const Cuts&) const = default;
};

/// "crop 4 and flip", "resized crops of 35 % or more".
std::string in_words(const Cuts& cuts);

/// As a training is given them: "--crop 4 --no-flip", "--resized-crop 0.35".
std::string as_options(const Cuts& cuts);

}  // namespace decant
