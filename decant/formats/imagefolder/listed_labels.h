// Pictures of a split and the lists that label them (formats/labels/label_list.h).
//
// A line names a picture by its path below the list's own folder, else below the folder of the
// split, else by its file name, else by that without its ending (Kaggle's ids). Of the last two a
// line must mean one picture alone.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "decant/formats/imagefolder/picture_tree.h"
#include "decant/formats/labels/class_text.h"
#include "decant/formats/labels/label_list.h"

namespace decant {

/// A list and the pictures of one split that it names.
struct ListedPictures {
  std::shared_ptr<const labels::LabelList> list;
  std::string place;                    ///< of the list, below the root
  std::vector<int64_t> row_of_line;     ///< −1: a picture of no row
  std::vector<std::string_view> texts;  ///< what it says of each row; empty where it is silent
  int64_t named = 0;                    ///< rows that it names
  std::string fault;                    ///< why it cannot label them; empty where it can

  bool labels_rows() const { return fault.empty() && named > 0; }
};

/// `place`: of the list, below the root; `split_folder`: likewise, or empty.
ListedPictures listed_pictures(std::shared_ptr<const labels::LabelList> list, std::string place, const PictureList& pictures,
                               const std::string& split_folder);

/// The labels of its rows in numbers. `classes`: those that there are.
std::vector<int32_t> numbers_of(const ListedPictures& listed, const labels::TextClasses& classes);

/// How a split's texts mean classes that have these names: by name, or all of them by number.
/// Sets `fault` where they do neither.
labels::TextClasses classes_for(ListedPictures& listed, const std::vector<std::string>& names);

/// Writes those lines of the list that name one of `rows` (ascending), as they are and in their
/// order, below `folder`. Returns bytes written.
int64_t write_lines(const ListedPictures& listed, std::span<const int64_t> rows, const std::filesystem::path& folder);

}  // namespace decant
