// Rows whose pictures are files below one folder, and how some of them are copied: what class
// folders and sets of annotated pictures share.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "decant/base/context.h"
#include "decant/data/rows.h"

namespace decant {

/// A file that goes with a row's picture wherever that is copied: its label, its mask.
struct CarriedFile {
  std::filesystem::path from;
  std::string to;  ///< the path it is written under; is_safe_relative()
};

/// A subclass says how many rows there are, their keys, faults and targets. A key is the path of
/// the picture below the root, and so the name it is written under: is_safe_relative(), and no two
/// rows without a fault have the same.
class FileRows : public Rows, public Pictures {
 public:
  /// `threads`: for measuring files.
  FileRows(std::filesystem::path root, int threads) : root_(std::move(root)), threads_(threads) {}

  const Modality& modality() const override { return modality::pictures; }
  const Pictures* pictures() const override { return this; }
  /// Throws InputError for a row with a known fault, IoError for a file that cannot be read.
  Bytes bytes(int64_t row, std::vector<std::byte>& scratch) const override;
  void decode(int64_t row, Image& image) const override;
  std::optional<PatchMask> mask(int64_t row) const override;
  int64_t stored_bytes() const override;

  virtual std::filesystem::path path(int64_t row) const { return root_ / key(row); }
  const std::filesystem::path& root() const { return root_; }
  /// Adds the files that go with the row, which are there; two rows may share one. They count as
  /// stored bytes.
  virtual void add_carried(int64_t /*row*/, std::vector<CarriedFile>& /*files*/) const {}
  /// Of every picture, measured at the first call; 0 for one that cannot be measured.
  const std::vector<int64_t>& sizes() const;

 private:
  void measure() const;

  std::filesystem::path root_;
  int threads_;
  mutable std::once_flag measured_;
  mutable std::vector<int64_t> sizes_;
  mutable int64_t carried_bytes_ = 0;
};

/// Copies the pictures of `rows` into `folder`, which holds none of them, under their keys, and the
/// files that go with them. Returns bytes written. Throws IoError, also for a picture whose size
/// has changed since it was measured; Cancelled between two files. After either, every file in
/// `folder` is whole.
int64_t copy_files(const FileRows& source, std::span<const int64_t> rows, const std::filesystem::path& folder, const Context& context);

/// What copy_files() would write, in bytes.
int64_t bytes_to_copy(const FileRows& source, std::span<const int64_t> rows);

/// Makes `link`, and the folders above it, which leads to the folder `target` by its real path.
/// Throws IoError.
void link_folder(const std::filesystem::path& target, const std::filesystem::path& link);

/// Writes a file of a set, and the folders above it. Returns its bytes. Throws IoError.
int64_t put_file(const std::filesystem::path& path, const std::string& text);

/// What is written in place of a file that goes with a row. False = its own bytes. Called from
/// several threads.
using CarriedChange = std::function<bool(int64_t row, const CarriedFile& file, std::vector<std::byte>& out)>;

/// As copy_files(), with the pictures that `content`, which has the same rows, holds in place of
/// the source's. `change`: of the files that go with them; null = none. One that two rows share is
/// asked of the first.
int64_t write_files(const Rows& content, std::span<const int64_t> rows, const FileRows& source, const std::filesystem::path& folder,
                    const Context& context, const CarriedChange& change = nullptr);

}  // namespace decant
