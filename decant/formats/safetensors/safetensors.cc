// The JSON header is the hostile part. A tree of it may take twenty times its bytes, and nlohmann's
// ordered objects look up a name in linear time (a quadratic trap at 100 MB), so the header is
// never made into a tree: the parser's events fill the tensors directly, and names are checked for
// repeats after sorting.
#include "decant/formats/safetensors/safetensors.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <fmt/core.h>
#include <limits>
#include <optional>
#include <utility>

#include "decant/base/errors.h"
#include "decant/base/json.h"

namespace decant {
namespace fs = std::filesystem;

namespace {

struct TypeName {
  const char* name;
  ElementType type;
};
constexpr std::array<TypeName, 15> kTypes = {{{"BOOL", ElementType::boolean},
                                              {"U8", ElementType::u8},
                                              {"I8", ElementType::i8},
                                              {"I16", ElementType::i16},
                                              {"U16", ElementType::u16},
                                              {"F8_E4M3", ElementType::e4m3fn},
                                              {"F8_E5M2", ElementType::e5m2},
                                              {"F16", ElementType::f16},
                                              {"BF16", ElementType::bf16},
                                              {"I32", ElementType::i32},
                                              {"U32", ElementType::u32},
                                              {"F32", ElementType::f32},
                                              {"F64", ElementType::f64},
                                              {"I64", ElementType::i64},
                                              {"U64", ElementType::u64}}};

struct HeaderEntry {
  std::string name;
  std::optional<ElementType> type;
  std::vector<int64_t> shape;
  std::vector<int64_t> offsets;
  bool has_shape = false;
  bool has_offsets = false;
};

/// Takes the parser's events. The document is {name: {"dtype": text, "shape": [whole…],
/// "data_offsets": [begin, end]}, …} and "__metadata__": {text: text}; anything else is refused
/// where it stands.
class HeaderReader : public nlohmann::json_sax<Json> {
 public:
  explicit HeaderReader(const std::string& file) : file_(file) {}

  std::vector<HeaderEntry> entries;
  std::vector<std::pair<std::string, std::string>> metadata;

  bool null() override { return refuse("holds null"); }
  bool boolean(bool) override { return refuse("holds a boolean"); }
  bool number_integer(number_integer_t) override { return refuse("holds a negative number"); }
  bool number_float(number_float_t, const string_t&) override { return refuse("holds a number that is not an integer"); }
  bool binary(binary_t&) override { return refuse("holds binary data"); }

  bool number_unsigned(number_unsigned_t value) override {
    if (!in_array_) return refuse("holds an unexpected number");
    if (!std::in_range<int64_t>(value)) return refuse("holds a number beyond 63 bits");
    std::vector<int64_t>& list = field_ == "shape" ? entries.back().shape : entries.back().offsets;
    if (list.size() == 32) return refuse("holds a list of more than 32 numbers");
    list.push_back(static_cast<int64_t>(value));
    return true;
  }

  bool string(string_t& text) override {
    if (depth_ == 2 && in_metadata_) {
      metadata.emplace_back(field_, text);
      return true;
    }
    if (depth_ != 2 || field_ != "dtype") return refuse("holds an unexpected string");
    if (entries.back().type) return refuse("gives \"dtype\" twice");
    const auto found = std::ranges::find(kTypes, text, &TypeName::name);
    if (found == kTypes.end()) return refuse(fmt::format("has the type \"{}\", which is not supported", text.substr(0, 16)));
    entries.back().type = found->type;
    return true;
  }

  bool start_object(size_t) override {
    if (depth_ == 2 || in_array_) return refuse("is nested too deep");
    if (++depth_ == 2 && !in_metadata_) entries.emplace_back().name = tensor_;
    return true;
  }
  bool end_object() override {
    if (--depth_ == 1) in_metadata_ = false;
    return true;
  }

  bool key(string_t& text) override {
    if (depth_ == 1) {
      tensor_ = text;
      in_metadata_ = text == "__metadata__";
      if (in_metadata_ && std::exchange(has_metadata_, true)) return refuse("gives it twice");
      return true;
    }
    field_ = text;
    if (in_metadata_ || text == "dtype" || text == "shape" || text == "data_offsets") return true;
    return refuse(fmt::format("has an unknown field \"{}\"", text.substr(0, 16)));
  }

  bool start_array(size_t) override {
    if (depth_ != 2 || in_metadata_ || in_array_ || field_ == "dtype") return refuse("holds an unexpected list");
    bool& seen = field_ == "shape" ? entries.back().has_shape : entries.back().has_offsets;
    if (std::exchange(seen, true)) return refuse(fmt::format("gives \"{}\" twice", field_));
    in_array_ = true;
    return true;
  }
  bool end_array() override {
    in_array_ = false;
    return true;
  }

  bool parse_error(size_t position, const std::string&, const nlohmann::detail::exception&) override {
    throw InputError(
        {file_, fmt::format("byte {}", 8 + position - std::min<size_t>(position, 1)), "the header is not JSON", "Save the file again"});
  }

 private:
  bool refuse(std::string_view what) const {
    const std::string place = depth_ == 0 ? "" : fmt::format("tensor \"{}\"", tensor_.substr(0, 200));
    throw InputError({file_, place, fmt::format("the header {}", what), "Save the file again with a safetensors library"});
  }

  const std::string& file_;
  std::string tensor_;
  std::string field_;
  int depth_ = 0;
  bool in_metadata_ = false;
  bool has_metadata_ = false;
  bool in_array_ = false;
};

std::string_view header_text(Bytes file, const std::string& name) {
  if (file.size() < 8)
    throw InputError({name, "byte 0", file.empty() ? "is empty" : "is too short for safetensors", "Save the file again"});
  uint64_t size = 0;
  std::memcpy(&size, file.data(), 8);
  if (size > static_cast<uint64_t>(kLargestSafetensorsHeader))
    throw InputError({name, "byte 0",
                      fmt::format("declares a header of {} bytes; at most {} are supported", size, kLargestSafetensorsHeader),
                      "Check that this is a safetensors file"});
  if (size > file.size() - 8)
    throw InputError({name, "byte 0", fmt::format("declares a header of {} bytes, but {} follow", size, file.size() - 8),
                      "The file is truncated: copy or save it again"});
  const std::string_view text = as_text(file).substr(8, size);
  if (!text.starts_with('{')) throw InputError({name, "byte 8", "the header does not start with '{'", "Save the file again"});
  return text;
}

/// The tensor of an entry, its place checked against its shape and against the `data` of the file.
SafeTensor placed(HeaderEntry entry, Bytes data, const std::string& name) {
  const auto refuse = [&](std::string what) {
    throw InputError({name, fmt::format("tensor \"{}\"", entry.name.substr(0, 200)), std::move(what), "Save the file again"});
  };
  if (!entry.type || !entry.has_shape || !entry.has_offsets) refuse("lacks one of \"dtype\", \"shape\", \"data_offsets\"");
  if (entry.offsets.size() != 2) refuse("\"data_offsets\" are not two numbers");
  const int64_t begin = entry.offsets[0];
  const int64_t end = entry.offsets[1];
  if (begin > end || std::cmp_greater(end, data.size())) refuse(fmt::format("lies at bytes {} to {} of {}", begin, end, data.size()));
  const auto promised = byte_count(size_of(*entry.type), entry.shape);
  if (!promised || *promised != end - begin)
    refuse(fmt::format("its shape takes {} bytes, but its data_offsets span {}", promised ? std::to_string(*promised) : "too many",
                       end - begin));
  return {std::move(entry.name), *entry.type, std::move(entry.shape),
          data.subspan(static_cast<size_t>(begin), static_cast<size_t>(end - begin))};
}

/// Every byte of `data` must belong to exactly one tensor.
void require_no_gaps(std::span<const SafeTensor> tensors, Bytes data, const std::string& name) {
  std::vector<const SafeTensor*> order;
  for (const SafeTensor& tensor : tensors) order.push_back(&tensor);
  std::ranges::sort(order, {}, [](const SafeTensor* t) { return std::pair(t->data.data(), t->data.data() + t->data.size()); });
  const std::byte* reached = data.data();
  for (const SafeTensor* tensor : order) {
    if (tensor->data.data() != reached)
      throw InputError({name, fmt::format("tensor \"{}\"", tensor->name.substr(0, 200)),
                        tensor->data.data() < reached ? "overlaps another tensor" : "leaves a gap before it", "Save the file again"});
    reached += tensor->data.size();
  }
  const auto left = data.data() + data.size() - reached;
  if (left > 0) throw InputError({name, "", fmt::format("{} bytes at the end belong to no tensor", left), "Save the file again"});
}

template <class Items, class Name>
void require_distinct(const Items& sorted, Name name_in, const std::string& file) {
  const auto twice = std::ranges::adjacent_find(sorted, {}, name_in);
  if (twice == sorted.end()) return;
  throw InputError(
      {file, fmt::format("\"{}\"", std::invoke(name_in, *twice).substr(0, 200)), "the header names it twice", "Save the file again"});
}

/// A JSON string. Text beyond ASCII goes through as it is (UTF-8).
std::string json_quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20) {
      result += fmt::format("\\u{:04x}", static_cast<int>(c));
    } else {
      if (c == '"' || c == '\\') result += '\\';
      result += c;
    }
  }
  return result + '"';
}

std::string list_of(std::span<const int64_t> numbers) {
  std::string result = "[";
  for (const int64_t number : numbers) result += fmt::format("{}{}", result.size() > 1 ? "," : "", number);
  return result + ']';
}

}  // namespace

const char* safetensors_name(ElementType type) {
  return std::ranges::find(kTypes, type, &TypeName::type)->name;
}

const SafeTensor* SafeTensors::find(std::string_view name) const {
  const auto at = std::ranges::lower_bound(tensors, name, {}, &SafeTensor::name);
  return at != tensors.end() && at->name == name ? &*at : nullptr;
}

SafeTensors parse_safetensors(Bytes file, const std::string& name) {
  const std::string_view text = header_text(file, name);
  const Bytes data = file.subspan(8 + text.size());
  HeaderReader header(name);
  Json::sax_parse(text, &header);

  SafeTensors result;
  for (HeaderEntry& entry : header.entries) result.tensors.push_back(placed(std::move(entry), data, name));
  require_no_gaps(result.tensors, data, name);
  std::ranges::sort(result.tensors, {}, &SafeTensor::name);
  require_distinct(result.tensors, &SafeTensor::name, name);
  std::ranges::sort(header.metadata);
  require_distinct(header.metadata, &std::pair<std::string, std::string>::first, name);
  result.metadata.insert(header.metadata.begin(), header.metadata.end());
  return result;
}

SafeTensors open_safetensors(const fs::path& path) {
  const auto file = std::make_shared<const MappedFile>(path);
  SafeTensors result = parse_safetensors(file->bytes(), path.string());
  result.owner = file;
  return result;
}

void write_safetensors(const fs::path& path, std::span<const SafeTensor> tensors, const std::map<std::string, std::string>& metadata) {
  std::vector<const SafeTensor*> order;
  for (const SafeTensor& tensor : tensors) {
    DECANT_CHECK(byte_count(size_of(tensor.type), tensor.shape).value_or(-1), ==, static_cast<int64_t>(tensor.data.size()));
    DECANT_CHECK(tensor.name, !=, "__metadata__");
    order.push_back(&tensor);
  }
  std::ranges::sort(order, {}, [](const SafeTensor* t) { return std::tuple(-size_of(t->type), std::string_view(t->name)); });

  // Text by hand, as the parser's events are read by hand: no tree.
  std::string header = "{";
  for (const auto& [key, value] : metadata)
    header += fmt::format("{}{}:{}", header.size() > 1 ? "," : "\"__metadata__\":{", json_quoted(key), json_quoted(value));
  if (!metadata.empty()) header += '}';
  int64_t offset = 0;
  for (const SafeTensor* tensor : order) {
    const int64_t end = offset + static_cast<int64_t>(tensor->data.size());
    header += fmt::format("{}{}:{{\"dtype\":\"{}\",\"shape\":{},\"data_offsets\":[{},{}]}}", header.size() > 1 ? "," : "",
                          json_quoted(tensor->name), safetensors_name(tensor->type), list_of(tensor->shape), offset, end);
    offset = end;
  }
  header += '}';
  header.append((8 - header.size() % 8) % 8, ' ');

  FileWriter writer(path);
  const uint64_t size = header.size();
  writer.write(std::as_bytes(std::span(&size, 1)));
  writer.write(header);
  for (const SafeTensor* tensor : order) writer.write(tensor->data);
  writer.commit();
}

}  // namespace decant
