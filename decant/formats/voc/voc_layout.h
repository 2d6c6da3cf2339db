// Which files of a folder are a Pascal VOC set.
//
//   FOLDER/Annotations/x.xml, FOLDER/JPEGImages/x.jpg, FOLDER/ImageSets/Main/train.txt   as VOC is published
//   FOLDER/annotations/x.xml, FOLDER/images/x.jpg                                        as others call it
//   FOLDER/x.xml, FOLDER/x.jpg; FOLDER/train/x.xml, FOLDER/train/x.jpg                   side by side
//
// A list of ImageSets/Main has a name per line, without ending: its lines are the rows, in their
// order, which is torchvision's. train.txt gives the training rows, else trainval.txt, else the
// only list; lists of a class (dog_train.txt) are none of rows. Without lists every xml is a row,
// by name.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "decant/data/dataset.h"

namespace decant::voc {

struct VocFolders {
  std::string annotations;  ///< relative to the root; "" = the root itself
  std::string pictures;
  std::string list;  ///< of names; empty = every xml
};

struct VocLayout {
  std::filesystem::path root;
  std::map<Split, VocFolders> splits;  ///< holds train
  /// Whether minima of boxes are numbers of pixels from 1, as VOC's own are, and not edges.
  bool inclusive = false;
  std::vector<Oddity> oddities;
};

/// `path`: a folder, one that holds such a folder alone (VOCdevkit), or a list in ImageSets/Main/,
/// which then gives the training rows. Nothing where there is no VOC set. Throws InputError for a
/// folder that holds several.
std::optional<VocLayout> find_voc(const std::filesystem::path& path);

struct VocRow {
  std::string name;     ///< without ending
  std::string picture;  ///< relative to the root; empty = there is none of that name
  std::string fault;
};

/// The rows of a split. Notes lines and files that are none. Throws IoError.
std::vector<VocRow> list_voc_rows(const VocLayout& layout, const VocFolders& folders, std::vector<Oddity>& oddities);

inline constexpr std::string_view kTrainingList = "ImageSets/Main/train.txt";

/// Whether a list, relative to the root, has rows of a split and not of a class:
/// ImageSets/Main/x.txt.
bool lists_rows(std::string_view list);

/// The name on a line of an image set, that is, the line without spaces around it.
std::string_view name_on_line(std::string_view line);

/// Lines of an image set of which the name is among `names` (sorted), as they stand. `of_rows`: a
/// line is a name, and counts once; else one or two whole numbers may follow it, as in lists of a
/// class or of another task.
std::string lines_of_names(std::string_view text, const std::vector<std::string>& names, bool of_rows);

}  // namespace decant::voc
