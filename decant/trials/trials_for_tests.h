// Data, compressors and a training made up for the tests of trials.
#pragma once

#include <algorithm>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "decant/data/memory_rows.h"
#include "decant/evaluate/evaluation_for_tests.h"
#include "decant/train/teacher.h"
#include "decant/trials/list.h"
#include "decant/trials/run.h"

namespace decant::trials {

/// `count` grey pictures of 4×4, row i of class i mod `classes`, all of brightness i: no two alike.
inline std::shared_ptr<const Rows> shaded_rows(int count, int classes) {
  std::vector<Image> pictures(static_cast<size_t>(count));
  std::vector<int32_t> labels;
  for (int i = 0; i < count; ++i) {
    pictures[static_cast<size_t>(i)].resize({4, 4, 1});
    std::ranges::fill(pictures[static_cast<size_t>(i)].pixels, static_cast<uint8_t>(i));
    labels.push_back(i % classes);
  }
  return std::make_shared<MemoryRows>(std::move(pictures), std::move(labels));
}

inline Source shaded_source(int count, int classes) {
  return {.rows = shaded_rows(count, classes),
          .usable = Subset::all(count),
          .classes = classes,
          .class_names = {},
          .digest = "shades",
          .test = shaded_rows(5 * classes, classes),
          .test_digest = "test"};
}

/// Keeps the first rows of each class, and notes what it was shown.
class FirstRows final : public Compressor {
 public:
  explicit FirstRows(std::string name = "first") : name_(std::move(name)) {}

  std::string name() const override { return name_; }
  std::string identity() const override { return name_; }
  SmallSet make(const Part& part, Size size, uint64_t, const Context&) const override {
    std::vector<std::string> keys;
    std::map<int32_t, int64_t> kept;
    SmallSet set{.rows = part.rows};
    for (int64_t row = 0; row < part.rows->size(); ++row) {
      keys.push_back(part.rows->key(row));
      const bool fits = size.unit == Size::Unit::per_class ? kept[part.rows->label(row)] < size.amount
                                                           : 16 * (set.order.size() + 1) <= static_cast<size_t>(size.amount);
      if (!fits) continue;
      ++kept[part.rows->label(row)];
      set.order.push_back(row);
      set.bytes.push_back(16);
      set.origins.push_back(row);
    }
    const std::lock_guard lock(mutex_);
    seen.push_back(std::move(keys));
    learners.push_back(part.learner == nullptr ? 0 : std::ssize(part.learner->weights));
    return set;
  }

  mutable std::vector<std::vector<std::string>> seen;  ///< keys of every part
  mutable std::vector<int64_t> learners;               ///< weights of the part's learner; 0 = there is none

 private:
  std::string name_;
  mutable std::mutex mutex_;
};

/// A network that knows exactly the classes that it was trained on, and of the rest takes the
/// first.
struct MadeUpTraining {
  evaluate::Tools tools() {
    return {.train = [this](const train::TrainJob& job, const Context&) { return trained(job); },
            .numerics = [](const std::string&) { return std::string("made up"); }};
  }

  train::TrainResult trained(const train::TrainJob& job) {
    std::vector<bool> known(static_cast<size_t>(job.classes));
    for (const int64_t row : job.subset) known[static_cast<size_t>(job.rows->label(row))] = true;
    train::TrainResult made{.steps = job.options.steps, .seconds = 0.01};
    if (job.keep_weights) made.weights = {1, 2, 3};
    const bool asked = job.first_step == job.options.steps;
    made.attacked = job.attack ? 0.125 : -1;
    for (int64_t row = 0; job.test != nullptr && row < job.test->size(); ++row) {
      const auto own = static_cast<size_t>(job.test->label(row));
      const size_t answer = known[own] ? own : static_cast<size_t>(std::ranges::find(known, true) - known.begin());
      for (size_t c = 0; c < known.size(); ++c) made.logits.push_back(c == answer ? 1.0F : 0.0F);
      made.value += answer == own ? 1.0 / static_cast<double>(job.test->size()) : 0;
    }
    const std::lock_guard lock(mutex);
    jobs.push_back({job.rows->size(), job.options.steps, job.options.net, job.options.seed, job.options.batch, asked});
    return made;
  }

  struct Job {
    int64_t rows = 0;
    int64_t steps = 0;
    std::string net;
    uint64_t seed = 0;
    int batch = 0;
    bool asked = false;  ///< and not trained
  };
  std::vector<Job> jobs;
  std::mutex mutex;
};

/// A trial with options by name, settled.
inline std::unique_ptr<Trial> settled(const std::string& name, const evaluate::Tools& tools, const Source& source,
                                      const std::map<std::string, std::string>& options = {}) {
  auto trial = make_trial(name, tools);
  OptionTable table;
  trial->declare(table);
  for (const auto& [option, text] : options) table.find(option)->set(text);
  trial->settle(source, options, {.threads = 1});
  return trial;
}

}  // namespace decant::trials
