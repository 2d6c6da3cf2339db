#include "decant/formats/idx/idx.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <gtest/gtest.h>
#include <zlib.h>

#include "decant/base/digest.h"
#include "decant/base/errors.h"
#include "decant/base/test_support.h"

namespace decant {
namespace {

namespace fs = std::filesystem;

std::string idx(std::vector<uint32_t> shape, const std::string& data) {
  std::string file = {0, 0, 8, static_cast<char>(shape.size())};
  for (const uint32_t length : shape) {
    for (const int shift : {24, 16, 8, 0}) file += static_cast<char>(length >> shift & 255);
  }
  return file + data;
}

std::string gzip(const std::string& text) {
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string idx_fault(const std::string& file, int axes = 3) {
  return message_of([&] { parse_idx(as_bytes(file), axes, "a"); });
}

const std::string kIdxImages = idx({3, 1, 2}, "aabbcc");
const std::string kIdxLabels = idx({3}, std::string("\0\2\1", 3));

fs::path small_folder(const std::string& name) {
  const fs::path folder = fresh_folder(name);
  write_file(folder / "train-images-idx3-ubyte", kIdxImages);
  write_file(folder / "train-labels-idx1-ubyte", kIdxLabels);
  return folder;
}

/// QMNIST's labels: eight numbers for each picture, the class first.
std::string qmnist_labels(const std::vector<int32_t>& classes) {
  std::string file = {0, 0, 0x0c, 2};
  const auto put = [&](uint32_t value) {
    for (const int shift : {24, 16, 8, 0}) file += static_cast<char>(value >> shift & 255);
  };
  put(static_cast<uint32_t>(classes.size()));
  put(8);
  for (const int32_t label : classes) {
    for (uint32_t column = 0; column < 8; ++column) put(column == 0 ? static_cast<uint32_t>(label) : 1000 + column);
  }
  return file;
}

TEST(Idx, ReadsLabelsOfQmnistAndWritesThem) {
  const fs::path folder = fresh_folder("qmnist");
  write_file(folder / "qmnist-train-images-idx3-ubyte", kIdxImages);
  write_file(folder / "qmnist-train-labels-idx2-int.gz", gzip(qmnist_labels({3, 0, 300})));
  const Dataset dataset = open_idx(folder);
  EXPECT_EQ(labels_of(dataset.train()), (std::vector<int32_t>{3, 0, 300}));
  fs::create_directories(folder / "out");
  dataset.writer->write(std::vector<int64_t>{0, 2}, folder / "out");
  EXPECT_EQ(labels_of(open_idx(folder / "out").train()), (std::vector<int32_t>{3, 300}));
  const MappedFile written(folder / "out/qmnist-train-labels-idx2-int.gz");
  const IdxArray array = parse_idx(written.bytes(), 2, "labels", IdxElement::i32);
  EXPECT_EQ(as_text(array.data), qmnist_labels({3, 300}).substr(12)) << "all eight numbers";

  const auto fault = [&](const std::string& file) {
    write_file(folder / "qmnist-train-labels-idx2-int.gz", file);
    return message_of([&] { open_idx(folder); });
  };
  expect_says(fault(qmnist_labels({3, -1, 0})), {"row 1: holds -1, which is no class number"});
  expect_says(fault(qmnist_labels({3, 1})), {"holds 2 labels", "3 pictures"});
  expect_says(fault(idx({3, 8}, std::string(24, 'x'))), {"byte 2", "only 32-bit integers (0x0c)"});
  expect_says(fault(std::string("\0\0\x0c\2\0\0\0\3\0\0\0\0", 12)), {"rows without numbers"});
}

TEST(IdxFile, RefusesWhatIsNoIdx) {
  expect_says(idx_fault(""), {"a: byte 0: is empty"});
  expect_says(idx_fault("ab"), {"too short"});
  expect_says(idx_fault("PK\3\4"), {"byte 0: is not an IDX file"});
  expect_says(idx_fault(std::string("\0\0\x0d\3", 4)), {"byte 2", "type 0x0d"});
  expect_says(idx_fault(kIdxLabels), {"byte 3: has 1 axes where 3 are expected", "swapped"});
  expect_says(idx_fault(kIdxImages.substr(0, 10)), {"byte 10: ends inside its header"});
}

TEST(IdxFile, RefusesSizesThatDoNotMatch) {
  expect_says(idx_fault(idx({3, 1, 2}, "aabbc")), {"declares 6 bytes, but 5 follow", "truncated"});
  expect_says(idx_fault(idx({3, 1, 2}, "aabbccd")), {"declares 6 bytes, but 7 follow"});
  expect_says(idx_fault(idx({~0u, ~0u, ~0u}, "")), {"byte 4", "overflows 64 bits"});
  expect_says(idx_fault(gzip(idx({3, 1, 2}, "aabbc"))), {"declares 6 bytes, but 5 follow"});
}

TEST(IdxFile, InflatesNoMoreThanPromised) {
  const std::string bomb = gzip(idx({3, 1, 2}, std::string(50'000'000, 'x')));
  expect_says(idx_fault(bomb), {"declares 6 bytes, but at least 7 follow"});
  // A promise of 15 TB backed by nothing: refused for what is missing, not for memory.
  expect_says(idx_fault(gzip(idx({60000, 16000, 16000}, "x"))), {"declares 15360000000000 bytes, but 1 follow"});
}

TEST(IdxFile, RefusesDamagedGzip) {
  const std::string good = gzip(kIdxImages);
  EXPECT_EQ(idx_fault(good), "no error");
  EXPECT_EQ(idx_fault(gzip(kIdxImages.substr(0, 7)) + gzip(kIdxImages.substr(7))), "no error") << "two members";
  expect_says(idx_fault(good.substr(0, good.size() - 1)), {"gzip data are truncated"});
  expect_says(idx_fault(good.substr(0, 2)), {"gzip data are truncated"});
  expect_says(idx_fault(good + "x"), {"gzip data are"});
  std::string wrong_sum = good;
  wrong_sum[wrong_sum.size() - 8] ^= 1;
  expect_says(idx_fault(wrong_sum), {"gzip data are damaged (incorrect data check)"});
}

TEST(Idx, IsRowsOfGreyPictures) {
  const fs::path folder = small_folder("rows");
  write_file(folder / "t10k-images.idx3-ubyte.gz", gzip(idx({1, 1, 2}, "zz")));
  write_file(folder / "t10k-labels.idx1-ubyte.gz", gzip(idx({1}, "\5")));
  ASSERT_TRUE(looks_like_idx(folder));
  const Dataset dataset = open_idx(folder);
  EXPECT_EQ(dataset.format, "idx");
  EXPECT_TRUE(dataset.oddities.empty());
  const Rows& train = dataset.train();
  EXPECT_EQ(train.size(), 3);
  EXPECT_EQ(train.key(2), "train-images-idx3-ubyte#2");
  EXPECT_EQ(labels_of(train), (std::vector<int32_t>{0, 2, 1}));
  EXPECT_EQ(train.pictures()->fixed_size(), (ImageSize{2, 1, 1}));
  EXPECT_EQ(train.stored_bytes(), static_cast<int64_t>(kIdxImages.size() + kIdxLabels.size()));
  std::vector<std::byte> scratch;
  EXPECT_EQ(as_text(train.bytes(1, scratch)), "bb");
  Image image;
  train.pictures()->decode(2, image);
  EXPECT_EQ(image.pixels, (std::vector<uint8_t>{'c', 'c'}));
  const Rows& test = *dataset.splits.at(Split::test);
  EXPECT_EQ(test.key(0), "t10k-images.idx3-ubyte.gz#0");
  EXPECT_EQ(test.label(0), 5);
  EXPECT_EQ(as_text(test.bytes(0, scratch)), "zz");
}

TEST(Idx, TakesPrefixesAndTestNames) {
  const fs::path folder = fresh_folder("prefix");
  write_file(folder / "emnist-letters-train-images-idx3-ubyte.gz", gzip(kIdxImages));
  write_file(folder / "emnist-letters-train-labels-idx1-ubyte.gz", gzip(kIdxLabels));
  write_file(folder / "emnist-letters-test-images-idx3-ubyte.gz", gzip(kIdxImages));
  write_file(folder / "emnist-letters-test-labels-idx1-ubyte.gz", gzip(kIdxLabels));
  EXPECT_EQ(open_idx(folder).splits.size(), 2u);
  write_file(folder / "emnist-mnist-train-images-idx3-ubyte.gz", gzip(kIdxImages));
  expect_says(message_of([&] { open_idx(folder); }), {"holds 2 IDX data sets ('emnist-letters-' and 'emnist-mnist-'", "its own folder"});
}

TEST(Idx, TellsGzipByItsBytes) {
  const fs::path folder = fresh_folder("bytes");
  write_file(folder / "train-images-idx3-ubyte", gzip(kIdxImages));
  write_file(folder / "train-labels-idx1-ubyte.gz", kIdxLabels);
  const Dataset dataset = open_idx(folder);
  EXPECT_EQ(labels_of(dataset.train()), (std::vector<int32_t>{0, 2, 1}));
  fs::create_directories(folder / "out");
  const int64_t keep[] = {2};
  dataset.writer->write(keep, folder / "out");
  EXPECT_EQ(read_text(folder / "out/train-images-idx3-ubyte").substr(0, 2), "\x1f\x8b") << "stored as it came";
  EXPECT_EQ(read_text(folder / "out/train-labels-idx1-ubyte.gz"), idx({1}, "\1"));
}

TEST(Idx, IsFoundFromTorchvisionsRoot) {
  const fs::path root = fresh_folder("root");
  for (const char* file : {"train-images-idx3-ubyte", "train-labels-idx1-ubyte"}) {
    fs::create_directories(root / "FashionMNIST/raw");
    write_file(root / "FashionMNIST/raw" / file, file[6] == 'i' ? kIdxImages : kIdxLabels);
  }
  for (const fs::path& folder : {root, root / "FashionMNIST", root / "FashionMNIST/raw"}) {
    ASSERT_TRUE(looks_like_idx(folder)) << folder;
    const Dataset dataset = open_idx(folder);
    EXPECT_EQ(dataset.root, folder);
    EXPECT_EQ(dataset.train().key(2), "train-images-idx3-ubyte#2");
  }
  fs::create_directories(root / "MNIST/raw");
  write_file(root / "MNIST/raw/train-images-idx3-ubyte", kIdxImages);
  expect_says(message_of([&] { open_idx(root); }), {"holds several data sets of IDX files", "MNIST/raw"});
}

TEST(Idx, SaysWhatIsOdd) {
  const fs::path folder = small_folder("odd");
  write_file(folder / "train-images-idx3-ubyte.gz", gzip(kIdxImages));
  const Dataset twice = open_idx(folder);
  ASSERT_EQ(twice.oddities.size(), 1u);
  EXPECT_EQ(twice.oddities[0].place, (folder / "train-images-idx3-ubyte.gz").string());
  EXPECT_EQ(twice.oddities[0].what, "is ignored, because train-images-idx3-ubyte is here too");
  fs::remove(folder / "train-images-idx3-ubyte.gz");
  fs::remove(folder / "train-labels-idx1-ubyte");
  const Dataset unlabelled = open_idx(folder);
  ASSERT_EQ(unlabelled.oddities.size(), 1u);
  expect_says(unlabelled.oddities[0].what, {"train-images-idx3-ubyte has no labels", "unlabelled"});
  EXPECT_EQ(unlabelled.train().label(0), kNoLabel);
}

TEST(Idx, RefusesFoldersThatDoNotFit) {
  const fs::path folder = fresh_folder("misfit");
  EXPECT_FALSE(looks_like_idx(folder));
  EXPECT_FALSE(looks_like_idx(folder / "absent"));
  write_file(folder / "t10k-images-idx3-ubyte", kIdxImages);
  expect_says(message_of([&] { open_idx(folder); }), {"holds no train-images-idx3-ubyte"});
  write_file(folder / "train-images-idx3-ubyte", kIdxImages);
  write_file(folder / "train-labels-idx1-ubyte", idx({2}, "\1\2"));
  expect_says(message_of([&] { open_idx(folder); }), {"holds 2 labels, but train-images-idx3-ubyte holds 3 pictures"});
  write_file(folder / "train-images-idx3-ubyte", idx({0, 28, 28}, ""));
  expect_says(message_of([&] { open_idx(folder); }), {"byte 4: holds 0 pictures of 28 x 28"});
  write_file(folder / "train-images-idx3-ubyte", idx({0, 70000, 70000}, ""));
  expect_says(message_of([&] { open_idx(folder); }), {"holds 0 pictures"});
}

TEST(Idx, WritesSubsetsAsTheyCame) {
  const fs::path folder = fresh_folder("subset");
  write_file(folder / "train-images-idx3-ubyte", kIdxImages);
  write_file(folder / "train-labels-idx1-ubyte.gz", gzip(kIdxLabels));
  const Dataset dataset = open_idx(folder);
  const int64_t keep[] = {0, 2};
  int64_t written = 0;
  for (const char* out : {"out", "again"}) {
    fs::create_directories(folder / out);
    written = dataset.writer->write(keep, folder / out);
  }
  EXPECT_EQ(read_text(folder / "out/train-images-idx3-ubyte"), idx({2, 1, 2}, "aacc"));
  const std::string labels = read_text(folder / "out/train-labels-idx1-ubyte.gz");
  EXPECT_EQ(labels, read_text(folder / "again/train-labels-idx1-ubyte.gz"));
  EXPECT_EQ(labels.substr(4, 4), std::string(4, '\0')) << "no time in the gzip header";
  EXPECT_EQ(written, static_cast<int64_t>(20 + labels.size()));
  EXPECT_EQ(labels_of(open_idx(folder / "out").train()), (std::vector<int32_t>{0, 1}));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder / "out"), fs::directory_iterator()), 2);
}

TEST(IdxReal, FashionMnist) {
  const char* data = std::getenv("DECANT_DATA");
  const fs::path folder = fs::path(data != nullptr ? data : "build/data") / "fashion_mnist";
  if (!fs::is_directory(folder)) GTEST_SKIP() << folder << " is not here (bench/data.sh unpacks it)";
  const Dataset dataset = open_idx(folder);
  for (const auto& [split, rows] : dataset.splits) {
    const auto labels = labels_of(*rows);
    for (int32_t label = 0; label < 10; ++label)
      EXPECT_EQ(std::ranges::count(labels, label), rows->size() / 10) << name_of(split) << " " << label;
  }
  EXPECT_EQ(dataset.train().size(), 60000);
  EXPECT_EQ(dataset.train().pictures()->fixed_size(), (ImageSize{28, 28, 1}));
}

}  // namespace
}  // namespace decant
