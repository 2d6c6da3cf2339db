// Rows to test with, and what tests read from rows. Only *_test.cc include it.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "decant/base/file.h"
#include "decant/data/dataset.h"

namespace decant {

/// Five labelled pictures, "a" to "e"; the last has no label.
class Letters final : public Rows, public Pictures, public Targets {
 public:
  int64_t size() const override { return 5; }
  std::string key(int64_t row) const override { return std::string(1, static_cast<char>('a' + row)); }
  int32_t label(int64_t row) const override { return row == 4 ? kNoLabel : static_cast<int32_t>(row % 2); }
  Bytes bytes(int64_t row, std::vector<std::byte>& scratch) const override {
    scratch.assign(static_cast<size_t>(row) + 1, std::byte{1});
    return scratch;
  }
  void decode(int64_t, Image& image) const override { image.resize({1, 1, 1}); }
  const Modality& modality() const override { return modality::pictures; }
  const Pictures* pictures() const override { return this; }
  const Targets* targets() const override { return this; }
  int64_t stored_bytes() const override { return 15; }
};

/// Three records: "row 0" to "row 2".
class Sayings final : public Rows, public Texts {
 public:
  int64_t size() const override { return 3; }
  std::string key(int64_t row) const override { return std::to_string(row); }
  Bytes bytes(int64_t row, std::vector<std::byte>&) const override { return as_bytes(kSaid[static_cast<size_t>(row)]); }
  const Modality& modality() const override { return modality::records; }
  const Texts* texts() const override { return this; }
  void read(int64_t row, Record& out) const override {
    out.restart(0);
    out.turns = {{"text", kSaid[static_cast<size_t>(row)], 0, 5, true}};
  }
  std::string schema() const override { return "sayings"; }
  int64_t stored_bytes() const override { return 15; }

 private:
  static constexpr std::string_view kSaid[] = {"row 0", "row 1", "row 2"};
};

/// Rows without targets, of which rows 1 and 4 are bad.
class Unlabelled final : public Rows {
 public:
  explicit Unlabelled(int64_t size) : size_(size) {}
  int64_t size() const override { return size_; }
  std::string key(int64_t) const override { return ""; }
  Bytes bytes(int64_t, std::vector<std::byte>&) const override { return {}; }
  const Modality& modality() const override { return modality::vectors; }
  std::string known_fault(int64_t row) const override { return row == 1 || row == 4 ? "is bad" : ""; }
  std::vector<int64_t> known_faults() const override { return {1, 4}; }
  int64_t stored_bytes() const override { return 0; }

 private:
  int64_t size_;
};

/// Other bytes in every row: its number, as many times as `times` says.
class OtherBytes final : public WrappedRows {
 public:
  OtherBytes(std::shared_ptr<const Rows> below, size_t times) : WrappedRows(std::move(below)), times_(times) {}
  Bytes bytes(int64_t row, std::vector<std::byte>& scratch) const override {
    scratch.assign(times_, static_cast<std::byte>('0' + row));
    return scratch;
  }

 private:
  size_t times_;
};

inline std::vector<std::string> keys_of(const Rows& rows) {
  std::vector<std::string> all;
  for (int64_t row = 0; row < rows.size(); ++row) all.push_back(rows.key(row));
  return all;
}

/// The bytes of a row as stored.
inline std::string text_of(const Rows& rows, int64_t row) {
  std::vector<std::byte> scratch;
  return std::string(as_text(rows.bytes(row, scratch)));
}

inline std::vector<int64_t> all_rows_of(const Rows& rows) {
  std::vector<int64_t> all;
  for (int64_t row = 0; row < rows.size(); ++row) all.push_back(row);
  return all;
}

/// "place: what" of every oddity.
inline std::vector<std::string> oddities_of(const Dataset& dataset) {
  std::vector<std::string> all;
  for (const Oddity& oddity : dataset.oddities) all.push_back(oddity.place + ": " + oddity.what);
  return all;
}

}  // namespace decant
