#include "decant/pipeline/extend.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>
#include <set>

#include "decant/base/digest.h"
#include "decant/base/json.h"
#include "decant/base/random.h"
#include "decant/base/test_support.h"
#include "decant/formats/image/codec.h"
#include "decant/formats/npy/npy.h"
#include "decant/formats/open.h"
#include "decant/pipeline/choosing/choosing_for_tests.h"
#include "decant/pipeline/choosing/repeats.h"
#include "decant/pipeline/compress.h"
#include "decant/pipeline/run/run_folder.h"
#include "decant/pipeline/sample.h"
#include "decant/pipeline/verify.h"

namespace decant {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

/// What lies in a folder or file, so that a change shows.
std::string content_of(const fs::path& path) {
  Digest digest;
  std::vector<fs::path> files = {path};
  if (fs::is_directory(path)) {
    files.clear();
    for (const auto& entry : fs::recursive_directory_iterator(path)) {
      if (entry.is_regular_file()) files.push_back(entry.path());
    }
    std::ranges::sort(files);
  }
  for (const fs::path& file : files) digest.add(file.string()).add(read_text(file));
  return digest.hex();
}

std::vector<int64_t> kept_in(const fs::path& run) {
  return read_indices(run / "indices.npy");
}

/// Lines of the manifest by row.
std::map<int64_t, Json> manifest_of(const fs::path& run) {
  std::map<int64_t, Json> lines;
  std::istringstream text(read_text(run / "manifest.jsonl"));
  for (std::string line; std::getline(text, line);) {
    Json json = try_parse_json(line);
    const int64_t row = json.at("row");
    lines[row] = std::move(json);
  }
  return lines;
}

/// Old rows, then new ones; the last new row repeats old row 3.
class ExtendVectors : public testing::Test {
 protected:
  static constexpr int64_t kOld = 60;
  static constexpr int64_t kNew = 41;
  static constexpr int64_t kWidth = 5;

  void SetUp() override {
    Random random(3, "extend");
    for (int64_t row = 0; row < kOld + kNew; ++row) {
      labels_.push_back(static_cast<int32_t>(row % 3));
      scores_.push_back(static_cast<float>(random.uniform()));
      for (int64_t c = 0; c < kWidth; ++c) values_.push_back(static_cast<float>((c == row % 3 ? 2 : 0) + random.normal()));
    }
    std::copy_n(values_.begin() + 3 * kWidth, kWidth, values_.end() - kWidth);
    labels_.back() = labels_[3];
    store("old", 0, kOld);
    store("new", kOld, kNew);
    store("all", 0, kOld + kNew);
  }

  void store(const std::string& name, int64_t first, int64_t count) const {
    const auto part = [&](const auto& all, int64_t width) {
      return std::vector(all.begin() + first * width, all.begin() + (first + count) * width);
    };
    const int64_t shape[] = {count, kWidth};
    write_npy<float>(folder_ / (name + ".npy"), part(values_, kWidth), shape);
    write_npy<int32_t>(folder_ / (name + "-y.npy"), part(labels_, 1));
    write_npy<float>(folder_ / (name + "-s.npy"), part(scores_, 1));
  }

  fs::path compressed(const std::string& method, const std::string& keep = "20%") const {
    CompressOptions options{.out = folder_ / ("run-" + method), .keep = keep, .overwrite = true};
    options.input.path = (folder_ / "old.npy").string();
    options.input.labels = folder_ / "old-y.npy";
    options.select.method = method;
    if (find_method(method)->scores == Scores::any || find_method(method)->scores == Scores::column)
      options.select.scores = (folder_ / "old-s.npy").string();
    compress(options, {});
    return options.out;
  }

  ExtendOptions extending(const fs::path& run) const {
    ExtendOptions options{.run = run, .more = (folder_ / "new.npy").string(), .out = run.string() + "-more"};
    options.more_labels = folder_ / "new-y.npy";
    if (read_run_record(run).option_text("scores").ends_with(".npy")) options.scores = (folder_ / "all-s.npy").string();
    return options;
  }

  const fs::path folder_ = fresh_folder("extend");
  std::vector<float> values_;
  std::vector<int32_t> labels_;
  std::vector<float> scores_;
};

TEST_F(ExtendVectors, WhatWasChosenStaysForEveryMethodThatGoesOn) {
  for (const char* method : {"random", "herding", "k-center", "facility-location", "thinning", "scores", "ccs", "probe"}) {
    const fs::path run = compressed(method);
    const ExtendOptions options = extending(run);
    const std::string before = content_of(run) + content_of(options.more);
    const RunRecord record = extend(options, {});
    EXPECT_EQ(record.kept, 20) << "a fifth of 101";
    EXPECT_EQ(record.rows, 101);
    EXPECT_EQ(record.method, read_run_record(run).method);
    const auto kept = kept_in(options.out);
    EXPECT_TRUE(std::ranges::includes(kept, kept_in(run))) << method;
    EXPECT_GE(kept.back(), kOld) << method << " chose nothing new";
    EXPECT_EQ(std::ranges::count(kept, kOld + kNew - 1), 0) << "it repeats row 3";
    EXPECT_EQ(verify({.run = options.out}, {}).kept, 20) << method;
    EXPECT_EQ(verify({.run = options.out, .source = (folder_ / "old.npy").string()}, {}).checked_against, "hashes and the source");
    EXPECT_EQ(content_of(run) + content_of(options.more), before) << "RUN and MORE stay as they were";
    EXPECT_FALSE(fs::exists(options.out.string() + ".partial"));
  }
}

TEST_F(ExtendVectors, GreedyMethodsGoOnAsIfBothHadBeenOneSet) {
  // Where the old rows were all there was, picking on among them is picking more at once.
  const int64_t shape[] = {1, kWidth};
  write_npy<float>(folder_ / "new.npy", std::vector(values_.begin(), values_.begin() + kWidth), shape);  // repeats row 0
  write_npy<int32_t>(folder_ / "new-y.npy", std::vector<int32_t>{0});
  for (const char* method : {"k-center", "facility-location"}) {
    const fs::path run = compressed(method, "12");
    ExtendOptions options = extending(run);
    options.keep = "30";
    extend(options, {});
    EXPECT_THAT(read_text(options.out / "repeats.jsonl"),
                HasSubstr(R"({"row":60,"key":"more 1: 0","repeats":0,"split":"train","repeats_key":"0","similarity":1.0,"how":"bytes"})"));
    CompressOptions at_once{.out = folder_ / "at-once", .keep = "30", .overwrite = true};
    at_once.input.path = (folder_ / "old.npy").string();
    at_once.input.labels = folder_ / "old-y.npy";
    at_once.select.method = method;
    compress(at_once, {});
    EXPECT_EQ(kept_in(options.out), kept_in(at_once.out)) << method;
    options.keep = "12";
    options.overwrite = true;
    extend(options, {});
    EXPECT_EQ(kept_in(options.out), kept_in(run)) << "nothing new is asked for, and nothing changes";
  }
}

TEST_F(ExtendVectors, TheFolderSaysWhereEveryRowIsFrom) {
  const fs::path run = compressed("k-center");
  const ExtendOptions options = extending(run);
  extend(options, {});
  const RunRecord record = read_run_record(options.out);
  ASSERT_EQ(record.input->sources.size(), 2U);
  EXPECT_EQ(record.input->sources[0].digest, read_run_record(run).input->digest);
  EXPECT_EQ(record.input->sources[1].rows, kNew);
  for (const auto& [row, line] : manifest_of(options.out)) {
    EXPECT_EQ(line.at("source"), row < kOld ? 0 : 1);
    EXPECT_EQ(line.at("key"), row < kOld ? std::to_string(row) : fmt::format("more 1: {}", row - kOld));
  }
  const Dataset data = open_dataset((options.out / "data").string(), {}, {});
  const auto kept = kept_in(options.out);
  ASSERT_EQ(data.train().size(), std::ssize(kept));
  for (size_t i = 0; i < kept.size(); ++i) {
    EXPECT_EQ(data.train().label(static_cast<int64_t>(i)), labels_[static_cast<size_t>(kept[i])]);
    std::vector<float> scratch;
    const auto values = data.train().features()->row(static_cast<int64_t>(i), scratch);
    EXPECT_TRUE(std::ranges::equal(values, std::span(values_).subspan(static_cast<size_t>(kept[i] * kWidth), kWidth)));
  }
}

TEST_F(ExtendVectors, GoesOnAgainAndAgainAndCanBeSampled) {
  const fs::path run = compressed("k-center");
  ExtendOptions options = extending(run);
  extend(options, {});
  Random random(4, "third");
  std::vector<float> third(30 * kWidth);
  for (float& value : third) value = static_cast<float>(random.normal());
  std::copy_n(values_.begin() + kOld * kWidth, kWidth, third.begin());  // repeats a row of the second set
  const int64_t shape[] = {30, kWidth};
  write_npy<float>(folder_ / "third.npy", third, shape);
  write_npy<int32_t>(folder_ / "third-y.npy", std::vector<int32_t>(30, 1));
  ExtendOptions again{.run = options.out, .more = (folder_ / "third.npy").string(), .out = folder_ / "again"};
  again.more_labels = folder_ / "third-y.npy";
  EXPECT_EQ(extend(again, {}).kept, 26) << "a fifth of 131";
  EXPECT_TRUE(std::ranges::includes(kept_in(again.out), kept_in(options.out)));
  EXPECT_THAT(read_text(again.out / "repeats.jsonl"), testing::AllOf(HasSubstr(R"("row":100)"), HasSubstr(R"("row":101)")));
  EXPECT_EQ(verify({.run = again.out, .source = (folder_ / "old.npy").string()}, {}).kept, 26);
  const SampleOptions sampling{.run = again.out, .out = folder_ / "sampled", .keep = "26"};
  sample_run(sampling, {});
  EXPECT_EQ(kept_in(sampling.out), kept_in(again.out));
}

TEST_F(ExtendVectors, WhatCannotGoOnIsNamed) {
  expect_says(message_of([&] { extend(extending(compressed("bins")), {}); }),
              {"run-bins", "chosen by bins, which cannot go on", "random", "facility-location", "k-center", "herding", "thinning"});
  expect_says(message_of([&] { extend(extending(compressed("k-means")), {}); }), {"chosen by k-means"});
  ExtendOptions few = extending(compressed("k-center"));
  few.keep = "10%";
  expect_says(message_of([&] { extend(few, {}); }), {"has 12 rows chosen already, and 10 of 101 are to be kept", "--keep 12"});
  few.keep = "101";
  expect_says(message_of([&] { extend(few, {}); }), {"101 rows are to be kept, but only 100"});
  const fs::path sampled = folder_ / "sampled";
  sample_run({.run = folder_ / "run-k-center", .out = sampled, .keep = "10"}, {});
  expect_says(message_of([&] { extend(extending(sampled), {}); }), {"sampled", "does not record how its rows were chosen"});
  ExtendOptions scores = extending(compressed("scores"));
  scores.scores.clear();
  expect_says(message_of([&] { extend(scores, {}); }), {"old-s.npy", "--scores of the old rows alone", "numpy.concatenate"});
}

TEST_F(ExtendVectors, OtherDataAreRefused) {
  const fs::path run = compressed("k-center");
  const ExtendOptions options = extending(run);
  const int64_t narrow[] = {kNew, 3};
  write_npy<int32_t>(folder_ / "new-y.npy", std::vector<int32_t>(kNew, 1));
  write_npy<float>(folder_ / "new.npy", std::vector<float>(3 * kNew, 1.0F), narrow);
  expect_says(message_of([&] { extend(options, {}); }), {"new.npy", "has 3 columns", "has 5"});
  ExtendOptions unlabelled = options;
  unlabelled.more_labels.clear();
  store("new", kOld, kNew);
  expect_says(message_of([&] { extend(unlabelled, {}); }), {"without labels"});
  const int64_t kept = kept_in(run).front();
  values_[static_cast<size_t>(kept * kWidth)] += 1;
  store("old", 0, kOld);
  expect_says(message_of([&] { extend(options, {}); }), {"old.npy", fmt::format("{}", kept), "has changed since", "run-k-center"});
  EXPECT_FALSE(fs::exists(options.out));
  EXPECT_FALSE(fs::exists(options.out.string() + ".partial"));
}

TEST_F(ExtendVectors, NewClassesGetTheirShare) {
  for (int64_t row = kOld; row < kOld + kNew; ++row) {
    if (row % 2 == 0) labels_[static_cast<size_t>(row)] = 3;
  }
  store("new", kOld, kNew);
  const fs::path run = compressed("k-center");
  const RunRecord record = extend(extending(run), {});
  ASSERT_EQ(record.classes.size(), 4u);
  EXPECT_EQ(record.classes[3].rows, 21);
  EXPECT_GE(record.classes[3].kept, 4) << "a fifth of its rows, as of the others";
  EXPECT_TRUE(std::ranges::includes(kept_in(run.string() + "-more"), kept_in(run)));
}

TEST_F(ExtendVectors, OfARunWithoutRepeatsHasNone) {
  std::copy_n(values_.begin() + 5 * kWidth, kWidth, values_.begin() + 8 * kWidth);    // old row 8 is old row 5
  std::copy_n(values_.begin() + 62 * kWidth, kWidth, values_.begin() + 65 * kWidth);  // new row 65 is new row 62
  std::transform(values_.begin() + 10 * kWidth, values_.begin() + 11 * kWidth, values_.begin() + 70 * kWidth,
                 [](float v) { return 3 * v; });
  store("old", 0, kOld);
  store("new", kOld, kNew);
  for (const auto& [dedup, left_out] :
       std::vector<std::pair<std::string, std::vector<int64_t>>>{{"exact", {8, 65, 100}}, {"0.99999", {8, 65, 70, 100}}}) {
    CompressOptions options{.out = folder_ / ("run-" + dedup), .keep = "50%", .dedup = {.how = dedup}};
    options.input.path = (folder_ / "old.npy").string();
    options.input.labels = folder_ / "old-y.npy";
    options.select.method = "k-center";
    compress(options, {});
    const ExtendOptions more = extending(options.out);
    const RunRecord record = extend(more, {});
    EXPECT_TRUE(std::ranges::includes(kept_in(more.out), kept_in(options.out)));
    ASSERT_TRUE(record.repeats.has_value());
    EXPECT_EQ(record.repeats->dropped, std::ssize(left_out)) << dedup;
    std::vector<int64_t> named;
    for (const DroppedRow& row : recorded_repeats(more.out, 101)) named.push_back(row.dropped.row);
    EXPECT_EQ(named, left_out) << dedup;
    for (const int64_t row : left_out) EXPECT_FALSE(std::ranges::binary_search(kept_in(more.out), row)) << row;
    EXPECT_EQ(verify({.run = more.out, .source = options.input.path}, {}).kept, record.kept);
    ExtendOptions again = more;  // a run that was extended is extended in its turn
    again.run = more.out;
    again.more = (folder_ / "all.npy").string();
    again.more_labels = folder_ / "all-y.npy";
    again.out = folder_ / ("third-" + dedup);
    again.keep = "60";
    EXPECT_EQ(extend(again, {}).kept, 60);
  }
}

std::string drawn_picture(uint64_t seed) {
  Image image;
  image.resize({8, 8, 3});
  Random random(seed, "picture");
  for (auto& value : image.pixels) value = static_cast<uint8_t>(random.below(256));
  std::vector<std::byte> png;
  encode_png(image.view(), png);
  return std::string(as_text(png));
}

TEST(ExtendPictures, FoldersOfPicturesKeepTheirBytesUnderDistinctNames) {
  const ScratchFolder folder("pictures");
  for (uint64_t i = 0; i < 20; ++i) {
    folder.add(fmt::format("old/train/{}/{}.png", i % 2 == 0 ? "cat" : "dog", i), drawn_picture(i));
    folder.add(fmt::format("new/{}/{}.png", i % 2 == 0 ? "dog" : "cat", i), drawn_picture(i == 5 ? 6 : 100 + i));  // the same names
  }
  CompressOptions options{.out = folder.path / "small", .keep = "50%"};
  options.input.path = (folder.path / "old").string();
  options.select.method = "random";
  compress(options, {});
  ExtendOptions more{.run = options.out, .more = (folder.path / "new").string(), .out = folder.path / "larger"};
  EXPECT_EQ(extend(more, {}).kept, 20);
  EXPECT_TRUE(std::ranges::includes(kept_in(more.out), kept_in(options.out)));
  EXPECT_THAT(
      read_text(more.out / "repeats.jsonl"),
      HasSubstr(
          R"("key":"more 1: cat/5.png","repeats":8,"split":"train","repeats_key":"train/cat/6.png","similarity":1.0,"how":"bytes"})"));
  EXPECT_EQ(verify({.run = more.out, .source = options.input.path}, {}).kept, 20);
  const Dataset data = open_dataset((more.out / "data").string(), {}, {});
  EXPECT_EQ(data.train().size(), 20);
  EXPECT_EQ(data.classes, (std::vector<std::string>{"cat", "dog"}));
  std::set<std::string> written;
  std::vector<std::byte> scratch;
  for (int64_t row = 0; row < 20; ++row)
    written.insert(fmt::format("{} {}", data.train().label(row), sha256(data.train().bytes(row, scratch))));
  for (const auto& [row, line] : manifest_of(more.out))
    EXPECT_TRUE(written.contains(fmt::format("{} {}", line.at("label").get<int>(), line.at("sha256").get<std::string>())));
  folder.add("new/bird/1.png", drawn_picture(200));
  more.overwrite = true;
  EXPECT_EQ(extend(more, {}).kept, 21) << "half of 41, rounded up";
  const Dataset grown = open_dataset((more.out / "data").string(), {}, {});
  EXPECT_EQ(grown.classes, (std::vector<std::string>{"bird", "cat", "dog"}));
  EXPECT_EQ(read_run_record(more.out).classes.back().name, "bird") << "behind those that were there";
  EXPECT_EQ(manifest_of(more.out).rbegin()->second.at("label").get<int>() < 3, true);
  EXPECT_EQ(verify({.run = more.out, .source = options.input.path}, {}).kept, 21);
}

TEST(ExtendPictures, CifarBatchesAndRecordsGrow) {
  const ScratchFolder folder("cifar");
  const auto batch = [](int64_t count, uint64_t seed) {
    Random random(seed, "batch");
    std::string bytes;
    for (int64_t i = 0; i < count; ++i) {
      bytes += static_cast<char>(i % 10);
      for (int k = 0; k < 3072; ++k) bytes += static_cast<char>(random.below(256));
    }
    return bytes;
  };
  folder.add("old/data_batch_1.bin", batch(40, 1));
  folder.add("new/data_batch_1.bin", batch(30, 2));
  folder.add("new/data_batch_2.bin", batch(20, 3));
  CompressOptions options{.out = folder.path / "small", .keep = "50%"};
  options.input.path = (folder.path / "old").string();
  options.select.method = "random";
  compress(options, {});
  const ExtendOptions more{.run = options.out, .more = (folder.path / "new").string(), .out = folder.path / "larger"};
  EXPECT_EQ(extend(more, {}).kept, 45);
  EXPECT_EQ(verify({.run = more.out, .source = options.input.path}, {}).kept, 45);
  EXPECT_EQ(read_text(more.out / "data/data_batch_1.bin").size(), 45U * 3073);

  const auto lines = [](int from, int to) {
    std::string text;
    for (int i = from; i < to; ++i) text += fmt::format("{{\"text\": \"number {}\", \"label\": \"{}\"}}\n", i, i % 2 == 0 ? "even" : "odd");
    return text;
  };
  options.input.path = folder.add("old.jsonl", lines(0, 20));
  options.out = folder.path / "small-text";
  compress(options, {});
  const ExtendOptions texts{.run = options.out, .more = folder.add("new.jsonl", lines(15, 40)), .out = folder.path / "larger-text"};
  EXPECT_EQ(extend(texts, {}).kept, 23) << "half of 45";
  EXPECT_EQ(verify({.run = texts.out, .source = options.input.path}, {}).kept, 23);
  const std::string repeats = read_text(texts.out / "repeats.jsonl");
  EXPECT_EQ(std::ranges::count(repeats, '\n'), 5);
  EXPECT_EQ(open_dataset((texts.out / "data").string(), {}, {}).train().size(), 23);
}

}  // namespace
}  // namespace decant
