#include "decant/formats/npy/npy_labels.h"

#include <charconv>
#include <cstring>
#include <fmt/core.h>
#include <optional>
#include <utility>

#include "decant/base/errors.h"
#include "decant/base/name_pattern.h"
#include "decant/formats/labels/class_text.h"
#include "decant/formats/npy/npy.h"
#include "decant/formats/npy/npy_header.h"

namespace decant {
namespace fs = std::filesystem;
namespace {

constexpr const char* kNumberThem = "Number classes, or pools, from 0: np.unique(y, return_inverse=True)[1]";

void refuse_label_shards(const fs::path& labels) {
  if (!is_pattern(labels.string()) || fs::exists(labels)) return;
  throw InputError({labels.string(), "", "names several files, but the labels of all rows must be in one",
                    "Save them together: np.save('labels.npy', np.concatenate([np.load(f) for f in files]))"});
}

/// Bytes of one text: "<U5" holds five characters of four bytes, "|S5" five bytes. Nothing for
/// another dtype.
std::optional<int64_t> text_bytes(const std::string& descr) {
  int64_t length = 0;
  if (descr.size() < 3 || (descr[1] != 'U' && descr[1] != 'S')) return std::nullopt;
  const char* const end = descr.data() + descr.size();
  const auto [stop, code] = std::from_chars(descr.data() + 2, end, length);
  if (code != std::errc() || stop != end || length < 0 || length > (int64_t{1} << 30)) return std::nullopt;
  return descr[1] == 'U' ? 4 * length : length;
}

void require_one_per_row(const std::vector<int64_t>& shape, int64_t expected_rows, const std::string& name) {
  if (shape.size() != 1 && (shape.size() != 2 || shape[1] != 1))
    throw InputError({name, "", fmt::format("has shape {}, not (rows,)", npy::text_of(shape)),
                      "Give one class number per row; for one-hot rows, y.argmax(axis=1)"});
  if (expected_rows >= 0 && shape[0] != expected_rows)
    throw InputError(
        {name, "", fmt::format("holds {} labels for {} rows", shape[0], expected_rows), "Give one label per row, in the same order"});
}

void append_code_point(uint32_t code, std::string& text) {
  const auto tail = [&](int shift) { text += static_cast<char>(0x80 | (code >> shift & 0x3f)); };
  if (code >= 0xdc80 && code <= 0xdcff) {  // a byte, as Python's surrogateescape keeps it
    text += static_cast<char>(code - 0xdc00);
  } else if (code < 0x80) {
    text += static_cast<char>(code);
  } else if (code < 0x800) {
    text += static_cast<char>(0xc0 | code >> 6);
    tail(0);
  } else if (code < 0x10000) {
    text += static_cast<char>(0xe0 | code >> 12);
    tail(6);
    tail(0);
  } else {
    text += static_cast<char>(0xf0 | code >> 18);
    tail(12);
    tail(6);
    tail(0);
  }
}

/// NumPy fills up with zeros, and drops them.
std::string text_of_bytes(Bytes element) {
  const std::string_view text = as_text(element);
  const size_t last = text.find_last_not_of('\0');
  return std::string(text.substr(0, last == std::string_view::npos ? 0 : last + 1));
}

std::string text_of_characters(Bytes element, const std::string& name, int64_t row) {
  std::string text;
  size_t zeros = 0;
  for (size_t at = 0; at + 4 <= element.size(); at += 4) {
    uint32_t code = 0;
    std::memcpy(&code, element.data() + at, sizeof code);
    if (code == 0) {
      ++zeros;
      continue;
    }
    if (code >= 0x110000) throw InputError({name, fmt::format("row {}", row), "holds a character beyond Unicode", kNumberThem});
    text.append(std::exchange(zeros, 0), '\0');
    append_code_point(code, text);
  }
  return text;
}

void read_texts(NpyLabels& labels, int64_t width, const std::string& name) {
  std::vector<std::string> texts;
  for (int64_t row = 0; row < labels.shape[0]; ++row) {
    const Bytes element = labels.data.subspan(static_cast<size_t>(row * width), static_cast<size_t>(width));
    texts.push_back(labels.descr[1] == 'S' ? text_of_bytes(element) : text_of_characters(element, name, row));
  }
  const labels::TextClasses classes = labels::classes_of_texts({texts.begin(), texts.end()});
  if (!classes.fault.empty()) throw InputError({name, "", "holds texts that are no classes: " + classes.fault, kNumberThem});
  for (const std::string& text : texts) labels.numbers.push_back(classes.label_of(text));
  labels.names = classes.names;
}

void read_numbers(NpyLabels& labels, const NpyArray& array, const std::string& name) {
  for (int64_t row = 0; row < array.count(); ++row) {
    const auto value = whole_at(array, static_cast<size_t>(row));
    if (!value)
      throw InputError({name, fmt::format("row {}", row),
                        fmt::format("holds {}, which is no class number", number_at(array, static_cast<size_t>(row))),
                        "Give whole numbers: y.astype(np.int64)"});
    if (*value < kNoLabel || *value > kLargestLabel)
      throw InputError({name, fmt::format("row {}", row), fmt::format("is not in 0…{} (or -1 for no label)", kLargestLabel), kNumberThem});
    labels.numbers.push_back(static_cast<int32_t>(*value));
  }
}

}  // namespace

std::vector<std::byte> NpyLabels::cut(std::span<const int64_t> rows) const {
  std::vector<int64_t> cut_shape = shape;
  cut_shape[0] = std::ssize(rows);
  const std::string header = npy_header(std::string_view(descr), cut_shape);
  std::vector<std::byte> file(as_bytes(header).begin(), as_bytes(header).end());
  const size_t width = numbers.empty() ? 0 : data.size() / numbers.size();
  for (const int64_t row : rows) {
    const Bytes element = data.subspan(static_cast<size_t>(row) * width, width);
    file.insert(file.end(), element.begin(), element.end());
  }
  return file;
}

NpyLabels open_npy_labels(const fs::path& path, int64_t expected_rows) {
  refuse_label_shards(path);
  const std::string name = path.string();
  const auto file = std::make_shared<const MappedFile>(path);
  npy::StoredArray stored = npy::parse_stored(file->bytes(), name);
  const auto width = text_bytes(stored.header.descr);
  NpyLabels labels{.descr = stored.header.descr, .shape = stored.header.shape, .data = stored.data, .owner = file};
  if (!width || stored.header.descr.front() == '>') {
    const NpyArray array = parse_npy(file->bytes(), name);
    require_one_per_row(array.shape, expected_rows, name);
    read_numbers(labels, array, name);
    return labels;
  }
  npy::require_length(stored, *width, name);
  require_one_per_row(labels.shape, expected_rows, name);
  read_texts(labels, *width, name);
  return labels;
}

}  // namespace decant
