// The pictures of a job: at one size, kept decoded where they fit, normalised by the training
// pictures. What tasks that look at pictures share.
#pragma once

#include <optional>

#include "decant/data/view_labels.h"
#include "decant/loader/batches.h"
#include "decant/loader/image_table.h"
#include "decant/nn/normalisation.h"
#include "decant/train/label_schedule.h"
#include "decant/train/torch/task.h"
#include "decant/train/train.h"

namespace decant::train {

inline constexpr int kTestBatch = 256;

class TrainingPictures {
 public:
  /// Decodes the pictures (unless the job brings a table) and measures their channels. The job must
  /// outlive this; its rows may be missing if it is only to be tested. Throws what decoding throws.
  TrainingPictures(const TrainJob& job, c10::Device device, const Context& context);

  ImageSize size() const { return table_->size(); }
  const nn::PixelStatistics& statistics() const { return statistics_; }
  const loader::ImageTable& table() const { return *table_; }
  int64_t test_rows() const { return std::ssize(test_rows_); }

  /// As Task's.
  std::unique_ptr<BatchSource> batches(int64_t first, int64_t samples, const Context& context) const;
  std::unique_ptr<BatchSource> test_batches(const Context& context) const;

  /// What the schedule of labels says of the update that sample `sample` of the training is of.
  LabelMoment moment_of(int64_t sample) const;
  /// Of a set whose views have labels that are taught: the view whose label sample `sample` of the
  /// training teaches, pass by pass the next; below 0 where the schedule teaches the class.
  int64_t view_taught(int64_t sample) const;

  /// Batches of `samples` pictures from `first` on, as batches() asks for them.
  loader::BatchOptions stream(int64_t first, int64_t samples) const;

 private:
  const TrainJob& job_;
  c10::Device device_;
  std::vector<int64_t> test_rows_;
  std::shared_ptr<const loader::ImageTable> table_;
  std::shared_ptr<const loader::ImageTable> test_table_;
  nn::PixelStatistics statistics_;
  loader::Normalisation normalisation_;
  std::optional<ViewRecipe> recipe_;  ///< of the views that are taught
};

/// The recipe of the views whose labels the job teaches; nothing where it teaches none. Throws
/// InputError for rows without such labels among others, and for options that cut otherwise.
std::optional<ViewRecipe> views_taught(const TrainJob& job);

}  // namespace decant::train
