#include "decant/features/network_features.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/errors.h"
#include "decant/base/random.h"
#include "decant/base/test_support.h"
#include "decant/data/rows_view.h"
#include "decant/formats/cifar/cifar.h"
#include "decant/nn/network.h"
#include "decant/nn/weights.h"

namespace decant::features {
namespace {

using ::testing::HasSubstr;

/// Twelve colour pictures of noise, 8×8, labels 0 … 3; row 5 cannot be decoded.
class Noise final : public Rows, public Pictures, public Targets {
 public:
  static constexpr int64_t kBad = 5;
  explicit Noise(int32_t first_label = 0) : first_label_(first_label) {}
  int64_t size() const override { return 12; }
  std::string key(int64_t row) const override { return "noise" + std::to_string(row); }
  int32_t label(int64_t row) const override { return row == 0 ? first_label_ : static_cast<int32_t>(row % 4); }
  Bytes bytes(int64_t, std::vector<std::byte>&) const override { return {}; }
  void decode(int64_t row, Image& image) const override {
    if (row == kBad) throw InputError({"", key(row), "is no picture", ""});
    image.resize({8, 8, 3});
    Random random(1, "noise", static_cast<uint64_t>(row));
    for (uint8_t& value : image.pixels) value = static_cast<uint8_t>(random.below(256));
  }
  const Modality& modality() const override { return modality::pictures; }
  const Pictures* pictures() const override { return this; }
  const Targets* targets() const override { return this; }
  int64_t stored_bytes() const override { return 0; }

 private:
  int32_t first_label_;
};

const std::vector<int64_t> kBadRows{Noise::kBad};

NetworkFeatureOptions options_for(NetworkFeature kind) {
  NetworkFeatureOptions options;
  options.net = "quick";
  options.kind = kind;
  options.classes = 4;
  options.batch = 5;
  options.weights = fresh_path("weights.safetensors");
  const auto network = nn::make_network({"quick", {8, 8, 3}, 4});
  nn::save_weights(*network, nn::initial_state(*network, Random(2)), options.weights);
  return options;
}

Matrix<float> features_of(const Rows& rows, const NetworkFeatureOptions& options) {
  Matrix<float> out(rows.size(), network_feature_width(rows, options, kBadRows));
  network_features(rows, kBadRows, options, out.view(), Context{});
  return out;
}

TEST(NetworkFeatures, EmbeddingsAreThoseOfTheNetwork) {
  const NetworkFeatureOptions options = options_for(NetworkFeature::embedding);
  const Noise rows;
  const Matrix<float> out = features_of(rows, options);
  ASSERT_EQ(out.cols(), 128);
  for (const float value : out[Noise::kBad]) EXPECT_EQ(value, 0);
  // The same by hand, for the last row: the batch it came in must not matter.
  NetworkFeatureOptions one_by_one = options;
  one_by_one.batch = 1;
  const Matrix<float> alone = features_of(rows, one_by_one);
  double size = 0;
  for (int64_t row = 0; row < rows.size(); ++row) {
    for (int64_t c = 0; c < out.cols(); ++c) {
      EXPECT_NEAR(out[row][static_cast<size_t>(c)], alone[row][static_cast<size_t>(c)], 1e-4);
      size += std::abs(static_cast<double>(out[row][static_cast<size_t>(c)]));
    }
  }
  EXPECT_GT(size, 1);
}

TEST(NetworkFeatures, GradientsHoldErrorAndEmbedding) {
  const Noise rows;
  const Matrix<float> embedding = features_of(rows, options_for(NetworkFeature::embedding));
  const Matrix<float> gradient = features_of(rows, options_for(NetworkFeature::gradient));
  ASSERT_EQ(gradient.cols(), 4 + 128);
  for (int64_t row = 0; row < rows.size(); ++row) {
    const auto g = gradient[row];
    for (size_t c = 0; c < 128; ++c) EXPECT_EQ(g[4 + c], embedding[row][c]);
    if (row == Noise::kBad) continue;
    EXPECT_NEAR(g[0] + g[1] + g[2] + g[3], 0, 1e-6);  // probabilities sum to 1, and 1 is taken away
    for (size_t c = 0; c < 4; ++c) EXPECT_EQ(g[c] < 0, c == static_cast<size_t>(rows.label(row)));
  }
}

TEST(NetworkFeatures, NormalisationCounts) {
  NetworkFeatureOptions options = options_for(NetworkFeature::embedding);
  const Matrix<float> of_data = features_of(Noise{}, options);
  options.normalisation = "imagenet";
  const Matrix<float> usual = features_of(Noise{}, options);
  EXPECT_FALSE(std::ranges::equal(of_data[0], usual[0]));
}

TEST(NetworkFeatures, FaultsAreNamed) {
  const auto fault_with = [](const Rows& rows, const NetworkFeatureOptions& options) {
    return message_of([&] { features_of(rows, options); });
  };
  const NetworkFeatureOptions gradient = options_for(NetworkFeature::gradient);
  EXPECT_THAT(fault_with(Noise(kNoLabel), gradient), HasSubstr("noise0: has no label"));
  EXPECT_THAT(fault_with(Noise(4), gradient), HasSubstr("noise0: has label 4, but the network has 4 classes"));
  NetworkFeatureOptions wrong = gradient;
  wrong.classes = 5;
  EXPECT_THAT(fault_with(Noise{}, wrong), HasSubstr("tensor 'linear.weight': has shape (4, 128), not (5, 128)"));
  wrong = gradient;
  wrong.normalisation = "none";
  EXPECT_THAT(fault_with(Noise{}, wrong), HasSubstr("unknown normalisation 'none'"));
  wrong = options_for(NetworkFeature::embedding);
  wrong.classes = 0;  // the weights know
  EXPECT_EQ(fault_with(Noise{}, wrong), "no error");
}

std::filesystem::path folder_from(const char* variable, const char* otherwise) {
  const char* value = std::getenv(variable);
  return value != nullptr ? value : otherwise;
}

// Weights of others, trained elsewhere: names, layout, option-A shortcuts and normalisation all
// have to fit. 455 of the first 500 are right, 91.73 % of all 10,000.
TEST(NetworkFeatures, PublishedResNet20IsRightOnNineInTen) {
  const auto weights = folder_from("DECANT_SHARED", "../shared") / "data/weights_cifar10_resnet/resnet20-12fca82f.safetensors";
  const auto folder = folder_from("DECANT_DATA", "build/data") / "cifar10";
  if (!exists(weights) || !exists(folder / "test_batch.bin")) GTEST_SKIP() << "needs " << weights << " and " << folder;
  const Dataset data = open_cifar(folder);
  std::vector<int64_t> first(500);
  for (size_t i = 0; i < first.size(); ++i) first[i] = static_cast<int64_t>(i);
  const RowsView rows(data.splits.at(Split::test), first);
  NetworkFeatureOptions options;
  options.net = "resnet20";
  options.weights = weights;
  options.kind = NetworkFeature::gradient;
  options.classes = 10;
  options.normalisation = "imagenet";
  Matrix<float> out(rows.size(), network_feature_width(rows, options));
  ASSERT_EQ(out.cols(), 10 + 64);
  network_features(rows, {}, options, out.view(), Context{});
  int right = 0;
  for (const int64_t row : first) {
    const auto label = static_cast<size_t>(rows.label(row));
    out[row][label] += 1;  // probabilities, as they were
    right += std::ranges::max_element(out[row].first(10)) - out[row].begin() == rows.label(row);
  }
  EXPECT_NEAR(right, 455, 1);
}

}  // namespace
}  // namespace decant::features
