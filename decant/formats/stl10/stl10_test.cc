#include "decant/formats/stl10/stl10.h"

#include <gtest/gtest.h>

#include "decant/base/errors.h"
#include "decant/base/test_support.h"
#include "decant/formats/open.h"

namespace decant {
namespace {

namespace fs = std::filesystem;

/// Three planes, column after column.
std::string stored_picture(int number) {
  std::string text;
  for (int c = 0; c < 3; ++c)
    for (int x = 0; x < 96; ++x)
      for (int y = 0; y < 96; ++y) text += static_cast<char>(y + 3 * x + 7 * c + 31 * number);
  return text;
}

fs::path three_pictures(const std::string& name) {
  const fs::path folder = fresh_folder(name);
  fs::create_directories(folder / "stl10_binary");
  write_file(folder / "stl10_binary/train_X.bin", stored_picture(0) + stored_picture(1) + stored_picture(2));
  write_file(folder / "stl10_binary/train_y.bin", "\1\12\4");
  write_file(folder / "stl10_binary/test_X.bin", stored_picture(5));
  write_file(folder / "stl10_binary/test_y.bin", "\2");
  return folder;
}

TEST(Stl10, IsRowsOfPictures) {
  const Dataset dataset = open_dataset(three_pictures("rows").string(), {}, {});
  EXPECT_EQ(dataset.format, "stl10");
  EXPECT_EQ(labels_of(dataset.train()), (std::vector<int32_t>{0, 9, 3}));
  EXPECT_EQ(dataset.classes[3], "cat");
  EXPECT_EQ(dataset.train().key(1), "train_X.bin#1");
  EXPECT_EQ(dataset.held_out()->label(0), 1);
  Image image;
  dataset.train().pictures()->decode(1, image);
  EXPECT_EQ(image.pixels[static_cast<size_t>((9 * 96 + 5) * 3 + 2)], 9 + 15 + 14 + 31);
}

TEST(Stl10, WritesFilesThatItReads) {
  const fs::path folder = three_pictures("subset");
  write_file(folder / "stl10_binary/class_names.txt", "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n");
  const Dataset dataset = open_stl10(folder);
  fs::create_directories(folder / "out");
  const int64_t keep[] = {0, 2};
  EXPECT_EQ(dataset.writer->write(keep, folder / "out"), 2 * 27648 + 2 + 20);
  EXPECT_EQ(read_text(folder / "out/train_X.bin"), stored_picture(0) + stored_picture(2));
  EXPECT_EQ(read_text(folder / "out/train_y.bin"), "\1\4");
  EXPECT_EQ(open_stl10(folder / "out").classes[9], "j");
}

TEST(Stl10, RefusesWhatDoesNotFit) {
  const fs::path folder = three_pictures("bad");
  write_file(folder / "stl10_binary/train_y.bin", "\1\13\4");
  expect_says(message_of([&] { open_stl10(folder); }), {"train_y.bin: byte 1: has label 11"});
  write_file(folder / "stl10_binary/train_y.bin", "\1");
  expect_says(message_of([&] { open_stl10(folder); }), {"holds 1 labels for 3 pictures"});
  write_file(folder / "stl10_binary/train_X.bin", "x");
  expect_says(message_of([&] { open_stl10(folder); }), {"has 1 bytes, which are not whole pictures of 27648"});
  fs::remove(folder / "stl10_binary/train_X.bin");
  EXPECT_FALSE(looks_like_stl10(folder));
  write_file(folder / "train_X.bin", stored_picture(0));
  write_file(folder / "unlabeled_X.bin", "x");
  EXPECT_EQ(open_stl10(folder).oddities.size(), 2u);
}

}  // namespace
}  // namespace decant
