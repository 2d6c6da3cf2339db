// What the values of a pickle mean, and how they are written.
#include <fmt/core.h>
#include <map>
#include <utility>

#include "decant/base/errors.h"
#include "decant/formats/pickle/pickle.h"
#include "decant/formats/pickle/pickle_names.h"

namespace decant::pickle {
namespace {

constexpr int kMaxDepth = 64;

bool is_raw(Kind kind) {
  return kind == Kind::text || kind == Kind::string || kind == Kind::bytes || kind == Kind::bytearray;
}

/// The item of what an object calls: "_reconstruct"; empty for another value.
std::string_view called(const Document& document, Index value) {
  if (document[value].kind != Kind::object) return {};
  return kGlobals[static_cast<size_t>(document[document[value].items[0]].number)].item;
}

const std::vector<Index>& arguments(const Document& document, Index object) {
  return document[document[object].items[1]].items;
}

/// Nothing where the text is no UTF-8 of characters below 256.
std::optional<std::vector<std::byte>> latin1_of(std::string_view utf8) {
  std::vector<std::byte> bytes;
  bytes.reserve(utf8.size());
  for (size_t i = 0; i < utf8.size(); ++i) {
    const auto lead = static_cast<uint8_t>(utf8[i]);
    if (lead < 0x80) {
      bytes.push_back(std::byte{lead});
      continue;
    }
    const auto next = static_cast<uint8_t>(i + 1 < utf8.size() ? utf8[i + 1] : 0);
    if ((lead != 0xc2 && lead != 0xc3) || (next & 0xc0) != 0x80) return std::nullopt;
    bytes.push_back(static_cast<std::byte>((lead & 3) << 6 | (next & 0x3f)));
    ++i;
  }
  return bytes;
}

std::vector<std::byte> utf8_of(Bytes latin1) {
  std::vector<std::byte> text;
  text.reserve(latin1.size() * 3 / 2);
  for (const std::byte b : latin1) {
    if (b < std::byte{0x80}) {
      text.push_back(b);
    } else {
      text.push_back(std::byte{0xc0} | b >> 6);
      text.push_back(std::byte{0x80} | (b & std::byte{0x3f}));
    }
  }
  return text;
}

std::optional<std::vector<int64_t>> numbers_in(const Document& document, Index sequence) {
  const Value& value = document[sequence];
  if (value.kind != Kind::tuple && value.kind != Kind::list) return std::nullopt;
  std::vector<int64_t> numbers;
  numbers.reserve(value.items.size());
  for (const Index item : value.items) {
    if (document[item].kind != Kind::integer && document[item].kind != Kind::boolean) return std::nullopt;
    numbers.push_back(document[item].number);
  }
  return numbers;
}

/// "u1" of dtype('u1') with the state (3, '|', …), ">i8" where the state says so.
std::optional<std::string> type_of_dtype(Document& document, Index value) {
  if (called(document, value) != "dtype" || arguments(document, value).empty()) return std::nullopt;
  const auto code = bytes_of(document, arguments(document, value)[0]);
  if (!code) return std::nullopt;
  std::string type(as_text(*code));
  if (document[value].items.size() < 3) return type;
  const Value& state = document[document[value].items[2]];
  if (state.kind != Kind::tuple || state.items.size() < 2) return std::nullopt;
  const auto order = bytes_of(document, state.items[1]);
  if (!order) return std::nullopt;
  return as_text(*order) == ">" ? ">" + type : type;
}

std::optional<Array> array_from(Document& document, Index shape, Index dtype, bool by_column, Index data) {
  auto lengths = numbers_in(document, shape);
  auto type = type_of_dtype(document, dtype);
  const auto bytes = bytes_of(document, data);
  if (!lengths || !type || !bytes) return std::nullopt;
  return Array{std::move(*type), std::move(*lengths), by_column, *bytes, shape, data};
}

std::optional<Array> reconstructed(Document& document, const Value& object) {
  if (object.items.size() < 3) return std::nullopt;
  const Value state = document[object.items[2]];
  if (state.kind != Kind::tuple || state.items.size() != 5) return std::nullopt;
  return array_from(document, state.items[1], state.items[2], document[state.items[3]].number != 0, state.items[4]);
}

std::optional<Array> from_buffer(Document& document, const std::vector<Index>& given) {
  if (given.size() != 4) return std::nullopt;
  const auto order = bytes_of(document, given[3]);
  if (!order) return std::nullopt;
  return array_from(document, given[2], given[1], as_text(*order) == "F", given[0]);
}

int64_t little_endian(Bytes bytes, bool is_signed) {
  uint64_t value = 0;
  for (size_t i = bytes.size(); i-- > 0;) value = value << 8 | std::to_integer<uint64_t>(bytes[i]);
  const size_t bits = 8 * bytes.size();
  if (is_signed && bits < 64 && (value >> (bits - 1) & 1) != 0) value |= ~uint64_t{0} << bits;
  return static_cast<int64_t>(value);
}

std::optional<std::vector<int64_t>> integers_in(const Array& array) {
  const std::string& type = array.type;
  if (type.size() != 2 || (type[0] != 'u' && type[0] != 'i') || array.shape.size() != 1) return std::nullopt;
  const int width = type[1] - '0';
  if (width != 1 && width != 2 && width != 4 && width != 8) return std::nullopt;
  const auto step = static_cast<size_t>(width);
  if (array.shape[0] < 0 || array.data.size() % step != 0 || std::cmp_not_equal(array.data.size() / step, array.shape[0]))
    return std::nullopt;
  std::vector<int64_t> numbers;
  for (size_t at = 0; at < array.data.size(); at += step) numbers.push_back(little_endian(array.data.subspan(at, step), type[0] == 'i'));
  return numbers;
}

class PickleWriter {
 public:
  explicit PickleWriter(const Document& document) : document_(document), uses_(document.values.size(), 0) {
    ++uses_[document.root];
    for (const Value& value : document.values) {
      for (const Index item : value.items) ++uses_[item];
    }
  }

  std::vector<std::byte> write() {
    put(0x80);
    put(static_cast<uint8_t>(document_.protocol));
    write(document_.root, 0);
    put(uint8_t{'.'});
    return std::move(out_);
  }

 private:
  void put(uint8_t byte) { out_.push_back(std::byte{byte}); }
  void put(uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) put(static_cast<uint8_t>(value >> (8 * i)));
  }
  void put(std::string_view text) { out_.insert(out_.end(), as_bytes(text).begin(), as_bytes(text).end()); }

  void remember(Index index) {
    if (uses_[index] < 2) return;
    const uint64_t slot = memo_.size();
    memo_[index] = slot;
    put(uint8_t{'r'});
    put(slot, 4);
  }
  bool recall(Index index) {
    const auto found = memo_.find(index);
    if (found == memo_.end()) return false;
    put(uint8_t{'j'});
    put(found->second, 4);
    return true;
  }

  void write_number(const Value& value) {
    const int64_t n = value.number;
    if (value.kind == Kind::none) return put(uint8_t{'N'});
    if (value.kind == Kind::boolean) return put(static_cast<uint8_t>(n != 0 ? 0x88 : 0x89));
    if (value.kind == Kind::real) {
      put(uint8_t{'G'});
      return put(static_cast<uint64_t>(n), 8);  // the bits were kept in the file's order
    }
    if (n >= 0 && n < 256) {
      put(uint8_t{'K'});
      put(static_cast<uint64_t>(n), 1);
    } else if (n >= 0 && n < 65536) {
      put(uint8_t{'M'});
      put(static_cast<uint64_t>(n), 2);
    } else if (std::in_range<int32_t>(n)) {
      put(uint8_t{'J'});
      put(static_cast<uint64_t>(n), 4);
    } else {
      put(0x8a);
      put(8);
      put(static_cast<uint64_t>(n), 8);
    }
  }

  void write_data(const Value& value) {
    const uint64_t size = value.data.size();
    const bool tiny = size < 256;
    const bool huge = size > UINT32_MAX;
    uint8_t code = 0x96;
    int length = 8;
    if (value.kind != Kind::bytearray) length = tiny && value.kind != Kind::text ? 1 : huge ? 8 : 4;
    if (value.kind == Kind::text) code = huge ? 0x8d : 'X';
    if (value.kind == Kind::string) code = tiny ? 'U' : 'T';
    if (value.kind == Kind::bytes) code = tiny ? 'C' : huge ? 0x8e : 'B';
    put(code);
    put(size, length);
    out_.insert(out_.end(), value.data.begin(), value.data.end());
  }

  void write_all(const std::vector<Index>& items, int depth) {
    for (const Index item : items) write(item, depth);
  }

  /// Filled after they are remembered, since they may hold themselves.
  void write_container(Index index, int depth) {
    const Value& value = document_[index];
    put(static_cast<uint8_t>(value.kind == Kind::list ? ']' : '}'));
    remember(index);
    if (value.items.empty()) return;
    put(uint8_t{'('});
    write_all(value.items, depth);
    put(static_cast<uint8_t>(value.kind == Kind::list ? 'e' : 'u'));
  }
  void write_tuple(Index index, int depth) {
    const std::vector<Index>& items = document_[index].items;
    const bool marked = items.size() > 3;
    if (marked) put(uint8_t{'('});
    write_all(items, depth);
    put(static_cast<uint8_t>(marked ? 't' : items.empty() ? ')' : 0x84 + static_cast<int>(items.size())));
    remember(index);
  }
  void write_object(Index index, int depth) {
    const std::vector<Index>& items = document_[index].items;
    write(items[0], depth);
    write(items[1], depth);
    put(uint8_t{'R'});
    remember(index);
    if (items.size() < 3) return;
    write(items[2], depth);
    put(uint8_t{'b'});
  }
  void write_global(const Value& value) {
    const GlobalName& global = kGlobals[static_cast<size_t>(value.number)];
    put(uint8_t{'c'});
    put(global.module);
    put(uint8_t{'\n'});
    put(global.item);
    put(uint8_t{'\n'});
  }

  void write(Index index, int depth) {
    if (depth > kMaxDepth)
      throw InputError({"", "", fmt::format("its values are nested more than {} deep", kMaxDepth), "Unpack the download again"});
    if (recall(index)) return;
    const Value& value = document_[index];
    if (value.kind == Kind::list || value.kind == Kind::dict) return write_container(index, depth + 1);
    if (value.kind == Kind::tuple) return write_tuple(index, depth + 1);
    if (value.kind == Kind::object) return write_object(index, depth + 1);
    if (value.kind == Kind::global)
      write_global(value);
    else if (is_raw(value.kind))
      write_data(value);
    else
      return write_number(value);
    remember(index);
  }

  const Document& document_;
  std::vector<uint32_t> uses_;
  std::map<Index, uint64_t> memo_;
  std::vector<std::byte> out_;
};

}  // namespace

std::optional<Bytes> bytes_of(Document& document, Index value) {
  if (is_raw(document[value].kind)) return document[value].data;
  if (called(document, value) == "bytes") return arguments(document, value).empty() ? std::optional(Bytes()) : std::nullopt;
  if (called(document, value) != "encode" || arguments(document, value).size() != 2) return std::nullopt;
  const Value& text = document[arguments(document, value)[0]];
  const Value& codec = document[arguments(document, value)[1]];
  if (text.kind != Kind::text || !is_raw(codec.kind) || as_text(codec.data) != "latin1") return std::nullopt;
  auto bytes = latin1_of(as_text(text.data));
  if (!bytes) return std::nullopt;
  document.owned.push_back(std::make_shared<const std::vector<std::byte>>(std::move(*bytes)));
  return Bytes(*document.owned.back());
}

std::optional<Index> find(Document& document, Index dict, std::string_view key) {
  if (document[dict].kind != Kind::dict) return std::nullopt;
  const std::vector<Index> items = document[dict].items;
  std::optional<Index> found;
  for (size_t i = 0; i + 1 < items.size(); i += 2) {
    const auto name = bytes_of(document, items[i]);
    if (name && as_text(*name) == key) found = items[i + 1];
  }
  return found;
}

void set_bytes(Document& document, Index value, std::shared_ptr<const std::vector<std::byte>> bytes) {
  if (is_raw(document[value].kind)) {
    document.values[value].data = *bytes;
    document.owned.push_back(std::move(bytes));
    return;
  }
  DECANT_CHECK(std::string(called(document, value)), ==, std::string("encode"));
  document.owned.push_back(std::make_shared<const std::vector<std::byte>>(utf8_of(*bytes)));
  document.values[arguments(document, value)[0]].data = *document.owned.back();
}

std::optional<Array> array_of(Document& document, Index value) {
  const std::string_view name = called(document, value);
  if (name == "_reconstruct") return reconstructed(document, document[value]);
  if (name == "_frombuffer") return from_buffer(document, std::vector<Index>(arguments(document, value)));
  return std::nullopt;
}

std::optional<std::vector<int64_t>> integers_of(Document& document, Index value) {
  if (document[value].kind == Kind::list) return numbers_in(document, value);
  const auto array = array_of(document, value);
  return array ? integers_in(*array) : std::nullopt;
}

std::vector<std::byte> serialize(const Document& document) {
  return PickleWriter(document).write();
}

}  // namespace decant::pickle
