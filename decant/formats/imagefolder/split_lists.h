// Labels of a set's splits out of the lists next to their pictures.
//
// A list labels the training pictures where folders give no classes, or one alone, or where
// --label-field asks for it; it labels those of another split where their folders are no classes.
// Of several, metadata.* come first, then the one that names most pictures; without --label-field
// it must name half of them. Files with "submission" in their names hold guesses, and label
// nothing. Whatever is used is said in a note, and so is what might hold labels
// and is not used, with the reason.
//
// Classes that the training list only numbers have the names that a description at the root gives
// them (labels/class_names.h).
//
// The lines of the training list, and of metadata.* whatever it holds, go with the pictures into a
// small set.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "decant/data/dataset.h"
#include "decant/formats/imagefolder/listed_labels.h"

namespace decant {

class SplitLists {
 public:
  /// `top_lists`: names of files at the root that may be lists. All must outlive this; `dataset`
  /// gets classes and notes.
  SplitLists(const std::filesystem::path& root, const std::string& label_field, const std::vector<std::string>& top_lists, Dataset& dataset)
      : root_(root), label_field_(label_field), top_lists_(top_lists), dataset_(dataset) {}

  /// The training split comes first. `folder`: the split's, below the root, or empty; `lists`:
  /// names of files in it. Throws InputError where `label_field` is given and no list of the
  /// training pictures has it.
  void label(Split split, const std::string& folder, const std::vector<std::string>& lists, PictureList& pictures);

  /// How many lists in that folder, below the root or "", were read for labels or go with the
  /// pictures.
  int64_t read_in(const std::string& folder) const;

  std::vector<ListedPictures> take_carried() { return std::move(carried_); }

 private:
  std::vector<ListedPictures> read(const std::string& folder, const std::vector<std::string>& lists, const PictureList& pictures);
  void label_training(std::vector<ListedPictures>& found, const std::string& folder, const std::vector<std::string>& lists,
                      PictureList& pictures);
  void label_other(Split split, std::vector<ListedPictures>& found, const std::string& folder, PictureList& pictures);
  void name_numbers(const ListedPictures& listed, const labels::TextClasses& classes);
  void use(Split split, const ListedPictures& listed, const labels::TextClasses& classes, PictureList& pictures);
  void note_unused(const std::vector<ListedPictures>& found, const std::string& folder, const std::vector<std::string>& lists,
                   const PictureList& pictures);

  const std::filesystem::path& root_;
  const std::string& label_field_;
  const std::vector<std::string>& top_lists_;
  Dataset& dataset_;
  bool numbered_ = false;                                                 ///< the training classes are numbers of a list
  std::map<std::string, std::shared_ptr<const labels::LabelList>> read_;  ///< by place
  std::vector<ListedPictures> carried_;
  std::set<std::string> used_;  ///< places
};

}  // namespace decant
