// What a causal transformer (nn/models/gpt.cc) that was trained from scratch on a set's records
// makes of the test rows' answers: nats per token, over all tokens, and as the mean of records. It
// reads what is asked and learns what is answered (text/taught_tokens.h).
//
// All sets are asked with the same tokens, byte pairs learned from all that can be trained on, and
// take as many steps. A network that begins with nothing learns words and grammar first, so a few
// thousand records make it memorise: it tells sets of unlike size and variety apart, and says
// nothing of what a pretrained model would still learn from either. Differences between seeds are
// larger than an n-gram model has (none), so take five seeds and more.
//
// A unit of work is a step.
#include <map>
#include <mutex>
#include <optional>

#include "decant/base/errors.h"
#include "decant/base/json.h"
#include "decant/base/text.h"
#include "decant/evaluate/judges/list.h"
#include "decant/text/taught_tokens.h"

namespace decant::evaluate {
namespace {

constexpr int32_t kLeastTokens = text::BytePairs::kBytes;
constexpr int32_t kMostTokens = 1 << 17;
constexpr int64_t kStepsTimed = 4;

class LanguageJudge final : public Judge {
 public:
  explicit LanguageJudge(const Tools& tools) : tools_(tools) {}

  const Modality& modality() const override { return modality::records; }
  std::vector<Metric> metrics() const override { return {token_loss(), record_loss()}; }
  std::optional<CountedIn> needs() const override { return std::nullopt; }
  std::vector<std::string> nets() const override { return {"gpt-mini", "gpt"}; }

  void declare(OptionTable& table) override {
    OptionTable own;
    options_.declare(own);
    for (const Option& option : own.options()) {
      if (option.name != "net" && option.name != "seed") table.add(option);  // of a case
    }
    table.add("vocabulary", vocabulary_, "N", "tokens of a causal network: bytes and byte pairs learned from the full set");
  }

  void check(const std::set<std::string>&) const override {
    train::check(options_);
    if (vocabulary_ < kLeastTokens || vocabulary_ > kMostTokens)
      throw InputError({"", "vocabulary", fmt::format("is {}", vocabulary_), fmt::format("Give {} to {}", kLeastTokens, kMostTokens)});
  }

  void settle(const Data& data, const Context&) override {
    rows_ = data.rows;
    learned_from_.assign(data.some.begin(), data.some.end());
    digest_ = data.digest;
  }

  std::string in_words() const override {
    return fmt::format(
        "causal transformer trained from scratch: {} steps of {} windows of {} tokens, of at most {} byte pairs, AdamW with peak rate {}, "
        "weight decay {}; lower is better",
        human_count(options_.steps), options_.batch, options_.context, human_count(vocabulary_), options_.learning_rate,
        options_.weight_decay);
  }
  std::string identity(const std::string& net) const override {
    return json_text(
        {{"judge", "language"}, {"options", result_key(options_of(net, 0))}, {"vocabulary", vocabulary_}, {"tokens of", digest_}});
  }
  std::string numerics() const override { return tools_.numerics(options_.device); }

  void prepare(std::span<const Wanted> wanted, const Rows& test, const Context& context) override {
    for (const Wanted& each : wanted) tokens_of(*each.rows, context);
    tokens_of(test, context);
  }

  Result judge(const Case& one, const Context& context) const override {
    const train::LanguageResult made = tools_.train_language(job_of(one, context), context);
    Result result{.steps = made.steps, .seconds = made.seconds};
    if (one.test != nullptr) result.values = {made.token_loss, made.record_loss};
    return result;
  }

  bool side_by_side() const override { return options_.device == "cpu"; }
  int64_t steps() const override { return options_.steps; }

  double work(int64_t) const override { return static_cast<double>(options_.steps); }
  std::string pace_key(const std::string& net) const override {
    return json_text({{"judge", "language"}, {"net", net}, {"batch", options_.batch}, {"context", options_.context}, {"data", digest_}});
  }
  double timing_work() const override { return static_cast<double>(2 * kStepsTimed); }
  double time(const Case& one, int, double, const Context& context) const override {
    train::LanguageJob job = job_of(one, context);
    job.test = nullptr;
    const auto seconds = [&](int64_t steps) {
      job.options.steps = steps;
      return tools_.train_language(job, context).seconds;
    };
    seconds(1);  // the first is slower
    return seconds(kStepsTimed) / static_cast<double>(kStepsTimed);
  }

 private:
  train::LanguageOptions options_of(const std::string& net, uint64_t seed) const {
    train::LanguageOptions options = options_;
    options.net = net;
    options.seed = seed;
    return options;
  }

  train::LanguageJob job_of(const Case& one, const Context& context) const {
    const text::TaughtTokens& rows = tokens_of(*one.rows, context);
    return {.options = options_of(one.net, one.seed),
            .vocabulary = int64_t{pairs_->size()} + 1,
            .rows = &rows,
            .subset = one.subset,
            .test = one.test == nullptr ? nullptr : &tokens_of(*one.test, context)};
  }

  /// Of all rows, cut where they are asked for first.
  const text::TaughtTokens& tokens_of(const Rows& rows, const Context& context) const {
    const std::lock_guard lock(mutex_);
    if (!pairs_) {
      const Subset every = learned_from_.empty() ? Subset::all(rows_->size()).without(Subset(rows_->known_faults())) : Subset();
      pairs_ = text::byte_pairs_of(*rows_, learned_from_.empty() ? every.rows() : learned_from_, vocabulary_, context);
    }
    const auto known = seen_.find(&rows);
    return known != seen_.end() ? known->second : seen_.try_emplace(&rows, rows, *pairs_, context).first->second;
  }

  Tools tools_;
  train::LanguageOptions options_;
  int32_t vocabulary_ = 4096;
  const Rows* rows_ = nullptr;
  std::vector<int64_t> learned_from_;
  std::string digest_;
  mutable std::mutex mutex_;
  mutable std::optional<text::BytePairs> pairs_;
  mutable std::map<const Rows*, text::TaughtTokens> seen_;
};

}  // namespace

std::unique_ptr<Judge> make_language(const Tools& tools) {
  return std::make_unique<LanguageJudge>(tools);
}

}  // namespace decant::evaluate
