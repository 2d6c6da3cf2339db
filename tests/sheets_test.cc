// Pictures shrunk into sheets, from compress to evaluate, on pictures that the project draws.
#include "decant/formats/sheets/sheets.h"

#include <algorithm>
#include <cstdlib>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/errors.h"
#include "decant/base/json.h"
#include "decant/data/test_rows.h"
#include "decant/formats/image/codec.h"
#include "decant/formats/npy/npy.h"
#include "decant/formats/open.h"
#include "decant/pipeline/compress.h"
#include "decant/pipeline/judging/given_set.h"
#include "decant/pipeline/judging/row_counts.h"
#include "decant/pipeline/plan.h"
#include "decant/pipeline/report.h"
#include "decant/pipeline/run/run_folder.h"
#include "decant/pipeline/run/run_source.h"
#include "decant/pipeline/run/scene_sets_for_tests.h"
#include "decant/pipeline/run/sheets_in_run.h"
#include "decant/pipeline/sample.h"
#include "decant/pipeline/verify.h"

#include "tests/drawn_sets.h"
#include "tests/reduced_sets.h"

namespace decant {
namespace {

namespace fs = std::filesystem;
using sheets::Table;
using testing::HasSubstr;
using testing::StartsWith;
using testing_sets::cifar_set;
using testing_sets::contents;
using testing_sets::jpeg_set;

CompressOptions tiling(const fs::path& in, const fs::path& out, int tile = 2) {
  CompressOptions options{.input = {.path = in.string()}, .out = out, .keep = "50%"};
  options.select.method = "random";
  options.tiling.tile = tile;
  options.features.cache = out.parent_path() / "cache";
  return options;
}

std::string refusal(const CompressOptions& options) {
  return message_of<Error>([&] { compress(options, {}); });
}

/// Changes a run's file in place.
void change(const fs::path& file, const std::string& from, const std::string& to) {
  std::string text = read_text(file);
  const size_t at = text.find(from);
  ASSERT_NE(at, std::string::npos) << from;
  write_file(file, text.replace(at, from.size(), to));
}

TEST(CompressTile, WritesSheetsOfTheKeptRows) {
  const fs::path in = jpeg_set("tile_in", 12);
  const fs::path out = fresh_folder("tile") / "out";
  CompressOptions options = tiling(in, out);
  options.keep = "75%";
  options.tiling.side = 48;
  const RunRecord run = compress(options, {.threads = 2});
  ASSERT_TRUE(run.sheets);
  EXPECT_EQ(run.output_format, "sheets");
  EXPECT_EQ(run.sheets->sheets, 6) << "nine rows a class: two full sheets and one of one cell";
  EXPECT_EQ(run.sheets->quality, 75);
  EXPECT_EQ(run.bytes_after, run.sheets->bytes_sheets + run.sheets->bytes_table);
  EXPECT_LT(run.bytes_after, run.sheets->bytes_source);

  const Dataset small = open_dataset(out.string(), {}, {});
  EXPECT_EQ(small.format, "sheets");
  ASSERT_EQ(small.train().size(), 18);
  EXPECT_EQ(small.train().key(8), "train/cat/sheet_0002.jpg#0");
  Image image;
  small.train().pictures()->decode(8, image);
  EXPECT_EQ(image.size.width, 48);
  EXPECT_LT(image.size.height, 48) << "whole pictures keep their aspect";
  EXPECT_EQ(rows_in_sheets(out / "data"), load_run_folder(out).kept.rows()) << "class folders are in the order of rows";
}

TEST(CompressTile, SaysThatCropsMustStayInsideACell) {
  const fs::path in = jpeg_set("words_in");
  const fs::path out = fresh_folder("words") / "out";
  compress(tiling(in, out), {});
  EXPECT_THAT(read_text(out / "README.md"), HasSubstr("crops must stay inside a cell"));
  const std::string page = read_text(out / "report.html");
  EXPECT_THAT(page, HasSubstr("random crops must stay inside a cell"));
  EXPECT_THAT(page, HasSubstr("shrunk into 2 sheets"));
  EXPECT_THAT(page, HasSubstr("as stored"));
  make_report({.run = out}, {});
  EXPECT_THAT(read_text(out / "report.html"), HasSubstr("as stored")) << "and again, from the sheets in data/";
}

TEST(CompressTile, IsVerifiedAgainstItsManifestAndItsSource) {
  const fs::path in = jpeg_set("verify_in", 10);
  const fs::path folder = fresh_folder("verify");
  for (const char* fit : {"whole", "crop"}) {
    CompressOptions options = tiling(in, folder / fit);
    options.tiling.fit = fit;
    compress(options, {});
    EXPECT_EQ(verify({.run = folder / fit}, {}).checked_against, "hashes");
    EXPECT_EQ(verify({.run = folder / fit, .source = in.string()}, {}).checked_against, "hashes and the source");
  }
}

TEST(CompressTile, VerifyFindsWhatWasChanged) {
  const fs::path in = jpeg_set("changed_in", 10);
  const fs::path folder = fresh_folder("changed");
  compress(tiling(in, folder / "sound"), {});
  int number = 0;
  const auto fault_of = [&](const auto& damage) {
    const fs::path run = folder / std::to_string(number++);
    fs::copy(folder / "sound", run, fs::copy_options::recursive);
    damage(run / "data");
    return message_of([&] { verify({.run = run, .source = in.string()}, {}); });
  };
  const std::string first = "train/cat/sheet_0000.jpg";
  const std::string second = "train/dog/sheet_0000.jpg";
  EXPECT_THAT(fault_of([&](const fs::path& data) { fs::copy_file(data / second, data / first, fs::copy_options::overwrite_existing); }),
              HasSubstr("has bytes that differ from sheets.jsonl"));
  EXPECT_THAT(fault_of([&](const fs::path& data) { fs::copy_file(data / second, data / "train/cat/more.jpg"); }),
              HasSubstr("is not in sheets.jsonl"));
  const Table table = read_sheet_table(folder / "sound" / "data");
  const sheets::Cell& cell = table.sheets[0].cells[0];
  EXPECT_THAT(fault_of([&](const fs::path& data) { change(data / "sheets.jsonl", cell.key, "train/cat/none.jpg"); }),
              HasSubstr("manifest.jsonl says"));
  EXPECT_THAT(fault_of([&](const fs::path& data) { change(data / "sheets.jsonl", cell.hash, std::string(16, '0')); }),
              HasSubstr("is of other bytes"));
  EXPECT_THAT(fault_of([&](const fs::path& data) {
                Table other = table;
                std::swap(other.sheets[0].cells[0].row, other.sheets[0].cells[1].row);
                std::swap(other.sheets[0].cells[0].key, other.sheets[0].cells[1].key);
                std::swap(other.sheets[0].cells[0].hash, other.sheets[0].cells[1].hash);
                write_file(data / "sheets.jsonl", table_text(other));
              }),
              HasSubstr("is not what the source's pictures are shrunk to"));
  EXPECT_THAT(fault_of([&](const fs::path& data) {
                Table other = table;
                std::swap(other.sheets[0].cells, other.sheets[2].cells);
                write_file(data / "sheets.jsonl", table_text(other));
              }),
              HasSubstr("and lies in the folder of"));
  EXPECT_THAT(fault_of([&](const fs::path& data) {
                Table other = table;
                other.sheets[0].cells.pop_back();
                write_file(data / "sheets.jsonl", table_text(other));
              }),
              HasSubstr("lists 9 pictures, manifest.jsonl 10"));
}

TEST(CompressTile, PixelsAreTheirOwnCells) {
  const fs::path in = cifar_set("raw_in", 2, 60);
  const fs::path folder = fresh_folder("raw");
  const RunRecord png = compress(tiling(in, folder / "png", 4), {});
  EXPECT_EQ(png.sheets->side, 32);
  EXPECT_EQ(png.sheets->quality, 0) << "pixels lose nothing unless a quality is asked for";
  EXPECT_EQ(verify({.run = folder / "png", .source = in.string()}, {}).checked_against, "hashes and the source");
  const Dataset source = open_dataset(in.string(), {}, {});
  const Dataset small = open_dataset((folder / "png").string(), {}, {});
  const std::vector<int64_t> rows = rows_in_sheets(folder / "png" / "data");
  Image one;
  Image other;
  for (int64_t row = 0; row < small.train().size(); ++row) {
    source.train().pictures()->decode(rows[static_cast<size_t>(row)], one);
    small.train().pictures()->decode(row, other);
    ASSERT_EQ(one.pixels, other.pixels) << row;
  }
  CompressOptions options = tiling(in, folder / "jpeg", 4);
  options.reducing.quality = 50;
  EXPECT_EQ(compress(options, {}).sheets->quality, 50);
  EXPECT_EQ(verify({.run = folder / "jpeg", .source = in.string()}, {}).checked_against, "hashes and the source");
  const auto kept = reduced_pictures(load_run_folder(folder / "jpeg"), {});
  ASSERT_NE(kept, nullptr);
  EXPECT_EQ(kept->size(), 60) << "cells in the order of rows, though sheets are class after class";
}

TEST(CompressTile, SamplesAreSheetsLikeTheRuns) {
  const fs::path in = jpeg_set("sample_in", 10);
  const fs::path folder = fresh_folder("sample");
  compress(tiling(in, folder / "small"), {});
  sample_run({.run = folder / "small", .out = folder / "same", .keep = "50%"}, {});
  EXPECT_EQ(contents(folder / "same" / "data"), contents(folder / "small" / "data"));
  const RunRecord more = sample_run({.run = folder / "small", .out = folder / "more", .keep = "16"}, {});
  EXPECT_EQ(more.sheets->sheets, 4);
  EXPECT_EQ(verify({.run = folder / "more", .source = in.string()}, {}).checked_against, "hashes and the source");
  const RunRecord files = sample_run({.run = folder / "small", .out = folder / "files", .keep = "16", .to = "imagefolder"}, {});
  EXPECT_FALSE(files.sheets);
}

TEST(CompressTile, OfSheetsCopiesThemOrMakesThemAgain) {
  const fs::path in = jpeg_set("twice_in", 16);
  const fs::path folder = fresh_folder("twice");
  compress(tiling(in, folder / "once"), {});
  CompressOptions copied = tiling(folder / "once", folder / "copied", 0);
  const RunRecord run = compress(copied, {});
  EXPECT_FALSE(run.sheets) << "cells keep their pixels";
  EXPECT_EQ(run.output_format, "sheets");
  EXPECT_EQ(verify({.run = folder / "copied", .source = (folder / "once").string()}, {}).checked_against, "hashes and the source");
  EXPECT_EQ(open_dataset((folder / "copied").string(), {}, {}).train().size(), 8);
  CompressOptions again = tiling(folder / "once", folder / "again", 3);
  again.tiling.side = 16;
  EXPECT_EQ(compress(again, {}).sheets->quality, 75) << "as the sheets that they lie in";
  EXPECT_EQ(verify({.run = folder / "again", .source = (folder / "once").string()}, {}).checked_against, "hashes and the source");
  CompressOptions files = tiling(folder / "once", folder / "files", 0);
  files.to = "imagefolder";
  compress(files, {});
  EXPECT_EQ(verify({.run = folder / "files", .source = (folder / "once").string()}, {}).checked_against, "hashes and the source");
}

TEST(CompressTile, GivesTheSameBytesForAnyNumberOfThreads) {
  const fs::path in = jpeg_set("threads_in", 10);
  const fs::path folder = fresh_folder("threads");
  compress(tiling(in, folder / "a"), {.threads = 1});
  compress(tiling(in, folder / "b"), {.threads = 4});
  EXPECT_EQ(contents(folder / "a" / "data"), contents(folder / "b" / "data"));
}

TEST(CompressTile, IsRefusedWhereSheetsCannotFollow) {
  const fs::path in = jpeg_set("refused_in");
  const fs::path folder = fresh_folder("refused");
  const auto with = [&](const auto& set) {
    CompressOptions options = tiling(in, folder / "out");
    set(options);
    return refusal(options);
  };
  EXPECT_THAT(with([](CompressOptions& o) { o.tiling.tile = 17; }), HasSubstr("--tile: 17 is not between 1 and 16"));
  EXPECT_THAT(with([](CompressOptions& o) { o.tiling.side = 50; }),
              HasSubstr("no multiple of 16, the pixels of the blocks that such JPEGs are made of; choose 48 or 64"));
  EXPECT_THAT(with([](CompressOptions& o) { o.tiling.fit = "best"; }), HasSubstr("choose whole or crop"));
  EXPECT_THAT(with([](CompressOptions& o) { o.tiling = {.tile = 0, .side = 32}; }), HasSubstr("need --tile"));
  EXPECT_THAT(with([](CompressOptions& o) { o.reducing.drop = "25%"; }), HasSubstr("leave out --drop and --resolution"));
  EXPECT_THAT(with([](CompressOptions& o) { o.reducing.resolution = "50%"; }), HasSubstr("leave out --drop and --resolution"));
  EXPECT_THAT(with([](CompressOptions& o) {
                o.bytes = "40%";
                o.spend = "quality";
              }),
              HasSubstr("--tile with --bytes keeps as many rows as fit; leave out --spend quality"));
  EXPECT_THAT(with([](CompressOptions& o) {
                o.bytes = "40%";
                o.spend = "sheets";
              }),
              HasSubstr("--spend sheets decides how many pictures a sheet holds"));
  EXPECT_THAT(with([](CompressOptions& o) {
                o.bytes = "40%";
                o.spend = "sheet";
              }),
              HasSubstr("did you mean 'sheets'?"));
  EXPECT_THAT(with([](CompressOptions& o) { o.to = "webdataset"; }), HasSubstr("--to webdataset has none"));
  EXPECT_THAT(with([](CompressOptions& o) { o.store = "list"; }), HasSubstr("--store list"));
  EXPECT_FALSE(fs::exists(folder / "out"));

  const ScratchFolder texts("texts");
  texts.add("rows.jsonl", "{\"text\": \"one\", \"label\": 0}\n{\"text\": \"two\", \"label\": 1}\n");
  EXPECT_THAT(refusal(tiling(texts.path, folder / "texts")), HasSubstr("holds no pictures but records, and sheets are files of pictures"));

  EXPECT_THAT(refusal(tiling(yolo_set("boxes"), folder / "boxes")), HasSubstr("holds objects in boxes, and sheets have no place for them"));

  const fs::path tiny = fresh_folder("tiny");
  Image image;
  image.resize({6, 5, 3});
  std::vector<std::byte> file;
  encode_png(image.view(), file);
  for (const char* name : {"cat/1.png", "cat/2.png", "dog/1.png", "dog/2.png"}) {
    fs::create_directories((tiny / name).parent_path());
    write_file(tiny / name, Bytes(file));
  }
  EXPECT_THAT(refusal(tiling(tiny, folder / "tiny", 8)),
              HasSubstr("has pictures of 6 pixels a side at the most, fewer than the 8 cells of --tile"));
}

TEST(CompressTile, CellsAreJudgedAsTheRowsThatTheyAre) {
  const fs::path in = cifar_set("judged_in", 1, 60);
  const fs::path folder = fresh_folder("judged");
  compress(tiling(in, folder / "small", 3), {});
  const Input full = read_input({.path = in.string()}, {});
  const std::vector<int64_t> rows = rows_in_sheets(folder / "small" / "data");
  EXPECT_FALSE(std::ranges::is_sorted(rows)) << "sheets are class after class, and the source is not";
  EvaluateOptions options{.full = in.string()};
  options.small = {(folder / "small").string()};
  std::vector<GivenSet> given = open_given(options);
  const Subset held_out({rows[0], rows[7]});
  find_rows_of(given[0], full, held_out, options, {});
  const std::vector<int64_t> left = given[0].subset.rows();
  EXPECT_EQ(left.size(), 28u);
  EXPECT_FALSE(given[0].subset.contains(0)) << "cell 0 holds a test row";
  EXPECT_FALSE(given[0].subset.contains(7));
  for (const int64_t cell : left) EXPECT_EQ(given[0].rows->label(cell), full.dataset.train().label(rows[static_cast<size_t>(cell)]));
}

// A budget of sheets holds their table as well, so what they are compared under does too.
TEST(CompressTile, SheetsAreComparedUnderAllTheirBytes) {
  const fs::path in = cifar_set("weighed_in", 1, 60);
  const fs::path folder = fresh_folder("weighed");
  const RunRecord run = compress(tiling(in, folder / "small", 3), {});
  EvaluateOptions options{.full = in.string()};
  options.small = {(folder / "small").string()};
  const JudgedSets sets = read_judged_sets(options, {});
  EXPECT_EQ(counts_of(sets, true, std::nullopt, {}).given.front().bytes, run.bytes_after);
  EXPECT_GT(run.bytes_after, run.sheets->bytes_sheets);
}

TEST(CompressTile, SoftLabelsAreRefused) {
  const fs::path in = jpeg_set("soft_in");
  const fs::path folder = fresh_folder("soft");
  CompressOptions whole = tiling(in, folder / "run", 0);
  compress(whole, {});
  change(folder / "run" / "run.json", "\"options\": {", "\"training\": {\"soft-labels\": \"true\"}, \"options\": {");
  const std::vector<float> labels(2 * 6, 0.5F);
  const int64_t shape[] = {6, 2};
  write_npy<float>(folder / "run" / "data" / "labels.npy", labels, shape);
  EXPECT_THAT(refusal(tiling(folder / "run", folder / "out")), HasSubstr("has soft labels, and sheets have no place for them"));
}

TEST(CompressTile, IsCutUpByTheExample) {
  const fs::path in = jpeg_set("python_in", 10);
  const fs::path folder = fresh_folder("python");
  compress(tiling(in, folder / "out"), {});
  const std::string command = "\"${DECANT_PYTHON:-python3}\" examples/sheets.py '" + (folder / "out" / "data").string() + "' > '" +
                              (folder / "said").string() + "' 2> '" + (folder / "errors").string() + "'";
  const int code = WEXITSTATUS(std::system(command.c_str()));
  if (code == 126 || code == 127) GTEST_SKIP() << "needs python3";
  if (code != 0 && read_text(folder / "errors").find("No module named") != std::string::npos)
    GTEST_SKIP() << "needs python3, or another Python in DECANT_PYTHON, with Pillow";
  EXPECT_EQ(read_text(folder / "said"), "10 pictures of 2 classes in 4 sheets\n");
}

/// Of a set that keeps `keep` rows.
RunRecord kept_in_sheets(const fs::path& in, const fs::path& folder, const std::string& keep, int tile) {
  CompressOptions options = tiling(in, folder / fmt::format("{}-{}", keep, tile), tile);
  options.keep = keep;
  return compress(options, {});
}

CompressOptions within(const fs::path& in, const fs::path& out, int tile, int64_t bytes) {
  CompressOptions options = tiling(in, out, tile);
  options.keep = CompressOptions().keep;
  options.bytes = std::to_string(bytes);
  return options;
}

TEST(SheetBudget, HoldsAsManyRowsAsFit) {
  const fs::path in = jpeg_set("budget_in", 24);
  const fs::path folder = fresh_folder("budget");
  const int64_t budget = kept_in_sheets(in, folder, "20", 2).bytes_after + 10;
  const RunRecord run = compress(within(in, folder / "out", 2, budget), {});
  EXPECT_LE(run.bytes_after, budget);
  EXPECT_GE(run.kept, 20) << "these fit";
  EXPECT_GT(kept_in_sheets(in, folder, std::to_string(*run.kept + 1), 2).bytes_after, budget) << "and no more";
  EXPECT_EQ(verify({.run = folder / "out", .source = in.string()}, {}).checked_against, "hashes and the source");
  const PlanEstimate planned = plan(within(in, folder / "planned", 2, budget), {});
  EXPECT_NEAR(static_cast<double>(planned.kept.value()), static_cast<double>(*run.kept), 6);
  EXPECT_THAT(refusal(within(in, folder / "few", 2, 100)), HasSubstr("hold no sheets; those of the smallest set, of 1 rows, take"));
}

TEST(SheetBudget, PutsAsFewPicturesIntoASheetAsItMust) {
  const fs::path in = jpeg_set("cells_in", 24);
  const fs::path folder = fresh_folder("cells");
  const auto spending = [&](const std::string& out, int64_t bytes) {
    CompressOptions options = within(in, folder / out, 0, bytes);
    options.spend = "sheets";
    return options;
  };
  const int64_t of_three = kept_in_sheets(in, folder, "100%", 3).bytes_after;
  ASSERT_LT(of_three, kept_in_sheets(in, folder, "100%", 2).bytes_after);
  const RunRecord run = compress(spending("out", of_three), {});
  EXPECT_EQ(run.sheets->tile, 3);
  EXPECT_EQ(run.kept, 48);
  EXPECT_EQ(run.bytes_after, of_three);
  EXPECT_EQ(verify({.run = folder / "out", .source = in.string()}, {}).checked_against, "hashes and the source");
  EXPECT_THAT(plan(spending("planned", of_three), {}).spent, HasSubstr("sheets of 3 x 3 pictures"));
  EXPECT_THAT(refusal(spending("few", 500)), HasSubstr("are too few: 16 x 16 pictures to a sheet, the most there can be, take"));
}

TEST(CompressTile, IsPlannedByAFewSheets) {
  const fs::path in = jpeg_set("plan_in", 16);
  const CompressOptions options = tiling(in, fresh_folder("plan") / "out");
  const PlanEstimate planned = plan(options, {});
  EXPECT_THAT(planned.spent, StartsWith("4 sheets of 2 x 2 pictures of 112 pixels, whole, as JPEGs of quality 75, "));
  const RunRecord run = compress(options, {});
  EXPECT_EQ(run.sheets->sheets, 4);
}

}  // namespace
}  // namespace decant
