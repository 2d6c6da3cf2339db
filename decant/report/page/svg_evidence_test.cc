#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/report/page/charts.h"
#include "decant/report/report_for_tests.h"

namespace decant::report {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(EvidenceChart, SaysWhenTheAxisDoesNotStartAtZero) {
  EXPECT_THAT(evidence_chart(measured({0.73, 0.74}, {0.71, 0.72}), 0), HasSubstr("The axis starts at 64&nbsp;%, not at 0."));
  EXPECT_THAT(evidence_chart(measured({0.01, 0.9}, {0.0, 0.8}), 0), Not(HasSubstr("not at 0")));
}

TEST(EvidenceChart, TakesWordsAndUnitsFromTheMetric) {
  const std::string chart = evidence_chart(
      evidence_of({cell_of("ngram", "random", 10, {3.0, 3.01}), cell_of("ngram", "small", 10, {2.9, 2.91})}, {token_loss()}), 0);
  EXPECT_THAT(chart, HasSubstr("Loss on held-out data, in nats per token. Lower is better."));
  EXPECT_THAT(chart, HasSubstr("<title>2.9100 nats per token</title>"));
  EXPECT_THAT(chart, Not(HasSubstr("ccuracy")));
  EXPECT_THAT(chart, Not(HasSubstr("per cent,")));
}

}  // namespace
}  // namespace decant::report
