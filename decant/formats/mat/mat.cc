#include "decant/formats/mat/mat.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fmt/core.h>
#include <numeric>
#include <optional>
#include <utility>
#include <zlib.h>

#include "decant/base/errors.h"
#include "decant/formats/element_type.h"
#include "decant/formats/inflate/inflate.h"
#include "decant/formats/raw/raw_pictures.h"

namespace decant {
namespace fs = std::filesystem;

namespace {

// Types of elements, and classes of arrays.
enum MatType : uint32_t {
  kInt8 = 1,
  kUint8 = 2,
  kInt16 = 3,
  kUint16 = 4,
  kInt32 = 5,
  kUint32 = 6,
  kSingle = 7,
  kDouble = 9,
  kInt64 = 12,
  kUint64 = 13,
  kMatrix = 14,
  kCompressed = 15
};
constexpr uint32_t kFirstNumeric = 6;  // mxDOUBLE
constexpr uint32_t kLastNumeric = 15;  // mxUINT64
constexpr uint32_t kUint8Class = 9;
constexpr uint32_t kComplexFlag = 0x800;
constexpr size_t kMatHeader = 128;
constexpr int64_t kMostNumbers = int64_t{1} << 26;
constexpr size_t kMostInflated = size_t{1} << 34;

[[noreturn]] void fail_mat(const std::string& name, const std::string& what, const std::string& remedy = "Download the file again") {
  throw InputError({name, "", what, remedy});
}

uint64_t mat_number(Bytes bytes, size_t at, size_t size) {
  uint64_t value = 0;
  for (size_t i = size; i-- > 0;) value = value << 8 | std::to_integer<uint64_t>(bytes[at + i]);
  return value;
}

struct MatElement {
  uint32_t type = 0;
  Bytes data;
};

/// Takes one element, with its padding, from the front of `rest`.
MatElement take_element(Bytes& rest, const std::string& name) {
  if (rest.size() < 8) fail_mat(name, "ends inside an element");
  const auto word = static_cast<uint32_t>(mat_number(rest, 0, 4));
  if (word >> 16 != 0) {  // a small one: size and type share the word
    const size_t size = word >> 16;
    if (size > 4) fail_mat(name, "has a damaged small element");
    const MatElement small{word & 0xffff, rest.subspan(4, size)};
    rest = rest.subspan(8);
    return small;
  }
  const size_t size = static_cast<size_t>(mat_number(rest, 4, 4));
  if (size > rest.size() - 8)
    fail_mat(name, fmt::format("declares an element of {} bytes, but {} follow", size, rest.size() - 8),
             "The file is truncated: download it again");
  const MatElement element{word, rest.subspan(8, size)};
  const size_t padded = word == kCompressed ? size : (size + 7) / 8 * 8;
  rest = rest.subspan(std::min(rest.size(), 8 + padded));
  return element;
}

/// The buffer grows with what comes out.
std::shared_ptr<const std::vector<std::byte>> inflate_element(Bytes from, const std::string& name) {
  const auto out = std::make_shared<std::vector<std::byte>>(size_t{1} << 16);
  Inflater inflater(Compression::zlib);
  size_t done = 0;
  for (bool ended = false; !ended;) {
    if (done == out->size()) out->resize(2 * done);
    if (done > kMostInflated) fail_mat(name, "inflates to more than 16 GiB");
    const Inflater::Step step = inflater.step(from, std::span(*out).subspan(done));
    if (!step.fault.empty() || step.stuck()) fail_mat(name, "its compressed data are damaged or truncated");
    from = from.subspan(step.taken);
    done += step.given;
    ended = step.ended;
  }
  out->resize(done);
  return out;
}

size_t element_width(uint32_t type) {
  switch (type) {
    case kInt8:
    case kUint8:
      return 1;
    case kInt16:
    case kUint16:
      return 2;
    case kInt32:
    case kUint32:
    case kSingle:
      return 4;
    case kDouble:
    case kInt64:
    case kUint64:
      return 8;
    default:
      return 0;
  }
}

template <class T>
double load_as_double(const std::byte* at) {
  T value;
  std::memcpy(&value, at, sizeof(T));
  return static_cast<double>(value);
}

double mat_value(uint32_t type, const std::byte* at) {
  switch (type) {
    case kInt8:
      return load_as_double<int8_t>(at);
    case kUint8:
      return load_as_double<uint8_t>(at);
    case kInt16:
      return load_as_double<int16_t>(at);
    case kUint16:
      return load_as_double<uint16_t>(at);
    case kInt32:
      return load_as_double<int32_t>(at);
    case kUint32:
      return load_as_double<uint32_t>(at);
    case kSingle:
      return load_as_double<float>(at);
    case kInt64:
      return load_as_double<int64_t>(at);
    case kUint64:
      return load_as_double<uint64_t>(at);
    default:
      return load_as_double<double>(at);
  }
}

std::vector<int64_t> shape_in(const MatElement& element, const std::string& name) {
  if (element.type != kInt32 || element.data.size() % 4 != 0 || element.data.size() > 4 * 32)
    fail_mat(name, "has an array without a shape");
  std::vector<int64_t> shape;
  for (size_t at = 0; at < element.data.size(); at += 4) shape.push_back(static_cast<int32_t>(mat_number(element.data, at, 4)));
  return shape;
}

/// Nothing for an array of other things than real numbers.
std::optional<MatArray> array_in(Bytes rest, const std::string& name) {
  const MatElement flags = take_element(rest, name);
  if (flags.data.size() < 8) fail_mat(name, "has an array without flags");
  const auto word = static_cast<uint32_t>(mat_number(flags.data, 0, 4));
  const uint32_t kind = word & 0xff;
  if (kind < kFirstNumeric || kind > kLastNumeric || (word & kComplexFlag) != 0) return std::nullopt;
  MatArray array;
  array.shape = shape_in(take_element(rest, name), name);
  array.name = std::string(as_text(take_element(rest, name).data));
  const MatElement data = take_element(rest, name);
  const size_t width = element_width(data.type);
  const auto promised = width == 0 ? std::nullopt : byte_count(static_cast<int64_t>(width), array.shape);
  if (!promised || *promised != std::ssize(data.data))
    fail_mat(name, fmt::format("the array {} has other data than its shape says", array.name));
  array.is_bytes = kind == kUint8Class && data.type == kUint8;
  array.data = data.data;
  if (array.is_bytes) return array;
  const size_t count = data.data.size() / width;
  if (std::cmp_greater(count, kMostNumbers)) return std::nullopt;
  for (size_t i = 0; i < count; ++i) array.numbers.push_back(mat_value(data.type, data.data.data() + i * width));
  return array;
}

void require_version_5(Bytes file, const std::string& name) {
  const std::string_view text = as_text(file);
  if (text.starts_with("\x89HDF") || text.starts_with("MATLAB 7.3"))
    fail_mat(name, "is a MAT-file of version 7.3, which is HDF5 and is not read",
             "Save it with save(FILE, 'X', 'y', '-v7') in MATLAB, or with scipy.io.savemat(FILE, {k: h5py.File(OLD)[k][()].T for k in "
             "('X', 'y')})");
  if (file.size() < kMatHeader || !text.starts_with("MATLAB 5.0")) fail_mat(name, "is no MAT-file of version 5");
  if (text.substr(126, 2) == "MI") fail_mat(name, "is big-endian", "Save it again on a machine of today");
  if (text.substr(126, 2) != "IM") fail_mat(name, "is no MAT-file of version 5");
}

// ---- writing

std::string mat_bytes(uint64_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i) & 255);
  return text;
}

std::string mat_element(uint32_t type, std::string_view data) {
  std::string text = mat_bytes(type, 4) + mat_bytes(data.size(), 4) + std::string(data);
  text.append((8 - data.size() % 8) % 8, '\0');
  return text;
}

std::string mat_array(const std::string& name, const std::vector<int64_t>& shape, std::string_view bytes) {
  std::string lengths;
  for (const int64_t length : shape) lengths += mat_bytes(static_cast<uint64_t>(length), 4);
  const std::string inside = mat_element(kUint32, mat_bytes(kUint8Class, 4) + mat_bytes(0, 4)) + mat_element(kInt32, lengths) +
                             mat_element(kInt8, name) + mat_element(kUint8, bytes);
  return mat_bytes(kMatrix, 4) + mat_bytes(inside.size(), 4) + inside;
}

std::string compressed_element(const std::string& element) {
  std::string out(compressBound(element.size()), '\0');
  uLongf size = out.size();
  if (compress2(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<const Bytef*>(element.data()), element.size(),
                Z_DEFAULT_COMPRESSION) != Z_OK)
    throw IoError({"zlib", "", "cannot compress", "Free some memory"});
  return mat_bytes(kCompressed, 4) + mat_bytes(size, 4) + out.substr(0, size);
}

/// No date, so that the same rows give the same bytes.
std::string mat_head() {
  std::string head = "MATLAB 5.0 MAT-file, written by decant";
  head.resize(124, ' ');
  return head + std::string("\0\1IM", 4);
}

// ---- SVHN

constexpr ImageSize kDigit = {32, 32, 3};

struct SvhnFile {
  std::shared_ptr<const MappedFile> file;
  bool compressed = false;
  MatArray pictures;
  std::vector<int32_t> labels;
};

std::vector<int32_t> digits_of(const MatArray& y, int64_t count, const std::string& name) {
  const int64_t length = std::accumulate(y.shape.begin(), y.shape.end(), int64_t{1}, std::multiplies<>());
  if (length != count) fail_mat(name, fmt::format("holds {} labels for {} pictures", length, count));
  std::vector<int32_t> labels;
  for (int64_t row = 0; row < count; ++row) {
    const auto at = static_cast<size_t>(row);
    const double digit = y.is_bytes ? static_cast<double>(std::to_integer<int>(y.data[at])) : y.numbers[at];
    if (!(digit >= 0 && digit <= 10) || digit != std::floor(digit))
      throw InputError({name, fmt::format("row {}", row), "its label is not in 0 to 10", "Download the file again"});
    labels.push_back(static_cast<int32_t>(digit) % 10);
  }
  return labels;
}

const MatArray& require_array(const std::vector<MatArray>& arrays, const std::string& array, const std::string& name) {
  const auto found = std::ranges::find(arrays, array, &MatArray::name);
  if (found == arrays.end()) fail_mat(name, "holds no array " + array, "Give SVHN's cropped digits, train_32x32.mat");
  return *found;
}

std::shared_ptr<const SvhnFile> open_svhn_file(const fs::path& path) {
  const auto svhn = std::make_shared<SvhnFile>();
  svhn->file = std::make_shared<const MappedFile>(path);
  const std::string name = path.string();
  const std::vector<MatArray> arrays = parse_mat(svhn->file->bytes(), name);
  svhn->pictures = require_array(arrays, "X", name);
  svhn->compressed = svhn->pictures.owner != nullptr;
  const std::vector<int64_t>& shape = svhn->pictures.shape;
  const bool pictures = svhn->pictures.is_bytes && shape.size() == 4 && shape[0] == 32 && shape[1] == 32 && shape[2] == 3 && shape[3] > 0;
  if (!pictures) fail_mat(name, "its X is not unsigned bytes of shape (32, 32, 3, n)", "Give SVHN's cropped digits, train_32x32.mat");
  svhn->labels = digits_of(require_array(arrays, "y", name), shape[3], name);
  return svhn;
}

std::shared_ptr<const RawPictureRows> svhn_rows(const fs::path& path) {
  const auto svhn = open_svhn_file(path);
  RawPart part{.name = path.filename().string(), .pixels = svhn->pictures.data, .owner = svhn, .labels = svhn->labels};
  return std::make_shared<const RawPictureRows>(kDigit, PixelOrder::planes_by_column, std::vector<RawPart>{std::move(part)});
}

class SvhnWriter final : public SubsetWriter {
 public:
  explicit SvhnWriter(std::shared_ptr<const RawPictureRows> rows) : rows_(std::move(rows)) {}

  int64_t write(std::span<const int64_t> rows, const fs::path& folder, const Context& context) const override {
    Stage stage(context, "copying", std::ssize(rows), "pictures");
    std::string pixels;
    std::string digits;
    for (const int64_t row : rows) {
      pixels += as_text(rows_->picture(row));
      digits += static_cast<char>(rows_->label(row) == 0 ? 10 : rows_->label(row));
      stage.advance();
    }
    const RawPart& part = rows_->parts()[0];
    const bool packed = static_cast<const SvhnFile*>(part.owner.get())->compressed;
    FileWriter writer(folder / part.name);
    writer.write(mat_head());
    for (const std::string& array : {mat_array("X", {32, 32, 3, std::ssize(rows)}, pixels), mat_array("y", {std::ssize(rows), 1}, digits)})
      writer.write(packed ? compressed_element(array) : array);
    writer.commit();
    return writer.written();
  }

 private:
  std::shared_ptr<const RawPictureRows> rows_;
};

fs::path svhn_file_of(const fs::path& path) {
  return fs::is_directory(path) ? path / "train_32x32.mat" : path;
}

}  // namespace

std::vector<MatArray> parse_mat(Bytes file, const std::string& name) {
  require_version_5(file, name);
  std::vector<MatArray> arrays;
  for (Bytes rest = file.subspan(kMatHeader); !rest.empty();) {
    MatElement element = take_element(rest, name);
    std::shared_ptr<const std::vector<std::byte>> owner;
    if (element.type == kCompressed) {
      owner = inflate_element(element.data, name);
      Bytes inside = *owner;
      element = take_element(inside, name);
    }
    if (element.type != kMatrix) continue;
    auto array = array_in(element.data, name);
    if (!array) continue;
    array->owner = owner;
    arrays.push_back(std::move(*array));
  }
  return arrays;
}

bool looks_like_svhn(const fs::path& path) {
  const fs::path file = svhn_file_of(path);
  return file.filename() == "train_32x32.mat" && fs::is_regular_file(file);
}

Dataset open_svhn(const fs::path& path) {
  const fs::path file = svhn_file_of(path);
  Dataset dataset{.format = "svhn", .root = path, .classes = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}};
  const auto train = svhn_rows(file);
  dataset.splits[Split::train] = train;
  const fs::path test = file.parent_path() / "test_32x32.mat";
  if (fs::is_regular_file(test)) dataset.splits[Split::test] = svhn_rows(test);
  dataset.writer = std::make_shared<SvhnWriter>(train);
  return dataset;
}

}  // namespace decant
