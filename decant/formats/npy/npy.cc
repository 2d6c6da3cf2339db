#include "decant/formats/npy/npy.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <fmt/core.h>
#include <utility>

#include "decant/base/errors.h"
#include "decant/formats/npy/npy_header.h"
#include "decant/formats/npy/npy_labels.h"
#include "decant/formats/npy/npy_shards.h"
#include "decant/kernels/float8.h"
#include "decant/kernels/half.h"

namespace decant {
namespace fs = std::filesystem;

static_assert(std::endian::native == std::endian::little, "arrays are mapped, not converted: the machine must be little-endian");

namespace {

struct Code {
  std::string_view name;  // kind and bytes, after the byte-order character
  ElementType type;
};
constexpr std::array<Code, 15> kCodes = {{{"f2", ElementType::f16},
                                          {"V2", ElementType::bf16},  // as NumPy writes what it does not know, like the next
                                          {"V1", ElementType::e4m3fn},
                                          {"f1", ElementType::e5m2},
                                          {"f4", ElementType::f32},
                                          {"f8", ElementType::f64},
                                          {"i1", ElementType::i8},
                                          {"i2", ElementType::i16},
                                          {"i4", ElementType::i32},
                                          {"i8", ElementType::i64},
                                          {"u1", ElementType::u8},
                                          {"u2", ElementType::u16},
                                          {"u4", ElementType::u32},
                                          {"u8", ElementType::u64},
                                          {"b1", ElementType::boolean}}};

std::string_view code_of(ElementType type) {
  for (const Code& code : kCodes) {
    if (code.type == type) return code.name;
  }
  return "";
}

constexpr const char* kRemedyForObjects = "Save features as np.stack(a).astype(np.float32), labels as np.unique(y, return_inverse=True)[1]";

/// For an element that is not read. `code`: kind and size.
std::string remedy_for(const std::string& code) {
  if (code == "V2") return "If it is bfloat16, save it as float32: (a.view('<u2').astype('<u4') << 16).view('<f4')";
  if (code == "V1" || code == "f1")
    return "If it is float8, save it as float32, by the type it had: a.view(ml_dtypes.float8_e4m3fn).astype(np.float32)";
  if (code.starts_with('U') || code.starts_with('S') || code.starts_with('T'))
    return "Number the labels: np.unique(y, return_inverse=True)[1]";
  return "Save it as floats or integers: a.astype(np.float32)";
}

ElementType type_of(const std::string& descr, const std::string& name) {
  if (descr.empty()) throw InputError({name, "", "holds a structured array", "Save one field of it, as a plain array of numbers"});
  if (descr.ends_with('O')) throw InputError({name, "", "holds Python objects, not numbers", kRemedyForObjects});
  for (const Code& code : kCodes) {
    if (descr.substr(1) != code.name) continue;
    const char order = descr.front();
    const bool names_bytes = code.name == "V1" && order == '|';  // a byte of anything: ml_dtypes writes <V1
    if (names_bytes) break;
    if (order == '<' || order == '=' || (size_of(code.type) == 1 && (order == '|' || order == '>'))) return code.type;
    if (order == '>')
      throw InputError({name, "", "is big-endian ('" + descr + "')", fmt::format("Save it little-endian: a.astype('<{}')", code.name)});
  }
  throw InputError(
      {name, "", "holds elements of dtype '" + descr.substr(0, 16) + "', which is not supported", remedy_for(descr.substr(1))});
}

/// The element at `index`, wherever it lies: data need not be aligned.
template <class T>
T load(Bytes data, size_t index) {
  T value;
  std::memcpy(&value, data.data() + index * sizeof(T), sizeof(T));
  return value;
}

bool holds_floats(ElementType type) {
  return size_of(type) == 1 ? type == ElementType::e4m3fn || type == ElementType::e5m2
                            : type == ElementType::f16 || type == ElementType::bf16 || type == ElementType::f32 || type == ElementType::f64;
}

void require_matrix(const NpyArray& array, const std::string& name) {
  if (array.shape.size() < 2)
    throw InputError(
        {name, "", fmt::format("has shape {}, not (rows, columns)", npy::text_of(array.shape)),
         "Name several files of a vector each by a pattern, 'v-*.npy', or save np.stack(vectors); one number per row is a.reshape(-1, 1)"});
  if (array.shape.size() != 2)
    throw InputError({name, "", fmt::format("has shape {}, not (rows, columns)", npy::text_of(array.shape)),
                      "Save one row per sample: a.reshape(len(a), -1)"});
  if (!holds_floats(array.type))
    throw InputError(
        {name, "", fmt::format("holds elements of dtype {}, not floats", code_of(array.type)), "Save it with a.astype(np.float32)"});
  if (array.shape[0] == 0 || array.shape[1] == 0)
    throw InputError({name, "", fmt::format("has shape {}: it is empty", npy::text_of(array.shape)),
                      "Give a matrix with rows and columns, and omit shards without rows"});
}

FloatType float_type(ElementType type) {
  switch (type) {
    case ElementType::e4m3fn:
      return FloatType::e4m3fn;
    case ElementType::e5m2:
      return FloatType::e5m2;
    case ElementType::f16:
      return FloatType::f16;
    case ElementType::bf16:
      return FloatType::bf16;
    case ElementType::f32:
      return FloatType::f32;
    default:
      return FloatType::f64;
  }
}

/// REQUIRES: a matrix of floats.
FeatureBlock block_of(const NpyArray& array, const std::string& name) {
  return {.data = array.data.data(),
          .type = float_type(array.type),
          .rows = array.shape[0],
          .width = array.shape[1],
          .stride = array.shape[1],
          .owner = array.owner,
          .name = name};
}

/// Several files of a vector each: row i is the i-th. Copied into one block, for there are too many
/// to be mapped.
Features vectors_in(const std::vector<std::string>& paths, const NpyArray& first) {
  const auto all = std::make_shared<std::vector<std::byte>>();
  all->reserve(first.data.size() * paths.size());
  for (const std::string& path : paths) {
    const NpyArray vector = open_npy(path);
    if (vector.shape != first.shape || vector.type != first.type)
      throw InputError({path, "",
                        fmt::format("has shape {} and dtype {}, but {} has {} and {}", npy::text_of(vector.shape), code_of(vector.type),
                                    paths[0], npy::text_of(first.shape), code_of(first.type)),
                        "Where each file is a row, all need the same length and dtype: omit or save again the one that differs"});
    all->insert(all->end(), vector.data.begin(), vector.data.end());
  }
  const int64_t width = first.shape[0];
  return Features(std::vector<FeatureBlock>{{.data = all->data(),
                                             .type = float_type(first.type),
                                             .rows = std::ssize(paths),
                                             .width = width,
                                             .stride = width,
                                             .owner = all,
                                             .name = paths[0]}});
}

bool are_vectors(const std::vector<std::string>& paths, const NpyArray& first) {
  return paths.size() > 1 && first.shape.size() == 1 && first.shape[0] > 0 && holds_floats(first.type);
}

/// The rows of all files, one file after the other. REQUIRES: at least one.
Features features_in(const std::vector<std::string>& paths) {
  if (const NpyArray first = open_npy(paths[0]); are_vectors(paths, first)) return vectors_in(paths, first);
  std::vector<FeatureBlock> blocks;
  for (const std::string& path : paths) {
    const NpyArray array = open_npy(path);
    require_matrix(array, path);
    blocks.push_back(block_of(array, path));
    if (blocks.back().width != blocks.front().width)
      throw InputError({path, "", fmt::format("has {} columns, but {} has {}", blocks.back().width, paths[0], blocks[0].width),
                        "All shards of a matrix need the same columns: omit or recompute the one that differs"});
  }
  return Features(std::move(blocks));
}

/// Any integer as int64; what does not fit (a large uint64) becomes −2, which no caller accepts.
int64_t integer_at(const NpyArray& array, size_t index) {
  switch (array.type) {
    case ElementType::i8:
      return load<int8_t>(array.data, index);
    case ElementType::i16:
      return load<int16_t>(array.data, index);
    case ElementType::i32:
      return load<int32_t>(array.data, index);
    case ElementType::i64:
      return load<int64_t>(array.data, index);
    case ElementType::u8:
      return load<uint8_t>(array.data, index);
    case ElementType::u16:
      return load<uint16_t>(array.data, index);
    case ElementType::u32:
      return load<uint32_t>(array.data, index);
    case ElementType::boolean:
      return load<uint8_t>(array.data, index) != 0;
    default:
      break;
  }
  const uint64_t value = load<uint64_t>(array.data, index);
  return std::in_range<int64_t>(value) ? static_cast<int64_t>(value) : -2;
}

void require_integers(const NpyArray& array, const std::string& name) {
  if (holds_floats(array.type))
    throw InputError({name, "", fmt::format("holds floats ({}), not integers", code_of(array.type)), "Save it with a.astype(np.int64)"});
}

}  // namespace

NpyArray parse_npy(Bytes file, const std::string& name) {
  const npy::StoredArray stored = npy::parse_stored(file, name);
  NpyArray array{type_of(stored.header.descr, name), stored.header.shape, stored.data, nullptr};
  npy::require_length(stored, size_of(array.type), name);
  return array;
}

NpyArray open_npy(const fs::path& path) {
  const auto file = std::make_shared<const MappedFile>(path);
  NpyArray array = parse_npy(file->bytes(), path.string());
  array.owner = file;
  return array;
}

Features read_features(const std::string& spec) {
  return features_in(find_npy_shards(spec).paths);
}

double number_at(const NpyArray& array, size_t index) {
  if (array.type == ElementType::f16) return half_to_float(load<uint16_t>(array.data, index));
  if (array.type == ElementType::bf16) return std::bit_cast<float>(uint32_t{load<uint16_t>(array.data, index)} << 16);
  if (array.type == ElementType::e4m3fn) return e4m3fn_to_float(load<uint8_t>(array.data, index));
  if (array.type == ElementType::e5m2) return e5m2_to_float(load<uint8_t>(array.data, index));
  if (array.type == ElementType::f32) return load<float>(array.data, index);
  if (array.type == ElementType::f64) return load<double>(array.data, index);
  if (array.type == ElementType::u64) return static_cast<double>(load<uint64_t>(array.data, index));
  return static_cast<double>(integer_at(array, index));
}

std::optional<int64_t> whole_at(const NpyArray& array, size_t index) {
  if (!holds_floats(array.type)) return integer_at(array, index);
  const double value = number_at(array, index);
  if (!std::isfinite(value) || value != std::floor(value)) return std::nullopt;
  return static_cast<int64_t>(std::clamp(value, -0x1p53, 0x1p53));
}

std::vector<int32_t> read_labels(const fs::path& path, int64_t expected_rows) {
  return open_npy_labels(path, expected_rows).numbers;
}

std::vector<int64_t> read_indices(const fs::path& path) {
  const NpyArray array = open_npy(path);
  const std::string name = path.string();
  require_integers(array, name);
  if (array.shape.size() != 1 || array.type == ElementType::boolean)
    throw InputError({name, "",
                      fmt::format("holds {} of shape {}, not a list of row numbers", code_of(array.type), npy::text_of(array.shape)),
                      "For a mask, save np.flatnonzero(mask)"});
  std::vector<int64_t> indices(static_cast<size_t>(array.count()));
  for (size_t i = 0; i < indices.size(); ++i) {
    indices[i] = integer_at(array, i);
    if (indices[i] < 0)
      throw InputError({name, fmt::format("position {}", i), "is not a row number (negative, or beyond 63 bits)", "Count rows from 0"});
  }
  return indices;
}

std::vector<double> read_column(const fs::path& path, int64_t expected_rows) {
  const NpyArray array = open_npy(path);
  const bool column = array.shape.size() == 1 || (array.shape.size() == 2 && array.shape[1] == 1);
  if (!column || array.count() != expected_rows)
    throw InputError({path.string(), "",
                      fmt::format("has shape {}, but one number per row is needed ({} rows)", npy::text_of(array.shape), expected_rows),
                      "Save one value per training sample, in the order that `decant inspect` describes"});
  std::vector<double> values(static_cast<size_t>(expected_rows));
  for (size_t i = 0; i < values.size(); ++i) values[i] = number_at(array, i);
  return values;
}

std::string npy_header(ElementType type, std::span<const int64_t> shape) {
  return npy_header(std::string_view(fmt::format("{}{}", size_of(type) == 1 && !holds_floats(type) ? '|' : '<', code_of(type))), shape);
}

std::string npy_header(std::string_view descr, std::span<const int64_t> shape) {
  std::string text = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': {}, }}", descr, npy::text_of(shape));
  // NumPy leaves room for the first length to grow to 21 digits, then pads with 1 to 64 blanks.
  if (!shape.empty()) text.append(21 - std::min<size_t>(21, std::to_string(shape[0]).size()), ' ');
  text.append(64 - (10 + text.size() + 1) % 64, ' ');
  text += '\n';
  DECANT_CHECK(text.size(), <, 65536u);
  std::string header(npy::kMagic);
  header += {'\1', '\0', static_cast<char>(text.size() & 255), static_cast<char>(text.size() >> 8)};
  return header + text;
}

template <class T>
void write_npy(const fs::path& path, std::span<const T> values, std::span<const int64_t> shape) {
  constexpr ElementType type = std::is_same_v<T, float>     ? ElementType::f32
                               : std::is_same_v<T, int32_t> ? ElementType::i32
                                                            : ElementType::i64;
  DECANT_CHECK(byte_count(sizeof(T), shape).value_or(-1), ==, static_cast<int64_t>(values.size_bytes()));
  FileWriter writer(path);
  writer.write(npy_header(type, shape));
  writer.write(std::as_bytes(values));
  writer.commit();
}
template void write_npy(const fs::path&, std::span<const float>, std::span<const int64_t>);
template void write_npy(const fs::path&, std::span<const int32_t>, std::span<const int64_t>);
template void write_npy(const fs::path&, std::span<const int64_t>, std::span<const int64_t>);

namespace {

ElementType element_type(FloatType type) {
  switch (type) {
    case FloatType::e4m3fn:
      return ElementType::e4m3fn;
    case FloatType::e5m2:
      return ElementType::e5m2;
    case FloatType::f16:
      return ElementType::f16;
    case FloatType::bf16:
      return ElementType::bf16;
    case FloatType::f32:
      return ElementType::f32;
    case FloatType::f64:
      break;
  }
  return ElementType::f64;
}

/// A type to which both convert exactly: none of those of one or two bytes holds another, or one
/// that is written from floats.
FloatType wider(FloatType a, FloatType b) {
  if (a != b && value_bytes(a) <= 2 && value_bytes(b) <= 2) return FloatType::f32;
  return value_bytes(a) >= value_bytes(b) ? a : b;
}

/// A row's bytes are of the widest type of all shards, to which the others convert exactly.
class NpyRows : public Rows, public Targets {
 public:
  NpyRows(Features features, std::vector<int32_t> labels, std::string name)
      : features_(std::move(features)), labels_(std::move(labels)), name_(std::move(name)) {
    if (features_.count() > 0) type_ = features_.blocks().front().type;
    for (const FeatureBlock& block : features_.blocks()) type_ = wider(type_, block.type);
  }

  int64_t size() const override { return features_.count(); }
  std::string key(int64_t row) const override { return std::to_string(row); }
  std::vector<int64_t> known_faults() const override { return {}; }  // of billions of rows none is asked
  int32_t label(int64_t row) const override { return labels_[static_cast<size_t>(row)]; }
  Bytes bytes(int64_t row, std::vector<std::byte>& scratch) const override {
    const auto [block, local] = features_.place_of(row);
    const auto size = static_cast<size_t>(block->width * value_bytes(type_));
    if (block->type == type_) return {block->data + static_cast<size_t>(local) * size, size};
    scratch.resize(size);
    widen(row, scratch);
    return scratch;
  }
  const Modality& modality() const override { return modality::vectors; }
  const Features* features() const override { return &features_; }
  const Targets* targets() const override { return labels_.empty() ? nullptr : this; }
  int64_t stored_bytes() const override {
    int64_t bytes = 0;
    for (const FeatureBlock& block : features_.blocks()) bytes += block.rows * block.width * value_bytes(block.type);
    return bytes;
  }

  FloatType type() const { return type_; }
  int64_t width() const { return features_.width(); }

 private:
  void widen(int64_t row, std::span<std::byte> out) const {
    std::vector<float> scratch;
    const auto values = features_.row(row, scratch);
    if (type_ == FloatType::f32) {
      std::memcpy(out.data(), values.data(), out.size());
      return;
    }
    const std::vector<double> wide(values.begin(), values.end());
    std::memcpy(out.data(), wide.data(), out.size());
  }

  Features features_;
  std::vector<int32_t> labels_;
  std::string name_;
  FloatType type_ = FloatType::f16;
};

int64_t write_rows(const NpyRows& from, std::span<const int64_t> rows, const fs::path& path, Stage& stage) {
  const int64_t shape[] = {static_cast<int64_t>(rows.size()), from.width()};
  FileWriter writer(path);
  writer.write(npy_header(element_type(from.type()), shape));
  std::vector<std::byte> scratch;
  for (const int64_t row : rows) {
    writer.write(from.bytes(row, scratch));
    stage.advance();
  }
  writer.commit();
  return writer.written();
}

class NpySubsetWriter : public SubsetWriter {
 public:
  NpySubsetWriter(std::shared_ptr<const NpyRows> rows, std::optional<NpyLabels> labels)
      : rows_(std::move(rows)), labels_(std::move(labels)) {}

  int64_t write(std::span<const int64_t> rows, const fs::path& folder, const Context& context) const override {
    Stage stage(context, "copying", static_cast<int64_t>(rows.size()), "rows");
    const int64_t written = write_rows(*rows_, rows, folder / "features.npy", stage);
    if (!labels_) return written;
    const std::vector<std::byte> labels = labels_->cut(rows);
    write_file(folder / "labels.npy", labels);
    return written + std::ssize(labels);
  }

 private:
  std::shared_ptr<const NpyRows> rows_;
  std::optional<NpyLabels> labels_;
};

}  // namespace

Dataset open_npy_dataset(const std::string& spec, const fs::path& labels) {
  NpyShards shards = find_npy_shards(spec);
  Features features = features_in(shards.paths);
  std::optional<NpyLabels> stored;
  if (!labels.empty()) stored = open_npy_labels(labels, features.count());
  const auto rows = std::make_shared<const NpyRows>(std::move(features), stored ? stored->numbers : std::vector<int32_t>(), spec);
  Dataset dataset;
  if (stored) dataset.classes = stored->names;
  dataset.format = "npy";
  dataset.root = spec;
  dataset.splits[Split::train] = rows;
  dataset.oddities = std::move(shards.oddities);
  dataset.writer = std::make_shared<NpySubsetWriter>(rows, std::move(stored));
  return dataset;
}

}  // namespace decant
