#include "decant/formats/raw_files.h"

#include <gtest/gtest.h>
#include <numeric>

#include "decant/base/test_support.h"
#include "decant/data/test_rows.h"
#include "decant/formats/cifar/cifar.h"
#include "decant/formats/idx/idx.h"
#include "decant/formats/idx/idx_file_writer.h"
#include "decant/formats/packed/packed.h"
#include "decant/formats/packed/packed_codec.h"
#include "decant/formats/packed/pictures_for_tests.h"

namespace decant {
namespace {

namespace fs = std::filesystem;
using packed::MaskedRows;
using packed::photo_like;

/// Records of CIFAR-10 with some label and a picture of its own each.
std::string batch_text(int records, uint64_t first) {
  std::string text;
  for (int i = 0; i < records; ++i) {
    text += static_cast<char>(i % 10);
    const Image image = photo_like({3 * kCifarPixels, 1, 1}, first + static_cast<uint64_t>(i));
    text += as_text(std::as_bytes(std::span(image.pixels)));
  }
  return text;
}

fs::path cifar_folder(const std::string& name, const std::string& home) {
  const fs::path folder = fresh_folder(name);
  fs::create_directories(folder / home);
  for (const int batch : {1, 2, 11})
    write_file(folder / home / fmt::format("data_batch_{}.bin", batch), batch_text(4 + batch, 100 * static_cast<uint64_t>(batch)));
  return folder;
}

/// Training rows of `source`, packed and opened again.
Dataset packed_from(const Dataset& source, std::span<const int64_t> rows, const std::string& name) {
  const fs::path folder = fresh_folder(name);
  write_packed(source.train(), rows, source.classes, folder / "train.packed");
  return open_packed(folder);
}

fs::path raw_again(const std::string& format, const Dataset& dataset, const std::string& name) {
  const fs::path folder = fresh_folder(name);
  const int64_t bytes = write_raw_files(format, dataset, all_rows_of(dataset.train()), folder);
  int64_t found = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    found += entry.is_regular_file() ? static_cast<int64_t>(entry.file_size()) : 0;
  EXPECT_EQ(bytes, found);
  return folder;
}

TEST(RawFiles, CifarComesBackBitForBit) {
  for (const std::string home : {"", "cifar-10-batches-bin"}) {
    const fs::path folder = cifar_folder("cifar" + home, home);
    const Dataset source = open_cifar(folder);
    const fs::path back = raw_again("cifar10", packed_from(source, all_rows_of(source.train()), "packed"), "back");
    for (const char* file : {"data_batch_1.bin", "data_batch_2.bin", "data_batch_11.bin"})
      EXPECT_EQ(read_text(back / home / file), read_text(folder / home / file)) << file;
    EXPECT_EQ(keys_of(open_cifar(back).train()), keys_of(source.train()));
    EXPECT_FALSE(fs::exists(back / home / "batches.meta.txt"));
  }
}

TEST(RawFiles, ASubsetIsWhatTheFormatsOwnWriterLeaves) {
  const Dataset source = open_cifar(cifar_folder("subset", ""));
  const std::vector<int64_t> some = {0, 3, 4, 7, 12, 20};
  const fs::path expected = fresh_folder("subset_expected");
  source.writer->write(some, expected);
  const fs::path back = raw_again("cifar10", packed_from(source, some, "subset_packed"), "subset_back");
  for (const char* file : {"data_batch_1.bin", "data_batch_2.bin", "data_batch_11.bin"})
    EXPECT_EQ(read_text(back / file), read_text(expected / file)) << file;
}

TEST(RawFiles, ClassesWithNamesOfTheirOwnKeepThem) {
  const fs::path folder = cifar_folder("names", "");
  std::string names;
  for (int i = 0; i < 10; ++i) names += fmt::format("kind {}\n", i);
  write_file(folder / "batches.meta.txt", names);
  const Dataset source = open_cifar(folder);
  const fs::path back = raw_again("cifar10", packed_from(source, all_rows_of(source.train()), "names_packed"), "names_back");
  EXPECT_EQ(read_text(back / "batches.meta.txt"), names);
}

TEST(RawFiles, ADroppedCellIsItsMeanColour) {
  std::vector<MaskedRows::Row> rows{{photo_like({32, 32, 3}, 1), packed::random_mask({32, 32, 3}, 8, 3, 1), 4, "data_batch_1.bin#7"}};
  Image expected = rows[0].image;
  packed::flatten_dropped(*rows[0].mask, expected);
  Dataset source;
  source.splits[Split::train] = std::make_shared<MaskedRows>(rows);
  const int64_t only[] = {0};
  const Dataset back = open_cifar(raw_again("cifar10", packed_from(source, only, "dropped_packed"), "dropped_back"));
  Image image;
  back.train().pictures()->decode(0, image);
  EXPECT_EQ(image.pixels, expected.pixels);
  EXPECT_EQ(back.train().label(0), 4);
}

/// IDX files of 5 pictures of 7 × 4, with or without labels.
fs::path idx_folder(const std::string& name, const std::string& images, const std::string& labels, bool gzip) {
  const fs::path folder = fresh_folder(name);
  IdxFileWriter pictures(folder / images, {5, 4, 7}, gzip);
  for (uint64_t i = 0; i < 5; ++i) {
    const Image image = photo_like({7, 4, 1}, i);
    pictures.write(std::as_bytes(std::span(image.pixels)));
  }
  pictures.commit();
  if (labels.empty()) return folder;
  IdxFileWriter numbers(folder / labels, {5}, gzip);
  numbers.write(as_bytes(std::string("\3\0\377\1\2", 5)));
  numbers.commit();
  return folder;
}

TEST(RawFiles, IdxComesBackBitForBit) {
  for (const auto& [images, labels, gzip] : {std::tuple{"train-images-idx3-ubyte", "train-labels-idx1-ubyte", false},
                                             {"emnist-train-images.idx3-ubyte.gz", "emnist-train-labels.idx1-ubyte.gz", true},
                                             {"train-images-idx3-ubyte", "", false}}) {
    const fs::path folder = idx_folder("idx", images, labels, gzip);
    const Dataset source = open_idx(folder);
    const fs::path back = raw_again("idx", packed_from(source, all_rows_of(source.train()), "idx_packed"), "idx_back");
    EXPECT_EQ(read_text(back / images), read_text(folder / images)) << "gzip bytes, too: the same zlib wrote both";
    const bool labelled = *labels != '\0';
    EXPECT_EQ(std::distance(fs::directory_iterator(back), {}), labelled ? 2 : 1);
    if (labelled) {
      EXPECT_EQ(read_text(back / labels), read_text(folder / labels));
    }
  }
}

std::string raw_fault(const std::string& format, std::vector<MaskedRows::Row> rows) {
  Dataset dataset;
  dataset.splits[Split::train] = std::make_shared<MaskedRows>(std::move(rows));
  std::vector<int64_t> all(static_cast<size_t>(dataset.train().size()));
  std::iota(all.begin(), all.end(), 0);
  const fs::path folder = fresh_folder("fault");
  return message_of([&] { write_raw_files(format, dataset, all, folder); });
}

TEST(RawFiles, RefusesWhatDidNotComeFromSuchFiles) {
  const auto cifar = [](const std::string& key, ImageSize size = {32, 32, 3}, int32_t label = 1) {
    return MaskedRows::Row{photo_like(size, 1), std::nullopt, label, key};
  };
  for (const char* key : {"../data_batch_1.bin#0", "/etc/data_batch_1.bin#0", "x/cifar-10-batches-bin/data_batch_1.bin#0",
                          "train/cat/1.png", "data_batch_01.bin#0"})
    expect_says(raw_fault("cifar10", {cifar(key)}), {key, "did not come from a file of CIFAR-10", "imagefolder"});
  const std::string good = "data_batch_1.bin#0";
  expect_says(raw_fault("cifar10", {cifar(good, {32, 31, 3})}), {good, "is 32×31×3", "32×32×3"});
  expect_says(raw_fault("cifar10", {cifar(good, {32, 32, 3}, kNoLabel)}), {good, "has no label"});
  expect_says(raw_fault("cifar10", {cifar(good, {32, 32, 3}, 10)}), {good, "label 10", "0 to 9"});
  expect_says(raw_fault("cifar10", {cifar("data_batch_2.bin#0"), cifar(good), cifar("data_batch_2.bin#1")}),
              {"data_batch_2.bin#1", "rows lie between"});

  const auto grey = [](const std::string& key, int32_t label = 1, ImageSize size = {4, 4, 1}) {
    return MaskedRows::Row{photo_like(size, 1), std::nullopt, label, key};
  };
  const std::string file = "train-images-idx3-ubyte#";
  expect_says(raw_fault("idx", {grey("../train-images-idx3-ubyte#0")}), {"did not come from an IDX file"});
  expect_says(raw_fault("idx", {grey("t10k-images-idx3-ubyte#0")}), {"did not come from an IDX file"});
  expect_says(raw_fault("idx", {grey(file + "0"), grey("a-train-images-idx3-ubyte#0")}), {"came from another file"});
  expect_says(raw_fault("idx", {grey(file + "0"), grey(file + "1", kNoLabel)}), {file + "1", "has no label, but others do"});
  expect_says(raw_fault("idx", {grey(file + "0"), grey(file + "1", 1, {4, 5, 1})}), {file + "1", "is 4×5×1"});
  expect_says(raw_fault("idx", {grey(file + "0", 1, {4, 4, 3})}), {"in colour"});
  expect_says(raw_fault("idx", {grey(file + "0", 256)}), {"label 256"});
}

}  // namespace
}  // namespace decant
