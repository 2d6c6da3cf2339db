#include "decant/formats/sheets/sheets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/digest.h"
#include "decant/base/random.h"
#include "decant/base/test_support.h"
#include "decant/data/memory_rows.h"
#include "decant/data/subset.h"
#include "decant/data/test_rows.h"
#include "decant/formats/image/codec.h"
#include "decant/formats/image/recode.h"
#include "decant/formats/imagefolder/imagefolder.h"
#include "decant/formats/open.h"
#include "decant/formats/sheets/sheet_writer.h"

namespace decant {
namespace {

namespace fs = std::filesystem;
using sheets::Fit;
using sheets::grid_for;
using sheets::plan_sheets;
using sheets::shrunk_into_cell;
using sheets::size_in_cell;
using sheets::Style;
using sheets::write_sheet_set;
using testing::ElementsAre;
using testing::HasSubstr;

Image picture(ImageSize size, uint64_t index) {
  Image image;
  image.resize(size);
  Random random(11, "sheets_test", index);
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      for (int c = 0; c < size.channels; ++c)
        image.row(y)[x * size.channels + c] =
            static_cast<uint8_t>((x * 3 + y * (c + 1) + static_cast<int>(index) * 20 + static_cast<int>(random.below(30))) & 255);
    }
  }
  return image;
}

/// Row i has label i % 2, so classes of a set of 9 have 5 and 4 rows.
Dataset pictures(std::vector<ImageSize> sizes) {
  std::vector<Image> images;
  std::vector<int32_t> labels;
  for (size_t i = 0; i < sizes.size(); ++i) {
    images.push_back(picture(sizes[i], i));
    labels.push_back(static_cast<int32_t>(i % 2));
  }
  Dataset dataset{.format = "memory", .root = "memory", .classes = {"dog/wolf", "cat"}};
  dataset.splits[Split::train] = std::make_shared<MemoryRows>(std::move(images), std::move(labels));
  return dataset;
}

fs::path sheet_set(const std::string& name, const Style& style, const Dataset& dataset) {
  const fs::path folder = fresh_folder(name);
  write_sheet_set(style, dataset, Subset::all(dataset.train().size()), folder, {.threads = 2});
  return folder;
}

TEST(SheetGrid, IsAsSmallAsPossible) {
  EXPECT_EQ(grid_for(4, 2), std::pair(2, 2));
  EXPECT_EQ(grid_for(3, 2), std::pair(2, 2)) << "three in a row would be wider than two cells";
  EXPECT_EQ(grid_for(2, 2), std::pair(2, 1));
  EXPECT_EQ(grid_for(1, 16), std::pair(1, 1));
  EXPECT_EQ(grid_for(3, 3), std::pair(3, 1));
  EXPECT_EQ(grid_for(5, 3), std::pair(3, 2));
  EXPECT_EQ(grid_for(12, 8), std::pair(4, 3)) << "squarest";
  EXPECT_EQ(grid_for(256, 16), std::pair(16, 16));
}

TEST(SheetCell, PicturesAreShrunkAndNeverEnlarged) {
  const Style whole{.side = 32};
  EXPECT_EQ(size_in_cell(whole, {64, 48, 3}), (ImageSize{32, 24, 3}));
  EXPECT_EQ(size_in_cell(whole, {48, 64, 3}), (ImageSize{24, 32, 3}));
  EXPECT_EQ(size_in_cell(whole, {20, 10, 1}), (ImageSize{20, 10, 1}));
  EXPECT_EQ(size_in_cell(whole, {4000, 3, 3}), (ImageSize{32, 1, 3})) << "no side becomes nothing";
  const Style crop{.side = 32, .fit = Fit::crop};
  EXPECT_EQ(size_in_cell(crop, {64, 48, 3}), (ImageSize{32, 32, 3}));
  EXPECT_EQ(size_in_cell(crop, {20, 10, 1}), (ImageSize{10, 10, 1}));
}

TEST(SheetCell, CropsTheSquareInTheCentre) {
  Image wide = picture({9, 4, 3}, 1);
  const Image cut = shrunk_into_cell({.side = 16, .fit = Fit::crop}, wide);
  ASSERT_EQ(cut.size, (ImageSize{4, 4, 3}));
  for (int y = 0; y < 4; ++y) EXPECT_TRUE(std::equal(cut.view().row(y), cut.view().row(y) + 12, wide.row(y) + 2 * 3));
}

TEST(Sheets, CellsArePixelsOfTheWholeDecodedSheet) {
  const Dataset source =
      pictures({{70, 50, 3}, {32, 32, 3}, {50, 70, 1}, {20, 8, 3}, {64, 64, 3}, {33, 32, 3}, {40, 40, 3}, {41, 39, 3}, {10, 10, 3}});
  for (const Style& style : {Style{.tile = 2, .side = 32, .quality = 60}, Style{.tile = 2, .side = 48, .quality = 60},
                             Style{.tile = 3, .side = 17, .fit = Fit::crop, .quality = 0}}) {
    const fs::path folder = sheet_set("cells" + std::to_string(style.side), style, source);
    const Dataset read = open_dataset(folder.string(), {}, {});
    const sheets::Table table = read_sheet_table(folder);
    ASSERT_EQ(read.format, "sheets");
    ASSERT_EQ(read.train().size(), 9);
    int64_t row = 0;
    for (const sheets::Sheet& sheet : table.sheets) {
      const std::string file = read_text(folder / sheet.file);
      EXPECT_EQ(sheet.sha256, sha256(as_bytes(file)));
      EXPECT_EQ(style.unit() % patch_grid_of(as_bytes(file), sheet.file, 1).unit().width, 0) << "borders of cells lie on borders of MCUs";
      Image whole;
      decode_image(as_bytes(file), sheet.file, whole);
      for (const sheets::Cell& cell : sheet.cells) {
        Image found;
        read.train().pictures()->decode(row, found);
        const PatchRect box = box_of(style, sheet, cell);
        ASSERT_EQ(found.size, (ImageSize{box.width(), box.height(), whole.size.channels}));
        for (int y = 0; y < box.height(); ++y)
          EXPECT_TRUE(std::equal(found.row(y), found.row(y) + box.width() * whole.size.channels,
                                 whole.row(box.top + y) + box.left * whole.size.channels));
        EXPECT_EQ(read.train().key(row), sheet.file + "#" + std::to_string(cell.place));
        EXPECT_EQ(read.classes[static_cast<size_t>(read.train().label(row))], source.train().label(cell.row) == 0 ? "dog_wolf" : "cat");
        ++row;
      }
    }
  }
}

TEST(Sheets, PngCellsAreTheShrunkPictures) {
  const Dataset source = pictures({{70, 50, 3}, {16, 16, 3}, {9, 5, 1}});
  const Style style{.tile = 2, .side = 16, .quality = 0};
  const Dataset read = open_dataset(sheet_set("png", style, source).string(), {}, {});
  EXPECT_THAT(keys_of(read.train()),
              ElementsAre("train/cat/sheet_0000.png#0", "train/dog_wolf/sheet_0000.png#0", "train/dog_wolf/sheet_0000.png#1"));
  Image original;
  Image found;
  for (const auto& [row, from] : {std::pair(0, 1), std::pair(1, 0)}) {
    source.train().pictures()->decode(from, original);
    read.train().pictures()->decode(row, found);
    const Image expected = shrunk_into_cell(style, original);
    EXPECT_EQ(found.size, expected.size);
    EXPECT_EQ(found.pixels, expected.pixels);
  }
}

TEST(Sheets, WhatAPictureLeavesOfItsCellRepeatsItsBorder) {
  const Dataset source = pictures({{6, 4, 3}});
  const fs::path folder = sheet_set("border", {.tile = 2, .side = 8, .quality = 0}, source);
  Image sheet;
  decode_image(as_bytes(read_text(folder / "train/dog_wolf/sheet_0000.png")), "sheet", sheet);
  ASSERT_EQ(sheet.size, (ImageSize{8, 8, 3}));
  for (int y = 0; y < 8; ++y) {
    for (int x = 6; x < 8; ++x) EXPECT_TRUE(std::equal(sheet.row(y) + 3 * x, sheet.row(y) + 3 * x + 3, sheet.row(y) + 3 * 5));
  }
  EXPECT_TRUE(std::equal(sheet.row(7), sheet.row(7) + 24, sheet.row(3)));
}

TEST(Sheets, AreInTorchvisionsOrderAndOrdinaryClassFolders) {
  const Dataset source = pictures(std::vector<ImageSize>(23, ImageSize{16, 16, 3}));
  const fs::path folder = sheet_set("order", {.tile = 2, .side = 16}, source);
  const Dataset stock = open_imagefolder(folder / "train", {});
  const sheets::Table table = read_sheet_table(folder);
  ASSERT_EQ(stock.train().size(), std::ssize(table.sheets));
  for (size_t i = 0; i < table.sheets.size(); ++i) EXPECT_EQ("train/" + stock.train().key(static_cast<int64_t>(i)), table.sheets[i].file);
  EXPECT_EQ(table.sheets[2].file, "train/cat/sheet_0002.jpg");
  EXPECT_EQ(std::pair(table.sheets[2].columns, table.sheets[2].rows), std::pair(2, 2)) << "the last of 11 rows, three of them";
  EXPECT_EQ(table.sheets[2].cells.size(), 3u);
}

TEST(Sheets, BytesDoNotDependOnThreads) {
  const Dataset source = pictures(std::vector<ImageSize>(40, ImageSize{50, 40, 3}));
  const Style style{.tile = 3, .side = 32};
  const fs::path one = fresh_folder("one");
  const fs::path four = fresh_folder("four");
  write_sheet_set(style, source, Subset::all(40), one, {.threads = 1});
  const sheets::WrittenSheets made = write_sheet_set(style, source, Subset::all(40), four, {.threads = 4});
  int64_t bytes = 0;
  for (const std::string& name : file_names_in(one)) {
    EXPECT_EQ(read_text(one / name), read_text(four / name)) << name;
    bytes += std::ssize(read_text(one / name));
  }
  EXPECT_EQ(made.bytes_sheets + made.bytes_table, bytes);
  EXPECT_EQ(open_sheets(one).train().stored_bytes(), made.bytes_sheets);
}

TEST(Sheets, RowsAreReadByManyThreads) {
  const Dataset source = pictures(std::vector<ImageSize>(40, ImageSize{20, 20, 3}));
  const Dataset read = open_sheets(sheet_set("threads", {.tile = 4, .side = 32}, source));
  EXPECT_THAT(find_bad_rows(read.train(), Depth::full, {.threads = 4}), testing::IsEmpty());
  std::vector<std::byte> scratch;
  Image cell;
  read.train().pictures()->decode(17, cell);
  EXPECT_EQ(codec_of(read.train().bytes(17, scratch)), Codec::pnm) << "a row's bytes are its pixels, as a PNM file";
  Image again;
  decode_image(scratch, "pnm", again);
  EXPECT_EQ(again.pixels, cell.pixels);
}

TEST(Sheets, ASubsetCopiesWholeSheetsAndKeepsKeys) {
  const Dataset source = pictures(std::vector<ImageSize>(24, ImageSize{20, 20, 3}));
  const fs::path folder = sheet_set("whole", {.tile = 2, .side = 32}, source);
  const Dataset all = open_sheets(folder);
  const fs::path part = fresh_folder("part");
  struct Notes final : LogSink {
    void log(LogLevel, std::string_view text) override { said += text; }
    std::string said;
  } notes;
  const std::vector<int64_t> rows = {1, 3, 12, 23};
  const int64_t bytes = all.writer->write(rows, part, {.log = &notes});
  EXPECT_THAT(notes.said, HasSubstr("8 of the 12 pictures in them are not kept"));
  const Dataset small = open_sheets(part);
  ASSERT_EQ(small.train().size(), 4);
  Image before;
  Image after;
  for (size_t i = 0; i < rows.size(); ++i) {
    const auto row = static_cast<int64_t>(i);
    EXPECT_EQ(small.train().key(row), all.train().key(rows[i]));
    all.train().pictures()->decode(rows[i], before);
    small.train().pictures()->decode(row, after);
    EXPECT_EQ(before.pixels, after.pixels);
  }
  int64_t found = 0;
  for (const std::string& name : file_names_in(part)) found += std::ssize(read_text(part / name));
  EXPECT_EQ(found, bytes);
}

TEST(Sheets, RefuseTheTableOfOtherSheets) {
  const Dataset source = pictures(std::vector<ImageSize>(8, ImageSize{20, 20, 3}));
  const fs::path folder = sheet_set("own", {.tile = 2, .side = 32}, source);
  const fs::path others = sheet_set("others", {.tile = 2, .side = 16}, source);
  fs::copy_file(others / "sheets.jsonl", folder / "sheets.jsonl", fs::copy_options::overwrite_existing);
  const Dataset read = open_sheets(folder);
  Image image;
  expect_says(message_of([&] { read.train().pictures()->decode(0, image); }),
              {"train/cat/sheet_0000.jpg", "has 64 x 64 pixels", "2 x 2 cells of 16", "belongs to other sheets"});
  fs::remove(folder / "train/dog_wolf/sheet_0000.jpg");
  expect_says(message_of([&] { open_sheets(folder); }), {"train/dog_wolf/sheet_0000.jpg", "is listed in sheets.jsonl and cannot be read"});
}

TEST(Sheets, SayWhichPicturesTheyDoNotRead) {
  const Dataset source = pictures(std::vector<ImageSize>(8, ImageSize{20, 20, 3}));
  const fs::path folder = sheet_set("more", {.tile = 2, .side = 32}, source);
  EXPECT_TRUE(open_sheets(folder).oddities.empty());
  fs::copy_file(folder / "train/cat/sheet_0000.jpg", folder / "train/cat/another.jpg");
  ASSERT_EQ(open_sheets(folder).oddities.size(), 1u);
  EXPECT_THAT(open_sheets(folder).oddities[0].what, HasSubstr("1 picture that sheets.jsonl does not list"));
}

TEST(Sheets, WantLabelsOfAllRowsOrOfNone) {
  Dataset dataset{.format = "memory", .root = "memory"};
  dataset.splits[Split::train] =
      std::make_shared<MemoryRows>(std::vector<Image>(3, picture({16, 16, 3}, 0)), std::vector<int32_t>{0, kNoLabel, kNoLabel});
  EXPECT_THAT(message_of([&] { plan_sheets({}, dataset, Subset::all(3)); }), HasSubstr("2 rows to keep without a label"));
  const std::vector<int64_t> unlabelled = {1, 2};
  EXPECT_EQ(plan_sheets({}, dataset, unlabelled)[0].file, "train/sheet_0000.jpg");
}

}  // namespace
}  // namespace decant
