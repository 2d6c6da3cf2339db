#include "decant/report/facts/facts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/report/report_for_tests.h"

namespace decant::report {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Facts, TakeTheNounsFromTheDataOrTheRun) {
  FakeRun fake = fake_run(50, 2, 2);
  ReportInput input = fake.input();
  EXPECT_EQ(find_facts(input).modality.rows, "pictures");
  input.source = nullptr;
  fake.run.input->modality = "vectors";
  EXPECT_EQ(find_facts(input).modality.rows, "rows");
  fake.run.input->modality = "records";
  EXPECT_EQ(find_facts(input).modality.rows, "records");
  fake.run.input->modality.clear();  // a run of schema 1
  EXPECT_EQ(modality_of(fake.run).rows, "pictures");
  fake.run.input->format = "npy";
  EXPECT_EQ(modality_of(fake.run).rows, "rows");
}

TEST(Facts, SayThatAGainIsOfAShortTrainingWhereMuchIsKept) {
  FakeRun fake = fake_run(200, 4, 2);
  const ReportInput input = fake.input();
  const auto keep = [&](double share) {
    for (Evidence::Cell& cell : fake.evidence.cells) cell.keep = share;
  };
  keep(0.25);
  EXPECT_THAT(find_facts(input).headline.sentence, HasSubstr("may vanish in a longer one"));
  keep(0.2);
  EXPECT_THAT(find_facts(input).headline.sentence, Not(HasSubstr("may vanish in a longer one")));
}

TEST(Facts, ContradictionsAreOurBug) {
  FakeRun fake = fake_run(100, 4, 2);
  fake.selection.bins = {99, 0};
  EXPECT_THROW(page_of(fake), BugError);
}

}  // namespace
}  // namespace decant::report
