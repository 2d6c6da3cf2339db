#include "decant/loader/picture_batches.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "decant/base/errors.h"
#include "decant/loader/image_table.h"

namespace decant::loader {
namespace {

constexpr int kBatchesAhead = 2;  // batches that wait, for each worker

struct PictureMaker {
  const Pictures& pictures;
  std::vector<int64_t> rows;
  int side;
  int64_t batch;

  int64_t batches() const { return (std::ssize(rows) + batch - 1) / batch; }
  void operator()(int64_t number, PictureBatch& made) const;
};

void PictureMaker::operator()(int64_t number, PictureBatch& made) const {
  const int64_t begin = number * batch;
  const int64_t end = std::min(begin + batch, std::ssize(rows));
  const ImageSize size{side, side, 3};
  made.bad.clear();
  made.rows.assign(rows.begin() + begin, rows.begin() + end);
  made.pixels.assign(made.rows.size() * static_cast<size_t>(size.bytes()), 0);
  Image picture;
  for (size_t i = 0; i < made.rows.size(); ++i) {
    try {
      pictures.decode(made.rows[i], picture);
      fit_picture(picture, size, made.pixels.data() + i * static_cast<size_t>(size.bytes()));
    } catch (const InputError&) {
      made.bad.push_back(made.rows[i]);
    }
  }
}

Ring<PictureBatch> start(const Rows& rows, std::vector<int64_t> chosen, int side, int batch, const Context& context) {
  DECANT_CHECK(std::min(side, batch), >, 0);
  for (const int64_t row : chosen) DECANT_CHECK(row >= 0 && row < rows.size(), ==, true);
  const auto maker = std::make_shared<const PictureMaker>(PictureMaker{require_pictures(rows), std::move(chosen), side, batch});
  const int64_t workers = std::min<int64_t>(context.thread_count(), std::max<int64_t>(1, maker->batches()));
  const Ring<PictureBatch>::Make make = [maker](int64_t number, PictureBatch& made) { (*maker)(number, made); };
  return {maker->batches(), kBatchesAhead * workers, std::vector(static_cast<size_t>(workers), make)};
}

}  // namespace

PictureBatches::PictureBatches(const Rows& rows, std::vector<int64_t> chosen, int side, int batch, const Context& context)
    : ring_(start(rows, std::move(chosen), side, batch, context)) {}

bool PictureBatches::next(PictureBatch& batch) {
  PictureBatch* const made = ring_.next();
  if (made != nullptr) std::swap(batch, *made);
  return made != nullptr;
}

}  // namespace decant::loader
