#include "decant/pipeline/select_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/random.h"
#include "decant/base/test_support.h"
#include "decant/formats/npy/npy.h"
#include "decant/pipeline/bins.h"
#include "decant/pipeline/run/run_folder.h"
#include "decant/pipeline/sample.h"
#include "decant/select/pools/sampler.h"

namespace decant {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kRows = 240;
constexpr int64_t kWidth = 6;

/// Three classes about three centres.
MatrixRows drawn_matrix() {
  Random random(7, "select_rows");
  const auto values = std::make_shared<std::vector<float>>();
  MatrixRows matrix;
  for (int64_t row = 0; row < kRows; ++row) {
    const auto label = static_cast<int32_t>(row % 3);
    matrix.labels.push_back(label);
    for (int64_t column = 0; column < kWidth; ++column)
      values->push_back(static_cast<float>(random.uniform()) + (column == label ? 1.0F : 0.0F));
  }
  matrix.features = Features(MatrixView<const float>(values->data(), kRows, kWidth), values);
  return matrix;
}

TEST(SelectRows, GivesTheRowsOfBinsAndSample) {
  const MatrixRows matrix = drawn_matrix();
  const fs::path folder = fresh_folder("select_rows");
  const int64_t shape[] = {kRows, kWidth};
  write_npy<float>(folder / "x.npy", std::span(matrix.features.matrix().data, kRows * kWidth), shape);
  write_npy<int32_t>(folder / "y.npy", matrix.labels);
  for (const std::string method : {"auto", "bins", "random", "facility-location", "probe", "k-means", "herding"}) {
    const SelectOptions options{.keep = "15%", .select = {.method = method}, .seed = 3};
    const SelectedRows here = select_rows(matrix, options, {});
    const fs::path bins = folder / method;
    make_bins({.features = (folder / "x.npy").string(),
               .labels = folder / "y.npy",
               .out = bins,
               .keep = "15%",
               .select = {.method = method},
               .seed = 3},
              {});
    sample_run({.run = bins, .out = folder / (method + ".npy"), .keep = "15%", .seed = 3}, {});
    EXPECT_EQ(here.kept.rows(), read_indices(folder / (method + ".npy"))) << method;
    EXPECT_EQ(here.selection.order, load_run_folder(bins).selection.order) << method;
  }
}

TEST(SelectRows, LeavesOutWhatItIsTold) {
  MatrixRows matrix = drawn_matrix();
  for (int64_t row = 0; row < kRows; row += 2) matrix.left_out.push_back(row);
  const SelectedRows chosen = select_rows(matrix, {.keep = "30"}, {});
  EXPECT_EQ(chosen.kept.size(), 30U);
  for (const int64_t row : chosen.kept) EXPECT_EQ(row % 2, 1);
}

TEST(SelectRows, TakesScoresInMemory) {
  const MatrixRows matrix = drawn_matrix();
  std::vector<double> scores(kRows);
  for (int64_t row = 0; row < kRows; ++row) scores[static_cast<size_t>(row)] = static_cast<double>((row * 7) % kRows);
  const fs::path folder = fresh_folder("select_rows_scores");
  write_npy<float>(folder / "scores.npy", std::vector<float>(scores.begin(), scores.end()));
  SelectOptions options{.keep = "10%", .select = {.method = "scores"}};
  options.select.own.rule = "top";
  options.select.scores = (folder / "scores.npy").string();
  const SelectedRows from_file = select_rows(matrix, options, {});
  options.select.scores = "scores";
  options.select.given_scores = scores;
  const SelectedRows in_memory = select_rows(matrix, options, {});
  EXPECT_EQ(in_memory.kept, from_file.kept);

  scores[5] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(message_of([&] { select_rows(matrix, options, {}); }), testing::HasSubstr("scores: row 5"));
  options.select.given_scores = std::span<const double>(scores).first(9);
  EXPECT_THAT(message_of([&] { select_rows(matrix, options, {}); }), testing::HasSubstr("holds 9 numbers, and there are 240 rows"));
}

TEST(SelectRows, NamesWhatDoesNotFit) {
  MatrixRows matrix = drawn_matrix();
  matrix.labels.pop_back();
  EXPECT_THAT(message_of([&] { select_rows(matrix, {}, {}); }), testing::HasSubstr("X: has 240 rows, and there are 239 labels"));
  matrix.labels.clear();
  matrix.left_out = {kRows};
  EXPECT_THAT(message_of([&] { select_rows(matrix, {}, {}); }), testing::HasSubstr("left out"));
  EXPECT_THAT(message_of([&] { select_rows({}, {}, {}); }), testing::HasSubstr("has no rows"));
}

TEST(SelectRows, SavesWhatSampleReads) {
  const MatrixRows matrix = drawn_matrix();
  const SelectedRows chosen = select_rows(matrix, {.keep = "10%", .select = {.method = "bins"}}, {});
  const fs::path folder = fresh_folder("select_rows_saved");
  save_order(chosen.selection, chosen.note, 0, "decant.select(…)", folder / "run", false);
  sample_run({.run = folder / "run", .out = folder / "rows.npy", .keep = "20%"}, {});
  EXPECT_EQ(read_indices(folder / "rows.npy"), sample(chosen.selection, {}, 48, 0).rows());
  EXPECT_NE(message_of([&] { save_order(chosen.selection, chosen.note, 0, "", folder / "run", false); }), "no error");
}

}  // namespace
}  // namespace decant
