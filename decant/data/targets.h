// What a row teaches.
//
// Every kind of target answers the two questions that choosing asks: of which class is the row, and
// how much of each class does it hold. Quotas and class tables use the second, so that a picture
// with three cars and a bus counts as that. A row with objects or a mask is of no class itself:
// its label() is kNoLabel. What only a training asks (soft labels, objects) stands next to these.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "decant/data/view_labels.h"

namespace decant {

constexpr int32_t kNoLabel = -1;

struct ClassCount {
  int32_t label = kNoLabel;
  int64_t count = 0;
  bool operator==(const ClassCount&) const = default;
};

/// What counts() counts.
enum class CountedIn { rows, objects, pixels };
const char* name_of(CountedIn unit);  ///< "rows", "objects", "pixels"

/// The class of every pixel of a row, as its mask is stored.
struct ClassMask {
  int width = 0;
  int height = 0;
  std::vector<int32_t> labels;  ///< (height, width); kNoLabel for pixels that count nowhere
};

struct Objects;
struct ObjectShape;

/// Some neighbours in the columns of a table (data/objects.h).
struct ObjectRange {
  const Objects* table = nullptr;
  int64_t begin = 0;
  int64_t end = 0;
  int64_t size() const { return end - begin; }
};

/// All const members may be called from many threads at once.
class Targets {
 public:
  virtual ~Targets() = default;
  /// The class of the row, or kNoLabel.
  virtual int32_t label(int64_t row) const = 0;
  /// How much of each class is in the row, by ascending label, each at least 1. Unless overridden:
  /// the row's own class, once.
  virtual void counts(int64_t row, std::vector<ClassCount>& out) const {
    out.clear();
    if (const int32_t own = label(row); own != kNoLabel) out.push_back({own, 1});
  }
  virtual CountedIn counted_in() const { return CountedIn::rows; }
  /// What is annotated in the row; nothing unless counted_in() objects. Lives as long as the rows.
  virtual ObjectRange objects(int64_t) const { return {}; }
  /// The outlines and masks of the row's objects, read from their source; none of those that have a
  /// box alone. Throws InputError, IoError.
  virtual void shapes(int64_t /*row*/, std::vector<ObjectShape>& out) const;
  /// The class of every pixel, of rows that are counted in pixels; false where there is none. Reads
  /// and decodes the mask. Throws InputError, IoError.
  virtual bool class_mask(int64_t /*row*/, ClassMask& /*out*/) const { return false; }
  /// How the picture of the row must be turned, as it is decoded, for what is annotated to lie in
  /// it: a number of EXIF's, 1 … 8 (data/upright.h); 1 = not at all. May read the head of its file.
  virtual int orientation(int64_t) const { return 1; }
  /// Of the file in which the row is annotated, its label, xml or mask: the hash of its bytes,
  /// which stands for them in digests. 0 = there is none; counts and boxes say all of it.
  virtual uint64_t annotation_hash(int64_t) const { return 0; }
  /// What the row teaches of every class, one finite number each: probabilities, or whatever a
  /// squared error is to reach. Empty unless the data set has such labels; then all of its rows
  /// have one, of one length. Lives as long as the rows.
  virtual std::span<const float> soft(int64_t) const { return {}; }
  /// What a teacher said of the row as it is cut and mirrored; none unless the data set has such
  /// labels. Then all of its rows have. Lives as long as the rows.
  virtual ViewsOfRow views(int64_t) const { return {}; }
};

/// The targets of other rows, but for what a subclass overrides. Those must outlive this.
class WrappedTargets : public Targets {
 public:
  explicit WrappedTargets(const Targets& below) : below_(below) {}

  int32_t label(int64_t row) const override { return below_.label(row); }
  void counts(int64_t row, std::vector<ClassCount>& out) const override { below_.counts(row, out); }
  CountedIn counted_in() const override { return below_.counted_in(); }
  ObjectRange objects(int64_t row) const override { return below_.objects(row); }
  void shapes(int64_t row, std::vector<ObjectShape>& out) const override { below_.shapes(row, out); }
  bool class_mask(int64_t row, ClassMask& out) const override { return below_.class_mask(row, out); }
  int orientation(int64_t row) const override { return below_.orientation(row); }
  uint64_t annotation_hash(int64_t row) const override { return below_.annotation_hash(row); }
  std::span<const float> soft(int64_t row) const override { return below_.soft(row); }
  ViewsOfRow views(int64_t row) const override { return below_.views(row); }

 protected:
  const Targets& below() const { return below_; }

 private:
  const Targets& below_;
};

}  // namespace decant
