// A data set is rows (data/rows.h), in splits, with the names of its classes and a writer of its
// own format.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "decant/base/context.h"
#include "decant/data/column.h"
#include "decant/data/rows.h"

namespace decant {

enum class Split { train, validation, test };
const char* name_of(Split split);  ///< "train", "validation", "test"

/// Something a user should know about their data, in one sentence ("class 'cat' has no files").
struct Oddity {
  std::string place;  ///< file or folder
  std::string what;
  bool warns = false;  ///< what is learnt may not be what was meant: said even to those who want no notes
};

/// Writes a subset of the training rows in the format they came in: same relative names, the
/// samples' bytes untouched.
class SubsetWriter {
 public:
  virtual ~SubsetWriter() = default;
  /// Why programs that train would not find all that is written into a folder of that name, which
  /// need not exist ("is below a folder called images, so …"); empty where they would.
  virtual std::string why_not_at(const std::filesystem::path& /*folder*/) const { return {}; }
  /// `rows`: ascending, distinct. `folder` exists and is empty; paths inside it are the source's.
  /// Returns bytes written. Stops with Cancelled between two samples; then, and after any error,
  /// each file below `folder` is whole, but not all are there.
  virtual int64_t write(std::span<const int64_t> rows, const std::filesystem::path& folder, const Context& context = {}) const = 0;
  /// As write(), with lists in place of pictures and annotations: they name the source's, which
  /// must stay where they are. Returns the bytes that write() would have. Throws InputError where
  /// the format has no lists.
  virtual int64_t write_list(std::span<const int64_t> rows, const std::filesystem::path& folder, const Context& context = {}) const;
  /// As write(), with the picture files of `content` in place of the source's: the same number of
  /// rows, other bytes. Masks of classes are written with the cells ignored that their pictures
  /// lost. Throws InputError where the format has no picture files.
  virtual int64_t rewrite(std::span<const int64_t> rows, const Rows& content, const std::filesystem::path& folder,
                          const Context& context = {}) const;
  /// Why no cells of pictures can be dropped ("has no value for pixels that count nowhere"), with
  /// what to do about it; nothing where they can.
  virtual std::optional<Fault> why_no_cells(std::span<const int64_t> /*rows*/) const { return std::nullopt; }
  /// The file below `folder` that write() puts a row into, where what a file holds follows from its
  /// own rows alone and all that is written besides is the same for any rows: then such sets are
  /// written in parts, a file by one writer, and joined by moving files. Empty where that does not
  /// hold, as of an array.
  virtual std::string file_of(int64_t) const { return {}; }
};

/// The training option by which a synthesised set says that it has soft labels and is to be trained
/// on them (docs/formats/run-folder.md).
inline constexpr const char* kSoftLabelsOption = "soft-labels";

struct Dataset {
  std::string format;                                   ///< "imagefolder", "webdataset", "cifar10", "cifar100", "idx", "npy"
  std::filesystem::path root;                           ///< what the user named
  std::vector<std::string> classes;                     ///< class_names[label]; empty when unlabelled or unnamed
  std::map<Split, std::shared_ptr<const Rows>> splits;  ///< always holds train
  std::vector<Oddity> oddities;
  /// Whether `classes` are a list that is part of the set, and so are the same in a set of some of
  /// its rows; else they are what the rows hold.
  bool classes_listed = false;
  /// How it must be trained, for one that was synthesised: texts of training options by name,
  /// {"steps", "500"}; empty = as others are.
  std::map<std::string, std::string> training = {};
  std::filesystem::path training_file = {};  ///< that says so
  /// What README.md next to a part of it in its own format begins with, for programs that look
  /// there; empty = nothing.
  std::string card_head = {};
  std::shared_ptr<const SubsetWriter> writer;  ///< of the training split

  const Rows& train() const { return *splits.at(Split::train); }
  /// The split that evidence is measured on: test, else validation, of those that have labels; else
  /// none.
  const Rows* held_out() const;
};

/// Labels of all rows; kNoLabel where there is none.
std::vector<int32_t> labels_of(const Rows& rows);

/// The same, in little memory where none has any.
Column<int32_t> label_column(const Rows& rows);

/// How many rows have each label, and how many have none. All threads, nothing kept per row; of
/// rows without targets, none is asked. Stops with Cancelled.
struct LabelCounts {
  std::vector<int64_t> rows;  ///< of each label, up to the largest there is
  int64_t unlabelled = 0;
};
LabelCounts count_labels(const Rows& rows, const Context& context);

/// Number of classes: max(names, 1 + largest label).
int class_count(const Dataset& dataset);

}  // namespace decant
