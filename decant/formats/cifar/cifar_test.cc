#include "decant/formats/cifar/cifar.h"

#include <algorithm>
#include <cstdlib>
#include <gtest/gtest.h>

#include "decant/base/errors.h"
#include "decant/base/test_support.h"

namespace decant {
namespace {

namespace fs = std::filesystem;

/// One record; its pixels depend on label and place, and differ between the planes.
std::string record(std::vector<int> labels) {
  std::string text;
  for (const int label : labels) text += static_cast<char>(label);
  for (int i = 0; i < 3 * kCifarPixels; ++i) text += static_cast<char>(i * 7 + i / 1024 * 31 + labels.back());
  return text;
}

std::string records(const std::vector<int>& labels) {
  std::string text;
  for (const int label : labels) text += record({label});
  return text;
}

fs::path five_batches(const std::string& name) {
  const fs::path folder = fresh_folder(name);
  for (int n = 1; n <= 5; ++n) write_file(folder / ("data_batch_" + std::to_string(n) + ".bin"), records({n, n + 1}));
  write_file(folder / "test_batch.bin", records({9}));
  return folder;
}

TEST(Cifar, IsRowsInBatchOrder) {
  const fs::path folder = five_batches("rows");
  write_file(folder / "data_batch_10.bin", records({0}));
  ASSERT_TRUE(looks_like_cifar(folder));
  const Dataset dataset = open_cifar(folder);
  const Rows& rows = dataset.train();
  EXPECT_EQ(dataset.format, "cifar10");
  EXPECT_TRUE(dataset.oddities.empty());
  EXPECT_EQ(dataset.classes[3], "cat");
  EXPECT_EQ(labels_of(rows), (std::vector<int32_t>{1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 0}));
  EXPECT_EQ(rows.key(3), "data_batch_2.bin#1");
  EXPECT_EQ(rows.key(10), "data_batch_10.bin#0");
  EXPECT_EQ(rows.stored_bytes(), 11 * 3073);
  EXPECT_EQ(rows.pictures()->fixed_size(), (ImageSize{32, 32, 3}));
  EXPECT_EQ(labels_of(*dataset.held_out()), std::vector<int32_t>{9});
  std::vector<std::byte> scratch;
  EXPECT_EQ(as_text(rows.bytes(3, scratch)), record({3}));
  EXPECT_THROW(rows.label(11), BugError);
}

TEST(Cifar, DecodesPlanesIntoPixels) {
  const Dataset dataset = open_cifar(five_batches("decode"));
  Image image;
  dataset.train().pictures()->decode(3, image);
  const std::string stored = record({3});
  ASSERT_EQ(image.pixels.size(), 3072u);
  for (size_t i = 0; i < 1024; ++i) {
    for (size_t c = 0; c < 3; ++c) ASSERT_EQ(image.pixels[3 * i + c], static_cast<uint8_t>(stored[1 + 1024 * c + i])) << i << " " << c;
  }
}

TEST(Cifar, HundredHasTwoLabelsAndTakesTheFineOne) {
  const fs::path folder = fresh_folder("hundred");
  fs::create_directories(folder / "cifar-100-binary");
  write_file(folder / "cifar-100-binary/train.bin", record({19, 99}) + record({0, 5}));
  write_file(folder / "cifar-100-binary/test.bin", record({1, 7}));
  std::string names;
  for (int i = 0; i < 100; ++i) names += "name" + std::to_string(i) + "\r\n";
  write_file(folder / "cifar-100-binary/fine_label_names.txt", names + "\n");
  ASSERT_TRUE(looks_like_cifar(folder));
  const Dataset dataset = open_cifar(folder);
  EXPECT_EQ(dataset.format, "cifar100");
  EXPECT_EQ(labels_of(dataset.train()), (std::vector<int32_t>{99, 5}));
  EXPECT_EQ(dataset.classes[99], "name99");
  EXPECT_EQ(dataset.train().key(1), "cifar-100-binary/train.bin#1");
  Image image;
  dataset.train().pictures()->decode(1, image);
  EXPECT_EQ(image.pixels[0], static_cast<uint8_t>(record({0, 5})[2]));

  const int64_t keep[] = {1};
  fs::create_directories(folder / "out");
  const int64_t written = dataset.writer->write(keep, folder / "out");
  EXPECT_EQ(read_text(folder / "out/cifar-100-binary/train.bin"), record({0, 5}));
  EXPECT_EQ(read_text(folder / "out/cifar-100-binary/fine_label_names.txt"), names + "\n");
  EXPECT_EQ(written, static_cast<int64_t>(3074 + names.size() + 1));
}

TEST(Cifar, RefusesFilesThatAreNoRecords) {
  const fs::path folder = five_batches("bad_files");
  const auto fault = [&](const std::string& text) {
    write_file(folder / "data_batch_4.bin", text);
    return message_of([&] { open_cifar(folder); });
  };
  expect_says(fault(""), {"data_batch_4.bin: is empty"});
  expect_says(fault(records({1, 2}) + "xyz"), {"data_batch_4.bin: byte 6146: ends with 3 bytes", "3073", "unpack"});
  expect_says(fault(records({1, 10})), {"data_batch_4.bin: record 1: has label 10, which is not in 0 to 9"});
  const auto fault100 = [](const std::string& text) { return message_of([&] { cifar_labels(as_bytes(text), kCifar100, "t"); }); };
  expect_says(fault100(record({0, 100})), {"t: record 0: has label 100, which is not in 0 to 99"});
  expect_says(fault100(record({20, 1})), {"has label 20, which is not in 0 to 19"});
}

TEST(Cifar, RefusesFoldersThatAreNotWhole) {
  const fs::path folder = fresh_folder("bad_folders");
  EXPECT_FALSE(looks_like_cifar(folder));
  EXPECT_FALSE(looks_like_cifar(folder / "absent"));
  write_file(folder / "train.bin", "not of CIFAR");
  EXPECT_FALSE(looks_like_cifar(folder)) << "a common name alone is no CIFAR-100";
  expect_says(message_of([&] { open_cifar(folder); }), {"holds no CIFAR files"});
  write_file(folder / "test_batch.bin", records({1}));
  expect_says(message_of([&] { open_cifar(folder); }), {"holds test_batch.bin but no data_batch_N.bin"});
  write_file(folder / "fine_label_names.txt", "a\n");
  expect_says(message_of([&] { open_cifar(folder); }), {"holds CIFAR-10 and CIFAR-100 files"});
}

TEST(Cifar, SaysWhatIsOdd) {
  const fs::path folder = five_batches("odd");
  fs::remove(folder / "data_batch_2.bin");
  fs::remove(folder / "data_batch_5.bin");
  write_file(folder / "batches.meta.txt", "one\ntwo\n");
  const Dataset dataset = open_cifar(folder);
  ASSERT_EQ(dataset.oddities.size(), 2u);
  EXPECT_EQ(dataset.oddities[0].what, "holds no data_batch_2.bin, data_batch_5.bin");
  EXPECT_EQ(dataset.oddities[1].what, "holds 2 names for 10 classes and is not used");
  EXPECT_EQ(dataset.classes[9], "truck");
}

TEST(Cifar, TakesNamesFromTheMetaFile) {
  const fs::path folder = five_batches("names");
  write_file(folder / "batches.meta.txt", "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n\n");
  EXPECT_EQ(open_cifar(folder).classes, (std::vector<std::string>{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"}));
}

TEST(Cifar, WritesRecordsIntoTheFilesTheyCameFrom) {
  const fs::path folder = five_batches("subset");
  write_file(folder / "batches.meta.txt", "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n");
  const Dataset dataset = open_cifar(folder);
  const int64_t keep[] = {1, 4, 5, 9};
  fs::create_directories(folder / "out");
  EXPECT_EQ(dataset.writer->write(keep, folder / "out"), 4 * 3073 + 20);
  EXPECT_EQ(read_text(folder / "out/data_batch_1.bin"), record({2}));
  EXPECT_FALSE(fs::exists(folder / "out/data_batch_2.bin")) << "a batch without rows is left out";
  EXPECT_EQ(read_text(folder / "out/data_batch_3.bin"), records({3, 4}));
  EXPECT_EQ(read_text(folder / "out/data_batch_5.bin"), record({6}));
  EXPECT_EQ(labels_of(open_cifar(folder / "out").train()), (std::vector<int32_t>{2, 3, 4, 6}));
}

TEST(CifarReal, HasFiveThousandOfEachClass) {
  const char* data = std::getenv("DECANT_DATA");
  const fs::path folder = fs::path(data != nullptr ? data : "build/data") / "cifar10";
  if (!fs::is_directory(folder)) GTEST_SKIP() << folder << " is not here (bench/data.sh unpacks it)";
  const Dataset dataset = open_cifar(folder);
  const auto labels = labels_of(dataset.train());
  for (int32_t label = 0; label < 10; ++label) EXPECT_EQ(std::ranges::count(labels, label), 5000);
  EXPECT_EQ(dataset.train().key(49999), "data_batch_5.bin#9999");
  EXPECT_EQ(dataset.held_out()->size(), 10000);
}

}  // namespace
}  // namespace decant
