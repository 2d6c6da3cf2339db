#include "decant/formats/npy/npy_shards.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/errors.h"
#include "decant/base/test_support.h"
#include "decant/formats/npy/npy.h"
#include "decant/formats/open.h"

namespace decant {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

class NpyShardsTest : public testing::Test {
 protected:
  /// A shard of counting values, first, first + 1, …
  void write(const std::string& name, int64_t rows, int64_t width, float first = 0) const {
    std::vector<float> values;
    for (int64_t i = 0; i < rows * width; ++i) values.push_back(first + static_cast<float>(i));
    const int64_t shape[] = {rows, width};
    write_npy<float>(folder_ / name, values, shape);
  }
  /// The same with elements of another dtype, as they are.
  void write_raw(const std::string& name, ElementType type, int64_t rows, int64_t width, const std::string& bytes) const {
    const int64_t shape[] = {rows, width};
    write_file(folder_ / name, npy_header(type, shape) + bytes);
  }
  std::string in(const std::string& name) const { return (folder_ / name).string(); }
  std::string fault(const std::string& spec) const {
    return message_of([&] { open_dataset(in(spec), {}, {}); });
  }

  const fs::path folder_ = fresh_folder("shards");
};

TEST_F(NpyShardsTest, AreOneMatrixInTheOrderWritten) {
  write("x-00.npy", 3, 2, 0);
  write("x-01.npy", 1, 2, 6);
  write("x-02.npy", 2, 2, 8);
  for (const char* spec : {"x-{00..02}.npy", "x-*.npy", "x-{00,01,02}.npy", "x-0{0..2}.npy", "x-0[012].npy"}) {
    EXPECT_TRUE(names_npy(spec));
    const Features features = read_features(in(spec));
    ASSERT_EQ(features.count(), 6) << spec;
    std::vector<float> scratch;
    for (int64_t row = 0; row < 6; ++row) EXPECT_THAT(features.row(row, scratch), ElementsAre(2 * row, 2 * row + 1)) << spec;
  }
  std::vector<float> scratch;
  EXPECT_THAT(read_features(in("x-{02..02}.npy")).row(0, scratch), ElementsAre(8, 9));
  EXPECT_THAT(read_features(in("x-{02,00}.npy")).row(0, scratch), ElementsAre(8, 9));
  EXPECT_FALSE(names_npy("x-{0..2}.tar") || names_npy("conv-kmeans"));
}

TEST_F(NpyShardsTest, MayHoldAVectorEach) {
  for (int i = 0; i < 3; ++i) write_npy<float>(folder_ / fmt::format("v-{}.npy", i), std::vector<float>{static_cast<float>(i), 2, 3});
  const Features features = read_features(in("v-*.npy"));
  ASSERT_EQ(features.count(), 3);
  std::vector<float> scratch;
  EXPECT_THAT(features.row(2, scratch), ElementsAre(2, 2, 3));
  expect_says(fault("v-0.npy"), {"has shape (3,)", "Name several files of a vector each by a pattern"});
  write_npy<float>(folder_ / "v-3.npy", std::vector<float>{1});
  expect_says(fault("v-*.npy"), {"v-3.npy: has shape (1,) and dtype f4, but ", "v-0.npy has (3,) and f4", "the same length"});
}

TEST_F(NpyShardsTest, AreADataSetWithLabelsInOneFile) {
  write("x-0.npy", 3, 2);
  write("x-1.npy", 1, 2, 6);
  write_npy<int32_t>(folder_ / "y.npy", std::vector<int32_t>{1, 0, 1, 2});
  const Dataset dataset = open_dataset(in("x-{0..1}.npy"), {.labels = folder_ / "y.npy"}, {});
  EXPECT_THAT(labels_of(dataset.train()), ElementsAre(1, 0, 1, 2));
  EXPECT_EQ(dataset.train().stored_bytes(), 4 * 2 * 4);
  const int64_t keep[] = {1, 3};
  fs::create_directories(folder_ / "out");
  dataset.writer->write(keep, folder_ / "out");
  std::vector<float> scratch;
  EXPECT_THAT(read_features(in("out/features.npy")).row(1, scratch), ElementsAre(6, 7));
  EXPECT_THAT(read_labels(folder_ / "out/labels.npy", 2), ElementsAre(0, 2));
  EXPECT_THAT(message_of([&] { open_dataset(in("x-0.npy"), {.labels = folder_ / "y.npy"}, {}); }), HasSubstr("holds 4 labels for 3 rows"));
  EXPECT_THAT(message_of([&] { open_dataset(in("x-{0..1}.npy"), {.labels = folder_ / "y-{0..1}.npy"}, {}); }),
              AllOf(HasSubstr("the labels of all rows must be in one"), HasSubstr("np.concatenate")));
}

TEST_F(NpyShardsTest, OfSeveralTypesAreWrittenInTheWidest) {
  const uint16_t halves[] = {0x3c00, 0xc000};  // 1, −2
  const double doubles[] = {0.1, 3};
  write_raw("x-0.npy", ElementType::f16, 1, 2, std::string(reinterpret_cast<const char*>(halves), sizeof halves));
  write("x-1.npy", 1, 2, 5);
  write_raw("x-2.npy", ElementType::f64, 1, 2, std::string(reinterpret_cast<const char*>(doubles), sizeof doubles));
  const auto written = [&](const std::string& spec, const std::string& to) {
    const Dataset dataset = open_dataset(in(spec), {}, {});
    std::vector<int64_t> all(static_cast<size_t>(dataset.train().size()));
    for (size_t i = 0; i < all.size(); ++i) all[i] = static_cast<int64_t>(i);
    fs::create_directories(folder_ / to);
    dataset.writer->write(all, folder_ / to);
    return open_npy(folder_ / to / "features.npy");
  };
  const NpyArray floats = written("x-{0..1}.npy", "two");
  EXPECT_EQ(floats.type, ElementType::f32);
  std::vector<float> scratch;
  EXPECT_THAT(read_features(in("two/features.npy")).row(0, scratch), ElementsAre(1, -2));
  const NpyArray wide = written("x-{0..2}.npy", "three");
  ASSERT_EQ(wide.type, ElementType::f64);
  double values[6];
  std::memcpy(values, wide.data.data(), sizeof values);
  EXPECT_THAT(values, ElementsAre(1, -2, 5, 6, 0.1, 3));
  EXPECT_EQ(written("x-{0..0}.npy", "one").type, ElementType::f16);
}

TEST_F(NpyShardsTest, FaultsNameTheShard) {
  write("x-0.npy", 3, 2);
  write("x-1.npy", 3, 3);
  EXPECT_THAT(fault("x-{0..1}.npy"), AllOf(HasSubstr("x-1.npy: has 3 columns, but "), HasSubstr("x-0.npy has 2")));
  EXPECT_THAT(fault("x-{0..4}.npy"), AllOf(HasSubstr("x-2.npy: is missing, as are 2 more"), HasSubstr("names 5 shards")));
  EXPECT_THAT(fault("x-{0..2}.npy"), HasSubstr("x-2.npy: is missing; "));
  EXPECT_THAT(fault("x-{0,0}.npy"), HasSubstr("x-0.npy twice"));
  EXPECT_THAT(fault("z-*.npy"), HasSubstr("no file matches"));
  fs::resize_file(folder_ / "x-1.npy", fs::file_size(folder_ / "x-1.npy") - 4);
  EXPECT_THAT(fault("x-{0..1}.npy"), AllOf(HasSubstr("x-1.npy: shape (3, 3) takes 36 bytes, but 32 follow"), HasSubstr("truncated")));
  write_raw("x-1.npy", ElementType::f32, 0, 2, "");
  EXPECT_THAT(fault("x-{0..1}.npy"), AllOf(HasSubstr("x-1.npy: has shape (0, 2): it is empty"), HasSubstr("omit shards")));
  write_raw("x-1.npy", ElementType::i32, 1, 2, "12345678");
  EXPECT_THAT(fault("x-{0..1}.npy"), HasSubstr("x-1.npy: holds elements of dtype i4"));
}

TEST_F(NpyShardsTest, WildcardsMustAgreeWithTheNumbers) {
  for (const int i : {8, 9}) write("x-" + std::to_string(i) + ".npy", 1, 2);
  EXPECT_TRUE(find_npy_shards(in("x-*.npy")).oddities.empty());
  write("x-10.npy", 1, 2);
  EXPECT_THAT(message_of([&] { find_npy_shards(in("x-*.npy")); }),
              AllOf(HasSubstr("x-10.npy' comes before '"), HasSubstr("List the shards in order, as in '"), HasSubstr("x-{0..9}.npy")));
  EXPECT_EQ(find_npy_shards(in("x-{8..10}.npy")).paths.size(), 3u);
  for (const char* name : {"y-003.npy", "y-004.npy", "y-006.npy", "y-009.npy"}) write(name, 1, 2);
  const auto oddities = find_npy_shards(in("y-*.npy")).oddities;
  ASSERT_EQ(oddities.size(), 2u);
  EXPECT_EQ(oddities[0].what, "follows number 4: 5 is missing");
  EXPECT_EQ(oddities[1].what, "follows number 6: 7 to 8 are missing");
}

}  // namespace
}  // namespace decant
