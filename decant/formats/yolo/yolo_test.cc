// YOLO sets: which pictures are rows and in which order, what a line of a label means, and that
// what is written trains on the kept pictures and no others.
#include "decant/formats/yolo/yolo.h"

#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/test_support.h"
#include "decant/data/class_amounts.h"
#include "decant/data/objects.h"
#include "decant/data/test_rows.h"
#include "decant/formats/image/codec.h"
#include "decant/formats/open.h"
#include "decant/formats/yolo/label_lines.h"
#include "decant/formats/yolo/yolo_layout.h"

namespace decant {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr std::string_view kYaml =
    "# the zoo\ntrain: ../train/images  # as Roboflow has it\nval: ../valid/images\n\nnc: 2\nnames: ['cat', 'dog']\n";

std::string kennel_png(int width, int height) {
  Image image;
  image.resize({width, height, 3});
  std::vector<std::byte> bytes;
  encode_png(image.view(), bytes);
  return std::string(as_text(bytes));
}

/// Three pictures of 20 × 10, of which c has no label, and one to validate with.
struct Kennel {
  explicit Kennel(std::string_view yaml = kYaml) : folder("kennel") {
    for (const char* name : {"a", "b", "c"}) folder.add(fmt::format("set/train/images/{}.png", name), kennel_png(20, 10));
    folder.add("set/train/labels/a.txt", "0 0.5 0.5 0.2 0.4\n1 0.25 0.5 0.5 1\n");
    folder.add("set/train/labels/b.txt", "1 0.5 0.5 0.2 0.4\n");
    folder.add("set/train/labels/a.cache", "old");
    folder.add("set/valid/images/v.png", kennel_png(20, 10));
    folder.add("set/valid/labels/v.txt", "0 0.5 0.5 0.2 0.4\n");
    if (!yaml.empty()) folder.add("set/data.yaml", yaml);
  }
  fs::path path() const { return folder.path / "set"; }
  Dataset open() const { return open_yolo(path(), {}); }
  fs::path written(const std::vector<int64_t>& rows) const {
    const fs::path out = fresh_folder("out");
    open().writer->write(rows, out, {});
    return out;
  }
  ScratchFolder folder;
};

std::vector<ClassCount> counts_of(const Dataset& dataset, int64_t row) {
  std::vector<ClassCount> counts;
  dataset.train().targets()->counts(row, counts);
  return counts;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string all;
  for (const std::string& line : lines) all += line + "\n";
  return all;
}

TEST(Yolo, RowsAreThePicturesOfDataYamlByPath) {
  const Dataset dataset = Kennel().open();
  EXPECT_EQ(dataset.format, "yolo");
  EXPECT_THAT(keys_of(dataset.train()), ElementsAre("train/images/a.png", "train/images/b.png", "train/images/c.png"));
  EXPECT_THAT(dataset.classes, ElementsAre("cat", "dog"));
  EXPECT_THAT(keys_of(*dataset.splits.at(Split::validation)), ElementsAre("valid/images/v.png"));
  EXPECT_THAT(counts_of(dataset, 0), ElementsAre(ClassCount{0, 1}, ClassCount{1, 1}));
  EXPECT_THAT(counts_of(dataset, 2), IsEmpty()) << "a picture without a label is background";
}

TEST(Yolo, ASplitThatTheYamlDoesNotNameIsNotedAndNotRead) {
  const Kennel kennel("train: train/images\nnames: [cat, dog]\n");
  const Dataset dataset = kennel.open();
  EXPECT_FALSE(dataset.splits.contains(Split::validation));
  EXPECT_THAT(joined(oddities_of(dataset)), HasSubstr("does not name valid/images, which has pictures and labels"));
  EXPECT_THAT(joined(oddities_of(dataset)), HasSubstr("under 'val'"));

  const Kennel named_otherwise("train: train/images\ntest: valid/images\nnames: [cat, dog]\n");
  EXPECT_THAT(joined(oddities_of(named_otherwise.open())), Not(HasSubstr("does not name")));
}

TEST(Yolo, BoxesAreGivenInPixelsOfThePicture) {
  const Dataset dataset = Kennel().open();
  const ObjectRange range = dataset.train().targets()->objects(0);
  ASSERT_EQ(range.size(), 2);
  EXPECT_EQ(range.table->boxes[0], (Box{8, 3, 12, 7}));
  EXPECT_NEAR(range.table->areas[0], 16, 1e-9);
  EXPECT_EQ(range.table->boxes[1], (Box{0, 0, 10, 10}));
}

TEST(Yolo, IsFoundByItsYamlOrItsFolders) {
  const Kennel kennel;
  EXPECT_EQ(open_dataset((kennel.path() / "data.yaml").string(), {}, {}).train().size(), 3);
  EXPECT_EQ(open_dataset(kennel.path().string(), {}, {}).format, "yolo");
  const Dataset bare = open_dataset(Kennel("").path().string(), {}, {});
  EXPECT_EQ(bare.format, "yolo");
  EXPECT_THAT(bare.classes, ElementsAre("0", "1")) << "nothing names them";
  EXPECT_TRUE(bare.splits.contains(Split::validation));
  const ScratchFolder other("other");
  EXPECT_FALSE(looks_like_yolo(other.add("config.yaml", "train: {lr: 1}\nmodel: x\n")));
  other.add("images/1.jpg");
  other.add("labels/1.txt", "a cat on a mat\n");
  EXPECT_FALSE(looks_like_yolo(other.path)) << "texts next to pictures are no labels of YOLO";
}

TEST(Yolo, IsReadAndNotTheArchiveItCameFrom) {
  const Kennel kennel;
  kennel.folder.add("set/kennel.zip", "PK\3\4");
  kennel.folder.add("set/kennel.tar", std::string(1024, '\0'));
  EXPECT_EQ(open_dataset(kennel.path().string(), {}, {}).format, "yolo");
}

TEST(Yolo, IsFoundWhereToolsPutItWithoutAYaml) {
  const auto keys = [](const std::vector<std::string>& files) {
    const ScratchFolder folder("layout");
    for (const std::string& file : files)
      folder.add(file, file.ends_with(".names") ? "cat\r\ndog\r\n\r\n" : file.ends_with(".txt") ? "1 0.5 0.5 0.1 0.1" : "x");
    const Dataset dataset = open_dataset(folder.path.string(), {}, {});
    EXPECT_EQ(dataset.format, "yolo");
    std::string all;
    for (int64_t row = 0; row < dataset.train().size(); ++row)
      all += dataset.train().key(row) + (counts_of(dataset, row).empty() ? "- " : "+ ");
    return all + testing::PrintToString(dataset.classes);
  };
  EXPECT_EQ(keys({"images/a.jpg", "labels/a.txt"}), "images/a.jpg+ { \"0\", \"1\" }");
  EXPECT_EQ(keys({"images/train2017/a.jpg", "labels/train2017/a.txt", "images/val2017/b.jpg", "zoo.names"}),
            "images/train2017/a.jpg+ { \"cat\", \"dog\" }");
  EXPECT_EQ(keys({"obj.names", "obj_train_data/a.jpg", "obj_train_data/a.txt", "obj_train_data/b.jpg"}),
            "obj_train_data/a.jpg+ obj_train_data/b.jpg- { \"cat\", \"dog\" }")
      << "next to the pictures, as darknet has them";
}

TEST(Yolo, LabelsAreFoundByTheLastFolderOfImages) {
  EXPECT_EQ(yolo::label_of_picture("images/a.jpg"), "labels/a.txt");
  EXPECT_EQ(yolo::label_of_picture("images/x/images/a.b.JPG"), "images/x/labels/a.b.txt");
  EXPECT_EQ(yolo::label_of_picture("my images/a.jpg"), "my images/a.txt");
  EXPECT_EQ(yolo::label_of_picture("images.d/a"), "images.d/a.txt");
}

TEST(Yolo, ListsOfPicturesAreRead) {
  const Kennel kennel("train: [train.txt, more.txt]\nnames: {0: cat, 1: dog}\n");
  kennel.folder.add("set/train.txt", "\xef\xbb\xbf./train/images/c.png\r\n./train/images/a.png\r\n\r\n");
  kennel.folder.add("set/more.txt",
                    fmt::format("{}\n./train/images/a.png\ngone/images/x.png\n", (kennel.path() / "train/images/b.png").string()));
  const Dataset dataset = kennel.open();
  EXPECT_THAT(keys_of(dataset.train()),
              ElementsAre("gone/images/x.png", "train/images/a.png", "train/images/a.png", "train/images/b.png", "train/images/c.png"));
  EXPECT_THAT(dataset.train().known_faults(), ElementsAre(2));
  EXPECT_THAT(find_bad_rows(dataset.train(), Depth::headers, {}), testing::SizeIs(2));
  const fs::path out = kennel.written({1, 3});
  EXPECT_EQ(read_text(out / "train.txt"), "./train/images/a.png\n./train/images/b.png\n");
  EXPECT_EQ(read_text(out / "data.yaml"), "train: train.txt\nnames: {0: cat, 1: dog}\n");
  EXPECT_THAT(keys_of(open_yolo(out, {}).train()), ElementsAre("train/images/a.png", "train/images/b.png"));
}

/// A list may name pictures anywhere; keys then begin at the folder they share.
TEST(Yolo, PicturesOutsideTheRootHaveKeysOfTheirOwn) {
  const Kennel kennel("");
  const ScratchFolder apart("apart");
  apart.add("zoo.yaml", "train: list.txt\nnames: [cat, dog]\n");
  apart.add("list.txt", fmt::format("{0}/b.png\n{0}/a.png\n", (kennel.path() / "train/images").string()));
  const Dataset dataset = open_yolo(apart.path / "zoo.yaml", {});
  EXPECT_THAT(keys_of(dataset.train()), ElementsAre("images/a.png", "images/b.png"));
  const fs::path out = fresh_folder("out");
  dataset.writer->write(std::vector<int64_t>{1}, out, {});
  EXPECT_THAT(file_names_in(out), ElementsAre("images/b.png", "labels/b.txt", "list.txt", "zoo.yaml"));
  EXPECT_EQ(read_text(out / "list.txt"), "./images/b.png\n");
}

TEST(Yolo, WhatIsWrittenNamesTheKeptPicturesAndNoOthers) {
  const Kennel kennel;
  const fs::path out = kennel.written({0, 2});
  EXPECT_THAT(file_names_in(out), ElementsAre("data.yaml", "train/images/a.png", "train/images/c.png", "train/labels/a.txt"))
      << "no caches, and no label where there was none";
  EXPECT_EQ(read_text(out / "train/labels/a.txt"), read_text(kennel.path() / "train/labels/a.txt"));
  EXPECT_EQ(read_text(out / "train/images/a.png"), read_text(kennel.path() / "train/images/a.png"));
  EXPECT_EQ(read_text(out / "data.yaml"),
            fmt::format("# the zoo\ntrain: train/images  # as Roboflow has it\nval: {}\n\nnc: 2\nnames: ['cat', 'dog']\n",
                        (kennel.path() / "valid/images").string()));
  const Dataset small = open_dataset(out.string(), {}, {});
  EXPECT_THAT(keys_of(small.train()), ElementsAre("train/images/a.png", "train/images/c.png"));
  EXPECT_EQ(small.splits.at(Split::validation)->size(), 1) << "still the source's";
}

TEST(Yolo, AnAbsoluteRootAndCodeToRunAreNotWritten) {
  const Kennel kennel("");
  kennel.folder.add(
      "set/data.yaml",
      fmt::format(
          "path: {}  # here\n# pictures\ntrain:\n  - train/images\nval: gone/images\ntest:\nnames:\n  0: cat\n  1: dog\ndownload: |\n"
          "  import os\n  # all of it\n\n  os.system('x')\n# the end\n",
          kennel.path().string()));
  const fs::path out = kennel.written({1});
  EXPECT_EQ(read_text(out / "data.yaml"),
            "# pictures\ntrain: train/images\nval: gone/images\ntest:\nnames:\n  0: cat\n  1: dog\n# the end\n");
  EXPECT_THAT(joined(oddities_of(kennel.open())), HasSubstr("the validation split is not read: 'gone/images' is not there"));
}

TEST(Yolo, AYamlThatLinesDoNotTellApartIsWrittenAnew) {
  const Kennel kennel("{path: ., train: &t train/images, val: *t, nc: 2, names: [cat, dog], extra: [1, 2]}\n");
  const fs::path out = kennel.written({1});
  const Dataset small = open_yolo(out, {});
  EXPECT_THAT(keys_of(small.train()), ElementsAre("train/images/b.png"));
  EXPECT_THAT(small.classes, ElementsAre("cat", "dog"));
  EXPECT_THAT(read_text(out / "data.yaml"), testing::AllOf(Not(HasSubstr("path")), HasSubstr("extra: [1, 2]")));
}

/// The top level may be indented, and lines may end as they did on old systems.
TEST(Yolo, AYamlIsRecognisedHoweverItIsIndentedAndItsLinesEnd) {
  for (const std::string& yaml : {std::string("  # zoo\n  train: train/images\n  nc: 2\n  names: [cat, dog]\n"),
                                  std::string("train: train/images\rnames: [cat, dog]\r"),
                                  std::string("%YAML 1.2\n---\n\"train\" : train/images\r\n'names': [cat, dog]\r\n")}) {
    const Kennel kennel(yaml);
    EXPECT_TRUE(looks_like_yolo(kennel.path() / "data.yaml")) << yaml;
    EXPECT_THAT(kennel.open().classes, ElementsAre("cat", "dog")) << yaml;
    const Dataset small = open_yolo(kennel.written({1}), {});
    EXPECT_THAT(keys_of(small.train()), ElementsAre("train/images/b.png")) << yaml;
    EXPECT_THAT(small.classes, ElementsAre("cat", "dog")) << yaml;
  }
  const ScratchFolder other("other");
  EXPECT_FALSE(looks_like_yolo(other.add("nested.yaml", "data:\n  train: x\n  names: [a]\n"))) << "keys of another one's";
}

TEST(Yolo, OnlyACommentIsCopiedAsOne) {
  const auto first_line = [](const std::string& value) {
    const Kennel kennel("");
    for (const char* folder : {"it's # x", "say \"a # b\"", "it's"}) fs::create_directories(kennel.path() / folder);
    kennel.folder.add("set/it's # x/images/a.png", kennel_png(20, 10));
    kennel.folder.add("set/it's # x/labels/a.txt", "0 .5 .5 .2 .2");
    kennel.folder.add("set/data.yaml", "train: " + value + "\nnames: [cat]\n");
    const std::string text = read_text(kennel.written({0}) / "data.yaml");
    return text.substr(0, text.find('\n'));
  };
  EXPECT_EQ(first_line("'it''s # x'"), "train: \"it's # x\"");
  EXPECT_EQ(first_line("'it''s # x'  # so it is"), "train: \"it's # x\"  # so it is");
  EXPECT_EQ(first_line("\"it's # x\" # '"), "train: \"it's # x\" # '");
  EXPECT_EQ(first_line("['it''s # x', \"say \\\"a # b\\\"\"] # two"), "train: [\"it's # x\", \"say \\\"a # b\\\"\"] # two");
}

/// Where an output would be rows when the set is read again.
TEST(Yolo, FoldersThatRowsAreReadFromAreNamed) {
  const Kennel kennel("train: [train.txt, train/images]\nval: ../valid/images\ntest: gone\nnames: [cat, dog]\n");
  const ScratchFolder apart("apart");
  apart.add("images/x.png", kennel_png(20, 10));
  kennel.folder.add("set/train.txt", (apart.path / "images/x.png").string() + "\n");
  std::vector<std::string> found;
  for (const fs::path& folder : folders_read((kennel.path() / "data.yaml").string(), {})) found.push_back(fs::canonical(folder).string());
  const auto real = [](const fs::path& path) { return fs::canonical(path).string(); };
  EXPECT_THAT(found, testing::UnorderedElementsAre(real(apart.path / "images"), real(kennel.path() / "train/images"),
                                                   real(kennel.path() / "train/labels"), real(kennel.path() / "valid/images"),
                                                   real(kennel.path() / "valid/labels")));
}

/// The last folder "images" of a whole path becomes "labels", and it may lie above the set.
TEST(Yolo, LabelsThatTrainersWouldNotFindAreNotWritten) {
  const ScratchFolder folder("darknet");
  folder.add("obj.names", "cat\n");
  folder.add("data/a.png", kennel_png(20, 10));
  folder.add("data/a.txt", "0 .5 .5 .2 .2");
  const Dataset beside = open_yolo(folder.path, {});
  EXPECT_THAT(beside.writer->why_not_at("/x/images/small/data"),
              AllOf(HasSubstr("/x/images/small/data/data/a.png"), HasSubstr("/x/labels/small/data/data/a.txt")));
  EXPECT_EQ(beside.writer->why_not_at("/x/my images/small/data"), "");
  EXPECT_EQ(Kennel().open().writer->why_not_at("/x/images/small/data"), "") << "its own folder comes after that one";
}

TEST(Yolo, NamesMayHaveGapsAndDisagreeWithTheirNumber) {
  const Dataset gap = Kennel("train: train/images\nnames: {0: cat, 3: dog}\n").open();
  EXPECT_THAT(gap.classes, ElementsAre("cat", "1", "2", "dog"));
  EXPECT_THAT(joined(oddities_of(gap)), HasSubstr("no name for 2 of the classes 0 to 3"));
  const Dataset more = Kennel("train: train/images\nnc: 3\nnames: [cat, dog]\n").open();
  EXPECT_THAT(more.classes, ElementsAre("cat", "dog", "2"));
  EXPECT_THAT(joined(oddities_of(more)), HasSubstr("'nc' says 3 classes and 'names' lists 2"));
}

TEST(Yolo, AYamlThatIsNoneIsRefusedByItsLine) {
  const auto says = [](const std::string& yaml) { return message_of([&] { Kennel(yaml).open(); }); };
  expect_says(says("train: x\nnames: [a\n\tb]\nnc: {\n"), {"line", "is no YAML"});
  expect_says(says("train: x\nnames: 7\n"), {"line 2", "neither a list of names nor a mapping"});
  expect_says(says("train: x\nnames: {-1: a}\n"), {"line 2", "not numbered from 0"});
  expect_says(says("train: x\nnames: {99999999999: a}\n"), {"line 2", "not numbered from 0"});
  expect_says(says("train: {a: b}\nnames: [a]\n"), {"line 1", "neither a path nor a list"});
  expect_says(says("train: a\ntrain: b\nnames: [a]\n"), {"line 2", "'train' twice"});
  expect_says(says("train: nowhere\nnames: [a]\n"), {"'nowhere' is not there", "nowhere was looked for", "Correct the path"});
  expect_says(says("train: train/images\nnames: [a]\nkpt_shape: [17, 4]\n"), {"line 3", "'kpt_shape'"});
  expect_says(says("names: [a]\nnc: 1\ntrain:\n"), {"names no training pictures"});
}

/// Aliases that would unfold to billions of names, and brackets without end.
TEST(Yolo, AYamlThatExplodesIsRefusedInTheMemoryOfItsFile) {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 30; ++i) bomb += fmt::format("a{0}: &a{0} [*a{1}, *a{1}, *a{1}, *a{1}, *a{1}, *a{1}, *a{1}, *a{1}]\n", i, i - 1);
  expect_says(message_of([&] { Kennel(bomb + "train: train/images\nnames: *a29\n").open(); }), {"a name of a class is not a text"});
  const Kennel carried(bomb + "train: train/images\nnames: [cat, dog]\n");
  EXPECT_THAT(read_text(carried.written({0}) / "data.yaml"), HasSubstr(bomb));
  expect_says(message_of([&] { Kennel("train: x\nnames: " + std::string(100'000, '[') + "\n").open(); }), {"is no YAML"});
}

TEST(Yolo, ManyClassesAreRead) {
  std::string yaml = "train: train/images\nnames:\n";
  for (int i = 0; i < 20'000; ++i) yaml += fmt::format("  {}: class {}\n", i, i);
  EXPECT_EQ(Kennel(yaml).open().classes.size(), size_t{20'000});
}

// ---- Lines

struct Read {
  Objects objects;
  yolo::LabelFile file;
  /// Why each object is broken; "" for one that counts.
  std::vector<std::string> faults() const {
    std::vector<std::string> all(static_cast<size_t>(objects.size()));
    for (const ObjectFault& fault : objects.faults) all[static_cast<size_t>(fault.object)] = fault.reason;
    return all;
  }
};

Read read_lines(std::string_view text, const yolo::LineRules& rules = {3, 0, 0}) {
  Read read;
  read.file = yolo::read_label_lines(text, {100, 50, 1}, rules, read.objects);
  return read;
}

TEST(YoloLines, AreBoxesAndOutlinesByTheirLength) {
  const Read read = read_lines("0 .5 .5 .2 .2\n1 .5 .5 .2 .2 .9\n2.0 .1 .1 .3 .1 .3 .3\n0 .1 .1 .3 .1 .3 .3 .1 .3\n");
  EXPECT_THAT(read.faults(), ElementsAre("", "", "", ""));
  EXPECT_THAT(read.objects.labels, ElementsAre(0, 1, 2, 0));
  EXPECT_THAT(read.objects.flags, ElementsAre(0, 0, ObjectFlag::polygon, ObjectFlag::polygon));
  EXPECT_EQ(read.objects.boxes[0], (Box{40, 20, 60, 30}));
  EXPECT_EQ(read.objects.boxes[2], (Box{10, 5, 30, 15}));
  EXPECT_NEAR(read.objects.areas[2], 100, 1e-9);
  EXPECT_NEAR(read.objects.areas[3], 200, 1e-9);
  EXPECT_TRUE(read.file.mixed);
  EXPECT_TRUE(read.file.dropped) << "for the line of six";
}

TEST(YoloLines, OfKeypointsAreBoxes) {
  const yolo::LineRules rules{1, 6, 3};
  const Read read = read_lines("0 .5 .5 .2 .2 .5 .5 2 0 0 0\n", rules);
  EXPECT_THAT(read.faults(), ElementsAre(""));
  EXPECT_EQ(read.objects.boxes[0], (Box{40, 20, 60, 30}));
  EXPECT_EQ(read.objects.flags[0], 0);
  EXPECT_FALSE(read.file.dropped) << "how visible a point is is no coordinate";
  EXPECT_TRUE(read_lines("0 .5 .5 .2 .2 1.5 .5 2 0 0 0\n", rules).file.dropped);
  EXPECT_TRUE(read_lines("0 .5 .5 .2 .2\n", rules).file.dropped);
}

TEST(YoloLines, WithTheSameObjectEndAsTheyLike) {
  const std::string plain = "0 .5 .5 .2 .2\n1 .4 .4 .1 .1";
  for (const std::string& text :
       {plain, plain + "\n", "\xef\xbb\xbf" + plain, "\n\n  " + plain + "\r\n\t\r\n", std::string("0\t.5  +.5 2e-1 .2\r\n1 .4 .4 .1 .1")}) {
    const Read read = read_lines(text);
    EXPECT_THAT(read.faults(), ElementsAre("", "")) << text;
    EXPECT_EQ(read.objects.boxes[0], (Box{40, 20, 60, 30})) << text;
  }
  const Read read = read_lines("\xef\xbb\xbf  0 .5 .5 .2 .2 \r\n");
  EXPECT_THAT(read.objects.places, ElementsAre(ObjectPlace{5, 13}));
}

TEST(YoloLines, ThatAreBrokenAreListedByReason) {
  const auto fault = [](const std::string& line) {
    const Read read = read_lines(line);
    EXPECT_EQ(read.objects.size(), 1) << line;
    return read.faults().front();
  };
  EXPECT_THAT(fault("0,.5,.5,.2,.2"), HasSubstr("between commas"));
  EXPECT_THAT(fault("cat .5 .5 .2 .2"), HasSubstr("its class is no number"));
  EXPECT_THAT(fault("0 .5 .5 .2 x"), HasSubstr("no finite number"));
  EXPECT_THAT(fault("0 .5 .5 nan .2"), HasSubstr("no finite number"));
  EXPECT_THAT(fault("0 .5 .5 1e400 .2"), HasSubstr("no finite number"));
  EXPECT_THAT(fault("0.5 .5 .5 .2 .2"), HasSubstr("not a whole number"));
  EXPECT_THAT(fault("-1 .5 .5 .2 .2"), HasSubstr("not a whole number"));
  EXPECT_THAT(fault("3 .5 .5 .2 .2"), HasSubstr("not among the names"));
  EXPECT_THAT(fault("0 .5 .5 0 .2"), HasSubstr("width or height of 0"));
  EXPECT_THAT(fault("0 .5 .5 .2 -.2"), HasSubstr("width or height of 0"));
  EXPECT_THAT(fault("0 320 240 100 80"), HasSubstr("outside the picture"));
  for (const char* line : {"0", "0 .5", "0 .5 .5 .2", "0 .1 .1 .3 .1 .3 .3 .1"})
    EXPECT_THAT(fault(line), HasSubstr("neither the 5 numbers")) << line;
  EXPECT_THAT(read_lines("0 .5 .5 .2 .2\n0 .5 .5 .2 .2\n").faults(), ElementsAre("", HasSubstr("repeats an earlier line")));
}

TEST(YoloLines, SayWhenUltralyticsDropsThePicture) {
  const auto drops = [](const std::string& line) { return read_lines(line).file.dropped; };
  EXPECT_FALSE(drops("0 .5 .5 1.005 .2"));
  EXPECT_TRUE(drops("0 .5 .5 1.02 .2"));
  EXPECT_TRUE(drops("0 .5 -.02 .2 .2"));
  EXPECT_TRUE(drops("3 .5 .5 .2 .2"));
  EXPECT_FALSE(drops("0 .5 .5 .2 .2\n0 .5 .5 .2 .2"));
  const Read over = read_lines("0 .5 .5 1.005 .2");
  EXPECT_THAT(over.faults(), ElementsAre("")) << "it is clipped";
  EXPECT_NEAR(over.objects.areas[0], 1000, 1e-9);
}

TEST(YoloLines, OfAHundredThousandBoxesAreRead) {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += fmt::format("0 0.5 0.5 0.2 {}\n", (i + 1) * 1e-6);
  EXPECT_EQ(read_lines(text).objects.size(), 100'000);
  std::string outline = "1";
  for (int i = 0; i < 1'000'000; ++i) outline += i % 4 < 2 ? " .25" : " .75";
  const Read read = read_lines(outline);
  EXPECT_EQ(read.objects.size(), 1);
  EXPECT_THAT(read.faults(), ElementsAre(""));
  EXPECT_EQ(read.objects.boxes[0], (Box{25, 12.5, 75, 37.5}));
}

// ---- What is broken around them

TEST(Yolo, LabelsThatCannotBeReadAreFaultsOfTheirRows) {
  const Kennel kennel;
  kennel.folder.add("set/train/labels/c.txt/inside", "x");
  const Dataset dataset = kennel.open();
  EXPECT_THAT(dataset.train().known_faults(), ElementsAre(2));
  expect_says(dataset.train().known_fault(2), {"its label cannot be read", "c.txt", "is a folder"});
}

TEST(Yolo, BrokenObjectsAreNotedWithTheirPlacesAndTheirRowsStay) {
  const Kennel kennel;
  kennel.folder.add("set/train/labels/b.txt", "1 .5 .5 .2 .2\n1 .5 .5 0 .2\n7 .5 .5 .2 .2\n");
  const Dataset dataset = kennel.open();
  EXPECT_THAT(counts_of(dataset, 1), ElementsAre(ClassCount{1, 1}));
  EXPECT_THAT(dataset.train().known_faults(), IsEmpty());
  const std::string notes = joined(oddities_of(dataset));
  EXPECT_THAT(notes,
              HasSubstr("1 object is broken and left out of choosing, but stays in the file: its box has a width or height of 0 or less "
                        "(first: train/labels/b.txt at byte 14)"));
  EXPECT_THAT(notes, HasSubstr("its class is not among the names (first: train/labels/b.txt at byte 27)"));
  EXPECT_THAT(notes, HasSubstr("1 label file: ultralytics drops the picture"));
  EXPECT_EQ(read_text(kennel.written({1}) / "train/labels/b.txt"), read_text(kennel.path() / "train/labels/b.txt"));
}

TEST(Yolo, NamesThatLeaveTheOutputAreRefusedAndNothingIsWrittenOutside) {
  const Kennel kennel("train: list.txt\nnames: [cat, dog]\n");
  kennel.folder.add("outside/images/o.png", kennel_png(20, 10));
  kennel.folder.add("set/list.txt", "../outside/images/o.png\n./train/images/a.png\n" + std::string("a\0b.png\n", 8));
  const Dataset dataset = kennel.open();
  EXPECT_THAT(dataset.train().known_faults(), testing::SizeIs(1));
  std::vector<int64_t> rows;
  for (int64_t row = 0; row < dataset.train().size(); ++row) {
    if (dataset.train().known_fault(row).empty()) rows.push_back(row);
  }
  const fs::path out = fresh_folder("deep/er/out");
  dataset.writer->write(rows, out, {});
  EXPECT_THAT(file_names_in(out.parent_path()), testing::Each(testing::StartsWith("out/")));
  EXPECT_EQ(open_yolo(out, {}).train().size(), 2);
}

TEST(Yolo, WithoutAnyLabelIsReadAsUnlabelled) {
  const Kennel kennel;
  fs::remove_all(kennel.path() / "train/labels");
  const Dataset dataset = kennel.open();
  EXPECT_EQ(dataset.train().targets(), nullptr);
  EXPECT_THAT(joined(oddities_of(dataset)), HasSubstr("none of 3 pictures has a label"));
}

TEST(Yolo, OnePictureOfTwoEndingsSharesItsLabel) {
  const Kennel kennel;
  kennel.folder.add("set/train/images/a.jpg", kennel_png(20, 10));
  const Dataset dataset = kennel.open();
  EXPECT_THAT(keys_of(dataset.train()),
              ElementsAre("train/images/a.jpg", "train/images/a.png", "train/images/b.png", "train/images/c.png"));
  EXPECT_THAT(file_names_in(kennel.written({0, 1})),
              ElementsAre("data.yaml", "train/images/a.jpg", "train/images/a.png", "train/labels/a.txt"));
}

/// 'no' and '007' are texts; without their quotes they would be false and 7.
TEST(YoloYaml, KeepsWhatIsQuotedAText) {
  const ScratchFolder folder("quoted");
  const auto yaml = yolo::read_data_yaml(folder.add("data.yaml", "{path: ., train: images/train, names: ['no', '007', cat], nc: 3}\n"));
  const std::string written = yolo::with_splits(yaml, {{Split::train, {"images/small"}}});
  EXPECT_THAT(written, AllOf(HasSubstr("\"no\", \"007\", cat"), HasSubstr("nc: 3"), HasSubstr("images/small")));
}

}  // namespace
}  // namespace decant
