// How many rows compress keeps, and of which classes.
#include "decant/pipeline/compress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>

#include "decant/base/json.h"
#include "decant/base/random.h"
#include "decant/base/test_support.h"
#include "decant/formats/npy/npy.h"
#include "decant/pipeline/sample.h"

namespace decant {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::Pair;

/// Vectors of classes of 60, 30 and 4 rows.
class CompressCounts : public testing::Test {
 protected:
  void SetUp() override {
    std::vector<float> values;
    Random random(3, "compress_test");
    for (int32_t label = 0; const int count : {60, 30, 4}) {
      labels_.insert(labels_.end(), static_cast<size_t>(count), label++);
      for (int i = 0; i < 3 * count; ++i) values.push_back(static_cast<float>(random.normal()));
    }
    const int64_t shape[] = {std::ssize(labels_), 3};
    write_npy<float>(folder_ / "x.npy", values, shape);
    write_npy<int32_t>(folder_ / "y.npy", labels_);
    options_.input.path = (folder_ / "x.npy").string();
    options_.input.labels = folder_ / "y.npy";
    options_.out = folder_ / "run";
    options_.overwrite = true;
  }

  std::map<int32_t, int> kept_of_each(const fs::path& run) const {
    std::map<int32_t, int> counts;
    for (const int64_t row : read_indices(run / "indices.npy")) ++counts[labels_[static_cast<size_t>(row)]];
    return counts;
  }

  const fs::path folder_ = fresh_folder("counts");
  std::vector<int32_t> labels_;
  CompressOptions options_;
};

TEST_F(CompressCounts, KeepsTheLeastOfEveryClass) {
  options_.keep = "20";
  for (const char* method : {"random", "bins", "k-means", "facility-location", "bins-weighted"}) {
    options_.select.method = method;
    options_.min_per_class = 0;
    compress(options_, {});
    EXPECT_THAT(kept_of_each(options_.out), ElementsAre(Pair(0, 13), Pair(1, 6), Pair(2, 1))) << method;
    options_.min_per_class = 5;
    compress(options_, {});
    EXPECT_THAT(kept_of_each(options_.out), ElementsAre(Pair(0, 11), Pair(1, 5), Pair(2, 4))) << method;
    EXPECT_EQ(read_json(options_.out / "run.json")["options"]["min-per-class"], 5);
  }
}

TEST_F(CompressCounts, ASampleOfTheRunKeepsToItsLeast) {
  options_.keep = "20";
  options_.select.method = "k-means";
  options_.min_per_class = 5;
  compress(options_, {});
  SampleOptions sample{.run = options_.out, .out = folder_ / "again", .keep = "20", .seed = 7};
  sample_run(sample, {});
  EXPECT_EQ(read_indices(folder_ / "again/indices.npy"), read_indices(options_.out / "indices.npy")) << "there is no chance in a ranking";
  EXPECT_EQ(read_json(folder_ / "again/run.json")["options"]["min-per-class"], 5);
  sample.overwrite = true;
  sample.min_per_class = 0;
  sample_run(sample, {});
  EXPECT_THAT(kept_of_each(folder_ / "again"), ElementsAre(Pair(0, 13), Pair(1, 6), Pair(2, 1)));
  sample.min_per_class = 9;
  expect_says(message_of([&] { sample_run(sample, {}); }), {"20 rows", "9 of each of 3 classes are 22", "Keep 22 rows or more"});
}

TEST_F(CompressCounts, RefusesALeastThatCannotBe) {
  options_.keep = "13";
  options_.min_per_class = 5;
  expect_says(message_of([&] { compress(options_, {}); }), {"13 rows", "5 of each of 3 classes are 14"});
  options_.min_per_class = -1;
  expect_says(message_of<UsageError>([&] { compress(options_, {}); }), {"--min-per-class must not be negative"});
  options_.min_per_class = 2;
  options_.select.pool = true;
  expect_says(message_of<UsageError>([&] { compress(options_, {}); }), {"--min-per-class", "--pool"});
  options_.select.pool = false;
  options_.input.labels.clear();
  expect_says(message_of([&] { compress(options_, {}); }), {"x.npy", "rows without labels", "--labels"});
}

TEST_F(CompressCounts, AllIsAllThatCanBeRead) {
  const ScratchFolder pictures("pictures");
  for (int i = 0; i < 6; ++i) pictures.add(fmt::format("cat/{}.ppm", i), fmt::format("P6 1 1 255\n{}{}{}", i, i, i));
  pictures.add("cat/bad.png", "no picture");
  options_.input = {.path = pictures.path.string()};
  options_.select.method = "random";
  options_.keep = "100%";
  EXPECT_EQ(compress(options_, {}).kept, 6);
  const SampleOptions sample{.run = options_.out, .out = folder_ / "again.npy", .keep = "1.0"};
  EXPECT_EQ(sample_run(sample, {}).kept, 6);
  options_.keep = "7";
  expect_says(message_of([&] { compress(options_, {}); }), {"7 rows are to be kept, but only 6 can be read"});
}

}  // namespace
}  // namespace decant
