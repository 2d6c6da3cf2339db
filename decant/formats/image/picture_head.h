// Size and orientation of a picture, from the head of its file: what boxes given in shares of a
// picture need, for every picture of a set, without reading pictures whole.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace decant {

struct PictureHead {
  int width = 0;  ///< as stored, in pixels
  int height = 0;
  int orientation = 1;  ///< of a JPEG, as its EXIF says it: 1…8, of which 5 to 8 swap the sides

  bool swaps_sides() const { return orientation >= 5; }
  /// As a viewer that heeds the orientation shows it.
  int shown_width() const { return swaps_sides() ? height : width; }
  int shown_height() const { return swaps_sides() ? width : height; }
  bool operator==(const PictureHead&) const = default;
};

/// How a picture must be turned for annotations that state its size as width × height, 0 where they
/// state none: they lie in the stored picture where its size alone is what they state, else in the
/// one that is shown.
int orientation_for(const PictureHead& head, int64_t width, int64_t height);

/// Nothing where the file cannot be read or is no picture. Cost: of a JPEG or PNG one or a few
/// reads of 4 kB, of any other picture the file. Thread-safe.
std::optional<PictureHead> picture_head(const std::filesystem::path& path);

}  // namespace decant
