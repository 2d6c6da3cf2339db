// Architecture search: many networks are to be ranked without training each of them on everything.
// Do small sets rank them as the whole set does?
//
// N networks are drawn from the space of Zhao, Mopuri and Bilen (ICLR 2021),
// nn/models/searchnet.cc: of its norms, activations and poolings, and of the widths and depths that
// the options name. What they reach when trained on all rows for `--full-steps`, the mean of all
// seeds, is the reference. With `--over training` it is ways of training one network
// (candidates.h). Every arm trains them for `--steps` and is compared with it:
//
//     ρ          Spearman's, with an interval by bootstrap over networks
//     τ          Kendall's τ-b
//     ρ, best    Spearman's among the reference's best quarter
//     regret     the best reference accuracy less that of the network that the arm puts first; and
//                less the best of those that it puts first, second and third
//
// Beside: "early-stopping", all rows for as many steps as an arm has; "parameter-count"; and
// "ceiling", one seed of the reference against the mean of the others, which no proxy can pass.
#include <algorithm>
#include <cmath>
#include <fmt/ranges.h>
#include <limits>
#include <numeric>

#include "decant/base/errors.h"
#include "decant/base/json.h"
#include "decant/base/random.h"
#include "decant/base/text.h"
#include "decant/data/picked_rows.h"
#include "decant/loader/image_table.h"
#include "decant/train/diverged.h"
#include "decant/trials/candidates.h"
#include "decant/trials/list.h"
#include "decant/trials/net_training.h"

namespace decant::trials {
namespace {

constexpr int kSearchDraws = 500;

struct SearchOptions {
  int networks = 20;  // with two seeds ten minutes of two cores; claims want 40 and more
  int64_t per_class = 10;
  int64_t full_steps = 320;
  std::string widths = "8,12,16,24";
  std::string depths = "1,2,3";
  std::string over = "nets";
};

class Search final : public Trial {
 public:
  explicit Search(const evaluate::Tools& tools) : training_(tools, usual_training("searchnet", 80)) {}

  std::string name() const override { return "search"; }
  std::string question() const override { return "Do small sets rank architectures as the whole set does?"; }
  std::string usual_arms() const override { return "random,herding,k-means,dm"; }
  std::vector<std::string> baselines() const override { return {"ceiling", "early-stopping", "parameter-count"}; }
  int usual_seeds() const override { return 2; }  // the fewest that have a ceiling

  void declare(OptionTable& table) override {
    table.add("networks", options_.networks, "N", "that are ranked; at least 2");
    table.add("over", options_.over, "WHAT", "is searched: nets, or training (rates, weight decay, augmentation of --net)");
    table.add("per-class", options_.per_class, "N", "rows that a small set holds of each class");
    table.add("full-steps", options_.full_steps, "N", "of the trainings on all rows that say which network is best");
    table.add("widths", options_.widths, "LIST", "of the networks, between commas");
    table.add("depths", options_.depths, "LIST", "of the networks, between commas");
    training_.declare(table);
  }

  void settle(const Source& source, const std::map<std::string, std::string>& given, const Context& context) override {
    source_ = source;
    require_sound();
    const int channels = channels_of(source);
    training_.set_usual(usual_on(channels), given);
    training_.settle_steps(options_.per_class * source.classes);
    training_.settle(source, context);
    candidates_ = drawn(options_.over == "nets" ? candidate_networks(options_.widths, options_.depths) : candidate_trainings(channels == 3),
                        options_.networks);
    table_ = training_.table_of(source, context);
  }

  std::string in_words() const override {
    const std::string which =
        options_.over == "nets" ? fmt::format("{} networks of widths {} and depths {}", options_.networks, options_.widths, options_.depths)
                                : fmt::format("{} ways of training a network", options_.networks);
    return fmt::format("{}, against {} steps on all rows; small sets of {} a class: {}", which, human_count(options_.full_steps),
                       options_.per_class, training_.in_words());
  }
  std::string identity() const override {
    return json_text({{"networks", names()},
                      {"per class", options_.per_class},
                      {"full steps", options_.full_steps},
                      {"training", training_.identity()}});
  }
  std::string numerics() const override { return training_.numerics(); }
  std::string pace_key() const override {
    return json_text({{"search", options_.widths}, {"depths", options_.depths}, {"of", parse_json(training_.pace_key())}});
  }
  std::vector<std::string> stages(const Arm& arm) const override {
    if (arm.compressor != nullptr) return {"small"};
    if (arm.name == "parameter-count") return {"count"};
    return {arm.name == "early-stopping" ? "stopped" : "reference"};
  }
  double training_steps(const Arm& arm) const override {
    if (arm.compressor == nullptr && arm.name == "parameter-count") return 0;
    const bool reference = arm.compressor == nullptr && arm.name == "ceiling";
    return static_cast<double>(options_.networks) * static_cast<double>(reference ? options_.full_steps : training_.options().steps);
  }

  Numbers run(const Arm& arm, uint64_t seed, Bench& bench, const Context& context) const override {
    return bench.once(stages(arm).front(), [&] {
      if (arm.compressor != nullptr) return accuracies_on_small(arm, seed, context);
      if (arm.name == "parameter-count") return weights_of_each(context);
      if (arm.name == "early-stopping") return accuracies_on_all(training_.options().steps, seed, context);
      return accuracies_on_all(options_.full_steps, Random(seed, "reference").bits64() >> 1, context);
    });
  }

  void conclude(const std::vector<Arm>& arms, const std::vector<Ran>& runs, TrialRecord& record) const override;

 private:
  /// What the arm would choose, beside what is best on all rows.
  void note_best(const std::string& name, size_t arm, const std::vector<double>& reference, const std::vector<Arm>& arms,
                 const std::vector<Ran>& runs, TrialRecord& record) const;

  void require_sound() const {
    if (options_.over != "nets" && options_.over != "training")
      throw UsageError(unknown_name("thing to search over", options_.over, {"nets", "training"}));
    if (options_.networks < 2)
      throw InputError({"", "--networks", "one network has no rank", "Give at least 2; 40 and more tell proxies apart"});
    if (options_.per_class < 1) throw InputError({"", "--per-class", "must be at least 1", "Give a number of rows"});
  }

  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const Candidate& candidate : candidates_) names.push_back(candidate.name);
    return names;
  }

  double trained(const Candidate& candidate, const Rows& rows, const Subset& all, int64_t steps, uint64_t seed, const Context& context,
                 const std::map<std::string, std::string>& asked, const std::shared_ptr<const loader::ImageTable>& table) const {
    train::TrainJob job = training_.job(rows, all, seed, asked);
    set_options(job.options, candidate.options);
    job.options.steps = steps;
    job.keep_logits = false;
    job.table = table;
    try {
      return training_.train(job, context).value;
    } catch (const train::Diverged&) {
      return 1.0 / source_.classes;  // it ranks where guessing does
    }
  }

  Numbers accuracies_on_small(const Arm& arm, uint64_t seed, const Context& context) const {
    const SmallSet set = make_small(*arm.compressor, source_, source_.usable, {Size::Unit::per_class, options_.per_class}, seed, context);
    const PickedRows rows(picks_of(set.rows, set.order));
    const Subset all = Subset::all(rows.size());
    Numbers numbers;
    for (const Candidate& candidate : candidates_)
      numbers["accuracy"].push_back(trained(candidate, rows, all, training_.options().steps, seed, context, set.training, nullptr));
    return numbers;
  }

  Numbers accuracies_on_all(int64_t steps, uint64_t seed, const Context& context) const {
    Numbers numbers;
    for (const Candidate& candidate : candidates_)
      numbers["accuracy"].push_back(trained(candidate, *source_.rows, source_.usable, steps, seed, context, {}, table_));
    return numbers;
  }

  /// The number of values that a network consists of.
  Numbers weights_of_each(const Context& context) const {
    Numbers numbers;
    for (const Candidate& candidate : candidates_) {
      const Subset one = Subset{source_.usable.front()};
      train::TrainJob job = training_.job(*source_.rows, one, 0);
      set_options(job.options, candidate.options);
      job.options.steps = 1;
      job.test = nullptr;
      job.test_table = nullptr;
      job.keep_logits = false;
      job.keep_weights = true;
      job.table = table_;
      numbers["accuracy"].push_back(static_cast<double>(training_.train(job, context).weights.size()));
    }
    return numbers;
  }

  SearchOptions options_;
  NetTraining training_;
  Source source_;
  std::vector<Candidate> candidates_;
  std::shared_ptr<const loader::ImageTable> table_;
};

enum SearchMetric : size_t { kRho, kTau, kRhoOfBest, kRegret, kRegretOf3, kArmAccuracy };

std::vector<Metric> search_metrics() {
  const auto rank = [](const char* name, const char* title) { return Metric{.name = name, .title = title, .least = -1, .decimals = 2}; };
  const auto regret = [](const char* name, const char* title) {
    return Metric{.name = name, .title = title, .unit = "points", .scale = 100, .higher_is_better = false};
  };
  Metric mean = top_1();
  mean.name = "mean accuracy";
  mean.title = "mean of networks";
  return {rank("spearman", "ρ"),
          rank("kendall", "τ"),
          rank("spearman of best quarter", "ρ, best quarter"),
          regret("regret", "regret"),
          regret("regret of 3", "regret, best of 3"),
          mean};
}

std::vector<double> taken(const std::vector<double>& values, const std::vector<size_t>& places) {
  std::vector<double> some;
  for (const size_t place : places) some.push_back(values[place]);
  return some;
}

std::vector<size_t> best_first(const std::vector<double>& values) {
  std::vector<size_t> order(values.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::stable_sort(order, std::greater<>(), [&](size_t i) { return values[i]; });
  return order;
}

/// The best that the reference says of the first `few` of a proxy's order, short of its best.
double regret_of(const std::vector<double>& reference, const std::vector<double>& proxy, size_t few) {
  const std::vector<size_t> order = best_first(proxy);
  double best = 0;
  for (size_t i = 0; i < std::min(few, order.size()); ++i) best = std::max(best, reference[order[i]]);
  return *std::ranges::max_element(reference) - best;
}

/// Half the range of the middle 95 % of ρ when networks are drawn anew.
double spearman_half_width(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> draws;
  for (int draw = 0; draw < kSearchDraws; ++draw) {
    Random random(0, "networks drawn anew", static_cast<uint64_t>(draw));
    std::vector<size_t> places(a.size());
    for (size_t& place : places) place = random.below(a.size());
    const double rho = spearman_rho(taken(a, places), taken(b, places));
    if (!std::isnan(rho)) draws.push_back(rho);
  }
  if (draws.size() < 2) return std::numeric_limits<double>::infinity();
  std::ranges::sort(draws);
  const auto at = [&](double share) { return draws[static_cast<size_t>(share * static_cast<double>(draws.size() - 1))]; };
  return (at(0.975) - at(0.025)) / 2;
}

std::vector<double> mean_of(const std::vector<const std::vector<double>*>& lists) {
  std::vector<double> mean(lists.front()->size());
  for (const auto* const list : lists) {
    for (size_t i = 0; i < mean.size(); ++i) mean[i] += (*list)[i] / static_cast<double>(lists.size());
  }
  return mean;
}

/// What an order of candidates is worth, by metric; what it says nothing of is left out.
std::map<size_t, double> measures_of(const std::vector<double>& reference, const std::vector<double>& proxy, bool is_accuracy) {
  const std::vector<size_t> order = best_first(reference);
  const std::vector<size_t> best(order.begin(), order.begin() + static_cast<ptrdiff_t>(std::max<size_t>(2, order.size() / 4)));
  std::map<size_t, double> values = {{kRho, spearman_rho(reference, proxy)},
                                     {kTau, kendall_tau(reference, proxy)},
                                     {kRhoOfBest, spearman_rho(taken(reference, best), taken(proxy, best))},
                                     {kRegret, regret_of(reference, proxy, 1)},
                                     {kRegretOf3, regret_of(reference, proxy, 3)}};
  if (is_accuracy) values[kArmAccuracy] = std::accumulate(proxy.begin(), proxy.end(), 0.0) / static_cast<double>(proxy.size());
  std::erase_if(values, [](const auto& value) { return std::isnan(value.second); });
  return values;
}

/// One arm's measures, seed by seed.
class ArmMeasures {
 public:
  void add(const std::vector<double>& reference, const std::vector<double>& proxy, bool is_accuracy) {
    for (const auto& [metric, value] : measures_of(reference, proxy, is_accuracy)) values_[metric].push_back(value);
    rho_width_ = spearman_half_width(reference, proxy);
  }
  bool has_order() const { return values_.contains(kRho); }

  /// Seeds of a set say how it scatters, candidates what ρ is worth: of ρ the wider of the two.
  void put(const std::string& arm, TrialRecord& record) const {
    for (const auto& [metric, of_seeds] : values_) {
      record.add(arm, metric, of_seeds);
      double& width = record.cells.back().half_width;
      if (metric == kRho) width = std::isfinite(width) ? std::max(width, rho_width_) : rho_width_;
    }
  }

 private:
  std::map<size_t, std::vector<double>> values_;
  double rho_width_ = std::numeric_limits<double>::infinity();
};

void Search::note_best(const std::string& name, size_t arm, const std::vector<double>& reference, const std::vector<Arm>& arms,
                       const std::vector<Ran>& runs, TrialRecord& record) const {
  if (name == "ceiling" && arms[arm].compressor == nullptr) {
    record.notes.push_back(fmt::format("Best on all rows: {}.", candidates_[best_first(reference).front()].name));
    return;
  }
  std::vector<const std::vector<double>*> of_seeds;
  for (const Ran& run : runs) {
    if (run.arm == arm) of_seeds.push_back(&run.numbers.at("accuracy"));
  }
  record.notes.push_back(fmt::format("{} would choose: {}.", name, candidates_[best_first(mean_of(of_seeds)).front()].name));
}

void Search::conclude(const std::vector<Arm>& arms, const std::vector<Ran>& runs, TrialRecord& record) const {
  record.metrics = search_metrics();
  const auto is_ceiling = [&](size_t arm) { return arms[arm].name == "ceiling" && arms[arm].compressor == nullptr; };
  std::vector<const std::vector<double>*> references;
  for (const Ran& run : runs) {
    if (is_ceiling(run.arm)) references.push_back(&run.numbers.at("accuracy"));
  }
  const std::vector<double> reference = mean_of(references);
  for (size_t a = 0; a < arms.size(); ++a) {
    const bool is_accuracy = arms[a].name != "parameter-count";
    ArmMeasures measures;
    for (size_t r = 0; is_ceiling(a) && references.size() > 1 && r < references.size(); ++r) {
      std::vector<const std::vector<double>*> others = references;
      others.erase(others.begin() + static_cast<ptrdiff_t>(r));
      measures.add(mean_of(others), *references[r], is_accuracy);
    }
    for (const Ran& run : runs) {
      if (run.arm == a && !is_ceiling(a)) measures.add(reference, run.numbers.at("accuracy"), is_accuracy);
    }
    measures.put(arms[a].name, record);
    if (options_.over == "training" && is_accuracy) note_best(arms[a].name, a, reference, arms, runs, record);
    if (is_ceiling(a) && references.size() == 1)
      record.notes.emplace_back("One seed has no ceiling: give --seeds 2 or more.");
    else if (!measures.has_order())
      record.notes.push_back(fmt::format("{}: all networks are equal to it, so it has no order of them", arms[a].name));
  }
}

}  // namespace

std::unique_ptr<Trial> make_search(const evaluate::Tools& tools) {
  return std::make_unique<Search>(tools);
}

}  // namespace decant::trials
