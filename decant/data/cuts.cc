#include "decant/data/cuts.h"

#include <fmt/format.h>

namespace decant {

std::string in_words(const Cuts& cuts) {
  const std::string cut =
      cuts.resized_crop > 0 ? fmt::format("resized crops of {:g} % or more", 100 * cuts.resized_crop) : fmt::format("crop {}", cuts.crop);
  return cut + (cuts.flip ? " and flip" : "");
}

std::string as_options(const Cuts& cuts) {
  const std::string cut = cuts.resized_crop > 0 ? fmt::format("--resized-crop {}", cuts.resized_crop) : fmt::format("--crop {}", cuts.crop);
  return cut + (cuts.flip ? "" : " --no-flip");
}

}  // namespace decant
