#include "decant/evaluate/also_measure.h"

#include <algorithm>

#include "decant/data/subset.h"
#include "decant/evaluate/corruptions.h"

namespace decant::evaluate {

AlsoMeasure::AlsoMeasure(std::vector<Also> columns, const Rows& test, ImageSize size, const Context& context)
    : columns_(std::move(columns)) {
  if (std::ranges::count(columns_, Also::corrupt) == 0) return;
  const Subset all = Subset::all(test.size());
  for (const Corruption how : kCorruptions) {
    auto rows = std::make_shared<CorruptedRows>(test, how);
    auto table = std::make_shared<loader::ImageTable>(*rows, all, size, loader::kKeptBytes, context);
    spoiled_.push_back({std::move(rows), std::move(table)});
  }
}

void AlsoMeasure::ask(Also column, train::TrainJob& job) {
  if (column == Also::ece || column == Also::worst) job.keep_logits = true;
  if (column == Also::corrupt) job.keep_weights = true;
  if (column == Also::robust) job.attack = true;
}

double AlsoMeasure::value(Also column, const train::TrainJob& job, const train::TrainResult& made, const Train& train,
                          const Context& context) const {
  switch (column) {
    case Also::ece:
      return calibration_error(made.logits, *job.test, job.classes);
    case Also::worst:
      return worst_class_accuracy(made.logits, *job.test, job.classes);
    case Also::corrupt:
      return accuracy_on_spoiled(job, made, train, context);
    case Also::robust:
      return made.attacked;
  }
  return 0;
}

double AlsoMeasure::accuracy_on_spoiled(train::TrainJob job, const train::TrainResult& made, const Train& train,
                                        const Context& context) const {
  job = asking(std::move(job), made.weights);
  job.keep_weights = job.keep_logits = job.attack = false;
  double sum = 0;
  for (const auto& [rows, table] : spoiled_) {
    job.test = rows.get();
    job.test_table = table;
    sum += train(job, context).value;
  }
  return sum / static_cast<double>(spoiled_.size());
}

train::TrainJob asking(train::TrainJob job, std::span<const float> weights) {
  job.weights = weights;
  job.first_step = job.last_step = train::steps_of(job.options, std::ssize(job.subset));
  return job;
}

}  // namespace decant::evaluate
