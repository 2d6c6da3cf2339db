// Which split a name means, whether or not it is read as one.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "decant/data/dataset.h"

namespace decant {

/// Of a folder or an archive: "Train", "training", "train2017", "train_images" mean training rows;
/// "Test", "val2017", "dev", "eval-set" rows to test on. Nothing for any other name, also one with
/// a word of its own in it ("test tubes").
std::optional<Split> meant_split(std::string_view name);

/// Of a word in lower case, as file names are made of: "train", "dev", "testing".
std::optional<Split> split_of_word(std::string_view word);

/// Of a file: the first word of letters in its name that is such a word, "train" of
/// "x-train-000.tar".
std::optional<Split> split_in_name(std::string_view name);

/// The first name that means training rows and the first that means rows to test on, where there
/// are both.
struct MeantSplits {
  std::string train;
  std::string test;
};
std::optional<MeantSplits> meant_splits(const std::vector<std::string>& names);

}  // namespace decant
