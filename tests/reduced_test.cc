// Pictures with cells dropped, from compress to unpack, on JPEGs that the project draws.
#include <cstdlib>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/errors.h"
#include "decant/formats/image/codec.h"
#include "decant/formats/image/recode.h"
#include "decant/formats/open.h"
#include "decant/patches/reduced_rows.h"
#include "decant/pipeline/compress.h"
#include "decant/pipeline/run/input.h"
#include "decant/pipeline/sample.h"
#include "decant/pipeline/unpack.h"
#include "decant/pipeline/verify.h"

#include "tests/drawn_sets.h"
#include "tests/reduced_sets.h"

namespace decant {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing_sets::cifar_set;
using testing_sets::contents;
using testing_sets::dropping;
using testing_sets::jpeg_set;

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

TEST(CompressDrop, MakesPicturesAsSmallAsTheyAreTrainedAt) {
  const fs::path in = jpeg_set("pixels_in");
  const fs::path out = fresh_folder("pixels") / "out";
  CompressOptions options = dropping(in, out);
  options.reducing.drop = "";
  options.reducing.resolution = "45px";  // of 80 pixels five eighths, 50, are the fewest that leave it
  compress(options, {});
  EXPECT_EQ(verify({.run = out, .source = in.string()}, {}).checked_against, "hashes and the source");
  const Dataset small = open_dataset((out / "data").string(), {}, {});
  Image image;
  for (int64_t row = 0; row < small.train().size(); ++row) {
    small.train().pictures()->decode(row, image);
    EXPECT_EQ(image.size.height, 50) << row;
  }
  options.reducing.resolution = "500px";
  options.out = out.parent_path() / "as_they_are";
  compress(options, {});
  open_dataset((options.out / "data").string(), {}, {}).train().pictures()->decode(0, image);
  EXPECT_EQ(image.size.height, 80);
}

TEST(CompressDrop, NamesBothWaysToSayAResolution) {
  for (const char* text : {"0px", "-3px", "px", "30%", "x"}) {
    CompressOptions options = dropping(jpeg_set("resolution_in"), fresh_folder("resolution") / "out");
    options.reducing.resolution = text;
    EXPECT_THAT(message_of<UsageError>([&] { compress(options, {}); }), HasSubstr("such as 50%, nor pixels, such as 96px")) << text;
  }
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

}  // namespace
}  // namespace decant
