// Sets of pictures with objects, from inspect to verify.
#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/json.h"
#include "decant/base/test_support.h"
#include "decant/data/class_amounts.h"
#include "decant/data/image.h"
#include "decant/formats/image/codec.h"
#include "decant/formats/open.h"
#include "decant/pipeline/compress.h"
#include "decant/pipeline/duplicates.h"
#include "decant/pipeline/inspect.h"
#include "decant/pipeline/run/input.h"
#include "decant/pipeline/sample.h"
#include "decant/pipeline/verify.h"

namespace decant {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

std::string picture(int shade) {
  Image image;
  image.resize({8, 6, 3});
  std::ranges::fill(image.pixels, static_cast<uint8_t>(shade));
  image.pixels[0] = static_cast<uint8_t>(255 - shade);
  std::vector<std::byte> png;
  encode_png(image.view(), png);
  return std::string(as_text(png));
}

/// Twenty pictures: a car in all but the last, and a bus in 3, 7 and 11. Picture 5 equals 4.
fs::path street(const std::string& name) {
  const ScratchFolder folder(name);
  std::string images;
  std::string annotations;
  const auto annotate = [&](int image, int category) {
    annotations += fmt::format(R"({}{{"id": {}, "image_id": {}, "category_id": {}, "bbox": [1, 1, 3, 2]}})",
                               annotations.empty() ? "" : ", ", annotations.size() + 1, image, category);
  };
  for (int i = 0; i < 20; ++i) {
    folder.add(fmt::format("pictures/{}.png", i), picture(10 * (i == 5 ? 4 : i)));
    images += fmt::format(R"({}{{"id": {}, "file_name": "{}.png", "width": 8, "height": 6}})", i == 0 ? "" : ", ", i, i);
    if (i < 19) annotate(i, 1);
    if (i == 3 || i == 7 || i == 11) annotate(i, 2);
  }
  folder.add("pictures/set.json", R"({"images": [)" + images + R"(], "annotations": [)" + annotations +
                                      R"(], "categories": [{"id": 1, "name": "car"}, {"id": 2, "name": "bus"}]})");
  return folder.path / "pictures";
}

CompressOptions compressing(const fs::path& input, const fs::path& out, const std::string& method, const std::string& pools = "") {
  CompressOptions options;
  options.input.path = input.string();
  options.out = out;
  options.keep = "4";
  options.select.method = method;
  options.select.pools = pools;
  return options;
}

TEST(ObjectSets, AreInspectedByTheirObjects) {
  const Inspection found = inspect({.path = street("inspected").string()}, {});
  ASSERT_TRUE(found.objects);
  EXPECT_EQ(found.objects->counted, 22);
  EXPECT_EQ(found.objects->background, 1);
  EXPECT_THAT(found.objects->of_class, ElementsAre(19, 3));
  EXPECT_THAT(inspect_text(found), AllOf(HasSubstr("classes   2, from 3 objects (bus) to 19 (car)"),
                                         HasSubstr("objects   22 in 19 rows; 1 without any"), HasSubstr("bus: 3 in 3 rows")));
  EXPECT_EQ(to_json(found)["objects"]["background_rows"], 1);
}

TEST(ObjectSets, AreChosenFromInTheirOwnFormat) {
  const fs::path input = street("chosen");
  for (const char* method : {"random", "objects", "k-means"}) {
    const fs::path out = fresh_path(std::string("out_") + method);
    compress(compressing(input, out, method), {});
    const Dataset small = open_dataset(out.string(), {}, {});
    EXPECT_EQ(small.format, "coco");
    EXPECT_EQ(small.train().size(), 4) << method;
    EXPECT_THAT(verify({.run = out, .source = input.string()}, {}).checked_against, HasSubstr("source"));
  }
}

TEST(ObjectSets, CoverageKeepsTheRareClass) {
  const fs::path out = fresh_path("out");
  compress(compressing(street("covered"), out, "objects"), {});
  const Inspection found = inspect({.path = out.string()}, {});
  EXPECT_THAT(found.objects->of_class, ElementsAre(4, 3)) << "each bus stands next to a car";
}

TEST(ObjectSets, PoolsByTheRarestClassAreSharedAlike) {
  const fs::path input = street("pooled");
  const fs::path out = fresh_path("out");
  CompressOptions options = compressing(input, out, "random", "rarest");
  options.keep = "10";
  compress(options, {});
  const Json run = read_json(out / "run.json");
  EXPECT_THAT(run["method_note"].get<std::string>(), HasSubstr("each of 3 pools (of 1 to 16 rows), a row's rarest class"));
}

TEST(ObjectSets, VerifyFindsObjectsThatWereChanged) {
  const fs::path out = fresh_path("out");
  compress(compressing(street("changed"), out, "random"), {});
  const fs::path json = out / "data" / "set.json";
  std::string text = read_text(json);
  text.replace(text.find("[1, 1, 3, 2]"), 12, "[1, 1, 3, 3]");
  write_file(json, text);
  expect_says(message_of([&] { verify({.run = out}, {}); }), {"has other objects than the manifest says"});
}

TEST(ObjectSets, AreNotWrittenWhereTheirBoxesWouldBeLostOrWrong) {
  CompressOptions options = compressing(street("refused"), fresh_path("out"), "random");
  options.to = "imagefolder";
  expect_says(message_of([&] { compress(options, {}); }), {"holds objects, and imagefolder has no place for them"});
  const Dataset dataset = open_dataset(options.input.path, {}, {});
  const std::vector<int64_t> rows = {0};
  expect_says(message_of([&] { dataset.writer->rewrite(rows, dataset.train(), fresh_folder("data"), {}); }),
              {"its pictures keep their bytes"});
}

TEST(ObjectSets, AreSampledAndSearchedForCopiesLikeOthers) {
  const fs::path input = street("sampled");
  const fs::path out = fresh_path("out");
  compress(compressing(input, out, "random"), {});
  const fs::path less = fresh_path("less");
  SampleOptions again;
  again.run = out;
  again.out = less;
  again.keep = "2";
  sample_run(again, {});
  EXPECT_EQ(open_dataset(less.string(), {}, {}).train().size(), 2);
  EXPECT_NO_THROW(verify({.run = less, .source = input.string()}, {}));
  const Inspection found = inspect({.path = input.string(), .duplicates = true}, {});
  ASSERT_TRUE(found.same_bytes);
  EXPECT_EQ(found.same_bytes->repeats, 1);
}

// ---- The same street in other formats

/// What is in picture i: class 0 is a car, 1 a bus.
std::vector<int> on_street(int i) {
  std::vector<int> classes;
  if (i < 19) classes.push_back(0);
  if (i == 3 || i == 7 || i == 11) classes.push_back(1);
  return classes;
}

fs::path yolo_street(const std::string& name) {
  const ScratchFolder folder(name);
  for (int i = 0; i < 20; ++i) {
    folder.add(fmt::format("set/train/images/{:02}.png", i), picture(10 * (i == 5 ? 4 : i)));
    std::string lines;
    for (const int c : on_street(i)) lines += fmt::format("{} 0.5 0.5 0.4 {}\n", c, c == 0 ? 0.2 : 0.4);
    folder.add(fmt::format("set/train/labels/{:02}.txt", i), lines);
  }
  folder.add("set/data.yaml", "path: .\ntrain: train/images\nnames: [car, bus]\n");
  return folder.path / "set";
}

fs::path voc_street(const std::string& name) {
  const ScratchFolder folder(name);
  std::string names;
  for (int i = 0; i < 20; ++i) {
    folder.add(fmt::format("set/JPEGImages/{:02}.png", i), picture(10 * (i == 5 ? 4 : i)));
    std::string objects;
    for (const int c : on_street(i))
      objects += fmt::format("<object><name>{}</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>4</xmax><ymax>3</ymax></bndbox></object>",
                             c == 0 ? "car" : "bus");
    folder.add(fmt::format("set/Annotations/{:02}.xml", i), "<annotation>" + objects + "</annotation>");
    names += fmt::format("{:02}\n", i);
  }
  folder.add("set/ImageSets/Main/train.txt", names);
  return folder.path / "set";
}

/// A car is a column of pixels, a bus another.
fs::path mask_street(const std::string& name) {
  const ScratchFolder folder(name);
  for (int i = 0; i < 20; ++i) {
    folder.add(fmt::format("set/images/{:02}.png", i), picture(10 * (i == 5 ? 4 : i)));
    Image mask;
    mask.resize({8, 6, 1});
    std::ranges::fill(mask.pixels, uint8_t{255});
    for (const int c : on_street(i)) {
      for (size_t y = 0; y < 6; ++y) mask.pixels[8 * y + static_cast<size_t>(2 * c)] = static_cast<uint8_t>(c);
    }
    std::vector<std::byte> png;
    encode_png(mask.view(), png);
    folder.add(fmt::format("set/masks/{:02}.png", i), as_text(png));
  }
  folder.add("set/classes.txt", "car\nbus\n");
  return folder.path / "set";
}

struct FormatCase {
  const char* format;
  fs::path (*street)(const std::string&);
  const char* annotation;  ///< file below data/ of the picture 03
};
constexpr FormatCase kFormats[] = {
    {"yolo", yolo_street, "train/labels/03.txt"}, {"voc", voc_street, "Annotations/03.xml"}, {"masks", mask_street, "masks/03.png"}};

TEST(ObjectSets, OfEveryFormatAreChosenFromAlikeAndVerified) {
  compress(compressing(street("coco"), fresh_path("coco_out"), "objects"), {});
  const std::vector<int64_t> expected = {0, 3, 7, 11};  // buses, each next to a car, and the first of the other cars
  for (const FormatCase& each : kFormats) {
    const fs::path input = each.street(std::string("in_") + each.format);
    const fs::path out = fresh_path(std::string("out_") + each.format);
    compress(compressing(input, out, "objects"), {});
    const Dataset small = open_dataset(out.string(), {}, {});
    EXPECT_EQ(small.format, each.format);
    std::vector<int64_t> kept;
    for (int64_t row = 0; row < small.train().size(); ++row) kept.push_back(std::stoll(fs::path(small.train().key(row)).stem().string()));
    EXPECT_EQ(kept, expected) << each.format;
    EXPECT_THAT(verify({.run = out, .source = input.string()}, {}).checked_against, HasSubstr("source")) << each.format;
    const Json run = read_json(out / "run.json");
    const std::string unit = std::string(each.format) == "masks" ? "pixels" : "objects";
    EXPECT_EQ(run["content"]["unit"], unit);
    EXPECT_EQ(run["content"]["classes"][0]["rows"], 19);
    EXPECT_EQ(run["content"]["classes"][1]["amount_kept"], run["content"]["classes"][1]["amount"]) << "every bus is kept";
    EXPECT_THAT(read_text(out / "report.html"), HasSubstr("Share of the " + unit + " that each class has"));
    EXPECT_THAT(read_text(out / "README.md"), HasSubstr("| rows with it | kept | " + unit));
  }
}

TEST(ObjectSets, OfEveryFormatAreInspected) {
  for (const FormatCase& each : kFormats) {
    const Inspection found = inspect({.path = each.street(std::string("inspected_") + each.format).string()}, {});
    ASSERT_TRUE(found.objects) << each.format;
    EXPECT_EQ(found.objects->background, 1);
    EXPECT_THAT(found.objects->rows_with, ElementsAre(19, 3));
    const char* const unit = name_of(found.objects->unit);
    EXPECT_EQ(to_json(found)[unit]["background_rows"], 1) << each.format;
    EXPECT_THAT(inspect_text(found), HasSubstr(unit));
  }
}

TEST(ObjectSets, OfEveryFormatHavePoolsByTheRarestClass) {
  for (const FormatCase& each : kFormats) {
    const fs::path out = fresh_path(std::string("pools_") + each.format);
    CompressOptions options = compressing(each.street(std::string("pooled_") + each.format), out, "random", "rarest");
    options.keep = "10";
    compress(options, {});
    EXPECT_THAT(read_json(out / "run.json")["method_note"].get<std::string>(), HasSubstr("each of 3 pools (of 1 to 16 rows)"))
        << each.format;
  }
}

TEST(ObjectSets, OfEveryFormatAreVerifiedToTheLastByteOfTheirAnnotations) {
  for (const FormatCase& each : kFormats) {
    const fs::path out = fresh_path(std::string("changed_") + each.format);
    compress(compressing(each.street(std::string("source_") + each.format), out, "objects"), {});
    std::string text = read_text(out / "data" / each.annotation);
    if (std::string(each.format) == "masks")
      text += "x";  // behind the picture's end, where no pixel sees it
    else
      text.insert(text.size() - 1, " ");
    write_file(out / "data" / each.annotation, text);
    expect_says(message_of([&] { verify({.run = out}, {}); }), {"has other objects than the manifest says"});
  }
}

TEST(ObjectSets, SayWhyNoClassifierIsTrainedOnThem) {
  EXPECT_THAT(why_no_classifier(open_dataset(yolo_street("yolo").string(), {}, {}).train()),
              HasSubstr("holds objects, not a class per row"));
  EXPECT_THAT(why_no_classifier(open_dataset(mask_street("masks").string(), {}, {}).train()),
              HasSubstr("holds masks, not a class per row"));
}

TEST(ObjectSets, OfEveryFormatRefuseWhatWouldSpoilThem) {
  for (const FormatCase& each : kFormats) {
    CompressOptions options = compressing(each.street(std::string("refused_") + each.format), fresh_path("out"), "random");
    options.to = "webdataset";
    expect_says(message_of([&] { compress(options, {}); }), {"webdataset has no place for them"});
    const Dataset dataset = open_dataset(options.input.path, {}, {});
    const std::vector<int64_t> rows = {0};
    expect_says(message_of([&] { dataset.writer->rewrite(rows, dataset.train(), fresh_folder("data"), {}); }),
                {"its pictures keep their bytes"});
  }
}

}  // namespace
}  // namespace decant
