// The objects of the rows of a split: boxes with a class, in columns.
//
// A picture is the row; what is annotated in it are its objects. They are columns of the split, not
// objects of C++: 62 bytes each, 55 MB for the 860,001 of COCO's training pictures.
//
// A box is given by its edges in pixels of the picture, from 0: the first pixel is [0, 1). It lies
// as the source says it: it may leave the picture.
//
// A row is never bad because one of its objects is. A broken object stays in its row and is copied
// with it; it has no part in choosing, and `faults` says why.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "decant/base/errors.h"
#include "decant/data/targets.h"

namespace decant {

struct Box {
  double x0 = 0, y0 = 0, x1 = 0, y1 = 0;
  double width() const { return x1 - x0; }
  double height() const { return y1 - y0; }
  bool operator==(const Box&) const = default;
};

/// Bits of Objects::flags.
struct ObjectFlag {
  static constexpr uint16_t crowd = 1;            ///< a region of many: not counted
  static constexpr uint16_t difficult = 2;        ///< counted in choosing, ignored in judging
  static constexpr uint16_t truncated = 4;        ///< continues beyond the picture
  static constexpr uint16_t polygon = 8;          ///< has its outline
  static constexpr uint16_t mask = 16;            ///< has its pixels, run by run
  static constexpr uint16_t broken = 32;          ///< has no usable box or class: not counted
  static constexpr uint16_t broken_outline = 64;  ///< its box is used, its outline or mask cannot be
};

/// Where an object is written: bytes of its source file.
struct ObjectPlace {
  int64_t offset = 0;
  int64_t length = 0;
  bool operator==(const ObjectPlace&) const = default;
};

struct ObjectFault {
  int64_t object = 0;            ///< position in the columns
  std::string_view reason = {};  ///< of static life: "width or height is 0 or less"
};

/// Objects of row r are [first[r], first[r + 1]) of every column, in the order of the source.
struct Objects {
  std::vector<int64_t> first = {0};  ///< (n + 1,)
  std::vector<Box> boxes;
  std::vector<int32_t> labels;  ///< 0 … C − 1, or kNoLabel for one without a known class
  std::vector<double> areas;    ///< in pixels, as the source says; the box's where it says none
  std::vector<uint16_t> flags;
  std::vector<ObjectPlace> places;
  std::vector<ObjectFault> faults;  ///< ascending by object

  int64_t rows() const { return std::ssize(first) - 1; }
  int64_t size() const { return std::ssize(labels); }
  ObjectRange of(int64_t row) const { return {this, begin(row), end(row)}; }
  int64_t begin(int64_t row) const { return first[static_cast<size_t>(row)]; }
  int64_t end(int64_t row) const { return first[static_cast<size_t>(row) + 1]; }
  /// Whether it is one that choosing sees: neither a crowd nor broken.
  bool counts(int64_t object) const { return (flags[static_cast<size_t>(object)] & (ObjectFlag::crowd | ObjectFlag::broken)) == 0; }
};

/// How an object looks, where its source has more of it than a box.
struct ObjectShape {
  int64_t object = 0;                         ///< position in the columns
  std::vector<std::vector<double>> polygons;  ///< parts, each x, y, x, y, … in pixels, as boxes are given
  std::vector<int64_t> runs;                  ///< or a mask (data/runs.h); empty = none
  int64_t width = 0;                          ///< of that mask
  int64_t height = 0;
};

/// Sorts objects by their rows, those of one row in the order given, and makes `first`. `rows`: of
/// each object, 0 … count − 1. Throws BugError for columns of different lengths. Works where they
/// lie, with 8 bytes more for each object and row.
void sort_by_row(Objects& objects, std::span<const int32_t> rows, int64_t count);

/// As Targets::counts(): the objects of the row that count, by ascending label.
void count_objects(const Objects& objects, int64_t row, std::vector<ClassCount>& out);

}  // namespace decant
