// Training a detector or a segmenter (nn/scene_network.h) on rows with objects or masks, and
// measuring it on others. Free of libtorch; programs reach it through SceneTrainer.
//
// With a backbone whose weights are given, only what stands on it is trained: what the backbone
// makes of every picture and of its mirror image is computed once, and shared by all trainings on a
// table. With `tune` the backbone is trained on from those weights. Without, all of it is learnt
// from scratch.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "decant/base/context.h"
#include "decant/base/module.h"
#include "decant/base/options.h"
#include "decant/data/metric.h"
#include "decant/data/rows.h"
#include "decant/loader/scenes.h"

namespace decant::train {

/// Everything that decides a training's result, the rows and what computes aside.
struct SceneOptions {
  std::string net = "centre";      ///< or "pyramid", with options
  std::filesystem::path backbone;  ///< weights of the net's backbone, which then stay as they are; empty = trained from scratch
  bool tune = false;               ///< the backbone is trained as well, from those weights on
  int64_t steps = 600;             ///< updates: as many for a small set as for a large one
  int batch = 8;
  double learning_rate = 3e-3;  ///< peak, of AdamW; linear to zero
  double weight_decay = 0.05;
  double warmup = 0.1;    ///< fraction of the steps spent rising linearly to the peak
  double clip = 10;       ///< the gradient's norm is cut to this; 0 = not
  int image_size = 320;   ///< the longer side of the frame that pictures are scaled to
  bool stretch = false;   ///< pictures fill the frame, out of proportion if need be (loader/scenes.h)
  int crop = 0;           ///< largest shift in pixels; only where the backbone is trained as well
  bool flip = true;       ///< mirror half of the pictures
  std::string normalise;  ///< as TrainOptions::normalise; empty = ImageNet's with a given backbone, else those of the training pictures
  uint64_t seed = 0;      ///< initial weights, order and augmentation
  std::string device = "cpu";
  std::string precision = "float32";  ///< as TrainOptions::precision

  void declare(OptionTable& table);
};

/// Throws InputError naming the option that is out of range.
void check(const SceneOptions& options);

/// What is measured of rows with objects: AP, AP50, and AP50 of every class; of rows with masks:
/// mean IoU, and IoU of every class. `classes`: their names.
std::vector<Metric> scene_metrics(CountedIn taught, std::span<const std::string> classes);

struct SceneJob {
  SceneOptions options;
  std::span<const int64_t> subset;  ///< of the table's rows; ascending
  int classes = 0;
  std::shared_ptr<const loader::SceneTable> table;
  std::shared_ptr<const loader::SceneTable> test;  ///< all of whose chosen rows are measured, after the last step; null = none
  std::filesystem::path save_weights = {};         ///< safetensors of all that was trained; empty = not saved
};

struct SceneResult {
  std::vector<double> values;  ///< in the order of scene_metrics(); NaN where the test rows say nothing of a class; empty without a test
  double final_loss = 0;       ///< mean over the last tenth of the steps
  int64_t steps = 0;
  double seconds = 0;
};

/// Same job, same seed, same thread count → same numbers on a CPU. Throws InputError for rows of
/// another kind than the net learns, a training or test set without a single object or labelled
/// pixel, an unknown net or device, weights that do not fit, and when the loss is no longer finite.
SceneResult train_scenes(const SceneJob& job, const Context& context);

/// What the net learns, CountedIn::objects or pixels; nothing for one of another kind. Throws
/// InputError for an option or a backbone that it does not have.
std::optional<CountedIn> learnt_by(const std::string& net);

struct SceneTrainer {
  static constexpr const ModuleFile& kModule = kNeuralModule;
  static constexpr const char* kSymbol = "decant_scene_trainer_v3";

  SceneResult (*train)(const SceneJob& job, const Context& context);
  std::optional<CountedIn> (*learnt_by)(const std::string& net);
};

}  // namespace decant::train
