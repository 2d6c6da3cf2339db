// inspect: what is there, before anything is done.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "decant/base/context.h"
#include "decant/base/json_fwd.h"
#include "decant/base/options.h"
#include "decant/data/dataset.h"
#include "decant/data/excluded.h"
#include "decant/data/run_record.h"
#include "decant/pipeline/run/input.h"

namespace decant {

struct InspectOptions {
  std::string path;
  std::filesystem::path labels;
  FieldOptions fields;
  bool deep = false;        ///< decode every picture, not only look at headers; count equal ones
  bool duplicates = false;  ///< count rows of equal bytes

  void declare(OptionTable& table);
};

/// Rows that are equal, of which those that cannot be read are none.
struct InspectedCopies {
  int64_t repeats = 0;                                        ///< training rows that are equal to an earlier one
  int64_t contradicting = 0;                                  ///< training rows of which an equal one has another label
  std::vector<std::pair<std::string, std::string>> examples;  ///< of these, the keys of two pairs at most
  std::vector<std::pair<std::string, int64_t>> leaked;        ///< of each other split, rows that are equal to a training row
};

/// What is annotated in the training rows, where they hold objects or masks.
struct InspectedObjects {
  CountedIn unit = CountedIn::objects;
  int64_t counted = 0;  ///< objects that are neither crowds nor broken; pixels of a class
  int64_t crowds = 0;
  int64_t broken = 0;
  int64_t background = 0;          ///< rows in which nothing is counted
  std::vector<int64_t> of_class;   ///< counted, of each class
  std::vector<int64_t> rows_with;  ///< of each class
};

struct Inspection {
  std::string format;
  int64_t rows = 0;                                     ///< of the training split, as all that follows but `splits`
  int classes = 0;                                      ///< of all splits: max(names, 1 + largest label)
  int64_t files_checked = 0;                            ///< rows that were looked at to find bad ones
  int64_t bytes = 0;                                    ///< stored
  bool labelled = false;                                ///< every row
  std::vector<std::pair<std::string, int64_t>> splits;  ///< rows of each: train, validation, test
  std::vector<std::string> class_names;                 ///< empty where classes have none
  std::vector<int64_t> class_rows;                      ///< of each class; of sets with objects, those that hold any of it
  std::optional<InspectedObjects> objects;              ///< of sets with objects
  std::vector<std::pair<std::string, int64_t>>
      image_sizes;     ///< "32x32x3": how many of the 16 pictures looked at, or of all where it is fixed
  std::string schema;  ///< of records: how they are laid out
  std::vector<Oddity> oddities;
  std::vector<Excluded> bad;                    ///< all that were found
  bool decodes = false;                         ///< its rows mean more than their bytes: pictures or texts
  std::optional<InspectedCopies> same_bytes;    ///< with `duplicates`
  std::optional<InspectedCopies> same_content;  ///< with `deep`: equal in pixels or texts
  std::optional<RunRecord> made;                ///< of a synthetic set: how it was made, and how it must be trained
};

/// Without `deep`, headers of at most 20,000 evenly spread rows are looked at, so that inspecting
/// stays instant; known faults are found in all rows. Labels are counted on all threads. Throws
/// what opening throws, and Cancelled.
Inspection inspect(const InspectOptions& options, const Context& context);

/// {"format", "rows", "classes", "bad_files", "files_checked", "bytes", "labelled", "splits",
/// "class_names", "class_rows", "image_sizes", "oddities", "bad"}, with `duplicates` "same_bytes"
/// and with `deep` "same_content" (each "repeats", "rows_with_other_labels", "examples", "leaked");
/// of records "schema", of sets with objects "objects" and of sets with masks "pixels", as
/// InspectedObjects has them, and of a synthetic set "synthetic", as run.json has it, "method_note"
/// and "training". Lists every bad row.
Json to_json(const Inspection& found);

/// The same for people; the first 20 bad rows and classes of objects, and how many there are
/// besides.
std::string inspect_text(const Inspection& found);

}  // namespace decant
