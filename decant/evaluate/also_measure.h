// Measures the columns of --also (also.h) of a training: what its job must keep for them, and what
// they come to. Shared by the judge `networks` and by trials.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "decant/evaluate/also.h"
#include "decant/loader/image_table.h"
#include "decant/train/train.h"

namespace decant::evaluate {

class AlsoMeasure {
 public:
  using Train = std::function<train::TrainResult(const train::TrainJob&, const Context&)>;

  AlsoMeasure() = default;
  /// Spoils the test pictures, at the size of the trainings, where a column asks for that. `test`
  /// must outlive it.
  AlsoMeasure(std::vector<Also> columns, const Rows& test, ImageSize size, const Context& context);

  const std::vector<Also>& columns() const { return columns_; }
  /// Has the job keep what the column needs.
  static void ask(Also column, train::TrainJob& job);
  /// Of a job that was asked, and what came of it. For spoiled pictures `train` asks the network
  /// again. Called from several threads.
  double value(Also column, const train::TrainJob& job, const train::TrainResult& made, const Train& train, const Context& context) const;

 private:
  struct Spoiled {
    std::shared_ptr<const Rows> rows;
    std::shared_ptr<const loader::ImageTable> table;
  };
  double accuracy_on_spoiled(train::TrainJob job, const train::TrainResult& made, const Train& train, const Context& context) const;

  std::vector<Also> columns_;
  std::vector<Spoiled> spoiled_;  ///< in every way
};

/// The job as one that trains nothing and asks the network of these weights, which must outlive it.
train::TrainJob asking(train::TrainJob job, std::span<const float> weights);

}  // namespace decant::evaluate
