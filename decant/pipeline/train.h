// train: one network on one data set; its weights are kept, and measured on held-out rows when
// there are any. A classifier needs labels, a detector objects, a segmenter masks; what fills in
// pictures (nn/autoencoder.h) needs neither.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "decant/base/context.h"
#include "decant/base/json_fwd.h"
#include "decant/base/options.h"
#include "decant/pipeline/run/input.h"
#include "decant/pipeline/run/set_training.h"
#include "decant/train/scenes.h"
#include "decant/train/train.h"

namespace decant {

struct TrainNetworkOptions {
  InputOptions input;
  std::string test;              ///< another data set whose held-out split (or training split, when it has no other) is measured on
  std::filesystem::path out;     ///< safetensors
  train::TrainOptions training;  ///< fields that differ from the default count as given, too
  train::SceneOptions scenes;    ///< of detectors and segmenters, what the above does not have
  OptionTexts given;             ///< of both, and win over what the data set asks for
  bool overwrite = false;

  void declare(OptionTable& table);
};

struct NetworkTrained {
  std::string net;
  int64_t rows = 0;
  int64_t steps = 0;
  double seconds = 0;
  double loss = 0;              ///< mean over the last tenth of the steps
  std::vector<Metric> metrics;  ///< that are measured
  std::vector<double> values;   ///< one for each, unscaled, NaN where the test says nothing of it; empty without test rows
  int64_t test_rows = 0;
  std::filesystem::path file;
  OptionTexts training;  ///< options that the data set asks for and that were followed
};

NetworkTrained train_network(const TrainNetworkOptions& options, const Context& context);

/// {"net", "rows", "steps", "seconds", "loss", "accuracy" (null without test rows), "test_rows",
/// "file"}, and "training" where there is any. In place of the accuracy, what fills in pictures has
/// "psnr", in dB; a detector "AP" and "AP50", a segmenter "mean IoU", and both "of_class", the same
/// of every class by its name.
Json to_json(const NetworkTrained& trained);

}  // namespace decant
