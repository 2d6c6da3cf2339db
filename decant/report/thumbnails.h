// Contact sheets: for each bin some pictures that were kept beside some that were left out. Numbers say that
// a selection is balanced; only pictures show what it prefers.
//
// The choice is random, not the prettiest: stream "report thumbnails" of the run's seed, one index a bin.
// Pictures stand in the order they were picked. Of a ranking there are two sheets instead, the two ends of the
// order and what is on both sides of the cut, from every pool in turn. Space is shared out beforehand: at most kThumbnails pictures
// of kThumbnailSide pixels, and no more once kThumbnailBytes of JPEG are reached.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "decant/report/report.h"
#include "decant/report/row_facts.h"

namespace decant::report {

constexpr size_t kThumbnails = 600;
constexpr int kThumbnailSide = 64;
constexpr size_t kThumbnailBytes = 1'900'000;  ///< 2.5 MB in base64

struct Thumbnail {
  int64_t row = 0;
  std::string label;
  std::string key;
  ImageSize size;
  std::vector<std::byte> jpeg;
};

struct Sheet {
  int32_t bin = 0;
  std::string name;                    ///< "Bin 3"
  std::string kept_name = "kept";      ///< over the pictures of `kept`
  std::string left_name = "left out";  ///< over those of `left_out`
  int64_t rows = 0;                    ///< readable rows of the bin
  int64_t kept_rows = 0;
  std::vector<Thumbnail> kept;
  std::vector<Thumbnail> left_out;
};

/// At most this many of each kind in each sheet, and how many sheets there are room for.
struct SheetPlan {
  size_t sheets = 0;
  size_t pictures = 0;
};
SheetPlan plan_sheets(int32_t bins);

/// Sheets of evenly spaced bins, in order. Pictures that do not decode are left out; so are bins without any
/// picture. Empty when the source holds no images.
std::vector<Sheet> make_sheets(const Dataset& source, const RowFacts& rows, uint64_t seed, const Context& context);

}  // namespace decant::report
