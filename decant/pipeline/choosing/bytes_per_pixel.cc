#include "decant/pipeline/choosing/bytes_per_pixel.h"

#include <limits>

#include "decant/base/errors.h"
#include "decant/base/parallel.h"

namespace decant {

std::vector<double> bytes_per_pixel(const Rows& rows, const Subset& left_out, const Context& context) {
  if (rows.pictures() == nullptr || !rows.pictures()->are_files())
    throw InputError({"", "--scores bytes-per-pixel", "these rows are no picture files, which take more bytes the more there is to see",
                      "Choose by other scores, or another --method"});
  std::vector<double> scores(static_cast<size_t>(rows.size()), std::numeric_limits<double>::quiet_NaN());
  const Subset usable = Subset::all(rows.size()).without(left_out);
  Stage stage(context, "bytes per pixel", std::ssize(usable), "rows");
  parallel_for(context, std::ssize(usable), 16, [&](int64_t begin, int64_t end) {
    std::vector<std::byte> scratch;
    Image image;
    for (int64_t i = begin; i < end; ++i) {
      const int64_t row = usable[static_cast<size_t>(i)];
      rows.pictures()->decode(row, image);
      const double pixels = static_cast<double>(image.size.width) * static_cast<double>(image.size.height);
      scores[static_cast<size_t>(row)] = static_cast<double>(rows.bytes(row, scratch).size()) / pixels;
    }
    stage.advance(end - begin);
  });
  return scores;
}

}  // namespace decant
