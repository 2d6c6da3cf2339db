#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/json.h"
#include "decant/base/test_support.h"
#include "decant/formats/npy/npy.h"
#include "decant/kernels/half.h"
#include "decant/pipeline/choosing/score_source.h"
#include "decant/pipeline/scores.h"
#include "decant/select/scores/scores.h"
#include "decant/train/dynamics.h"

namespace decant {
namespace {

namespace fs = std::filesystem;

/// Three epochs of four rows, other numbers everywhere.
Dynamics drawn_dynamics() {
  const auto values = std::make_shared<std::vector<uint16_t>>();
  for (size_t i = 0; i < kDynamicCount * 12; ++i) values->push_back(float_to_half(0.01F * static_cast<float>((i * 29) % 97)));
  Dynamics::Records records{};
  for (size_t i = 0; i < kDynamicCount; ++i) records[i] = values->data() + 12 * i;
  return {3, 4, records, values};
}

TEST(SaveDynamics, LeavesTheFolderOfScores) {
  const Dynamics dynamics = drawn_dynamics();
  const fs::path folder = fresh_path("record");
  save_dynamics(dynamics, {.input = "digest", .net = "mine", .command = "here"}, folder, false);

  const Dynamics read = train::read_dynamics(folder, 4);
  for (size_t what = 0; what < kDynamicCount; ++what) {
    for (int64_t epoch = 0; epoch < 3; ++epoch) {
      for (int64_t row = 0; row < 4; ++row)
        EXPECT_EQ(read.at(static_cast<Dynamic>(what), epoch, row), dynamics.at(static_cast<Dynamic>(what), epoch, row));
    }
  }
  const DynamicsRecord record = dynamics_record_from(read_json(folder / kDynamicsFile), "dynamics.json");
  EXPECT_EQ(record.input, "digest");
  EXPECT_EQ(record.rows, 4);
  EXPECT_EQ(record.epochs, 3);
  EXPECT_EQ(record.accuracy.size(), 3U);
  EXPECT_EQ(record.scores, score_names());
  const std::vector<double> aum = score_rows("aum", dynamics, {});
  const std::vector<double> column = read_column(folder / "score-aum.npy", 4);
  for (size_t row = 0; row < 4; ++row) EXPECT_EQ(column[row], static_cast<float>(aum[row]));
}

TEST(SaveDynamics, ReplacesNothingUnasked) {
  const fs::path folder = fresh_path("record");
  save_dynamics(drawn_dynamics(), {.input = "digest", .net = "mine"}, folder, false);
  EXPECT_THAT(message_of([&] { save_dynamics(drawn_dynamics(), {.input = "digest"}, folder, false); }),
              testing::HasSubstr("already exists"));
  save_dynamics(drawn_dynamics(), {.input = "digest", .net = "mine"}, folder, true);
}

}  // namespace
}  // namespace decant
