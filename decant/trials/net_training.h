// How the networks of a trial are trained, and what is asked of them: what all trials share.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "decant/evaluate/judges/list.h"
#include "decant/train/train.h"
#include "decant/trials/compressor.h"
#include "decant/trials/trial.h"

namespace decant::trials {

/// What a trained network says of the test rows, and whatever was asked for besides.
using Answers = train::TrainResult;

class NetTraining {
 public:
  /// `usual`: options that a trial sets otherwise than train::TrainOptions does, by name.
  NetTraining(evaluate::Tools tools, const std::map<std::string, std::string>& usual);

  /// Its options, but for the seed.
  void declare(OptionTable& table);
  /// Options that suit the data where they were not given. Throws UsageError where both steps and
  /// epochs were.
  void set_usual(const std::map<std::string, std::string>& usual, const std::map<std::string, std::string>& given);
  /// Updates of a training on so many rows, where epochs were given; of any, where steps were.
  void settle_steps(int64_t rows);
  /// Throws InputError for values out of range, and for rows without pictures. Decodes the test
  /// pictures.
  void settle(const Source& source, const Context& context);

  /// The source's usable pictures in the size of the trainings, decoded once. After settle().
  std::shared_ptr<const loader::ImageTable> table_of(const Source& source, const Context& context) const;

  const train::TrainOptions& options() const { return options_; }
  train::TrainOptions& options() { return options_; }
  /// One line of JSON: all that decides a training but its rows and its seed.
  std::string identity() const;
  std::string numerics() const { return tools_.numerics(options_.device); }
  std::string in_words() const;  ///< "2,400 steps of batch 16, …"
  std::string pace_key() const;

  /// A job on all of `rows`, tested on the test rows, whose logits it keeps. `training`: what the
  /// rows ask for, by name; what was given wins. The arguments must outlive the job.
  train::TrainJob job(const Rows& rows, const Subset& all, uint64_t seed, const std::map<std::string, std::string>& training = {}) const;
  train::TrainResult train(const train::TrainJob& job, const Context& context) const { return tools_.train(job, context); }

  const Rows& test() const { return *test_; }
  ImageSize test_size() const;
  int classes() const { return classes_; }

 private:
  evaluate::Tools tools_;
  train::TrainOptions options_;
  std::map<std::string, std::string> given_;
  std::shared_ptr<const Rows> test_;
  std::shared_ptr<const loader::ImageTable> test_table_;
  int classes_ = 0;
};

/// How small networks are trained on small sets of pictures: the heavy ball under a cosine.
std::map<std::string, std::string> usual_training(const std::string& net, int64_t steps);
/// What suits pictures of so many channels: grey ones, mostly signs, are not mirrored.
std::map<std::string, std::string> usual_on(int channels);
/// Of the first picture. Throws InputError for rows without pictures.
int channels_of(const Source& source);

/// Sets options by name. REQUIRES: names that there are.
void set_options(train::TrainOptions& options, const std::map<std::string, std::string>& texts);

/// For each row, which of the `counted` classes (one flag for each class) has the largest logit, of
/// equal ones the first; kNoLabel for rows that are of no such class themselves. `logits`: (rows,
/// classes).
std::vector<int32_t> answers_among(std::span<const float> logits, const Rows& rows, const std::vector<bool>& counted);

}  // namespace decant::trials
