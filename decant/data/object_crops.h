// The objects of a split as pictures: a row for each object that counts, cut out of its picture.
//
// A cut is the object's box with an eighth of its sides more all around, as far as the picture
// goes, and at least one pixel. What surrounds an object tells classes apart as well.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "decant/data/objects.h"
#include "decant/data/rows.h"

namespace decant {

/// Object k of a row has that row's key with "#k" behind it. Rows in order, those of one picture by
/// label, then in their order: a picture that is asked for its objects one after the other is
/// decoded once by a thread. Memory: 16 bytes per object.
class ObjectCrops final : public Rows, private Pictures {
 public:
  /// REQUIRES: rows with pictures, counted in objects. `excluded`: rows whose objects are left out;
  /// ascending.
  ObjectCrops(std::shared_ptr<const Rows> rows, std::span<const int64_t> excluded);

  int64_t size() const override { return std::ssize(objects_); }
  std::string key(int64_t object) const override;
  Bytes bytes(int64_t object, std::vector<std::byte>& scratch) const override { return rows_->bytes(row_of(object), scratch); }
  int64_t stored_bytes() const override { return rows_->stored_bytes(); }
  const Modality& modality() const override { return rows_->modality(); }
  const Pictures* pictures() const override { return this; }

  /// The row that an object is in, and its label.
  int64_t row_of(int64_t object) const { return objects_[static_cast<size_t>(object)].row; }
  int32_t label_of(int64_t object) const;

 private:
  struct Place {
    int64_t row;
    int64_t object;  ///< in the columns
  };

  void decode(int64_t object, Image& image) const override;
  const Objects& table(int64_t row) const { return *rows_->targets()->objects(row).table; }

  std::shared_ptr<const Rows> rows_;
  std::vector<Place> objects_;
  uint64_t number_;  ///< of this among all that there ever were: names what a thread has decoded
};

}  // namespace decant
