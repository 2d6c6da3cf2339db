// What stands at the head of README.md of a folder of Parquet files: the lines between "---" that
// the hub and the datasets library read.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace decant::parquet {

/// Says that the Parquet files below data/ are the training rows, so that load_dataset(folder)
/// works whatever lies next to them. Of `readme`, the source's, it keeps what the rows have not
/// changed: licence, languages, tags, tasks and name. Sizes and counts (dataset_info) are no longer
/// true and make load_dataset fail, so they are left out.
std::string card_head(const std::filesystem::path& readme);

/// The lines between the first two "---" of a card; empty where it has no such head.
std::string_view head_of_card(std::string_view card);

/// What a card holds; empty where there is none, it is longer than 1 MB, or cannot be read.
std::string text_of_card(const std::filesystem::path& readme);

}  // namespace decant::parquet
