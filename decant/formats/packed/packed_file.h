// The container: records with an index, keys, classes and a footer, around bytes that it does not
// interpret (packed.h has the layout, docs/formats/packed.md every byte).
#pragma once

#include <filesystem>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "decant/base/file.h"
#include "decant/data/image.h"
#include "decant/data/targets.h"

namespace decant::packed {

constexpr std::string_view kMagic = "dcpack01";
constexpr int32_t kLargestLabel = (1 << 24) - 1;
constexpr size_t kEntryBytes = 20;   ///< end (8), checksum (4), label (4), key (4)
constexpr size_t kChecksumAt = 56;   ///< in the footer
constexpr size_t kFooterBytes = 72;  ///< five lengths (8 each), width, height, channels, flags (4 each), checksum (8), magic (8)

/// The first 32 bits of the record's XXH3.
uint32_t record_checksum(Bytes record);

/// XXH3-64 of each part in turn, seeded with that of the part before: model, index, keys, classes
/// and the footer up to its checksum.
uint64_t chained_checksum(std::initializer_list<Bytes> parts);

/// A packed file, checked. A view: it lives as long as the bytes do. The index is copied, so that a
/// file that changes has wrong records and never ones that lie nowhere.
class PackedView {
 public:
  /// Checks all but the records. `name` is for messages. Throws InputError. Cost: one pass over
  /// index, keys and classes.
  PackedView(Bytes file, std::string name);

  int64_t size() const { return count_; }
  /// The record of a row, verified. Throws InputError for a damaged one.
  Bytes record(int64_t row) const;
  int32_t label(int64_t row) const { return static_cast<int32_t>(entry_word(row, 12)); }
  bool labelled() const { return labelled_; }
  std::string key(int64_t row) const;
  const std::vector<std::string>& classes() const { return classes_; }
  Bytes model() const { return model_; }
  const std::optional<ImageSize>& fixed_size() const { return fixed_; }
  const std::string& name() const { return name_; }

 private:
  struct Stem {
    int64_t end = 0;  // row behind its last
    std::string text;
  };

  void parse_footer(Bytes file);
  void check_index() const;
  void parse_keys();
  void parse_classes();
  const std::byte* entry(int64_t row) const { return index_.data() + static_cast<size_t>(row) * kEntryBytes; }
  uint64_t end_of(int64_t row) const;
  uint32_t entry_word(int64_t row, size_t at) const;
  [[noreturn]] void fail(const std::string& place, const std::string& what) const;

  std::string name_;
  int64_t count_ = 0;
  std::optional<ImageSize> fixed_;
  bool labelled_ = false;
  bool listed_ = false;
  Bytes records_;
  Bytes model_;
  std::vector<std::byte> index_;
  Bytes keys_;
  Bytes class_names_;
  std::vector<Stem> stems_;
  std::vector<std::string> classes_;
};

/// Writes such a file, record by record. Destroyed without commit(), it leaves nothing.
class PackedFileWriter {
 public:
  PackedFileWriter(const std::filesystem::path& path, const std::optional<ImageSize>& fixed);
  /// REQUIRES: −1 ≤ label ≤ kLargestLabel.
  void add(Bytes record, int32_t label, const std::string& key);
  /// Returns bytes written.
  int64_t commit(Bytes model, const std::vector<std::string>& classes);

 private:
  /// Keys as a stem and a number while they are such ("data_batch_1.bin#" and 17); as they are, one
  /// behind the other, once they are not.
  class Keys {
   public:
    /// The number to store in the row's entry. `entries`: of the rows before, changed when keys
    /// become listed.
    uint32_t add(const std::string& key, std::vector<std::byte>& entries);
    bool listed() const { return listed_; }
    /// What the part of the keys holds; `stems` is scratch.
    Bytes bytes(std::vector<std::byte>& stems) const;

   private:
    void list_all(std::vector<std::byte>& entries);
    uint32_t append(std::string_view key);

    struct Stem {
      std::string text;
      int64_t rows = 0;
    };
    bool listed_ = false;
    int64_t rows_ = 0;
    std::vector<Stem> stems_;
    std::string text_;
  };

  FileWriter writer_;
  ImageSize fixed_;
  bool labelled_ = false;
  uint64_t end_ = 0;
  std::vector<std::byte> entries_;
  Keys keys_;
};

}  // namespace decant::packed
