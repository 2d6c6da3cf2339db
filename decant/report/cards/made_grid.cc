#include "decant/report/cards/made_grid.h"

#include <algorithm>
#include <cstdint>

#include "decant/formats/image/codec.h"
#include "decant/report/cards/cards.h"
#include "decant/report/cards/thumbnail.h"
#include "decant/report/html.h"

namespace decant::report {

MadeGrid room_for_made(int classes, int across, const ImageSize& size) {
  const int64_t side = std::min(kThumbnailSide, std::max({size.width, size.height, 1}));
  const auto most = static_cast<int>(std::clamp<int64_t>(kMadePixels / (side * side * std::max(1, size.channels)), 1, kMostMade));
  const int shown = std::min(classes, most);
  return {shown, shown == 0 ? 0 : std::clamp(most / shown, 1, std::max(1, across))};
}

MadePicture made_picture(const Image& image) {
  const Image small = shrunk(image, kThumbnailSide);
  if (std::max(small.size.width, small.size.height) > kExactSide)
    return {small.size, "data:image/jpeg;base64," + base64(as_thumbnail(small))};
  std::vector<std::byte> png;
  encode_png(small.view(), png);
  return {small.size, "data:image/png;base64," + base64(png)};
}

}  // namespace decant::report
