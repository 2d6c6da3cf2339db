#include "decant/train/torch/setting.h"

#include <cmath>
#include <numeric>

#include "decant/base/errors.h"
#include "decant/nn/normalisation.h"

namespace decant::train {

std::vector<int64_t> all_of(const Rows& rows) {
  std::vector<int64_t> all(static_cast<size_t>(rows.size()));
  std::iota(all.begin(), all.end(), int64_t{0});
  return all;
}

int workers_for(const loader::ImageTable& table, const Context& context) {
  return table.kept() ? 1 : context.thread_count();
}

Setting::Setting(const TrainJob& job, const Context& context) : device(nn::device_named(job.options.device)) {
  const Rows& rows = job.rows != nullptr ? *job.rows : *job.test;
  const std::vector<int64_t> all = job.rows != nullptr ? std::vector<int64_t>{} : all_of(rows);
  const std::span<const int64_t> subset = job.rows != nullptr ? job.subset : std::span(all);
  table = job.table;
  if (!table) {
    const ImageSize size = loader::training_size(rows, subset, job.options.image_size, context);
    table = std::make_shared<loader::ImageTable>(rows, subset, size, loader::kKeptBytes, context);
  }
  const auto pixels = nn::pixel_statistics(*table, subset, context);
  const auto channels = static_cast<size_t>(pixels.channels);
  normalisation = loader::normalisation_of(std::span(pixels.mean).first(channels), std::span(pixels.deviation).first(channels));
  network = nn::make_network({job.options.net, table->size(), job.classes});
}

Schedule schedule_of(const TrainOptions& options, int64_t steps) {
  const auto warmup = static_cast<int64_t>(std::llround(options.warmup * static_cast<double>(steps)));
  return {decay_named(options.schedule), options.learning_rate, steps, std::min(warmup, steps - 1)};
}

void throw_diverged(int64_t step, float loss, double rate) {
  throw InputError({"", fmt::format("step {}", step), fmt::format("the loss is no longer a finite number ({})", loss),
                    fmt::format("Lower the learning rate (it was {:.3g} here) or lengthen the warm-up", rate)});
}

}  // namespace decant::train
