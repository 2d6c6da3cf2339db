// Names of the classes of masks, and their colours, as data sets come with them.
//
//   label_colors.txt   "64 128 64  Animal"                        CamVid: three numbers and a name per line
//   class_dict.csv     name,r,g,b / Animal,64,128,64
//   labelmap.txt       # label:color_rgb:parts:actions / cat:64,128,64::      CVAT
//   objectInfo150.txt  Idx … Name, between tabs; value Idx         ADE20K
//   config.json        {"labels": [{"readable": "Bird", "evaluate": true}, …]}     Mapillary Vistas
//   classes.txt, class_names.txt, labels.txt, codes.txt           a name per line, of value 0, 1, …
//
// A table of colours names the classes of masks of colours; of masks of values, the rows of any of
// these are values in their order.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace decant::masks {

struct MaskClass {
  std::string name;
  uint32_t value = 0;    ///< in the masks: a sample, or a colour as ValueCount has it
  bool ignored = false;  ///< its pixels count nowhere
};

struct ClassTable {
  std::filesystem::path file;  ///< empty = there is none
  bool colours = false;        ///< values are colours
  std::vector<MaskClass> classes;
};

/// A table of one of these kinds. Throws InputError naming the line of what is none, and for a
/// colour or value twice; IoError.
ClassTable read_class_table(const std::filesystem::path& file);

/// The first file with one of these names in the folder that is a table; one of colours first where
/// `colours`. Nothing read where there is none.
ClassTable find_class_table(const std::filesystem::path& folder, bool colours);

/// Names of these files, which go with a set wherever it is copied.
std::vector<std::string> class_tables_in(const std::filesystem::path& folder);

}  // namespace decant::masks
