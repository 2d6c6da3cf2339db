#include "decant/features/conv_kmeans.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <numeric>

#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/base/random.h"
#include "decant/base/test_support.h"
#include "decant/features/spherical_kmeans.h"

namespace decant::features {
namespace {

using testing::Each;
using testing::HasSubstr;

/// Rows drawn by a function.
class DrawnRows : public Rows, public Pictures {
 public:
  DrawnRows(int64_t count, std::function<void(int64_t, Image&)> draw) : count_(count), draw_(std::move(draw)) {}
  int64_t size() const override { return count_; }
  std::string key(int64_t row) const override { return std::to_string(row); }
  Bytes bytes(int64_t, std::vector<std::byte>&) const override { return {}; }
  void decode(int64_t row, Image& image) const override { draw_(row, image); }
  const Modality& modality() const override { return modality::pictures; }
  const Pictures* pictures() const override { return this; }
  int64_t stored_bytes() const override { return 0; }
  std::vector<int64_t> all() const {
    std::vector<int64_t> rows(static_cast<size_t>(count_));
    std::iota(rows.begin(), rows.end(), 0);
    return rows;
  }

 private:
  int64_t count_;
  std::function<void(int64_t, Image&)> draw_;
};

/// Stripes at 0° or 90° by the row's parity, with noise.
void stripes(int64_t row, Image& image, ImageSize size) {
  image.resize(size);
  Random random(11, "stripes", static_cast<uint64_t>(row));
  const auto phase = static_cast<int>(random.below(6));
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width * size.channels; ++x) {
      const int along = row % 2 == 0 ? x / size.channels : y;
      image.row(y)[x] = static_cast<uint8_t>(((along + phase) / 3 % 2 == 0 ? 60 : 180) + static_cast<int>(random.below(40)));
    }
  }
}

ConvKMeansOptions small_options() {
  ConvKMeansOptions options;
  options.image_side = 16;
  options.patch = 6;
  options.stride = 2;
  options.centroids = 12;
  options.columns = 6;
  options.patches = 2000;
  return options;
}

Matrix<float> features_of(const DrawnRows& rows, const ConvKMeansOptions& options, std::span<const int64_t> bad = {}, int threads = 2) {
  Context context;
  context.threads = threads;
  std::vector<int64_t> usable;
  for (const int64_t row : rows.all()) {
    if (!std::ranges::binary_search(bad, row)) usable.push_back(row);
  }
  const ConvKMeans extractor = fit_conv_kmeans(rows, usable, options, context);
  Matrix<float> out(rows.size(), extractor.columns());
  extractor.transform(rows, bad, out.view(), context);
  return out;
}

std::vector<float> values(const Matrix<float>& m) {
  return {m.data(), m.data() + m.rows() * m.cols()};
}

double cosine(std::span<const float> a, std::span<const float> b) {
  const auto dot = [](auto x, auto y) { return std::inner_product(x.begin(), x.end(), y.begin(), 0.0); };
  return dot(a, b) / std::sqrt(dot(a, a) * dot(b, b));
}

TEST(ConvKMeans, TellsTwoTexturesApart) {
  const DrawnRows rows(60, [](int64_t row, Image& image) { stripes(row, image, {20, 20, 3}); });
  const Matrix<float> f = features_of(rows, small_options());
  // The first direction is the texture: one sign for each.
  for (int64_t i = 2; i < 60; ++i) EXPECT_GT(f[i][0] * f[i % 2][0], 0) << i;
  EXPECT_LT(f[0][0] * f[1][0], 0);
  double same = 0, other = 0;
  for (int64_t i = 2; i < 60; ++i) (i % 2 == 0 ? same : other) += cosine(f[0], f[i]) / 29;
  EXPECT_GT(same, other + 0.2);
}

TEST(ConvKMeans, SameBytesForAnyNumberOfThreads) {
  const DrawnRows rows(70, [](int64_t row, Image& image) { stripes(row, image, {16, 16, 3}); });
  EXPECT_EQ(values(features_of(rows, small_options(), {}, 1)), values(features_of(rows, small_options(), {}, 4)));
}

TEST(ConvKMeans, TheSeedMatters) {
  const DrawnRows rows(40, [](int64_t row, Image& image) { stripes(row, image, {16, 16, 1}); });
  ConvKMeansOptions other = small_options();
  other.seed = 1;
  EXPECT_NE(values(features_of(rows, small_options())), values(features_of(rows, other)));
}

TEST(ConvKMeans, EqualPicturesGetEqualBytesWhereverTheyStand) {
  const DrawnRows rows(67, [](int64_t row, Image& image) { stripes(row == 66 || row == 37 ? 0 : row, image, {16, 16, 1}); });
  const Matrix<float> f = features_of(rows, small_options());
  EXPECT_EQ(std::vector(f[66].begin(), f[66].end()), std::vector(f[0].begin(), f[0].end()));
  EXPECT_EQ(std::vector(f[37].begin(), f[37].end()), std::vector(f[0].begin(), f[0].end()));
}

TEST(ConvKMeans, ARowsPlaceAmongOthersIsNotInItsBytes) {
  const DrawnRows rows(80, [](int64_t row, Image& image) { stripes(row % 2, image, {16, 16, 3}); });
  ConvKMeansOptions options = small_options();
  options.centroids = 100;
  options.columns = 64;
  const Matrix<float> f = features_of(rows, options);
  for (int64_t row = 2; row < rows.size(); ++row)
    EXPECT_EQ(std::vector(f[row].begin(), f[row].end()), std::vector(f[row % 2].begin(), f[row % 2].end())) << row;
}

TEST(ConvKMeans, ColumnsAreWhite) {
  const DrawnRows rows(200, [](int64_t row, Image& image) { stripes(row, image, {16, 16, 1}); });
  ConvKMeansOptions options = small_options();
  options.columns = 3;
  options.whitening_floor = 0;
  const Matrix<float> f = features_of(rows, options);
  for (size_t j = 0; j < 3; ++j) {
    double sum = 0, squares = 0;
    for (int64_t i = 0; i < 200; ++i) {
      sum += static_cast<double>(f[i][j]);
      squares += static_cast<double>(f[i][j]) * static_cast<double>(f[i][j]);
    }
    EXPECT_NEAR(sum / 200, 0, 1e-3);
    EXPECT_NEAR(squares / 200, 1, 1e-3);
  }
}

TEST(ConvKMeans, BadRowsAreZeroAndNeverDecoded) {
  const DrawnRows rows(40, [](int64_t row, Image& image) {
    if (row == 3 || row == 33) throw InputError({"photo", "row", "is no picture", ""});
    stripes(row, image, {16, 16, 3});
  });
  const int64_t bad[] = {3, 33};
  const Matrix<float> f = features_of(rows, small_options(), bad);
  EXPECT_THAT(f[3], Each(0.0F));
  EXPECT_THAT(f[33], Each(0.0F));
  EXPECT_THAT(f[4], testing::Not(Each(0.0F)));
  EXPECT_THROW(features_of(rows, small_options()), InputError);
}

TEST(ConvKMeans, TinyGreyAndOneByOnePicturesWork) {
  const DrawnRows rows(30, [](int64_t row, Image& image) {
    if (row == 0) return stripes(row, image, {1, 1, 1});
    stripes(row, image, {3 + static_cast<int>(row), 2, row % 3 == 0 ? 1 : 3});
  });
  for (const float v : values(features_of(rows, small_options()))) EXPECT_TRUE(std::isfinite(v));
}

TEST(ConvKMeans, OnePictureIsTheMeanOfItself) {
  const DrawnRows rows(1, [](int64_t row, Image& image) { stripes(row, image, {16, 16, 3}); });
  EXPECT_THAT(values(features_of(rows, small_options())), Each(0.0F));
}

TEST(ConvKMeans, ConstantPicturesAreAllAlike) {
  const DrawnRows rows(9, [](int64_t row, Image& image) {
    image.resize({8, 8, 3});
    std::ranges::fill(image.pixels, static_cast<uint8_t>(20 * row));
  });
  EXPECT_THAT(values(features_of(rows, small_options())), Each(0.0F));
}

TEST(ConvKMeans, APatchAsLargeAsThePictureWorks) {
  ConvKMeansOptions options = small_options();
  options.image_side = options.patch;
  const DrawnRows rows(20, [](int64_t row, Image& image) { stripes(row, image, {16, 16, 1}); });
  for (const float v : values(features_of(rows, options))) EXPECT_TRUE(std::isfinite(v));
}

TEST(ConvKMeans, WidthNeverDependsOnTheNumberOfRows) {
  const DrawnRows rows(3, [](int64_t row, Image& image) { stripes(row, image, {16, 16, 1}); });
  ConvKMeansOptions options = small_options();
  options.columns = 1000;
  const Matrix<float> f = features_of(rows, options);
  EXPECT_EQ(f.cols(), 48);
  EXPECT_EQ(f[1][40], 0);
}

TEST(ConvKMeans, RefusesOptionsOutOfRange) {
  const DrawnRows rows(3, [](int64_t row, Image& image) { stripes(row, image, {16, 16, 1}); });
  const auto message = [&](auto change) -> std::string {
    ConvKMeansOptions options = small_options();
    change(options);
    return message_of([&] { fit_conv_kmeans(rows, rows.all(), options, {}); });
  };
  EXPECT_THAT(message([](auto& o) { o.patch = 1; }), HasSubstr("patch: is 1"));
  EXPECT_THAT(message([](auto& o) { o.image_side = 5; }), HasSubstr("from 6 to 256"));
  EXPECT_THAT(message([](auto& o) { o.stride = 0; }), HasSubstr("stride"));
  EXPECT_THAT(message([](auto& o) { o.centroids = 0; }), HasSubstr("centroids"));
  EXPECT_THAT(message([](auto& o) { o.patches = 0; }), HasSubstr("patches"));
  EXPECT_THAT(message([](auto& o) { o.columns = -1; }), HasSubstr("columns"));
  EXPECT_THAT(message([](auto& o) { o.whitening_floor = std::nan(""); }), HasSubstr("whitening_floor"));
  EXPECT_THROW(fit_conv_kmeans(rows, {}, small_options(), {}), InputError);
}

TEST(Patches, BrightnessAndContrastAreTakenOut) {
  const PatchGrid grid{4, 2, 2, 1};
  const uint8_t picture[] = {10, 20, 100, 100, 20, 10, 100, 100, 0, 0, 7, 7, 200, 200, 7, 7};
  Matrix<float> out(4, 4);
  normalised_patches(picture, grid, {0, 2, 0, 2}, out.view());
  const float a = 5 / std::sqrt(25.0F + 10), b = 100 / std::sqrt(10000.0F + 10);
  EXPECT_THAT(out[0], testing::Pointwise(testing::FloatNear(1e-6F), {-a, a, a, -a}));
  EXPECT_THAT(out[1], Each(0.0F));
  EXPECT_THAT(out[2], testing::Pointwise(testing::FloatNear(1e-6F), {-b, -b, b, b}));
}

TEST(Patches, ColourBecomesGreyAndBack) {
  Image image;
  image.resize({1, 1, 3});
  image.pixels = {255, 0, 100};
  std::vector<uint8_t> square;
  to_square(image.view(), {2, 2, 1, 1}, square);
  EXPECT_THAT(square, Each(88));  // 76.245 + 11.4
  image.resize({1, 1, 1});
  to_square(image.view(), {2, 2, 1, 3}, square);
  EXPECT_THAT(square, testing::AllOf(testing::SizeIs(12), Each(255)));
}

TEST(SphericalKMeans, FindsThreeDirections) {
  Matrix<float> rows(300, 3);
  for (int64_t i = 0; i < 300; ++i) {
    Random random(5, "directions", static_cast<uint64_t>(i));
    for (size_t j = 0; j < 3; ++j) rows[i][j] = static_cast<float>(random.normal() * 0.1);
    rows[i][static_cast<size_t>(i % 3)] += 1;
    to_unit(rows[i]);
  }
  const Matrix<float> centroids = spherical_kmeans(rows.view(), 3, 20, 4, {});
  for (size_t j = 0; j < 3; ++j) {
    float best = 0;
    for (int64_t c = 0; c < 3; ++c) best = std::max(best, centroids[c][j]);
    EXPECT_GT(best, 0.99F);
  }
}

TEST(SphericalKMeans, MoreCentroidsThanRowsAndZeroRowsAreFine) {
  Matrix<float> rows(2, 2);
  rows[0][0] = 1;
  const Matrix<float> centroids = spherical_kmeans(rows.view(), 5, 3, 0, {});
  for (const float v : values(centroids)) EXPECT_TRUE(v == 0 || v == 1);
}

TEST(ConvKMeans, IsKeptInAFileToTheLastBit) {
  const std::filesystem::path file = fresh_folder("fitted") / "f.safetensors";
  for (const int channels : {1, 3}) {
    const DrawnRows rows(40, [&](int64_t row, Image& image) { stripes(row, image, {16, 16, channels}); });
    const ConvKMeans fitted = fit_conv_kmeans(rows, rows.all(), small_options(), {});
    fitted.save(file);
    const ConvKMeans loaded = ConvKMeans::load(file);
    ASSERT_EQ(loaded.columns(), fitted.columns());
    Matrix<float> expected(rows.size(), fitted.columns());
    Matrix<float> found(rows.size(), fitted.columns());
    fitted.transform(rows, {}, expected.view(), {});
    loaded.transform(rows, {}, found.view(), {});
    EXPECT_TRUE(std::equal(found.data(), found.data() + found.rows() * found.cols(), expected.data()));
    loaded.save(file.string() + "2");
    EXPECT_EQ(read_text(file), read_text(file.string() + "2"));
  }
}

/// The file with every `from` in its header replaced by a text as long.
std::string complaint_of(const std::filesystem::path& file, const std::string& from, const std::string& to) {
  std::string bytes = read_text(file);
  const size_t at = bytes.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  if (at != std::string::npos) bytes.replace(at, from.size(), to);
  const std::filesystem::path forged = file.string() + ".forged";
  write_file(forged, bytes);
  return message_of([&] { ConvKMeans::load(forged); });
}

TEST(ConvKMeans, RefusesForgedFiles) {
  const std::filesystem::path file = fresh_folder("forged") / "f.safetensors";
  const DrawnRows rows(20, [](int64_t row, Image& image) { stripes(row, image, {16, 16, 3}); });
  fit_conv_kmeans(rows, rows.all(), small_options(), {}).save(file);
  EXPECT_THAT(complaint_of(file, "conv-kmeans 1", "conv-kmeans 9"),
              HasSubstr("was fitted for 'conv-kmeans 9', and 'conv-kmeans 1' is needed"));
  EXPECT_THAT(complaint_of(file, "\"fitted\"", "\"hitted\""), HasSubstr("holds nothing that decant fitted"));
  EXPECT_THAT(complaint_of(file, "\"patch\":\"6\"", "\"patch\":\"1\""), HasSubstr("patch"));
  EXPECT_THAT(complaint_of(file, "\"channels\":\"3\"", "\"channels\":\"2\""), HasSubstr("channels"));
  EXPECT_THAT(complaint_of(file, "\"channels\":\"3\"", "\"channels\":\"1\""), HasSubstr("filters"));
  EXPECT_THAT(complaint_of(file, "\"stride\":\"2\"", "\"stride\":\"x\""), HasSubstr("is not a number"));
  EXPECT_THAT(complaint_of(file, "\"biases\"", "\"biaxes\""), HasSubstr("biases"));
  std::string bytes = read_text(file);
  bytes.replace(bytes.size() - 4, 4, std::string("\x00\x00\xc0\x7f", 4));  // a NaN
  write_file(file, bytes);
  EXPECT_NE(message_of([&] { ConvKMeans::load(file); }), "no error");
  write_file(file, bytes.substr(0, bytes.size() / 2));
  EXPECT_NE(message_of([&] { ConvKMeans::load(file); }), "no error");
}

}  // namespace
}  // namespace decant::features
