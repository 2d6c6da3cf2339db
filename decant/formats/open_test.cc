#include "decant/formats/open.h"

#include <cstdlib>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/errors.h"
#include "decant/base/test_support.h"
#include "decant/data/test_rows.h"
#include "decant/formats/convert.h"
#include "decant/formats/image/codec.h"
#include "decant/formats/npy/npy.h"

namespace decant {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

struct Folder : ScratchFolder {
  using ScratchFolder::ScratchFolder;
  Dataset open() const { return open_dataset(path.string(), {}, {}); }
};

std::string png(int width, uint8_t value) {
  Image image;
  image.resize({width, 2, 3});
  for (uint8_t& pixel : image.pixels) pixel = value;
  std::vector<std::byte> bytes;
  encode_png(image.view(), bytes);
  return std::string(as_text(bytes));
}

/// Ten records of CIFAR-10; record i has label i and pixels of value i.
std::string cifar_batch() {
  std::string batch;
  for (char i = 0; i < 10; ++i) batch += i + std::string(3072, i);
  return batch;
}

/// What is said of a folder beside the data set that is read.
std::string warnings_of(const Dataset& dataset) {
  std::string text;
  for (const Oddity& oddity : dataset.oddities) text += oddity.warns ? oddity.place + ": " + oddity.what + "\n" : "";
  return text;
}

TEST(Open, NamesTheOtherDataSetsOfAFolder) {
  const Folder both("both");
  both.add("data_batch_1.bin", cifar_batch());
  both.add("train-images-idx3-ubyte", std::string("\0\0\x08\3\0\0\0\1\0\0\0\1\0\0\0\1x", 17));
  const Dataset dataset = both.open();
  EXPECT_EQ(dataset.format, "cifar10");
  EXPECT_THAT(warnings_of(dataset), HasSubstr("both: is read as CIFAR's batches; it holds IDX files (MNIST) too, which are not read"));

  const Folder root("torchvision_root");
  root.add("cifar-10-batches-bin/data_batch_1.bin", cifar_batch());
  EXPECT_EQ(warnings_of(root.open()), "");
  root.add("cifar-100-binary/train.bin", std::string(3074, '\0'));
  EXPECT_THAT(warnings_of(root.open()), HasSubstr("cifar-100-binary: is not read, because cifar-10-batches-bin is here too"));

  const Folder above("above");
  above.add("a/data_batch_1.bin", cifar_batch());
  EXPECT_THAT(message_of([&] { above.open(); }), HasSubstr("Give " + (above.path / "a").string() + ", which is one"));
  above.add("b/features.npy", "x");
  EXPECT_THAT(message_of([&] { above.open(); }),
              HasSubstr("Give one of " + (above.path / "a").string() + ", " + (above.path / "b").string()));
}

TEST(Open, RecognisesEveryFormat) {
  const Folder pictures("pictures");
  pictures.add("cat/1.jpg", png(2, 1));
  EXPECT_EQ(pictures.open().format, "imagefolder");
  const Folder run("run");
  run.add("run.json", "{}");
  run.add("data/train/cat/1.jpg", png(2, 1));
  EXPECT_EQ(run.open().classes, std::vector<std::string>{"cat"});
  EXPECT_TRUE(run.open().training.empty());
  run.add("run.json", R"({"training": {"steps": "500"}})");
  EXPECT_EQ(run.open().training, (std::map<std::string, std::string>{{"steps", "500"}}));
  run.add("run.json", R"({"training": {"steps": 500}})");
  EXPECT_THAT(message_of([&] { run.open(); }), HasSubstr("run.json: training.steps: is not a text"));
  const Folder cifar("cifar");
  cifar.add("data_batch_1.bin", cifar_batch());
  EXPECT_EQ(cifar.open().format, "cifar10");
  const Folder npy("npy");
  const std::vector<float> features = {1, 2, 3, 4, 5, 6};
  write_npy(npy.path / "features.npy", std::span<const float>(features), std::vector<int64_t>{3, 2});
  write_npy(npy.path / "labels.npy", std::span<const int64_t>(std::vector<int64_t>{0, 1, 0}));
  EXPECT_THAT(labels_of(npy.open().train()), ElementsAre(0, 1, 0));
  const std::string file = (npy.path / "features.npy").string();
  EXPECT_THAT(labels_of(open_dataset(file, {}, {}).train()), ElementsAre(kNoLabel, kNoLabel, kNoLabel));
  EXPECT_THAT(labels_of(open_dataset(file, {.labels = npy.path / "labels.npy"}, {}).train()), ElementsAre(0, 1, 0));
  EXPECT_THAT(message_of([&] { open_dataset(pictures.path.string(), {.labels = npy.path / "labels.npy"}, {}); }),
              HasSubstr("--labels is for .npy arrays"));
}

TEST(Open, TellsWhatIsThereInstead) {
  const Folder folder("parquet");
  for (const char* name : {"a.parquet", "b.parquet", "c.log"}) folder.add(name, "x");
  EXPECT_THAT(message_of([&] { folder.open(); }),
              HasSubstr("holds 2 .parquet files, 1 .log file, but no data set that decant can read. decant reads: CIFAR"));
  EXPECT_THAT(message_of([] { Folder("empty").open(); }), HasSubstr("is an empty folder. decant reads: CIFAR"));
  EXPECT_THAT(message_of([&] { open_dataset((folder.path / "x/y").string(), {}, {}); }),
              HasSubstr("no such file or folder. '" + folder.path.string() + "' exists and holds 2 .parquet files"));
  EXPECT_THAT(message_of([&] { open_dataset((folder.path / "c.log").string(), {}, {}); }),
              HasSubstr("is not a data set that decant can read"));
  EXPECT_THAT(message_of([&] { open_dataset((folder.path / "{0..3}.tar").string(), {}, {}); }), HasSubstr("0.tar: is missing"));
  EXPECT_THAT(message_of<UsageError>([] { open_dataset("", {}, {}); }), HasSubstr("no data set given"));
}

TEST(Open, PointsAtADataSetFurtherDown) {
  const Folder folder("root");
  folder.add("downloads/digits/train-images-idx3-ubyte", "not looked into");
  EXPECT_THAT(message_of([&] { folder.open(); }), HasSubstr("Give " + (folder.path / "downloads/digits").string() + ", which is one"));
}

TEST(FindBadRows, ListsEachWithItsReason) {
  const Folder folder("bad");
  const std::string whole = png(50, 9);
  folder.add("a/1.png", whole);
  folder.add("a/2.png", whole.substr(0, 45));
  folder.add("a/3.png", "text");
  folder.add("a/4.tif", "II*");
  folder.add("a/5.jpg", "");
  folder.add("a/6.jpg", whole);
  fs::create_symlink("gone", folder.path / "a/7.jpg");
  const Dataset dataset = folder.open();
  for (const int threads : {1, 3}) {
    const auto bad = find_bad_rows(dataset.train(), Depth::full, {.threads = threads});
    ASSERT_EQ(bad.size(), 5u);
    EXPECT_EQ(bad[0].key, "a/2.png");
    EXPECT_THAT(bad[0].text, HasSubstr("is a truncated PNG"));
    EXPECT_EQ(bad[1].text, "is no picture of a known format (starts with 'text')");
    EXPECT_EQ(bad[2].text, "is no picture of a known format (starts with 'II*')");
    EXPECT_EQ(bad[3].text, "is empty");
    EXPECT_EQ(bad[4].row, 6);
    EXPECT_EQ(bad[4].text, "is a broken link");
  }
  EXPECT_EQ(find_bad_rows(dataset.train(), Depth::headers, {}).size(), 4u) << "a header alone does not show the missing tail";
}

TEST(WriteAs, KeepsEncodedBytes) {
  const Folder source("encoded");
  const std::vector<std::string> pictures = {png(2, 1), png(2, 2), png(2, 3), png(2, 4)};
  source.add("train/b/1.png", pictures[0]);
  source.add("train/b/deep/1.png", pictures[1]);
  source.add("train/a/x.jpg", pictures[2]);
  const Dataset dataset = source.open();
  ASSERT_THAT(keys_of(dataset.train()), ElementsAre("train/a/x.jpg", "train/b/1.png", "train/b/deep/1.png"));
  const Folder shards("to_webdataset");
  write_as("webdataset", dataset, std::vector<int64_t>{0, 2}, shards.path);
  const Dataset tar = shards.open();
  EXPECT_THAT(keys_of(tar.train()), ElementsAre("train-000000.tar/000000000.png", "train-000000.tar/000000002.png"));
  EXPECT_THAT(labels_of(tar.train()), ElementsAre(0, 1));
  EXPECT_THAT(tar.classes, ElementsAre("a", "b"));
  EXPECT_EQ(text_of(tar.train(), 1), pictures[1]);
  const Folder table("to_parquet");
  write_as("parquet", dataset, std::vector<int64_t>{0, 2}, table.path);
  const Dataset rows = table.open();
  EXPECT_EQ(rows.format, "parquet");
  EXPECT_EQ(rows.train().size(), 2);
  EXPECT_THAT(labels_of(rows.train()), ElementsAre(0, 1));
  EXPECT_THAT(rows.classes, ElementsAre("a", "b"));
  EXPECT_EQ(text_of(rows.train(), 1), pictures[1]);
  const Folder folder("to_imagefolder");
  write_as("imagefolder", dataset, std::vector<int64_t>{0, 1, 2}, folder.path);
  const Dataset flat = folder.open();
  EXPECT_THAT(keys_of(flat.train()), ElementsAre("train/a/x.jpg", "train/b/1-2.png", "train/b/1.png"));
  EXPECT_EQ(text_of(flat.train(), 1), pictures[1]);
}

TEST(WriteAs, TurnsRawPixelsIntoPng) {
  const Folder source("raw");
  source.add("data_batch_1.bin", cifar_batch());
  const Dataset dataset = source.open();
  const Folder folder("raw_imagefolder");
  const std::vector<int64_t> rows = {1, 7};
  write_as("imagefolder", dataset, rows, folder.path);
  const Dataset pictures = folder.open();
  EXPECT_THAT(keys_of(pictures.train()), ElementsAre("train/automobile/data_batch_1.bin-1.png", "train/horse/data_batch_1.bin-7.png"));
  Image image;
  pictures.train().pictures()->decode(1, image);
  EXPECT_EQ(image.size, (ImageSize{32, 32, 3}));
  EXPECT_EQ(image.pixels.at(100), 7);
  const Folder shards("raw_webdataset");
  const Folder again("raw_webdataset_again");
  const int64_t written = write_as("webdataset", dataset, rows, shards.path);
  EXPECT_EQ(write_as("webdataset", dataset, rows, again.path, {.threads = 1}), written);
  EXPECT_EQ(read_text(shards.path / "train-000000.tar"), read_text(again.path / "train-000000.tar"));
  EXPECT_THAT(labels_of(shards.open().train()), ElementsAre(1, 7));
  EXPECT_THAT(message_of<UsageError>([&] { write_as("arrow", dataset, rows, again.path); }), HasSubstr("--to: 'arrow' cannot be written"));
}

TEST(WriteAs, NumbersWithoutNamesKeepTheirOrder) {
  const Folder source("numbers");
  for (const char* label : {"2", "10"})
    source.add(std::string("in/") + label + ".jpg", png(2, 1)), source.add(std::string("in/") + label + ".cls", label);
  const std::string command =
      "tar --sort=name -cf '" + (source.path / "x.tar").string() + "' -C '" + (source.path / "in").string() + "' . 2>/dev/null";
  if (std::system(command.c_str()) != 0) GTEST_SKIP() << "needs GNU tar";
  const Dataset dataset = open_dataset((source.path / "x.tar").string(), {}, {});
  const Folder out("numbers_out");
  write_as("imagefolder", dataset, std::vector<int64_t>{0, 1}, out.path);
  EXPECT_THAT(keys_of(out.open().train()), ElementsAre("train/02/2.jpg", "train/10/10.jpg"));
}

}  // namespace
}  // namespace decant
