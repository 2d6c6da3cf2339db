// Membership: can it be told from a network, or from the small set itself, whose rows were used?
//
// M halves of the rows are drawn such that each row is in exactly M/2 of them. Every arm makes its
// set of each half, a network is trained on it, and lira.h attacks:
//
//     source     was the row in the half that the set was made of?     online
//     kept       was the row kept, or the first picture of a synthetic one? Against rows that are
//                not in the half                                        offline: few networks kept it
//     not kept   rows of the half that were not kept, against rows that are not in it     online
//     the set    the released set alone: how near its nearest picture is, next to how near those of
//                sets are that cannot know the row. Rows as for `kept`. Of a selection it is 1.
//
// "whole" is the network trained on all of the half. Intervals are by bootstrap over networks. The
// numbers are of these attacks and no others: a better one may tell more, so no arm is called
// private.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "decant/base/errors.h"
#include "decant/base/json.h"
#include "decant/base/random.h"
#include "decant/base/text.h"
#include "decant/data/picked_rows.h"
#include "decant/trials/lira.h"
#include "decant/trials/list.h"
#include "decant/trials/nearest.h"
#include "decant/trials/net_training.h"

namespace decant::trials {
namespace {

constexpr int kBootstrapDraws = 200;
constexpr int64_t kMostTested = 10'000;  // test rows beside the rows on trial: for accuracy

struct MembershipOptions {
  int64_t rows = 2000;
  int networks = 64;
  int64_t per_class = 10;
};

class Membership final : public Trial {
 public:
  explicit Membership(const evaluate::Tools& tools)
      : training_(tools, {{"net", "mlp+width=256"},
                          {"steps", "600"},
                          {"batch", "32"},
                          {"optimizer", "momentum"},
                          {"learning-rate", "0.02"},
                          {"schedule", "cosine"},
                          {"warmup", "0"},
                          {"weight-decay", "0.0005"},
                          {"label-smoothing", "0"},
                          {"crop", "0"},
                          {"no-flip", "true"}}) {}

  std::string name() const override { return "membership"; }
  std::string question() const override { return "Can it be told whose rows a set was made of?"; }
  std::string usual_arms() const override { return "random,herding,dm,dm+init=noise"; }
  std::vector<std::string> baselines() const override { return {"whole"}; }
  int usual_seeds() const override { return 1; }  // the networks are many, and the intervals are theirs

  void declare(OptionTable& table) override {
    table.add("rows", options_.rows, "N", "on trial, as many of each class as of any other, drawn by the seed");
    table.add("networks", options_.networks, "M", "halves of these rows, each with a network; even, at least 8");
    table.add("per-class", options_.per_class, "N", "rows that a small set holds of each class");
    training_.declare(table);
  }

  void settle(const Source& source, const std::map<std::string, std::string>& given, const Context& context) override {
    source_ = source;
    if (options_.networks < 8 || options_.networks % 2 != 0)
      throw InputError({"", "--networks", fmt::format("{} is odd or fewer than 8", options_.networks),
                        "Give an even number: every row is in half of the halves"});
    if (options_.rows < 4 * source.classes || options_.rows > std::ssize(source.usable))
      throw InputError(
          {"", "--rows",
           fmt::format("{} rows cannot be drawn: there are {} of {} classes", options_.rows, source.usable.size(), source.classes),
           fmt::format("Give from {} to {}", 4 * source.classes, source.usable.size())});
    require_per_class();
    training_.set_usual({}, given);
    training_.settle_steps(options_.rows / 2);
    training_.settle(source, context);
  }

  std::string in_words() const override {
    return fmt::format("{} rows, {} halves, small sets of {} a class: {}", human_count(options_.rows), options_.networks,
                       options_.per_class, training_.in_words());
  }
  std::string identity() const override {
    return json_text(
        {{"rows", options_.rows}, {"networks", options_.networks}, {"per class", options_.per_class}, {"training", training_.identity()}});
  }
  std::string numerics() const override { return training_.numerics(); }
  std::string pace_key() const override { return training_.pace_key(); }
  std::vector<std::string> stages(const Arm&) const override { return numbered_stages("network", options_.networks); }
  double training_steps(const Arm&) const override { return static_cast<double>(options_.networks * training_.options().steps); }

  Numbers run(const Arm& arm, uint64_t seed, Bench& bench, const Context& context) const override {
    const Subset rows = rows_on_trial(seed);
    const std::vector<std::vector<bool>> in = halves(rows, seed);
    const std::shared_ptr<const Rows> asked = rows_asked(rows);
    Numbers all;
    for (int m = 0; m < options_.networks; ++m) {
      Numbers one = bench.once(fmt::format("network {}", m), [&] { return of_half(arm, rows, in, m, *asked, seed, context); });
      for (const char* const name : {"phi", "nearest", "origins", "accuracy"}) all[fmt::format("{} {}", name, m)] = std::move(one[name]);
    }
    return all;
  }

  void conclude(const std::vector<Arm>& arms, const std::vector<Ran>& runs, TrialRecord& record) const override;

 private:
  void require_per_class() const {
    std::vector<int64_t> rows(static_cast<size_t>(source_.classes));
    for (const int64_t row : source_.usable) ++rows[static_cast<size_t>(source_.rows->label(row))];
    const int64_t each = options_.rows / source_.classes;
    for (size_t label = 0; label < rows.size(); ++label) {
      if (rows[label] < each)
        throw InputError({"", fmt::format("class {}", label),
                          fmt::format("has {} rows, and {} are to be drawn of each class", rows[label], each),
                          fmt::format("Lower --rows to {} at most", *std::ranges::min_element(rows) * source_.classes)});
    }
    if (options_.per_class < 1 || 4 * options_.per_class > each)
      throw InputError(
          {"", "--per-class",
           fmt::format("{} rows of each class are no small part of a half, which holds about {}", options_.per_class, each / 2),
           fmt::format("Give from 1 to {}", std::max<int64_t>(1, each / 4))});
  }

  /// As many of each class; a remainder is left out.
  Subset rows_on_trial(uint64_t seed) const {
    const int64_t each = options_.rows / source_.classes;
    std::vector<std::vector<int64_t>> of_class = rows_by_class(source_);
    std::vector<int64_t> rows;
    for (size_t label = 0; label < of_class.size(); ++label) {
      Random(seed, "rows on trial", label).shuffle(std::span(of_class[label]));
      rows.insert(rows.end(), of_class[label].begin(), of_class[label].begin() + each);
    }
    std::ranges::sort(rows);
    return Subset(std::move(rows));
  }

  /// Of network m, whether each row is in its half.
  std::vector<std::vector<bool>> halves(const Subset& rows, uint64_t seed) const {
    const auto networks = static_cast<size_t>(options_.networks);
    std::vector<std::vector<bool>> in(networks, std::vector<bool>(rows.size()));
    for (size_t i = 0; i < rows.size(); ++i) {
      const std::vector<int64_t> order = Random(seed, "halves", i).permutation(options_.networks);
      for (size_t k = 0; k < networks / 2; ++k) in[static_cast<size_t>(order[k])][i] = true;
    }
    return in;
  }

  /// The rows on trial, then test rows.
  std::shared_ptr<const Rows> rows_asked(const Subset& rows) const {
    std::vector<PickedRows::Pick> picks = picks_of(source_.rows, rows);
    for (int64_t row = 0; row < std::min(source_.test->size(), kMostTested); ++row) picks.push_back({source_.test, row});
    return std::make_shared<PickedRows>(std::move(picks));
  }

  Numbers of_half(const Arm& arm, const Subset& rows, const std::vector<std::vector<bool>>& in, int m, const Rows& asked, uint64_t seed,
                  const Context& context) const {
    std::vector<int64_t> half;
    for (size_t i = 0; i < rows.size(); ++i) {
      if (in[static_cast<size_t>(m)][i]) half.push_back(rows[i]);
    }
    const uint64_t own_seed = Random(seed, "network", static_cast<uint64_t>(m)).bits64() >> 1;
    SmallSet set{.rows = source_.rows, .order = half, .bytes = {}};
    if (arm.compressor != nullptr)
      set = make_small(*arm.compressor, source_, Subset(half), {Size::Unit::per_class, options_.per_class}, own_seed, context);
    const PickedRows learnt(picks_of(set.rows, set.order));
    const Subset all = Subset::all(learnt.size());
    train::TrainJob job = training_.job(learnt, all, own_seed, set.training);
    job.test = &asked;
    job.test_table = nullptr;
    const train::TrainResult made = training_.train(job, context);
    return numbers_of(made, rows, asked, arm.compressor == nullptr ? SmallSet{} : set, learnt);
  }

  Numbers numbers_of(const train::TrainResult& made, const Subset& rows, const Rows& asked, const SmallSet& set, const Rows& learnt) const {
    std::vector<int32_t> labels;
    for (int64_t i = 0; i < asked.size(); ++i) labels.push_back(asked.label(i));
    std::vector<double> phi = confidences(made.logits, labels, source_.classes);
    const auto tested = phi.begin() + std::ssize(rows);
    Numbers numbers;
    numbers["accuracy"] = {accuracy_of_test(made.logits, labels, rows.size())};
    phi.erase(tested, phi.end());
    numbers["phi"] = std::move(phi);
    numbers["nearest"] =
        set.order.empty() ? std::vector<double>() : nearest_distances(*source_.rows, rows, learnt, training_.options().image_size);
    numbers["origins"] = {set.origins.begin(), set.origins.end()};
    return numbers;
  }

  double accuracy_of_test(const std::vector<float>& logits, const std::vector<int32_t>& labels, size_t first) const {
    const auto classes = static_cast<ptrdiff_t>(source_.classes);
    int64_t right = 0;
    for (size_t i = first; i < labels.size(); ++i) {
      const auto begin = logits.begin() + static_cast<ptrdiff_t>(i) * classes;
      right += std::max_element(begin, begin + classes) - begin == labels[i] ? 1 : 0;
    }
    return static_cast<double>(right) / static_cast<double>(labels.size() - first);
  }

  MembershipOptions options_;
  NetTraining training_;
  Source source_;
};

enum MembershipMetric : size_t {
  kAccuracy,
  kSourceAuc,
  kSource100,
  kSource1000,
  kOfflineAuc,
  kKeptAuc,
  kKept100,
  kNotKeptAuc,
  kSetAuc,
  kSet100,
};

std::vector<Metric> membership_metrics() {
  const auto auc = [](const char* of) {
    return Metric{.name = std::string(of) + " AUC", .title = std::string(of) + " AUC", .decimals = 3, .higher_is_better = false};
  };
  const auto share = [](const char* of, const char* at) {
    return Metric{.name = fmt::format("{} TPR at {}", of, at),
                  .title = fmt::format("{} TPR at {}", of, at),
                  .unit = "%",
                  .scale = 100,
                  .higher_is_better = false};
  };
  return {top_1(),     auc("source"),        share("source", "1 %"), share("source", "0.1 %"), auc("source offline"),
          auc("kept"), share("kept", "1 %"), auc("not kept"),        auc("the set"),           share("the set", "1 %")};
}

/// What the numbers of one run come to.
class Verdicts {
 public:
  Verdicts(const Numbers& numbers, const Subset& rows, std::vector<std::vector<bool>> in) : rows_(rows) {
    const size_t networks = in.size();
    observed_.in = std::move(in);
    for (size_t m = 0; m < networks; ++m) {
      observed_.phi.push_back(numbers.at(fmt::format("phi {}", m)));
      nearest_.push_back(numbers.at(fmt::format("nearest {}", m)));
      accuracy_.push_back(numbers.at(fmt::format("accuracy {}", m)).front());
      std::vector<bool> kept(rows.size());
      for (const double row : numbers.at(fmt::format("origins {}", m))) {
        const auto place = std::ranges::lower_bound(rows, static_cast<int64_t>(row));
        kept[static_cast<size_t>(place - rows.begin())] = true;
      }
      kept_.push_back(std::move(kept));
    }
  }

  const std::vector<double>& accuracy() const { return accuracy_; }
  bool small() const { return !nearest_.front().empty(); }

  Decisions source(Attack attack) const {
    const auto scores = lira(observed_, attack);
    return decide([&](size_t m, size_t i) { return scores[m][i]; }, [](bool, bool) { return true; }, [](bool in, bool) { return in; });
  }
  Decisions kept() const {
    const auto scores = lira(observed_, Attack::offline);
    return decide([&](size_t m, size_t i) { return scores[m][i]; }, [](bool in, bool kept) { return kept || !in; },
                  [](bool, bool kept) { return kept; });
  }
  Decisions not_kept() const {
    const auto scores = lira(observed_, Attack::online);
    return decide([&](size_t m, size_t i) { return scores[m][i]; }, [](bool, bool kept) { return !kept; },
                  [](bool in, bool) { return in; });
  }
  /// How near the set is, as a share of how near those of halves without the row are.
  Decisions set() const {
    std::vector<double> sums(rows_.size());
    std::vector<int> counts(rows_.size());
    for (size_t m = 0; m < nearest_.size(); ++m) {
      for (size_t i = 0; i < rows_.size(); ++i) {
        if (observed_.in[m][i]) continue;
        sums[i] += nearest_[m][i];
        ++counts[i];
      }
    }
    const auto score = [&](size_t m, size_t i) {
      const bool in = observed_.in[m][i];
      const double usual = in ? sums[i] / counts[i] : (sums[i] - nearest_[m][i]) / (counts[i] - 1);
      return usual > 0 ? -nearest_[m][i] / usual : std::numeric_limits<double>::quiet_NaN();
    };
    return decide(
        score, [](bool in, bool kept) { return kept || !in; }, [](bool, bool kept) { return kept; });
  }

 private:
  template <class Score, class Counts, class Positive>
  Decisions decide(Score score, Counts counts, Positive positive) const {
    Decisions decisions;
    for (size_t m = 0; m < observed_.in.size(); ++m) {
      for (size_t i = 0; i < rows_.size(); ++i) {
        const bool in = observed_.in[m][i];
        const bool kept = kept_[m][i];
        if (counts(in, kept)) decisions.add(score(m, i), positive(in, kept), static_cast<int>(m));
      }
    }
    return decisions;
  }

  const Subset& rows_;
  Observed observed_;
  std::vector<std::vector<double>> nearest_;
  std::vector<std::vector<bool>> kept_;
  std::vector<double> accuracy_;
};

/// A curve's numbers, and half the widths of their intervals.
struct Measured {
  Roc mean;
  Roc half_width;
};

void Membership::conclude(const std::vector<Arm>& arms, const std::vector<Ran>& runs, TrialRecord& record) const {
  record.metrics = membership_metrics();
  for (size_t a = 0; a < arms.size(); ++a) {
    std::map<size_t, std::vector<double>> values;
    std::map<size_t, double> widths;  // of the last seed: shown where there is one
    const auto put = [&](size_t metric, double value, double width) {
      if (std::isnan(value)) return;
      values[metric].push_back(value);
      widths[metric] = width;
    };
    for (const Ran& run : runs) {
      if (run.arm != a) continue;
      const Subset rows = rows_on_trial(run.seed);
      const Verdicts verdicts(run.numbers, rows, halves(rows, run.seed));
      const auto measured = [&](const Decisions& decisions) {
        return Measured{roc(decisions), roc_half_widths(decisions, options_.networks, kBootstrapDraws, run.seed)};
      };
      const Estimate accuracy = estimate(verdicts.accuracy());
      put(kAccuracy, accuracy.mean, accuracy.half_width);
      const Measured source = measured(verdicts.source(Attack::online));
      put(kSourceAuc, source.mean.auc, source.half_width.auc);
      put(kSource100, source.mean.at_one_in_100, source.half_width.at_one_in_100);
      put(kSource1000, source.mean.at_one_in_1000, source.half_width.at_one_in_1000);
      const Measured offline = measured(verdicts.source(Attack::offline));
      put(kOfflineAuc, offline.mean.auc, offline.half_width.auc);
      if (!verdicts.small()) continue;
      const Measured kept = measured(verdicts.kept());
      put(kKeptAuc, kept.mean.auc, kept.half_width.auc);
      put(kKept100, kept.mean.at_one_in_100, kept.half_width.at_one_in_100);
      const Measured not_kept = measured(verdicts.not_kept());
      put(kNotKeptAuc, not_kept.mean.auc, not_kept.half_width.auc);
      const Measured set = measured(verdicts.set());
      put(kSetAuc, set.mean.auc, set.half_width.auc);
      put(kSet100, set.mean.at_one_in_100, set.half_width.at_one_in_100);
    }
    for (auto& [metric, of_seeds] : values) {
      const bool one = of_seeds.size() == 1;
      record.add(arms[a].name, metric, std::move(of_seeds));
      if (one) record.cells.back().half_width = widths[metric];
    }
  }
  record.notes.emplace_back(
      "These are the numbers of the likelihood-ratio attack and of a nearest-picture attack. A better attack may tell more: nothing here "
      "says that a set keeps a secret.");
}

}  // namespace

std::unique_ptr<Trial> make_membership(const evaluate::Tools& tools) {
  return std::make_unique<Membership>(tools);
}

}  // namespace decant::trials
