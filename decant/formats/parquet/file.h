// One Parquet file, mapped: its footer, and any page of any column without what lies around it.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "decant/formats/parquet/page_cache.h"

namespace decant::parquet {

/// Where the pages of a chunk lie.
struct ChunkPages {
  std::optional<PagePlace> dictionary;
  std::vector<PagePlace> data;  ///< those with values, in their order
};

/// The entries of a row that stand in one page.
struct Piece {
  std::shared_ptr<const Page> page;
  int64_t begin = 0;
  int64_t end = 0;
};

/// All const members may be called from many threads at once. The file must not change while it is
/// open.
class ParquetFile {
 public:
  /// `name`: of the file in keys. Throws what read_footer() throws, and IoError.
  ParquetFile(const std::filesystem::path& path, std::string name, std::shared_ptr<PageCache> cache);

  const std::string& name() const { return name_; }
  const std::filesystem::path& path() const { return map_.path(); }
  Bytes bytes() const { return map_.bytes(); }
  const Footer& footer() const { return footer_; }
  int64_t rows() const { return firsts_.back(); }
  int group_of(int64_t row) const;
  int64_t first_row(int group) const { return firsts_[static_cast<size_t>(group)]; }
  const Chunk& chunk(int group, int column) const { return footer_.groups[static_cast<size_t>(group)].chunks[static_cast<size_t>(column)]; }

  /// Found once: in the offset index, else by walking over the headers. Of a column that repeats
  /// and has no index, its levels are read.
  std::shared_ptr<const ChunkPages> pages(int group, int column) const;
  /// From the cache, else read and checked. Throws InputError.
  std::shared_ptr<const Page> page(int group, int column, size_t number) const;

 private:
  Where where(int group, int column, int64_t at) const;
  Bytes at(const PagePlace& place) const { return bytes().subspan(static_cast<size_t>(place.begin), static_cast<size_t>(place.size)); }
  /// With room for it in the cache as long as it is unpacked.
  std::shared_ptr<Page> read(const PagePlace& place, int group, int column, std::shared_ptr<const Page> dictionary) const;
  std::shared_ptr<const Page> dictionary(int group, int column, const std::optional<PagePlace>& place) const;
  ChunkPages find_pages(int group, int column) const;
  std::optional<PagePlace> dictionary_at_begin(int group, int column) const;
  int64_t count_rows(int group, int column, const PageHeader& header, const PagePlace& place, const ChunkPages& found) const;

  MappedFile map_;
  std::string name_;
  Footer footer_;
  std::vector<int64_t> firsts_;  // row of each group, and the number of rows
  std::shared_ptr<PageCache> cache_;
  mutable std::mutex mutex_;
  mutable std::map<std::pair<int, int>, std::shared_ptr<const ChunkPages>> pages_;
};

/// Reads rows of a column, best in their order: it holds on to the page it is in.
class ColumnCursor {
 public:
  ColumnCursor(const ParquetFile& file, int column) : file_(&file), column_(column), node_(&file.footer().column(column)) {}

  const Node& node() const { return *node_; }
  /// The entries of a row of the file, in one piece or more. Void with the next call.
  const std::vector<Piece>& entries(int64_t row);
  /// Of a column that does not repeat: the value, nothing where it is missing. Void with the next
  /// call.
  std::optional<std::string_view> value(int64_t row);
  /// Likewise, but a view of the mapped file, or where there is none to be had, of `scratch`, which
  /// grows where it must and never shrinks.
  std::optional<Bytes> value(int64_t row, std::vector<std::byte>& scratch);

 private:
  void go_to(int group, size_t page);
  void go_to_row(int64_t row);
  void add_repeated(int64_t row);
  std::optional<int64_t> find_value(int64_t row);  ///< in page_

  const ParquetFile* file_;
  int column_;
  const Node* node_;
  int group_ = -1;
  size_t number_ = 0;
  std::shared_ptr<const ChunkPages> pages_;
  std::shared_ptr<const Page> page_;
  std::vector<Piece> pieces_;
  std::vector<std::byte> scratch_;
};

}  // namespace decant::parquet
