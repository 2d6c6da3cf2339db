// The classes of the rows of Parquet files, from one column.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "decant/base/context.h"
#include "decant/data/dataset.h"
#include "decant/formats/parquet/file.h"

namespace decant::parquet {

using Files = std::vector<std::shared_ptr<const ParquetFile>>;

struct ParquetLabels {
  std::map<Split, std::vector<int32_t>> of_row;  ///< empty vectors where no row has one
  std::vector<std::string> names;
};

/// Reads the column of every file, on all threads. `names`: of the classes by number; empty = the
/// numbers themselves are the classes, or, where values are texts, those of the training rows in
/// Python's order. A value that is no class (a fraction, one of too many texts) makes the whole
/// column none, with an Oddity; where the user `named` the column, it is an InputError. So is a
/// number beyond `names`.
ParquetLabels read_labels(const std::map<Split, Files>& splits, int column, std::vector<std::string> names, bool named,
                          std::vector<Oddity>& oddities, const Context& context);

}  // namespace decant::parquet
