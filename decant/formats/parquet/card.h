// What stands at the head of README.md of a folder of Parquet files: the lines between "---" that
// the hub and the datasets library read.
#pragma once

#include <filesystem>
#include <string>

namespace decant::parquet {

/// Says that the Parquet files below data/ are the training rows, so that load_dataset(folder)
/// works whatever lies next to them. Of `readme`, the source's, it keeps what the rows have not
/// changed: licence, languages, tags, tasks and name. Sizes and counts (dataset_info) are no longer
/// true and make load_dataset fail, so they are left out.
std::string card_head(const std::filesystem::path& readme);

}  // namespace decant::parquet
