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

}  // namespace
}  // namespace decant
