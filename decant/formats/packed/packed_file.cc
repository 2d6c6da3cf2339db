#include "decant/formats/packed/packed_file.h"

#include <algorithm>
#include <charconv>
#include <fmt/core.h>

#include "decant/base/digest.h"
#include "decant/base/errors.h"
#include "decant/formats/packed/packed_bytes.h"
#include "decant/formats/packed/packed_codec.h"

namespace decant::packed {

namespace {

constexpr uint32_t kListedKeys = 1;
constexpr uint32_t kLabelled = 2;
constexpr size_t kKeyAt = 16;         // in an entry
constexpr int64_t kRowsPerStem = 64;  // with fewer, keys are listed
constexpr size_t kFreeStems = 16;

struct SplitKey {
  std::string_view stem;
  uint32_t number = 0;
};

/// Nothing where the key does not end in a number of at most nine digits without leading zeros.
std::optional<SplitKey> split_key(std::string_view key) {
  size_t begin = key.size();
  while (begin > 0 && key.size() - begin < 9 && key[begin - 1] >= '0' && key[begin - 1] <= '9') --begin;
  while (begin + 1 < key.size() && key[begin] == '0') ++begin;  // "007" is "00" and 7
  if (begin == key.size()) return std::nullopt;
  SplitKey split{key.substr(0, begin)};
  std::from_chars(key.data() + begin, key.data() + key.size(), split.number);
  return split;
}

void store_key(std::vector<std::byte>& entries, int64_t row, uint32_t number) {
  for (size_t i = 0; i < 4; ++i)
    entries[static_cast<size_t>(row) * kEntryBytes + kKeyAt + i] = static_cast<std::byte>(number >> (8 * i) & 255);
}

}  // namespace

uint32_t record_checksum(Bytes record) {
  return static_cast<uint32_t>(hash64(as_text(record)));
}

uint64_t chained_checksum(std::initializer_list<Bytes> parts) {
  uint64_t checksum = 0;
  for (const Bytes part : parts) checksum = hash64(as_text(part), checksum);
  return checksum;
}

// ---- Reading

void PackedView::fail(const std::string& place, const std::string& what) const {
  throw InputError({name_, place, what, "The file is damaged: fetch or make it again"});
}

PackedView::PackedView(Bytes file, std::string name) : name_(std::move(name)) {
  parse_footer(file);
  check_index();
  parse_keys();
  parse_classes();
}

void PackedView::parse_footer(Bytes file) {
  if (!as_text(file).starts_with(kMagic)) throw InputError({name_, "", "is not a packed file", "Check the path"});
  if (file.size() < kMagic.size() + kFooterBytes || !as_text(file).ends_with(kMagic)) fail("", "is cut off: it does not end in a footer");
  const Bytes footer = file.last(kFooterBytes);
  Bytes left = file.subspan(kMagic.size(), file.size() - kMagic.size() - kFooterBytes);
  const auto length = [&](size_t i) { return load<uint64_t>(footer.data() + 8 * i); };
  const auto word = [&](size_t i) { return load<uint32_t>(footer.data() + 40 + 4 * i); };
  const auto take = [&](uint64_t bytes) {
    if (bytes > left.size()) fail("footer", fmt::format("claims {} bytes where {} are left", bytes, left.size()));
    const Bytes taken = left.first(static_cast<size_t>(bytes));
    left = left.subspan(taken.size());
    return taken;
  };
  records_ = take(length(1));
  model_ = take(length(2));
  if (length(0) > left.size() / kEntryBytes) fail("footer", fmt::format("claims {} pictures", length(0)));
  count_ = static_cast<int64_t>(length(0));
  const Bytes index = take(length(0) * kEntryBytes);
  index_.assign(index.begin(), index.end());
  keys_ = take(length(3));
  class_names_ = take(length(4));
  if (!left.empty()) fail("footer", fmt::format("leaves {} bytes unexplained", left.size()));
  const uint64_t checksum = chained_checksum({model_, index_, keys_, class_names_, footer.first(kChecksumAt)});
  if (checksum != load<uint64_t>(footer.data() + kChecksumAt)) fail("footer", "has a checksum that differs from the index's");
  for (size_t i = 0; i < 3; ++i) {
    if (word(i) > static_cast<uint32_t>(kMaxSide)) fail("footer", "claims a picture that is too large");
  }
  const ImageSize size = {static_cast<int>(word(0)), static_cast<int>(word(1)), static_cast<int>(word(2))};
  if (size != ImageSize()) fixed_ = size;
  if (fixed_ && !is_valid(size)) fail("footer", fmt::format("claims pictures of {}x{}x{}", size.width, size.height, size.channels));
  if (word(3) > (kListedKeys | kLabelled)) fail("footer", fmt::format("has unknown flags ({})", word(3)));
  listed_ = (word(3) & kListedKeys) != 0;
  labelled_ = (word(3) & kLabelled) != 0;
}

uint64_t PackedView::end_of(int64_t row) const {
  return row < 0 ? 0 : load<uint64_t>(entry(row));
}

uint32_t PackedView::entry_word(int64_t row, size_t at) const {
  DECANT_CHECK(row, >=, 0);
  DECANT_CHECK(row, <, count_);
  return load<uint32_t>(entry(row) + at);
}

void PackedView::check_index() const {
  for (int64_t row = 0; row < count_; ++row) {
    if (end_of(row) < end_of(row - 1) || end_of(row) > records_.size()) fail(fmt::format("row {}", row), "has a record that lies nowhere");
    if (label(row) < kNoLabel || label(row) > kLargestLabel) fail(fmt::format("row {}", row), fmt::format("has the label {}", label(row)));
    if (!labelled_ && label(row) != kNoLabel) fail(fmt::format("row {}", row), "has a label in a file without labels");
  }
  if (end_of(count_ - 1) != records_.size()) fail("index", "leaves records out");
}

void PackedView::parse_keys() {
  if (listed_) {
    for (int64_t row = 0; row < count_; ++row) {
      const uint64_t before = row == 0 ? 0 : entry_word(row - 1, kKeyAt);
      if (entry_word(row, kKeyAt) < before || entry_word(row, kKeyAt) > keys_.size()) fail(fmt::format("row {}", row), "has no key");
    }
    return;
  }
  ByteReader reader(keys_, name_, "keys");
  int64_t rows = 0;
  while (!reader.done()) {
    rows += static_cast<int64_t>(reader.varint(static_cast<uint64_t>(count_ - rows)));
    stems_.push_back({rows, reader.text()});
  }
  if (rows != count_) reader.fail(fmt::format("name {} of {} rows", rows, count_));
}

void PackedView::parse_classes() {
  ByteReader reader(class_names_, name_, "classes");
  while (!reader.done()) classes_.push_back(reader.text());
}

Bytes PackedView::record(int64_t row) const {
  const uint32_t expected = entry_word(row, 8);
  const uint64_t begin = end_of(row - 1);
  const Bytes bytes = records_.subspan(static_cast<size_t>(begin), static_cast<size_t>(end_of(row) - begin));
  if (record_checksum(bytes) != expected) fail(fmt::format("row {}", row), "is damaged: its checksum differs");
  return bytes;
}

std::string PackedView::key(int64_t row) const {
  const uint32_t number = entry_word(row, kKeyAt);
  if (listed_) {
    const uint32_t begin = row == 0 ? 0 : entry_word(row - 1, kKeyAt);
    return std::string(as_text(keys_.subspan(begin, number - begin)));
  }
  return std::ranges::upper_bound(stems_, row, {}, &Stem::end)->text + std::to_string(number);
}

// ---- Writing

PackedFileWriter::PackedFileWriter(const std::filesystem::path& path, const std::optional<ImageSize>& fixed)
    : writer_(path), fixed_(fixed.value_or(ImageSize())) {
  writer_.write(kMagic);
}

void PackedFileWriter::add(Bytes record, int32_t label, const std::string& key) {
  DECANT_CHECK(label, >=, kNoLabel);
  DECANT_CHECK(label, <=, kLargestLabel);
  labelled_ = labelled_ || label != kNoLabel;
  const uint32_t number = keys_.add(key, entries_);
  writer_.write(record);
  end_ += record.size();
  append(entries_, end_);
  append(entries_, record_checksum(record));
  append(entries_, static_cast<uint32_t>(label));
  append(entries_, number);
}

int64_t PackedFileWriter::commit(Bytes model, const std::vector<std::string>& classes) {
  std::vector<std::byte> stems;
  const Bytes keys = keys_.bytes(stems);
  std::vector<std::byte> names;
  for (const std::string& name : classes) append_text(names, name);
  std::vector<std::byte> footer;
  for (const size_t length : {entries_.size() / kEntryBytes, static_cast<size_t>(end_), model.size(), keys.size(), names.size()})
    append(footer, uint64_t{length});
  for (const int number : {fixed_.width, fixed_.height, fixed_.channels}) append(footer, static_cast<uint32_t>(number));
  append(footer, (keys_.listed() ? kListedKeys : 0) | (labelled_ ? kLabelled : 0));
  append(footer, chained_checksum({model, entries_, keys, names, footer}));
  for (const Bytes part : {model, Bytes(entries_), keys, Bytes(names), Bytes(footer)}) writer_.write(part);
  writer_.write(kMagic);
  writer_.commit();
  return writer_.written();
}

uint32_t PackedFileWriter::Keys::append(std::string_view key) {
  if (text_.size() + key.size() > UINT32_MAX)
    throw InputError({std::string(key), "", "is the key at which all keys exceed 4 GiB", "Pack fewer pictures into a file"});
  text_ += key;
  return static_cast<uint32_t>(text_.size());
}

void PackedFileWriter::Keys::list_all(std::vector<std::byte>& entries) {
  listed_ = true;
  int64_t row = 0;
  for (const Stem& stem : stems_) {
    for (int64_t i = 0; i < stem.rows; ++i, ++row) {
      const auto number = load<uint32_t>(entries.data() + static_cast<size_t>(row) * kEntryBytes + kKeyAt);
      store_key(entries, row, append(stem.text + std::to_string(number)));
    }
  }
  stems_.clear();
}

uint32_t PackedFileWriter::Keys::add(const std::string& key, std::vector<std::byte>& entries) {
  const int64_t row = rows_++;
  const std::optional<SplitKey> split = split_key(key);
  if (!listed_ && split) {
    if (stems_.empty() || stems_.back().text != split->stem) stems_.push_back({std::string(split->stem)});
    ++stems_.back().rows;
    if (stems_.size() <= kFreeStems + static_cast<size_t>(row / kRowsPerStem)) return split->number;
    if (--stems_.back().rows == 0) stems_.pop_back();
  }
  if (!listed_) list_all(entries);
  return append(key);
}

Bytes PackedFileWriter::Keys::bytes(std::vector<std::byte>& stems) const {
  if (listed_) return as_bytes(text_);
  stems.clear();
  for (const Stem& stem : stems_) {
    append_varint(stems, static_cast<uint64_t>(stem.rows));
    append_text(stems, stem.text);
  }
  return stems;
}

}  // namespace decant::packed
