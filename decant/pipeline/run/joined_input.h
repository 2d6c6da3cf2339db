// Several data sets as one input: rows of the first, then those of the next, as a set that grows is
// read.
//
// Keys of later parts begin with "more 1: ", "more 2: ". Labels are numbers of the first part's
// classes, behind which come those that only later parts have, in their order. Validation and test
// split are the first part's.
#pragma once

#include <cstdint>
#include <vector>

#include "decant/dedup/copies.h"
#include "decant/pipeline/run/input.h"

namespace decant {

/// Input::sources holds a line for each part; the digest follows from theirs. Where the format can
/// be written joined (formats/joined_set.h) the data set has a writer, else none.
///
/// Throws InputError that names a part: of another format, modality, shape or fields than the
/// first; with names of classes where it has none, or without where it has some; with labels where
/// it has none, or without where it has some; synthesised pictures. REQUIRES: two parts or more,
/// each read by itself.
Input joined_input(std::vector<Input> parts);

/// Rows of later parts with the content of a row of an earlier one (dedup/equal_rows.h), ascending,
/// each with the first row that it equals.
std::vector<DroppedRow> rows_repeated(const Input& joined, const Context& context);

/// How many rows are of parts before the last.
int64_t rows_before_last(const Input& joined);

}  // namespace decant
