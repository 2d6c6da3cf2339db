// A data set is rows. Whatever the format, a reader gives rows: a key, a label if there is one, and the sample's bytes exactly as
// stored. A row number is a position in the split as it was opened, from 0, and never changes meaning: every file that names samples
// names them by row and by key.
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
#include "decant/base/file.h"
#include "decant/data/features.h"
#include "decant/data/image.h"

namespace decant {

enum class Split { train, validation, test };
const char* name_of(Split split);  ///< "train", "validation", "test"

constexpr int32_t kNoLabel = -1;

/// The rows of one split. All const members may be called from many threads at once.
class Rows {
 public:
  virtual ~Rows() = default;

  virtual int64_t size() const = 0;
  /// Unique name of the row inside its split: relative path, "shard.tar/member", "data_batch_1.bin#17".
  virtual std::string key(int64_t row) const = 0;
  /// Class number, or kNoLabel.
  virtual int32_t label(int64_t row) const = 0;
  /// The sample's bytes exactly as stored (an encoded file, or raw pixels). The view lives as long as this object and `scratch`
  /// are left alone. Throws IoError, or InputError for a row that can never be read.
  virtual Bytes bytes(int64_t row, std::vector<std::byte>& scratch) const = 0;
  /// Decodes the picture. Throws InputError naming key and fault when the bytes are no picture, or the rows hold none.
  virtual void decode(int64_t row, Image& image) const = 0;
  /// Whether decode() can work at all (false for feature matrices).
  virtual bool has_images() const = 0;
  /// Size of every picture when the format fixes it (CIFAR, IDX).
  virtual std::optional<ImageSize> fixed_size() const { return std::nullopt; }
  /// Why a row can be rejected without decoding ("TIFF is not read"); empty when nothing is known against it.
  virtual std::string known_fault(int64_t) const { return {}; }
  /// The rows as features, when they are a matrix; else null. It lives as long as the rows.
  virtual const Features* features() const { return nullptr; }
  /// Stored bytes of all rows, as they lie on disk.
  virtual int64_t stored_bytes() const = 0;
};

/// Something a user should know about their data, in one sentence ("class 'cat' has no files").
struct Oddity {
  std::string place;  ///< file or folder
  std::string what;
};

/// Writes a subset of the training rows in the format they came in: same relative names, the samples' bytes untouched.
class SubsetWriter {
 public:
  virtual ~SubsetWriter() = default;
  /// `rows`: ascending, distinct. `folder` exists and is empty; paths inside it are the source's. Returns bytes written. Stops with
  /// Cancelled between two samples; then, and after any error, each file below `folder` is whole, but not all are there.
  virtual int64_t write(std::span<const int64_t> rows, const std::filesystem::path& folder, const Context& context = {}) const = 0;
};

struct Dataset {
  std::string format;                                   ///< "imagefolder", "webdataset", "cifar10", "cifar100", "idx", "npy"
  std::filesystem::path root;                           ///< what the user named
  std::vector<std::string> classes;                     ///< class_names[label]; empty when unlabelled or unnamed
  std::map<Split, std::shared_ptr<const Rows>> splits;  ///< always holds train
  std::vector<Oddity> oddities;
  std::shared_ptr<const SubsetWriter> writer;  ///< of the training split

  const Rows& train() const { return *splits.at(Split::train); }
  /// The split that evidence is measured on: test, else validation, else none.
  const Rows* held_out() const;
};

/// Labels of all rows; kNoLabel where there is none.
std::vector<int32_t> labels_of(const Rows& rows);
/// Number of classes: max(names, 1 + largest label).
int class_count(const Dataset& dataset);

/// A row that was left out, and why. Becomes a line of bad_files.jsonl.
struct BadRow {
  int64_t row = 0;
  std::string key;
  std::string reason;
};

}  // namespace decant
