// A subset of a WebDataset in archives of the same names.
#pragma once

#include <memory>
#include <string>

#include "decant/data/dataset.h"
#include "decant/formats/webdataset/webdataset_rows.h"

namespace decant::webdataset {

/// `classes`: what classes.txt holds; empty = there is none.
std::shared_ptr<const SubsetWriter> make_writer(std::shared_ptr<const WebDatasetRows> rows, std::string classes);

}  // namespace decant::webdataset
