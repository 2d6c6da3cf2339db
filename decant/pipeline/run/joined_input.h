// Several data sets as one input: rows of the first, then those of the next, as a set that grows is
// read.
//
// Keys of later parts begin with "more 1: ", "more 2: "; labels are numbers of the first part's
// classes. Validation and test split are the first part's.
#pragma once

#include <vector>

#include "decant/pipeline/run/input.h"

namespace decant {

/// Input::sources holds a line for each part; the digest follows from theirs. Where the format can
/// be written joined (formats/joined_set.h) the data set has a writer, else none.
///
/// Throws InputError that names a part: of another format, modality, shape or fields than the
/// first; with a class that the first does not have; with labels where it has none, or without
/// where it has some; synthesised pictures. REQUIRES: two parts or more, each read by itself.
Input joined_input(std::vector<Input> parts);

/// Rows of later parts with the content of a row of an earlier one (of a picture its pixels, of a
/// record its texts), ascending by row.
struct RepeatedRow {
  int64_t row = 0;
  int64_t repeats = 0;  ///< the first row that it equals
};
std::vector<RepeatedRow> rows_repeated(const Input& joined, const Context& context);

}  // namespace decant
