// trial as a whole: with networks, and as a shell runs it.
#include "decant/pipeline/trial.h"

#include <gmock/gmock.h>

#include "decant/base/json.h"
#include "decant/base/module.h"
#include "decant/base/test_support.h"
#include "decant/evaluate/also.h"
#include "decant/pipeline/compressing/compressors.h"
#include "decant/pipeline/judging/chosen_judge.h"
#include "decant/train/trainer.h"
#include "decant/trials/trials_for_tests.h"

#include "tests/drawn_sets.h"
#include "tests/shell.h"

namespace decant {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using testing_sets::cifar_set;

bool no_networks() {
  return !has_module(kNeuralModule);
}

trials::Source source_at(const fs::path& folder) {
  const Input input = read_input({.path = folder.string()}, {.threads = 1});
  return {.rows = input.dataset.splits.at(Split::train),
          .usable = input.usable_rows(),
          .classes = 4,
          .class_names = {},
          .digest = input.digest,
          .test = input.dataset.splits.at(Split::test),
          .test_digest = "test"};
}

// One client is nobody to take a mean with: rounds are one training, to the last bit.
TEST(TrialOnNetworks, OneClientIsPlainTraining) {
  if (no_networks()) GTEST_SKIP() << "this build has no networks";
  const trials::Source source = source_at(cifar_set("trial-one-client", 1, 200));
  const auto trial = trials::settled(
      "federated", neural_tools(), source,
      {{"clients", "1"}, {"rounds", "3"}, {"batch", "16"}, {"steps", "5"}, {"net", "convnet+width=4+depth=2"}, {"normalise", "0.5/0.25"}});
  evaluate::MapStore store;
  const std::vector<trials::Arm> arms = {{"fedavg", nullptr}};
  trials::run_trial(*trial, source, arms, {.seeds = 1}, &store, {.threads = 1});
  Json last;
  for (const auto& [key, text] : store.kept) {
    if (key.find("round 2") != std::string::npos) last = parse_json(text);
  }
  ASSERT_TRUE(last.is_object());

  train::TrainJob job{.options = {.net = "convnet+width=4+depth=2",
                                  .steps = 3 * (200 / 16),
                                  .batch = 16,
                                  .optimizer = "momentum",
                                  .learning_rate = 0.1,
                                  .momentum = 0,
                                  .schedule = "constant",
                                  .warmup = 0,
                                  .label_smoothing = 0,
                                  .normalise = "0.5/0.25",
                                  .image_size = 32},
                      .rows = source.rows.get(),
                      .subset = source.usable,
                      .classes = 4,
                      .test = source.test.get(),
                      .keep_weights = true};
  const train::TrainResult plain = from_module<train::Trainer>().train(job, {.threads = 1});
  EXPECT_EQ(last["weights"].get<std::vector<float>>(), plain.weights);
  EXPECT_EQ(last["accuracy"][0].get<double>(), plain.value);
}

// A memory that may hold everything is joint training, task after task.
TEST(TrialOnNetworks, AMemoryOfEverythingIsJointTraining) {
  if (no_networks()) GTEST_SKIP() << "this build has no networks";
  const trials::Source source = source_at(cifar_set("trial-everything", 1, 120));
  const auto trial = trials::settled("continual", neural_tools(), source,
                                     {{"tasks", "2"},
                                      {"memory", "1000"},
                                      {"net", "convnet+width=4+depth=2"},

                                      {"steps", "12"},
                                      {"batch", "16"},
                                      {"augment", "none"}});
  CompressorOptions options;
  const auto arms = trials::arms_of(*trial, {make_compressor("full", options)});
  const TrialRecord record = trials::run_trial(*trial, source, arms, {.seeds = 2}, nullptr, {.threads = 2});
  EXPECT_EQ(record.find("full", 0)->values, record.find("joint", 0)->values);
  EXPECT_EQ(record.find("full", 1)->values, record.find("joint", 1)->values);
  EXPECT_LT(record.find("no-memory", 0)->mean, record.find("joint", 0)->mean);
}

// A network that is asked for its columns says what it says in its training.
TEST(TrialOnNetworks, ColumnsBesideAreThoseOfTheTraining) {
  if (no_networks()) GTEST_SKIP() << "this build has no networks";
  const trials::Source source = source_at(cifar_set("trial-also", 1, 120));
  const std::string net = "convnet+width=4+depth=2+norm=batch";  // whose running statistics must come along
  const auto trial = trials::settled("continual", neural_tools(), source,
                                     {{"tasks", "2"},
                                      {"memory", "40"},
                                      {"net", net},
                                      {"steps", "12"},
                                      {"batch", "16"},
                                      {"augment", "none"},
                                      {"also", "ece,worst,corrupt,robust"}});
  const TrialRecord record = trials::run_trial(*trial, source, {{"joint", nullptr}}, {.seeds = 1}, nullptr, {.threads = 1});

  const train::TrainJob job{.options = {.net = net,
                                        .steps = 12,
                                        .batch = 16,
                                        .cap_batch = true,
                                        .optimizer = "momentum",
                                        .learning_rate = 0.01,
                                        .weight_decay = 0.0005,
                                        .decay_all = true,
                                        .schedule = "half",
                                        .warmup = 0,
                                        .label_smoothing = 0,
                                        .augment = "none",
                                        .image_size = 32},
                            .rows = source.rows.get(),
                            .subset = source.usable,
                            .classes = 4,
                            .test = source.test.get(),
                            .keep_logits = true,
                            .attack = true};
  const train::TrainResult plain = from_module<train::Trainer>().train(job, {.threads = 1});
  const auto value = [&](const std::string& metric) {
    const auto found = std::ranges::find(record.metrics, metric, &Metric::name);
    return record.find("joint", static_cast<size_t>(found - record.metrics.begin()))->mean;
  };
  EXPECT_EQ(value("final accuracy"), plain.value);
  EXPECT_EQ(value("robust"), plain.attacked);
  EXPECT_EQ(value("ece"), evaluate::calibration_error(plain.logits, *source.test, 4));
  EXPECT_EQ(value("worst class"), evaluate::worst_class_accuracy(plain.logits, *source.test, 4));
  EXPECT_GT(value("corrupt"), 0);
  EXPECT_LE(value("corrupt"), 1);
}

TEST(TrialOnNetworks, DistilledSetsAreTriedToo) {
  if (no_networks()) GTEST_SKIP() << "this build has no networks";
  const fs::path data = cifar_set("trial-distilled", 1, 160, 10);
  const fs::path cache = fresh_folder("trial-distilled-cache");
  TrialOptions options{.trial = "continual",
                       .input = {.path = data.string()},
                       .with = "random,dm+steps=2+net=convnet+width=4+depth=2",
                       .seeds = 1,
                       .cache = cache};
  options.settings.given = {{"tasks", "2"}, {"memory", "20"}, {"net", "convnet+width=4+depth=2"}, {"steps", "5"}};
  const TrialRecord record = run_trial(options, {.threads = 1});
  EXPECT_GT(record.find("dm+steps=2+net=convnet+width=4+depth=2", 0)->mean, 0);
  EXPECT_GT(record.find("dm+steps=2+net=convnet+width=4+depth=2", 3)->mean, 0);
}

/// What is printed, up to the table of stages and what they took.
std::string without_costs(const std::string& printed) {
  return printed.substr(0, printed.find("s a stage"));
}

TEST(TrialByShell, PrintsATableWritesItsFileAndGoesOnAfterAKill) {
  if (no_networks()) GTEST_SKIP() << "this build has no networks";
  const std::string data = cifar_set("trial-shell", 1, 200, 10).string();
  const std::string out = (fresh_folder("trial-shell-out") / "trial.json").string();
  const std::string cache = fresh_folder("trial-shell-cache").string();
  const std::string trial =
      " trial membership " + data + " --with random --rows 160 --networks 8 --per-class 2 --steps 40 --threads 1 --quiet --cache ";
  const Outcome whole = shell("$decant" + trial + cache + "-whole -o " + out);
  ASSERT_EQ(whole.code, 0) << whole.err;
  EXPECT_THAT(whole.out, HasSubstr("source AUC"));
  EXPECT_THAT(whole.out, HasSubstr("nothing here says that a set keeps a secret"));
  const Json document = read_json(out);
  EXPECT_EQ(document["format"], "decant-trial-1");
  EXPECT_EQ(document["stages"].size(), 2 * 8u) << "of `whole` and `random`";
  for (const Json& stage : document["stages"]) EXPECT_GT(stage["seconds"].get<double>(), 0) << stage;
  EXPECT_GT(document["peak_rss_bytes"].get<int64_t>(), 10'000'000);
  EXPECT_THAT(whole.out, HasSubstr("of memory."));

  EXPECT_THAT(shell("$decant" + trial + cache + "-whole -o " + out).err, HasSubstr("--overwrite"));
  for (const char* const after : {"0.3", "0.8", "1.5"}) shell(std::string("timeout -s KILL ") + after + " $decant" + trial + cache);
  const Outcome gone_on = shell("$decant" + trial + cache);
  EXPECT_EQ(without_costs(gone_on.out), without_costs(whole.out));
  fs::remove_all(cache + "-whole");
}

TEST(TrialByShell, RefusesWhatHasNoEffect) {
  const std::string data = cifar_set("trial-refuses", 1, 40).string();
  const auto fault = [&](const std::string& line) { return shell("$decant trial " + line).err; };
  EXPECT_THAT(fault("contnual " + data), HasSubstr("did you mean 'continual'?"));
  if (no_networks()) GTEST_SKIP() << "this build has no networks";
  EXPECT_THAT(fault("continual " + data + " --clients 3"), HasSubstr("--clients has no effect on the trial continual, but on federated"));
  EXPECT_THAT(fault("search " + data + " --also ece"),
              HasSubstr("--also has no effect on the trial search, but on continual, federated; leave it out"));
  EXPECT_THAT(fault("continual " + data + " --also ecce"), HasSubstr("did you mean 'ece'?"));
  EXPECT_THAT(fault("continual " + data + " --with herdin"), HasSubstr("did you mean 'herding'"));
  EXPECT_THAT(fault("continual " + data + " --tasks 11"), HasSubstr("11 tasks cannot share 10 classes"));
}

}  // namespace
}  // namespace decant
