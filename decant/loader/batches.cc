#include "decant/loader/batches.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "decant/base/errors.h"
#include "decant/base/random.h"
#include "decant/base/stopwatch.h"

namespace decant::loader {
namespace {

constexpr int kAhead = 2;  // finished batches that may wait

}  // namespace

int32_t taught_label(const Rows& rows, std::span<const int32_t> labels, int64_t row) {
  return labels.empty() ? rows.label(row) : labels[static_cast<size_t>(row)];
}

void require_labels(const Rows& rows, std::span<const int64_t> subset, int classes, std::span<const int32_t> labels) {
  for (const int64_t row : subset) {
    const int32_t label = taught_label(rows, labels, row);
    if (label >= 0 && label < classes) continue;
    const std::string what = label == kNoLabel ? "has no label" : fmt::format("label {} is not below {}", label, classes);
    throw InputError({"", rows.key(row), what, "Training needs a class for every picture"});
  }
}

Placement placement_of(const BatchOptions& options, const Rows& rows, int64_t row, int64_t sample) {
  if (const int64_t view = options.view ? options.view(sample) : -1; view >= 0) {
    const ViewsOfRow views = rows.views(row);
    DECANT_CHECK(views.labels != nullptr && views.labels->recipe().cuts.crop <= options.augmentation.crop, ==, true);
    return placement_of_view(views.labels->recipe(), views.row, view);
  }
  if (options.augmentation.none()) return {};
  return draw_placement(options.augmentation, Random(options.seed, "augment", static_cast<uint64_t>(sample)));
}

int64_t SampleOrder::row(int64_t sample) {
  const auto count = static_cast<int64_t>(subset_.size());
  const int64_t epoch = sample / count;
  auto place = static_cast<size_t>(sample % count);
  if (!shuffle_) return subset_[place];
  if (epoch != epoch_) {
    places_ = Random(seed_, "order", static_cast<uint64_t>(epoch)).permutation(count);
    epoch_ = epoch;
  }
  return subset_[static_cast<size_t>(places_[place])];
}

/// What one thread needs to make batches.
class Batches::Maker {
 public:
  Maker(const ImageTable& table, std::span<const int64_t> subset, const BatchOptions& options, const Context& context)
      : table_(table),
        options_(options),
        context_(context),
        order_(subset, options.shuffle, options.seed),
        placer_(table.size(), options.augmentation.crop, options.normalisation) {}

  static std::vector<Ring<Batch>::Make> of_every_worker(const ImageTable& table, std::span<const int64_t> subset,
                                                        const BatchOptions& options, const Context& context) {
    DECANT_CHECK(subset.size(), >, size_t{0});
    std::vector<Ring<Batch>::Make> makers;
    for (int i = 0; i < options.workers; ++i)
      makers.emplace_back(
          [maker = std::make_shared<Maker>(table, subset, options, context)](int64_t number, Batch& batch) { maker->make(number, batch); });
    return makers;
  }

  void make(int64_t number, Batch& batch) {
    const int64_t done = number * options_.batch;
    const int64_t first = options_.first + done;
    const int64_t pixels = table_.size().bytes();
    batch.number = number;
    batch.count = std::min<int64_t>(options_.batch, options_.samples - done);
    batch.images.resize(static_cast<size_t>(batch.count * pixels));
    batch.labels.resize(static_cast<size_t>(batch.count));
    batch.rows.resize(static_cast<size_t>(batch.count));
    for (int64_t i = 0; i < batch.count; ++i) {
      context_.check_cancelled();
      const int64_t row = order_.row(first + i);
      batch.rows[static_cast<size_t>(i)] = row;
      batch.labels[static_cast<size_t>(i)] = taught_label(table_.rows(), options_.labels, row);
      const Placement placement = placement_of(options_, table_.rows(), row, first + i);
      placer_(table_.pixels(row, scratch_), placement, batch.images.data() + i * pixels);
    }
  }

 private:
  const ImageTable& table_;
  const BatchOptions options_;
  const Context context_;
  SampleOrder order_;
  Placer placer_;
  ImageTable::Scratch scratch_;
};

Batches::Batches(const ImageTable& table, std::span<const int64_t> subset, const BatchOptions& options, const Context& context)
    : subset_(subset.begin(), subset.end()),
      ring_((options.samples + options.batch - 1) / options.batch, kAhead, Maker::of_every_worker(table, subset_, options, context)) {}

const Batch* Batches::next() {
  const Stopwatch watch;
  const Batch* const batch = ring_.next();
  waited_ += watch.seconds();
  return batch;
}

}  // namespace decant::loader
