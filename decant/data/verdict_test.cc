#include "decant/data/verdict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/data/evidence_for_tests.h"

namespace decant {
namespace {

using testing::HasSubstr;

std::vector<Evidence::Cell> cells(const char* net, std::vector<double> small, std::vector<double> random, std::vector<double> full = {}) {
  std::vector<Evidence::Cell> cells;
  if (!full.empty()) cells.push_back(cell_of(net, "full", 100, full));
  cells.push_back(cell_of(net, "random", 20, random));
  cells.push_back(cell_of(net, "small", 20, small));
  return cells;
}

Headline headline(std::vector<double> small, std::vector<double> random, std::vector<double> full = {}) {
  return summarise(verdicts(evidence_of(cells("quick", small, random, full)), "the kept set"));
}

TEST(Verdict, BetterOnlyWhenTheIntervalLeavesZero) {
  const Headline better = headline({0.731, 0.728, 0.734}, {0.710, 0.707, 0.713});
  EXPECT_EQ(better.outcome, Verdict::Outcome::better);
  EXPECT_EQ(better.title, "Better than random");
  EXPECT_THAT(better.sentence, HasSubstr("2.1 points higher when trained on the kept set than on a random set of the same size"));
  const Headline open = headline({0.731, 0.690, 0.760}, {0.710, 0.707, 0.713});
  EXPECT_EQ(open.outcome, Verdict::Outcome::no_better);
  EXPECT_THAT(open.sentence, HasSubstr("the kept set is no better than random here"));
  EXPECT_THAT(open.sentence, HasSubstr("is not distinguishable from 0"));
}

TEST(Verdict, SaysWorse) {
  const Headline worse = headline({0.60, 0.61, 0.605}, {0.710, 0.707, 0.713});
  EXPECT_EQ(worse.outcome, Verdict::Outcome::worse);
  EXPECT_EQ(worse.title, "Worse than random here");
  EXPECT_THAT(worse.sentence, HasSubstr("10.5 points lower"));
}

TEST(Verdict, OneSeedCannotTell) {
  const Headline one = headline({0.9}, {0.1});
  EXPECT_EQ(one.outcome, Verdict::Outcome::one_seed);
  EXPECT_THAT(one.sentence, HasSubstr("one seed is not enough: the kept set differs from a random set by +80.0 points"));
}

TEST(Verdict, EqualSeedsGiveAnExactDifference) {
  EXPECT_EQ(headline({0.5, 0.5}, {0.5, 0.5}).outcome, Verdict::Outcome::no_better);
  EXPECT_EQ(headline({0.6, 0.6}, {0.5, 0.5}).outcome, Verdict::Outcome::better);
}

TEST(Verdict, ComparesWithTheFullSet) {
  EXPECT_THAT(headline({0.731, 0.728, 0.734}, {0.710, 0.707, 0.713}, {0.84, 0.841, 0.839}).sentence,
              HasSubstr("Trained on everything, it scores 10.9 points higher"));
  EXPECT_THAT(headline({0.84, 0.842, 0.838}, {0.710, 0.707, 0.713}, {0.84, 0.841, 0.839}).sentence,
              HasSubstr("No difference from training on everything is detectable"));
}

TEST(Verdict, SeveralNetsAreBetterOnlyTogether) {
  std::vector<Evidence::Cell> both = cells("quick", {0.731, 0.728, 0.734}, {0.710, 0.707, 0.713});
  for (const Evidence::Cell& cell : cells("resnet18", {0.5, 0.51, 0.52}, {0.5, 0.51, 0.52})) both.push_back(cell);
  const Headline found = summarise(verdicts(evidence_of(both)));
  EXPECT_EQ(found.outcome, Verdict::Outcome::no_better);
  EXPECT_EQ(found.sentence, "Of 2 networks: better than random with 1, no better with 1, worse with 0.");
}

TEST(Verdict, NamesSetsAndSaysWhatIsMissing) {
  Evidence::Cell method = cell_of("quick", "bins", 20, {0.8, 0.8});
  method.keep = 0.05;
  const std::vector<Verdict> found =
      verdicts(evidence_of({cell_of("quick", "random", 20, {0.7, 0.7}), method, cell_of("quick", "small", 30, {0.7})}));
  ASSERT_EQ(found.size(), 2u);
  EXPECT_THAT(found[0].text(), HasSubstr("scores 10.0 points higher when trained on bins at 5 %"));
  EXPECT_EQ(found[1].outcome, Verdict::Outcome::not_measured);
  EXPECT_THAT(found[1].text(), HasSubstr("was not trained on both the small set and a random set of the same size"));
}

TEST(Verdict, SaysThatAGainIsOfAShortTrainingWhereMuchIsKept) {
  Evidence evidence = evidence_of(cells("quick", {0.731, 0.728, 0.734}, {0.710, 0.707, 0.713}));
  const auto train = [&](int64_t steps) {
    for (Evidence::Cell& cell : evidence.cells) cell.steps = steps;
  };
  const auto keep = [&](double share) {
    for (Evidence::Cell& cell : evidence.cells) cell.keep = share;
  };
  train(2500);
  keep(0.3);
  EXPECT_THAT(short_training_note(evidence), HasSubstr("a training of 2,500 steps may vanish in a longer one; --protocol long"));
  keep(0.2);
  EXPECT_EQ(short_training_note(evidence), "");
  keep(0.3);
  train(8000);
  EXPECT_EQ(short_training_note(evidence), "");
  train(40);
  for (Evidence::Cell& cell : evidence.cells) cell.converged = true;
  EXPECT_EQ(short_training_note(evidence), "");
}

TEST(Verdict, SaysWhereTheFullSetIsNotAhead) {
  const auto note = [](double full) {
    Evidence evidence =
        evidence_of({cell_of("quick", "full", 100, {full, full + 0.003, full - 0.003}),
                     cell_of("quick", "random", 20, {0.710, 0.707, 0.713}), cell_of("quick", "small", 20, {0.731, 0.728, 0.734})});
    for (Evidence::Cell& cell : evidence.cells) cell.steps = 2500;
    return short_training_note(evidence);
  };
  EXPECT_THAT(note(0.731), HasSubstr("After 2,500 steps the full set is not ahead"));
  EXPECT_THAT(note(0.70), HasSubstr("too short to tell"));
  EXPECT_EQ(note(0.80), "");
}

TEST(Verdict, SetsChoosingBesideATraining) {
  Evidence::Cost cost{.train_seconds = 1200, .choose_seconds = 150, .trained = 12};
  EXPECT_EQ(choosing_note(cost), "choosing and making all sets took 2 min 30 s, as long as 1.5 of these trainings, of 1 min 40 s each");
  cost.choose_seconds = 0.2;
  EXPECT_EQ(choosing_note(cost), "") << "found in the cache, or random";
  cost = {.choose_seconds = 150};
  EXPECT_EQ(choosing_note(cost), "") << "all trainings were known";
}

TEST(Verdict, GoesByTheMetric) {
  const std::vector<Verdict> found = verdicts(evidence_of(cells("ngram", {2.90, 2.91, 2.92}, {3.0, 3.01, 3.02}), {token_loss()}));
  EXPECT_EQ(found[0].outcome, Verdict::Outcome::better);
  EXPECT_THAT(found[0].text(), HasSubstr("scores 0.100 nats per token lower when trained on the small set"));
}

}  // namespace
}  // namespace decant
