#include "decant/features/cache.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdexcept>

#include "decant/base/file.h"
#include "decant/base/test_support.h"

namespace decant::features {
namespace {

namespace fs = std::filesystem;

class FeatureCache : public testing::Test {
 protected:
  void store() const {
    store_features(folder_, key_, 3, 2, [](MatrixView<float> out) { out[2][1] = 5; });
  }

  const fs::path folder_ = fresh_folder("cache");
  const FeatureKey key_{"data", "conv-kmeans", R"({"seed":1})", "libtorch 1.13.1 on cpu"};
};

TEST_F(FeatureCache, FindsWhatWasStored) {
  EXPECT_FALSE(find_features(folder_, key_, 3, 2));
  const Features stored = store_features(folder_, key_, 3, 2, [](MatrixView<float> out) { out[2][1] = 5; });
  EXPECT_EQ(stored.matrix()[2][1], 5);
  const auto found = find_features(folder_, key_, 3, 2);
  ASSERT_TRUE(found);
  EXPECT_THAT(found->matrix()[2], testing::ElementsAre(0, 5));
  EXPECT_THAT(read_text(folder_ / "features.json"), testing::HasSubstr("conv-kmeans"));
}

TEST_F(FeatureCache, EveryFieldOfTheKeyCounts) {
  store();
  EXPECT_FALSE(find_features(folder_, {"date", key_.extractor, key_.options, key_.numerics}, 3, 2));
  EXPECT_FALSE(find_features(folder_, {key_.input, "embedding", key_.options, key_.numerics}, 3, 2));
  EXPECT_FALSE(find_features(folder_, {key_.input, key_.extractor, "{}", key_.numerics}, 3, 2));
  EXPECT_FALSE(find_features(folder_, {key_.input, key_.extractor, key_.options, "libtorch 2.11.0 on cpu"}, 3, 2));
  EXPECT_FALSE(find_features(folder_, {key_.input, key_.extractor, key_.options, "libtorch 1.13.1 on cuda:0"}, 3, 2));
  EXPECT_FALSE(find_features(folder_, {"dataconv", "-kmeans", key_.options, key_.numerics}, 3, 2));
  EXPECT_TRUE(find_features(folder_, key_, 3, 2));
}

TEST_F(FeatureCache, AnotherShapeIsNotFound) {
  store();
  EXPECT_FALSE(find_features(folder_, key_, 4, 2));
  EXPECT_FALSE(find_features(folder_, key_, 3, 1));
}

TEST_F(FeatureCache, DamageIsAbsence) {
  store();
  fs::resize_file(folder_ / "features.npy", fs::file_size(folder_ / "features.npy") - 1);
  EXPECT_FALSE(find_features(folder_, key_, 3, 2));
  store();
  write_file(folder_ / "features.json", "{\"digest\": 7");
  EXPECT_FALSE(find_features(folder_, key_, 3, 2));
  write_file(folder_ / "features.json", "[\"digest\"]");
  EXPECT_FALSE(find_features(folder_, key_, 3, 2));
  fs::remove(folder_ / "features.json");
  EXPECT_FALSE(find_features(folder_, key_, 3, 2));
}

TEST_F(FeatureCache, AFailedFillInvalidatesWhatWasThere) {
  store();
  EXPECT_THROW(store_features(folder_, key_, 3, 2, [](MatrixView<float>) { throw std::runtime_error("decoder"); }), std::runtime_error);
  EXPECT_FALSE(find_features(folder_, key_, 3, 2));
  EXPECT_FALSE(fs::exists(folder_ / "features.npy.partial"));
}

}  // namespace
}  // namespace decant::features
