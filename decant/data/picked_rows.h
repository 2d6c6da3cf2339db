// Rows picked from several others, one after another: a memory of what was kept at different times.
// Rows of one other are a RowsView (rows_view.h).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "decant/data/rows.h"

namespace decant {

/// Row i is picks[i]; a row may be picked more than once, and keys repeat then. Pictures and
/// classes are passed on, other facets are not.
class PickedRows final : public Rows, public Pictures, public Targets {
 public:
  struct Pick {
    std::shared_ptr<const Rows> rows;
    int64_t row = 0;
  };

  /// REQUIRES: rows of pictures; not empty.
  explicit PickedRows(std::vector<Pick> picks);

  int64_t size() const override { return std::ssize(picks_); }
  std::string key(int64_t row) const override { return at(row).rows->key(at(row).row); }
  Bytes bytes(int64_t row, std::vector<std::byte>& scratch) const override { return at(row).rows->bytes(at(row).row, scratch); }
  std::string known_fault(int64_t row) const override { return at(row).rows->known_fault(at(row).row); }
  int64_t stored_bytes() const override;
  const Modality& modality() const override { return picks_.front().rows->modality(); }
  const Pictures* pictures() const override { return this; }
  const Targets* targets() const override { return this; }

  void decode(int64_t row, Image& image) const override { at(row).rows->pictures()->decode(at(row).row, image); }
  std::optional<ImageSize> fixed_size() const override { return fixed_size_; }
  PictureBytes stored_as() const override { return stored_as_; }
  std::optional<PatchMask> mask(int64_t row) const override { return at(row).rows->pictures()->mask(at(row).row); }

  int32_t label(int64_t row) const override { return at(row).rows->label(at(row).row); }
  std::span<const float> soft(int64_t row) const override { return at(row).rows->soft_label(at(row).row); }
  ViewsOfRow views(int64_t row) const override { return at(row).rows->views(at(row).row); }

 private:
  const Pick& at(int64_t row) const;

  std::vector<Pick> picks_;
  std::optional<ImageSize> fixed_size_;  ///< where it is that of all
  PictureBytes stored_as_ = PictureBytes::file;
};

/// Of one data set.
std::vector<PickedRows::Pick> picks_of(const std::shared_ptr<const Rows>& rows, std::span<const int64_t> chosen);

}  // namespace decant
