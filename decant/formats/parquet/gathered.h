// Bytes one after the other, most of which stay where they are until they are written: copying 40
// MB of pictures costs as much as writing them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "decant/base/file.h"

namespace decant::parquet {

class Gathered {
 public:
  /// Shorter ones are copied: a piece costs as much as so many bytes.
  static constexpr size_t kLeastReferred = 512;

  /// A copy of them.
  void add(std::string_view bytes) {
    if (bytes.empty()) return;
    if (pieces_.empty() || pieces_.back().begin != nullptr) pieces_.push_back({});
    pieces_.back().size += bytes.size();
    own_ += bytes;
    size_ += bytes.size();
  }
  /// The bytes themselves. REQUIRES: they stay until this is done with.
  void refer(Bytes bytes) {
    if (bytes.size() < kLeastReferred) return add(as_text(bytes));
    pieces_.push_back({bytes.data(), bytes.size()});
    size_ += bytes.size();
    referred_ += bytes.size();
  }
  /// All that another one holds.
  void add(const Gathered& other) {
    other.visit([&](Bytes piece, bool refers) { refers ? refer(piece) : add(as_text(piece)); });
  }

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  /// Of the size, what is not copied.
  size_t referred() const { return referred_; }
  /// What is copied, and what it takes to refer to the rest.
  size_t memory() const { return size_ - referred_ + pieces_.size() * sizeof(Piece); }
  /// each(bytes, refers) for every piece, in their order.
  template <class Each>
  void visit(Each&& each) const {
    const auto* own = reinterpret_cast<const std::byte*>(own_.data());
    for (const Piece& piece : pieces_) {
      each(Bytes(piece.begin != nullptr ? piece.begin : own, piece.size), piece.begin != nullptr);
      if (piece.begin == nullptr) own += piece.size;
    }
  }
  /// Void with the next change.
  std::vector<Bytes> pieces() const {
    std::vector<Bytes> views;
    views.reserve(pieces_.size());
    visit([&](Bytes piece, bool) { views.push_back(piece); });
    return views;
  }
  /// In one piece.
  std::string text() const {
    std::string all;
    all.reserve(size_);
    visit([&](Bytes piece, bool) { all += as_text(piece); });
    return all;
  }
  void clear() {
    pieces_.clear();
    own_.clear();
    size_ = referred_ = 0;
  }

 private:
  struct Piece {
    const std::byte* begin = nullptr;  ///< null: the next `size` bytes of own_
    size_t size = 0;
  };

  std::vector<Piece> pieces_;
  std::string own_;
  size_t size_ = 0;
  size_t referred_ = 0;
};

}  // namespace decant::parquet
