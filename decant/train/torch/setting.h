// Everything about the pictures, the network and the steps that follows from a job alone: what training, measuring and recording share.
#pragma once

#include <chrono>
#include <memory>

#include "decant/loader/augment.h"
#include "decant/loader/image_table.h"
#include "decant/nn/device.h"
#include "decant/nn/network.h"
#include "decant/train/schedule.h"
#include "decant/train/train.h"

namespace decant::train {

class Clock {
 public:
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// Every row of a split, ascending.
std::vector<int64_t> all_of(const Rows& rows);

/// Kept pictures leave almost nothing to do; decoding on the way is worth every core.
int workers_for(const loader::ImageTable& table, const Context& context);

struct Setting {
  Setting(const TrainJob& job, const Context& context);

  c10::Device device;
  std::shared_ptr<const loader::ImageTable> table;
  loader::Normalisation normalisation;
  std::unique_ptr<const nn::Classifier> network;
};

Schedule schedule_of(const TrainOptions& options, int64_t steps);

[[noreturn]] void throw_diverged(int64_t step, float loss, double rate);

}  // namespace decant::train
