#include "decant/report/facts/reduction.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace decant::report {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

RunRecord dropped() {
  return {.rows = 1000,
          .kept = 200,
          .bytes_before = 10'000'000,
          .bytes_after = 1'500'000,
          .options = {{"drop", "25%"}, {"quality", int64_t{0}}, {"resolution", ""}},
          .patches = PatchRecord{"gradient-energy", 200 * 196, 200 * 147, 2'000'000, 1'900'000}};
}

TEST(Reduction, SaysWhatEachStepSaved) {
  const RunRecord run = dropped();
  const ReductionFacts facts = *reduction_facts({.run = run});
  EXPECT_EQ(facts.saving,
            "Of 10.0 MB, 8.0 MB (80 %) were saved by keeping fewer rows, 100 kB (1 %) by lossless re-coding that any re-coder gives for "
            "free and 400 kB (4 %) by dropping cells.");
  EXPECT_THAT(facts.against_recoded, HasSubstr("takes 78.9 % of the best lossless re-coding"));
  EXPECT_DOUBLE_EQ(cells_kept_share(run), 0.75);
}

TEST(Reduction, NamesWhatGrew) {
  RunRecord run = dropped();
  run.patches->bytes_recoded = 2'003'000;
  const std::string saving = reduction_facts({.run = run})->saving;
  EXPECT_THAT(saving, HasSubstr("Added by lossless re-coding that any re-coder gives for free: 3.0 kB."));
  EXPECT_THAT(saving, HasSubstr("503 kB (5.0 %) by dropping cells"));
}

TEST(Reduction, OfAnOlderRunLeavesOutWhatWasNotRecorded) {
  RunRecord run = dropped();
  run.patches->bytes_source = 0;
  const ReductionFacts facts = *reduction_facts({.run = run});
  EXPECT_EQ(facts.steps.size(), 3u);
  EXPECT_THAT(facts.saving, HasSubstr("by keeping fewer rows and lossless re-coding"));
  run.patches.reset();
  EXPECT_FALSE(reduction_facts({.run = run}));
}

TEST(Reduction, NamesEveryCurrencySpent) {
  RunRecord run = dropped();
  run.options = {{"quality", int64_t{40}}, {"resolution", "50%"}};
  EXPECT_EQ(reduced_by(run), "dropping cells, lowering the quality and lowering the resolution");
  run.patches->cells = run.patches->cells_kept = 0;
  EXPECT_THAT(reduced_by(run), Not(HasSubstr("cells")));
  EXPECT_DOUBLE_EQ(cells_kept_share(run), 1);
  run.options = {{"spend", "resolution"}};
  EXPECT_EQ(reduced_by(run), "lowering the resolution");
  run.options = {{"spend", "auto"}};
  EXPECT_EQ(reduced_by(run), "lowering the quality");
}

TEST(Reduction, OfSheetsCountsTheirTable) {
  RunRecord run = dropped();
  run.patches.reset();
  run.sheets = SheetRecord{.tile = 2, .side = 112, .sheets = 50, .bytes_sheets = 560'000, .bytes_table = 40'000, .bytes_source = 2'000'000};
  run.bytes_after = 600'000;
  const ReductionFacts facts = *reduction_facts({.run = run});
  EXPECT_EQ(facts.saving,
            "Of 10.0 MB, 8.0 MB (80 %) were saved by keeping fewer rows and 1.4 MB (14 %) by shrinking them into sheets of 2 × 2.");
  EXPECT_EQ(facts.against_recoded,
            "What was written takes 30 % of the same pictures in the source: 560 kB in sheets, 40.0 kB in their table.");
}

TEST(Reduction, SaysThatHeadersOfArchivesAreCounted) {
  RunRecord run = dropped();
  run.output_format = "webdataset";
  EXPECT_THAT(reduction_facts({.run = run})->against_recoded, HasSubstr("headers of archives"));
}

TEST(Reduction, OfPackedPicturesIsMeasuredAgainstPackedOnes) {
  RunRecord run = dropped();
  run.output_format = "packed";
  const ReductionFacts facts = *reduction_facts({.run = run});
  EXPECT_EQ(facts.steps[2].name, "packed whole");
  EXPECT_THAT(facts.saving, HasSubstr("by packing them without loss and 400 kB"));
  EXPECT_THAT(facts.against_recoded, HasSubstr("of the same pictures packed whole"));
}

TEST(Reduction, ShowsRowsEvenlySpaced) {
  const RunRecord run = dropped();
  std::vector<int64_t> kept(80);
  EXPECT_THAT(reduction_facts({.run = run, .kept = kept})->shown, ElementsAre(5, 15, 25, 35, 45, 55, 65, 75));
  kept.resize(3);
  EXPECT_THAT(reduction_facts({.run = run, .kept = kept})->shown, ElementsAre(0, 1, 2));
  kept.clear();
  EXPECT_THAT(reduction_facts({.run = run, .kept = kept})->shown, ElementsAre());
}

}  // namespace
}  // namespace decant::report
