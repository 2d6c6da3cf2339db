#include <gmock/gmock.h>
#include <numeric>
#include <set>
#include <utility>

#include "decant/base/file.h"
#include "decant/base/json.h"
#include "decant/base/test_support.h"
#include "decant/trials/memory.h"
#include "decant/trials/nearest.h"
#include "decant/trials/numpy_order.h"
#include "decant/trials/tasks.h"
#include "decant/trials/trials_for_tests.h"

namespace decant::trials {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string digits(const std::vector<int>& order) {
  std::string text;
  for (const int place : order) text += std::to_string(place);
  return text;
}

// NumPy 1.24: [numpy.random.seed(s) or numpy.random.permutation(10) for s in range(5)]
TEST(NumpyOrder, IsNumpys) {
  EXPECT_EQ(digits(numpy_permutation(0, 10)), "2849167305");
  EXPECT_EQ(digits(numpy_permutation(1, 10)), "2964031785");
  EXPECT_EQ(digits(numpy_permutation(2, 10)), "4150723698");
  EXPECT_EQ(digits(numpy_permutation(3, 10)), "5412967038");
  EXPECT_EQ(digits(numpy_permutation(4, 10)), "3849260157");
  EXPECT_TRUE(numpy_permutation(7, 0).empty());
  EXPECT_EQ(digits(numpy_permutation(7, 1)), "0");
}

TEST(Tasks, ShareTheClassesAndTheMemoryEvenly) {
  const Tasks tasks({4, 0, 2, 1, 3}, 2);
  EXPECT_THAT(tasks.classes_of(0), ElementsAre(4, 0, 2));  // the remainder goes to the first
  EXPECT_THAT(tasks.classes_of(1), ElementsAre(1, 3));
  EXPECT_THAT(tasks.seen_after(1), ElementsAre(4, 0, 2, 1, 3));
  EXPECT_THAT(tasks.flags_after(0), ElementsAre(true, false, true, false, true));
  EXPECT_EQ(tasks.task_of(3), 1);
  EXPECT_THAT(tasks.shares_after(0, 10), ElementsAre(3, 0, 3, 0, 4));
  EXPECT_THAT(tasks.shares_after(1, 10), ElementsAre(2, 2, 2, 2, 2));
  EXPECT_EQ(tasks.rows_of(1, {{0, 5}, {3, 9}, {2}, {1, 4}, {6}}), (Subset{1, 3, 4, 9}));
}

TEST(Tasks, AnOrderIsReadByNameOrNumber) {
  const ScratchFolder folder("class-order");
  const auto read = [&](const std::string& text) {
    write_file(folder.path / "order", text);
    return read_class_order(folder.path / "order", {"cat", "dog", "owl"}, 3);
  };
  EXPECT_THAT(read("owl 0\ndog\n"), ElementsAre(2, 0, 1));
  EXPECT_THAT(message_of([&] { read("owl 0 bird"); }), HasSubstr("order: bird: is no class"));
  EXPECT_THAT(message_of([&] { read("owl 0 3"); }), HasSubstr("order: 3: is no class"));
  EXPECT_THAT(message_of([&] { read("owl 0 cat"); }), HasSubstr("order: cat: is named twice"));
  EXPECT_THAT(message_of([&] { read("owl"); }), HasSubstr("names 1 of 3 classes"));
}

TEST(Memory, KeepsTheFirstOfTheOrder) {
  const auto rows = shaded_rows(9, 3);
  Memory memory(Size::Unit::per_class);
  memory.add({.rows = rows, .order = {6, 0, 3, 4, 1, 7}, .bytes = {10, 10, 10, 10, 10, 10}});
  const Memory::Kept kept = memory.kept({2, 1, 0});
  ASSERT_EQ(kept.rows->size(), 3);
  EXPECT_EQ(kept.rows->key(0), "0");  // of class 0 rows 6 and 0, ascending
  EXPECT_EQ(kept.rows->key(1), "4");
  EXPECT_EQ(kept.rows->key(2), "6");
  EXPECT_EQ(kept.bytes, 30);
  EXPECT_EQ(memory.kept({0, 0, 9}).rows, nullptr);
}

TEST(Memory, OfRowsThatStandForOthersGivesWayInProportion) {
  const auto rows = shaded_rows(9, 3);
  Memory memory(Size::Unit::per_class);
  memory.add({.rows = rows, .order = {0, 3, 6, 1, 4, 7}, .bytes = {1, 1, 1, 1, 1, 1}, .for_one = 1.5});
  EXPECT_EQ(memory.kept({2, 2, 0}).rows->size(), 6);
  EXPECT_EQ(memory.kept({1, 2, 0}).rows->size(), 5);
}

TEST(Memory, OfBytesEndsAtTheFirstRowThatDoesNotFit) {
  const auto rows = shaded_rows(9, 3);
  Memory memory(Size::Unit::bytes);
  memory.add({.rows = rows, .order = {0, 3, 6, 1}, .bytes = {40, 70, 5, 30}});
  const Memory::Kept kept = memory.kept({100, 30, 0});
  ASSERT_EQ(kept.rows->size(), 2);  // row 6 would fit, and stands behind 3, which does not
  EXPECT_EQ(kept.bytes, 70);
}

TEST(Nearest, IsTheMeanSquareToTheNearestPicture) {
  const auto rows = shaded_rows(9, 3);  // row i is all of brightness i
  const std::vector<int64_t> kept = {2, 7};
  const PickedRows set(picks_of(rows, kept));
  EXPECT_THAT(nearest_distances(*rows, Subset{0, 2, 4, 8}, set, 4), ElementsAre(4, 0, 4, 1));
}

/// The parts that a compressor was shown, as sets of numbers.
std::vector<std::set<int>> parts_seen(const FirstRows& compressor) {
  std::vector<std::set<int>> parts;
  for (const auto& keys : compressor.seen) {
    parts.emplace_back();
    for (const std::string& key : keys) parts.back().insert(std::stoi(key));
  }
  return parts;
}

struct Trying {
  MadeUpTraining training;
  Source source = shaded_source(120, 6);
  std::shared_ptr<FirstRows> random = std::make_shared<FirstRows>("random");
  std::shared_ptr<FirstRows> first = std::make_shared<FirstRows>();
  evaluate::MapStore store;

  TrialRecord tried(const std::string& name, const std::map<std::string, std::string>& options, int seeds = 2, int threads = 1) {
    const auto trial = settled(name, training.tools(), source, options);
    return run_trial(*trial, source, arms_of(*trial, {random, first}), {.seeds = seeds}, &store, {.threads = threads});
  }
};

TEST(Continual, ATaskIsSeenAloneAndTheMemoryIsShared) {
  Trying trying;
  const TrialRecord record = trying.tried("continual", {{"tasks", "3"}, {"memory", "12"}, {"steps", "7"}});
  for (const auto& part : parts_seen(*trying.first)) {
    std::set<int> labels;
    for (const int row : part) labels.insert(row % 6);
    EXPECT_EQ(labels.size(), 2u);
    EXPECT_EQ(part.size(), 40u);
  }
  // Joint knows everything; a memory of all classes, too; the last task alone a third.
  EXPECT_DOUBLE_EQ(record.find("joint", 0)->mean, 1);
  EXPECT_DOUBLE_EQ(record.find("first", 0)->mean, 1);
  EXPECT_DOUBLE_EQ(record.find("no-memory", 0)->mean, 1.0 / 3);
  EXPECT_DOUBLE_EQ(record.find("no-memory", 1)->mean, (1 + 0.5 + 1.0 / 3) / 3);
  EXPECT_DOUBLE_EQ(record.find("no-memory", 2)->mean, 1);  // forgotten: all of both
  EXPECT_DOUBLE_EQ(record.find("first", 2)->mean, 0);
  EXPECT_DOUBLE_EQ(record.find("first", 3)->mean, 12 * 16);
  EXPECT_EQ(record.find("joint", 3), nullptr);
  EXPECT_DOUBLE_EQ(record.find("first", 0)->against_random->mean, 0);
  for (const auto& job : trying.training.jobs) EXPECT_EQ(job.steps, 7);
  EXPECT_THAT(record.series.front().at, ElementsAre(1, 2, 3));
}

TEST(Continual, AMemoryOfEachClassGrowsWithTheClasses) {
  Trying trying;
  trying.tried("continual", {{"tasks", "3"}, {"memory", "2"}, {"memory-of", "class"}, {"steps", "7"}}, 1);
  std::multiset<int64_t> sizes;
  for (const auto& job : trying.training.jobs) sizes.insert(job.rows);
  // Joint 40, 80, 120; no-memory 40 three times; each compressor two rows of each class so far.
  EXPECT_EQ(sizes, (std::multiset<int64_t>{40, 80, 120, 40, 40, 40, 4, 8, 12, 4, 8, 12}));
}

TEST(Continual, ReplayGoesOnWithAMemoryOfWhatIsPast) {
  Trying trying;
  trying.tried("continual", {{"tasks", "3"}, {"memory", "12"}, {"after-task", "replay"}, {"steps", "7"}}, 1);
  std::multiset<int64_t> sizes;
  for (const auto& job : trying.training.jobs) sizes.insert(job.rows);
  // Joint 40, 80, 120; no-memory 40 three times; each compressor 40, then 40 and as many of the
  // memory.
  EXPECT_EQ(sizes, (std::multiset<int64_t>{40, 80, 120, 40, 40, 40, 40, 80, 80, 40, 80, 80}));
}

TEST(Continual, TrainsForTheStepsOrTheEpochsThatAreGiven) {
  Trying trying;
  const auto steps = [&](const std::map<std::string, std::string>& options) {
    return settled("continual", trying.training.tools(), trying.source, options)->training_steps({"joint", nullptr}) / 5;
  };
  EXPECT_EQ(steps({{"memory", "32"}, {"steps", "7"}}), 7);
  EXPECT_EQ(steps({{"memory", "32"}, {"epochs", "10"}}), 20);  // of batch 16
  EXPECT_EQ(steps({{"memory", "32"}}), 256);
  EXPECT_THAT(message_of<UsageError>([&] { steps({{"steps", "7"}, {"epochs", "1"}}); }), HasSubstr("give one of the two"));
}

TEST(Continual, RefusesWhatCannotBeATask) {
  Trying trying;
  const auto fault = [&](const std::map<std::string, std::string>& options) {
    return message_of([&] { settled("continual", trying.training.tools(), trying.source, options); });
  };
  EXPECT_THAT(fault({{"tasks", "7"}}), HasSubstr("7 tasks cannot share 6 classes"));
  EXPECT_THAT(fault({{"memory", "5"}}), HasSubstr("5 rows are fewer than the 6 classes"));
  EXPECT_THAT(message_of<UsageError>([&] {
                settled("continual", trying.training.tools(), trying.source, {{"after-task", "gdump"}});
              }),
              HasSubstr("did you mean 'gdumb'?"));
  EXPECT_THAT(message_of<UsageError>([&] {
                settled("continual", trying.training.tools(), trying.source, {{"memory-of", "classes"}});
              }),
              HasSubstr("did you mean 'class'?"));
  EXPECT_THAT(message_of<IoError>([&] {
                settled("continual", trying.training.tools(), trying.source, {{"class-order", "/nowhere"}});
              }),
              HasSubstr("/nowhere"));
  std::vector<int64_t> odd;
  for (int64_t row = 0; row < 120; ++row) {
    if (row % 6 != 4) odd.push_back(row);
  }
  trying.source.usable = Subset(odd);
  EXPECT_THAT(fault({}), HasSubstr("class 4: has no rows"));
}

TEST(Federated, ClientsShareTheRowsAndSeeTheirOwnAlone) {
  Trying trying;
  const TrialRecord record =
      trying.tried("federated", {{"clients", "4"}, {"alpha", "0.3"}, {"rounds", "2"}, {"per-class", "2"}, {"steps", "9"}}, 1);
  std::set<int> all;
  size_t sum = 0;
  for (const auto& part : parts_seen(*trying.first)) {
    all.insert(part.begin(), part.end());
    sum += part.size();
  }
  EXPECT_EQ(sum, 120u);
  EXPECT_EQ(all.size(), 120u);
  // Three weights in each of two rounds, of every client that has rows.
  const double senders = static_cast<double>(trying.first->seen.size()) / 4;
  EXPECT_DOUBLE_EQ(record.find("fedavg", 1)->mean, 2 * 12 * senders);
  EXPECT_DOUBLE_EQ(record.find("fedavg+bits=8", 1)->mean, 2 * (3 + 8) * senders);
  EXPECT_DOUBLE_EQ(record.find("one-shot", 1)->mean, 12 * senders);
  EXPECT_GT(record.find("first", 1)->mean, 0);
  EXPECT_EQ(record.find("fedavg", 2), nullptr);
}

TEST(Federated, InRoundsSetsAreMadeForTheServersNetwork) {
  Trying trying;
  const std::map<std::string, std::string> options = {{"clients", "4"},   {"alpha", "0.3"}, {"rounds", "2"},
                                                      {"per-class", "2"}, {"steps", "9"},   {"set-rounds", "3"}};
  const TrialRecord record = trying.tried("federated", options, 1);
  const size_t clients = trying.first->seen.size() / 3;
  std::map<std::vector<std::string>, int> times;
  for (const auto& keys : trying.first->seen) ++times[keys];
  EXPECT_EQ(times.size(), clients);
  for (const auto& [keys, count] : times) EXPECT_EQ(count, 3);
  EXPECT_EQ(trying.first->learners, std::vector<int64_t>(3 * clients, 3)) << "the network's weights";
  const auto series = std::ranges::find(record.series, "first", &TrialRecord::Series::arm);
  ASSERT_NE(series, record.series.end());
  ASSERT_EQ(series->at.size(), 3u);
  EXPECT_DOUBLE_EQ(series->at[2], 3 * series->at[0]);
  EXPECT_DOUBLE_EQ(record.find("first", 1)->mean, 1000 * series->at[2]);
  EXPECT_EQ(record.find("first", 2), nullptr) << "two rounds of three weights are fewer bytes";
  EXPECT_THAT(record.notes, ::testing::Contains(HasSubstr("first sends more than 2 rounds of fedavg do")));

  // One round is of fresh networks, for nobody in particular, and another stage.
  Trying once;
  once.tried("federated", {{"clients", "4"}, {"alpha", "0.3"}, {"rounds", "2"}, {"per-class", "2"}, {"steps", "9"}}, 1);
  EXPECT_EQ(once.first->learners, std::vector<int64_t>(clients, 0));
}

TEST(Federated, RoundsThatAreKeptAreNotMadeAgain) {
  Trying trying;
  const std::map<std::string, std::string> options = {{"clients", "4"}, {"rounds", "2"}, {"steps", "9"}, {"set-rounds", "3"}};
  const TrialRecord whole = trying.tried("federated", options, 1);
  const size_t seen = trying.first->seen.size();
  std::erase_if(trying.store.kept, [](const auto& stage) { return stage.first.find("round 2") != std::string::npos; });
  const TrialRecord gone_on = trying.tried("federated", options, 1);
  EXPECT_EQ(3 * (trying.first->seen.size() - seen), seen) << "the last round alone";
  EXPECT_EQ(gone_on.find("first", 1)->mean, whole.find("first", 1)->mean);
  EXPECT_EQ(gone_on.find("first", 0)->mean, whole.find("first", 0)->mean);
}

TEST(Federated, RefusesWhatCannotBeShared) {
  Trying trying;
  const auto fault = [&](const std::map<std::string, std::string>& options) {
    return message_of([&] { settled("federated", trying.training.tools(), trying.source, options); });
  };
  EXPECT_THAT(fault({{"clients", "121"}}), HasSubstr("121 clients cannot share 120 rows"));
  EXPECT_THAT(fault({{"alpha", "0"}}), HasSubstr("0 is no parameter of a Dirichlet distribution"));
  EXPECT_THAT(fault({{"rows", "5"}, {"clients", "2"}}), HasSubstr("5 rows cannot be drawn"));
  EXPECT_THAT(fault({{"set-rounds", "0"}}), HasSubstr("--set-rounds: must be at least 1"));
}

TEST(Membership, AHalfIsSeenAloneAndEveryRowIsInHalfOfThem) {
  Trying trying;
  trying.tried("membership", {{"rows", "120"}, {"networks", "8"}, {"per-class", "2"}, {"steps", "3"}}, 1);
  std::map<int, int> times;
  ASSERT_EQ(trying.first->seen.size(), 8u);
  for (const auto& part : parts_seen(*trying.first)) {
    for (const int row : part) ++times[row];
  }
  EXPECT_EQ(times.size(), 120u);
  for (const auto& [row, count] : times) EXPECT_EQ(count, 4) << row;
}

TEST(Membership, WhatIsKeptIsFoundInTheSetItself) {
  Trying trying;
  const TrialRecord record = trying.tried("membership", {{"rows", "120"}, {"networks", "8"}, {"per-class", "2"}, {"steps", "3"}}, 1);
  const auto metric = [&](const std::string& name) {
    return static_cast<size_t>(std::ranges::find(record.metrics, name, &Metric::name) - record.metrics.begin());
  };
  EXPECT_DOUBLE_EQ(record.find("first", metric("the set AUC"))->mean, 1);
  EXPECT_EQ(record.find("whole", metric("the set AUC")), nullptr);
}

TEST(Membership, RefusesOddHalvesAndSetsThatAreNotSmall) {
  Trying trying;
  const auto fault = [&](const std::map<std::string, std::string>& options) {
    return message_of([&] { settled("membership", trying.training.tools(), trying.source, options); });
  };
  EXPECT_THAT(fault({{"networks", "9"}}), HasSubstr("9 is odd or fewer than 8"));
  EXPECT_THAT(fault({{"networks", "6"}}), HasSubstr("6 is odd or fewer than 8"));
  EXPECT_THAT(fault({{"rows", "121"}}), HasSubstr("121 rows cannot be drawn"));
  EXPECT_THAT(fault({{"rows", "120"}, {"per-class", "6"}}), HasSubstr("6 rows of each class are no small part of a half"));
}

TEST(Search, TrainsTheSameNetworksForEveryArm) {
  Trying trying;
  const TrialRecord record =
      trying.tried("search", {{"networks", "5"}, {"per-class", "2"}, {"steps", "3"}, {"full-steps", "6"}, {"widths", "4"}}, 1);
  std::map<std::string, int> times;
  for (const auto& job : trying.training.jobs) ++times[job.net];
  ASSERT_EQ(times.size(), 5u);
  // A reference, early stopping, the count of weights, two compressors.
  for (const auto& [net, count] : times) EXPECT_EQ(count, 5) << net;
  EXPECT_THAT(record.notes, ::testing::Contains(HasSubstr("One seed has no ceiling")));
  // All of these networks are equally good, so there is no order of them, which is said.
  EXPECT_EQ(record.find("first", 0), nullptr);
  EXPECT_THAT(record.notes, ::testing::Contains(HasSubstr("first: all networks are equal to it")));
  EXPECT_DOUBLE_EQ(record.find("first", 3)->mean, 0);
}

TEST(Search, WaysOfTrainingAreCandidatesToo) {
  Trying trying;
  const TrialRecord record =
      trying.tried("search", {{"over", "training"}, {"networks", "36"}, {"per-class", "2"}, {"steps", "3"}, {"full-steps", "6"}}, 1);
  EXPECT_EQ(trying.training.jobs.size(), 36u * 5);
  EXPECT_THAT(record.notes, ::testing::Contains(HasSubstr("Best on all rows: rate ")));
  EXPECT_THAT(record.notes, ::testing::Contains(HasSubstr("first would choose: rate ")));
  for (const auto& job : trying.training.jobs) EXPECT_EQ(job.net, "searchnet");
}

TEST(Search, RefusesOneNetwork) {
  Trying trying;
  const auto fault = [&](const std::map<std::string, std::string>& options) {
    return message_of([&] { settled("search", trying.training.tools(), trying.source, options); });
  };
  EXPECT_THAT(fault({{"networks", "1"}}), HasSubstr("one network has no rank"));
  EXPECT_THAT(fault({{"networks", "46"}, {"widths", "4"}, {"depths", "1"}}), HasSubstr("46 are more than the 45 that there are"));
}

/// With which a trial of 120 rows is quickly run.
std::map<std::string, std::string> quick_options(const std::string& name) {
  std::map<std::string, std::string> options = {{"steps", "3"}};
  if (name == "continual") options["memory"] = "12", options["tasks"] = "3";
  if (name == "membership") options["rows"] = "120", options["networks"] = "8", options["per-class"] = "2";
  if (name == "search") options["networks"] = "3", options["widths"] = "4";
  return options;
}

TEST(Trials, WhatIsKeptIsNotRunAgainAndTheNumbersAreTheSame) {
  for (const std::string& name : trial_names()) {
    Trying trying;
    const std::map<std::string, std::string> options = quick_options(name);
    const TrialRecord once = trying.tried(name, options);
    const size_t jobs = trying.training.jobs.size();
    EXPECT_GT(jobs, 0u);
    TrialRecord again = trying.tried(name, options, 2, 3);
    EXPECT_EQ(trying.training.jobs.size(), jobs) << name;
    again.seconds = once.seconds;
    for (TrialRecord::StageTime& stage : again.stages) EXPECT_TRUE(std::exchange(stage.kept, false)) << name;
    EXPECT_EQ(to_json(again), to_json(once)) << name;

    // Stopped anywhere: some stages are there, others are not.
    size_t place = 0;
    std::erase_if(trying.store.kept, [&](const auto&) { return place++ % 3 != 0; });
    TrialRecord gone_on = trying.tried(name, options);
    EXPECT_GT(trying.training.jobs.size(), jobs);
    for (TrialRecord* record : {&gone_on, &again}) {
      record->seconds = 0;
      record->stages.clear();
      std::erase_if(record->cells, [&](const TrialRecord::Cell& cell) { return record->metrics[cell.metric].unit == "s"; });
    }
    EXPECT_EQ(to_json(gone_on), to_json(again)) << name;
  }
}

// A stage's seconds are those of the call that ran it; what earlier versions kept has none, and is
// found all the same.
TEST(Trials, AStageSaysWhatItTookAndWhoRanIt) {
  for (const std::string& name : trial_names()) {
    Trying trying;
    const std::map<std::string, std::string> options = quick_options(name);
    const auto trial = settled(name, trying.training.tools(), trying.source, options);
    const std::vector<Arm> arms = arms_of(*trial, {trying.random, trying.first});
    size_t place = 0;
    const TrialRecord once = trying.tried(name, options);
    for (const Arm& arm : arms) {
      for (const uint64_t seed : once.seeds) {
        for (const std::string& stage : trial->stages(arm)) {
          const TrialRecord::StageTime& time = once.stages.at(place++);
          EXPECT_EQ(time.arm, arm.name);
          EXPECT_EQ(time.seed, seed);
          EXPECT_EQ(time.stage, stage);
          EXPECT_GE(time.seconds.value(), 0);
          EXPECT_FALSE(time.kept);
        }
      }
    }
    EXPECT_EQ(place, once.stages.size());

    for (auto& [key, text] : trying.store.kept) {
      Json stage = parse_json(text);
      EXPECT_EQ(stage.contains("seconds of the stage"), parse_json(key).contains("stage")) << key;
      stage.erase("seconds of the stage");
      text = json_text(stage);
    }
    const size_t jobs = trying.training.jobs.size();
    const TrialRecord older = trying.tried(name, options);
    EXPECT_EQ(trying.training.jobs.size(), jobs) << name;
    EXPECT_EQ(to_json(older)["results"], to_json(once)["results"]) << name;
    EXPECT_THAT(older.stages, ::testing::Each(::testing::Field(&TrialRecord::StageTime::seconds, ::testing::Eq(std::nullopt))));
  }
}

/// A trial that ends in a network, with an option of it.
struct Ending {
  std::string trial;
  std::string option;
  std::string text;
};

TEST(Trials, ColumnsBesideAreStagesOfTheirOwn) {
  for (const Ending& ending : {Ending{"continual", "after-task", "gdumb"}, Ending{"continual", "after-task", "replay"},
                               Ending{"federated", "set-rounds", "1"}, Ending{"federated", "set-rounds", "2"}}) {
    const std::string& name = ending.trial;
    Trying trying;
    std::map<std::string, std::string> options = quick_options(name);
    options[ending.option] = ending.text;
    const TrialRecord without = trying.tried(name, options, 1);
    const auto trained = [](const Trying& of) { return std::ranges::count(of.training.jobs, false, &MadeUpTraining::Job::asked); };
    const auto once = trained(trying);
    options["also"] = "robust,ece";
    const TrialRecord with = trying.tried(name, options, 1);
    ASSERT_EQ(with.metrics.size(), without.metrics.size() + 2) << name;
    EXPECT_EQ(with.metrics[with.metrics.size() - 2].name, "ece");
    for (const std::string& arm : with.arms()) {
      EXPECT_EQ(with.find(arm, 0)->values, without.find(arm, 0)->values) << name;
      ASSERT_NE(with.find(arm, with.metrics.size() - 1), nullptr) << name << ": " << arm;
      EXPECT_DOUBLE_EQ(with.find(arm, with.metrics.size() - 1)->mean, 0.125);
    }
    // Every other stage was found.
    const auto fresh = std::ranges::count(with.stages, false, &TrialRecord::StageTime::kept);
    EXPECT_EQ(fresh, 2 * std::ssize(with.arms())) << name;
    EXPECT_EQ(std::ssize(with.stages), std::ssize(without.stages) + fresh);

    const size_t jobs = trying.training.jobs.size();
    options["also"] = "ece";
    EXPECT_EQ(trying.tried(name, options, 1).metrics.back().name, "ece");
    EXPECT_EQ(trying.training.jobs.size(), jobs) << name;

    // At once: no network is trained more often than without.
    Trying anew;
    anew.tried(name, options, 1);
    EXPECT_EQ(trained(anew), once) << name;
  }
  for (const char* const name : {"search", "membership"}) {
    OptionTable table;
    const auto trial = make_trial(name, {});
    trial->declare(table);
    EXPECT_EQ(table.find("also"), nullptr) << name << " has no network that it ends in";
  }
}

TEST(Trials, WhatIsKeptOfOtherRowsOrOptionsIsNotFound) {
  Trying trying;
  const std::map<std::string, std::string> options = {{"memory", "12"}, {"tasks", "3"}, {"steps", "3"}};
  trying.tried("continual", options);
  const size_t jobs = trying.training.jobs.size();
  trying.tried("continual", {{"memory", "18"}, {"tasks", "3"}, {"steps", "3"}});
  EXPECT_EQ(trying.training.jobs.size(), 2 * jobs);
  trying.source.digest = "other shades";
  trying.tried("continual", options);
  EXPECT_EQ(trying.training.jobs.size(), 3 * jobs);
  trying.source.test_digest = "other test rows";
  trying.tried("continual", options);
  EXPECT_EQ(trying.training.jobs.size(), 4 * jobs);
}

TEST(Trials, AForecastCountsWhatIsNotKept) {
  for (const std::string& name : trial_names()) {
    Trying trying;
    const std::map<std::string, std::string> options = quick_options(name);
    const auto trial = settled(name, trying.training.tools(), trying.source, options);
    const std::vector<Arm> arms = arms_of(*trial, {trying.random, trying.first});
    const auto forecast_of = [&](int seeds) {
      return forecast(*trial, trying.source, arms, {.seeds = seeds}, &trying.store, {.threads = 1});
    };
    const Forecast before = forecast_of(2);
    EXPECT_EQ(before.kept, 0) << name;
    EXPECT_FALSE(before.seconds) << name;
    trying.tried(name, options, 2);
    const Forecast after = forecast_of(2);
    EXPECT_EQ(after.stages, 0) << name;
    EXPECT_EQ(after.kept, before.stages) << name;
    EXPECT_EQ(after.seconds, 0) << name;
    const Forecast twice = forecast_of(4);
    EXPECT_EQ(twice.stages, before.stages) << name;
    EXPECT_DOUBLE_EQ(twice.training_steps, before.training_steps) << name;
    ASSERT_TRUE(twice.seconds) << name;

    // The seconds of each arm's own steps: those of two seeds are what the run of two seeds took.
    double took = 0;
    for (const auto& [key, text] : trying.store.kept) {
      const Json identity = parse_json(key);
      if (!identity.contains("trial pace") || !identity.contains("arm")) continue;
      for (const Arm& arm : arms) {
        if (identity["arm"] == (arm.compressor == nullptr ? arm.name : arm.compressor->identity()))
          took += 2 * trial->training_steps(arm) * parse_json(text)["seconds"][0].get<double>();
      }
    }
    EXPECT_NEAR(*twice.seconds, took, 1e-9 + 1e-6 * took) << name;
  }
}

// Of a trial that was stopped no pace is kept; its stages say what those that are missing take.
TEST(Trials, AForecastOfWhatWasStoppedGoesByItsStages) {
  Trying trying;
  const std::map<std::string, std::string> options = quick_options("continual");
  trying.tried("continual", options, 1);
  std::erase_if(trying.store.kept, [](const auto& stage) { return stage.first.find("trial pace") != std::string::npos; });
  for (auto& [key, text] : trying.store.kept) {
    Json stage = parse_json(text);
    stage["seconds of the stage"] = {parse_json(key)["arm"] == "joint" ? 4 : 2};
    text = json_text(stage);
  }
  const auto trial = settled("continual", trying.training.tools(), trying.source, options);
  const std::vector<Arm> arms = arms_of(*trial, {trying.random, trying.first});
  const auto seconds = [&](int seeds) {
    return forecast(*trial, trying.source, arms, {.seeds = seeds}, &trying.store, {.threads = 1}).seconds;
  };
  EXPECT_EQ(seconds(1), 0);
  ASSERT_TRUE(seconds(3));
  EXPECT_NEAR(*seconds(3), 2 * (3 * 4 + 3 * (3 * 2)), 1e-9) << "two seeds more, of three tasks and four arms";
  std::erase_if(trying.store.kept, [](const auto& stage) { return parse_json(stage.first)["arm"] == "no-memory"; });
  EXPECT_FALSE(seconds(1)) << "nothing is known of no-memory";
}

TEST(Trials, AMessageOfManySetsIsGivenOnce) {
  class Talking final : public Compressor {
   public:
    std::string name() const override { return "talking"; }
    std::string identity() const override { return "talking"; }
    SmallSet make(const Part& part, Size size, uint64_t seed, const Context& context) const override {
      context.warn("pictures are grey");
      return first_.make(part, size, seed, context);
    }

   private:
    FirstRows first_;
  };
  class Heard final : public LogSink {
   public:
    void log(LogLevel, std::string_view message) override { said.emplace_back(message); }
    std::vector<std::string> said;
  };
  Heard heard;
  MadeUpTraining training;
  const Source source = shaded_source(120, 6);
  const auto trial = settled("federated", training.tools(), source, {{"clients", "4"}, {"rounds", "2"}, {"steps", "9"}});
  run_trial(*trial, source, arms_of(*trial, {std::make_shared<Talking>()}), {.seeds = 2}, nullptr, {.threads = 2, .log = &heard});
  EXPECT_THAT(heard.said, ElementsAre("pictures are grey"));
}

TEST(Trials, LabelsThatWouldNotBeTaughtAreRefused) {
  class Labelled final : public Compressor {
   public:
    std::string name() const override { return "random+labels=soft"; }
    std::string identity() const override { return name(); }
    bool labels() const override { return true; }
    SmallSet make(const Part&, Size, uint64_t, const Context&) const override { return {}; }
  };
  MadeUpTraining training;
  for (const std::string& name : trial_names()) {
    const auto trial = make_trial(name, training.tools());
    const auto arms = [&] { arms_of(*trial, {std::make_shared<Labelled>()}); };
    if (trial->heeds_labels()) {
      EXPECT_NO_THROW(arms()) << name;
    } else {
      EXPECT_THAT(message_of<UsageError>(arms), HasSubstr("labels would be made for nothing; leave out labels=")) << name;
    }
  }
  EXPECT_FALSE(make_trial("federated", {})->heeds_labels());
  EXPECT_TRUE(make_trial("search", {})->heeds_labels());
}

TEST(Trials, AnArmNamedTwiceIsRefused) {
  MadeUpTraining training;
  const auto trial = make_trial("continual", training.tools());
  EXPECT_THAT(message_of<UsageError>([&] { arms_of(*trial, {std::make_shared<FirstRows>("joint")}); }),
              HasSubstr("--with names 'joint' twice"));
  EXPECT_THAT(message_of<UsageError>([&] { make_trial("contnual", {}); }), HasSubstr("did you mean 'continual'?"));
}

}  // namespace
}  // namespace decant::trials
