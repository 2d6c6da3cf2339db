// Federated learning: K clients hold the rows, and what they send is what costs. How accurate is a
// network that a server trains, for so many bytes that each client has sent?
//
// Each class is shared among the clients by a draw from Dirichlet(α): the smaller α, the fewer
// classes a client has. Arms:
//
//     a compressor     one round: every client sends a small set of its own rows, and the server
//                      trains a fresh network on all of them. With --set-rounds R the server sends
//                      its network back, the clients make sets that this one is to learn from (a
//                      method of distillation draws its networks near it), and the server goes on
//                      from it, on the sets of the round alone (Xiong et al., "FedDM", CVPR 2023)
//     fedavg           R rounds: every client trains the server's network on its rows, and the
//                      server takes the mean of what comes back, weighted by rows (McMahan, Moore,
//                      Ramage, Hampson and Agüera y Arcas, AISTATS 2017). One pass a round, in
//                      float32; "fedavg+passes=5", "+passes=10"; "+bits=8": the changes as bytes
//                      between the least and the largest of them
//     one-shot         one round of fedavg whose clients train for as long as the server does
//
// "random" among the compressors, real rows of each client by chance, is what a set must beat to be
// worth making, and what a distilled one began with ("dm+pictures=first") what it must. All agree
// on how pixels are scaled, by mean and deviation of all rows. Bytes are of what is sent: pictures
// as they are stored, weights as above; an accuracy is that of the last step. Every one-round arm
// has the same number of server steps.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "decant/base/digest.h"
#include "decant/base/errors.h"
#include "decant/base/json.h"
#include "decant/base/random.h"
#include "decant/base/text.h"
#include "decant/data/picked_rows.h"
#include "decant/data/rows_view.h"
#include "decant/loader/image_table.h"
#include "decant/nn/normalisation.h"
#include "decant/train/pixel_statistics.h"
#include "decant/train/teacher.h"
#include "decant/trials/also_stages.h"
#include "decant/trials/averaging.h"
#include "decant/trials/clients.h"
#include "decant/trials/list.h"
#include "decant/trials/net_training.h"

namespace decant::trials {
namespace {

constexpr const char* kOneRound = "one round";  // of small sets

struct FederatedOptions {
  int clients = 10;
  double alpha = 0.1;
  int rounds = 12;
  int set_rounds = 1;
  int64_t per_class = 10;
  int64_t rows = 10'000;
  double client_rate = 0.1;
};

class Federated final : public Trial {
 public:
  explicit Federated(const evaluate::Tools& tools) : training_(tools, usual_training("convnet+width=8+depth=3", 400)) {}

  std::string name() const override { return "federated"; }
  std::string question() const override { return "What do clients have to send for a network of such accuracy?"; }
  std::string usual_arms() const override { return "random,herding,k-means,dm"; }
  std::vector<std::string> baselines() const override { return averaging_names(); }

  bool heeds_labels() const override { return false; }

  void declare(OptionTable& table) override {
    table.add("clients", options_.clients, "K", "that share the rows");
    table.add("alpha", options_.alpha, "A", "of Dirichlet, for each class: the smaller, the less alike the clients");
    table.add("rounds", options_.rounds, "R", "of averaging");
    table.add("set-rounds", options_.set_rounds, "R",
              "of small sets: 1 = sent once, for a fresh network; more = made anew in every round, for the server's network");
    table.add("per-class", options_.per_class, "N", "rows that a small set holds of each class");
    table.add("rows", options_.rows, "N", "that the clients share, as many of each class as of any other, drawn by the seed");
    table.add("client-rate", options_.client_rate, "RATE", "at which clients train, without momentum");
    training_.declare(table);
    also_.declare(table);
  }

  void settle(const Source& source, const std::map<std::string, std::string>& given, const Context& context) override {
    source_ = source;
    if (!given.contains("rows")) options_.rows = std::min(options_.rows, std::ssize(source.usable));
    require_sound();
    training_.set_usual(usual_on(channels_of(source)), given);
    training_.settle_steps(options_.clients * options_.per_class * source.classes);
    training_.settle(source, context);
    also_.settle(training_, context);
    table_ = training_.table_of(source, context);
    train::TrainOptions& training = training_.options();
    // Weights are worth nothing to whoever sees pixels on another scale, so all agree on one.
    if (training.normalise.empty()) training.normalise = train::normalise_text(nn::pixel_statistics(*table_, source.usable, context));
  }

  std::string in_words() const override {
    const std::string set_rounds = options_.set_rounds == 1 ? "one round" : fmt::format("{} rounds", options_.set_rounds);
    return fmt::format(
        "{} rows, {} clients by Dirichlet({}), small sets of {} a class in {}, {} rounds of averaging at rate {}; "
        "the server: {}",
        human_count(options_.rows), options_.clients, options_.alpha, options_.per_class, set_rounds, options_.rounds, options_.client_rate,
        training_.in_words());
  }
  std::string identity() const override {
    Json all = {{"clients", options_.clients},     {"alpha", options_.alpha}, {"rounds", options_.rounds},
                {"per class", options_.per_class}, {"rows", options_.rows},   {"rate", options_.client_rate},
                {"training", training_.identity()}};
    if (options_.set_rounds > 1) all["set rounds"] = options_.set_rounds;
    return json_text(all);
  }
  std::string numerics() const override { return training_.numerics(); }
  std::string pace_key() const override { return training_.pace_key(); }
  std::vector<std::string> stages(const Arm& arm) const override {
    if (arm.compressor == nullptr) return also_.after(numbered_stages("round", averaging_named(arm.name).one_shot ? 1 : options_.rounds));
    return also_.after(options_.set_rounds == 1 ? std::vector<std::string>{kOneRound} : numbered_stages("round", options_.set_rounds));
  }
  double training_steps(const Arm& arm) const override {
    const double steps = static_cast<double>(training_.options().steps);
    if (arm.compressor != nullptr) return steps * options_.set_rounds;
    const Averaging how = averaging_named(arm.name);
    if (how.one_shot) return steps * options_.clients;
    return static_cast<double>(options_.rounds) * how.passes * static_cast<double>(options_.rows) / training_.options().batch;
  }

  Numbers run(const Arm& arm, uint64_t seed, Bench& bench, const Context& context) const override {
    if (arm.compressor == nullptr) return of_averaging(averaging_named(arm.name), seed, bench, context);
    if (options_.set_rounds > 1) return of_rounds_of_sets(arm, seed, bench, context);
    return in_one_round(arm, seed, bench, context);
  }

  void conclude(const std::vector<Arm>& arms, const std::vector<Ran>& runs, TrialRecord& record) const override;

 private:
  void require_sound() const {
    if (options_.clients < 1 || options_.clients > options_.rows)
      throw InputError({"", "--clients", fmt::format("{} clients cannot share {} rows", options_.clients, options_.rows), "Give fewer"});
    if (!(options_.alpha > 0) || !std::isfinite(options_.alpha))
      throw InputError(
          {"", "--alpha", fmt::format("{} is no parameter of a Dirichlet distribution", options_.alpha), "Give a number above 0"});
    if (options_.rounds < 1) throw InputError({"", "--rounds", "must be at least 1", "Give a number of rounds"});
    if (options_.set_rounds < 1) throw InputError({"", "--set-rounds", "must be at least 1", "Give a number of rounds"});
    if (options_.per_class < 1) throw InputError({"", "--per-class", "must be at least 1", "Give a number of rows"});
    if (options_.rows < source_.classes || options_.rows > std::ssize(source_.usable))
      throw InputError(
          {"", "--rows",
           fmt::format("{} rows cannot be drawn: there are {} of {} classes", options_.rows, source_.usable.size(), source_.classes),
           fmt::format("Give from {} to {}", source_.classes, source_.usable.size())});
  }

  std::vector<Subset> clients(uint64_t seed) const {
    return clients_of(source_, {options_.clients, options_.alpha, options_.rows / source_.classes}, seed);
  }

  /// What the clients send in a round.
  struct Sent {
    std::shared_ptr<const Rows> rows;
    int64_t bytes = 0;
  };
  Sent small_sets(const Arm& arm, const std::vector<Subset>& clients, uint64_t seed, const train::Teacher* learner,
                  const Context& context) const {
    std::vector<PickedRows::Pick> picks;
    Sent sent;
    for (const Subset& rows : clients) {
      if (rows.empty()) continue;
      const SmallSet set = make_small(*arm.compressor, source_, rows, {Size::Unit::per_class, options_.per_class}, seed, context, learner);
      for (const int64_t row : set.order) picks.push_back({set.rows, row});
      sent.bytes += set.total_bytes();
    }
    sent.rows = std::make_shared<PickedRows>(std::move(picks));
    return sent;
  }

  /// The server's network from `weights` on, a fresh one where there are none.
  train::TrainResult trained_on(const Rows& sent, const std::vector<float>& weights, uint64_t seed, const Context& context) const {
    const Subset all = Subset::all(sent.size());
    train::TrainJob job = training_.job(sent, all, seed);
    job.weights = weights;
    job.keep_logits = false;
    job.keep_weights = !weights.empty() || also_.any();
    return training_.train(job, context);
  }

  Numbers in_one_round(const Arm& arm, uint64_t seed, Bench& bench, const Context& context) const {
    std::vector<float> weights;
    const auto round = [&]() -> Numbers {
      const Sent sent = small_sets(arm, clients(seed), seed, nullptr, context);
      train::TrainResult made = trained_on(*sent.rows, {}, seed, context);
      weights = std::move(made.weights);
      return {{"accuracy", {made.value}}, {"bytes", {static_cast<double>(sent.bytes) / options_.clients}}};
    };
    Numbers numbers = bench.once(kOneRound, round);
    const auto at_end = [&]() -> const std::vector<float>& {
      if (weights.empty()) round();
      return weights;
    };
    measure_also(at_end, seed, bench, numbers, context);
    return numbers;
  }

  /// The columns of the server's network. `weights`: called where one is not kept.
  void measure_also(const std::function<const std::vector<float>&()>& weights, uint64_t seed, Bench& bench, Numbers& numbers,
                    const Context& context) const {
    FinalNetwork network{.rows = source_.rows, .subset = Subset{source_.usable.front()}, .seed = seed};
    const auto at_end = [&]() -> const FinalNetwork& {
      if (network.weights.empty()) network.weights = weights();
      return network;
    };
    also_.run(bench, at_end, numbers, context);
  }

  /// The server's network, as those see it who make sets for it.
  train::Teacher learner_of(const std::vector<float>& weights) const {
    const train::TrainOptions& training = training_.options();
    return {.net = training.net,
            .size = {training.image_size, training.image_size, table_->size().channels},
            .classes = source_.classes,
            .normalise = training.normalise,
            .weights = weights,
            .digest = Digest().add(std::as_bytes(std::span(weights))).hex()};
  }

  /// Trains a client's network from `weights` on: updates `first` … `last` − 1 of a stream that
  /// goes on from round to round.
  std::vector<float> trained_at(const Subset& rows, const std::vector<float>& weights, int64_t first, int64_t last, uint64_t seed,
                                const Context& context) const {
    train::TrainJob job = training_.job(*source_.rows, rows, seed);
    job.table = table_;
    job.test = nullptr;
    job.test_table = nullptr;
    job.keep_logits = false;
    job.keep_weights = true;
    job.options.schedule = "constant";
    job.options.warmup = 0;
    job.options.learning_rate = options_.client_rate;
    job.options.momentum = 0;
    job.options.steps = last;
    job.weights = weights;
    job.first_step = first;
    job.last_step = last;
    return training_.train(job, context).weights;
  }

  /// Of a network with these weights, or of a fresh one where there are none: nothing is trained.
  train::TrainResult asked(const std::vector<float>& weights, uint64_t seed, const Context& context) const {
    const Subset one = Subset{source_.usable.front()};
    train::TrainJob job = evaluate::asking(training_.job(*source_.rows, one, seed), weights);
    job.table = table_;
    job.keep_logits = false;
    job.keep_weights = true;
    return training_.train(job, context);
  }

  /// What a round leaves.
  struct Round {
    std::vector<float> weights;  ///< of the server's network
    double bytes = 0;            ///< that all clients have sent in it, together
  };
  using MakeRound = std::function<Round(int round, const std::vector<float>& weights)>;
  /// Accuracy and bytes after each of some rounds, each of which is kept, and the columns of --also
  /// at their end.
  Numbers in_rounds(int rounds, const MakeRound& make, uint64_t seed, Bench& bench, const Context& context) const;

  std::vector<float> averaged(const Averaging& how, int round, const std::vector<Subset>& clients, const std::vector<float>& weights,
                              uint64_t seed, const Context& context) const;
  Numbers of_averaging(const Averaging& how, uint64_t seed, Bench& bench, const Context& context) const;
  Numbers of_rounds_of_sets(const Arm& arm, uint64_t seed, Bench& bench, const Context& context) const;

  FederatedOptions options_;
  NetTraining training_;
  AlsoStages also_;
  Source source_;
  std::shared_ptr<const loader::ImageTable> table_;
};

constexpr size_t kMostKeptWeights = 100'000;  // of a round's network, for going on; larger ones are trained again

std::vector<float> Federated::averaged(const Averaging& how, int round, const std::vector<Subset>& clients,
                                       const std::vector<float>& weights, uint64_t seed, const Context& context) const {
  int64_t all = 0;
  for (const Subset& rows : clients) all += std::ssize(rows);
  std::vector<double> mean(weights.size());
  for (size_t client = 0; client < clients.size(); ++client) {
    const auto rows = std::ssize(clients[client]);
    if (rows == 0) continue;
    const int64_t steps = how.one_shot ? training_.options().steps : std::max<int64_t>(1, how.passes * rows / training_.options().batch);
    const std::vector<float> own = trained_at(clients[client], weights, round * steps, (round + 1) * steps, seed + client * 7919, context);
    const std::vector<float> sent = how.received(weights, own);
    const double share = static_cast<double>(rows) / static_cast<double>(all);
    for (size_t i = 0; i < mean.size(); ++i) mean[i] += share * sent[i];
  }
  return {mean.begin(), mean.end()};
}

Numbers Federated::in_rounds(int rounds, const MakeRound& make, uint64_t seed, Bench& bench, const Context& context) const {
  Round last;
  int done = 0;
  const auto go_on = [&](int to) {
    if (last.weights.empty()) last.weights = asked({}, seed, context).weights;
    for (; done < to; ++done) {
      Round made = make(done, last.weights);
      last = {std::move(made.weights), last.bytes + made.bytes};
    }
  };
  Numbers all;
  for (int round = 0; round < rounds; ++round) {
    Numbers one = bench.once(fmt::format("round {}", round), [&]() -> Numbers {
      go_on(round + 1);
      Numbers numbers = {{"accuracy", {asked(last.weights, seed, context).value}}, {"bytes", {last.bytes / options_.clients}}};
      if (last.weights.size() <= kMostKeptWeights) numbers["weights"] = {last.weights.begin(), last.weights.end()};
      return numbers;
    });
    if (const std::vector<double>& kept = one["weights"]; !kept.empty()) {
      last.weights.assign(kept.size(), 0);
      std::ranges::transform(kept, last.weights.begin(), [](double value) { return static_cast<float>(value); });
      last.bytes = one.at("bytes").front() * options_.clients;
      done = round + 1;
    }
    for (const char* const name : {"accuracy", "bytes"}) all[name].push_back(one.at(name).front());
  }
  const auto at_end = [&]() -> const std::vector<float>& {
    go_on(rounds);
    return last.weights;
  };
  measure_also(at_end, seed, bench, all, context);
  return all;
}

Numbers Federated::of_averaging(const Averaging& how, uint64_t seed, Bench& bench, const Context& context) const {
  const std::vector<Subset> rows = clients(seed);
  const auto senders = std::ranges::count_if(rows, [](const Subset& own) { return !own.empty(); });
  const auto make = [&](int round, const std::vector<float>& weights) -> Round {
    return {averaged(how, round, rows, weights, seed, context), how.bytes_of(weights.size()) * static_cast<double>(senders)};
  };
  return in_rounds(how.one_shot ? 1 : options_.rounds, make, seed, bench, context);
}

Numbers Federated::of_rounds_of_sets(const Arm& arm, uint64_t seed, Bench& bench, const Context& context) const {
  const std::vector<Subset> rows = clients(seed);
  const auto make = [&](int round, const std::vector<float>& weights) -> Round {
    const uint64_t own = Random(seed, "round", static_cast<uint64_t>(round)).bits64() >> 1U;
    const train::Teacher learner = learner_of(weights);
    const Sent sent = small_sets(arm, rows, own, &learner, context);
    return {trained_on(*sent.rows, weights, own, context).weights, static_cast<double>(sent.bytes)};
  };
  return in_rounds(options_.set_rounds, make, seed, bench, context);
}

enum FederatedMetric : size_t { kAccuracyAtEnd, kSent, kAgainstAveraging };

std::vector<Metric> federated_metrics() {
  const Metric sent = {.name = "sent", .title = "sent by a client", .unit = "kB", .scale = 1e-3, .most = 1e15, .higher_is_better = false};
  const Metric against = {.name = "against fedavg", .title = "against fedavg of its bytes", .unit = "points", .scale = 100, .least = -1};
  return {top_1(), sent, against};
}

/// Whether so many bytes would have been enough for a round of averaging more than there were.
bool outlasts(double bytes, const Numbers& averaging) {
  const std::vector<double>& sent = averaging.at("bytes");
  return bytes >= sent.back() + sent.front();
}

/// What averaging has reached when no more than so many bytes are sent; nothing where not even one
/// round is, or where it ended long before.
std::optional<double> reached_within(const Numbers& averaging, double bytes) {
  std::optional<double> reached;
  if (outlasts(bytes, averaging)) return reached;
  for (size_t round = 0; round < averaging.at("bytes").size(); ++round) {
    if (averaging.at("bytes")[round] <= bytes) reached = averaging.at("accuracy")[round];
  }
  return reached;
}

void Federated::conclude(const std::vector<Arm>& arms, const std::vector<Ran>& runs, TrialRecord& record) const {
  record.metrics = federated_metrics();
  const auto numbers_of = [&](const std::string& arm, uint64_t seed) -> const Numbers* {
    for (const Ran& run : runs) {
      if (arms[run.arm].name == arm && run.seed == seed) return &run.numbers;
    }
    return nullptr;
  };
  for (size_t a = 0; a < arms.size(); ++a) {
    std::vector<double> accuracy;
    std::vector<double> sent;
    std::vector<double> against;
    bool outlasting = false;
    TrialRecord::Series series{.arm = arms[a].name, .along = "kB sent by a client", .of = "accuracy, %"};
    for (const Ran& run : runs) {
      if (run.arm != a) continue;
      const std::vector<double>& reached = run.numbers.at("accuracy");
      accuracy.push_back(reached.back());
      sent.push_back(run.numbers.at("bytes").back());
      series.values.resize(reached.size());
      series.at.resize(reached.size());
      for (size_t i = 0; i < reached.size(); ++i) {
        series.values[i] += 100 * reached[i];
        series.at[i] += 1e-3 * run.numbers.at("bytes")[i];
      }
      if (arms[a].compressor == nullptr) continue;
      const Numbers& averaging = *numbers_of("fedavg", run.seed);
      outlasting = outlasting || outlasts(sent.back(), averaging);
      const std::optional<double> averaged = reached_within(averaging, sent.back());
      if (averaged) against.push_back(reached.back() - *averaged);
    }
    const auto seeds = static_cast<double>(accuracy.size());
    for (double& value : series.values) value /= seeds;
    for (double& value : series.at) value /= seeds;
    if (outlasting)
      record.notes.push_back(
          fmt::format("{} sends more than {} rounds of fedavg do, so nothing of its bytes is beside it: give more --rounds.", arms[a].name,
                      options_.rounds));
    else if (arms[a].compressor != nullptr && against.size() < accuracy.size())
      record.notes.push_back(fmt::format("{} takes less than one round of fedavg, so nothing of its bytes is beside it.", arms[a].name));
    record.add(arms[a].name, kAccuracyAtEnd, std::move(accuracy));
    record.add(arms[a].name, kSent, std::move(sent));
    if (!against.empty()) record.add(arms[a].name, kAgainstAveraging, std::move(against));
    if (series.at.size() > 1) record.series.push_back(std::move(series));
  }
  also_.conclude(arms, runs, record);
}

}  // namespace

std::unique_ptr<Trial> make_federated(const evaluate::Tools& tools) {
  return std::make_unique<Federated>(tools);
}

}  // namespace decant::trials
