// One training loop for everyone. This header is free of libtorch; the loop itself is in the torch
// part of this folder, and programs reach it through trainer.h.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "decant/base/context.h"
#include "decant/base/options.h"
#include "decant/data/cuts.h"
#include "decant/data/dataset.h"
#include "decant/data/metric.h"
#include "decant/data/siamese.h"

namespace decant::loader {
class ImageTable;
}

namespace decant::train {

/// Everything that decides a training's result, the rows and what computes aside. declare() names
/// every field, so that the command line, run.json and cache keys know an option as soon as the
/// training does; train_test.cc fails for a field it leaves out.
struct TrainOptions {
  std::string net = "quick";
  int64_t steps = 2500;  ///< parameter updates; the same for a full and a small set, so that sizes compare fairly
  int epochs = 0;        ///< > 0: passes over the set in place of `steps`; see steps_of()
  int batch = 64;
  bool cap_batch = false;         ///< a batch is at most the whole set; else a set smaller than a batch repeats
  std::string optimizer = "sgd";  ///< "sgd" (Nesterov), "momentum" (heavy ball) or "adamw"
  double learning_rate = 0.1;     ///< peak
  double momentum = 0.9;
  double weight_decay = 5e-4;
  bool decay_all = false;               ///< weight decay on every parameter; else on weights only, never on norms and biases
  std::string schedule = "linear";      ///< to zero: "linear", "cosine"; ÷10 at 1/2 "half", at 1/2 and 3/4 "step"; "constant"; "restarts"
  double clip_norm = 0;                 ///< > 0: a gradient whose norm, over all parameters, is larger is scaled down to it
  double warmup = 0.2;                  ///< fraction of the steps spent rising linearly to the peak
  std::string loss = "cross-entropy";   ///< or "mse"; classification.h has both
  double label_smoothing = 0.1;         ///< of cross-entropy
  double label_scale = 1;               ///< of mse: factor of what is to be predicted
  bool soft_labels = false;             ///< a row teaches its soft label (Targets::soft()), or those of its views, in place of its class
  double temperature = 4;               ///< of labels of views: soften() makes of them what is taught
  std::string label_schedule = "soft";  ///< when they are taught (label_schedule.h): "soft" = always
  std::string augment = "crop-flip";    ///< as cuts_of() says; "none"; or what siamese_named() knows: "dsa", "color_crop_cutout"
  int crop = 4;                         ///< reflect-pad by this many pixels and cut back at random; 0 = none
  double resized_crop = 0;              ///< > 0: in place of that, resized crops of at least this share of the area (data/cuts.h)
  double cutmix = 0;                    ///< share of the batches in which a box of each picture shows another (cutmix.h)
  bool flip = true;                     ///< mirror half of the pictures; false takes it from "dsa" as well
  std::string normalise;                ///< what pixels are shifted and scaled by: "mean/deviation", of pixels in [0, 1], each of
                                        ///< one channel or by commas of three; empty = those of the training pictures
  int image_size = 0;                   ///< pictures become squares of this side; 0 = their own size if all are alike and ≤ 64, else 64
  uint64_t seed = 0;                    ///< initial weights, order of the samples, augmentation
  std::string device = "cpu";           ///< "cpu" or "cuda"; their last digits differ
  std::string precision = "float32";    ///< convolutions in training: "float32" or "bfloat16"; the processor must have that

  void declare(OptionTable& table);
};

/// Updates in a training on `rows` rows: `steps`, or ⌊epochs · rows / batch_of()⌋, at least one,
/// when `epochs` is set.
int64_t steps_of(const TrainOptions& options, int64_t rows);

/// Pictures per step of a training on `rows` rows.
int batch_of(const TrainOptions& options, int64_t rows);

/// How pictures are cut and mirrored; not at all where `augment` is no "crop-flip".
Cuts cuts_of(const TrainOptions& options);

/// What is done to each batch besides; nothing for "crop-flip" and "none".
std::optional<SiameseOptions> siamese_of(const TrainOptions& options);

/// What is done to pictures: "crop 4 and flip", "dsa", "none, CutMix in 50 % of the batches",
/// "resized crops of 35 % or more and flip".
std::string augmentation_in_words(const TrainOptions& options);

/// Throws InputError naming the option that is unknown or out of range. train() and measure() call
/// it first.
void check(const TrainOptions& options);

struct TrainJob {
  TrainOptions options;
  const Rows* rows = nullptr;            ///< where the training pictures and labels are
  std::span<const int64_t> subset;       ///< which of them; ascending
  int classes = 0;                       ///< 0: none are taught, labels are not needed, and the net is one that fills in pictures
  std::span<const int32_t> labels = {};  ///< of all of `rows`, what they are taught as; empty = their classes
  const Rows* test = nullptr;            ///< measured once, after the last step; null = not at all
  std::filesystem::path save_weights;    ///< safetensors; empty = not saved

  // A part of a training: updates first_step … last_step − 1 of all that the options ask for, with
  // the batches and rates that those have there, from `weights` on; none where the two are equal
  // and above 0. What the optimizer remembers starts at zero.
  std::span<const float> weights = {};  ///< as TrainResult::weights has them; empty = fresh ones
  int64_t first_step = 0;
  int64_t last_step = 0;      ///< 0 = steps_of()
  bool keep_weights = false;  ///< fills in TrainResult::weights
  bool keep_logits = false;   ///< fills in TrainResult::logits
  int64_t test_view = -1;     ///< tests on this view of each row, whose views have labels; below 0: on pictures as they are
  bool attack = false;        ///< fills in TrainResult::attacked (torch/attack.h); of classifiers

  // Decoded pictures shared between jobs (image_table.h), over `rows` and `test`; null = each job
  // makes its own. The size of a table is the size of the pictures: one table over more rows than
  // `subset` keeps that size the same for every subset.
  std::shared_ptr<const loader::ImageTable> table;
  std::shared_ptr<const loader::ImageTable> test_table;
};

/// What follows from a net alone, before there are rows.
struct NetFacts {
  bool tells_classes = true;                 ///< else TrainJob::classes is 0
  std::map<std::string, std::string> usual;  ///< options by name whose usual value is not TrainOptions'
};

/// Throws nothing: a net that nobody knows is taken for a classifier.
NetFacts facts_of(const std::string& net);

struct TrainResult {
  Metric metric = top_1();
  double value = 0;       ///< on the test rows, of the final weights (never the best on the way)
  double final_loss = 0;  ///< mean over the last tenth of the steps
  int64_t steps = 0;
  double attacked = 0;  ///< top-1 on test pictures that are moved against the net, where it was asked for
  int64_t test_rows = 0;
  double seconds = 0;          ///< the whole call: decoding, steps, test
  double input_seconds = 0;    ///< time the loop waited for pictures; where the device makes them, for handing it that work
  std::vector<float> losses;   ///< per step
  std::vector<float> weights;  ///< every parameter, then every running statistic, in the net's order; empty unless asked for
  std::vector<float> logits;   ///< (test rows, classes); empty unless asked for
};

/// Same job, same seed, same thread count → same weights on a CPU. Pictures that do not decode are
/// InputErrors: leave them out of `subset`. Throws InputError when the loss is no longer finite,
/// naming the step: at once on a CPU, up to 49 steps later on another device, from which losses are
/// read back 50 at a time.
///
/// On another device than the CPU, pictures that are kept (loader::kKeptBytes) are copied there
/// once for all jobs that share a table, and batches are made there: the same batches, for 32 bytes
/// per picture over the bus. Pictures that are not kept are prepared on the CPU, and every batch
/// goes over as float32. The table takes as much memory there as it does here, for as long as it
/// lives.
TrainResult train(const TrainJob& job, const Context& context);

/// The metric's value of saved weights on `test`, and the weights and logits where the job keeps
/// them. Nothing is trained. Neither the size nor the
/// brightness of the pictures they were trained on is read from the weights: give the `rows` and
/// the `subset` of that training, else both are taken from the test pictures.
TrainResult measure(const TrainJob& job, const std::filesystem::path& weights, const Context& context);

}  // namespace decant::train
