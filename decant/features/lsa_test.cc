#include "decant/features/lsa.h"

#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/file.h"
#include "decant/base/options_for_tests.h"
#include "decant/base/test_support.h"
#include "decant/kernels/dot.h"
#include "decant/kernels/pca.h"
#include "decant/text/texts_for_tests.h"

namespace decant::features {
namespace {

text::SparseMatrix some_matrix(const text::SomeTexts& rows) {
  const auto all = text::rows_to(rows.size());
  return text::Tfidf(rows, all, {}, {}).rows_of(rows, all, {});
}

/// Eigenvalues and vectors of AᵀA, which LAPACK finds of the dense matrix.
Eigen plain_right_vectors(const text::SparseMatrix& matrix) {
  Matrix<double> squares(matrix.columns, matrix.columns);
  for (int64_t row = 0; row < matrix.rows(); ++row) {
    const auto columns = matrix.columns_of(row);
    const auto values = matrix.values_of(row);
    for (size_t i = 0; i < columns.size(); ++i) {
      for (size_t j = 0; j < columns.size(); ++j) squares[columns[i]][columns[j]] += double{values[i]} * values[j];
    }
  }
  return symmetric_eigen(squares);
}

TEST(LargestSingular, AgreesWithADenseDecomposition) {
  const text::SomeTexts rows(text::drawn_texts(300));
  const text::SparseMatrix matrix = some_matrix(rows);
  const Eigen exact = plain_right_vectors(matrix);
  const RightVectors found = largest_singular(matrix, 6, 16, 40, 0, {});
  for (size_t j = 0; j < 6; ++j) {
    const size_t from = exact.values.size() - 1 - j;
    EXPECT_NEAR(found.values[j], std::sqrt(exact.values[from]), 1e-4) << j;
    if (j >= 5) continue;  // of five topics the further ones lie close together, and so do their vectors
    double along = 0;
    for (int64_t i = 0; i < matrix.columns; ++i)
      along += found.vectors[i][j] * exact.vectors[static_cast<int64_t>(from)][static_cast<size_t>(i)];
    EXPECT_NEAR(std::abs(along), 1, 1e-3) << j;
  }
}

TEST(LargestSingular, GivesNothingBeyondTheRank) {
  const text::SomeTexts rows({"a b", "b a", "a b", "c d", "d c"});
  const RightVectors found = largest_singular(some_matrix(rows), 4, 16, 4, 0, {});
  EXPECT_NEAR(found.values[0], std::sqrt(3), 1e-5);
  EXPECT_NEAR(found.values[1], std::sqrt(2), 1e-5);
  EXPECT_NEAR(found.values[2], 0, 1e-3);
  for (int64_t row = 0; row < found.vectors.rows(); ++row) EXPECT_EQ(found.vectors[row][2], 0);
}

Matrix<float> lsa_of(const Rows& rows, int threads, std::vector<int64_t> bad = {}) {
  const Context context{.threads = threads};
  LsaOptions options{.columns = 16, .sample = 700};
  Matrix<float> out(rows.size(), options.columns);
  fit_lsa(rows, text::rows_to(rows.size()), options, context).transform(rows, bad, out.view(), context);
  return out;
}

TEST(Lsa, PutsTextsOfOneTopicTogether) {
  const text::SomeTexts rows(text::drawn_texts(1000));
  const Matrix<float> out = lsa_of(rows, 2, {3});
  EXPECT_THAT(out[3], testing::Each(0.0F)) << "a bad row";
  double same = 0;
  double other = 0;
  for (int64_t i = 5; i < 100; ++i) {
    EXPECT_NEAR(dot(out[i], out[i]), 1, 1e-5);
    same += dot(out[i], out[i + 5]);
    other += dot(out[i], out[i + 6]);
  }
  EXPECT_GT(same, 2 * other);
}

TEST(Lsa, IsTheSameForEveryNumberOfThreads) {
  const text::SomeTexts rows(text::drawn_texts(1500));
  const Matrix<float> one = lsa_of(rows, 1);
  const Matrix<float> three = lsa_of(rows, 3);
  for (int64_t row = 0; row < rows.size(); ++row) ASSERT_TRUE(std::ranges::equal(one[row], three[row])) << row;
}

TEST(Lsa, ChecksItsOptions) {
  const text::SomeTexts rows({"a"});
  expect_says(message_of<InputError>([&] { fit_lsa(rows, text::rows_to(1), {.columns = 0}, {}); }), {"columns is 0"});
  expect_says(message_of<InputError>([&] { fit_lsa(rows, {}, {}, {}); }), {"no records"});
  Matrix<float> out(1, 256);
  fit_lsa(rows, text::rows_to(1), {}, {}).transform(rows, {}, out.view(), {});
  EXPECT_THAT(out[0], testing::Each(0.0F)) << "a word that no other text has";
}

TEST(LsaOptions, AllDecideTheKey) {
  expect_every_field_decides<LsaOptions>();
}

TEST(Lsa, IsKeptInAFileToTheLastBit) {
  const std::filesystem::path file = fresh_folder("fitted") / "f.safetensors";
  const text::SomeTexts rows(text::drawn_texts(80));
  const auto all = text::rows_to(rows.size());
  const Lsa fitted = fit_lsa(rows, all, {.columns = 12, .bits = 12}, {});
  fitted.save(file);
  const Lsa loaded = Lsa::load(file);
  Matrix<float> expected(rows.size(), 12);
  Matrix<float> found(rows.size(), 12);
  fitted.transform(rows, {}, expected.view(), {});
  loaded.transform(rows, {}, found.view(), {});
  EXPECT_TRUE(std::equal(found.data(), found.data() + found.rows() * found.cols(), expected.data()));
  std::string bytes = read_text(file);
  const size_t at = bytes.find("\"bits\":\"12\"");
  ASSERT_NE(at, std::string::npos);
  bytes.replace(at, 11, "\"bits\":\"13\"");
  write_file(file, bytes);
  EXPECT_THAT(message_of([&] { Lsa::load(file); }), testing::HasSubstr("column_of"));
}

}  // namespace
}  // namespace decant::features
