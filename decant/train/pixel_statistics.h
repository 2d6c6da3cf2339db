// Mean and deviation of pixels as an option says them.
#pragma once

#include <optional>
#include <string>

#include "decant/nn/normalisation.h"

namespace decant::train {

/// "mean/deviation", of pixels in [0, 1], each one number, or by commas one for each of three
/// channels; nothing for an empty text. Throws InputError for another, and for a deviation that is
/// not positive.
std::optional<nn::PixelStatistics> pixel_statistics_from(const std::string& text);

/// As the option is written.
std::string normalise_text(const nn::PixelStatistics& pixels);

}  // namespace decant::train
