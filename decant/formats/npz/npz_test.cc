#include "decant/formats/npz/npz.h"

#include <cstdlib>
#include <gtest/gtest.h>
#include <numeric>
#include <sys/wait.h>

#include "decant/base/errors.h"
#include "decant/base/test_support.h"
#include "decant/formats/npy/npy.h"
#include "decant/formats/open.h"
#include "decant/formats/zip/zip.h"

namespace decant {
namespace {

namespace fs = std::filesystem;

/// Bytes 0, 1, 2 … of this shape.
std::string byte_array(const std::vector<int64_t>& shape, ElementType type = ElementType::u8) {
  const auto bytes = static_cast<size_t>(std::accumulate(shape.begin(), shape.end(), size_of(type), std::multiplies<>()));
  std::string file = npy_header(type, shape);
  for (size_t i = 0; i < bytes; ++i) file += static_cast<char>(i);
  return file;
}

std::string label_array(const std::vector<int64_t>& labels, bool column = false) {
  const std::vector<int64_t> shape = column ? std::vector<int64_t>{std::ssize(labels), 1} : std::vector<int64_t>{std::ssize(labels)};
  std::string file = npy_header(ElementType::u8, shape);
  for (const int64_t label : labels) file += static_cast<char>(label);
  return file;
}

fs::path archive_of(const std::string& name, const std::vector<std::pair<std::string, std::string>>& arrays,
                    ZipMethod method = ZipMethod::stored) {
  const fs::path path = fresh_path(name);
  ZipWriter writer(path);
  for (const auto& [member, bytes] : arrays) writer.add(member + ".npy", method, as_bytes(bytes));
  writer.commit();
  return path;
}

std::string npz_fault(const fs::path& path) {
  return message_of([&] { open_npz(path); });
}

TEST(Npz, IsRowsOfPicturesInSplits) {
  for (const ZipMethod method : {ZipMethod::stored, ZipMethod::deflated}) {
    const fs::path path = archive_of("mnist.npz",
                                     {{"x_test", byte_array({1, 2, 3})},
                                      {"x_train", byte_array({4, 2, 3})},
                                      {"y_train", label_array({3, 0, 1, 9})},
                                      {"y_test", label_array({7})}},
                                     method);
    ASSERT_TRUE(looks_like_npz(path));
    const Dataset dataset = open_dataset(path.string(), {}, {});
    EXPECT_EQ(dataset.format, "npz");
    EXPECT_EQ(labels_of(dataset.train()), (std::vector<int32_t>{3, 0, 1, 9}));
    EXPECT_EQ(dataset.train().key(2), "x_train#2");
    EXPECT_EQ(dataset.train().pictures()->fixed_size(), (ImageSize{3, 2, 1}));
    EXPECT_EQ(dataset.held_out()->label(0), 7);
    Image image;
    dataset.train().pictures()->decode(1, image);
    EXPECT_EQ(image.pixels, (std::vector<uint8_t>{6, 7, 8, 9, 10, 11}));

    const fs::path out = fresh_folder("out");
    const int64_t keep[] = {0, 3};
    const int64_t written = dataset.writer->write(keep, out);
    EXPECT_EQ(written, static_cast<int64_t>(fs::file_size(out / "mnist.npz")));
    const Dataset small = open_npz(out / "mnist.npz");
    EXPECT_EQ(labels_of(small.train()), (std::vector<int32_t>{3, 9}));
    std::vector<std::byte> scratch;
    EXPECT_EQ(std::to_integer<int>(small.train().bytes(1, scratch)[0]), 18);
    const std::string file = read_text(out / "mnist.npz");
    EXPECT_EQ(zip_members(as_bytes(file), "z")[0].method, method);
  }
}

TEST(Npz, TakesMedMnistsNamesAndColourInEitherOrder) {
  const fs::path path = archive_of("pathmnist.npz", {{"train_images", byte_array({2, 4, 5, 3})},
                                                     {"train_labels", label_array({1, 8}, true)},
                                                     {"val_images", byte_array({1, 3, 4, 5})},
                                                     {"val_labels", label_array({2}, true)}});
  const Dataset dataset = open_npz(path);
  EXPECT_EQ(labels_of(dataset.train()), (std::vector<int32_t>{1, 8}));
  EXPECT_EQ(dataset.train().pictures()->fixed_size(), (ImageSize{5, 4, 3}));
  Image image;
  dataset.splits.at(Split::validation)->pictures()->decode(0, image);
  EXPECT_EQ(image.size, (ImageSize{5, 4, 3}));
  EXPECT_EQ(image.pixels[4], 21) << "green of the second pixel: plane 1, place 1";
}

TEST(Npz, RefusesWhatHoldsNoPictures) {
  expect_says(npz_fault(archive_of("a.npz", {{"weights", byte_array({2, 2})}})),
              {"holds no pictures to train on; it holds weights", "np.savez"});
  expect_says(npz_fault(archive_of("b.npz", {{"x_train", byte_array({2, 4}, ElementType::f32)}})),
              {"x_train", "is not an array of pictures", "np.save"});
  expect_says(npz_fault(archive_of("c.npz", {{"x_train", byte_array({2, 2, 2})}, {"y_train", label_array({1})}})),
              {"1 labels for 2 pictures"});
  expect_says(npz_fault(archive_of("d.npz", {{"x_train", byte_array({0, 2, 2})}})), {"is not an array of pictures"});
  std::string objects = byte_array({1});
  objects.replace(objects.find("|u1"), 3, "|O ");
  objects.replace(objects.find("|O '"), 4, "|O' ");
  expect_says(npz_fault(archive_of("e.npz", {{"x_train", objects}})), {"x_train", "Python objects"});
  expect_says(npz_fault(archive_of("f.npz", {{"x_train", "no array"}})), {"x_train", "not a .npy file"});
  const fs::path path = fresh_path("g.npz");
  write_file(path, "no zip");
  expect_says(npz_fault(path), {"is no whole zip archive"});
}

TEST(Npz, SaysWhenLabelsAreNotOneClass) {
  const Dataset dataset =
      open_npz(archive_of("chest.npz", {{"train_images", byte_array({2, 3, 3})}, {"train_labels", byte_array({2, 14})}}));
  EXPECT_EQ(dataset.train().targets(), nullptr);
  ASSERT_EQ(dataset.oddities.size(), 1u);
  expect_says(dataset.oddities[0].what, {"train_labels.npy holds 14 numbers per picture", "unlabelled"});
}

TEST(NpyPictures, TakeTheLabelsNextToThem) {
  const fs::path folder = fresh_folder("CIFAR-10-C");
  write_file(folder / "fog.npy", byte_array({3, 2, 2, 3}));
  write_file(folder / "labels.npy", label_array({5, 4, 3}));
  const Dataset dataset = open_dataset((folder / "fog.npy").string(), {}, {});
  EXPECT_EQ(dataset.format, "npy-pictures");
  EXPECT_EQ(labels_of(dataset.train()), (std::vector<int32_t>{5, 4, 3}));
  EXPECT_EQ(dataset.train().key(1), "fog.npy#1");
  const fs::path out = fresh_folder("out");
  const int64_t keep[] = {0, 2};
  dataset.writer->write(keep, out);
  const Dataset small = open_dataset((out / "fog.npy").string(), {}, {});
  EXPECT_EQ(labels_of(small.train()), (std::vector<int32_t>{5, 3}));
  EXPECT_EQ(read_text(out / "labels.npy"), label_array({5, 3}));
  write_file(folder / "labels.npy", label_array({5}));
  const Dataset unlabelled = open_dataset((folder / "fog.npy").string(), {}, {});
  ASSERT_EQ(unlabelled.oddities.size(), 1u);
  expect_says(unlabelled.oddities[0].what, {"does not hold 3 labels"});
  write_file(folder / "given.npy", label_array({0, 1, 0}));
  EXPECT_EQ(labels_of(open_dataset((folder / "fog.npy").string(), {.labels = folder / "given.npy"}, {}).train()),
            (std::vector<int32_t>{0, 1, 0}));
}

TEST(NpyPictures, LeaveMatricesToTheReaderOfFeatures) {
  const fs::path path = fresh_path("a.NPY");
  write_file(path, byte_array({2, 3}, ElementType::f32));
  EXPECT_FALSE(looks_like_npy_pictures(path));
  EXPECT_EQ(open_dataset(path.string(), {}, {}).format, "npy");
}

TEST(Npz, IsNumPys) {
  const fs::path folder = fresh_folder("numpy");
  write_file(folder / "make.py", R"(import os, sys
try: import numpy as np
except ImportError: sys.exit(77)
os.chdir(sys.argv[1])
x = np.arange(5 * 28 * 28, dtype=np.uint32).astype(np.uint8).reshape(5, 28, 28); y = np.array([4, 3, 2, 1, 0])
if sys.argv[2] == "make":
    np.savez("stored.npz", x_train=x, y_train=y); np.savez_compressed("small.npz", x_train=x, y_train=y)
else:
    for name in ("stored.npz", "small.npz"):
        with np.load("out/" + name) as got:
            assert (got["x_train"] == x[[1, 4]]).all() and (got["y_train"] == y[[1, 4]]).all() and got["y_train"].dtype == y.dtype, name
)");
  const auto run = [&](const std::string& step) {
    const std::string command = "\"${DECANT_PYTHON:-python3}\" '" + (folder / "make.py").string() + "' '" + folder.string() + "' " + step +
                                " 2> '" + (folder / "errors").string() + "'";
    const int status = std::system(command.c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  };
  const int made = run("make");
  if (made == 77 || made == 126 || made == 127) GTEST_SKIP() << "needs python3, or another Python in DECANT_PYTHON, with NumPy";
  ASSERT_EQ(made, 0) << read_text(folder / "errors");
  fs::create_directories(folder / "out");
  const int64_t keep[] = {1, 4};
  for (const char* name : {"stored.npz", "small.npz"}) {
    const Dataset dataset = open_npz(folder / name);
    EXPECT_EQ(labels_of(dataset.train()), (std::vector<int32_t>{4, 3, 2, 1, 0}));
    dataset.writer->write(keep, folder / "out");
  }
  EXPECT_EQ(run("check"), 0) << read_text(folder / "errors");
}

}  // namespace
}  // namespace decant
