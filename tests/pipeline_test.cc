// compress, sample and verify as a whole, on a small set of real bytes.
#include <atomic>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>

#include "decant/base/context.h"
#include "decant/base/errors.h"
#include "decant/base/json.h"
#include "decant/base/test_support.h"
#include "decant/formats/npy/npy.h"
#include "decant/pipeline/bins.h"
#include "decant/pipeline/compress.h"
#include "decant/pipeline/plan.h"
#include "decant/pipeline/run/run_folder.h"
#include "decant/pipeline/run/stopping_for_tests.h"
#include "decant/pipeline/sample.h"
#include "decant/pipeline/verify.h"

#include "tests/drawn_sets.h"

namespace decant {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing_sets::cifar_set;
using testing_sets::contents;

CompressOptions options_for(const fs::path& in, const fs::path& out) {
  CompressOptions options{.input = {.path = in.string()}, .out = out};
  options.features.cache = out.parent_path() / "cache";
  options.features.feature_width = 16;
  options.features.filters = 32;
  options.select.method = "bins";
  options.select.own.bins = 4;
  return options;
}

/// What must repeat byte for byte: everything but the files that tell the time.
std::vector<std::pair<std::string, std::string>> lasting(const fs::path& out) {
  auto files = contents(out);
  const std::set<std::string> timed = {"run.json", "events.jsonl", "report.html", "README.md"};
  std::erase_if(files, [&](const auto& file) { return timed.contains(file.first); });
  return files;
}

TEST(Compress, KeepsExactCountsOfEveryClassAndVerifies) {
  const fs::path in = cifar_set("exact_in", 2, 200);
  const fs::path out = fresh_folder("exact") / "out";
  const RunRecord run = compress(options_for(in, out), {.threads = 2});
  EXPECT_EQ(run.rows, 400);
  EXPECT_EQ(run.kept, 80);
  EXPECT_EQ(run.bytes_after, 80 * 3073);
  for (size_t c = 0; c < 4; ++c) EXPECT_EQ(run.classes[c].kept, 20);
  for (const PartRecord& bin : run.bins) EXPECT_EQ(bin.kept, 20);
  const RunFolder folder = load_run_folder(out);
  EXPECT_EQ(folder.kept.size(), 80u);
  EXPECT_EQ(folder.selection.order.size(), 400u);
  for (const char* file : {"report.html", "README.md", "events.jsonl", "manifest.jsonl", "map.npy"})
    EXPECT_TRUE(fs::exists(out / file)) << file;
  EXPECT_FALSE(fs::exists(out / "bad_files.jsonl"));
  EXPECT_EQ(verify({.run = out, .source = in.string()}, {}).kept, 80);
}

TEST(Compress, GivesTheSameBytesForAnyNumberOfThreads) {
  const fs::path in = cifar_set("threads/in", 1, 120);
  const fs::path folder = fresh_folder("threads_out");
  CompressOptions one = options_for(in, folder / "one");
  CompressOptions many = options_for(in, folder / "many");
  many.features.cache = folder / "another-cache";
  compress(one, {.threads = 1});
  compress(many, {.threads = 5});
  EXPECT_EQ(lasting(folder / "one"), lasting(folder / "many"));
}

TEST(Compress, RandomKeepsTheSharesOfTheClasses) {
  const fs::path in = cifar_set("random_in", 1, 100, 3);
  CompressOptions options = options_for(in, fresh_folder("random_out") / "out");
  options.select.method = "random";
  options.keep = "10";
  const RunRecord run = compress(options, {});
  EXPECT_EQ(run.kept, 10);
  EXPECT_FALSE(run.features.has_value());
  int64_t kept = 0;
  for (const PartRecord& part : run.classes) {
    if (part.rows == 0) continue;
    EXPECT_GE(part.kept, 3);
    kept += part.kept;
  }
  EXPECT_EQ(kept, 10);
}

TEST(Compress, UsesFeaturesOfTheUsersOwn) {
  const fs::path in = cifar_set("own/in", 1, 60);
  const fs::path folder = fresh_folder("own_out");
  std::vector<float> features(60 * 3);
  for (size_t i = 0; i < features.size(); ++i) features[i] = static_cast<float>((i * 7) % 11) - 3;
  const int64_t shape[] = {60, 3};
  write_npy<float>(folder / "f.npy", features, shape);
  CompressOptions options = options_for(in, folder / "out");
  options.features.features = (folder / "f.npy").string();
  EXPECT_EQ(compress(options, {}).features->kind, "file");

  const int64_t wrong[] = {30, 6};
  write_npy<float>(folder / "wrong.npy", features, wrong);
  options.out = folder / "out2";
  options.features.features = (folder / "wrong.npy").string();
  EXPECT_THAT(message_of([&] { compress(options, {}); }), HasSubstr("has 30 rows"));
  features[5] = std::numeric_limits<float>::quiet_NaN();
  write_npy<float>(folder / "nan.npy", features, shape);
  options.features.features = (folder / "nan.npy").string();
  EXPECT_THAT(message_of([&] { compress(options, {}); }), HasSubstr("row 1"));
  EXPECT_FALSE(fs::exists(folder / "out2"));
}

TEST(Compress, RefusesImpossibleWishes) {
  const fs::path in = cifar_set("wishes/in", 1, 40);
  const fs::path folder = fresh_folder("wishes_out");
  const auto complaint = [&](auto change) {
    CompressOptions options = options_for(in, folder / "out");
    change(options);
    return message_of<Error>([&] { compress(options, {}); });  // of the options, or of the input
  };
  EXPECT_THAT(complaint([](CompressOptions& o) { o.keep = "0"; }), HasSubstr("keep"));
  EXPECT_THAT(complaint([](CompressOptions& o) { o.keep = "200%"; }), HasSubstr("keep"));
  EXPECT_THAT(complaint([](CompressOptions& o) { o.keep = "41"; }), HasSubstr("keep"));
  EXPECT_THAT(complaint([](CompressOptions& o) { o.select.method = "magic"; }), HasSubstr("magic"));
  EXPECT_THAT(complaint([](CompressOptions& o) { o.select.method = "bins+function=graph-cutt"; }), HasSubstr("graph-cut"));
  EXPECT_THAT(complaint([](CompressOptions& o) { o.features.features = "conv-kmean"; }), HasSubstr("did you mean 'conv-kmeans'?"));
  EXPECT_THAT(complaint([](CompressOptions& o) { o.to = "arrow"; }), HasSubstr("arrow"));
  EXPECT_THAT(complaint([](CompressOptions& o) { o.select.own.bins = 0; }), HasSubstr("bins"));
  EXPECT_THAT(complaint([](CompressOptions& o) { o.input.path += "/nothing"; }), HasSubstr("nothing"));
  EXPECT_FALSE(fs::exists(folder / "out"));
}

/// Presses Ctrl-C when a stage begins.
class StopAt final : public ProgressSink {
 public:
  explicit StopAt(std::string stage) : stage_(std::move(stage)) {}
  void begin(std::string_view stage, int64_t, std::string_view) override {
    if (stage == stage_) flag = true;
    seen.emplace_back(stage);
  }
  void advance(int64_t) override {}
  void end() override {}
  std::atomic<bool> flag{false};
  std::vector<std::string> seen;

 private:
  std::string stage_;
};

TEST(Compress, InterruptedInAnyStageLeavesNothingAndRunsAgainToTheSameBytes) {
  const fs::path in = cifar_set("stop/in", 1, 120);
  const fs::path folder = fresh_folder("stop_out");
  StopAt watcher("no stage");
  compress(options_for(in, folder / "whole"), {.progress = &watcher});
  EXPECT_GE(watcher.seen.size(), 4u);
  // Learning features takes a second, so the stages that do not see it happen share the whole run's
  // cache: those that a second run goes through as well, but for the first one after the features.
  StopAt again("no stage");
  compress(options_for(in, folder / "again"), {.progress = &again});
  EXPECT_LT(again.seen.size(), watcher.seen.size());
  const std::set<std::string> warm(again.seen.begin(), again.seen.end());
  bool after_features = false;
  for (const std::string& stage : watcher.seen) {
    StopAt stop(stage);
    CompressOptions options = options_for(in, folder / "out");
    if (!warm.contains(stage) || after_features) options.features.cache = folder / ("cache-" + stage);
    after_features = !warm.contains(stage);
    options.overwrite = true;
    EXPECT_THROW(compress(options, {.progress = &stop, .cancel = &stop.flag}), Cancelled) << stage;
    EXPECT_FALSE(fs::exists(folder / "out")) << stage;
    compress(options, {});
    EXPECT_EQ(lasting(folder / "out"), lasting(folder / "whole")) << stage;
    fs::remove_all(folder / "out");
  }
}

TEST(Compress, InterruptedBetweenBinsGoesOnUnlessTheFeaturesChanged) {
  const fs::path in = cifar_set("between/in", 1, 400);
  const fs::path folder = fresh_folder("between_out");
  std::vector<float> features(400 * 3);
  for (size_t i = 0; i < features.size(); ++i) features[i] = static_cast<float>((i * 7919) % 1013);
  const auto store = [&] {
    const int64_t shape[] = {400, 3};
    write_npy<float>(folder / "f.npy", features, shape);
  };
  store();
  CompressOptions options = options_for(in, folder / "whole");
  options.features.features = (folder / "f.npy").string();
  options.select.pool = true;
  compress(options, {});
  options.out = folder / "out";
  StopWithin stop("bins", 250);
  EXPECT_THROW(compress(options, {.threads = 1, .progress = &stop, .cancel = &stop.flag}), Cancelled);
  EXPECT_TRUE(fs::exists(folder / "out.partial" / "checkpoint" / "000001.bins"));
  features[100] += 1;
  store();
  EXPECT_THAT(message_of([&] { compress(options, {}); }), testing::AllOf(HasSubstr("f.npy"), HasSubstr("holds features that differ")));
  features[100] -= 1;
  store();
  options.keep = "10%";  // decides no bin
  compress(options, {});
  EXPECT_EQ(read_text(folder / "out" / "order.npy"), read_text(folder / "whole" / "order.npy"));
  EXPECT_EQ(read_text(folder / "out" / "gain.npy"), read_text(folder / "whole" / "gain.npy"));
  EXPECT_FALSE(fs::exists(folder / "out" / "checkpoint"));
}

TEST(Compress, InterruptedWhileCopyingFilesLeavesNoOutput) {
  const fs::path folder = fresh_folder("copying");
  CompressOptions drawn = options_for(cifar_set("copying_in", 1, 200), folder / "pictures");
  drawn.to = "imagefolder";
  drawn.keep = "160";
  compress(drawn, {});
  const fs::path out = folder / "out";
  CompressOptions options = options_for(folder / "pictures" / "data", out);
  options.select.method = "random";
  options.keep = "150";
  StopWithin stop("copying", 20);
  EXPECT_THROW(compress(options, {.threads = 2, .progress = &stop, .cancel = &stop.flag}), Cancelled);
  EXPECT_FALSE(fs::exists(out));
  const size_t copied = contents(folder / "out.partial" / "data").size();
  EXPECT_GE(copied, 20u);
  EXPECT_LE(copied, 23u) << "each thread ends with the file it has in hand";
  EXPECT_EQ(compress(options, {}).kept, 150);
  EXPECT_EQ(verify({.run = out, .source = options.input.path}, {}).kept, 150);
}

TEST(Sample, GivesWhatCompressWouldHaveGiven) {
  const fs::path in = cifar_set("sample/in", 1, 160);
  const fs::path folder = fresh_folder("sample_out");
  CompressOptions half = options_for(in, folder / "half");
  half.keep = "50%";
  compress(half, {});
  CompressOptions tenth = options_for(in, folder / "tenth");
  tenth.keep = "10%";
  compress(tenth, {});
  sample_run({.run = folder / "half", .out = folder / "again", .keep = "10%"}, {});
  EXPECT_EQ(lasting(folder / "again"), lasting(folder / "tenth"));
  sample_run({.run = folder / "half", .out = folder / "rows.npy", .keep = "10%"}, {});
  EXPECT_EQ(read_indices(folder / "rows.npy"), load_run_folder(folder / "tenth").kept);
  EXPECT_THAT(message_of([&] { sample_run({.run = folder / "half", .out = folder / "rows.npy"}, {}); }), HasSubstr("already exists"));
  EXPECT_THAT(message_of([&] { sample_run({.run = in, .out = folder / "x.npy"}, {}); }), HasSubstr("run.json"));
}

TEST(Sample, RefusesAnotherSource) {
  const fs::path in = cifar_set("other/in", 1, 40);
  const fs::path other = cifar_set("other/in2", 1, 44);
  const fs::path folder = fresh_folder("other_out");
  compress(options_for(in, folder / "out"), {});
  EXPECT_THAT(message_of([&] { sample_run({.run = folder / "out", .out = folder / "x", .source = other.string()}, {}); }),
              HasSubstr("digest"));
  fs::remove_all(in);
  EXPECT_THAT(message_of([&] { sample_run({.run = folder / "out", .out = folder / "x"}, {}); }), HasSubstr("no longer exists"));
}

TEST(Verify, FindsEveryKindOfDamage) {
  const fs::path in = cifar_set("damage/in", 1, 80);
  const fs::path folder = fresh_folder("damage_out");
  const fs::path out = folder / "out";
  const auto damage = [&](const fs::path& file, auto change) {
    fs::remove_all(out);  // --overwrite would refuse what is damaged beyond recognition
    compress(options_for(in, out), {});
    std::string text = read_text(out / file);
    change(text);
    write_file(out / file, text);
    return message_of([&] { verify({.run = out, .source = in.string()}, {}); });
  };
  EXPECT_EQ(damage("README.md", [](std::string& t) { t += "x"; }), "no error");
  EXPECT_THAT(damage("data/data_batch_1.bin", [](std::string& t) { t[100] = static_cast<char>(t[100] + 1); }),
              HasSubstr("bytes that differ from the manifest"));
  EXPECT_THAT(damage("data/data_batch_1.bin", [](std::string& t) { t.resize(3073 * 4); }), HasSubstr("holds 4 samples"));
  EXPECT_THAT(damage("data/data_batch_1.bin", [](std::string& t) { t.pop_back(); }), HasSubstr("data_batch_1.bin"));
  EXPECT_THAT(damage("manifest.jsonl", [](std::string& t) { t.erase(0, t.find('\n') + 1); }), HasSubstr("manifest.jsonl"));
  EXPECT_THAT(damage("manifest.jsonl", [](std::string& t) { t.insert(0, "{"); }), HasSubstr("line 1"));
  EXPECT_THAT(damage("run.json", [](std::string& t) { t.insert(0, "{"); }), HasSubstr("run.json"));
  EXPECT_THAT(damage("order.npy", [](std::string& t) { t[t.size() - 8] = t[t.size() - 16]; }), HasSubstr("order.npy"));
  EXPECT_THAT(damage("indices.npy", [](std::string& t) { t.resize(t.size() - 8); }), HasSubstr("indices.npy"));
}

TEST(Convert, VerifiesPictureByPicture) {
  const fs::path in = cifar_set("convert/in", 1, 60);
  const fs::path folder = fresh_folder("convert_out");
  for (const std::string to : {"imagefolder", "webdataset", "parquet", "packed"}) {
    CompressOptions options = options_for(in, folder / to);
    options.to = to;
    const RunRecord run = compress(options, {});
    EXPECT_EQ(run.output_format, to);
    EXPECT_EQ(verify({.run = folder / to, .source = in.string()}, {}).kept, 12) << to;
  }
}

TEST(Plan, OfAMatrixIsOfItsBins) {
  const fs::path folder = fresh_folder("plan");
  std::vector<float> around_zero(3000 * 8);
  Random random(4, "plan_test");
  for (float& value : around_zero) value = static_cast<float>(random.normal());
  std::vector<float> around_one = around_zero;
  for (float& value : around_one) value += 1;
  const int64_t shape[] = {1500, 8};
  for (const size_t half : {0u, 1u}) {
    write_npy<float>(folder / fmt::format("zero-{}.npy", half), std::span(around_zero).subspan(half * 12000, 12000), shape);
    write_npy<float>(folder / fmt::format("one-{}.npy", half), std::span(around_one).subspan(half * 12000, 12000), shape);
  }
  std::vector<int64_t> labels(3000);
  for (size_t i = 0; i < labels.size(); ++i) labels[i] = static_cast<int64_t>(i % 3);
  write_npy<int64_t>(folder / "y.npy", labels);
  const auto planned = [&](const std::string& name, bool classes) {
    CompressOptions options{.input = {.path = (folder / name).string()}, .out = "unused"};
    if (classes) options.input.labels = folder / "y.npy";
    return plan_what_fits(options, {.threads = 2});
  };
  const PlanEstimate one = planned("one-{0..1}.npy", false);
  EXPECT_EQ(one.verb, "bins");
  EXPECT_EQ(one.rows, 3000);
  EXPECT_EQ(one.columns, 8);
  EXPECT_EQ(one.pools, 1);
  EXPECT_EQ(one.mapped_bytes, 3000 * 8 * 4);
  EXPECT_NEAR(one.mean_cosine.value(), 0.5, 0.1);  // ‖mean‖² over the mean ‖x‖²
  EXPECT_GT(one.memory_bytes, one.rows * 8);
  const PlanEstimate zero = planned("zero-{0..1}.npy", false);
  EXPECT_LT(zero.mean_cosine.value(), 0.01);
  EXPECT_GT(zero.seconds(), one.seconds());
  EXPECT_LT(planned("zero-{0..1}.npy", true).seconds(), zero.seconds());
  EXPECT_EQ(planned("one-*.npy", true).pools, 3);
  EXPECT_THAT(plan_text(one), HasSubstr("bins      of 3,000 rows × 8 columns in 1 pool\n"));
  EXPECT_EQ(plan(BinsOptions{.features = folder / "one-{0..1}.npy", .out = "unused"}, {.threads = 2}), one);
  const PlanEstimate kept = plan(CompressOptions{.input = {.path = (folder / "one-0.npy").string()}, .out = "unused"}, {});
  EXPECT_EQ(kept.verb, "compress");
  EXPECT_EQ(kept.kept, 300);
}

TEST(Plan, StopsWhileItSamples) {
  const fs::path matrix = fresh_path("x.npy");
  const int64_t shape[] = {60, 4};
  write_npy<float>(matrix, std::vector<float>(240, 1.0F), shape);
  const std::atomic<bool> stop{true};
  EXPECT_THROW(plan(BinsOptions{.features = matrix.string(), .out = "unused"}, {.cancel = &stop}), Cancelled);
}

TEST(Plan, SaysWhatItDoesNotKnow) {
  CompressOptions options{.input = {.path = cifar_set("plan_in", 1, 50).string()}, .out = "unused", .select = {.method = "bins"}};
  EXPECT_TRUE(plan(options, {}).unknown.empty());
  for (const char* network : {"embedding", "gradient"}) {
    options.features.features = network;
    const PlanEstimate planned = plan(options, {});
    EXPECT_EQ(planned.unknown, std::vector<std::string>{"features"});
    for (const PlanEstimate::Stage& stage : planned.stages) EXPECT_NE(stage.name, "features");
    EXPECT_THAT(plan_text(planned), testing::AllOf(HasSubstr("at least"), HasSubstr("not estimated")));
  }
}

/// Every field is in the document and the method in the text.
void expect_whole(const PlanEstimate& planned, const std::string& method) {
  EXPECT_EQ(planned.method, method);
  EXPECT_THAT(plan_text(planned), HasSubstr(planned.verb == "bins" && method.starts_with("bins") ? "bins      of" : "by " + method));
  const Json json = to_json(planned);
  for (const char* key : {"verb", "method", "rows", "pools", "columns", "memory_bytes", "mapped_bytes", "disk_bytes", "cache_bytes",
                          "seconds", "stages", "unknown", "mean_cosine"})
    EXPECT_TRUE(json.contains(key)) << key;
  EXPECT_EQ(json["not_checked"].size(), 2u);
  EXPECT_THAT(plan_text(planned), HasSubstr("not checked: rows that cannot be read"));
  EXPECT_EQ(json.contains("kept"), planned.verb == "compress");
  EXPECT_EQ(json["method"], method);
}

TEST(Plan, OfEveryMethodIsAPlanOrTheRefusalOfTheRun) {
  const fs::path folder = fresh_folder("plan_methods");
  const fs::path matrix = folder / "x.npy";
  const int64_t shape[] = {60, 4};
  write_npy<float>(matrix, std::vector<float>(240, 1.0F), shape);
  write_npy<int64_t>(folder / "y.npy", [] {
    std::vector<int64_t> labels(60);
    for (size_t i = 0; i < labels.size(); ++i) labels[i] = static_cast<int64_t>(i % 2);
    return labels;
  }());
  const fs::path pictures = cifar_set("plan_pictures", 1, 60);
  for (const Method& info : methods()) {
    ChoosingOptions select{.method = info.name};
    if (info.name == "scores") select.scores = (folder / "s.npy").string();
    for (const bool of_matrix : {true, false}) {
      SCOPED_TRACE(info.name + (of_matrix ? " of a matrix" : " of pictures"));
      if (info.name == "toward") select.toward = (of_matrix ? matrix : pictures).string();
      const InputOptions input{.path = (of_matrix ? matrix : pictures).string(), .labels = of_matrix ? folder / "y.npy" : fs::path()};
      const CompressOptions compressing{.input = input, .out = "unused", .select = select};
      const BinsOptions cutting{.features = input.path, .labels = input.labels, .out = "unused", .select = select};
      if (of_matrix && info.scores == Scores::record) {
        for (const std::string& said : {message_of([&] { plan(compressing, {}); }), message_of([&] { plan(cutting, {}); }),
                                        message_of([&] { plan_what_fits(compressing, {}); })})
          EXPECT_THAT(said, HasSubstr("holds no pictures"));
        continue;
      }
      expect_whole(plan(compressing, {}), info.name);
      expect_whole(plan_what_fits(compressing, {}), info.name);
      if (!of_matrix && info.features)
        EXPECT_THAT(message_of([&] { plan(cutting, {}); }), HasSubstr("holds pictures, and a matrix of features is needed"));
      else
        expect_whole(plan(cutting, {}), info.name);
    }
  }
}

TEST(Bins, OfAMatrixThenRowsOfIt) {
  const fs::path folder = fresh_folder("bins");
  std::vector<float> features(90 * 5);
  Random random(3, "bins_test");
  for (float& value : features) value = static_cast<float>(random.normal());
  std::vector<int64_t> labels(90);
  for (size_t i = 0; i < labels.size(); ++i) labels[i] = static_cast<int64_t>(i % 3);
  const int64_t shape[] = {90, 5};
  write_npy<float>(folder / "f.npy", features, shape);
  write_npy<int64_t>(folder / "y.npy", labels);
  const auto run = make_bins(
      {.features = folder / "f.npy", .labels = folder / "y.npy", .out = folder / "bins", .select = {.method = "bins", .own = {.bins = 3}}},
      {});
  EXPECT_EQ(run->pool_count, 3);
  sample_run({.run = folder / "bins", .out = folder / "rows.npy", .keep = "9"}, {});
  std::map<std::pair<int64_t, int32_t>, int> counts;
  const RunFolder loaded = load_run_folder(folder / "bins");
  for (const int64_t row : read_indices(folder / "rows.npy"))
    ++counts[{labels[static_cast<size_t>(row)], loaded.selection.bins[static_cast<size_t>(row)]}];
  EXPECT_EQ(counts.size(), 9u) << "one row of every class and bin";

  for (int64_t shard = 0; shard < 3; ++shard) {
    const int64_t part[] = {30, 5};
    write_npy<float>(folder / fmt::format("f-{}.npy", shard), std::span(features).subspan(static_cast<size_t>(shard) * 150, 150), part);
  }
  make_bins({.features = folder / "f-{0..2}.npy",
             .labels = folder / "y.npy",
             .out = folder / "sharded",
             .select = {.method = "bins", .own = {.bins = 3}}},
            {});
  EXPECT_EQ(load_run_folder(folder / "sharded").selection.order, loaded.selection.order);

  write_npy<int64_t>(folder / "short.npy", std::vector<int64_t>(89, 0));
  EXPECT_THAT(message_of([&] { make_bins({.features = folder / "f.npy", .labels = folder / "short.npy", .out = folder / "b2"}, {}); }),
              HasSubstr("short.npy"));
}

}  // namespace
}  // namespace decant
