#include "decant/report/facts/synthetic.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace decant::report {
namespace {

using testing::HasSubstr;

RunRecord made_run() {
  return {.rows = 60'000,
          .synthetic = SyntheticRecord{.pictures = 10,
                                       .bytes_pictures = 8000,
                                       .bytes_labels = 400,
                                       .bytes_real_jpeg = 420,
                                       .real = {0.13, 0.30, 0, 1},
                                       .synthetic = {0.19, 0.27, 0, 1}}};
}

TEST(SyntheticFacts, CountBytesWholeAndInRealPictures) {
  const RunRecord run = made_run();
  const MadeSet made{.size = {28, 28, 1}};
  const SyntheticFacts facts = *synthetic_facts({.run = run, .made = &made});
  EXPECT_EQ(facts.bytes, 8400);
  EXPECT_EQ(facts.bytes_as_floats, 10 * 28 * 28 * 4);
  EXPECT_EQ(facts.in_jpegs,
            "A real picture of this size takes 420 bytes as a JPEG of quality 50, so 20 real pictures would fit into these bytes, and 74 "
            "real pictures into those of the float32 numbers.");
  ASSERT_EQ(facts.parts.size(), 2u);
  EXPECT_EQ(facts.parts[1].name, "labels");
}

TEST(SyntheticFacts, OfAnUnknownSizeSayNothingOfIt) {
  RunRecord run = made_run();
  EXPECT_EQ(synthetic_facts({.run = run})->bytes_as_floats, 0);
  run.synthetic->bytes_real_jpeg = 0;
  EXPECT_EQ(synthetic_facts({.run = run})->in_jpegs, "");
  run.synthetic.reset();
  EXPECT_FALSE(synthetic_facts({.run = run}));
}

TEST(SyntheticFacts, WarnOfPixelsThatDriftedFromOneAndAHalfTimesOn) {
  RunRecord run = made_run();
  EXPECT_EQ(synthetic_facts({.run = run})->warning, "");
  EXPECT_THAT(synthetic_facts({.run = run})->drift, HasSubstr("0.90 times that of the real ones, and their mean is +0.06 away"));
  run.synthetic->synthetic.deviation = 0.44;
  EXPECT_EQ(synthetic_facts({.run = run})->warning, "");
  run.synthetic->synthetic = {0.1, 0.45, -2, 3.5};
  EXPECT_THAT(synthetic_facts({.run = run})->warning, HasSubstr("deviate 1.5 times as much as real ones"));
  EXPECT_THAT(synthetic_facts({.run = run})->warning, HasSubstr("Pixels from -2.00 to 3.50 were learnt"));
  run.synthetic->real.deviation = 0;
  EXPECT_THAT(synthetic_facts({.run = run})->drift, HasSubstr("1.00 times"));
}

}  // namespace
}  // namespace decant::report
