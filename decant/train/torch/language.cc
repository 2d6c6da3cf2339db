#include "decant/train/language.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/zeros.h>
#include <algorithm>
#include <c10/core/GradMode.h>
#include <numeric>

#include "decant/base/errors.h"
#include "decant/base/random.h"
#include "decant/base/stopwatch.h"
#include "decant/nn/device.h"
#include "decant/nn/language_model.h"
#include "decant/nn/tensor_memory.h"
#include "decant/text/taught_tokens.h"
#include "decant/train/schedule.h"
#include "decant/train/torch/steps.h"
#include "decant/train/torch/updates.h"

namespace decant::train {
namespace {

using at::Tensor;

/// A stretch of a record: tokens that are read, each next to the one that it predicts.
struct Window {
  int64_t row = 0;
  size_t begin = 0;  ///< the first token read
  size_t size = 0;   ///< tokens read
};

/// Those that teach something.
void append_windows(const text::TaughtTokens& tokens, int64_t row, size_t context, std::vector<Window>& windows) {
  const auto taught = tokens.taught(row);
  for (size_t begin = 0; begin + 1 < taught.size(); begin += context) {
    const size_t size = std::min(context, taught.size() - 1 - begin);
    const auto predicted = taught.subspan(begin + 1, size);
    if (std::ranges::count(predicted, 1) > 0) windows.push_back({row, begin, size});
  }
}

/// Windows side by side, the shorter ones filled up at their ends, which nothing before them sees.
struct WindowBatch {
  Tensor ids;                 ///< int64 (windows, longest)
  Tensor places;              ///< int64 (taught): of the predicting tokens, in the flattened batch
  Tensor targets;             ///< int64 (taught): what they are to predict
  std::vector<int64_t> rows;  ///< (taught): whose they are

  WindowBatch(const text::TaughtTokens& tokens, std::span<const Window> windows, c10::Device device) {
    const auto longest = static_cast<int64_t>(std::ranges::max_element(windows, {}, &Window::size)->size);
    const Tensor read = at::zeros({std::ssize(windows), longest}, at::kLong);
    std::vector<int64_t> where, wanted;
    for (size_t i = 0; i < windows.size(); ++i) {
      const Window& window = windows[i];
      const auto own = tokens.of(window.row).subspan(window.begin, window.size + 1);
      const auto taught = tokens.taught(window.row).subspan(window.begin, window.size + 1);
      const int64_t line = static_cast<int64_t>(i) * longest;
      std::ranges::copy(own.first(window.size), read.data_ptr<int64_t>() + line);
      for (size_t k = 0; k < window.size; ++k) {
        if (taught[k + 1] == 0) continue;
        where.push_back(line + static_cast<int64_t>(k));
        wanted.push_back(own[k + 1]);
        rows.push_back(window.row);
      }
    }
    const auto moved = [&](std::vector<int64_t>& values) {
      return at::from_blob(values.data(), {std::ssize(values)}, at::kLong).clone().to(device);
    };
    ids = read.to(device);
    places = moved(where);
    targets = moved(wanted);
  }
};

/// −ln P of every taught token.
Tensor losses_of(const nn::LanguageModel& model, const nn::Pass& pass, const WindowBatch& batch) {
  const Tensor states = model.states(pass, batch.ids).flatten(0, 1).index_select(0, batch.places);
  return -at::log_softmax(model.predict(pass, states), -1).gather(1, batch.targets.unsqueeze(1)).squeeze(1);
}

/// An endless stream of shuffled epochs of windows.
class WindowStream {
 public:
  WindowStream(std::vector<Window> windows, uint64_t seed) : windows_(std::move(windows)), seed_(seed) {}

  std::vector<Window> next(int64_t count) {
    std::vector<Window> batch;
    while (std::ssize(batch) < count) {
      if (at_ == order_.size()) {
        order_ = Random(seed_, "order of windows", epoch_++).permutation(std::ssize(windows_));
        at_ = 0;
      }
      batch.push_back(windows_[static_cast<size_t>(order_[at_++])]);
    }
    return batch;
  }

 private:
  std::vector<Window> windows_;
  uint64_t seed_;
  uint64_t epoch_ = 0;
  std::vector<int64_t> order_;
  size_t at_ = 0;
};

class LanguageTraining {
 public:
  LanguageTraining(const LanguageJob& job, const nn::LanguageModel& model)
      : job_(job),
        model_(model),
        updates_(model, nn::initial_state(model, Random(job.options.seed, "weights")), nn::device_named(job.options.device),
                 {.weight_decay = job.options.weight_decay}) {}

  std::vector<float> run(const Context& context) {
    const LanguageOptions& options = job_.options;
    std::vector<Window> windows;
    for (const int64_t row : job_.subset) append_windows(*job_.rows, row, static_cast<size_t>(options.context), windows);
    if (windows.empty()) throw InputError({"", "", "none of the training rows has an answer", "Keep rows that have one"});
    WindowStream stream(std::move(windows), options.seed);
    const auto warmup = static_cast<int64_t>(options.warmup * static_cast<double>(options.steps));
    const Schedule schedule{Decay::cosine, options.learning_rate, options.steps, std::min(warmup, options.steps - 1)};
    LossLog log(losses_per_reading(updates_.device()));
    Stage stage(context, "train", options.steps, "steps");
    for (int64_t step = 0; step < options.steps; ++step) {
      context.check_cancelled();
      const WindowBatch batch(*job_.rows, stream.next(options.batch), updates_.device());
      const Tensor loss = losses_of(model_, updates_.training(), batch).mean();
      updates_.step(loss, schedule.at(step));
      log.add(loss.detach(), schedule.at(step));
      stage.advance();
    }
    log.read();
    return log.losses();
  }

  void test(LanguageResult& result, const Context& context) {
    const c10::NoGradGuard no_grad;
    const text::TaughtTokens& tokens = *job_.test;
    std::vector<Window> windows;
    for (int64_t row = 0; row < tokens.rows(); ++row) append_windows(tokens, row, static_cast<size_t>(job_.options.context), windows);
    if (windows.empty()) throw InputError({"", "", "none of the test rows has an answer", "Give other test rows with --test"});
    std::vector<double> sums(static_cast<size_t>(tokens.rows()), 0.0);
    std::vector<int64_t> counts(sums.size(), 0);
    const nn::Pass pass = updates_.evaluation();
    Stage stage(context, "test", std::ssize(windows), "windows");
    for (std::span<const Window> left = windows; !left.empty();) {
      context.check_cancelled();
      const auto part = left.first(std::min(left.size(), static_cast<size_t>(job_.options.batch)));
      left = left.subspan(part.size());
      const WindowBatch batch(tokens, part, updates_.device());
      const Tensor losses = losses_of(model_, pass, batch).to(at::kCPU, at::kFloat).contiguous();
      for (size_t i = 0; i < batch.rows.size(); ++i) {
        sums[static_cast<size_t>(batch.rows[i])] += double{losses.data_ptr<float>()[i]};
        ++counts[static_cast<size_t>(batch.rows[i])];
      }
      stage.advance(std::ssize(part));
    }
    summarise(sums, counts, result);
  }

 private:
  static void summarise(const std::vector<double>& sums, const std::vector<int64_t>& counts, LanguageResult& result) {
    double means = 0;
    int64_t records = 0;
    for (size_t row = 0; row < sums.size(); ++row) {
      if (counts[row] == 0) continue;
      means += sums[row] / static_cast<double>(counts[row]);
      ++records;
    }
    const auto tokens = std::reduce(counts.begin(), counts.end());
    result.token_loss = std::accumulate(sums.begin(), sums.end(), 0.0) / static_cast<double>(tokens);
    result.record_loss = means / static_cast<double>(records);
  }

  const LanguageJob& job_;
  const nn::LanguageModel& model_;
  Updates updates_;
};

}  // namespace

LanguageResult train_language(const LanguageJob& job, const Context& context) {
  const Stopwatch watch;
  check(job.options);
  DECANT_CHECK(job.rows != nullptr, ==, true);
  const nn::ThreadCount threads(context.thread_count());
  const nn::MemoryReuse memory;
  const auto model = nn::make_language_model({job.options.net, job.vocabulary, job.options.context});
  LanguageTraining training(job, *model);
  LanguageResult result{.steps = job.options.steps};
  result.final_loss = mean_of_last_tenth(training.run(context));
  if (job.test != nullptr) training.test(result, context);
  result.seconds = watch.seconds();
  return result;
}

}  // namespace decant::train
