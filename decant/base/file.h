// Files: read whole or mapped, and written so that a partial file never has the final name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace decant {

using Bytes = std::span<const std::byte>;

inline std::string_view as_text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline Bytes as_bytes(std::string_view text) {
  return std::as_bytes(std::span(text));
}

struct MapEntry;

/// A whole file mapped for reading; moves, does not copy. An empty file is an empty span. Throws
/// IoError. Where somebody cuts the file short, its bytes read as zeros from there on, and a
/// MapWatch says so (map_guard.h).
class MappedFile {
 public:
  MappedFile() = default;
  explicit MappedFile(const std::filesystem::path& path);
  ~MappedFile();
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;

  Bytes bytes() const { return {data_, size_}; }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  const std::byte* data_ = nullptr;
  size_t size_ = 0;
  MapEntry* entry_ = nullptr;
};

/// Reads the whole file into `buffer` (resized) and returns a view of it. Throws IoError.
Bytes read_file(const std::filesystem::path& path, std::vector<std::byte>& buffer);
std::string read_text(const std::filesystem::path& path);

/// Opens PATH.partial, or where there is such a file PATH.partial1 and so on: nobody's file is
/// touched, and two writers of one path never share one. `partial` becomes its name. Throws
/// IoError.
int create_partial(const std::filesystem::path& path, std::filesystem::path& partial);

/// A file being written as PATH.partial; commit() writes what is left and renames it to PATH.
/// Destroyed without commit(), the partial file is removed. Every failure, a full disk at close
/// among them, is an IoError.
class FileWriter {
 public:
  explicit FileWriter(std::filesystem::path path);
  ~FileWriter();
  FileWriter(const FileWriter&) = delete;
  FileWriter& operator=(const FileWriter&) = delete;

  void write(Bytes bytes);
  void write(std::string_view text) { write(as_bytes(text)); }
  /// One after the other. Where they are large together they go to the file from where they lie,
  /// without a copy between.
  void write(std::span<const Bytes> pieces);
  int64_t written() const { return written_; }
  void commit();

 private:
  void flush();
  /// Returns how many bytes were written: fewer than there are where a mapped page is missing.
  size_t gather(std::span<const Bytes> pieces);

  std::filesystem::path path_;
  std::filesystem::path partial_;
  int descriptor_ = -1;
  int64_t written_ = 0;
  std::vector<std::byte> buffer_;
};

/// Writes a small file in one go, through FileWriter.
void write_file(const std::filesystem::path& path, Bytes bytes);
void write_file(const std::filesystem::path& path, std::string_view text);

/// True when `relative` stays below the folder it is joined to: not absolute, no "..", no empty
/// name, no NUL byte.
bool is_safe_relative(std::string_view relative);

}  // namespace decant
