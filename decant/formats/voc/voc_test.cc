// Pascal VOC sets: which names are rows and in which order, what is read of an xml, and that what
// is kept is written as it came.
#include "decant/formats/voc/voc.h"

#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/test_support.h"
#include "decant/data/objects.h"
#include "decant/data/test_rows.h"
#include "decant/formats/image/codec.h"
#include "decant/formats/open.h"
#include "decant/formats/voc/voc_layout.h"
#include "decant/formats/voc/voc_xml.h"

namespace decant {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::string picture_of(int width, int height) {
  Image image;
  image.resize({width, height, 3});
  std::vector<std::byte> bytes;
  encode_png(image.view(), bytes);
  return std::string(as_text(bytes));
}

std::string box_xml(const std::string& name, int x0, int y0, int x1, int y1, const std::string& more = "") {
  return fmt::format("<object><name>{}</name>{}<bndbox><xmin>{}</xmin><ymin>{}</ymin><xmax>{}</xmax><ymax>{}</ymax></bndbox></object>",
                     name, more, x0, y0, x1, y1);
}

std::string annotation(const std::string& objects, const std::string& size = "<size><width>20</width><height>10</height></size>") {
  return "<annotation>\n  <filename>elsewhere.jpg</filename><path>C:\\home\\x.jpg</path>" + size + "\n  " + objects + "\n</annotation>\n";
}

/// Four pictures of 20 × 10, listed in an order of their own; d is to validate with.
struct VocZoo {
  VocZoo() : folder("zoo") {
    for (const char* name : {"a", "b", "c", "d"}) folder.add(fmt::format("VOC/JPEGImages/{}.png", name), picture_of(20, 10));
    folder.add("VOC/Annotations/a.xml", annotation(box_xml("dog", 1, 1, 5, 5) + box_xml("cat", 2, 2, 8, 8)));
    folder.add("VOC/Annotations/b.xml", annotation(""));
    folder.add("VOC/Annotations/c.xml", annotation(box_xml("cat", 1, 1, 5, 5, "<difficult>1</difficult><truncated>1</truncated>")));
    folder.add("VOC/Annotations/d.xml", annotation(box_xml("cat", 1, 1, 5, 5) + box_xml("cow", 1, 1, 5, 5)));
    folder.add("VOC/ImageSets/Main/train.txt", "c\na\r\nb \n");
    folder.add("VOC/ImageSets/Main/val.txt", "d\n");
    folder.add("VOC/ImageSets/Main/trainval.txt", "c\na\nb\nd\n");
    folder.add("VOC/ImageSets/Main/dog_train.txt", "a  1\nb -1\nc  0\n");
    folder.add("VOC/ImageSets/Segmentation/train.txt", "a\n");
    folder.add("VOC/SegmentationClass/a.png", "mask of a");
    folder.add("VOC/SegmentationObject/a.png", "objects of a");
  }
  fs::path path() const { return folder.path / "VOC"; }
  Dataset open() const { return open_voc(path(), {}); }
  fs::path written(const std::vector<int64_t>& rows) const {
    const fs::path out = fresh_folder("out");
    open().writer->write(rows, out, {});
    return out;
  }
  ScratchFolder folder;
};

std::vector<ClassCount> amounts_in(const Dataset& dataset, int64_t row) {
  std::vector<ClassCount> counts;
  dataset.train().targets()->counts(row, counts);
  return counts;
}

std::string all_notes(const Dataset& dataset) {
  std::string all;
  for (const std::string& line : oddities_of(dataset)) all += line + "\n";
  return all;
}

/// torchvision: [line.strip() for line in the list], then Annotations/NAME.xml.
TEST(Voc, RowsAreTheLinesOfTheImageSet) {
  const Dataset dataset = VocZoo().open();
  EXPECT_EQ(dataset.format, "voc");
  EXPECT_THAT(keys_of(dataset.train()), ElementsAre("JPEGImages/c.png", "JPEGImages/a.png", "JPEGImages/b.png"));
  EXPECT_THAT(keys_of(*dataset.splits.at(Split::validation)), ElementsAre("JPEGImages/d.png"));
  EXPECT_THAT(dataset.classes, ElementsAre("cat", "dog")) << "as they appear in the rows";
  EXPECT_THAT(amounts_in(dataset, 1), ElementsAre(ClassCount{0, 1}, ClassCount{1, 1}));
  EXPECT_THAT(amounts_in(dataset, 2), IsEmpty());
}

TEST(Voc, ObjectsHaveBoxesAsTheyStandAndFlags) {
  const Dataset dataset = VocZoo().open();
  const ObjectRange range = dataset.train().targets()->objects(0);
  ASSERT_EQ(range.size(), 1);
  EXPECT_EQ(range.table->boxes[0], (Box{1, 1, 5, 5}));
  EXPECT_EQ(range.table->areas[0], 16);
  EXPECT_EQ(range.table->flags[0], ObjectFlag::difficult | ObjectFlag::truncated);
  const std::string xml = read_text(VocZoo().path() / "Annotations/c.xml");
  const ObjectPlace place = range.table->places[0];
  EXPECT_EQ(xml.substr(static_cast<size_t>(place.offset), static_cast<size_t>(place.length)),
            xml.substr(xml.find("<object>"), xml.find("</object>") + 9 - xml.find("<object>")));
}

TEST(Voc, ClassesOfOtherSplitsAreThoseOfTheTrainingRows) {
  const Dataset dataset = VocZoo().open();
  std::vector<ClassCount> counts;
  dataset.splits.at(Split::validation)->targets()->counts(0, counts);
  EXPECT_THAT(counts, ElementsAre(ClassCount{0, 1}));
  EXPECT_THAT(all_notes(dataset), HasSubstr("its class is none of the training rows' (first: Annotations/d.xml"));
}

TEST(Voc, IsFoundWhereItIsPut) {
  const auto keys = [](const std::vector<std::string>& files) {
    const ScratchFolder folder("layout");
    for (const std::string& file : files)
      folder.add(file, file.ends_with(".xml") ? annotation(box_xml("x", 1, 1, 5, 5)) : picture_of(20, 10));
    const Dataset dataset = open_dataset(folder.path.string(), {}, {});
    EXPECT_EQ(dataset.format, "voc");
    std::string all;
    for (const std::string& key : keys_of(dataset.train())) all += key + " ";
    return all;
  };
  EXPECT_EQ(keys({"b.xml", "b.png", "a.xml", "a.png"}), "a.png b.png ");
  EXPECT_EQ(keys({"train/a.xml", "train/a.png", "valid/b.xml", "valid/b.png"}), "train/a.png ");
  EXPECT_EQ(keys({"annotations/a.xml", "images/a.png", "images/b.png"}), "images/a.png ");
  EXPECT_EQ(keys({"VOC2012/Annotations/a.xml", "VOC2012/JPEGImages/a.png"}), "JPEGImages/a.png ") << "below a VOCdevkit";
  EXPECT_THAT(message_of([&] {
                keys({"VOC2007/Annotations/a.xml", "VOC2007/JPEGImages/a.png", "VOC2012/Annotations/a.xml", "VOC2012/JPEGImages/a.png"});
              }),
              testing::AllOf(HasSubstr("holds 2 VOC sets"), HasSubstr("Give the folder of one")));
  const ScratchFolder other("other");
  other.add("feed.xml", "<rss></rss>");
  other.add("a.png", picture_of(2, 2));
  EXPECT_FALSE(looks_like_voc(other.path));
}

TEST(Voc, AListIsAWayToNameItsRows) {
  const VocZoo zoo;
  const Dataset dataset = open_dataset((zoo.path() / "ImageSets/Main/trainval.txt").string(), {}, {});
  EXPECT_THAT(keys_of(dataset.train()), ElementsAre("JPEGImages/c.png", "JPEGImages/a.png", "JPEGImages/b.png", "JPEGImages/d.png"));
  const fs::path out = fresh_folder("out");
  dataset.writer->write(std::vector<int64_t>{0, 1, 3}, out, {});
  EXPECT_FALSE(fs::exists(out / "ImageSets/Main/train.txt")) << "which would be read in its place";
  EXPECT_TRUE(fs::exists(out / "ImageSets/Main/dog_train.txt"));
  EXPECT_THAT(keys_of(open_dataset(out.string(), {}, {}).train()), ElementsAre("JPEGImages/c.png", "JPEGImages/a.png", "JPEGImages/d.png"));
}

TEST(Voc, KeptFilesAreTheSourcesAndListsAreReduced) {
  const VocZoo zoo;
  const fs::path out = zoo.written({1, 2});
  EXPECT_THAT(file_names_in(out),
              ElementsAre("Annotations/a.xml", "Annotations/b.xml", "ImageSets/Main/dog_train.txt", "ImageSets/Main/train.txt",
                          "ImageSets/Main/trainval.txt", "ImageSets/Segmentation/train.txt", "JPEGImages/a.png", "JPEGImages/b.png",
                          "SegmentationClass/a.png", "SegmentationObject/a.png"));
  for (const char* file : {"Annotations/a.xml", "JPEGImages/a.png", "SegmentationClass/a.png", "SegmentationObject/a.png"})
    EXPECT_EQ(read_text(out / file), read_text(zoo.path() / file)) << file;
  EXPECT_EQ(read_text(out / "ImageSets/Main/train.txt"), "a\r\nb \n") << "lines as they stood";
  EXPECT_EQ(read_text(out / "ImageSets/Main/dog_train.txt"), "a  1\nb -1\n");
  const Dataset small = open_dataset(out.string(), {}, {});
  EXPECT_THAT(keys_of(small.train()), ElementsAre("JPEGImages/a.png", "JPEGImages/b.png"));
  EXPECT_FALSE(small.splits.contains(Split::validation));
}

/// A list that names a picture twice, leaves the folder, or names what is not there.
TEST(Voc, LinesThatNameNoPictureAreBadRows) {
  const VocZoo zoo;
  zoo.folder.add("VOC/ImageSets/Main/train.txt",
                 "\xef\xbb\xbf"
                 "a\n\n../../etc/passwd\na\ngone\nx\n");
  zoo.folder.add("VOC/Annotations/x.xml", annotation(""));
  const Dataset dataset = zoo.open();
  const Rows& train = dataset.train();
  ASSERT_EQ(train.size(), 5);
  EXPECT_EQ(train.known_fault(0), "");
  EXPECT_THAT(train.known_fault(1), HasSubstr("leads out of the folder"));
  EXPECT_THAT(train.known_fault(2), HasSubstr("listed a second time"));
  EXPECT_THAT(train.known_fault(3), HasSubstr("has no annotation"));
  EXPECT_THAT(train.known_fault(4), HasSubstr("has no picture of its name"));
  EXPECT_THAT(all_notes(dataset), HasSubstr("1 empty line is no row"));
}

TEST(Voc, ThePictureIsFoundByTheXmlsNameFirst) {
  const VocZoo zoo;
  zoo.folder.add("VOC/JPEGImages/elsewhere.jpg", picture_of(20, 10));
  zoo.folder.add("VOC/Annotations/e.xml", annotation(box_xml("cat", 1, 1, 5, 5)));
  zoo.folder.add("VOC/Annotations/f.xml", annotation(box_xml("cat", 1, 1, 5, 5)));
  zoo.folder.add("VOC/ImageSets/Main/train.txt", "a\ne\nf\n");
  const Dataset dataset = zoo.open();
  EXPECT_EQ(dataset.train().key(0), "JPEGImages/a.png");
  EXPECT_EQ(dataset.train().key(1), "JPEGImages/elsewhere.jpg") << "by the file it names, where its own name has none";
  EXPECT_THAT(dataset.train().known_fault(2), HasSubstr("has the picture of an earlier row"));
}

// ---- Xml

std::string voc_fault(const std::string& object, const std::string& size = "<size><width>20</width><height>10</height></size>") {
  const VocZoo zoo;
  zoo.folder.add("VOC/Annotations/c.xml", annotation(object, size));
  const Dataset dataset = zoo.open();
  const ObjectRange range = dataset.train().targets()->objects(0);
  EXPECT_EQ(range.size(), 1) << object;
  EXPECT_EQ(dataset.train().known_fault(0), "") << "the row stays";
  const auto& faults = range.table->faults;
  return faults.empty() || faults[0].object != 0 ? "" : std::string(faults[0].reason);
}

TEST(Voc, PartsAreNoObjectsAndTagsStandAsTheyLike) {
  const std::string part = "<part><name>head</name><bndbox><xmin>7</xmin><ymin>7</ymin><xmax>9</xmax><ymax>9</ymax></bndbox></part>";
  const std::string object = "<object>" + part + "<bndbox><ymax>8.5</ymax><xmax>1e1</xmax><ymin> 2\n</ymin><xmin>1</xmin></bndbox>" + part +
                             "<name> dog </name></object>";
  const voc::VocXml xml = voc::read_voc_xml(annotation(object));
  ASSERT_EQ(xml.objects.size(), size_t{1});
  EXPECT_EQ(xml.objects[0].name, "dog");
  EXPECT_EQ(xml.objects[0].box, (Box{1, 2, 10, 8.5}));
  EXPECT_EQ(voc_fault(object), "");
}

TEST(Voc, BrokenBoxesAreListedByReason) {
  EXPECT_THAT(voc_fault(box_xml("dog", 5, 1, 1, 5)), HasSubstr("width or height of 0 or less"));
  EXPECT_THAT(voc_fault(box_xml("dog", 5, 1, 5, 5)), HasSubstr("width or height of 0 or less"));
  EXPECT_THAT(voc_fault(box_xml("dog", 25, 1, 30, 5)), HasSubstr("outside the picture"));
  EXPECT_THAT(voc_fault("<object><name>dog</name></object>"), HasSubstr("has no bndbox"));
  EXPECT_THAT(voc_fault("<object><name>dog</name><bndbox><xmin>1</xmin><ymin>x</ymin><xmax>3</xmax><ymax>4</ymax></bndbox></object>"),
              HasSubstr("not four finite numbers"));
  EXPECT_THAT(voc_fault("<object><name>dog</name><bndbox><xmin>nan</xmin><ymin>1</ymin><xmax>3</xmax><ymax>1e999</ymax></bndbox></object>"),
              HasSubstr("not four finite numbers"));
  EXPECT_THAT(voc_fault(box_xml("", 1, 1, 5, 5)), HasSubstr("no name of a class"));
  std::string two = box_xml("dog", 1, 1, 5, 5);
  two.insert(two.find("</object>"), "<bndbox><xmin>1</xmin><ymin>1</ymin><xmax>3</xmax><ymax>4</ymax></bndbox>");
  EXPECT_THAT(voc_fault(two), HasSubstr("two bndbox"));
}

TEST(Voc, TheSizeOfThePictureRulesWhateverTheXmlSays) {
  const std::string inside = box_xml("dog", 12, 1, 19, 5);
  EXPECT_EQ(voc_fault(inside, "<size><width>0</width><height>0</height></size>"), "");
  EXPECT_EQ(voc_fault(inside, "<size><width>10</width><height>20</height></size>"), "") << "swapped";
  EXPECT_EQ(voc_fault(inside, ""), "");
  const VocZoo zoo;
  zoo.folder.add("VOC/Annotations/c.xml", annotation(inside, "<size><width>10</width><height>20</height></size>"));
  EXPECT_THAT(
      all_notes(zoo.open()),
      HasSubstr("1 annotation: states a size that its picture does not have, and the picture's is taken (first: Annotations/c.xml)"));
}

TEST(Voc, XmlThatIsNoneIsAFaultOfItsRow) {
  const auto fault = [](const std::string& xml) {
    const VocZoo zoo;
    zoo.folder.add("VOC/Annotations/c.xml", xml);
    return zoo.open().train().known_fault(0);
  };
  EXPECT_THAT(fault("<annotation><object>"), HasSubstr("is no XML"));
  EXPECT_THAT(fault(""), HasSubstr("is no XML"));
  EXPECT_THAT(fault("<html></html>"), HasSubstr("its root is <html>, not <annotation>"));
  std::string bomb = "<!DOCTYPE annotation [<!ENTITY a0 \"lol\">";
  for (int i = 1; i < 10; ++i)
    bomb += fmt::format("<!ENTITY a{0} \"&a{1};&a{1};&a{1};&a{1};&a{1};&a{1};&a{1};&a{1};&a{1};&a{1};\">", i, i - 1);
  EXPECT_THAT(fault(bomb + "]>" + annotation(box_xml("&a9;", 1, 1, 5, 5))), HasSubstr("declares entities"));
  EXPECT_THAT(fault("<!DOCTYPE annotation [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>" + annotation("")), HasSubstr("declares entities"));
  EXPECT_EQ(fault("<?xml version=\"1.0\"?><?php x ?><!DOCTYPE annotation><!-- c -->" + annotation(box_xml("cat", 1, 1, 5, 5))), "");
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "<a>";
  EXPECT_THAT(fault("<annotation>" + deep), HasSubstr("is no XML"));
  for (int i = 0; i < 100'000; ++i) deep += "</a>";
  EXPECT_EQ(fault("<annotation>" + deep + "</annotation>"), "");
}

TEST(Voc, XmlInOtherEncodingsIsRead) {
  const std::string plain = annotation(box_xml("dog", 1, 1, 5, 5));
  std::string wide = "\xff\xfe";
  for (const char c : plain) wide += std::string(1, c) + '\0';
  for (const std::string& text : {wide, "\xef\xbb\xbf" + plain}) {
    const voc::VocXml xml = voc::read_voc_xml(text);
    EXPECT_EQ(xml.fault, "");
    EXPECT_TRUE(voc::looks_like_voc_xml(text)) << "or a set of them would be read as class folders";
    ASSERT_EQ(xml.objects.size(), size_t{1});
    EXPECT_EQ(xml.objects[0].name, "dog");
    EXPECT_LE(xml.objects[0].place.offset + xml.objects[0].place.length, std::ssize(text));
  }
  const voc::VocXml latin =
      voc::read_voc_xml("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>" + annotation(box_xml("caf\xe9", 1, 1, 5, 5)));
  EXPECT_EQ(latin.objects.at(0).name, "café");
}

TEST(Voc, AnnotationsThatAreFoldersAreFaultsOfTheirRows) {
  const VocZoo zoo;
  fs::remove(zoo.path() / "Annotations/c.xml");
  zoo.folder.add("VOC/Annotations/c.xml/inside", "x");
  EXPECT_THAT(zoo.open().train().known_fault(0), HasSubstr("is not there, or is no file"));
}

TEST(Voc, AHundredThousandBoxesAreRead) {
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += box_xml("cat", 1, 1, 5, 5);
  const voc::VocXml xml = voc::read_voc_xml(annotation(objects));
  EXPECT_EQ(xml.objects.size(), size_t{100'000});
}

TEST(Voc, ClassesOfNearlyOneNameAreNamed) {
  const VocZoo zoo;
  zoo.folder.add("VOC/Annotations/b.xml", annotation(box_xml("Cat", 1, 1, 5, 5)));
  EXPECT_THAT(all_notes(zoo.open()), HasSubstr("the classes 'cat' and 'Cat' have nearly the same name"));
}

TEST(VocSets, KeepTheLinesOfNamesAsTheyStand) {
  const std::vector<std::string> names = {"a", "a b", "d"};
  EXPECT_EQ(voc::lines_of_names("c\na\r\n\na b\nd -1\nda 1\nd 2 -1\na d\n", names, false), "a\r\na b\nd -1\nd 2 -1\n");
  EXPECT_EQ(voc::lines_of_names("", names, false), "");
  EXPECT_EQ(voc::lines_of_names("\xef\xbb\xbf"
                                "a",
                                names, true),
            "\xef\xbb\xbf"
            "a");
}

/// "photo (2)" is not "photo", and a name that is listed twice is one row.
TEST(VocSets, ListRowsByTheWholeNameAndOnce) {
  EXPECT_EQ(voc::lines_of_names("photo\nphoto (2)\nphoto 3\nphoto\n", {"photo"}, true), "photo\n");
  EXPECT_EQ(voc::lines_of_names("photo\nphoto (2)\n", {"photo (2)"}, true), "photo (2)\n");
}

}  // namespace
}  // namespace decant
