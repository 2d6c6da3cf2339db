// What is seen of objects, and the methods that look at it.
#include "decant/pipeline/choosing/object_features.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/test_support.h"
#include "decant/formats/npy/npy.h"
#include "decant/pipeline/choosing/bytes_per_pixel.h"
#include "decant/pipeline/compress.h"
#include "decant/pipeline/run/scene_sets_for_tests.h"

namespace decant {
namespace {

using testing::HasSubstr;

constexpr int kFewFilters = 24;

FeatureOptions quick_features() {
  FeatureOptions options;
  options.filters = kFewFilters;
  options.cache = fresh_folder("cache");
  return options;
}

double distance(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return sum;
}

TEST(ObjectFeatures, TellRedSquaresFromBlueOnes) {
  const Input input = read_input({.path = yolo_set("boxes").string()}, {});
  const FeatureOptions options = quick_features();
  const ClassAmounts amounts = amounts_of(input.dataset.train(), input.classes, {});
  const FeatureSet whole = obtain_features(input, options, 0, {});
  const FeatureSet set = obtain_object_features(input, amounts, whole, options, 0, {});
  ASSERT_EQ(set.features.count(), std::ssize(amounts.entries));
  std::vector<float> a, b;
  int64_t right = 0, asked = 0;
  for (size_t i = 0; i < amounts.entries.size(); ++i) {
    double nearest = std::numeric_limits<double>::infinity();
    int32_t label = -1;
    for (size_t j = 0; j < amounts.entries.size(); ++j) {
      if (i == j) continue;
      const double far = distance(set.features.row(static_cast<int64_t>(i), a), set.features.row(static_cast<int64_t>(j), b));
      if (far < nearest) nearest = far, label = amounts.entries[j].label;
    }
    ++asked;
    right += label == amounts.entries[i].label;
  }
  EXPECT_GT(right, asked * 9 / 10) << "the nearest other object is of the same class";
}

TEST(ObjectFeatures, OfARowAreThoseOfItsRarestObjects) {
  const Input input = read_input({.path = yolo_set("boxes").string()}, {});
  FeatureOptions options = quick_features();
  const ClassAmounts amounts = amounts_of(input.dataset.train(), input.classes, {});
  const FeatureSet entries = obtain_object_features(input, amounts, obtain_features(input, options, 0, {}), options, 0, {});
  options.features = "crops";
  const FeatureSet rows = obtain_features(input, options, 0, {});
  const std::vector<int32_t> rarest = rarest_classes(amounts, kNoLabel);
  std::vector<float> a, b;
  for (int64_t row = 0; row < input.rows(); ++row) {
    const auto of_row = amounts.of(row);
    for (size_t k = 0; k < of_row.size(); ++k) {
      if (of_row[k].label != rarest[static_cast<size_t>(row)]) continue;
      const int64_t entry = amounts.first[static_cast<size_t>(row)] + static_cast<int64_t>(k);
      EXPECT_LT(distance(rows.features.row(row, a), entries.features.row(entry, b)), 1e-9) << row;
    }
  }
}

CompressOptions keeping_half(const std::filesystem::path& set, const std::string& method) {
  CompressOptions options{.out = fresh_path("out"), .keep = "50%", .overwrite = true};
  options.input.path = set.string();
  options.select.method = method;
  options.features = quick_features();
  return options;
}

TEST(ObjectFeatures, AreWhatCsodChoosesBy) {
  const CompressOptions options = keeping_half(yolo_set("boxes"), "csod");
  const RunRecord made = compress(options, {});
  EXPECT_EQ(made.kept, 6);
  EXPECT_THAT(made.method_note, HasSubstr("csod, 2 classes in turn"));
  CompressOptions again = keeping_half(yolo_set("boxes"), "bins+bins=2");
  again.features.features = "crops";
  again.select.pools = "rarest";
  EXPECT_EQ(compress(again, {}).kept, 6);
}

TEST(ObjectFeatures, NeedBoxesAndAnExtractor) {
  EXPECT_THAT(message_of([] { compress(keeping_half(mask_set("masks"), "csod"), {}); }), HasSubstr("holds no pictures with boxes"));
  CompressOptions given = keeping_half(yolo_set("boxes"), "csod");
  given.features.features = (fresh_folder("npy") / "x.npy").string();
  const std::vector<float> zeros(12 * 3);
  const std::vector<int64_t> shape = {12, 3};
  write_npy(given.features.features, std::span<const float>(zeros), shape);
  EXPECT_THAT(message_of([&] { compress(given, {}); }), HasSubstr("needs those of cut-out objects"));
}

TEST(BytesPerPixel, PreferPicturesThatCompressBadly) {
  const std::filesystem::path folder = fresh_folder("pictures");
  std::filesystem::create_directories(folder / "a");
  Image flat, noisy;
  flat.resize({32, 32, 1});
  noisy.resize({32, 32, 1});
  Random random(1, "noise");
  for (uint8_t& pixel : noisy.pixels) pixel = static_cast<uint8_t>(random.below(256));
  write_png(folder / "a" / "0.png", flat.view());
  write_png(folder / "a" / "1.png", noisy.view());
  write_png(folder / "a" / "2.png", flat.view());
  const Input input = read_input({.path = folder.string()}, {});
  const std::vector<double> scores = bytes_per_pixel(input.dataset.train(), Subset{2}, {});
  EXPECT_GT(scores[1], 1);
  EXPECT_LT(scores[0], 0.2);
  EXPECT_TRUE(std::isnan(scores[2]));
  CompressOptions options = keeping_half(folder, "scores");
  options.select.scores = kBytesPerPixel;
  options.keep = "1";
  const RunRecord made = compress(options, {});
  EXPECT_EQ(read_text(options.out / "manifest.jsonl").find("0.png"), std::string::npos);
  EXPECT_EQ(made.kept, 1);
}

}  // namespace
}  // namespace decant
