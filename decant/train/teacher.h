// A teacher: a classifier that knows a data set, and tells others of it: what its batch norms
// expect (inversion of networks), which pictures are easy, what a picture's label is like.
//
// It is trained on the rows that it is asked for and on no others, so that what is made through it
// of a part of the data knows that part alone; or its weights are given, and then the caller
// vouches for what they have seen.
//
// What is wrong with a teacher is silent: a network with its classes in another order, or given
// pictures of another brightness, teaches without a complaint, and everything made through it is at
// chance. So every teacher, given or trained, first answers some of the rows.
//
// This header is free of libtorch.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "decant/train/train.h"

namespace decant::train {

/// Lists, by commas, name one teacher after another; files with commas in their names cannot be
/// given.
struct TeacherOptions {
  std::string net = "quick";  ///< "resnet20", or several: "resnet20,quick"
  int epochs = 0;             ///< passes over the rows; 0 = kTeacherEpochs, but at least kTeacherSteps updates
  std::string weights;        ///< safetensors files, one for each net; empty = trained here
  std::string normalise;      ///< what given weights expect of pixels, as TrainOptions has it; empty = statistics of the rows

  void declare(OptionTable& table);
};

inline constexpr int kTeacherEpochs = 6;
inline constexpr int64_t kTeacherSteps = 1000;

/// One for each teacher that the lists name. Throws InputError for fewer epochs than none, and for
/// lists of nets and files that differ in length.
std::vector<TeacherOptions> teachers_in(const TeacherOptions& options);

struct Teacher {
  std::string net;
  ImageSize size;  ///< of the pictures that it looks at
  int classes = 0;
  std::string normalise;       ///< what those pictures are shifted and scaled by, as TrainOptions has it; empty = statistics of the rows
  std::vector<float> weights;  ///< as TrainResult::weights
  double accuracy = 0;         ///< on a sample of the rows that it was asked for, not augmented; training rows where it was trained here
  std::string digest;          ///< of the weights and of all above
  bool given = false;          ///< weights of the caller's

  int64_t bytes() const { return static_cast<int64_t>(weights.size() * sizeof(float)); }
};

/// What trains and measures: Trainer's functions (trainer.h), or a test's own.
struct TeacherTrainer {
  std::function<TrainResult(const TrainJob& job, const Context& context)> train;
  std::function<TrainResult(const TrainJob& job, const std::filesystem::path& weights, const Context& context)> measure;
  std::string numerics;  ///< nn::Networks::numerics() of the device: part of what weights are cached under
};

struct TeacherJob {
  TeacherOptions options;           ///< of one teacher
  const Rows* rows = nullptr;       ///< where the pictures and labels are
  std::span<const int64_t> subset;  ///< which of them; ascending
  int classes = 0;
  int image_size = 0;  ///< as TrainOptions has it
  uint64_t seed = 0;
  std::string device = "cpu";
  std::filesystem::path cache;                           ///< empty = decant's own
  std::shared_ptr<const loader::ImageTable> table = {};  ///< of the rows, where there is one; null = made here
};

/// Trains as TrainOptions usually do, without label smoothing, grey pictures not mirrored, small
/// ones moved less; a training that was made before, of the same pictures, labels and options, is
/// taken from the cache. The name there follows from the decoded pictures, so rows need no digest.
/// Cost: one pass of decoding; the training; a forward of 2,000 rows.
///
/// Throws InputError: a teacher that answers no more of the rows than always one class would,
/// naming the order of classes where another order would be right; weights for other classes,
/// another size or other channels, with a missing tensor, or with a value that is no finite number;
/// a training that diverges. Throws Cancelled.
Teacher make_teacher(const TeacherJob& job, const TeacherTrainer& trainer, const Context& context);

}  // namespace decant::train
