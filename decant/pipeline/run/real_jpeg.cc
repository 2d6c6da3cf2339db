#include "decant/pipeline/run/real_jpeg.h"

#include <vector>

#include "decant/base/errors.h"
#include "decant/base/parallel.h"
#include "decant/formats/image/codec.h"
#include "decant/loader/image_table.h"

namespace decant {
namespace {

constexpr size_t kMeasuredPictures = 200;
constexpr int kRealQuality = 50;

/// 0 for a picture that cannot be decoded.
int64_t jpeg_bytes(const Rows& rows, int64_t row, const ImageSize& size) {
  Image picture;
  Image fitted;
  try {
    rows.pictures()->decode(row, picture);
  } catch (const Error&) {
    return 0;
  }
  fitted.resize(size);
  loader::fit_picture(picture, size, fitted.pixels.data());
  std::vector<std::byte> jpeg;
  encode_jpeg(fitted.view(), kRealQuality, jpeg);
  return std::ssize(jpeg);
}

}  // namespace

double real_jpeg_bytes(const Rows& rows, const Subset& usable, const ImageSize& size, const Context& context) {
  const Subset some = some_of(usable, kMeasuredPictures);
  std::vector<int64_t> bytes(some.size());
  parallel_for(context, std::ssize(some), 16, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) bytes[static_cast<size_t>(i)] = jpeg_bytes(rows, some[static_cast<size_t>(i)], size);
  });
  int64_t sum = 0;
  int64_t count = 0;
  for (const int64_t one : bytes) {
    sum += one;
    count += one > 0 ? 1 : 0;
  }
  return count == 0 ? 0 : static_cast<double>(sum) / static_cast<double>(count);
}

}  // namespace decant
