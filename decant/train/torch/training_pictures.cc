#include "decant/train/torch/training_pictures.h"

#include <numeric>

#include "decant/base/errors.h"
#include "decant/train/pixel_statistics.h"
#include "decant/train/torch/cutmix_pictures.h"
#include "decant/train/torch/picture_source.h"
#include "decant/train/torch/siamese_pictures.h"

namespace decant::train {
namespace {

std::vector<int64_t> all_of(const Rows* rows) {
  std::vector<int64_t> all(rows == nullptr ? 0 : static_cast<size_t>(rows->size()));
  std::iota(all.begin(), all.end(), int64_t{0});
  return all;
}

loader::Normalisation normalisation_of(const nn::PixelStatistics& pixels) {
  const auto channels = static_cast<size_t>(pixels.channels);
  return loader::normalisation_of(std::span(pixels.mean).first(channels), std::span(pixels.deviation).first(channels));
}

/// What the options say, else what the pictures show.
nn::PixelStatistics statistics_for(const TrainOptions& options, const loader::ImageTable& table, std::span<const int64_t> subset,
                                   const Context& context) {
  std::optional<nn::PixelStatistics> given = pixel_statistics_from(options.normalise);
  if (!given) return nn::pixel_statistics(table, subset, context);
  const int channels = table.size().channels;
  if (given->channels != 1 && given->channels != channels)
    throw InputError({"", "normalise", fmt::format("has numbers for {} channels, but the pictures have {}", given->channels, channels),
                      "Give one number for all of them, or one for each"});
  if (given->channels == 1) {
    given->mean.fill(given->mean[0]);
    given->deviation.fill(given->deviation[0]);
  }
  given->channels = channels;
  return *given;
}

/// Cut as the options say, labels of views would be of other pictures.
void require_cut_as(const ViewRecipe& recipe, const TrainOptions& options) {
  if (recipe.one() || (options.augment == "crop-flip" && cuts_of(options) == recipe.cuts)) return;
  throw InputError({"", kSoftLabelsOption,
                    fmt::format("the labels are of views by {}, and the training cuts pictures otherwise", in_words(recipe.cuts)),
                    fmt::format("Give {} and no --augment, or leave out --{}", as_options(recipe.cuts), kSoftLabelsOption)});
}

}  // namespace

std::optional<ViewRecipe> views_taught(const TrainJob& job) {
  if (!job.options.soft_labels || job.rows == nullptr || job.subset.empty()) return std::nullopt;
  const ViewLabels* const first = job.rows->views(job.subset.front()).labels;
  for (const int64_t row : job.subset) {
    const ViewLabels* const own = job.rows->views(row).labels;
    if ((own == nullptr) == (first == nullptr) && (own == nullptr || own->recipe() == first->recipe())) continue;
    throw InputError({"", job.rows->key(row), "has labels of other views than the rows before it, or none",
                      fmt::format("Omit --{}", kSoftLabelsOption)});
  }
  if (first == nullptr) return std::nullopt;
  require_cut_as(first->recipe(), job.options);
  return first->recipe();
}

TrainingPictures::TrainingPictures(const TrainJob& job, c10::Device device, const Context& context)
    : job_(job), device_(device), test_rows_(all_of(job.test)), table_(job.table), test_table_(job.test_table) {
  const Rows& rows = job.rows != nullptr ? *job.rows : *job.test;
  const std::span<const int64_t> subset = job.rows != nullptr ? job.subset : std::span<const int64_t>(test_rows_);
  if (!table_) {
    const ImageSize size = loader::training_size(rows, subset, job.options.image_size, context);
    table_ = std::make_shared<loader::ImageTable>(rows, subset, size, loader::kKeptBytes, context);
  }
  constexpr int64_t kept_bytes = 0;  // test pictures are read once
  if (job.test != nullptr && !test_table_)
    test_table_ = std::make_shared<loader::ImageTable>(*job.test, test_rows_, table_->size(), kept_bytes, context);
  statistics_ = statistics_for(job.options, *table_, subset, context);
  normalisation_ = normalisation_of(statistics_);
  recipe_ = views_taught(job);
}

LabelMoment TrainingPictures::moment_of(int64_t sample) const {
  const TrainOptions& options = job_.options;
  const auto steps = static_cast<double>(steps_of(options, std::ssize(job_.subset)));
  const auto step = static_cast<double>(sample / options.batch);
  return label_schedule_named(options.label_schedule).at(step / steps, options.temperature);
}

int64_t TrainingPictures::view_taught(int64_t sample) const {
  if (!recipe_ || !moment_of(sample).soft) return -1;
  return sample / std::ssize(job_.subset) % recipe_->views;
}

loader::BatchOptions TrainingPictures::stream(int64_t first, int64_t samples) const {
  const TrainOptions& options = job_.options;
  return {.batch = options.batch,
          .first = first,
          .samples = samples,
          .shuffle = true,
          .seed = options.seed,
          .augmentation = cuts_of(options),
          .normalisation = normalisation_,
          .view = recipe_ && !recipe_->one() ? [this](int64_t sample) { return view_taught(sample); } : std::function<int64_t(int64_t)>(),
          .labels = job_.labels};
}

std::unique_ptr<BatchSource> TrainingPictures::batches(int64_t first, int64_t samples, const Context& context) const {
  auto pictures = open_pictures(*table_, job_.subset, stream(first, samples), device_, context);
  const std::optional<SiameseOptions> siamese = siamese_of(job_.options);
  const TrainOptions& options = job_.options;
  const int64_t first_step = first / options.batch;
  if (siamese) pictures = std::make_unique<SiamesePictures>(std::move(pictures), *siamese, options.seed, first_step);
  if (options.cutmix > 0) pictures = std::make_unique<CutMixPictures>(std::move(pictures), options.cutmix, options.seed, first_step);
  return pictures;
}

std::unique_ptr<BatchSource> TrainingPictures::test_batches(const Context& context) const {
  DECANT_CHECK(test_table_->size() == table_->size(), ==, true);
  loader::BatchOptions stream{.batch = kTestBatch, .samples = test_rows(), .normalisation = normalisation_};
  if (job_.test_view >= 0) {
    const ViewRecipe& recipe = job_.test->views(0).labels->recipe();
    stream.augmentation = recipe.cuts;
    stream.view = [view = job_.test_view](int64_t) { return view; };
  }
  return open_pictures(*test_table_, test_rows_, stream, device_, context);
}

}  // namespace decant::train
