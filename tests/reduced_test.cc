// Pictures with cells dropped, from compress to unpack, on JPEGs that the project draws.
#include <cstdlib>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sstream>

#include "decant/base/errors.h"
#include "decant/base/json.h"
#include "decant/formats/image/codec.h"
#include "decant/formats/image/recode.h"
#include "decant/formats/open.h"
#include "decant/patches/reduced_rows.h"
#include "decant/pipeline/compress.h"
#include "decant/pipeline/judging/arms.h"
#include "decant/pipeline/judging/judged_sets.h"
#include "decant/pipeline/plan.h"
#include "decant/pipeline/run/input.h"
#include "decant/pipeline/sample.h"
#include "decant/pipeline/unpack.h"
#include "decant/pipeline/verify.h"

#include "tests/drawn_sets.h"

namespace decant {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing_sets::cifar_set;
using testing_sets::contents;

/// Two classes of `each` JPEGs, ramps with a noisy corner.
fs::path jpeg_set(const std::string& name, int each = 6) {
  const fs::path folder = fresh_folder(name);
  for (int i = 0; i < 2 * each; ++i) {
    Image image;
    image.resize({96 + 8 * (i % 3), 80, 3});
    Random random(5, "jpeg_set", static_cast<uint64_t>(i));
    for (int y = 0; y < image.size.height; ++y) {
      for (int x = 0; x < 3 * image.size.width; ++x)
        image.row(y)[x] = static_cast<uint8_t>(x / 3 + y + (y > 40 && x > 120 ? static_cast<int>(random.below(60)) : 0));
    }
    std::vector<std::byte> bytes;
    encode_jpeg(image.view(), 90, bytes);
    const fs::path parent = folder / "train" / (i % 2 == 0 ? "cat" : "dog");
    fs::create_directories(parent);
    write_file(parent / (std::to_string(100 + i) + ".jpg"), as_text(bytes));
  }
  return folder;
}

CompressOptions dropping(const fs::path& in, const fs::path& out) {
  CompressOptions options{.input = {.path = in.string()}, .out = out, .keep = "50%"};
  options.select.method = "random";
  options.reducing.drop = "25%";
  options.reducing.importance.importance = "gradient-energy";
  options.reducing.importance.grid = 5;
  options.features.cache = out.parent_path() / "cache";
  return options;
}

TEST(CompressDrop, DropsExactlyThatManyCellsAndSavesBytes) {
  const fs::path in = jpeg_set("drop_in");
  const fs::path out = fresh_folder("drop") / "out";
  const RunRecord run = compress(dropping(in, out), {.threads = 2});
  ASSERT_TRUE(run.patches);
  EXPECT_EQ(run.patches->cells, 6 * 25);
  EXPECT_EQ(run.patches->cells_kept, 6 * 19) << "6 of 25 cells are a quarter, rounded";
  EXPECT_EQ(run.patches->importance, "gradient-energy");
  EXPECT_LT(run.bytes_after, run.patches->bytes_recoded);

  const Dataset small = open_dataset((out / "data").string(), {}, {});
  ASSERT_EQ(small.train().size(), 6);
  int64_t bytes = 0;
  for (int64_t row = 0; row < 6; ++row) {
    const auto mask = small.train().pictures()->mask(row);
    ASSERT_TRUE(mask);
    EXPECT_EQ(mask->dropped_count(), 6);
    std::vector<std::byte> scratch;
    bytes += std::ssize(small.train().bytes(row, scratch));
  }
  EXPECT_EQ(bytes, run.bytes_after);
}

/// Keeps what is warned of.
struct Warnings final : LogSink {
  void log(LogLevel level, std::string_view text) override {
    if (level == LogLevel::warning) said += std::string(text) + "\n";
  }
  std::string said;
};

TEST(SampleOfReduced, RepeatsWhatWasDoneToPictures) {
  const fs::path in = jpeg_set("again_in");
  const fs::path folder = fresh_folder("again");
  CompressOptions options = dropping(in, folder / "small");
  options.reducing.quality = 60;
  compress(options, {});
  const RunRecord same = sample_run({.run = folder / "small", .out = folder / "same", .keep = "50%"}, {});
  EXPECT_EQ(contents(folder / "same" / "data"), contents(folder / "small" / "data")) << "the same rows";
  EXPECT_EQ(same.patches->cells_kept, 6 * 19);

  const RunRecord more = sample_run({.run = folder / "small", .out = folder / "more", .keep = "9"}, {});
  EXPECT_EQ(more.patches->cells_kept, 9 * 19);
  EXPECT_EQ(verify({.run = folder / "more", .source = in.string()}, {}).checked_against, "hashes and the source");
  const RunRecord again = sample_run({.run = folder / "more", .out = folder / "again", .keep = "6"}, {});
  EXPECT_EQ(contents(folder / "again" / "data"), contents(folder / "small" / "data")) << "a sample can be sampled";
  EXPECT_EQ(again.patches->bytes_recoded, same.patches->bytes_recoded);
}

TEST(SampleOfReduced, ABudgetIsAsManyBytesForEachRow) {
  const fs::path in = jpeg_set("again_budget_in", 30);
  const fs::path folder = fresh_folder("again_budget");
  CompressOptions options = dropping(in, folder / "small");
  options.reducing.drop = "";
  options.keep = "100%";
  options.bytes = "40%";
  options.spend = "quality";
  const RunRecord all = compress(options, {});
  const RunRecord half = sample_run({.run = folder / "small", .out = folder / "half", .keep = "50%"}, {});
  EXPECT_LE(half.bytes_after, all.bytes_before / 5);
  EXPECT_GT(half.bytes_after, all.bytes_before / 5 * 95 / 100);
}

TEST(SampleOfReduced, PixelsAreWrittenAsTheRunWroteThem) {
  const fs::path in = cifar_set("again_raw_in", 1, 60);
  const fs::path folder = fresh_folder("again_raw");
  compress(dropping(in, folder / "packed"), {});
  const RunRecord packed = sample_run({.run = folder / "packed", .out = folder / "packed-again", .keep = "20"}, {});
  EXPECT_EQ(packed.output_format, "packed");
  EXPECT_EQ(packed.patches->cells_kept, 20 * 19);
  EXPECT_EQ(verify({.run = folder / "packed-again", .source = in.string()}, {}).checked_against, "hashes and the source");

  CompressOptions jpegs = dropping(in, folder / "jpegs");
  jpegs.reducing.quality = 60;
  compress(jpegs, {});
  const RunRecord again = sample_run({.run = folder / "jpegs", .out = folder / "jpegs-again", .keep = "20"}, {});
  EXPECT_EQ(again.output_format, "imagefolder");
  EXPECT_EQ(verify({.run = folder / "jpegs-again", .source = in.string()}, {}).checked_against, "hashes and the source");
}

TEST(Fill, OfPicturesThatLostNothingIsSaidToDoNothing) {
  const fs::path in = jpeg_set("fill_whole_in");
  Warnings heard;
  read_input({.path = in.string(), .fill = "gray"}, {.log = &heard});
  EXPECT_THAT(heard.said, HasSubstr("--fill has no effect"));
}

TEST(ReducedRows, TellTheMaskThatTheirFileHas) {
  const Dataset set = open_dataset(jpeg_set("mask_in").string(), {}, {});
  const auto drop = [](int64_t row) {
    patches::Reduction reduction{.eighths = row % 2 == 0 ? 8 : 4};
    reduction.mask = [row](const PatchGrid& grid) {
      PatchMask mask = PatchMask::whole(grid);
      if (row != 3) mask.kept[static_cast<size_t>(row % grid.count())] = false;
      return mask;
    };
    return reduction;
  };
  const auto once = std::make_shared<patches::ReducedRows>(set.splits.at(Split::train), 4, drop);
  const patches::ReducedRows twice(once, 4, [&](int64_t row) { return drop(row + 2 * (row % 2 == 0)); });
  for (int64_t row = 0; row < once->size(); ++row) {
    std::vector<std::byte> scratch;
    EXPECT_EQ(once->mask(row), stored_mask(once->bytes(row, scratch), "x"));
    if (row % 2 != 0) continue;  // a picture of a reduced resolution takes no second mask
    EXPECT_EQ(twice.mask(row), stored_mask(twice.bytes(row, scratch), "x"));
  }
  EXPECT_EQ(twice.mask(0)->dropped_count(), 2);
  EXPECT_FALSE(once->mask(3)) << "nothing was dropped";
}

TEST(CompressDrop, IsVerifiedAgainstItsManifestAndItsSource) {
  const fs::path in = jpeg_set("drop_verify_in");
  const fs::path out = fresh_folder("drop_verify") / "out";
  compress(dropping(in, out), {});
  EXPECT_EQ(verify({.run = out}, {}).checked_against, "hashes");
  EXPECT_EQ(verify({.run = out, .source = in.string()}, {}).checked_against, "hashes and the source");

  const Dataset small = open_dataset((out / "data").string(), {}, {});
  std::vector<std::byte> recoded;
  std::vector<std::byte> scratch;
  recode(small.train().bytes(0, scratch), "x", {.quality = 20}, recoded);
  write_file(out / "data" / small.train().key(0), as_text(recoded));
  EXPECT_THAT(message_of([&] { verify({.run = out}, {}); }), HasSubstr("has bytes that differ from the manifest"));
}

TEST(CompressDrop, GivesTheSameBytesForAnyNumberOfThreads) {
  const fs::path in = jpeg_set("drop_threads_in");
  const fs::path folder = fresh_folder("drop_threads");
  CompressOptions other = dropping(in, folder / "b");
  other.features.cache = folder / "other-cache";
  compress(dropping(in, folder / "a"), {.threads = 1});
  compress(other, {.threads = 4});
  EXPECT_EQ(contents(folder / "a" / "data"), contents(folder / "b" / "data"));
  EXPECT_EQ(read_text(folder / "a" / "manifest.jsonl"), read_text(folder / "b" / "manifest.jsonl"));
}

TEST(CompressDrop, CoarserAndSmallerPicturesAreVerifiedToo) {
  const fs::path in = jpeg_set("quality_in");
  const fs::path out = fresh_folder("quality") / "out";
  CompressOptions options = dropping(in, out);
  options.reducing.drop = "";
  options.reducing.quality = 40;
  options.reducing.resolution = "50%";
  const RunRecord run = compress(options, {});
  EXPECT_LT(run.bytes_after, run.patches->bytes_recoded / 2);
  EXPECT_EQ(run.patches->cells, 0);
  EXPECT_EQ(verify({.run = out, .source = in.string()}, {}).checked_against, "hashes and the source");
  Image image;
  open_dataset((out / "data").string(), {}, {}).train().pictures()->decode(0, image);
  EXPECT_EQ(image.size.height, 40);
}

TEST(CompressDrop, PacksRawPicturesAndUnpacksThem) {
  const fs::path in = cifar_set("drop_raw_in", 1, 60);
  const fs::path folder = fresh_folder("drop_raw");
  CompressOptions options = dropping(in, folder / "small");
  options.reducing.importance.grid = 8;
  const RunRecord run = compress(options, {.threads = 2});
  EXPECT_EQ(run.output_format, "packed");
  EXPECT_EQ(run.patches->cells, 30 * 64);
  EXPECT_EQ(run.patches->cells_kept, 30 * 48);
  EXPECT_LT(run.bytes_after, run.patches->bytes_recoded);
  EXPECT_EQ(verify({.run = folder / "small", .source = in.string()}, {}).checked_against, "hashes and the source");
  const Unpacked made = unpack({.input = {.path = (folder / "small").string(), .fill = "harmonic"}, .out = folder / "plain"}, {});
  EXPECT_EQ(made.filled, 30);
  EXPECT_EQ(open_dataset((folder / "plain").string(), {}, {}).train().size(), 30);
}

TEST(CompressDrop, MakesJpegsOfRawPicturesWhereAQualityIsAskedFor) {
  const fs::path in = cifar_set("jpegs_in", 1, 60);
  const fs::path out = fresh_folder("jpegs") / "small";
  CompressOptions options = dropping(in, out);
  options.reducing.quality = 60;
  options.to = "webdataset";
  const RunRecord run = compress(options, {});
  EXPECT_LT(run.bytes_after - 30 * 2048 - 1024, 30 * 3073 / 3) << "but for the headers of shards";
  EXPECT_EQ(verify({.run = out, .source = in.string()}, {}).checked_against, "hashes and the source");
  const Dataset small = open_dataset((out / "data").string(), {}, {});
  EXPECT_TRUE(small.train().key(0).ends_with(".jpg"));
  EXPECT_EQ(small.train().pictures()->mask(0)->grid.unit(), (PatchUnit{8, 8}));
}

TEST(CompressDrop, RefusesWhatIsNoShare) {
  const fs::path in = jpeg_set("drop_share_in");
  for (const char* share : {"0", "1", "100%", "-5%", "x", "25%%", "nan"}) {
    CompressOptions options = dropping(in, fresh_folder("drop_share") / "out");
    options.reducing.drop = share;
    EXPECT_THAT(message_of<UsageError>([&] { compress(options, {}); }), HasSubstr("is no share of the cells")) << share;
  }
}

/// What the program in examples/ prints, and its exit code; 126 and 127 where there is no Python.
std::pair<std::string, int> read_by_python(const fs::path& folder) {
  const fs::path said = folder.parent_path() / "said.txt";
  const std::string command = "\"${DECANT_PYTHON:-python3}\" examples/read_pictures.py '" + folder.string() + "' > '" + said.string() +
                              "' 2> '" + said.string() + ".err'";
  const int status = std::system(command.c_str());
  return {read_text(said), WEXITSTATUS(status)};
}

TEST(CompressDrop, LeavesPicturesThatPythonReads) {
  const fs::path in = jpeg_set("python_in");
  const fs::path out = fresh_folder("python") / "out";
  compress(dropping(in, out), {});
  const auto [said, code] = read_by_python(out / "data" / "train");
  if (code != 0 && read_text(out / "data" / "said.txt.err").find("No module named") != std::string::npos)
    GTEST_SKIP() << "needs python3, or another Python in DECANT_PYTHON, with Pillow";
  if (code == 126 || code == 127) GTEST_SKIP() << "needs python3";
  EXPECT_EQ(code, 0);
  EXPECT_EQ(said, "6 pictures of 2 classes\n");
}

TEST(CompressBytes, MeetTheBudgetInEveryCurrency) {
  const fs::path in = jpeg_set("budget_in", 30);
  const fs::path folder = fresh_folder("budget");
  for (const std::string spend : {"rows", "quality", "resolution", "cells"}) {
    CompressOptions options = dropping(in, folder / spend);
    options.reducing.drop = "";
    options.keep = CompressOptions().keep;
    options.bytes = spend == "cells" ? "85%" : "40%";
    options.spend = spend;
    const RunRecord run = compress(options, {.threads = 2});
    const int64_t budget = run.bytes_before * (spend == "cells" ? 85 : 40) / 100;
    EXPECT_LE(run.bytes_after, budget) << spend;
    EXPECT_GT(run.bytes_after, spend == "rows" ? budget - 6000 : budget * 98 / 100) << spend;
    EXPECT_EQ(run.kept == 60, spend != "rows") << spend;
    EXPECT_EQ(verify({.run = folder / spend, .source = in.string()}, {}).checked_against, "hashes and the source");
  }
}

CompressOptions spending(const fs::path& in, const fs::path& out, const std::string& bytes, const std::string& spend) {
  CompressOptions options = dropping(in, out);
  options.reducing.drop = "";
  options.keep = CompressOptions().keep;
  options.bytes = bytes;
  options.spend = spend;
  return options;
}

/// The quality that each line of a manifest names.
std::vector<int> qualities_in(const fs::path& manifest) {
  std::vector<int> all;
  std::istringstream lines(read_text(manifest));
  for (std::string line; std::getline(lines, line);) all.push_back(parse_json(line).value("quality", 0));
  return all;
}

TEST(CompressBytes, AutoKeepsMoreAndCoarserPictures) {
  const fs::path in = jpeg_set("mix_in", 60);
  const fs::path folder = fresh_folder("mix");
  const RunRecord rows = compress(spending(in, folder / "rows", "20%", "rows"), {});
  const RunRecord run = compress(spending(in, folder / "auto", "20%", "auto"), {.threads = 2});
  const int64_t budget = run.bytes_before / 5;
  EXPECT_LE(run.bytes_after, budget);
  EXPECT_GT(run.bytes_after, budget * 995 / 1000);
  EXPECT_GT(*run.kept, *rows.kept);
  EXPECT_LT(*run.kept, 120);
  const std::vector<int> qualities = qualities_in(folder / "auto" / "manifest.jsonl");
  const auto [least, most] = std::ranges::minmax(qualities);
  EXPECT_GE(least, 10);
  EXPECT_LE(most - least, 1);
  EXPECT_THAT(run.patches->spent, testing::StartsWith(fmt::format("quality {}", least)));
  EXPECT_THAT(run.patches->spent, HasSubstr(fmt::format("; {} of 120 pictures", *run.kept)));
  EXPECT_EQ(verify({.run = folder / "auto", .source = in.string()}, {}).checked_against, "hashes and the source");

  compress(spending(in, folder / "again", "20%", "auto"), {.threads = 1});
  EXPECT_EQ(contents(folder / "auto" / "data"), contents(folder / "again" / "data"));
}

TEST(CompressBytes, AutoChangesNothingWhereEverythingFits) {
  const fs::path in = jpeg_set("mix_all_in");
  const fs::path folder = fresh_folder("mix_all");
  const RunRecord run = compress(spending(in, folder / "out", "100%", "auto"), {});
  EXPECT_EQ(run.kept, 12);
  EXPECT_EQ(run.bytes_after, run.patches->bytes_recoded);
  EXPECT_THAT(run.patches->spent, HasSubstr("the quality as it is; 12 of 12 pictures"));
}

// Nothing is reduced, so what is written is the lossless re-coding, headers and all.
TEST(CompressBytes, HeadersOfArchivesCountOnBothSides) {
  const fs::path in = jpeg_set("headers_in");
  const fs::path folder = fresh_folder("headers");
  CompressOptions options = spending(in, folder / "out", "100%", "auto");
  options.to = "webdataset";
  const RunRecord run = compress(options, {});
  EXPECT_EQ(run.bytes_after, run.patches->bytes_recoded);
  int64_t files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder / "out" / "data"))
    files += entry.is_regular_file() ? static_cast<int64_t>(entry.file_size()) : 0;
  EXPECT_EQ(run.bytes_after, files);
  EXPECT_EQ(run.patches->bytes_source % 512, run.patches->bytes_recoded % 512);
}

TEST(CompressBytes, PixelsBecomeJpegsWhereQualityIsBought) {
  const fs::path in = cifar_set("mix_raw_in", 1, 300);
  const fs::path folder = fresh_folder("mix_raw");
  for (const std::string spend : {"auto", "quality"}) {
    const CompressOptions options = spending(in, folder / spend, "15%", spend);
    const RunRecord run = compress(options, {.threads = 2});
    EXPECT_LE(run.bytes_after, run.bytes_before * 15 / 100) << spend;
    EXPECT_GT(run.bytes_after, run.bytes_before * 15 / 100 * 995 / 1000) << spend;
    EXPECT_EQ(run.output_format, "imagefolder");
    EXPECT_EQ(std::get<int64_t>(*run.option("quality")), kQualityOfPixels);
    EXPECT_EQ(run.kept == 300, spend == "quality");
    verify({.run = folder / spend, .source = in.string()}, {});
    const PlanEstimate estimate = plan(options, {});
    EXPECT_NEAR(static_cast<double>(*estimate.kept), static_cast<double>(*run.kept), 0.1 * static_cast<double>(*run.kept)) << spend;
    EXPECT_EQ(estimate.spent.empty(), spend == "auto");
  }
}

TEST(CompressBytes, PixelsBecomeJpegsWhereCellsAreBought) {
  const fs::path in = cifar_set("mix_cells_in", 1, 100);
  CompressOptions options = spending(in, fresh_folder("mix_cells") / "out", "20%", "cells");
  options.reducing.importance.importance = "gradient-energy";
  const RunRecord run = compress(options, {.threads = 2});
  EXPECT_EQ(run.kept, 100);
  EXPECT_LE(run.bytes_after, run.bytes_before * 20 / 100);
  EXPECT_EQ(run.output_format, "imagefolder");
}

TEST(CompressBytes, ThePlanEstimatesTheQualityThatABudgetBuys) {
  const fs::path in = jpeg_set("plan_quality_in");
  const CompressOptions options = spending(in, fresh_folder("plan_quality") / "out", "60%", "quality");
  const RunRecord run = compress(options, {.threads = 2});
  const std::string made = run.patches->spent.substr(0, run.patches->spent.find(','));
  EXPECT_EQ(plan(options, {}).spent.substr(0, made.size()), made);
  const std::string said = message_of([&] { plan(spending(in, "unused", "1%", "quality"), {}); });
  EXPECT_THAT(said, HasSubstr("the least that can be left takes about"));
}

TEST(CompressBytes, ThePlanCountsRowsOfPixelsAsTheJpegsTheyBecome) {
  const fs::path in = cifar_set("plan_raw_in", 1, 300);
  CompressOptions options = spending(in, fresh_folder("plan_raw") / "out", "5%", "rows");
  options.reducing.quality = 50;
  const RunRecord run = compress(options, {.threads = 2});
  EXPECT_NEAR(static_cast<double>(*plan(options, {}).kept), static_cast<double>(*run.kept), 0.1 * static_cast<double>(*run.kept));
}

TEST(CompressBytes, AutoNamesTheLeastThatItCanSpend) {
  const fs::path in = jpeg_set("mix_least_in");
  const fs::path folder = fresh_folder("mix_least");
  const std::string said = message_of([&] { compress(spending(in, folder / "out", "100B", "auto"), {}); });
  EXPECT_THAT(said, HasSubstr("hold no set of pictures; the smallest, of 1"));
  const std::string least = said.substr(said.find("--bytes ") + 8);
  const RunRecord run = compress(spending(in, folder / "out", least.substr(0, least.find(' ')), "auto"), {});
  EXPECT_EQ(run.kept, 1);
}

TEST(CompressBytes, RefusesWhatCannotBeMet) {
  const fs::path in = jpeg_set("unmet_in");
  CompressOptions options = dropping(in, fresh_folder("unmet") / "out");
  options.keep = CompressOptions().keep;
  options.bytes = "1%";
  options.spend = "cells";
  EXPECT_THAT(message_of<UsageError>([&] { compress(options, {}); }), HasSubstr("leave out --drop"));
  options.reducing.drop = "";
  EXPECT_THAT(message_of([&] { compress(options, {}); }), HasSubstr("the least that can be left takes"));
  options.spend = "cell";
  EXPECT_THAT(message_of<UsageError>([&] { compress(options, {}); }), HasSubstr("did you mean 'cells'"));
  options.spend = "rows";
  options.given["keep"] = "50%";
  EXPECT_THAT(message_of<UsageError>([&] { compress(options, {}); }), HasSubstr("--keep and --bytes"));
  options.bytes = "";
  options.spend = "quality";
  EXPECT_THAT(message_of<UsageError>([&] { compress(options, {}); }), HasSubstr("--spend needs --bytes"));
}

TEST(Unpack, FillsWhatWasDroppedAndKeepsTheRest) {
  const fs::path in = jpeg_set("unpack_in");
  const fs::path folder = fresh_folder("unpack");
  compress(dropping(in, folder / "small"), {});
  const Unpacked made = unpack({.input = {.path = (folder / "small").string(), .fill = "gray"}, .out = folder / "plain"}, {});
  EXPECT_EQ(made.rows, 6);
  EXPECT_EQ(made.filled, 6);

  const Dataset small = open_dataset((folder / "small").string(), {}, {});
  const Dataset plain = open_dataset((folder / "plain").string(), {}, {});
  ASSERT_EQ(plain.train().size(), 6);
  EXPECT_EQ(plain.classes, small.classes);
  EXPECT_TRUE(plain.train().key(0).ends_with(".png"));
  const PatchMask mask = *small.train().pictures()->mask(0);
  Image stored;
  Image filled;
  small.train().pictures()->decode(0, stored);
  plain.train().pictures()->decode(0, filled);
  ASSERT_EQ(stored.size, filled.size);
  for (int cell = 0; cell < mask.grid.count(); ++cell) {
    const PatchRect rect = mask.grid.pixels(cell);
    for (int y = rect.top; y < rect.bottom; ++y) {
      for (int x = 3 * rect.left; x < 3 * rect.right; ++x)
        ASSERT_EQ(filled.row(y)[x], mask.kept[static_cast<size_t>(cell)] ? stored.row(y)[x] : 128);
    }
  }
  EXPECT_THAT(message_of([&] { unpack({.input = {.path = (folder / "small").string()}, .out = folder / "plain"}, {}); }),
              HasSubstr("already exists"));
}

TEST(Unpack, PackedPicturesBecomeTheFilesTheyCameFrom) {
  const fs::path in = cifar_set("raw_in", 2, 30);
  const fs::path folder = fresh_folder("raw");
  CompressOptions options = dropping(in, folder / "small");
  options.keep = "100%";
  options.to = "packed";
  options.reducing = {};
  compress(options, {});
  unpack({.input = {.path = (folder / "small").string()}, .out = folder / "plain", .to = "cifar10"}, {});
  for (const char* file : {"data_batch_1.bin", "data_batch_2.bin"}) EXPECT_EQ(read_text(folder / "plain" / file), read_text(in / file));

  options = dropping(in, folder / "fewer");
  options.to = "packed";
  compress(options, {});
  const Unpacked made =
      unpack({.input = {.path = (folder / "fewer").string(), .fill = "gray"}, .out = folder / "filled", .to = "cifar10"}, {});
  EXPECT_EQ(made.filled, 30);
  const Dataset filled = open_dataset((folder / "filled").string(), {}, {});
  const Dataset fewer = open_dataset((folder / "fewer").string(), {}, {});
  Image image;
  Image stored;
  for (int64_t row = 0; row < 30; ++row) {
    filled.train().pictures()->decode(row, image);
    fewer.train().pictures()->decode(row, stored);
    const PatchMask mask = *fewer.train().pictures()->mask(row);
    for (int at = 0; at < 32 * 32; ++at) {
      const bool kept = mask.kept[static_cast<size_t>(mask.grid.cell_of(at % 32, at / 32))];
      ASSERT_EQ(image.pixels[static_cast<size_t>(3 * at)], kept ? stored.pixels[static_cast<size_t>(3 * at)] : 128);
    }
  }
}

TEST(EvaluateBytes, EverySetTakesAsManyRowsAsFit) {
  const fs::path in = jpeg_set("bytes_in", 20);
  EvaluateOptions options{.full = in.string(), .against = "random,random+quality=30,random+drop=50%+fill=gray", .bytes = "20%"};
  options.seeds = 2;
  options.features.cache = fresh_folder("bytes_cache");
  const JudgedSets sets = read_judged_sets(options, {});
  const auto arms = make_arms(sets, options, {});
  ASSERT_EQ(arms.size(), 3u);
  const int64_t budget = sets.full.dataset.train().stored_bytes() / 5;
  std::vector<int64_t> rows;
  for (const evaluate::Arm& arm : arms) {
    ASSERT_TRUE(arm.budget);
    EXPECT_EQ(arm.budget->unit, Budget::Unit::bytes);
    EXPECT_EQ(arm.budget->amount, budget);
    rows.push_back(std::ssize(arm.subset(0)));
    EXPECT_FALSE(arm.subset(1).empty());
  }
  EXPECT_GT(rows[1], rows[0]);
  EXPECT_GT(rows[2], rows[0]);
  EXPECT_NE(arms[0].digest, arms[1].digest);
  EXPECT_NE(arms[0].digest, arms[2].digest);
  Image image;
  arms[2].rows->pictures()->decode(arms[2].subset(0)[0], image);
  EXPECT_GT(std::ranges::count(image.pixels, 128), std::ssize(image.pixels) / 3);
}

TEST(EvaluateBytes, ArmsBuyWhatCompressBuys) {
  const fs::path in = jpeg_set("spend_arms_in", 60);
  EvaluateOptions options{.full = in.string(),
                          .against = "random+quality=100,random+spend=auto,full+spend=quality,full+spend=resolution,full+spend=cells",
                          .bytes = "60%"};
  options.test = in.string();
  options.seeds = 2;
  options.features.cache = fresh_folder("spend_arms_cache");
  const JudgedSets sets = read_judged_sets(options, {});
  const auto arms = make_arms(sets, options, {});
  ASSERT_EQ(arms.size(), 5u);
  std::vector<size_t> rows;
  for (const evaluate::Arm& arm : arms) {
    const Subset kept = arm.subset(1);
    rows.push_back(kept.size());
    if (arm.name == "full+spend=cells") continue;  // filled pictures are other files
    std::vector<std::byte> scratch;
    int64_t bytes = 0;
    for (const int64_t row : kept) bytes += std::ssize(arm.rows->bytes(row, scratch));
    EXPECT_LE(bytes, arm.budget->amount) << arm.name;
    EXPECT_GT(bytes, arm.budget->amount * 98 / 100) << arm.name;
  }
  EXPECT_LT(rows[0], rows[1]) << "auto keeps more rows";
  EXPECT_LT(rows[1], 120u) << "but not all";
  EXPECT_EQ(std::vector<size_t>(rows.begin() + 2, rows.end()), std::vector<size_t>(3, 120));
}

TEST(EvaluateBytes, AutoIsFinerWhereAllRowsFit) {
  const fs::path in = jpeg_set("spend_all_in", 10);
  EvaluateOptions options{.full = in.string(), .against = "random+spend=auto", .bytes = "100%"};
  options.test = in.string();
  options.features.cache = fresh_folder("spend_all_cache");
  const JudgedSets sets = read_judged_sets(options, {});
  const auto arms = make_arms(sets, options, {});
  EXPECT_EQ(arms[0].subset(0), sets.full_rows);
  Image source;
  Image shown;
  sets.full.dataset.train().pictures()->decode(3, source);
  arms[0].rows->pictures()->decode(3, shown);
  EXPECT_EQ(source.pixels, shown.pixels) << "nothing is lost";
}

TEST(EvaluateBytes, ASpentBudgetNeedsBytes) {
  const fs::path in = jpeg_set("spend_bytes_in");
  EvaluateOptions options{.full = in.string(), .against = "random+spend=auto", .keep = "50%"};
  options.features.cache = fresh_folder("spend_bytes_cache");
  const JudgedSets sets = read_judged_sets(options, {});
  EXPECT_THAT(message_of<UsageError>([&] { make_arms(sets, options, {}); }), HasSubstr("spend needs --bytes"));
}

TEST(EvaluateBytes, AGivenSetHasRandomRowsOfItsOwnBytes) {
  const fs::path in = jpeg_set("given_in", 20);
  const fs::path folder = fresh_folder("given");
  compress(spending(in, folder / "small", "40%", "auto"), {});
  EvaluateOptions options{.full = in.string(), .small = {(folder / "small").string()}, .against = "random", .bytes = "20%"};
  options.test = in.string();
  options.features.cache = folder / "cache";
  const JudgedSets sets = read_judged_sets(options, {});
  const auto arms = make_arms(sets, options, {});
  ASSERT_EQ(arms.size(), 3u);
  EXPECT_EQ(arms[2].name, "small");
  ASSERT_TRUE(arms[2].budget);
  EXPECT_EQ(arms[1].budget, arms[2].budget) << "compared at equal bytes";
  EXPECT_NE(arms[0].budget, arms[2].budget);
  EXPECT_EQ(arms[2].budget->amount, arms[2].rows->stored_bytes()) << "its files are re-coded already";
  EXPECT_LT(arms[1].subset(0).size(), arms[2].subset(0).size());
  const SetsOutline outline = outline_judged_sets(options, {});
  EXPECT_EQ(outline.counts.given.at(0).bytes, arms[2].budget->amount) << "as the plan says";
}

TEST(EvaluateBytes, KeepAndBytesExcludeEachOther) {
  const fs::path in = jpeg_set("bytes_keep_in");
  EvaluateOptions options{.full = in.string(), .keep = "50%", .bytes = "20%"};
  options.features.cache = fresh_folder("bytes_keep_cache");
  const JudgedSets sets = read_judged_sets(options, {});
  EXPECT_THAT(message_of<UsageError>([&] { make_arms(sets, options, {}); }), HasSubstr("--keep and --bytes"));
}

}  // namespace
}  // namespace decant
