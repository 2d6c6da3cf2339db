// How many rows compress keeps, and of which classes.
#include "decant/pipeline/compress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>

#include "decant/base/json.h"
#include "decant/base/random.h"
#include "decant/base/test_support.h"
#include "decant/data/test_rows.h"
#include "decant/formats/image/codec.h"
#include "decant/formats/npy/npy.h"
#include "decant/pipeline/run/run_folder.h"
#include "decant/pipeline/sample.h"
#include "decant/pipeline/verify.h"

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

uint32_t crc_of(std::string_view bytes) {
  uint32_t crc = 0xFFFFFFFF;
  for (const char byte : bytes) {
    crc ^= static_cast<uint8_t>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xEDB88320 : 0);
  }
  return ~crc;
}

std::string png_of(int shade, int width = 8) {
  Image picture;
  picture.resize({width, 8, 3});
  Random random(static_cast<uint64_t>(shade), "dedup pictures");
  for (uint8_t& value : picture.pixels) value = static_cast<uint8_t>(random.below(256));
  std::vector<std::byte> png;
  encode_png(picture.view(), png);
  return std::string(as_text(png));
}

/// The same picture in another file: a chunk of text before the end.
std::string other_file(std::string png) {
  const std::string chunk("\0\0\0\4tEXta\0bc", 12);
  std::string crc;
  for (const uint32_t sum = crc_of(chunk.substr(4)); int shift : {24, 16, 8, 0}) crc += static_cast<char>(sum >> shift);
  return png.insert(png.size() - 12, chunk + crc);
}

/// Twelve pictures of two classes and what repeats them: 12 is 0 of another class, 13 is 2 in
/// another file, and 5 is in the test split.
struct Repeated : ScratchFolder {
  Repeated() : ScratchFolder("repeated") {
    for (int i = 0; i < 12; ++i) add(fmt::format("set/train/{}/{:02}.png", i < 6 ? "cat" : "dog", i), png_of(i));
    add("set/train/dog/12.png", png_of(0));
    add("set/train/dog/13.png", other_file(png_of(2)));
    add("set/test/cat/a.png", png_of(5));
    add("set/test/dog/b.png", png_of(50));
    options.input.path = (path / "set").string();
    options.out = path / "run";
    options.overwrite = true;
    options.keep = "100%";
    options.select.method = "random";
    options.features.cache = path / "cache";
  }
  std::vector<int64_t> kept() {
    compress(options, {.threads = 1});
    return read_indices(options.out / "indices.npy");
  }
  CompressOptions options;
};

TEST(CompressDedup, LeavesRepeatsOutAndSaysOfWhat) {
  Repeated set;
  EXPECT_EQ(set.kept().size(), 14u);
  EXPECT_FALSE(fs::exists(set.options.out / "repeats.jsonl"));
  set.options.dedup.how = "exact";
  EXPECT_THAT(set.kept(), ElementsAre(0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 13));
  EXPECT_EQ(
      read_text(set.options.out / "repeats.jsonl"),
      R"({"row":5,"key":"train/cat/05.png","repeats":0,"split":"test","repeats_key":"test/cat/a.png","similarity":1.0,"how":"bytes"})"
      "\n"
      R"({"row":12,"key":"train/dog/12.png","repeats":0,"split":"train","repeats_key":"train/cat/00.png","similarity":1.0,"how":"bytes"})"
      "\n");
  const Json record = read_json(set.options.out / "run.json");
  EXPECT_EQ(record["repeats"],
            Json({{"dedup", "exact"}, {"dropped", 2}, {"dropped_equal", 2}, {"leaking_rows", 1}, {"rows_with_other_labels", 2}}));
  EXPECT_EQ(record["bad_files"], 0);
  EXPECT_EQ(verify({.run = set.options.out, .source = set.options.input.path}, {}).checked_against, "hashes and the source");
  EXPECT_THAT(read_text(set.options.out / "report.html"), testing::HasSubstr("2 rows repeat another and were left out"));
  EXPECT_THAT(read_text(set.options.out / "README.md"), testing::HasSubstr("(`--dedup exact`): 2 rows"));
  EXPECT_EQ(sample_run({.run = set.options.out, .out = set.path / "again.npy", .keep = "100%"}, {}).kept, 12);
  sample_run({.run = set.options.out, .out = set.path / "again", .keep = "50%"}, {});
  EXPECT_EQ(read_text(set.path / "again/repeats.jsonl"), read_text(set.options.out / "repeats.jsonl"));
  write_file(set.options.out / "repeats.jsonl", "{\"row\":3}\n");
  expect_says(message_of([&] { sample_run({.run = set.options.out, .out = set.path / "torn"}, {}); }), {"repeats.jsonl", "line 1"});
  set.options.dedup.how = "content";
  EXPECT_THAT(set.kept(), ElementsAre(0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11));
}

TEST(CompressDedup, KeepsTheExactSizeOfAllRows) {
  Repeated set;
  for (const char* dedup : {"exact", "content", "0.99"}) {
    set.options.dedup.how = dedup;
    set.options.keep = "50%";
    EXPECT_EQ(set.kept().size(), 7u) << dedup;
    for (const int64_t row : read_indices(set.options.out / "indices.npy")) EXPECT_TRUE(row != 5 && row != 12) << dedup;
  }
  set.options.dedup.how = "content";
  set.options.keep = "12";
  expect_says(message_of([&] { set.kept(); }), {"12 rows are to be kept, but only 11", "--dedup content leaves 3 out"});
  set.options.dedup.search = PairSearch::approximate;
  expect_says(message_of<UsageError>([&] { set.kept(); }), {"--dedup-search", "cosine"});
  set.options.dedup.search = PairSearch::automatic;
  set.options.dedup.how = "near";
  expect_says(message_of<UsageError>([&] { set.kept(); }), {"--dedup", "near"});
}

TEST(CompressDedup, RecordsWhatAnApproximateSearchFinds) {
  const fs::path path = fresh_folder("dedup_search");
  constexpr int64_t kRows = 20'000;
  std::vector<float> values(3 * kRows);
  Random random(1, "values");
  for (float& value : values) value = static_cast<float>(random.normal());
  std::copy_n(values.begin(), 3, values.begin() + 6);  // row 2 is row 0
  const int64_t shape[] = {kRows, 3};
  write_npy<float>(path / "x.npy", values, shape);
  CompressOptions options{.input = {.path = (path / "x.npy").string()},
                          .out = path / "out",
                          .keep = "10",
                          .dedup = {.how = "0.9999", .search = PairSearch::approximate},
                          .select = {.method = "random"}};
  const RunRecord run = compress(options, {});
  ASSERT_TRUE(run.repeats.has_value());
  EXPECT_GE(run.repeats->recall, 0.9);
  EXPECT_LE(run.repeats->recall, 1);
  EXPECT_EQ(read_run_record(options.out).repeats->recall, run.repeats->recall);
  EXPECT_EQ(read_text(options.out / "README.md").find("of near ones found, by estimate") != std::string::npos, run.repeats->recall < 1);
}

TEST(CompressDedup, LeavesTheFeaturesOfAllRowsAlone) {
  Repeated set;
  set.options.keep = "4";
  set.options.select.method = "k-means";
  const auto plain = set.kept();
  set.options.dedup.how = "exact";
  set.kept();
  EXPECT_EQ(read_json(set.options.out / "run.json")["features"]["reused"], false) << "fitted to fewer rows";
  set.kept();
  EXPECT_EQ(read_json(set.options.out / "run.json")["features"]["reused"], true);
  set.options.dedup.how = "";
  EXPECT_EQ(set.kept(), plain);
  EXPECT_EQ(read_json(set.options.out / "run.json")["features"]["reused"], true);
}

}  // namespace
}  // namespace decant
