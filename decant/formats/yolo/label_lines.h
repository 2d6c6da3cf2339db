// One label file of a YOLO set: an object per line.
//
//   3 0.5 0.25 0.2 0.1               class, centre and size of a box, in shares of the picture's sides
//   3 0.5 0.25 0.2 0.1 0.87          the same with a score or a track's number
//   3 0.1 0.1 0.9 0.1 0.5 0.8        class, then x y of three points or more: an outline
//   3 0.5 0.25 0.2 0.1 x y v …       with kpt_shape: a box and its keypoints
//
// Which it is follows from how many numbers a line has, line by line. Ultralytics reads every line
// of a file as an outline once one is, and drops a picture whose label has a coordinate over 1.01
// or under −0.01, a class that is not listed, or another count of numbers; here the line is broken
// or clipped, and the file is noted.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "decant/data/objects.h"
#include "decant/formats/image/picture_head.h"

namespace decant::yolo {

struct LineRules {
  int64_t classes = 0;            ///< 0 = any class is known
  int64_t keypoint_numbers = 0;   ///< that follow a box; 0 = none
  int64_t numbers_per_point = 0;  ///< 3 = the third says how visible it is
};

/// What a loader makes of the file that decant does not.
struct LabelFile {
  bool dropped = false;        ///< ultralytics drops the picture
  bool mixed = false;          ///< ultralytics reads its boxes as outlines
  int32_t highest = kNoLabel;  ///< class of any object
};

/// Adds the objects of `text` to every column but `first`. Boxes are given in pixels of the picture
/// as it is shown; where it could not be read, in shares. No memory but that of the objects.
LabelFile read_label_lines(std::string_view text, const PictureHead& picture, const LineRules& rules, Objects& out);

/// The points of a line that is an outline, x, y, x, y, … in shares of the picture; empty where a
/// word is no number.
std::vector<double> points_of_line(std::string_view line);

/// Whether the first line that is not empty is one of those above.
bool looks_like_label(std::string_view text);

}  // namespace decant::yolo
