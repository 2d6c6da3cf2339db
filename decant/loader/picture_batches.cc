#include "decant/loader/picture_batches.h"

#include <algorithm>
#include <utility>

#include "decant/base/errors.h"
#include "decant/loader/image_table.h"

namespace decant::loader {
namespace {

constexpr int kBatchesAhead = 2;  // batches that wait, for each worker

}  // namespace

PictureBatches::PictureBatches(const Rows& rows, std::vector<int64_t> chosen, int side, int batch, const Context& context)
    : pictures_(require_pictures(rows)),
      chosen_(std::move(chosen)),
      side_(side),
      batch_(batch),
      count_((std::ssize(chosen_) + batch - 1) / batch) {
  DECANT_CHECK(std::min(side, batch), >, 0);
  for (const int64_t row : chosen_) DECANT_CHECK(row >= 0 && row < rows.size(), ==, true);
  const int workers = static_cast<int>(std::min<int64_t>(context.thread_count(), std::max<int64_t>(1, count_)));
  ring_.resize(static_cast<size_t>(kBatchesAhead * workers));
  for (int i = 0; i < workers; ++i) workers_.emplace_back([this] { work(); });
}

PictureBatches::~PictureBatches() {
  const std::lock_guard lock(mutex_);
  stop_ = true;
  slot_free_.notify_all();
}

void PictureBatches::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    slot_free_.wait(lock, [&] { return stop_ || taken_ == count_ || taken_ < consumed_ + std::ssize(ring_); });
    if (stop_ || taken_ == count_) return;
    const int64_t number = taken_++;
    lock.unlock();
    PictureBatch made;
    std::exception_ptr failure;
    try {
      made = make(number);
    } catch (...) {
      failure = std::current_exception();
    }
    lock.lock();
    Slot& slot = slot_of(number);
    slot.batch = std::move(made);
    slot.failure = failure;
    slot.ready = true;
    slot_ready_.notify_one();
  }
}

PictureBatch PictureBatches::make(int64_t number) const {
  const auto begin = static_cast<size_t>(number * batch_);
  const size_t end = std::min(begin + static_cast<size_t>(batch_), chosen_.size());
  const ImageSize size{side_, side_, 3};
  PictureBatch made;
  made.rows.assign(chosen_.begin() + static_cast<int64_t>(begin), chosen_.begin() + static_cast<int64_t>(end));
  made.pixels.resize(made.rows.size() * static_cast<size_t>(size.bytes()));
  Image picture;
  for (size_t i = 0; i < made.rows.size(); ++i) {
    try {
      pictures_.decode(made.rows[i], picture);
      fit_picture(picture, size, made.pixels.data() + i * static_cast<size_t>(size.bytes()));
    } catch (const InputError&) {
      made.bad.push_back(made.rows[i]);
    }
  }
  return made;
}

bool PictureBatches::next(PictureBatch& batch) {
  std::unique_lock lock(mutex_);
  if (consumed_ == count_) return false;
  Slot& slot = slot_of(consumed_);
  slot_ready_.wait(lock, [&] { return slot.ready; });
  ++consumed_;
  slot.ready = false;
  batch = std::move(slot.batch);
  const std::exception_ptr failure = std::exchange(slot.failure, nullptr);
  slot_free_.notify_one();
  if (failure) std::rethrow_exception(failure);
  return true;
}

}  // namespace decant::loader
