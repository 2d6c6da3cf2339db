// COCO sets: what is read of a json and in which order, and that what is kept is written as it
// came.
#include "decant/formats/coco/coco.h"

#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/test_support.h"
#include "decant/data/class_amounts.h"
#include "decant/data/objects.h"
#include "decant/data/test_rows.h"
#include "decant/formats/coco/coco_json.h"
#include "decant/formats/open.h"

namespace decant {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Three pictures, not in the order of their ids, and annotations that lie apart.
constexpr std::string_view kZoo = R"({"info": {"year": 2017}, "images": [
  {"id": 9, "file_name": "c.jpg", "width": 40, "height": 30, "odd": [1, {"x": "]"}]},
  {"id": -3, "file_name": "a.jpg", "width": 40, "height": 30},
  {"id": 7, "file_name": "b.jpg", "width": 40, "height": 30}],
 "annotations": [
  {"id": 1, "image_id": 9, "category_id": 90, "bbox": [1, 2, 3.5, 4], "area": 7.0, "iscrowd": 0, "segmentation": [[1, 2, 4.5, 2, 4.5, 6]]},
  {"id": 2, "image_id": -3, "category_id": 1, "bbox": [0, 0, 1.0e1, 5], "iscrowd": 0, "score": 0.50},
  {"id": 3, "image_id": 9, "category_id": 1, "bbox": [10, 10, 5, 5], "area": 20, "iscrowd": 0, "segmentation": []},
  {"id": 4, "image_id": 9, "category_id": 1, "bbox": [0, 0, 40, 30], "area": 1200, "iscrowd": 1, "segmentation": {"size": [30, 40], "counts": [0, 1200]}}],
 "categories": [{"id": 90, "name": "caf\u00e9"}, {"id": 3, "name": "dog"}, {"id": 1, "name": "cat"}]})";

struct Zoo {
  explicit Zoo(std::string_view json = kZoo, const std::string& name = "set.json") : folder("zoo") {
    for (const char* picture : {"a.jpg", "b.jpg", "c.jpg"}) folder.add(picture, std::string("picture ") + picture);
    file = folder.add(name, json);
  }
  Dataset open() const { return open_coco(folder.path, {}, {}); }
  std::string oddities() const {
    std::string all;
    for (const std::string& one : oddities_of(open())) all += one + "\n";
    return all;
  }
  ScratchFolder folder;
  std::string file;
};

std::string replaced(std::string_view text, std::string_view from, std::string_view to) {
  std::string own(text);
  const size_t at = own.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? own : own.replace(at, from.size(), to);
}

/// One picture of 4 × 3 pixels with the annotation.
std::string one_object(const std::string& fields) {
  return R"({"images": [{"id": 1, "file_name": "a.jpg", "width": 4, "height": 3}], "annotations": [{"id": 1, "image_id": 1, "category_id": 1, )" +
         fields + R"(}], "categories": [{"id": 1, "name": "x"}]})";
}

std::string json_of(const Zoo& zoo, std::vector<int64_t> rows, const std::string& name = "set.json") {
  const auto out = fresh_folder("out");
  zoo.open().writer->write(rows, out, {});
  return read_text(out / name);
}

TEST(Coco, RowsStandByAscendingId) {
  const Dataset dataset = Zoo().open();
  EXPECT_EQ(dataset.format, "coco");
  EXPECT_THAT(keys_of(dataset.train()), ElementsAre("a.jpg", "b.jpg", "c.jpg"));
  EXPECT_EQ(text_of(dataset.train(), 1), "picture b.jpg");
}

TEST(Coco, IdsAreExactBeyondDoublesAndMayBeTexts) {
  const auto order = [](const std::string& ids) {
    std::string json = R"({"images": [)";
    int n = 0;
    std::string rest = ids;
    while (!rest.empty()) {
      const size_t comma = std::min(rest.find(','), rest.size());
      json += (n == 0 ? "" : ",") + fmt::format(R"({{"id": {}, "file_name": "{}.jpg"}})", rest.substr(0, comma), n);
      rest = comma == rest.size() ? "" : rest.substr(comma + 1);
      ++n;
    }
    ScratchFolder folder("ids");
    folder.add("0.jpg");
    folder.add("set.json", json + "]}");
    return keys_of(open_coco(folder.path, {}, {}).train());
  };
  EXPECT_THAT(order("7,0,9007199254740993,9007199254740992,-3,-20"), ElementsAre("5.jpg", "4.jpg", "1.jpg", "0.jpg", "3.jpg", "2.jpg"));
  EXPECT_THAT(order(R"("b","a10","a9")"), ElementsAre("1.jpg", "2.jpg", "0.jpg")) << "texts by their bytes";
  EXPECT_THAT(order("2.0,1"), ElementsAre("1.jpg", "0.jpg"));
  expect_says(message_of([&] { order(R"(7,"7")"); }), {"byte 44", "a text", "byte 12", "a number", "Write all ids alike"});
  expect_says(message_of([&] { order("7,7"); }), {"'1.jpg' has the id 7 of '0.jpg'", "byte"});
  expect_says(message_of([&] { order("7.5"); }), {"no id that is a whole number"});
}

TEST(Coco, ClassesStandInTheOrderOfTheFile) {
  const Dataset dataset = Zoo().open();
  EXPECT_THAT(dataset.classes, ElementsAre("café", "dog", "cat"));
  const ClassAmounts amounts = amounts_of(dataset.train(), 0, {});
  EXPECT_THAT(amounts.of(0), ElementsAre(ClassCount{2, 1}));
  EXPECT_THAT(amounts.of(1), IsEmpty()) << "a background row";
  EXPECT_THAT(amounts.of(2), ElementsAre(ClassCount{0, 1}, ClassCount{2, 1})) << "a crowd is not counted";
}

TEST(Coco, ObjectsHaveEdgesAreasAndFlags) {
  const Dataset dataset = Zoo().open();
  const ObjectRange range = dataset.train().targets()->objects(2);
  ASSERT_EQ(range.size(), 3);
  const Objects& objects = *range.table;
  const auto first = static_cast<size_t>(range.begin);
  EXPECT_EQ(objects.boxes[first], (Box{1, 2, 4.5, 6}));
  EXPECT_EQ(objects.areas[first], 7);
  EXPECT_EQ(objects.flags[first], ObjectFlag::polygon);
  EXPECT_EQ(objects.flags[first + 2], ObjectFlag::crowd | ObjectFlag::mask);
  EXPECT_EQ(objects.areas[static_cast<size_t>(dataset.train().targets()->objects(0).begin)], 50) << "the box's, where none is given";
}

TEST(Coco, AllRowsGiveTheSameFileBitForBit) {
  for (const std::string& json :
       {std::string(kZoo), "\xef\xbb\xbf" + std::string(kZoo) + "\r\n ", replaced(kZoo, "\"image_id\": 9", "\"image_id\": 77")})
    EXPECT_EQ(json_of(Zoo(json), {0, 1, 2}), json);
}

TEST(Coco, KeptElementsAreWrittenAsTheyStood) {
  const std::string json = json_of(Zoo(), {0, 2});
  std::string expected = replaced(kZoo, ",\n  {\"id\": 7, \"file_name\": \"b.jpg\", \"width\": 40, \"height\": 30}", "");
  EXPECT_EQ(json, expected) << "spaces, unknown keys, 1.0e1 and 0.50 stay as they are";
  expected = replaced(kZoo, "\n  {\"id\": 9, \"file_name\": \"c.jpg\", \"width\": 40, \"height\": 30, \"odd\": [1, {\"x\": \"]\"}]},", "");
  expected = replaced(expected, ",\n  {\"id\": 7, \"file_name\": \"b.jpg\", \"width\": 40, \"height\": 30}", "");
  const size_t second = expected.find("{\"id\": 2");
  const size_t end = expected.find("}", second) + 1;
  const std::string own = expected.substr(second, end - second);
  const size_t list = expected.find("[\n  {\"id\": 1");
  const size_t past = expected.find("}}]", list) + 2;
  expected.replace(list + 4, past - list - 4, own);
  EXPECT_EQ(json_of(Zoo(), {0}), expected);
}

TEST(Coco, WhatIsWrittenIsReadTheSame) {
  const Zoo zoo;
  const auto out = fresh_folder("out");
  zoo.open().writer->write(std::vector<int64_t>{1, 2}, out, {});
  const Dataset small = open_dataset(out.string(), {}, {});
  EXPECT_THAT(keys_of(small.train()), ElementsAre("b.jpg", "c.jpg"));
  EXPECT_EQ(text_of(small.train(), 1), "picture c.jpg");
  EXPECT_EQ(small.train().targets()->objects(1).size(), 3);
}

TEST(Coco, NoAnnotationLeftIsAnEmptyList) {
  EXPECT_THAT(json_of(Zoo(), {1}), HasSubstr("\"annotations\": [],"));
}

TEST(Coco, KeysMayStandInAnyOrderAndLinesEndAsTheyLike) {
  const std::string plain = R"({"categories": [{"name": "x", "id": 1}],
"annotations": [{"bbox": [1,1,2,2], "category_id": 1, "image_id": 5, "id": 1}], "images": [{"file_name": "a.jpg", "id": 5}]})";
  std::string windows = "\xef\xbb\xbf";
  for (const char c : plain) windows += c == '\n' ? "\r\n" : c == ',' ? ",\r\n\t" : std::string(1, c);
  for (const std::string& json : {plain, windows}) {
    const Dataset dataset = Zoo(json).open();
    EXPECT_THAT(keys_of(dataset.train()), ElementsAre("a.jpg"));
    EXPECT_EQ(dataset.train().targets()->objects(0).size(), 1);
  }
}

TEST(Coco, BrokenBoxesAreListedAndTheirRowsStay) {
  const auto fault = [](const std::string& fields) {
    const Zoo zoo(one_object(fields));
    const Dataset dataset = zoo.open();
    std::vector<ClassCount> counts;
    dataset.train().targets()->counts(0, counts);
    EXPECT_THAT(counts, IsEmpty()) << fields;
    EXPECT_EQ(dataset.train().known_fault(0), "");
    return zoo.oddities();
  };
  EXPECT_THAT(fault(R"("bbox": [1, 1, 0, 1])"), HasSubstr("a width or height of 0 or less (first: byte 87)"));
  EXPECT_THAT(fault(R"("bbox": [1, 1, -4, 1])"), HasSubstr("0 or less"));
  EXPECT_THAT(fault(R"("bbox": [9, 1, 1, 1])"), HasSubstr("outside the picture"));
  EXPECT_THAT(fault(R"("bbox": null)"), HasSubstr("not four finite numbers"));
  EXPECT_THAT(fault(R"("bbox": [1, 1, 2])"), HasSubstr("not four finite numbers"));
  EXPECT_THAT(fault(R"("bbox": [1, 1, 2, 1e400])"), HasSubstr("not four finite numbers"));
  EXPECT_THAT(fault(R"("bbox": [1, 1, NaN, 2])"), HasSubstr("not four finite numbers"));
  EXPECT_THAT(fault(R"("bbox": [1, 1, 1, 1, 1])"), HasSubstr("not four finite numbers"));
  EXPECT_THAT(fault(R"("area": 3)"), HasSubstr("no bbox"));
  EXPECT_THAT(fault(R"("bbox": [1, 1, 2, 2], "category_id": 91)"), HasSubstr("not among the categories"));
}

TEST(Coco, BrokenOutlinesLeaveTheirBoxes) {
  const auto flags_and_oddities = [](const std::string& outline) {
    const Zoo zoo(one_object(R"("bbox": [1, 1, 2, 2], "segmentation": )" + outline));
    const Dataset dataset = zoo.open();
    std::vector<ClassCount> counts;
    dataset.train().targets()->counts(0, counts);
    EXPECT_THAT(counts, ElementsAre(ClassCount{0, 1})) << outline;
    const bool broken = (dataset.train().targets()->objects(0).table->flags[0] & ObjectFlag::broken_outline) != 0;
    return (broken ? "broken: " : "whole: ") + zoo.oddities();
  };
  for (const char* whole : {"[]", "null", "[[1,1,3,1,3,3,1,3]]", "[[1.50,-0.25,3e0,1,0,0.0\t,1,3 ]]", R"({"size":[3,4],"counts":"42102"})",
                            R"({"size":[3,4],"counts":[4,2,1,2,3]})", R"({"counts":[0,12],"size":[3,4]})"})
    EXPECT_THAT(flags_and_oddities(whole), HasSubstr("whole: ")) << whole;
  EXPECT_THAT(flags_and_oddities("[1,1,3,1,3,3]"), HasSubstr("a flat list of numbers"));
  EXPECT_THAT(flags_and_oddities("[[1,1,3,1]]"), HasSubstr("fewer than three points"));
  EXPECT_THAT(flags_and_oddities("[[1,1,3,1,3,3,1]]"), HasSubstr("odd number"));
  for (const char* number : {"NaN", "1e400", "01", "1.", ".5", "-", "--1", "1.5.2", "1x", "\"1\"", "null"})
    EXPECT_THAT(flags_and_oddities(fmt::format("[[1,1,3,1,{},3]]", number)), HasSubstr("something else than finite numbers")) << number;
  EXPECT_THAT(flags_and_oddities(R"({"size":[3,4],"counts":[4,2,1,2,4]})"), HasSubstr("do not add up"));
  EXPECT_THAT(flags_and_oddities(R"({"size":[4,3],"counts":"42102"})"), HasSubstr("not that of the picture"));
  EXPECT_THAT(flags_and_oddities(R"({"size":[3,4],"counts":"4210P"})"), HasSubstr("cannot be decoded"));
  EXPECT_THAT(flags_and_oddities(R"({"size":[3,4],"counts":"4 02"})"), HasSubstr("cannot be decoded"));
  EXPECT_THAT(flags_and_oddities(R"({"size":[2147483648,2147483648],"counts":[0]})"), HasSubstr("two whole numbers"));
  EXPECT_THAT(flags_and_oddities("\"x\""), HasSubstr("neither polygons nor a mask"));
}

TEST(Coco, NamesStayBelowTheirFolder) {
  const auto row = [](const std::string& name) {
    ScratchFolder folder("names");
    folder.add("a.jpg");
    folder.add("a/1.jpg");
    folder.add("b/1.jpg");
    folder.add("set.json", R"({"images": [{"id": 0, "file_name": "a.jpg"}, {"id": 1, "file_name": ")" + name + R"("}]})");
    const Dataset dataset = open_coco(folder.path, {}, {});
    return dataset.train().key(1) + "|" + dataset.train().known_fault(1);
  };
  EXPECT_EQ(row("b/1.jpg"), "b/1.jpg|");
  EXPECT_EQ(row(R"(a\\1.jpg)"), "a/1.jpg|");
  EXPECT_EQ(row("./b//1.jpg"), "b/1.jpg|");
  for (const char* name : {"../../etc/x.jpg", "/etc/x.jpg", "a/../../x.jpg", R"(C:\\x.jpg)", R"(..\\x.jpg)"})
    EXPECT_THAT(row(name), HasSubstr("leads out of the folder of pictures")) << name;
  EXPECT_THAT(row("http://host/x.jpg"), HasSubstr("is a URL"));
  EXPECT_THAT(row("a\\u0000.jpg"), HasSubstr("has a NUL, which the name of no file has"));
  for (const char* name : {"\\ud800.jpg", "\\udc00\\ud800", "\\x"})
    EXPECT_THAT(row(name), HasSubstr("its file_name is no valid text: it has a wrong escape, or half of a surrogate pair")) << name;
  EXPECT_EQ(row("b\\n1.jpg"), "b\n1.jpg|") << "a name like any other";
  EXPECT_THAT(row(""), HasSubstr("has no file_name"));
  EXPECT_THAT(row("./a.jpg"), HasSubstr("names the file of image 0 again"));
}

TEST(Coco, NamesThatNoFileSystemHoldsAreRowsWithoutAFile) {
  const std::string name(300, 'x');
  const Zoo zoo(replaced(kZoo, "\"b.jpg\"", "\"" + name + "\""));
  const Dataset dataset = zoo.open();
  EXPECT_EQ(dataset.train().key(1), name);
  std::vector<std::byte> scratch;
  EXPECT_THROW(dataset.train().bytes(1, scratch), IoError);
  EXPECT_EQ(text_of(dataset.train(), 2), "picture c.jpg");
}

TEST(Coco, LinksThatLeaveTheFolderAreFollowedAndWrittenAsFiles) {
  const ScratchFolder elsewhere("elsewhere");
  const std::string target = elsewhere.add("far.jpg", "picture far away");
  const Zoo zoo;
  std::filesystem::remove(zoo.folder.path / "b.jpg");
  std::filesystem::create_symlink(target, zoo.folder.path / "b.jpg");
  const auto out = fresh_folder("out");
  zoo.open().writer->write(std::vector<int64_t>{1}, out, {});
  EXPECT_TRUE(std::filesystem::is_regular_file(std::filesystem::symlink_status(out / "b.jpg")));
  EXPECT_EQ(read_text(out / "b.jpg"), "picture far away");
}

TEST(Coco, PicturesAreFoundWhereCocoAndOthersPutThem) {
  const auto key = [](const std::string& json, const std::string& picture) {
    ScratchFolder folder("layout");
    folder.add(picture);
    folder.add(json, R"({"images": [{"id": 1, "file_name": "x/1.jpg"}]})");
    return open_coco(folder.path, {}, {}).train().key(0);
  };
  for (const char* where : {"annotations/train2017/x/1.jpg", "images/train2017/x/1.jpg", "train2017/x/1.jpg", "images/train/x/1.jpg",
                            "train/x/1.jpg", "images/x/1.jpg", "data/x/1.jpg", "x/1.jpg"})
    EXPECT_EQ(key("annotations/instances_train2017.json", where), where);
  for (const char* where : {"x/1.jpg", "data/x/1.jpg", "images/x/1.jpg"}) EXPECT_EQ(key("labels.json", where), where);
  EXPECT_EQ(key("train/_annotations.coco.json", "train/x/1.jpg"), "train/x/1.jpg");
  expect_says(message_of([&] { key("labels.json", "elsewhere/1.jpg"); }), {"none of its pictures is there", "'x/1.jpg'", "--images"});
}

TEST(Coco, SplitsAreReadFromNames) {
  ScratchFolder folder("splits");
  for (const char* name : {"train2017/1.jpg", "val2017/1.jpg"}) folder.add(name);
  const std::string json = R"({"images": [{"id": 1, "file_name": "1.jpg"}], "annotations": [
    {"id": 1, "image_id": 1, "category_id": 1, "bbox": [0, 0, 1, 1]}], "categories": [{"id": 1, "name": "x"}]})";
  for (const char* name : {"train", "val", "test"}) folder.add(std::string("annotations/instances_") + name + "2017.json", json);
  const Dataset dataset = open_dataset(folder.path.string(), {}, {});
  EXPECT_EQ(dataset.train().key(0), "train2017/1.jpg");
  EXPECT_EQ(dataset.splits.at(Split::validation)->key(0), "val2017/1.jpg");
  EXPECT_FALSE(dataset.splits.contains(Split::test)) << "its pictures are not there";
  const Dataset only = open_dataset((folder.path / "annotations/instances_val2017.json").string(), {}, {});
  EXPECT_EQ(only.train().key(0), "val2017/1.jpg") << "a json that is named is the training split";
}

/// Instances, keypoints and captions of one split are filtered alike.
TEST(Coco, OtherFilesOfTheSplitGoWithTheirImages) {
  ScratchFolder folder("several");
  for (const char* name : {"train2017/1.jpg", "train2017/2.jpg"}) folder.add(name);
  const std::string images = R"({"images": [{"id": 1, "file_name": "1.jpg"}, {"id": 2, "file_name": "2.jpg"}], "annotations": [)";
  folder.add("annotations/captions_train2017.json",
             images + R"({"image_id": 2, "id": 5, "caption": "a [cat"},{"id": 6, "image_id": 1, "caption": "b"}]})");
  folder.add("annotations/person_keypoints_train2017.json",
             images + R"({"image_id": 1, "id": 5, "bbox": [0, 0, 1, 1], "category_id": 1, "keypoints": [1, 2, 2]}]})");
  folder.add("annotations/instances_train2017.json",
             images + R"({"image_id": 2, "id": 5, "bbox": [0, 0, 1, 1], "category_id": 1}], "categories": [{"id": 1, "name": "x"}]})");
  const Dataset dataset = open_coco(folder.path, {}, {});
  EXPECT_EQ(dataset.train().targets()->objects(1).size(), 1) << "objects are those of the instances";
  EXPECT_EQ(dataset.writer->write(std::vector<int64_t>{0, 1}, fresh_folder("all"), {}), dataset.train().stored_bytes())
      << "all jsons count on both sides";
  const auto out = fresh_folder("out");
  dataset.writer->write(std::vector<int64_t>{1}, out, {});
  EXPECT_EQ(read_text(out / "annotations/captions_train2017.json"),
            R"({"images": [{"id": 2, "file_name": "2.jpg"}], "annotations": [{"image_id": 2, "id": 5, "caption": "a [cat"}]})");
  EXPECT_EQ(read_text(out / "annotations/person_keypoints_train2017.json"),
            R"({"images": [{"id": 2, "file_name": "2.jpg"}], "annotations": []})");
  EXPECT_TRUE(std::filesystem::exists(out / "train2017/2.jpg"));
}

TEST(Coco, CaptionsAloneAreRowsWithoutObjects) {
  const Zoo zoo(R"({"images": [{"id": 1, "file_name": "a.jpg"}, {"id": 2, "file_name": "b.jpg"}],
    "annotations": [{"image_id": 2, "id": 5, "caption": "x"}, {"image_id": 1, "id": 6, "caption": "y"}]})");
  EXPECT_EQ(zoo.open().train().targets(), nullptr);
  EXPECT_THAT(json_of(zoo, {1}), HasSubstr(R"("annotations": [{"image_id": 2, "id": 5, "caption": "x"}])"));
}

TEST(Coco, IdsOfAnnotationsMustBeLikeThoseOfImages) {
  expect_says(message_of([] { Zoo(replaced(kZoo, "\"image_id\": 9", "\"image_id\": \"9\"")).open(); }),
              {"image_id of this annotation, \"9\", is a text", "a number", "byte"});
  EXPECT_THAT(Zoo(replaced(kZoo, "\"image_id\": 9", "\"image_id\": 77")).oddities(),
              HasSubstr("an annotation of an image that is not listed"));
  EXPECT_THAT(Zoo(replaced(kZoo, "{\"id\": 2", "{\"id\": 1")).oddities(), HasSubstr("1 annotation has the id of another"));
}

TEST(Coco, ClassesWithoutObjectsAndOfNearlyOneNameAreNamed) {
  EXPECT_THAT(Zoo().oddities(), HasSubstr("1 of 3 classes has no objects (first: 'dog')"));
  EXPECT_THAT(Zoo(replaced(kZoo, "\"dog\"", "\"Cat \"")).oddities(), HasSubstr("the classes 'Cat ' and 'cat' have nearly the same name"));
  EXPECT_THAT(Zoo(replaced(kZoo, "\"id\": 3, \"name\"", "\"id\": 90, \"name\"")).oddities(),
              HasSubstr("category id 90 is listed twice; the first, 'café'"));
  const Zoo half(replaced(kZoo, "\"dog\"", "\"dog \\ud83d\""));
  EXPECT_THAT(half.oddities(), HasSubstr("the name of category 3 is no valid text: it has a wrong escape, or half of a surrogate pair; "
                                         "the class is called by its id"));
  EXPECT_THAT(half.open().classes, ElementsAre("café", "3", "cat"));
}

TEST(Coco, AJsonCutAnywhereIsRefusedOrNotTakenForOne) {
  const ScratchFolder folder("cut");
  for (size_t cut = 0; cut + 1 < kZoo.size(); ++cut) {
    const std::string file = folder.add("set.json", kZoo.substr(0, cut));
    EXPECT_THROW(coco::read_coco_json(file, {}), InputError) << cut;
  }
}

TEST(Coco, WhatOtherParsersStumbleOverIsReadOrRefusedAtItsByte) {
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  EXPECT_EQ(Zoo(replaced(kZoo, "\"odd\": [1,", "\"odd\": [" + deep + ",")).open().train().size(), 3);
  EXPECT_EQ(Zoo(replaced(kZoo, "\"odd\": [1,", "\"odd\": [NaN, Infinity, \"\\ud800\",")).open().train().size(), 3);
  expect_says(message_of([] { Zoo(replaced(kZoo, "\"info\"", "\"images\"")).open(); }), {"has 'images' a second time", "byte"});
  expect_says(message_of([] { Zoo(std::string(kZoo) + "{}").open(); }), {"something after its object"});
  expect_says(message_of([] { Zoo(replaced(kZoo, "}],\n \"annotations\"", "} {}],\n \"annotations\"")).open(); }),
              {"no comma between two elements"});
  expect_says(message_of([] { Zoo(replaced(kZoo, "\"images\": [", "\"images\": [1, ")).open(); }),
              {"an element of 'images' is not an object"});
  EXPECT_THAT(Zoo(replaced(kZoo, "\"annotations\": [", "\"annotations\": [{}, null,")).oddities(),
              HasSubstr("an element of 'annotations' is not an object"));
  std::string empty = "{}";
  for (int i = 1; i < 40'000; ++i) empty += ",{}";
  EXPECT_THAT(Zoo(replaced(kZoo, "\"annotations\": [", "\"annotations\": [" + empty + ",")).oddities(),
              HasSubstr("40,000 elements of 'annotations' are read as nothing: an annotation without an image_id"));
  const Zoo nameless(replaced(kZoo, "\"images\": [", "\"images\": [" + empty + ","));
  expect_says(message_of([&] { coco::read_coco_json(nameless.file, {}); }), {"byte 36", "an image has no id"});
}

TEST(Coco, IsRecognisedByWhatTheJsonSays) {
  ScratchFolder folder("other");
  EXPECT_FALSE(looks_like_coco(folder.add("chat.json", R"([{"messages": []}])")));
  EXPECT_FALSE(looks_like_coco(folder.add("vision.json", R"({"images": ["a.jpg"], "file_name": 1})")));
  EXPECT_FALSE(looks_like_coco(folder.add("model.json", R"({"categories": [{"id": 1}]})")));
  EXPECT_TRUE(looks_like_coco(folder.add("SET.JSON", kZoo)));
}

}  // namespace
}  // namespace decant
