// Writing rows of several data sets of one format as one set, as a set that has grown is written.
//
//   imagefolder         as write_as() does: train/<class>/<file name>; a name that is taken gets the row number
//   webdataset          each part's shards; one whose name is taken gets "-more-1" (of part 1) behind its stem
//   cifar10, cifar100   records behind those of the first part's file of that name, or of its last file
//   idx, npy            one array, and one of labels
//   jsonl               lines behind those of the first part's file
//   json, tsv, csv      a file next to it, called STEM-more-1-STEM; so are packed files of lines
//
// Samples keep their bytes. Their order in the files follows the reader's rules, so it need not be
// that of the rows.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "decant/data/dataset.h"

namespace decant {

/// Whether rows of several sets of this format can be written as one in it.
bool can_join(std::string_view format);

/// `parts`: of one format that can_join(); their training rows one after the other are those of
/// `rows`, whose labels are numbers of the first part's classes. `same_numbers`: every part's own
/// labels are the same numbers; else write() throws InputError for formats that store numbers.
/// InputError too for arrays of different types.
std::shared_ptr<const SubsetWriter> joined_writer(std::vector<Dataset> parts, std::shared_ptr<const Rows> rows, bool same_numbers);

}  // namespace decant
