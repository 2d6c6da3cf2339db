// Fifteen things that the files of detection and segmentation sets do to programs, each from the
// file to what comes of it: what published tools trip over, and what is right instead. They are
// numbered here so that it is plain to see that all are there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/json.h"
#include "decant/data/image.h"
#include "decant/data/objects.h"
#include "decant/data/runs.h"
#include "decant/data/test_rows.h"
#include "decant/formats/coco/rle.h"
#include "decant/formats/image/codec.h"
#include "decant/formats/masks/mask_png_for_tests.h"
#include "decant/formats/open.h"
#include "decant/pipeline/compress.h"
#include "decant/pipeline/measure.h"

#include "tests/drawn_sets.h"

namespace decant {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

std::string blank_picture(int width, int height) {
  Image image;
  image.resize({width, height, 3});
  std::vector<std::byte> bytes;
  encode_png(image.view(), bytes);
  return std::string(as_text(bytes));
}

/// A folder set/ with pictures of 40 × 30 and files that say what is in them.
struct CaseSet {
  CaseSet(const std::string& name, const std::vector<std::string>& pictures) : folder(name) {
    for (const std::string& picture : pictures) folder.add("set/" + picture, blank_picture(40, 30));
  }
  fs::path path() const { return folder.path / "set"; }
  Dataset open() const { return open_dataset(path().string(), {}, {}); }
  std::string notes() const {
    std::string all;
    for (const std::string& line : oddities_of(open())) all += line + "\n";
    return all;
  }
  /// The folder data/ of a small set.
  fs::path kept(const std::string& keep, const std::string& method = "objects", const std::string& pools = "") const {
    CompressOptions options{.input = {.path = path().string()}, .out = fresh_path("small"), .keep = keep};
    options.select.method = method;
    options.select.pools = pools;
    compress(options, {});
    return options.out / "data";
  }
  ScratchFolder folder;
};

/// A COCO set whose json is set.json.
struct CocoSet : CaseSet {
  CocoSet(const std::vector<std::string>& pictures, std::string_view json) : CaseSet("coco", pictures) { folder.add("set/set.json", json); }
  std::string kept_json(const std::string& keep) const { return read_text(kept(keep) / "set.json"); }
};

/// Of row 0, the fault of its object `at`, or "".
std::string fault_of(const Dataset& dataset, int64_t at) {
  const ObjectRange range = dataset.train().targets()->objects(0);
  for (const ObjectFault& fault : range.table->faults) {
    if (fault.object == range.begin + at) return std::string(fault.reason);
  }
  return "";
}

std::vector<ClassCount> counted_in_row(const Dataset& dataset, int64_t row) {
  std::vector<ClassCount> counts;
  dataset.train().targets()->counts(row, counts);
  return counts;
}

struct HeardWarnings final : LogSink {
  void log(LogLevel, std::string_view message) override { text += std::string(message) + "\n"; }
  std::string text;
};

constexpr std::string_view kOddlyWritten = R"({ "info":{"year":2017,"x":[1.0e2,{"]":"}"}]},"images" : [
  {"file_name":"\u0061.png","id":7 , "width":40,"height":30,"license":null},{"id":2,"file_name":"b.png","width":4.0e1,"height":30}],
 "annotations":[{"id":1,"image_id":7,"category_id":1,"bbox":[1.0e0,1,1.0e1,5],"attributes":{"caf\u00e9":[]}} ,
{"bbox":[0,0,5,5],"id":2,"image_id":2,"category_id":1,"iscrowd":0}],
"categories":[{"supercategory":"\u00e9","id":1,"name":"caf\u00e9"}],"licenses":[ ] }
)";

TEST(ObjectCases, Case01CocoWithEveryRowKeptIsTheSameFileByteForByte) {
  const CocoSet set({"a.png", "b.png"}, kOddlyWritten);
  EXPECT_EQ(set.kept_json("100%"), kOddlyWritten);
  EXPECT_THAT(set.open().classes, ElementsAre("café"));
}

TEST(ObjectCases, Case02CocoHasTheSameRowsInAnyOrderWithAnyEndsOfLines) {
  const std::string image = R"({"id": 5, "file_name": "a.png", "width": 40, "height": 30})", other = R"({"id": 6, "file_name": "b.png"})";
  const std::string object = "{\r\n\t\"id\": 1,\r\n\t\"image_id\": 5, \"category_id\": 1, \"bbox\": [1, 1, 1.0e1, 5]\r\n  }";
  const std::string classes = R"("categories": [{"id": 1, "name": "x"}])";
  const std::string plain =
      "{\"licenses\": [], \"images\": [" + image + "," + other + "], \"annotations\": [" + object + "], " + classes + "}";
  const std::string windows = "\xef\xbb\xbf{\r\n  " + classes + ",\r\n  \"annotations\": [\r\n  " + object +
                              "\r\n],\r\n  \"images\": [\r\n  " + image + ",\r\n  " + other + "\r\n]\r\n}\r\n";
  for (const std::string& json : {plain, windows}) {
    const CocoSet set({"a.png", "b.png"}, json);
    const Dataset dataset = set.open();
    EXPECT_THAT(keys_of(dataset.train()), ElementsAre("a.png", "b.png"));
    ASSERT_EQ(dataset.train().targets()->objects(0).size(), 1);
    EXPECT_EQ(dataset.train().targets()->objects(0).table->boxes[0], (Box{1, 1, 11, 6}));
    const std::string small = set.kept_json("1");
    EXPECT_THAT(small, AllOf(HasSubstr(image), HasSubstr(object), Not(HasSubstr(other)))) << "elements as they stood";
  }
}

TEST(ObjectCases, Case03CocoIdsAreExactAndOfOneKind) {
  const auto json = [](const std::string& id, const std::string& image_id) {
    return R"({"images": [{"id": 7, "file_name": "a.png"}, {"id": 0, "file_name": "b.png"}, {"id": 9007199254740993, "file_name": "c.png"},
      {"id": -3, "file_name": "d.png"}, {"id": )" +
           id + R"(, "file_name": "e.png"}], "annotations": [{"id": 1, "image_id": )" + image_id +
           R"(, "category_id": 1, "bbox": [0, 0, 5, 5]}], "categories": [{"id": 1, "name": "x"}]})";
  };
  const std::vector<std::string> all = {"a.png", "b.png", "c.png", "d.png", "e.png"};
  EXPECT_THAT(keys_of(CocoSet(all, json("9007199254740992", "0")).open().train()), ElementsAre("d.png", "b.png", "a.png", "e.png", "c.png"))
      << "as float64 the last two are one number";
  const std::string kinds = message_of([&] { CocoSet(all, json("\"7\"", "0")).open(); });
  EXPECT_THAT(kinds, AllOf(HasSubstr("the id of this image, \"7\", is a text"), HasSubstr("byte 12 is a number"),
                           HasSubstr("Write all ids alike")));
  const std::string other = message_of([&] { CocoSet(all, json("1", "\"0\"")).open(); });
  EXPECT_THAT(other, AllOf(HasSubstr("image_id of this annotation, \"0\", is a text"), HasSubstr("byte 132 is a number")));
}

TEST(ObjectCases, Case04CocoAnnotationIdsMayBeZeroOrTwiceAndImageIdsNot) {
  const auto annotation = [](int id) {
    return fmt::format(R"({{"id": {}, "image_id": 1, "category_id": 1, "bbox": [0, 0, 10, 10], "area": 100}})", id);
  };
  const auto json = [&](const std::string& annotations, int second_image) {
    return fmt::format(R"({{"images": [{{"id": 1, "file_name": "a.png"}}, {{"id": {}, "file_name": "b.png"}}], "annotations": [{}],
      "categories": [{{"id": 1, "name": "x"}}]}})",
                       second_image, annotations);
  };
  const std::string twice = annotation(5) + ", " + annotation(5) + ", " + annotation(5);
  const CocoSet repeated({"a.png", "b.png"}, json(annotation(0) + ", " + twice, 2));
  EXPECT_EQ(counted_in_row(repeated.open(), 0)[0].count, 4) << "0 is an id like any other";
  EXPECT_THAT(repeated.notes(), HasSubstr("2 annotations have the id of another (first: byte 257, byte 338)"));
  EXPECT_THAT(repeated.kept_json("100%"), HasSubstr(annotation(0) + ", " + twice));

  const std::string results =
      repeated.folder.add("found.json", R"([{"image_id": 1, "category_id": 1, "bbox": [0, 0, 10, 10], "score": 1}])");
  const std::string truth = repeated.folder.add("truth.json", json(annotation(0), 2));
  HeardWarnings heard;
  EXPECT_EQ(measure({.truth = truth, .results = results}, {.log = &heard}).scores.precision.all, 0) << "as pycocotools has it";
  EXPECT_THAT(heard.text, HasSubstr("an annotation has the id 0, which pycocotools takes for none"));

  EXPECT_THAT(message_of([&] { CocoSet({"a.png", "b.png"}, json("", 1)).open(); }), HasSubstr("'b.png' has the id 1 of 'a.png'"));
}

TEST(ObjectCases, Case05CocoCategoriesAreClassesInTheOrderOfTheFile) {
  const auto json = [](const std::string& categories) {
    return R"({"images": [{"id": 1, "file_name": "a.png"}], "annotations": [
      {"id": 1, "image_id": 1, "category_id": 90, "bbox": [0, 0, 5, 5]}, {"id": 2, "image_id": 1, "category_id": 91, "bbox": [0, 0, 5, 5]},
      {"id": 3, "image_id": 1, "category_id": 3, "bbox": [0, 0, 5, 5]}], "categories": [)" +
           categories + "]}";
  };
  const std::string three = R"({"id": 90, "name": "ray"}, {"id": 1, "name": "crab"}, {"id": 3, "name": "fish"})";
  const Dataset dataset = CocoSet({"a.png"}, json(three)).open();
  EXPECT_THAT(dataset.classes, ElementsAre("ray", "crab", "fish")) << "crab has no object, and is a class";
  EXPECT_THAT(counted_in_row(dataset, 0), ElementsAre(ClassCount{0, 1}, ClassCount{2, 1}));
  EXPECT_EQ(fault_of(dataset, 1), "its category_id is not among the categories");
  // A labelling site puts a category 0, of which there is nothing, before those that it has.
  const CocoSet placeholder({"a.png"}, json(R"({"id": 0, "name": "fish"}, )" + three));
  EXPECT_THAT(placeholder.open().classes, ElementsAre("fish", "ray", "crab", "fish"));
  EXPECT_THAT(placeholder.notes(), HasSubstr("'fish'"));
  const Dataset zero = CocoSet({"a.png"}, json(R"({"id": 3, "name": "fish"}, {"id": 90, "name": "ray"}, {"id": 91, "name": "x"})")).open();
  EXPECT_THAT(counted_in_row(zero, 0), ElementsAre(ClassCount{0, 1}, ClassCount{1, 1}, ClassCount{2, 1}));
  std::string with_zero = json(R"({"id": 0, "name": "ray"})");
  with_zero.replace(with_zero.find("90"), 2, "0");
  EXPECT_THAT(counted_in_row(CocoSet({"a.png"}, with_zero).open(), 0), ElementsAre(ClassCount{0, 1})) << "0 may have objects";
}

TEST(ObjectCases, Case06CocoOutlinesThatAreNoneLeaveTheirBoxesAndAreCopied) {
  const std::vector<std::pair<std::string, std::string>> outlines = {
      {"[]", ""},
      {"[1, 1, 9, 1, 9, 9]", "flat list of numbers"},
      {"[[1, 1, 9, 1]]", "fewer than three points"},
      {"[[1, 1, 9, 1, 9, 9, 1]]", "odd number of coordinates"},
      {R"({"size": [30, 40], "counts": [1199]})", "do not add up to its size"},
      {R"({"size": [40, 30], "counts": [1200]})", "not that of the picture"},
      {R"({"size": [65535, 65535], "counts": [0, 4294836225]})", "not that of the picture"},
      {R"({"size": [30, 40], "counts": "4210P"})", "cannot be decoded"},
      {R"({"size": [30, 40], "counts": "42 02"})", "cannot be decoded"},
      {R"({"size": [30, 40], "counts": "42p02"})", "cannot be decoded"}};
  for (const auto& [outline, fault] : outlines) {
    const std::string annotation = R"({"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 1, 8, 8], "segmentation": )" + outline + "}";
    const CocoSet set({"a.png"}, R"({"images": [{"id": 1, "file_name": "a.png", "width": 40, "height": 30}], "annotations": [)" +
                                     annotation + R"(], "categories": [{"id": 1, "name": "x"}]})");
    const Dataset dataset = set.open();
    EXPECT_THAT(counted_in_row(dataset, 0), ElementsAre(ClassCount{0, 1})) << outline;
    EXPECT_EQ(dataset.train().targets()->objects(0).table->boxes[0], (Box{1, 1, 9, 9}));
    EXPECT_THAT(fault_of(dataset, 0), HasSubstr(fault)) << outline;
    EXPECT_EQ(fault_of(dataset, 0).empty(), fault.empty()) << outline;
    EXPECT_THAT(set.kept_json("100%"), HasSubstr(annotation));
  }
}

/// Three rows and four columns, of which the two in the middle have the two lower pixels.
TEST(ObjectCases, Case07RunsHaveTheirPixelsAndTheirBoxes) {
  const auto runs = coco::runs_from("42102");
  ASSERT_TRUE(runs);
  EXPECT_THAT(*runs, ElementsAre(4, 2, 1, 2, 3));
  EXPECT_EQ(area_of(*runs), 4);
  EXPECT_EQ(box_of(*runs, 3), (Box{1, 1, 3, 3}));
  const Runs zeros = {4, 0, 0, 0, 0, 2, 1, 2, 3};
  EXPECT_TRUE(cover(zeros, 3, 4));
  EXPECT_EQ(area_of(zeros), 4);
  EXPECT_EQ(box_of(zeros, 3), (Box{1, 1, 3, 3})) << "older programs take another";
  EXPECT_EQ(area_of(Runs{0, 12}), 12);
  EXPECT_EQ(box_of(Runs{0, 12}, 3), (Box{0, 0, 4, 3}));
}

TEST(ObjectCases, Case08PolygonsAreCutAtThePicture) {
  EXPECT_EQ(runs_of_polygon(std::vector<double>{1, 1, 3, 1, 3, 3, 1, 3}, 3, 4), coco::runs_from("42102"));
  const std::vector<double> far = {-2e8, -2e8, 2e8, -2e8, 2e8, 2e8, -2e8, 2e8};
  EXPECT_THAT(runs_of_polygon(far, 3, 4), ElementsAre(0, 12)) << "a walk of every step would take gigabytes";
  EXPECT_THAT(runs_of_polygon(std::vector<double>{-2e8, 1, 2e8, 1, 2e8, 2, -2e8, 2}, 3, 1000), SizeIs(2001))
      << "two for each column, not more";
  const Dataset dataset =
      CocoSet({"a.png"}, R"({"images": [{"id": 1, "file_name": "a.png"}], "annotations": [{"id": 1, "image_id": 1, "category_id": 1,
    "bbox": [1, 1, 8, 8], "segmentation": [[1, 1, NaN, 1, 9, 9]]}], "categories": [{"id": 1, "name": "x"}]})")
          .open();
  EXPECT_EQ(fault_of(dataset, 0), "a polygon holds something else than finite numbers");
}

TEST(ObjectCases, Case09BoxesThatHoldNothingAreListedAndTheirRowsStay) {
  for (const char* bbox : {"[1, 1, 0, 5]", "[1, 1, -4, 5]", "[50, 1, 5, 5]", "null", "[1, 1, 5]", "[1, 1, 5, 1e400]"}) {
    const CocoSet set({"a.png"}, fmt::format(R"({{"images": [{{"id": 1, "file_name": "a.png", "width": 40, "height": 30}}],
      "annotations": [{{"id": 1, "image_id": 1, "category_id": 1, "bbox": {}}}, {{"id": 2, "image_id": 1, "category_id": 1, "bbox": [0, 0, 5, 5]}}],
      "categories": [{{"id": 1, "name": "x"}}]}})",
                                             bbox));
    const Dataset dataset = set.open();
    EXPECT_NE(fault_of(dataset, 0), "") << bbox;
    EXPECT_EQ(fault_of(dataset, 1), "");
    EXPECT_THAT(counted_in_row(dataset, 0), ElementsAre(ClassCount{0, 1})) << "the other one";
    EXPECT_EQ(dataset.train().known_fault(0), "");
    EXPECT_THAT(set.kept_json("100%"), HasSubstr(bbox));
  }
}

TEST(ObjectCases, Case10PicturesAreFoundBelowTheirFolderAndNowhereElse) {
  const CocoSet set({"a/1.png", "b/1.png", "c/1.png"}, R"({"images": [{"id": 1, "file_name": "a/1.png"}, {"id": 2, "file_name": "b/1.png"},
      {"id": 3, "file_name": "c\\1.png"}, {"id": 4, "file_name": "../../etc/x.png"}, {"id": 5, "file_name": "a/missing.png"}],
    "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [0, 0, 5, 5]}, {"id": 9, "image_id": 5, "category_id": 1, "bbox": [0, 0, 5, 5]}],
    "categories": [{"id": 1, "name": "x"}]})");
  const Dataset dataset = set.open();
  EXPECT_THAT(keys_of(dataset.train()), ElementsAre("a/1.png", "b/1.png", "c/1.png", "../../etc/x.png", "a/missing.png"));
  EXPECT_THAT(dataset.train().known_fault(3), HasSubstr("leads out of the folder of pictures"));
  const fs::path small = set.kept("3");
  EXPECT_THAT(file_names_in(small), ElementsAre("a/1.png", "b/1.png", "c/1.png", "set.json")) << "two files called 1.png stay two";
  EXPECT_THAT(read_text(small / "set.json"),
              AllOf(HasSubstr(R"("file_name": "c\\1.png")"), HasSubstr("\"id\": 1,"), Not(HasSubstr("\"id\": 9,"))))
      << "a picture that is not there is a bad row, and its annotations go with it";
}

TEST(ObjectCases, Case11PicturesWithoutAnnotationsAreBackgroundChosenAmongTheirOwn) {
  std::vector<std::string> pictures;
  std::string images, annotations;
  for (int i = 1; i <= 8; ++i) {
    pictures.push_back(fmt::format("{}.png", i));
    images += fmt::format(R"({}{{"id": {}, "file_name": "{}"}})", i == 1 ? "" : ", ", i, pictures.back());
    if (i <= 6)
      annotations += fmt::format(R"({}{{"id": {}, "image_id": {}, "category_id": 1, "bbox": [0, 0, 5, 5]}})", i == 1 ? "" : ", ", i, i);
  }
  const CocoSet set(pictures,
                    "{\"images\": [" + images + "], \"annotations\": [" + annotations + R"(], "categories": [{"id": 1, "name": "x"}]})");
  EXPECT_THAT(counted_in_row(set.open(), 7), IsEmpty());
  const fs::path small = set.kept("50%", "random", "rarest");
  const Dataset kept = open_dataset(small.string(), {}, {});
  int background = 0;
  for (int64_t row = 0; row < kept.train().size(); ++row) background += counted_in_row(kept, row).empty() ? 1 : 0;
  EXPECT_EQ(kept.train().size(), 4);
  EXPECT_EQ(background, 1) << "half of the two there are";
}

std::string voc_annotation(const std::string& objects, const std::string& size = "<width>40</width><height>30</height>") {
  return "<annotation><filename>wrong.jpg</filename><size>" + size + "</size>" + objects + "</annotation>";
}

std::string voc_object(const std::string& box, const std::string& more = "") {
  return "<object>" + more + "<name>dog</name>" + box + "</object>";
}

TEST(ObjectCases, Case12VocIsReadByItsTagsWhateverWroteThem) {
  const std::string box = "<bndbox><ymax>9.5</ymax><xmin>1.5</xmin><xmax>1e1</xmax><ymin>2</ymin></bndbox>";
  const auto read = [](const std::string& xml) {
    CaseSet set("voc", {"JPEGImages/a.png"});
    set.folder.add("set/Annotations/a.xml", xml);
    set.folder.add("set/ImageSets/Main/train.txt", "a\n");
    return set.open();
  };
  const std::string part = "<part><name>head</name><bndbox><xmin>7</xmin><ymin>7</ymin><xmax>9</xmax><ymax>9</ymax></bndbox></part>";
  for (const std::string& xml : {voc_annotation(voc_object(box)), voc_annotation(voc_object(box, part)),
                                 voc_annotation(voc_object(box), "<width>0</width>"), "\xef\xbb\xbf" + voc_annotation(voc_object(box))}) {
    const Dataset dataset = read(xml);
    EXPECT_THAT(keys_of(dataset.train()), ElementsAre("JPEGImages/a.png")) << "by the name of the xml";
    ASSERT_EQ(dataset.train().targets()->objects(0).size(), 1) << xml;
    EXPECT_EQ(dataset.train().targets()->objects(0).table->boxes[0], (Box{1.5, 2, 10, 9.5})) << xml;
    EXPECT_EQ(fault_of(dataset, 0), "");
  }
  std::string wide = "\xff\xfe";
  for (const char c : voc_annotation(voc_object(box))) wide += std::string(1, c) + '\0';
  EXPECT_EQ(read(wide).train().known_fault(0), "") << "UTF-16";
  ASSERT_EQ(read(wide).train().targets()->objects(0).size(), 1);
  EXPECT_THAT(fault_of(read(voc_annotation(voc_object(box + box))), 0), HasSubstr("two bndbox"));
  const std::string turned = "<bndbox><xmin>9</xmin><ymin>1</ymin><xmax>1</xmax><ymax>9</ymax></bndbox>";
  EXPECT_THAT(fault_of(read(voc_annotation(voc_object(turned))), 0), HasSubstr("width or height of 0 or less"));
  std::string bomb = "<!DOCTYPE annotation [<!ENTITY a0 \"dog\">";
  for (int i = 1; i < 12; ++i) bomb += fmt::format("<!ENTITY a{0} \"&a{1};&a{1};&a{1};&a{1};&a{1};&a{1};&a{1};&a{1};\">", i, i - 1);
  EXPECT_THAT(read(bomb + "]>" + voc_annotation("&a11;")).train().known_fault(0), HasSubstr("declares entities"));
}

TEST(ObjectCases, Case13YoloIsReadLineByLineAndTrainsOnTheKeptPicturesAlone) {
  CaseSet set("images",
              {"train/images/a.png", "train/images/b.png", "train/images/c.png", "train/images/d.png"});  // images/set/train/images
  set.folder.add("set/train/labels/a.txt", "0 .5 .5 .2 .2\n2.0 .5 .5 .2 .2 .9\n0 .1 .1 .3 .1 .3 .3\n2 .1 .1 .3 .1 .3 .3 .1 .3\n");
  set.folder.add("set/train/labels/b.txt", "0 .5 .5 1.005 .2\n");
  set.folder.add("set/train/labels/c.txt", "5 .5 .5 .2 .2\n");
  const auto yaml = [&](const std::string& train) {
    set.folder.add("set/data.yaml", "path: " + set.path().string() + "\ntrain: " + train + "\nnc: 2\nnames: {0: cat, 2: dog}\n");
  };
  yaml("../train/images");
  const Dataset dataset = set.open();
  EXPECT_EQ(dataset.train().size(), 4);
  const ObjectRange lines = dataset.train().targets()->objects(0);
  ASSERT_EQ(lines.size(), 4) << "each line by itself: box, box and score, two outlines";
  EXPECT_EQ(lines.table->flags[0] & ObjectFlag::polygon, 0);
  EXPECT_EQ(lines.table->flags[2] & ObjectFlag::polygon, ObjectFlag::polygon);
  EXPECT_EQ(lines.table->labels[1], lines.table->labels[3]) << "2.0 is 2";
  EXPECT_THAT(dataset.classes, ElementsAre("cat", "1", "dog")) << "the gap is a class, whatever nc says";
  EXPECT_EQ(counted_in_row(dataset, 1).size(), 1U) << "1.005 is clipped";
  EXPECT_THAT(counted_in_row(dataset, 2), IsEmpty()) << "class 5 is not among the names";
  EXPECT_THAT(counted_in_row(dataset, 3), IsEmpty()) << "no label: background";
  yaml("train/images");
  const fs::path small = set.kept("2");
  const Dataset kept = open_dataset((small / "data.yaml").string(), {}, {});
  EXPECT_EQ(kept.train().size(), 2) << "the source's absolute path would train on everything again";
  EXPECT_THAT(read_text(small / "data.yaml"), Not(HasSubstr("path: " + set.path().string())));
}

TEST(ObjectCases, Case14MasksAreCountedAsTheyAreStored) {
  using mask_files::grey_mask;
  using mask_files::mask_png;
  const auto read = [](const std::string& mask) {
    CaseSet set("masks", {});
    for (const char* name : {"a", "b"}) set.folder.add(fmt::format("set/images/{}.png", name), blank_picture(4, 1));
    set.folder.add("set/masks/a.png", mask);
    set.folder.add("set/masks/b.png", grey_mask(4, {0, 1, 2, 3}));
    return set.open();
  };
  const std::vector<ClassCount> two_and_two = {{0, 2}, {1, 2}};
  EXPECT_EQ(counted_in_row(read(mask_png(4, {"\x30"}, {.bits = 1})), 0), two_and_two) << "1 is 1, not 255";
  EXPECT_EQ(counted_in_row(read(mask_png(4, {"\x05"}, {.bits = 2})), 0), two_and_two);
  EXPECT_EQ(counted_in_row(read(mask_png(4, {std::string("\x00\x11", 2)}, {.bits = 4})), 0), two_and_two);
  EXPECT_EQ(counted_in_row(read(mask_png(4, {std::string("\0\0\0\0\0\1\0\1", 8)}, {.bits = 16})), 0), two_and_two);
  EXPECT_EQ(counted_in_row(read(mask_png(4, {std::string("\0\1\1\0", 4)}, {.colour_type = 3, .palette = 3})), 0), two_and_two)
      << "the index";
  EXPECT_EQ(counted_in_row(read(mask_files::interlaced_line_of_four({0, 1, 1, 0})), 0), two_and_two);
  const Dataset beyond = read(mask_png(4, {std::string("\0\1\1\xc8", 4)}, {.colour_type = 3, .palette = 3}));
  EXPECT_THAT(beyond.classes, testing::Contains("200")) << "an index that the palette has not is a value all the same";
  const auto fault = [&](const std::string& mask) { return read(mask).train().known_fault(0); };
  EXPECT_THAT(fault(mask_png(4, {std::string(16, '\1')}, {.colour_type = 6})), HasSubstr("has transparency"));
  EXPECT_THAT(fault(grey_mask(2, {0, 1})), AllOf(HasSubstr("2 × 1"), HasSubstr("4 × 1")));
  std::vector<std::byte> jpeg;
  Image image;
  image.resize({4, 1, 1});
  encode_jpeg(image.view(), 90, jpeg);
  EXPECT_THAT(fault(std::string(as_text(jpeg))), HasSubstr("is a JPEG, whose compression changes values"));
}

/// Classes: 1 has 20 objects, of which 7 are found; 2 an overlap of exactly 0.9 and an area of
/// exactly 1024; 3 a crowd beside an object; 4 equal overlaps, and equal scores in two pictures; 5
/// 101 results, of which the right one is the last; 6 results and no truth; 7 truth and no result.
class JudgedCases {
 public:
  JudgedCases() {
    for (int i = 0; i < 20; ++i) add_truth(1, 1, 20 * i, 10, 10);
    for (int i = 0; i < 7; ++i) add_found(1, 1, 20 * i, 10, 10, .9);
    add_truth(1, 2, 0, 10, 10);
    add_found(1, 2, 0, 9, 10, .8);
    add_truth(1, 2, 100, 32, 32);
    add_found(1, 2, 100, 32, 32, .7);
    add_truth(1, 3, 0, 50, 50);
    add_truth(1, 3, 100, 200, 100, true);
    add_found(1, 3, 0, 50, 40, .5);
    for (int i = 0; i < 3; ++i) add_found(1, 3, 110 + 20 * i, 30, 30, .6);
    add_truth(2, 4, 0, 10, 10);
    add_truth(2, 4, 4, 10, 10);
    add_found(2, 4, 2, 10, 10, .5);
    add_found(2, 4, 0, 10, 10, .4);
    add_found(1, 4, 0, 10, 10, .5);
    add_truth(1, 4, 0, 10, 10);
    add_truth(2, 5, 0, 100, 100);
    for (int i = 0; i < 100; ++i) add_found(2, 5, 300, 100, 100, .9);
    add_found(2, 5, 0, 100, 100, .1);
    add_found(1, 6, 0, 10, 10, .9);
    add_truth(2, 7, 0, 10, 10);
  }

  std::string truth() const {
    std::string classes;
    for (int i = 1; i <= 7; ++i) classes += fmt::format(R"({}{{"id": {}, "name": "class {}"}})", i == 1 ? "" : ", ", i, i);
    return R"({"images": [{"id": 2, "file_name": "b"}, {"id": 1, "file_name": "a"}], "annotations": [)" + truth_ + "], \"categories\": [" +
           classes + "]}";
  }
  std::string found() const { return "[" + found_ + "]"; }

 private:
  void add_truth(int image, int label, int x, int width, int height, bool crowd = false) {
    truth_ += fmt::format(R"({}{{"id": {}, "image_id": {}, "category_id": {}, "bbox": [{}, 0, {}, {}], "area": {}, "iscrowd": {}}})",
                          truth_.empty() ? "" : ",\n", ++ids_, image, label, x, width, height, width * height, crowd ? 1 : 0);
  }
  void add_found(int image, int label, int x, int width, int height, double score) {
    found_ += fmt::format(R"({}{{"image_id": {}, "category_id": {}, "bbox": [{}, 0, {}, {}], "score": {}}})", found_.empty() ? "" : ",\n",
                          image, label, x, width, height, score);
  }

  int ids_ = 0;
  std::string truth_;
  std::string found_;
};

/// The twelve numbers are pycocotools 2.0.11's of the same two files.
TEST(ObjectCases, Case15DetectionsAreJudgedAsPycocotoolsJudgesThem) {
  const ScratchFolder folder("judged");
  const JudgedCases cases;
  const MeasureOptions options{.truth = folder.add("truth.json", cases.truth()), .results = folder.add("found.json", cases.found())};
  const CocoScores scores = measure(options, {}).scores;
  const AveragePrecision& p = scores.precision;
  const AverageRecall& r = scores.recall;
  const std::vector<double> twelve = {p.all,  p.at_50, p.at_75,  p.small, p.medium, p.large,
                                      r.of_1, r.of_10, r.of_100, r.small, r.medium, r.large};
  const std::vector<double> theirs = {0.45074257425742575,
                                      0.5577557755775577,
                                      0.4834983498349835,
                                      0.5011138613861386,
                                      0.8499999999999999,
                                      0.0,
                                      0.1611111111111111,
                                      0.46666666666666673,
                                      0.46666666666666673,
                                      0.525,
                                      0.85,
                                      0.0};
  EXPECT_THAT(twelve, testing::Pointwise(testing::DoubleNear(1e-12), theirs));
  EXPECT_EQ(scores.of_class[5], -1) << "a class without truth counts in no mean";
  EXPECT_EQ(scores.of_class[6], 0) << "one without results does";
}

}  // namespace
}  // namespace decant
