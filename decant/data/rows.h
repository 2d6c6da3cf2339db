// Rows: what every reader gives. A row number is a position in the split as it was opened, from 0,
// and never changes meaning: every file that names samples names them by row and by key.
//
// A row is a key and the sample's bytes exactly as stored. What else can be had of it is a facet,
// null where it cannot:
//
//   pictures()   decode to pixels             class folders, shards, CIFAR, IDX; also what a later reader decodes from bytes
//   features()   the rows are a matrix        .npy
//   texts()      what a record says           JSON, JSON lines, TSV, CSV, lines of text
//   fields()     values by name               JSON, JSON lines, TSV, CSV
//   targets()    what a row teaches           null when no row has any
//
// A wrapper overrides the facet that it changes and passes the others on (WrappedRows). A further
// facet is one accessor here, null by default, and the rows that have it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "decant/base/file.h"
#include "decant/data/features.h"
#include "decant/data/fields.h"
#include "decant/data/image.h"
#include "decant/data/modality.h"
#include "decant/data/patch_mask.h"
#include "decant/data/targets.h"
#include "decant/data/texts.h"

namespace decant {

/// What a row's bytes are, when it has a picture.
enum class PictureBytes {
  file,  ///< a JPEG, PNG or the like, which any program reads
  raw,   ///< pixels as they are: every row decodes
  coded  ///< the format's own, which only decode() reads
};

/// All const members may be called from many threads at once.
class Pictures {
 public:
  virtual ~Pictures() = default;
  /// Decodes the picture. Throws InputError naming key and fault when the bytes are no picture.
  virtual void decode(int64_t row, Image& image) const = 0;
  /// Size of every picture when the format fixes it (CIFAR, IDX, packed sets of those).
  virtual std::optional<ImageSize> fixed_size() const { return std::nullopt; }
  virtual PictureBytes stored_as() const { return fixed_size() ? PictureBytes::raw : PictureBytes::file; }
  bool are_files() const { return stored_as() == PictureBytes::file; }
  /// Which cells of the stored picture were dropped; nothing for one that is whole. Reads the
  /// header alone. Throws InputError for a mask that does not fit its picture.
  virtual std::optional<PatchMask> mask(int64_t) const { return std::nullopt; }
};

/// The rows of one split. All const members may be called from many threads at once. Facets live as
/// long as the rows.
class Rows {
 public:
  virtual ~Rows() = default;

  virtual int64_t size() const = 0;
  /// Unique name of the row inside its split: relative path, "shard.tar/member",
  /// "data_batch_1.bin#17".
  virtual std::string key(int64_t row) const = 0;
  /// The sample's bytes exactly as stored (an encoded file, or raw pixels). The view lives as long
  /// as this object and `scratch` are left alone. Throws IoError, or InputError for a row that can
  /// never be read.
  virtual Bytes bytes(int64_t row, std::vector<std::byte>& scratch) const = 0;
  /// Why a row can be rejected without decoding ("TIFF is not read"); empty when nothing is known
  /// against it.
  virtual std::string known_fault(int64_t) const { return {}; }
  /// The rows with a known_fault(), ascending. Asks every row; whoever keeps a list says what is in
  /// it.
  virtual std::vector<int64_t> known_faults() const;
  /// Stored bytes of all rows, as they lie on disk.
  virtual int64_t stored_bytes() const = 0;

  virtual const Modality& modality() const = 0;
  virtual const Pictures* pictures() const { return nullptr; }
  virtual const Features* features() const { return nullptr; }
  virtual const Texts* texts() const { return nullptr; }
  virtual const Fields* fields() const { return nullptr; }
  virtual const Targets* targets() const { return nullptr; }

  /// The class of the row, or kNoLabel.
  int32_t label(int64_t row) const {
    const Targets* const known = targets();
    return known == nullptr ? kNoLabel : known->label(row);
  }
  /// What a row teaches; nothing where no row has any.
  std::optional<CountedIn> taught() const { return targets() == nullptr ? std::nullopt : std::optional(targets()->counted_in()); }
  /// Whether rows are of a class each, which a classifier can be trained on.
  bool have_classes() const { return taught() == CountedIn::rows; }
  /// Targets::soft(), empty without targets.
  std::span<const float> soft_label(int64_t row) const {
    const Targets* const known = targets();
    return known == nullptr ? std::span<const float>() : known->soft(row);
  }
  /// Targets::views(), none without targets.
  ViewsOfRow views(int64_t row) const {
    const Targets* const known = targets();
    return known == nullptr ? ViewsOfRow() : known->views(row);
  }
};

/// Whether `row` teaches more than its class: Targets::soft(), or labels of its views.
inline bool has_soft_labels(const Rows& rows, int64_t row) {
  return !rows.soft_label(row).empty() || rows.views(row).labels != nullptr;
}

/// The facet. Throws InputError naming `name` (a path, or empty) where the rows hold no pictures.
const Pictures& require_pictures(const Rows& rows, const std::string& name = {});

/// As require_pictures().
const Texts& require_texts(const Rows& rows, const std::string& name = {});

/// The rows of another, but for the facets that a subclass overrides. Holds a share in the rows
/// below.
class WrappedRows : public Rows {
 public:
  explicit WrappedRows(std::shared_ptr<const Rows> below) : below_(std::move(below)) {}

  int64_t size() const override { return below_->size(); }
  std::string key(int64_t row) const override { return below_->key(row); }
  Bytes bytes(int64_t row, std::vector<std::byte>& scratch) const override { return below_->bytes(row, scratch); }
  std::string known_fault(int64_t row) const override { return below_->known_fault(row); }
  std::vector<int64_t> known_faults() const override { return below_->known_faults(); }
  int64_t stored_bytes() const override { return below_->stored_bytes(); }
  const Modality& modality() const override { return below_->modality(); }
  const Pictures* pictures() const override { return below_->pictures(); }
  const Features* features() const override { return below_->features(); }
  const Texts* texts() const override { return below_->texts(); }
  const Fields* fields() const override { return below_->fields(); }
  const Targets* targets() const override { return below_->targets(); }

 protected:
  const Rows& below() const { return *below_; }
  const std::shared_ptr<const Rows>& shared_below() const { return below_; }

 private:
  std::shared_ptr<const Rows> below_;
};

}  // namespace decant
