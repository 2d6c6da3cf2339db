// What an n-gram model (text/ngram.h) that learned a set's answers makes of the test rows' answers:
// nats per token (text/answers.h), over all tokens, and as the mean of records.
//
// All sets are asked with the same vocabulary, the words of all answers that can be trained on: a
// model with fewer words would otherwise look better for knowing less. A word of a test row that is
// not among them is "unknown" to every model and costs ln V at most.
//
// A pass over the text is all that there is to fit, so the judge takes a second where a network
// takes hours, and no seed decides anything. It sees which words follow which, and neither meaning
// nor truth.
#include "decant/text/ngram.h"

#include <map>
#include <mutex>
#include <string>
#include <unordered_map>

#include "decant/base/errors.h"
#include "decant/base/json.h"
#include "decant/base/stopwatch.h"
#include "decant/base/text.h"
#include "decant/evaluate/judges/list.h"
#include "decant/text/answers.h"

namespace decant::evaluate {
namespace {

constexpr const char* kNgramNumerics = "decant ngram 1";  // goes up when its numbers change
constexpr uint32_t kUnknownWord = 1;

/// The answers of rows as tokens.
class AnswerTokens {
 public:
  std::span<const uint32_t> of(int64_t row) const {
    const auto begin = static_cast<size_t>(starts_[static_cast<size_t>(row)]);
    return std::span(tokens_).subspan(begin, static_cast<size_t>(starts_[static_cast<size_t>(row) + 1]) - begin);
  }
  void add(uint32_t token) { tokens_.push_back(token); }
  void end_row() { starts_.push_back(std::ssize(tokens_)); }

 private:
  std::vector<uint32_t> tokens_;
  std::vector<int64_t> starts_ = {0};
};

class NgramJudge final : public Judge {
 public:
  const Modality& modality() const override { return modality::records; }
  std::vector<Metric> metrics() const override { return {token_loss(), record_loss()}; }
  std::optional<CountedIn> needs() const override { return std::nullopt; }
  std::vector<std::string> nets() const override { return {"ngram"}; }
  std::string nature() const override { return "which counts"; }
  void declare(OptionTable& table) override { table.add("ngram", order_, "N", "words of an n-gram, of protocol instructions"); }
  void check(const std::set<std::string>&) const override {
    if (order_ < 1 || order_ > text::NgramModel::kLongest)
      throw UsageError(fmt::format("--ngram must lie between 1 and {}", text::NgramModel::kLongest));
  }
  void settle(const Data& data, const Context&) override {
    rows_ = data.rows;
    learned_from_.assign(data.some.begin(), data.some.end());
    digest_ = data.digest;
  }

  std::string in_words() const override {
    return fmt::format("Kneser-Ney model of {} word{} on the words of answers; lower is better", order_, order_ == 1 ? "" : "s");
  }
  std::string identity(const std::string&) const override {
    return json_text({{"judge", "ngram"}, {"order", order_}, {"words of", digest_}});
  }
  std::string numerics() const override { return kNgramNumerics; }
  bool has_chance() const override { return false; }
  bool converges() const override { return true; }

  void prepare(std::span<const Wanted> wanted, const Rows& test, const Context& context) override {
    for (const Wanted& each : wanted) tokens_of(*each.rows, context);
    tokens_of(test, context);
  }

  Result judge(const Case& one, const Context& context) const override {
    const AnswerTokens& answers = tokens_of(*one.rows, context);
    const Stopwatch watch;
    text::NgramModel model(order_, vocabulary());
    for (const int64_t row : one.subset) model.learn(answers.of(row));
    model.settle();
    context.check_cancelled();
    Result result{.steps = 1};
    if (one.test != nullptr) result.values = losses(model, *one.test, context);
    result.seconds = watch.seconds();
    return result;
  }

  double work(int64_t rows) const override { return static_cast<double>(rows); }
  std::string pace_key(const std::string&) const override { return json_text({{"judge", "ngram"}, {"order", order_}, {"data", digest_}}); }

 private:
  std::vector<double> losses(const text::NgramModel& model, const Rows& test, const Context& context) const {
    const AnswerTokens& answers = tokens_of(test, context);
    double nats = 0, means = 0;
    int64_t tokens = 0, records = 0;
    for (int64_t row = 0; row < test.size(); ++row) {
      const std::span<const uint32_t> said = answers.of(row);
      if (said.empty()) continue;
      const double own = model.loss(said);
      nats += own;
      tokens += std::ssize(said);
      means += own / static_cast<double>(said.size());
      ++records;
    }
    if (records == 0) throw InputError({"", "", "none of the test rows has an answer", "Give other test rows with --test"});
    return {nats / static_cast<double>(tokens), means / static_cast<double>(records)};
  }

  /// End mark, unknown and the words.
  uint32_t vocabulary() const { return static_cast<uint32_t>(words_.size()) + 2; }

  static Subset readable(const Rows& rows) { return Subset::all(rows.size()).without(Subset(rows.known_faults())); }

  /// REQUIRES: the mutex.
  void learn_words(const Context& context) const {
    const Subset every = learned_from_.empty() ? readable(*rows_) : Subset();
    Record record;
    std::string scratch;
    for (const int64_t row : learned_from_.empty() ? every.rows() : learned_from_) {
      require_texts(*rows_).read(row, record);
      const auto add = [&](std::string_view word) { words_.try_emplace(std::string(word), static_cast<uint32_t>(words_.size()) + 2); };
      text::each_answer_token(record, scratch, add, [] {});
      if (row % 4096 == 0) context.check_cancelled();
    }
  }

  uint32_t token_of(std::string_view word) const {
    const auto known = words_.find(std::string(word));
    return known == words_.end() ? kUnknownWord : known->second;
  }

  AnswerTokens read(const Rows& rows, const Context& context) const {
    AnswerTokens answers;
    Record record;
    std::string scratch;
    const Subset good = readable(rows);
    for (int64_t row = 0; row < rows.size(); ++row) {
      if (good.contains(row)) {
        require_texts(rows).read(row, record);
        text::each_answer_token(
            record, scratch, [&](std::string_view word) { answers.add(token_of(word)); }, [&] { answers.add(text::kEndOfText); });
      }
      answers.end_row();
      if (row % 4096 == 0) context.check_cancelled();
    }
    return answers;
  }

  /// Of all rows, read where they are asked for first.
  const AnswerTokens& tokens_of(const Rows& rows, const Context& context) const {
    const std::lock_guard lock(mutex_);
    if (words_.empty()) learn_words(context);
    const auto known = seen_.find(&rows);
    return known != seen_.end() ? known->second : seen_.emplace(&rows, read(rows, context)).first->second;
  }

  int order_ = 3;
  const Rows* rows_ = nullptr;
  std::vector<int64_t> learned_from_;
  std::string digest_;
  mutable std::mutex mutex_;
  mutable std::unordered_map<std::string, uint32_t> words_;
  mutable std::map<const Rows*, AnswerTokens> seen_;
};

}  // namespace

std::unique_ptr<Judge> make_ngram(const Tools&) {
  return std::make_unique<NgramJudge>();
}

}  // namespace decant::evaluate
