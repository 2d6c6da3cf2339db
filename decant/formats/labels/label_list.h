// A list of labels: a file next to pictures that says which picture is of which class.
//
// Every kind of list is one LabelSource, a file here and a line in label_sources.cc:
//
//   json lines   metadata.jsonl of Hugging Face's folders: one object per line with file_name and a label
//   table        .csv and .tsv, metadata.csv among them: a column of paths and one of classes, with
//                a header or without; Kaggle's ids without an ending
//   parquet      metadata.parquet of the same folders: columns file_name and a label
//   text list    .txt of "path class" per line: Caffe's lists, Tiny ImageNet's val_annotations.txt
//   in order     one class per line for the pictures in the order of their names: ImageNet's ground truth
//
// Which field or column holds the label is found by its name (label_names()), and is what
// --label-field says where that is given. Whatever is a list and not used says why, in `fault`.
//
// Cost: one pass over the file, and about 100 bytes of memory per line.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "decant/base/file.h"

namespace decant::labels {

struct ListedLabel {
  std::string path;  ///< as written, with '/' between folders; empty in a list "in order"
  std::string label;
  uint64_t begin = 0;  ///< its line in the file, [begin, end): bytes, or of Parquet the row
  uint64_t end = 0;
};

struct LabelList {
  std::filesystem::path file;
  std::shared_ptr<const MappedFile> bytes;
  uint64_t head = 0;      ///< bytes before the first line: a header
  std::string field;      ///< the label's, for messages: "label", "column 2"
  std::string fault;      ///< why it gives no labels; empty where it does
  bool guessed = false;   ///< the label's field is not known by its name
  bool in_order = false;  ///< the i-th line is for the i-th picture
  std::vector<ListedLabel> lines;
  /// Writes a file of those of the lines (ascending positions), and returns its bytes. Null: lines
  /// are text, written as they are. Where none is kept nothing need be written.
  std::function<int64_t(std::span<const size_t> lines, const std::filesystem::path& to)> write = nullptr;

  std::string_view text() const { return as_text(bytes->bytes()); }
};

struct LabelSource {
  std::string name;
  std::function<bool(const std::string& file_name)> fits;
  /// Fills all but `file` and `bytes`, which are set. `field`: --label-field, or empty.
  std::function<void(LabelList& list, const std::string& field)> read;
};

extern const LabelSource kJsonLines;
extern const LabelSource kParquetList;
extern const LabelSource kTable;
extern const LabelSource kTextList;
extern const LabelSource kInOrder;

/// All of them, in the order in which they are asked.
const std::vector<LabelSource>& label_sources();

/// The list that the file is, or null where it is none by its name. What is wrong with its content
/// is its `fault`. Throws IoError.
std::shared_ptr<const LabelList> read_label_list(const std::filesystem::path& file, const std::string& field);

}  // namespace decant::labels
