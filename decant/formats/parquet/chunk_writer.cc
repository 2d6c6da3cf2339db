#include "decant/formats/parquet/chunk_writer.h"

#include <algorithm>
#include <deque>
#include <functional>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "decant/base/digest.h"
#include "decant/base/errors.h"
#include "decant/formats/parquet/page_writer.h"
#include "decant/formats/parquet/value_range.h"

namespace decant::parquet {
namespace {

constexpr size_t kDictionaryBytes = size_t{1} << 20;

/// Visits the entries of rows: each(rep, def, value or nothing), and before each row begin_row().
/// Values live until the next call.
class EntryReader {
 public:
  EntryReader(const ParquetFile& file, int column, std::span<const int64_t> rows, const Replacement& replacement)
      : cursor_(file, column), rows_(rows), replacement_(replacement) {}

  const Node& node() const { return cursor_.node(); }

  template <class BeginRow, class Each>
  void visit(BeginRow&& begin_row, Each&& each) {
    for (const int64_t row : rows_) {
      if (!begin_row()) return;
      for (const Piece& piece : cursor_.entries(row)) {
        const Page& page = *piece.page;
        for (int64_t i = piece.begin; i < piece.end; ++i) {
          const auto entry = static_cast<size_t>(i);
          std::optional<ValueView> value;
          if (page.has_value(i, node().most_def)) value.emplace(page, page.value_index(i));
          if (value && replacement_) value.emplace(replacement_(row, scratch_));
          each(page.rep.empty() ? uint32_t{0} : page.rep[entry], page.def.empty() ? uint32_t{0} : page.def[entry], value);
        }
      }
    }
  }

 private:
  ColumnCursor cursor_;
  std::span<const int64_t> rows_;
  const Replacement& replacement_;
  std::vector<std::byte> scratch_;
};

/// The different values of a column.
class DictionaryOut {
 public:
  /// Whether the values of these rows fit, and take less room so than as they are.
  bool fill(const std::function<EntryReader()>& make_reader) {
    if (sizes_are_too_many(make_reader())) return false;
    EntryReader reader = make_reader();
    size_t plain = 0;
    size_t count = 0;
    const auto sized = [&](std::string_view value) { return value.size() + (reader.node().width == 0 ? 4 : 0); };
    reader.visit([&] { return bytes_ <= kDictionaryBytes; },
                 [&](uint32_t, uint32_t, const std::optional<ValueView>& value) {
                   if (!value || bytes_ > kDictionaryBytes) return;
                   const std::string_view text = value->text(scratch_);
                   plain += sized(text);
                   ++count;
                   if (numbers_.contains(text)) return;
                   bytes_ += sized(text);
                   values_.emplace_back(text);
                   numbers_.emplace(values_.back(), static_cast<uint32_t>(values_.size() - 1));
                 });
    if (bytes_ > kDictionaryBytes || values_.empty()) return false;
    return bytes_ + count * static_cast<size_t>(bits()) / 8 < plain;
  }

  int bits() const { return values_.empty() ? 0 : bits_for(static_cast<uint32_t>(values_.size() - 1)); }
  uint32_t number_of(std::string_view value) const { return numbers_.at(value); }
  const std::deque<std::string>& values() const { return values_; }

 private:
  /// Large values of different sizes differ, which spares looking at them.
  static bool sizes_are_too_many(EntryReader reader) {
    constexpr int64_t kLookedAt = 4096;
    constexpr size_t kLarge = 1024;
    std::unordered_set<size_t> sizes;
    size_t bytes = 0;
    int64_t looked_at = 0;
    reader.visit([&] { return bytes <= kDictionaryBytes && looked_at < kLookedAt; },
                 [&](uint32_t, uint32_t, const std::optional<ValueView>& value) {
                   ++looked_at;
                   if (value && value->size() >= kLarge && sizes.insert(value->size()).second) bytes += value->size();
                 });
    return bytes > kDictionaryBytes;
  }

  struct Hash {
    size_t operator()(std::string_view text) const { return hash64(text); }
  };

  std::deque<std::string> values_;
  std::unordered_map<std::string_view, uint32_t, Hash> numbers_;
  size_t bytes_ = 0;
  std::vector<std::byte> scratch_;
};

class ChunkOut {
 public:
  ChunkOut(const ParquetFile& file, int column, std::span<const int64_t> rows, const Replacement& replacement, bool orders, Sink& sink)
      : file_(file),
        column_(column),
        node_(file.footer().column(column)),
        rows_(rows),
        replacement_(replacement),
        orders_(orders),
        sink_(sink),
        range_(node_) {
    const Chunk& source = file.chunk(file.group_of(rows.front()), column);
    form_ = {source.codec, has_crc(source)};
    indexed_ = !replacement && node_.type != Physical::boolean && source.has_dictionary && dictionary_.fill([this] { return reader(); });
  }

  WrittenChunk write() {
    written_.begin = sink_.at;
    if (indexed_) write_dictionary();
    written_.data_begin = sink_.at;
    reader().visit(
        [&] {
          if (rows_in_page_ >= kPageRows) end_page();
          ++rows_in_page_;
          return true;
        },
        [&](uint32_t rep, uint32_t def, const std::optional<ValueView>& value) { add(rep, def, value); });
    end_page();
    finish();
    return std::move(written_);
  }

 private:
  EntryReader reader() const { return {file_, column_, rows_, replacement_}; }

  bool has_crc(const Chunk& source) const {
    const Where where{file_.path().string(), "the first page of column " + node_.path};
    return read_page_header(file_.bytes().subspan(static_cast<size_t>(source.begin), static_cast<size_t>(source.size)), where)
        .crc.has_value();
  }

  void add(uint32_t rep, uint32_t def, const std::optional<ValueView>& value) {
    // Only between rows: a page begins with one.
    if (value && rep == 0 && !def_or_values_empty() && plain_.size() + value->size() > kPageBytes) {
      --rows_in_page_;
      end_page();
      rows_in_page_ = 1;
    }
    if (node_.most_rep > 0) rep_.push_back(rep);
    if (node_.most_def > 0) def_.push_back(def);
    ++entries_;
    if (!value) {
      ++missing_;
      return;
    }
    if (orders_ && range_.is_ordered()) range_.add(value->text(scratch_));
    if (indexed_)
      numbers_.push_back(dictionary_.number_of(value->text(scratch_)));
    else
      add_plain(*value);
  }

  void add_plain(const ValueView& value) {
    if (node_.width == 0) {
      const auto size = static_cast<uint32_t>(value.size());
      plain_.add({reinterpret_cast<const char*>(&size), 4});
    }
    value.visit([&](Bytes bytes, bool in_map) { in_map ? plain_.refer(bytes) : plain_.add(as_text(bytes)); });
  }

  bool def_or_values_empty() const { return entries_ == 0; }

  void end_page() {
    if (entries_ == 0) return;
    Gathered body;
    body.add(levels_text(rep_, node_.most_rep));
    body.add(levels_text(def_, node_.most_def));
    if (indexed_) {
      body.add(std::string(1, static_cast<char>(dictionary_.bits())));
      body.add(write_hybrid(numbers_, dictionary_.bits()));
    } else if (node_.type == Physical::boolean) {
      body.add(write_booleans(plain_.text()));
    } else {
      body.add(plain_);
    }
    const int64_t begin = sink_.at;
    put_page(PageHeader::Kind::data, body, entries_, indexed_ ? Encoding::rle_dictionary : Encoding::plain, form_, sink_, written_);
    written_.pages.push_back({begin, sink_.at - begin, rows_before_});
    written_.values += entries_;
    rows_before_ += rows_in_page_;
    rows_in_page_ = entries_ = 0;
    rep_.clear();
    def_.clear();
    numbers_.clear();
    plain_.clear();
    ++data_pages_;
  }

  void write_dictionary() {
    written_.has_dictionary = true;
    std::string plain;
    for (const std::string& value : dictionary_.values()) append_plain(plain, node_, value);
    Gathered body;
    body.add(plain);
    put_page(PageHeader::Kind::dictionary, body, std::ssize(dictionary_.values()), Encoding::plain, form_, sink_, written_);
  }

  void finish() {
    written_.encodings = {static_cast<int>(Encoding::plain), static_cast<int>(Encoding::rle)};
    if (indexed_) written_.encodings.push_back(static_cast<int>(Encoding::rle_dictionary));
    const bool known = range_.known();
    written_.statistics = statistics_text(missing_, known ? &range_.least() : nullptr, known ? &range_.greatest() : nullptr);
  }

  const ParquetFile& file_;
  int column_;
  const Node& node_;
  std::span<const int64_t> rows_;
  const Replacement& replacement_;
  bool orders_;
  Sink& sink_;
  ValueRange range_;
  DictionaryOut dictionary_;
  bool indexed_ = false;
  PageForm form_;
  int64_t missing_ = 0;
  int64_t data_pages_ = 0;
  int64_t rows_before_ = 0;
  // The page that is being filled.
  int64_t rows_in_page_ = 0;
  int64_t entries_ = 0;
  std::vector<uint32_t> rep_, def_, numbers_;
  Gathered plain_;
  std::vector<std::byte> scratch_;
  WrittenChunk written_;
};

}  // namespace

WrittenChunk write_chunk(const ParquetFile& file, int column, std::span<const int64_t> rows, const Replacement& replacement, bool orders,
                         Sink& sink) {
  return ChunkOut(file, column, rows, replacement, orders, sink).write();
}

WrittenChunk copy_chunk(const ParquetFile& file, int group, int column, Sink& sink) {
  const Chunk& chunk = file.chunk(group, column);
  WrittenChunk written{.begin = sink.at,
                       .size = chunk.size,
                       .unpacked = chunk.unpacked,
                       .values = chunk.values,
                       .data_begin = chunk.data_begin - chunk.begin + sink.at,
                       .has_dictionary = chunk.has_dictionary,
                       .encodings = chunk.encodings,
                       .statistics = std::string(chunk.statistics),
                       .encoding_stats = std::string(chunk.encoding_stats),
                       .size_statistics = std::string(chunk.size_statistics),
                       .pages = {}};
  // Without an index a row of a column that repeats may go from page to page, which no index can
  // say.
  if (chunk.index_begin > 0 || file.footer().column(column).most_rep == 0) {
    for (PagePlace place : file.pages(group, column)->data) {
      place.begin += written.begin - chunk.begin;
      written.pages.push_back(place);
    }
  }
  Gathered pages;
  pages.refer(file.bytes().subspan(static_cast<size_t>(chunk.begin), static_cast<size_t>(chunk.size)));
  sink.put(std::move(pages));
  return written;
}

}  // namespace decant::parquet
