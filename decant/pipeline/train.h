// train: one network on one data set; its weights are kept, and measured on held-out rows when
// there are any. A classifier needs labels; what fills in pictures (nn/autoencoder.h) does not.
#pragma once

#include <filesystem>
#include <string>

#include "decant/base/context.h"
#include "decant/base/json_fwd.h"
#include "decant/base/options.h"
#include "decant/pipeline/run/input.h"
#include "decant/pipeline/run/set_training.h"
#include "decant/train/train.h"

namespace decant {

struct TrainNetworkOptions {
  InputOptions input;
  std::string test;              ///< another data set whose held-out split (or training split, when it has no other) is measured on
  std::filesystem::path out;     ///< safetensors
  train::TrainOptions training;  ///< fields that differ from the default count as given, too
  OptionTexts given;             ///< of training, and win over what the data set asks for
  bool overwrite = false;

  void declare(OptionTable& table);
};

struct NetworkTrained {
  std::string net;
  int64_t rows = 0;
  train::TrainResult result;
  bool tested = false;  ///< whether result.value says something
  std::filesystem::path file;
  OptionTexts training;  ///< options that the data set asks for and that were followed
};

NetworkTrained train_network(const TrainNetworkOptions& options, const Context& context);

/// {"net", "rows", "steps", "seconds", "loss", "accuracy" (null without test rows), "test_rows",
/// "file"}, and "training" where there is any. What fills in pictures has "psnr", in dB, in place
/// of the accuracy.
Json to_json(const NetworkTrained& trained);

}  // namespace decant
