// A subset of a WebDataset in archives of the same names.
#pragma once

#include <memory>

#include "decant/data/dataset.h"
#include "decant/formats/webdataset/class_file.h"
#include "decant/formats/webdataset/webdataset_rows.h"

namespace decant::webdataset {

/// `classes`: the file of class names that goes with them.
std::shared_ptr<const SubsetWriter> make_writer(std::shared_ptr<const WebDatasetRows> rows, ClassFile classes);

}  // namespace decant::webdataset
