// Pictures made small enough for the page.
#pragma once

#include <cstddef>
#include <vector>

#include "decant/data/image.h"

namespace decant::report {

/// The picture itself when it is small enough, else shrunk so that its longer side is `side`.
Image shrunk(const Image& image, int side);

/// As a JPEG of the page's quality.
std::vector<std::byte> as_thumbnail(const Image& image);

}  // namespace decant::report
