#include "decant/formats/raw/picture_array.h"

#include <fmt/core.h>
#include <limits>

#include "decant/base/errors.h"

namespace decant {

std::optional<PictureArrayLayout> picture_layout(const NpyArray& array) {
  const std::vector<int64_t>& shape = array.shape;
  if (array.type != ElementType::u8 || shape.size() < 3 || shape.size() > 4 || array.data.empty()) return std::nullopt;
  const auto few = [](int64_t length) { return length == 1 || length == 3; };
  const bool last = shape.size() == 4 && few(shape[3]);
  const bool first = shape.size() == 4 && !last && few(shape[1]);
  if (shape.size() == 4 && !last && !first) return std::nullopt;
  const size_t at = first ? 2 : 1;
  const int64_t channels = last ? shape[3] : first ? shape[1] : 1;
  if (shape[at] > std::numeric_limits<int>::max() / shape[at + 1] / channels) return std::nullopt;
  return PictureArrayLayout{{static_cast<int>(shape[at + 1]), static_cast<int>(shape[at]), static_cast<int>(channels)},
                            first ? PixelOrder::planes : PixelOrder::interleaved};
}

std::vector<int32_t> class_numbers(const NpyArray& array, int64_t count, const std::string& name) {
  const bool column = array.shape.size() == 1 || (array.shape.size() == 2 && array.shape[1] == 1);
  if (!column)
    throw InputError({name, "", "is not one integer per picture", "Give one class number per picture; for one-hot rows, y.argmax(axis=1)"});
  if (array.count() != count)
    throw InputError({name, "", fmt::format("holds {} labels for {} pictures", array.count(), count), "Give one label per picture"});
  std::vector<int32_t> labels;
  for (int64_t row = 0; row < count; ++row) {
    const int64_t label = whole_at(array, static_cast<size_t>(row)).value_or(-2);
    if (label < kNoLabel || label > kLargestLabel)
      throw InputError({name, fmt::format("row {}", row), fmt::format("is not in 0…{} (or -1 for no label)", kLargestLabel),
                        "Number the classes from 0: np.unique(y, return_inverse=True)[1]"});
    labels.push_back(static_cast<int32_t>(label));
  }
  return labels;
}

std::vector<std::byte> cut_npy(const NpyArray& array, std::span<const int64_t> rows) {
  std::vector<int64_t> shape = array.shape;
  shape[0] = std::ssize(rows);
  const std::string header = npy_header(array.type, shape);
  std::vector<std::byte> file(as_bytes(header).begin(), as_bytes(header).end());
  if (!rows.empty()) file.reserve(file.size() + rows.size() * static_cast<size_t>(array.row_bytes()));
  for (const int64_t row : rows) file.insert(file.end(), array.row(row).begin(), array.row(row).end());
  return file;
}

}  // namespace decant
