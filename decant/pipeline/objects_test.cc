// Sets of pictures with objects, from inspect to verify.
#include "decant/data/objects.h"

#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/json.h"
#include "decant/base/test_support.h"
#include "decant/data/class_amounts.h"
#include "decant/data/image.h"
#include "decant/draw/object_sets.h"
#include "decant/formats/image/codec.h"
#include "decant/formats/open.h"
#include "decant/pipeline/compress.h"
#include "decant/pipeline/duplicates.h"
#include "decant/pipeline/inspect.h"
#include "decant/pipeline/plan.h"
#include "decant/pipeline/run/input.h"
#include "decant/pipeline/sample.h"
#include "decant/pipeline/verify.h"

namespace decant {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

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
  EXPECT_THAT(inspect_text(found), Not(HasSubstr("states a size")));
}

TEST(ObjectSets, OfCocoAreInspectedForPicturesOfAnotherSize) {
  const fs::path folder = street("other_size");
  std::string json = read_text(folder / "set.json");
  const std::string size = R"("7.png", "width": 8)";
  json.replace(json.find(size), size.size(), R"("7.png", "width": 9)");
  write_file(folder / "set.json", json);
  EXPECT_THAT(
      inspect_text(inspect({.path = folder.string()}, {})),
      HasSubstr("1 image: states a size that its picture does not have; its boxes are taken as pixels of the picture (first: 7.png)"));
}

TEST(ObjectSets, OfOneClassAreInspectedByItsName) {
  const ScratchFolder folder("one");
  folder.add("set/train/images/a.png", picture(1));
  folder.add("set/train/labels/a.txt", "0 0.5 0.5 0.4 0.2\n0 0.5 0.5 0.2 0.2\n");
  folder.add("set/data.yaml", "train: train/images\nnames: [car]\n");
  EXPECT_THAT(inspect_text(inspect({.path = (folder.path / "set").string()}, {})), HasSubstr("classes   1 (car), 2 objects\n"));
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

TEST(ObjectSets, OfCocoHaveTheBytesOfTheirJsonOnBothSides) {
  CompressOptions options = compressing(street("bytes"), fresh_path("bytes_out"), "random");
  options.keep = "100%";
  compress(options, {});
  const Json run = read_json(options.out / "run.json");
  EXPECT_EQ(run["bytes_before"], run["bytes_after"]);
  EXPECT_GT(run["bytes_before"], fs::file_size(options.out / "data/set.json"));
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

/// Their features are those of conv-kmeans.
TEST(ObjectSets, PlansTakeCropsForNoNetwork) {
  CompressOptions options = compressing(street("planned"), "unused", "k-means");
  options.features.features = "crops";
  EXPECT_THAT(plan_text(plan(options, {})), AllOf(HasSubstr("excludes the features"), testing::Not(HasSubstr("network"))));
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
    EXPECT_THAT(read_text(out / "report.html"),
                HasSubstr(unit == "pixels" ? "Pixels of each class that are kept" : "Objects of each class that are kept"));
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

/// A label holds a number; what it means stands elsewhere.
TEST(ObjectSets, VerifyFindsClassesThatWereRenamed) {
  const auto renamed = [](const FormatCase& each, const char* file, const std::string& from, const std::string& to) {
    const fs::path out = fresh_path(std::string("renamed_") + each.format);
    compress(compressing(each.street(std::string("named_") + each.format), out, "objects"), {});
    EXPECT_NO_THROW(verify({.run = out}, {})) << each.format;
    std::string text = read_text(out / "data" / file);
    text.replace(text.find(from), from.size(), to);
    write_file(out / "data" / file, text);
    return message_of([&] { verify({.run = out}, {}); });
  };
  expect_says(renamed(kFormats[0], "data.yaml", "[car, bus]", "[bus, car]"),
              {"other classes than the source: class 0 is 'bus', was 'car'"});
  expect_says(renamed(kFormats[0], "data.yaml", "[car, bus]", "[car]"), {"data"});
  expect_says(renamed(kFormats[2], "classes.txt", "bus", "van"), {"class 1 is 'van', was 'bus'"});
}

/// Rows are read from folders that the input only names.
TEST(ObjectSets, OutputsAreRefusedInEveryFolderThatRowsAreReadFrom) {
  struct Place {
    FormatCase set;
    const char* input;
    const char* out;
  };
  const Place places[] = {{kFormats[0], "data.yaml", "train/images/small"},
                          {kFormats[0], "data.yaml", "train/labels/small"},
                          {kFormats[1], "ImageSets/Main/train.txt", "JPEGImages/small"},
                          {kFormats[1], "ImageSets/Main/train.txt", "Annotations/small"},
                          {kFormats[1], "ImageSets/Main/train.txt", "ImageSets/small"}};
  for (const Place& place : places) {
    const fs::path set = place.set.street("inside");
    expect_says(message_of([&] { compress(compressing(set / place.input, set / place.out, "random"), {}); }),
                {"lies in the input", "Choose another -o, outside of all inputs"});
    EXPECT_FALSE(fs::exists(set / (std::string(place.out) + ".partial"))) << place.out;
  }
  const fs::path coco = street("json");
  fs::create_directories(coco / "annotations");
  fs::create_directories(coco / "train");
  for (int i = 0; i < 20; ++i) fs::rename(coco / fmt::format("{}.png", i), coco / "train" / fmt::format("{}.png", i));
  fs::rename(coco / "set.json", coco / "annotations/instances_train.json");
  const fs::path json = coco / "annotations/instances_train.json";
  expect_says(message_of([&] { compress(compressing(json, coco / "train/small", "random"), {}); }), {"lies in the input"});
  EXPECT_NO_THROW(compress(compressing(json, coco / "small", "random"), {}));
}

// ---- Lists in place of copies

CompressOptions listing(const fs::path& input, const fs::path& out) {
  CompressOptions options = compressing(input, out, "objects");
  options.store = "list";
  return options;
}

/// Whether a file below a folder is a picture or an annotation of one, and no link.
bool holds_copies(const fs::path& folder) {
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const std::string ending = entry.path().extension().string();
    if (entry.is_regular_file() && (ending == ".png" || ending == ".xml" || fs::path(entry.path()).parent_path().filename() == "labels"))
      return true;
  }
  return false;
}

TEST(ObjectSets, OfEveryFormatWithListsAreStoredAsLists) {
  const FormatCase coco{"coco", street, ""};
  for (const FormatCase& each : {kFormats[0], kFormats[1], coco}) {
    const fs::path input = each.street(std::string("listed_") + each.format);
    const fs::path out = fresh_path(std::string("list_") + each.format);
    const fs::path copied = fresh_path(std::string("copy_") + each.format);
    const RunRecord run = compress(listing(input, out), {});
    const RunRecord copy = compress(compressing(input, copied, "objects"), {});
    EXPECT_FALSE(holds_copies(out / "data")) << each.format;
    EXPECT_GE(run.bytes_after, copy.bytes_after / 2) << "what the rows take, not what lists do";
    for (const fs::path& path : {out, out / "data"}) {
      const Dataset small = open_dataset(path.string(), {}, {});
      EXPECT_EQ(small.format, each.format);
      EXPECT_EQ(small.train().size(), 4) << each.format;
      EXPECT_EQ(small.classes, open_dataset(copied.string(), {}, {}).classes) << each.format;
      EXPECT_THAT(find_bad_rows(small.train(), Depth::full, {}), testing::IsEmpty()) << each.format;
    }
    EXPECT_NO_THROW(verify({.run = out}, {})) << each.format;
    EXPECT_NO_THROW(verify({.run = out, .source = input.string()}, {})) << each.format;
    EXPECT_EQ(inspect({.path = out.string()}, {}).objects->of_class, inspect({.path = copied.string()}, {}).objects->of_class);
    EXPECT_THAT(read_text(out / "README.md"), HasSubstr("they are read from the source, which must stay where it is"));
    SampleOptions again;
    again.run = out;
    again.out = fresh_path("less");
    again.keep = "2";
    sample_run(again, {});
    EXPECT_FALSE(holds_copies(again.out / "data")) << "as the run was stored";
    EXPECT_EQ(open_dataset(again.out.string(), {}, {}).train().size(), 2);
  }
}

TEST(ObjectSets, ListsOfYoloAreWholePathsAndNameTheRowsToTestOn) {
  const fs::path input = yolo_street("yolo");
  fs::create_directories(input / "valid/images");
  write_file(input / "valid/images/v.png", picture(7));
  write_file(input / "data.yaml", "path: .\ntrain: train/images  # here\nval: valid/images\nnames: [car, bus]\n");
  const fs::path out = fresh_path("out");
  compress(listing(input, out), {});
  const std::string folder = fs::absolute(input / "train/images").lexically_normal().string();
  EXPECT_EQ(read_text(out / "data/train.txt"), fmt::format("{0}/00.png\n{0}/03.png\n{0}/07.png\n{0}/11.png\n", folder));
  EXPECT_EQ(read_text(out / "data/data.yaml"),
            fmt::format("train: train.txt  # here\nval: {}\nnames: [car, bus]\n", fs::absolute(input / "valid/images").string()));
  fs::remove(input / "data.yaml");
  write_file(input / "classes.txt", "car\nthe: bus\n");
  const fs::path bare = fresh_path("bare");
  compress(listing(input, bare), {});
  EXPECT_EQ(open_dataset(bare.string(), {}, {}).classes, open_dataset(input.string(), {}, {}).classes) << "a yaml is made of the names";
}

TEST(ObjectSets, ListsOfVocKeepTheRowsToTestOn) {
  const fs::path input = voc_street("voc");
  write_file(input / "ImageSets/Main/val.txt", "18\n19\n");
  write_file(input / "ImageSets/Main/bus_train.txt", "03 1\n04 -1\n");
  const fs::path out = fresh_path("out");
  compress(listing(input, out), {});
  EXPECT_EQ(read_text(out / "data/ImageSets/Main/train.txt"), "00\n03\n07\n11\n");
  EXPECT_EQ(read_text(out / "data/ImageSets/Main/val.txt"), "18\n19\n");
  EXPECT_EQ(read_text(out / "data/ImageSets/Main/bus_train.txt"), "03 1\n");
  EXPECT_EQ(open_dataset(out.string(), {}, {}).splits.at(Split::validation)->size(), 2);
  fs::remove_all(out);
  EXPECT_TRUE(fs::exists(input / "JPEGImages/00.png")) << "links are removed, not what they lead to";
}

TEST(ObjectSets, AreNotStoredAsListsWhereThereAreNone) {
  expect_says(message_of([&] { compress(listing(mask_street("masks"), fresh_path("out")), {}); }), {"has no lists", "Omit --store list"});
  CompressOptions options = listing(yolo_street("yolo"), fresh_path("out"));
  options.to = "webdataset";
  EXPECT_THROW(compress(options, {}), UsageError);
  options.to = "";
  options.store = "link";
  EXPECT_THROW(compress(options, {}), UsageError);
}

/// VOC's own boxes count pixels from 1 and hold the last one.
TEST(ObjectSets, OfVocMayHaveInclusiveBoxes) {
  const fs::path input = voc_street("voc");
  const auto box = [&](bool inclusive) {
    const Dataset dataset = open_dataset(input.string(), {.voc_inclusive = inclusive}, {});
    return dataset.train().targets()->objects(0).table->boxes[0];
  };
  EXPECT_EQ(box(false), (Box{1, 1, 4, 3}));
  EXPECT_EQ(box(true), (Box{0, 0, 4, 3}));
  const fs::path out = fresh_path("out");
  CompressOptions options = compressing(input, out, "objects");
  options.input.fields.inclusive = true;
  compress(options, {});
  EXPECT_EQ(open_dataset(out.string(), {}, {}).train().targets()->objects(0).table->boxes[0], (Box{0, 0, 4, 3})) << "as the run read it";
  EXPECT_NO_THROW(verify({.run = out}, {}));
  EXPECT_NO_THROW(verify({.run = out, .source = input.string()}, {}));
  expect_says(message_of([&] { open_dataset(yolo_street("yolo").string(), {.voc_inclusive = true}, {}); }), {"--voc-inclusive", "Omit it"});
}

// ---- The same pictures in four formats

std::vector<std::string> kept_names(const fs::path& input, const std::string& method) {
  const fs::path out = fresh_path("kept");
  CompressOptions options = compressing(input, out, method);
  options.keep = "12";
  compress(options, {});
  const Dataset small = open_dataset(out.string(), {}, {});
  std::vector<std::string> names;
  for (int64_t row = 0; row < small.train().size(); ++row) names.push_back(fs::path(small.train().key(row)).stem().string());
  return names;
}

TEST(ObjectSets, OfOneDrawingKeepTheSamePicturesInEveryFormat) {
  const fs::path folder = fresh_path("drawn");
  draw_object_set(folder, {.train = 60, .validation = 0, .side = 48, .seed = 1});
  for (const char* method : {"random", "objects", "objects+balance=0", "objects+min-objects=3+per-image=2"}) {
    const std::vector<std::string> expected = kept_names(folder / "coco", method);
    EXPECT_EQ(expected.size(), 12u);
    EXPECT_EQ(kept_names(folder / "voc", method), expected) << method;
    EXPECT_EQ(kept_names(folder / "yolo", method), expected) << method;
    if (std::string(method) != "random") continue;  // pixels are other amounts than objects
    EXPECT_EQ(kept_names(folder / "masks", method), expected);
  }
  EXPECT_EQ(kept_names(folder / "masks", "objects").size(), 12u);
}

// ---- Floors and budgets

/// What a run keeps of each class.
std::vector<int64_t> kept_of_each(const RunRecord& run) {
  std::vector<int64_t> kept;
  for (const ContentRecord::OfClass& each : run.content->classes) kept.push_back(each.amount_kept);
  return kept;
}

TEST(ObjectSets, FloorsAreKeptOrNamed) {
  const fs::path input = street("floors");  // 19 cars, 3 buses
  CompressOptions options = compressing(input, fresh_path("met"), "objects");
  options.select.own.min_objects = 3;
  struct : LogSink {
    void log(LogLevel, std::string_view message) override { text += std::string(message) + "\n"; }
    std::string text;
  } said;
  Context context;
  context.log = &said;
  EXPECT_THAT(kept_of_each(compress(options, context)), ElementsAre(testing::Ge(3), 3));
  EXPECT_THAT(said.text, testing::Not(HasSubstr("min-objects")));
  options.out = fresh_path("missed");
  options.select.own.min_objects = 6;
  const RunRecord run = compress(options, context);
  EXPECT_EQ(run.content->classes[1].least, 3) << "all that there are";
  EXPECT_THAT(said.text, HasSubstr("--min-objects is not met for car (4 of 6); keep more rows"));
  EXPECT_THAT(read_text(options.out / "report.html"), HasSubstr("not met for one: car (4 of 6)."));
  EXPECT_EQ(read_json(options.out / "run.json")["content"]["classes"][0]["least"], 6);
  options.select.pools = "rarest";
  EXPECT_THROW(compress(options, {}), UsageError);
}

TEST(ObjectSets, BudgetsOfObjectsKeepAsManyRowsAsTheyHold) {
  const fs::path input = street("budget");  // 22 objects in 20 pictures
  const auto kept_for = [&](const std::string& budget, const std::string& method) {
    CompressOptions options = compressing(input, fresh_path("out"), method);
    options.keep = "20%";
    options.keep_objects = budget;
    const RunRecord run = compress(options, {});
    const std::vector<int64_t> kept = kept_of_each(run);
    return std::pair(*run.kept, kept[0] + kept[1]);
  };
  EXPECT_EQ(kept_for("50%", "objects").second, 11);
  EXPECT_EQ(kept_for("6", "objects"), std::pair(int64_t{3}, int64_t{6})) << "each bus stands next to a car";
  const auto [rows, objects] = kept_for("10", "random");
  EXPECT_LE(objects, 10);
  EXPECT_GE(objects, 9) << "a row holds two at most";
  EXPECT_GE(rows, 7);
  CompressOptions masks = compressing(mask_street("masks"), fresh_path("out"), "random");
  masks.keep_objects = "50%";
  expect_says(message_of([&] { compress(masks, {}); }), {"holds no objects in boxes", "--keep"});
  CompressOptions both = compressing(input, fresh_path("out"), "random");
  both.keep_objects = "50%";
  both.bytes = "50%";
  EXPECT_THROW(compress(both, {}), UsageError);
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
    options.to = "";
    options.reducing.resolution = "50%";
    expect_says(message_of([&] { compress(options, {}); }), {"which belong to the size that its pictures have"});
  }
}

}  // namespace
}  // namespace decant
