#include "decant/trials/also_stages.h"

namespace decant::trials {
namespace {

std::string also_stage(evaluate::Also column) {
  return "also " + evaluate::metric_of(column).name;
}

}  // namespace

void AlsoStages::settle(const NetTraining& training, const Context& context) {
  training_ = &training;
  measure_ = evaluate::AlsoMeasure(evaluate::also_named(list_), training.test(), training.test_size(), context);
}

std::vector<std::string> AlsoStages::after(std::vector<std::string> own) const {
  for (const evaluate::Also column : measure_.columns()) own.push_back(also_stage(column));
  return own;
}

void AlsoStages::run(Bench& bench, const std::function<const FinalNetwork&()>& network, Numbers& numbers, const Context& context) const {
  for (const evaluate::Also column : measure_.columns()) {
    const std::string stage = also_stage(column);
    Numbers one = bench.once(stage, [&]() -> Numbers { return {{stage, {measured(column, network(), context)}}}; });
    numbers[stage] = std::move(one[stage]);
  }
}

double AlsoStages::measured(evaluate::Also column, const FinalNetwork& network, const Context& context) const {
  const evaluate::AlsoMeasure::Train train = [this](const train::TrainJob& job, const Context& own) { return training_->train(job, own); };
  train::TrainJob job = evaluate::asking(training_->job(*network.rows, network.subset, network.seed), network.weights);
  job.keep_logits = false;
  evaluate::AlsoMeasure::ask(column, job);
  return measure_.value(column, job, training_->train(job, context), train, context);
}

void AlsoStages::conclude(const std::vector<Arm>& arms, const std::vector<Ran>& runs, TrialRecord& record) const {
  for (const evaluate::Also column : measure_.columns()) {
    record.metrics.push_back(evaluate::metric_of(column));
    for (size_t a = 0; a < arms.size(); ++a) {
      std::vector<double> values;
      for (const Ran& run : runs) {
        if (run.arm == a) values.push_back(run.numbers.at(also_stage(column)).front());
      }
      record.add(arms[a].name, record.metrics.size() - 1, std::move(values));
    }
  }
}

}  // namespace decant::trials
