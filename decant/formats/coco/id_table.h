// Images found by their ids, once for each annotation of a json.
#pragma once

#include <bit>
#include <cstdint>
#include <string_view>
#include <vector>

#include "decant/base/digest.h"
#include "decant/formats/coco/id.h"

namespace decant::coco {

/// Where an id stands in a list. Open addressing, 16 to 32 bytes for an id: a search touches the
/// table and the id that it finds and nothing else, which for 118,000 ids in any order takes a
/// third of std::unordered_map's time.
class IdTable {
 public:
  IdTable() = default;
  /// `ids`: fewer than 2^31; they outlive this, and stay as they are.
  explicit IdTable(const std::vector<Id>& ids) : ids_(&ids), slots_(std::bit_ceil(2 * ids.size() + 1)) {
    for (size_t i = 0; i < ids.size(); ++i) {
      const uint64_t hash = hash64(ids[i]);
      size_t at = home(hash);
      while (slots_[at].place >= 0) at = next(at);
      slots_[at] = {tag_of(hash), static_cast<int32_t>(i)};
    }
  }

  /// The first that is equal; −1 where none is.
  int32_t find(std::string_view id) const {
    if (slots_.empty()) return -1;
    const uint64_t hash = hash64(id);
    for (size_t at = home(hash); slots_[at].place >= 0; at = next(at)) {
      if (slots_[at].tag == tag_of(hash) && (*ids_)[static_cast<size_t>(slots_[at].place)] == id) return slots_[at].place;
    }
    return -1;
  }

 private:
  struct Slot {
    uint32_t tag = 0;
    int32_t place = -1;
  };

  static uint32_t tag_of(uint64_t hash) { return static_cast<uint32_t>(hash >> 32); }
  size_t home(uint64_t hash) const { return hash & (slots_.size() - 1); }
  size_t next(size_t at) const { return (at + 1) & (slots_.size() - 1); }

  const std::vector<Id>* ids_ = nullptr;
  std::vector<Slot> slots_;  ///< a power of two of them, half of them free or more
};

}  // namespace decant::coco
