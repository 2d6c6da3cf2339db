// Dataset distillation: a few pictures of each class, made to teach what the whole set teaches.
//
// One loop (R. Yu, S. Liu, X. Wang, "Dataset distillation: a comprehensive review", IEEE TPAMI
// 2024, arXiv:2301.07014, algorithm 1):
//
//     S = first pictures
//     for every step:
//       θ = a network, fetched            torch/network_source.h
//       T = some real rows                torch/real_rows.h
//       S = S − rate · ∂/∂S objective(S, T; θ)     torch/objective.h
//       the network may be trained on, and put back
//
// What S is made of stands in torch/synthetic.h; a method (torch/method.h) names one of each.
//
// This header is free of libtorch; programs reach the loop through Distiller (distiller.h).
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "decant/base/context.h"
#include "decant/base/options.h"
#include "decant/data/dataset.h"
#include "decant/train/teacher.h"

namespace decant::distill {

/// Everything that decides the pictures, but for the rows and what computes. Empty texts and zeros
/// mean: as the method usually has it.
struct DistillOptions {
  std::string method = "dm";     ///< with options where it takes some: "idc+factor=2"
  int per_class = 1;             ///< pictures stored for each class
  std::string net = "convnet3";  ///< that looks at the pictures, as nn/network.h has it: "convnet+width=64+depth=4"
  int64_t steps = 0;             ///< of the loop
  std::string init;              ///< the first pictures: "random" real ones, "herding", "k-means", "noise"
  std::string labels;            ///< "hard" or "soft": learnt with the pictures
  std::string augment;           ///< of both sides alike, as nn/siamese.h has it; "none"
  int real_batch = 0;            ///< real rows a step, of each class where classes go one by one
  double rate = 0;               ///< of the pictures, in units of normalised pixels
  std::string schedule;          ///< of that rate over the steps, as train::TrainOptions
  std::string projection;        ///< pictures are cut off at the range of pixels after each step, "on"; once, at the "end"; never, "off"
  int image_size = 0;            ///< as in train::TrainOptions
  uint64_t seed = 0;
  std::string device = "cpu";
  train::TeacherOptions teacher;  ///< of methods that look through a trained network

  void declare(OptionTable& table);
  bool projected() const { return projection == "on"; }  ///< after each step
};

/// Throws InputError naming the option that is out of range. What a method makes of its own options
/// is its own matter.
void check(const DistillOptions& options);

/// Something learnt, as it is stored: pixels or bases, labels, a decoder's weights.
struct Factor {
  std::string name;  ///< "pictures", "labels", "rate"
  std::vector<int64_t> shape;
  std::vector<float> values;
};

/// How bright and how varied pixels are: mean and deviation of values in [0, 1], least and most.
struct PixelSummary {
  double mean = 0;
  double deviation = 0;
  double least = 0;
  double most = 0;
};

/// A synthetic set. Pictures stand in the order of classes, `per_class` of each.
struct SyntheticSet {
  ImageSize size;
  int classes = 0;
  int64_t per_class = 0;      ///< pictures that come out, which may be more than are stored
  std::vector<float> pixels;  ///< (classes · per_class, height, width, channels), in units of a pixel's range: 0…1 unless projection is off
  std::vector<float> labels;  ///< (classes · per_class, classes); empty = hard
  std::vector<Factor> factors;

  int64_t count() const { return classes * per_class; }
};

struct Distilled {
  SyntheticSet set;
  std::map<std::string, std::string> training;  ///< how it must be trained: training options by name
  std::string words;                            ///< one sentence: what was matched, with what
  std::vector<float> losses;                    ///< of every step
  std::vector<SyntheticSet> stages;             ///< first pictures, and those half-way
  PixelSummary real;
  PixelSummary synthetic;
  std::map<std::string, double> measures;  ///< the method's own, of its test rows: {"krr", 0.89}
  int64_t steps = 0;
  int64_t steps_before = 0;   ///< that an interrupted run had made
  double seconds = 0;         ///< of this call
  double seconds_before = 0;  ///< that these steps took, getting ready for them included
};

/// A network that the set is to teach further: where a method draws the networks of its steps it
/// draws them near this one (torch/network_ball.h), and rows are seen as it sees pictures.
struct Around {
  const train::Teacher* network = nullptr;  ///< of DistillOptions::net; null = networks are drawn anew
  std::vector<int32_t> classes = {};        ///< which of its classes the job's are, in their order; empty = the same
  double radius = 5;                        ///< how far, over all parameters together, at most
};

struct DistillJob {
  DistillOptions options;
  const Rows* rows = nullptr;       ///< where the real pictures and labels are
  std::span<const int64_t> subset;  ///< which of them; ascending
  int classes = 0;
  const Rows* test = nullptr;        ///< for a method's own measures; null = none
  std::string digest;                ///< of the rows: a checkpoint of others is refused
  std::filesystem::path folder;      ///< where checkpoints lie, which may be one of an earlier call; empty = none are kept
  bool overwrite = false;            ///< a checkpoint there that is of other options or damaged is dropped; else it is an error
  std::filesystem::path cache;       ///< of what runs share (expert networks, teachers); empty = decant's own
  bool labelled_by_teacher = false;  ///< the teacher labels the finished set, whether or not the method looks through one
  Around around = {};
  double budget =
      0;  ///< seconds, getting ready among them: where options.steps is 0, as many as fit; 0 = as many as the method usually takes
  /// Shown now and then; called from this thread.
  std::function<void(int64_t step, const SyntheticSet&)> preview;
};

/// What a run would cost, by a trial.
struct DistillCost {
  int64_t steps = 0;        ///< that it would make; 0 = solved in one go
  double step_seconds = 0;  ///< of one, on average over a few
  double ready_seconds =
      0;            ///< until the first: rows decoded, experts and teachers found or trained; of what is solved in one go, all of it
  std::string net;  ///< that it looks through: DistillOptions::net, or the teachers
};

/// What is known of a method before there are rows.
struct MethodFacts {
  std::string name;
  std::string family;   ///< of the survey: "distribution matching"
  std::string summary;  ///< one line
  std::string source;   ///< the paper
};

}  // namespace decant::distill
