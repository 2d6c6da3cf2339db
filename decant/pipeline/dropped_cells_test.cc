// Sets whose pictures hold objects or masks, and lose cells: what stays, what is written of it, and
// that it is found again.
#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/json.h"
#include "decant/base/random.h"
#include "decant/base/test_support.h"
#include "decant/data/objects.h"
#include "decant/data/upright.h"
#include "decant/draw/object_sets.h"
#include "decant/formats/image/codec.h"
#include "decant/formats/image/jpeg_for_tests.h"
#include "decant/formats/open.h"
#include "decant/pipeline/compress.h"
#include "decant/pipeline/inspect.h"
#include "decant/pipeline/judging/arms.h"
#include "decant/pipeline/judging/judged_sets.h"
#include "decant/pipeline/run/stopping_for_tests.h"
#include "decant/pipeline/sample.h"
#include "decant/pipeline/verify.h"

namespace decant {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

constexpr int kSceneWidth = 32, kSceneHeight = 24;
constexpr int kScenes = 10;

/// Noise that is louder to the right, so that cells at the left are dropped first.
std::string noisy_png(int number) {
  Random random(5, "noise", static_cast<uint64_t>(number));
  Image image;
  image.resize({kSceneWidth, kSceneHeight, 3});
  for (int y = 0; y < kSceneHeight; ++y) {
    for (int x = 0; x < kSceneWidth; ++x) {
      for (int c = 0; c < 3; ++c) image.row(y)[3 * x + c] = static_cast<uint8_t>(100 + random.below(static_cast<uint64_t>(2 + 3 * x)));
    }
  }
  std::vector<std::byte> png;
  encode_png(image.view(), png);
  return std::string(as_text(png));
}

/// Boxes of picture i, of class 0: one at the left; every third has another at the right; the last
/// but one is full, the last empty.
std::vector<Box> boxes_of_scene(int i) {
  if (i == kScenes - 1) return {};
  if (i == kScenes - 2) return {{0, 0, kSceneWidth, kSceneHeight}};
  std::vector<Box> boxes = {{1.0 + i, 2, 9.0 + i, 12}};
  if (i % 3 == 0) boxes.push_back({20, 10, 40, 20});  // it leaves the picture
  return boxes;
}

fs::path coco_scenes(const std::string& name) {
  const ScratchFolder folder(name);
  std::string images, annotations;
  const auto annotate = [&](int image, const std::string& box, int crowd) {
    annotations += fmt::format(R"({}{{"id": {}, "image_id": {}, "category_id": 1, "bbox": {}, "iscrowd": {}}})",
                               annotations.empty() ? "" : ",\n", annotations.size(), image, box, crowd);
  };
  for (int i = 0; i < kScenes; ++i) {
    folder.add(fmt::format("set/{:02}.png", i), noisy_png(i));
    images += fmt::format(R"({}{{"id": {}, "file_name": "{:02}.png", "width": {}, "height": {}}})", i == 0 ? "" : ",\n", i, i, kSceneWidth,
                          kSceneHeight);
    for (const Box& box : boxes_of_scene(i)) annotate(i, fmt::format("[{}, {}, {}, {}]", box.x0, box.y0, box.width(), box.height()), 0);
    annotate(i, "[0, 0, 32, 24]", 1);  // a crowd, everywhere
    annotate(i, "[3, 3, 0, -4]", 0);   // broken
    annotate(i, "[900, 900, 5, 5]", 0);
  }
  folder.add("set/set.json",
             R"({"images": [)" + images + R"(], "annotations": [)" + annotations + R"(], "categories": [{"id": 1, "name": "car"}]})");
  return folder.path / "set";
}

fs::path yolo_scenes(const std::string& name) {
  const ScratchFolder folder(name);
  for (int i = 0; i < kScenes; ++i) {
    folder.add(fmt::format("set/images/train/{:02}.png", i), noisy_png(i));
    std::string lines;
    for (const Box& box : boxes_of_scene(i))
      lines += fmt::format("0 {} {} {} {}\n", (box.x0 + box.x1) / 2 / kSceneWidth, (box.y0 + box.y1) / 2 / kSceneHeight,
                           box.width() / kSceneWidth, box.height() / kSceneHeight);
    folder.add(fmt::format("set/labels/train/{:02}.txt", i), lines + "0 0.5 0.5 0 0\n");
  }
  folder.add("set/data.yaml", "path: .\ntrain: images/train\nnames: [car]\n");
  return folder.path / "set";
}

fs::path voc_scenes(const std::string& name) {
  const ScratchFolder folder(name);
  for (int i = 0; i < kScenes; ++i) {
    folder.add(fmt::format("set/JPEGImages/{:02}.png", i), noisy_png(i));
    std::string objects;
    for (const Box& box : boxes_of_scene(i))
      objects +=
          fmt::format("<object><name>car</name><bndbox><xmin>{}</xmin><ymin>{}</ymin><xmax>{}</xmax><ymax>{}</ymax></bndbox></object>",
                      box.x0, box.y0, box.x1, box.y1);
    folder.add(fmt::format("set/Annotations/{:02}.xml", i), "<annotation>" + objects + "</annotation>\n");
  }
  return folder.path / "set";
}

struct SceneFormat {
  const char* name;
  fs::path (*make)(const std::string&);
  const char* annotation;  ///< below the set, of the picture 03
};
constexpr SceneFormat kSceneFormats[] = {
    {"coco", coco_scenes, "set.json"}, {"yolo", yolo_scenes, "labels/train/03.txt"}, {"voc", voc_scenes, "Annotations/03.xml"}};

/// A grid of 4 × 4 cells, of 8 × 6 pixels.
CompressOptions dropping(const fs::path& input, const fs::path& out, const std::string& drop = "50%") {
  CompressOptions options;
  options.input.path = input.string();
  options.out = out;
  options.keep = "100%";
  options.select.method = "random";
  options.reducing.drop = drop;
  options.reducing.importance.grid = 4;
  options.no_check = true;
  return options;
}

/// Whether any pixel of the cell is inside the box.
bool meets(const PatchRect& cell, const Box& box) {
  for (int y = cell.top; y < cell.bottom; ++y) {
    for (int x = cell.left; x < cell.right; ++x) {
      if (x + 1 > box.x0 && x < box.x1 && y + 1 > box.y0 && y < box.y1) return true;
    }
  }
  return false;
}

/// Cells of picture i that no box of it meets.
int free_cells(int i) {
  const std::vector<PatchRect> cells = cells_turned(PatchGrid(kSceneWidth, kSceneHeight, {}, 4), 1);
  const auto is_free = [&](const PatchRect& cell) {
    return std::ranges::none_of(boxes_of_scene(i), [&](const Box& box) { return meets(cell, box); });
  };
  return static_cast<int>(std::ranges::count_if(cells, is_free));
}

struct LogOfTest : LogSink {
  void log(LogLevel, std::string_view message) override { text += std::string(message) + "\n"; }
  std::string text;
};

TEST(DroppedCells, HoldNoObjectInAnyFormat) {
  for (const SceneFormat& format : kSceneFormats) {
    const fs::path in = format.make(format.name), out = fresh_path(std::string("out_") + format.name);
    LogOfTest said;
    const RunRecord run = compress(dropping(in, out), {.log = &said});
    const Dataset small = open_dataset(out.string(), {}, {});
    ASSERT_EQ(small.format, format.name);
    ASSERT_EQ(small.train().size(), kScenes);
    int64_t dropped = 0, short_of = 0;
    for (int i = 0; i < kScenes; ++i) {
      const int expected = std::min(8, free_cells(i));
      const std::optional<PatchMask> mask = small.train().pictures()->mask(i);
      ASSERT_EQ(mask ? mask->dropped_count() : 0, expected) << format.name << " " << i;
      dropped += expected;
      short_of += expected < 8 ? 1 : 0;
      if (!mask) continue;
      for (const PatchRect& cell : dropped_turned(*mask, 1)) {
        for (const Box& box : boxes_of_scene(i)) EXPECT_FALSE(meets(cell, box)) << format.name << " " << i;
      }
    }
    EXPECT_EQ(run.patches->cells, 16 * kScenes);
    EXPECT_EQ(run.patches->cells - run.patches->cells_kept, dropped);
    EXPECT_EQ(run.patches->cells_asked, 8 * kScenes);
    EXPECT_EQ(run.patches->pictures_short, short_of);
    EXPECT_GE(short_of, 1) << "one picture is full";
    EXPECT_THAT(said.text, HasSubstr(fmt::format("of {} of {} pictures fewer cells are dropped than --drop asks", short_of, kScenes)));
    EXPECT_THAT(read_text(out / "report.html"), HasSubstr("pictures fewer are, since their other cells hold objects"));
    EXPECT_THAT(read_text(out / "README.md"), AllOf(HasSubstr("## Dropped cells"), HasSubstr("Boxes are those of the source.")));
    EXPECT_EQ(read_text(out / "data" / format.annotation), read_text(in / format.annotation)) << "boxes stay";
    EXPECT_THAT(verify({.run = out, .source = in.string()}, {}).checked_against, HasSubstr("source")) << format.name;
  }
}

TEST(DroppedCells, AreTheSameInEveryFormat) {
  std::vector<std::string> kept;
  for (const SceneFormat& format : kSceneFormats) {
    const fs::path out = fresh_path(std::string("out_") + format.name);
    compress(dropping(format.make(format.name), out), {});
    const Dataset small = open_dataset(out.string(), {}, {});
    std::string cells;
    for (int i = 0; i < kScenes; ++i) {
      const std::optional<PatchMask> mask = small.train().pictures()->mask(i);
      for (int cell = 0; cell < 16; ++cell) cells += !mask || mask->kept[static_cast<size_t>(cell)] ? '#' : '.';
    }
    kept.push_back(cells);
  }
  EXPECT_EQ(kept[0], kept[1]);
  EXPECT_EQ(kept[0], kept[2]);
}

TEST(DroppedCells, MayHoldAShareOfAnObjectThatIsAsked) {
  const fs::path in = coco_scenes("in");
  const auto dropped = [&](const std::string& share) {
    CompressOptions options = dropping(in, fresh_path("out"), "85%");
    options.reducing.drop_objects = share;
    const RunRecord run = compress(options, {});
    verify({.run = options.out, .source = in.string()}, {});
    return run.patches->cells - run.patches->cells_kept;
  };
  const int64_t none = dropped(""), some = dropped("5%"), all = dropped("100%");
  EXPECT_EQ(dropped("0"), none);
  EXPECT_LT(none, some);
  EXPECT_LT(some, all);
  EXPECT_EQ(all, 14 * kScenes);
}

/// A cut-out of a picture that is covered by a polygon, not by all of its box.
TEST(DroppedCells, FollowOutlinesWhereThereAreAny) {
  const ScratchFolder folder("outline");
  folder.add("set/a.png", noisy_png(0));
  const auto json = [](const std::string& segmentation) {
    return R"({"images": [{"id": 1, "file_name": "a.png", "width": 32, "height": 24}], "annotations": [{"id": 1, "image_id": 1, )"
           R"("category_id": 1, "bbox": [0, 0, 32, 24], "segmentation": )" +
           segmentation + R"(}], "categories": [{"id": 1, "name": "car"}]})";
  };
  const auto dropped = [&](const std::string& segmentation) {
    folder.add("set/set.json", json(segmentation));
    const fs::path out = fresh_path("out");
    const RunRecord run = compress(dropping(folder.path / "set", out), {});
    return run.patches->cells - run.patches->cells_kept;
  };
  EXPECT_EQ(dropped("[]"), 0) << "its box is everywhere";
  EXPECT_EQ(dropped("[[0, 0, 32, 0, 32, 12, 0, 12]]"), 8) << "its outline is the upper half";
  EXPECT_EQ(dropped("[[0, 0, 32, 0, 32, 13, 0, 13]]"), 4);
  EXPECT_EQ(dropped(R"({"size": [24, 32], "counts": [0, 192, 576]})"), 8) << "eight columns of 24 pixels: four cells stay";
  EXPECT_EQ(dropped(R"({"size": [12, 64], "counts": [0, 192, 576]})"), 0) << "of another size: its box";
  EXPECT_EQ(dropped("[[3, 3, 3, 3, 3, 3]]"), 0) << "an outline around nothing";
}

// ---- Masks

constexpr uint8_t kRoad = 1, kSky = 0, kPole = 2;

/// Sky above road; a pole of three pixels in pictures 0, 1 and 2: under 1 % of the set.
std::string scene_mask(int number, bool border) {
  Image mask;
  mask.resize({kSceneWidth, kSceneHeight, 1});
  for (int y = 0; y < kSceneHeight; ++y) std::fill_n(mask.row(y), kSceneWidth, y < 12 ? kSky : kRoad);
  for (int y = 3; number < 3 && y < 6; ++y) mask.row(y)[2 + number] = kPole;
  if (border) mask.row(0)[0] = 255;
  std::vector<std::byte> png;
  encode_png(mask.view(), png);
  return std::string(as_text(png));
}

fs::path mask_scenes(const std::string& name) {
  const ScratchFolder folder(name);
  for (int i = 0; i < kScenes; ++i) {
    folder.add(fmt::format("set/images/{:02}.png", i), noisy_png(i));
    folder.add(fmt::format("set/masks/{:02}.png", i), scene_mask(i, i % 2 == 0));
  }
  folder.add("set/classes.txt", "sky\nroad\npole\n");
  return folder.path / "set";
}

TEST(DroppedCells, OfMasksAreIgnoredInWhatIsWritten) {
  const fs::path in = mask_scenes("in"), out = fresh_path("out");
  const RunRecord run = compress(dropping(in, out, "30%"), {});
  const Dataset source = open_dataset(in.string(), {}, {}), small = open_dataset(out.string(), {}, {});
  EXPECT_EQ(small.classes, source.classes);
  int64_t ignored = 0;
  for (int i = 0; i < kScenes; ++i) {
    const std::optional<PatchMask> mask = small.train().pictures()->mask(i);
    ASSERT_TRUE(mask);
    EXPECT_EQ(mask->dropped_count(), 5);
    ClassMask before, after;
    ASSERT_TRUE(source.train().targets()->class_mask(i, before));
    ASSERT_TRUE(small.train().targets()->class_mask(i, after));
    for (int y = 0; y < kSceneHeight; ++y) {
      for (int x = 0; x < kSceneWidth; ++x) {
        const auto at = static_cast<size_t>(y * kSceneWidth + x);
        const bool kept = mask->kept[static_cast<size_t>(mask->grid.cell_of(x, y))];
        EXPECT_EQ(after.labels[at], kept ? before.labels[at] : kNoLabel);
        EXPECT_TRUE(kept || before.labels[at] != kPole) << "which is rare";
        ignored += !kept && before.labels[at] != kNoLabel ? 1 : 0;
      }
    }
  }
  int64_t recorded = 0, kept = 0, all = 0;
  for (const ContentRecord::OfClass& each : run.content->classes)
    recorded += each.amount_ignored, kept += each.amount_kept, all += each.amount;
  EXPECT_EQ(recorded, ignored);
  EXPECT_EQ(kept + ignored, all);
  EXPECT_EQ(run.content->classes[kPole].amount_ignored, 0);
  EXPECT_EQ(inspect({.path = out.string()}, {}).objects->counted, kept);
  EXPECT_THAT(read_text(out / "report.html"), HasSubstr("are ignored with their cells"));
  EXPECT_THAT(verify({.run = out, .source = in.string()}, {}).checked_against, HasSubstr("source"));
  EXPECT_EQ(read_text(out / "data/classes.txt"), read_text(in / "classes.txt"));
}

TEST(DroppedCells, OfMasksLeaveOthersByteForByte) {
  const fs::path in = mask_scenes("in"), out = fresh_path("out");
  // All of picture 4 is a pole, which stays rare where others have many pixels.
  Image pole;
  pole.resize({kSceneWidth, kSceneHeight, 1});
  std::ranges::fill(pole.pixels, kPole);
  std::vector<std::byte> png;
  encode_png(pole.view(), png);
  for (int i = 0; i < 100; ++i) {
    write_file(in / fmt::format("images/{}.png", 100 + i), noisy_png(100 + i));
    write_file(in / fmt::format("masks/{}.png", 100 + i), scene_mask(100, false));
  }
  write_file(in / "masks/04.png", as_text(png));
  const RunRecord run = compress(dropping(in, out), {});
  EXPECT_EQ(run.patches->pictures_short, 1);
  EXPECT_EQ(read_text(out / "data/masks/04.png"), as_text(png));
  EXPECT_NE(read_text(out / "data/masks/05.png"), read_text(in / "masks/05.png"));
  const Json line = try_parse_json(read_text(out / "manifest.jsonl").substr(0, read_text(out / "manifest.jsonl").find('\n')));
  EXPECT_TRUE(line.contains("stored_annotations"));
  EXPECT_NE(line["stored_annotations"], line["annotations"]);
  verify({.run = out, .source = in.string()}, {});
}

TEST(DroppedCells, OfMasksAreVerified) {
  const fs::path in = mask_scenes("in"), out = fresh_path("out");
  compress(dropping(in, out), {});
  const std::string written = read_text(out / "data/masks/05.png");
  write_file(out / "data/masks/05.png", read_text(in / "masks/05.png"));
  expect_says(message_of([&] { verify({.run = out}, {}); }), {"row 5", "has other objects than the manifest says"});
  write_file(out / "data/masks/05.png", written);
  verify({.run = out}, {});
}

/// What is asked with a manifest that was changed along with the mask.
TEST(DroppedCells, OfMasksAreComparedWithTheSource) {
  const fs::path in = mask_scenes("in"), out = fresh_path("out");
  compress(dropping(in, out), {});
  write_file(out / "data/masks/05.png", read_text(in / "masks/05.png"));
  std::string manifest = read_text(out / "manifest.jsonl");
  const size_t row = manifest.find("{\"row\":5,");
  const size_t begin = manifest.find(",\"stored_annotations\"", row), end = manifest.find(',', begin + 1);
  ASSERT_LT(end, manifest.find('\n', row));
  write_file(out / "manifest.jsonl", manifest.erase(begin, end - begin));
  expect_says(message_of([&] { verify({.run = out, .source = in.string()}, {}); }),
              {"has another mask than the source's with the dropped cells ignored"});
}

TEST(DroppedCells, OfMasksNeedAValueThatCountsNowhere) {
  const auto binary = [](const std::string& name, uint8_t value) {
    const ScratchFolder folder(name);
    for (int i = 0; i < 4; ++i) {
      folder.add(fmt::format("set/images/{}.png", i), noisy_png(i));
      Image mask;
      mask.resize({kSceneWidth, kSceneHeight, 1});
      std::fill_n(mask.row(3), kSceneWidth, value);
      std::vector<std::byte> png;
      encode_png(mask.view(), png);
      folder.add(fmt::format("set/masks/{}.png", i), as_text(png));
    }
    return folder.path / "set";
  };
  const fs::path in = binary("binary", 255), out = fresh_path("out");
  CompressOptions options = dropping(in, out);
  expect_says(message_of([&] { compress(options, {}); }),
              {"has masks in which every value is a class", "Name a value that counts nowhere with --ignore"});
  EXPECT_FALSE(fs::exists(out));
  options.input.fields.ignore = "128";
  EXPECT_GT(compress(options, {}).content->classes[0].amount_ignored, 0);
  verify({.run = out, .source = in.string()}, {});
  CompressOptions ones = dropping(binary("ones", 1), fresh_path("out"));
  compress(ones, {});
  EXPECT_EQ(open_dataset(ones.out.string(), {}, {}).classes, open_dataset(ones.input.path, {}, {}).classes) << "255 is none of them";
}

TEST(DroppedCells, OfOneMaskOfTwoPicturesAreRefused) {
  const fs::path in = mask_scenes("in");
  Random random(1, "twin");
  write_file(in / "images/03.jpg", as_text(make_jpeg({.width = kSceneWidth, .height = kSceneHeight}, random)));
  expect_says(message_of([&] { compress(dropping(in, fresh_path("out")), {}); }), {"03.png", "is the mask of two pictures"});
}

/// Shown, the picture is 32 wide and 48 high; its mask lies so, and its cells are those of a JPEG
/// of 48 × 32.
TEST(DroppedCells, OfTurnedPicturesAreIgnoredWhereTheyAreShown) {
  const ScratchFolder folder("turned");
  for (int i = 0; i < 3; ++i) {
    Random random(1, "turned", static_cast<uint64_t>(i));
    folder.add(fmt::format("set/images/{}.jpg", i),
               as_text(make_jpeg({.width = 48, .height = 32, .factors = {{1, 1}}, .markers = {{0xe1, exif_segment(6)}}}, random)));
    Image mask;
    mask.resize({32, 48, 1});
    mask.row(47)[31] = 1;  // rare
    std::vector<std::byte> png;
    encode_png(mask.view(), png);
    folder.add(fmt::format("set/masks/{}.png", i), as_text(png));
  }
  const fs::path out = fresh_path("out");
  compress(dropping(folder.path / "set", out), {});
  verify({.run = out, .source = (folder.path / "set").string()}, {});
  const Dataset small = open_dataset(out.string(), {}, {});
  for (int i = 0; i < 3; ++i) {
    const std::optional<PatchMask> mask = small.train().pictures()->mask(i);
    ASSERT_TRUE(mask);
    EXPECT_EQ(mask->dropped_count(), 8);
    EXPECT_TRUE(mask->kept[3]) << "the stored picture's upper right corner is shown at the lower right";
    ClassMask classes;
    ASSERT_TRUE(small.train().targets()->class_mask(i, classes));
    std::vector<int32_t> expected(classes.labels.size(), 0);
    expected.back() = 1;
    Image where;  // dropped pixels of the stored picture, turned as it is
    where.resize({48, 32, 1});
    for (int cell = 0; cell < mask->grid.count(); ++cell) {
      const PatchRect rect = mask->grid.pixels(cell);
      for (int y = rect.top; y < rect.bottom; ++y)
        std::fill(where.row(y) + rect.left, where.row(y) + rect.right, mask->kept[static_cast<size_t>(cell)] ? 0 : 1);
    }
    turn_upright(where, 6);
    for (size_t at = 0; at < expected.size(); ++at) expected[at] = where.pixels[at] == 1 ? kNoLabel : expected[at];
    EXPECT_EQ(classes.labels, expected);
  }
}

// ---- Around it

TEST(DroppedCells, AreRefusedWhereTheyMakeNoSense) {
  CompressOptions options = dropping(coco_scenes("in"), fresh_path("out"), "");
  options.reducing.drop_objects = "10%";
  expect_says(message_of<UsageError>([&] { compress(options, {}); }), {"--drop-objects needs --drop"});
  options.reducing.drop = "50%";
  options.reducing.drop_objects = "110%";
  expect_says(message_of<UsageError>([&] { compress(options, {}); }), {"'110%' is no share of an object"});
  options.reducing.drop_objects = "10%";
  options.input.path = mask_scenes("masks").string();
  expect_says(message_of<UsageError>([&] { compress(options, {}); }), {"--drop-objects is about objects", "masks of classes"});
  options = dropping(coco_scenes("in"), fresh_path("out"), "");
  options.reducing.resolution = "50%";
  expect_says(message_of([&] { compress(options, {}); }), {"holds objects, which belong to the size that its pictures have"});
  options.reducing.resolution = "";
  options.bytes = "50%";
  options.spend = "resolution";
  expect_says(message_of([&] { compress(options, {}); }), {"holds objects, which belong to the size that its pictures have"});
}

TEST(DroppedCells, ThatABudgetBuysHoldNoObjectEither) {
  const fs::path in = voc_scenes("in"), out = fresh_path("out");
  CompressOptions options = dropping(in, out, "");
  options.bytes = "75%";
  options.spend = "cells";
  const RunRecord run = compress(options, {});
  EXPECT_LT(run.patches->cells_kept, run.patches->cells);
  const Dataset small = open_dataset(out.string(), {}, {});
  for (int i = 0; i < kScenes; ++i) {
    if (const auto mask = small.train().pictures()->mask(i)) {
      for (const PatchRect& cell : dropped_turned(*mask, 1)) {
        for (const Box& box : boxes_of_scene(i)) EXPECT_FALSE(meets(cell, box)) << i;
      }
    }
  }
  verify({.run = out, .source = in.string()}, {});
  options.out = fresh_path("less");
  options.bytes = "1%";
  expect_says(message_of([&] { compress(options, {}); }), {"Give more"});
}

TEST(DroppedCells, AreDroppedAgainWhereARunIsSampled) {
  const fs::path in = mask_scenes("in"), out = fresh_path("out"), less = fresh_path("less");
  compress(dropping(in, out), {});
  SampleOptions again;
  again.run = out;
  again.out = less;
  again.keep = "4";
  const RunRecord run = sample_run(again, {});
  EXPECT_EQ(run.patches->cells_asked, 8 * 4);
  EXPECT_GT(run.content->classes[kSky].amount_ignored, 0);
  verify({.run = less, .source = in.string()}, {});
}

TEST(DroppedCells, AreTheSameAfterAnInterruption) {
  const fs::path in = mask_scenes("in"), whole = fresh_path("whole"), resumed = fresh_path("resumed");
  compress(dropping(in, whole), {});
  for (const char* stage : {"counting cells", "writing pictures", "copying annotations"}) {
    StopWithin stop(stage, 0);
    EXPECT_THROW(compress(dropping(in, resumed), {.threads = 1, .progress = &stop, .cancel = &stop.flag}), Cancelled) << stage;
    EXPECT_FALSE(fs::exists(resumed)) << stage;
  }
  compress(dropping(in, resumed), {});
  for (const auto& entry : fs::recursive_directory_iterator(whole / "data")) {
    if (!entry.is_regular_file()) continue;
    const fs::path name = fs::relative(entry.path(), whole);
    EXPECT_EQ(read_text(resumed / name), read_text(entry.path())) << name;
  }
  EXPECT_EQ(read_text(resumed / "manifest.jsonl"), read_text(whole / "manifest.jsonl"));
}

TEST(DroppedCells, OfADrawingLeaveItsObjectsInEveryFormat) {
  const fs::path folder = fresh_path("drawn");
  draw_object_set(folder, {.train = 12, .validation = 2, .side = 64, .seed = 1});
  for (const char* format : {"coco", "voc", "yolo", "masks"}) {
    const fs::path out = fresh_path(std::string("out_") + format);
    CompressOptions options = dropping(folder / format, out, "25%");
    options.keep = "8";
    const RunRecord run = compress(options, {});
    EXPECT_GT(run.patches->cells_asked, 0) << format;
    EXPECT_LT(run.patches->cells_kept, run.patches->cells) << format;
    verify({.run = out, .source = (folder / format).string()}, {});
    const Dataset small = open_dataset(out.string(), {}, {});
    for (int64_t row = 0; row < small.train().size(); ++row) {
      const auto mask = small.train().pictures()->mask(row);
      const ObjectRange objects = small.train().targets()->objects(row);
      for (int64_t object = objects.begin; mask && std::string(format) != "coco" && object < objects.end; ++object) {
        for (const PatchRect& cell : dropped_turned(*mask, 1)) EXPECT_FALSE(meets(cell, objects.table->boxes[static_cast<size_t>(object)]));
      }
    }
  }
}

// ---- Arms

/// The pixels and the mask, or the objects, of every row that an arm is trained on.
TEST(DroppedCells, OfArmsHoldNoObjectAndAreIgnored) {
  const fs::path folder = fresh_path("drawn");
  draw_object_set(folder, {.train = 8, .validation = 2, .side = 64, .seed = 1});
  for (const char* format : {"voc", "masks"}) {
    EvaluateOptions options{.full = (folder / format).string(), .protocol = "auto"};
    options.against = "full,full+drop=50%";
    options.importance.grid = 4;
    const JudgedSets sets = read_judged_sets(options, {});
    const std::vector<evaluate::Arm> arms = make_arms(sets, options, {}, {});
    ASSERT_EQ(arms.size(), 2u);
    EXPECT_NE(arms[0].digest, arms[1].digest);
    int64_t changed = 0, ignored = 0;
    for (int64_t row = 0; row < 8; ++row) {
      Image whole, shown;
      arms[0].rows->pictures()->decode(row, whole);
      arms[1].rows->pictures()->decode(row, shown);
      ASSERT_EQ(whole.size, shown.size);
      ClassMask all, left;
      EXPECT_EQ(arms[0].rows->targets()->class_mask(row, all), arms[1].rows->targets()->class_mask(row, left));
      for (size_t at = 0; at < left.labels.size(); ++at) ignored += left.labels[at] == kNoLabel && all.labels[at] != kNoLabel ? 1 : 0;
      changed += shown.pixels != whole.pixels ? 1 : 0;
      const ObjectRange objects = arms[1].rows->targets()->objects(row);
      for (int64_t object = objects.begin; object < objects.end; ++object) {
        const Box& box = objects.table->boxes[static_cast<size_t>(object)];
        for (int y = static_cast<int>(box.y0); y < box.y1; ++y) {
          for (int x = static_cast<int>(box.x0); x < box.x1; ++x)
            EXPECT_EQ(std::ranges::equal(std::span(shown.row(y) + 3 * x, 3), std::span(whole.row(y) + 3 * x, 3)), true) << row;
        }
      }
    }
    EXPECT_GT(changed, 0) << format;
    EXPECT_EQ(ignored > 0, std::string(format) == "masks");
  }
}

}  // namespace
}  // namespace decant
