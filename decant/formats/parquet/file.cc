#include "decant/formats/parquet/file.h"

#include <algorithm>

#include "decant/base/text.h"

namespace decant::parquet {

ParquetFile::ParquetFile(const std::filesystem::path& path, std::string name, std::shared_ptr<PageCache> cache)
    : map_(path), name_(std::move(name)), footer_(read_footer(map_.bytes(), path.string())), firsts_{0}, cache_(std::move(cache)) {
  for (const Group& group : footer_.groups) firsts_.push_back(firsts_.back() + group.rows);
}

int ParquetFile::group_of(int64_t row) const {
  return static_cast<int>(std::ranges::upper_bound(firsts_, row) - firsts_.begin()) - 1;
}

Where ParquetFile::where(int group, int column, int64_t at) const {
  return {path().string(), fmt::format("row group {}, column {}, page at byte {}", group, footer_.column(column).path, at)};
}

std::shared_ptr<const ChunkPages> ParquetFile::pages(int group, int column) const {
  {
    const std::lock_guard lock(mutex_);
    const auto found = pages_.find({group, column});
    if (found != pages_.end()) return found->second;
  }
  auto pages = std::make_shared<const ChunkPages>(find_pages(group, column));
  const std::lock_guard lock(mutex_);
  return pages_.emplace(std::pair(group, column), std::move(pages)).first->second;
}

std::optional<PagePlace> ParquetFile::dictionary_at_begin(int group, int column) const {
  const Chunk& chunk = this->chunk(group, column);
  if (!chunk.has_dictionary) return std::nullopt;
  const Bytes rest = bytes().subspan(static_cast<size_t>(chunk.begin), static_cast<size_t>(chunk.size));
  const PageHeader header = read_page_header(rest, where(group, column, chunk.begin));
  if (header.kind != PageHeader::Kind::dictionary) return std::nullopt;
  return PagePlace{chunk.begin, header.size + header.packed, 0};
}

ChunkPages ParquetFile::find_pages(int group, int column) const {
  const Chunk& chunk = this->chunk(group, column);
  const int64_t rows = footer_.groups[static_cast<size_t>(group)].rows;
  ChunkPages found;
  if (chunk.index_begin > 0) {
    const Where index{path().string(), fmt::format("row group {}, column {}, offset index", group, footer_.column(column).path)};
    found.data = read_offset_index(bytes().subspan(static_cast<size_t>(chunk.index_begin), static_cast<size_t>(chunk.index_size)), chunk,
                                   rows, index);
    if (!found.data.empty()) {
      found.dictionary = dictionary_at_begin(group, column);
      return found;
    }
  }
  const int64_t end = chunk.begin + chunk.size;
  int64_t entries = 0;
  int64_t first_row = 0;
  for (int64_t at = chunk.begin; entries < chunk.values;) {
    const Where here = where(group, column, at);
    if (at >= end)
      here.refuse(
          fmt::format("should hold more values: {} of {} are in the pages before", human_count(entries), human_count(chunk.values)));
    const PageHeader header = read_page_header(bytes().subspan(static_cast<size_t>(at), static_cast<size_t>(end - at)), here);
    const PagePlace place{at, header.size + header.packed, first_row};
    at += place.size;
    if (header.kind == PageHeader::Kind::dictionary) {
      if (found.dictionary || !found.data.empty()) here.refuse("is a second dictionary");
      found.dictionary = place;
    } else if (header.kind != PageHeader::Kind::index && header.entries > 0) {
      if (header.entries > chunk.values - entries) here.refuse("holds more values than its column is said to");
      entries += header.entries;
      first_row += count_rows(group, column, header, place, found);
      found.data.push_back(place);
    }
  }
  if (first_row != rows)
    where(group, column, chunk.begin)
        .refuse(fmt::format("begins a column of {} rows in a row group of {}", human_count(first_row), human_count(rows)));
  return found;
}

int64_t ParquetFile::count_rows(int group, int column, const PageHeader& header, const PagePlace& place, const ChunkPages& found) const {
  if (footer_.column(column).most_rep == 0) return header.entries;
  const auto page = read_page(at(place), chunk(group, column).codec, footer_.column(column), dictionary(group, column, found.dictionary),
                              where(group, column, place.begin));
  if (found.data.empty() && page->rep.front() != 0) where(group, column, place.begin).refuse("begins inside a row, and is the first page");
  return std::ssize(page->starts);
}

std::shared_ptr<Page> ParquetFile::read(const PagePlace& place, int group, int column, std::shared_ptr<const Page> dictionary) const {
  std::optional<PageCache::Room> room;
  return read_page(at(place), chunk(group, column).codec, footer_.column(column), std::move(dictionary), where(group, column, place.begin),
                   [&](int64_t bytes) { room.emplace(*cache_, bytes); });
}

std::shared_ptr<const Page> ParquetFile::dictionary(int group, int column, const std::optional<PagePlace>& place) const {
  if (!place) return nullptr;
  const PageCache::Key key{this, group, column, -1};
  if (auto known = cache_->find(key)) return known;
  std::shared_ptr<const Page> page = read(*place, group, column, nullptr);
  cache_->add(key, page);
  return page;
}

std::shared_ptr<const Page> ParquetFile::page(int group, int column, size_t number) const {
  const PageCache::Key key{this, group, column, static_cast<int64_t>(number)};
  if (auto known = cache_->find(key)) return known;
  const auto places = pages(group, column);
  const PagePlace& place = places->data[number];
  const Where here = where(group, column, place.begin);
  const bool indexed = read_page_header(at(place), here).needs_dictionary();  // one that does not need it should not unpack it
  const auto values = indexed ? dictionary(group, column, places->dictionary) : nullptr;
  const std::shared_ptr<Page> page = read(place, group, column, values);
  page->first_row = place.first_row;
  const int64_t next =
      number + 1 < places->data.size() ? places->data[number + 1].first_row : footer_.groups[static_cast<size_t>(group)].rows;
  const int64_t rows = footer_.column(column).most_rep == 0 ? page->entries : std::ssize(page->starts);
  if (rows != next - place.first_row) here.refuse(fmt::format("holds {} rows, and {} by the offset index", rows, next - place.first_row));
  cache_->add(key, page);
  return page;
}

void ColumnCursor::go_to(int group, size_t page) {
  if (group == group_ && page == number_ && page_) return;
  if (group != group_) pages_ = file_->pages(group, column_);
  page_ = file_->page(group, column_, page);
  group_ = group;
  number_ = page;
}

void ColumnCursor::go_to_row(int64_t row) {
  const int group = file_->group_of(row);
  const int64_t in_group = row - file_->first_row(group);
  if (group != group_) {
    page_.reset();
    pages_ = file_->pages(group, column_);
    group_ = group;
  }
  // The last page that begins at the row or before: pages that hold no row's beginning go on with
  // the row before, whose page is found by `first_row` of the page after.
  const auto& data = pages_->data;
  const auto after = std::ranges::upper_bound(data, in_group, {}, &PagePlace::first_row);
  go_to(group, static_cast<size_t>(after - data.begin()) - 1);
}

const std::vector<Piece>& ColumnCursor::entries(int64_t row) {
  go_to_row(row);
  pieces_.clear();
  const int64_t in_group = row - file_->first_row(group_);
  if (node_->most_rep > 0)
    add_repeated(in_group);
  else
    pieces_.push_back({page_, in_group - page_->first_row, in_group - page_->first_row + 1});
  return pieces_;
}

void ColumnCursor::add_repeated(int64_t row) {
  // Of several pages with one first row, all but the last hold no beginning but that of the row
  // before; the row itself begins in the last.
  const auto place = static_cast<size_t>(row - page_->first_row);
  const bool last = place + 1 == page_->starts.size();
  const int64_t end = last ? page_->entries : page_->starts[place + 1];
  pieces_.push_back({page_, page_->starts[place], end});
  for (size_t next = number_ + 1; last && next < pages_->data.size(); ++next) {
    const auto page = file_->page(group_, column_, next);
    if (page->rep.front() == 0) break;
    pieces_.push_back({page, 0, page->starts.empty() ? page->entries : page->starts.front()});
    if (!page->starts.empty()) break;
  }
}

std::optional<int64_t> ColumnCursor::find_value(int64_t row) {
  go_to_row(row);
  const int64_t entry = row - file_->first_row(group_) - page_->first_row;
  if (!page_->has_value(entry, node_->most_def)) return std::nullopt;
  return page_->value_index(entry);
}

std::optional<std::string_view> ColumnCursor::value(int64_t row) {
  const auto found = find_value(row);
  if (!found) return std::nullopt;
  return page_->values.get(*found, scratch_);
}

std::optional<Bytes> ColumnCursor::value(int64_t row, std::vector<std::byte>& scratch) {
  const auto found = find_value(row);
  if (!found) return std::nullopt;
  const Bytes value = as_bytes(page_->values.get(*found, scratch));
  if (value.data() == scratch.data() || page_->is_in_map(*found)) return value;
  if (scratch.size() < value.size()) scratch.resize(value.size());
  std::ranges::copy(value, scratch.begin());
  return Bytes(scratch.data(), value.size());
}

}  // namespace decant::parquet
