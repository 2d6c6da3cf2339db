#include "decant/pipeline/judging/evidence_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/data/evidence_for_tests.h"

namespace decant {
namespace {

using testing::HasSubstr;
using testing::Not;

Evidence judged(double small_augmented) {
  Metric augmented = top_1();
  augmented.name = "top-1 dsa";
  std::vector<Evidence::Cell> cells = {cell_of("mlp", "random", 10, {0.5}), cell_of("mlp", "random", 10, {0.4}),
                                       cell_of("mlp", "small", 10, {0.6}), cell_of("mlp", "small", 10, {small_augmented})};
  cells[1].metric = cells[3].metric = 1;
  return evidence_of(cells, {top_1(), augmented});
}

TEST(EvidenceTable, ScoresSyntheticSets) {
  Evidence evidence = judged(0.5);
  EXPECT_THAT(evidence_table(evidence), HasSubstr("\nmlp      small    10             –                 31.4\n"));
  evidence.full_accuracy = 0.6;
  EXPECT_THAT(evidence_table(evidence), HasSubstr("\nmlp      small    10          26.9                 31.4\n"))
      << "as far from full as ahead of random";
  evidence.cells.resize(1);
  EXPECT_THAT(evidence_table(evidence), Not(HasSubstr("DD-Ranking")));
}

TEST(EvidenceTable, SaysHowManyBytesOfRandomRowsTeachAsMuch) {
  std::vector<Evidence::Cell> cells = {cell_of("mlp", "random", 10, {0.4}), cell_of("mlp", "random", 40, {0.6}),
                                       cell_of("mlp", "small", 10, {0.5})};
  for (Evidence::Cell& cell : cells) cell.bytes = 1000 * cell.rows;
  EXPECT_THAT(evidence_table(evidence_of(cells)), HasSubstr("\nmlp      accuracy     small  10.0 kB         20.0 kB\n"));
  for (Evidence::Cell& cell : cells) cell.bytes = 0;
  EXPECT_THAT(evidence_table(evidence_of(cells)), Not(HasSubstr("random rows of")));
}

TEST(EvidenceTable, SaysWhatSetsTakeBesidesPictures) {
  std::vector<Evidence::Cell> cells = {cell_of("mlp", "random", 10, {0.4}), cell_of("mlp", "random+labels=soft", 10, {0.6}),
                                       cell_of("mlp", "made", 10, {0.5}), cell_of("other", "made", 10, {0.5})};
  const std::string title = "What sets take besides pictures";
  cells[2].parts = cells[3].parts = SetBytes{.pictures = 5000};
  cells[2].bytes = cells[3].bytes = 5000;
  EXPECT_THAT(evidence_table(evidence_of(cells)), Not(HasSubstr(title))) << "pictures alone";
  cells[1].parts = SetBytes{.pictures = 4000, .labels = 1500, .decoder = 250};
  cells[1].bytes = 5750;
  const std::string table = evidence_table(evidence_of(cells));
  EXPECT_THAT(table, HasSubstr(title));
  EXPECT_THAT(table, HasSubstr("\nrandom+labels=soft    10  5.8 kB    4.0 kB   1.5 kB  250 bytes\n"));
  EXPECT_THAT(table, HasSubstr("\nmade                  10  5.0 kB    5.0 kB  0 bytes    0 bytes\n"));
}

}  // namespace
}  // namespace decant
