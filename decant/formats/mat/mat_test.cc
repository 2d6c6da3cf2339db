#include "decant/formats/mat/mat.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include "decant/base/errors.h"
#include "decant/base/test_support.h"
#include "decant/formats/open.h"

namespace decant {
namespace {

namespace fs = std::filesystem;

std::string le(uint64_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i) & 255);
  return text;
}

std::string element(uint32_t type, std::string data) {
  const size_t size = data.size();
  data.append((8 - size % 8) % 8, '\0');
  return le(type, 4) + le(size, 4) + data;
}

/// `kind`: class of the array; `type`: of its stored elements.
std::string matrix(const std::string& name, const std::vector<int>& shape, const std::string& data, uint32_t kind = 9, uint32_t type = 2) {
  std::string lengths;
  for (const int length : shape) lengths += le(static_cast<uint64_t>(length), 4);
  const std::string named =
      le(name.size() << 16 | 1, 4) + name + std::string(4 - name.size(), '\0');  // a small element, as MATLAB writes it
  return element(14, element(6, le(kind, 4) + le(0, 4)) + element(5, lengths) + named + element(type, data));
}

std::string mat_file(const std::string& elements) {
  std::string head = "MATLAB 5.0 MAT-file, Platform: GLNXA64";
  head.resize(124, ' ');
  return head + std::string("\0\1IM", 4) + elements;
}

std::string deflated_element(const std::string& text) {
  std::string out(compressBound(text.size()), '\0');
  uLongf size = out.size();
  compress(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<const Bytef*>(text.data()), text.size());
  return le(15, 4) + le(size, 4) + out.substr(0, size);
}

/// X[y][x][c][n] = (y + 3 x + 7 c + 31 n) mod 256.
std::string digits(int count) {
  std::string data;
  for (int n = 0; n < count; ++n)
    for (int c = 0; c < 3; ++c)
      for (int x = 0; x < 32; ++x)
        for (int y = 0; y < 32; ++y) data += static_cast<char>(y + 3 * x + 7 * c + 31 * n);
  return data;
}

std::string svhn(const std::string& labels) {
  const auto n = static_cast<int>(labels.size());
  return deflated_element(matrix("X", {32, 32, 3, n}, digits(n))) + deflated_element(matrix("y", {n, 1}, labels));
}

std::string mat_fault(const std::string& file) {
  return message_of([&] { parse_mat(as_bytes(file), "m"); });
}

TEST(Svhn, IsRowsOfDigits) {
  const fs::path folder = fresh_folder("svhn");
  write_file(folder / "train_32x32.mat", mat_file(svhn("\1\12\3")));
  write_file(folder / "test_32x32.mat", mat_file(svhn("\5")));
  const Dataset dataset = open_dataset(folder.string(), {}, {});
  EXPECT_EQ(dataset.format, "svhn");
  EXPECT_EQ(labels_of(dataset.train()), (std::vector<int32_t>{1, 0, 3})) << "the digit 0 is stored as 10";
  EXPECT_EQ(dataset.train().key(2), "train_32x32.mat#2");
  EXPECT_EQ(dataset.held_out()->label(0), 5);
  Image image;
  dataset.train().pictures()->decode(2, image);
  for (const auto& [x, y, c] : {std::tuple{0, 0, 0}, {5, 9, 1}, {31, 2, 2}})
    EXPECT_EQ(image.pixels[static_cast<size_t>((y * 32 + x) * 3 + c)], static_cast<uint8_t>(y + 3 * x + 7 * c + 62));
}

TEST(Svhn, WritesFilesThatItReads) {
  const fs::path folder = fresh_folder("subset");
  for (const bool packed : {false, true}) {
    write_file(folder / "train_32x32.mat",
               mat_file(packed ? svhn("\1\12\3") : matrix("X", {32, 32, 3, 3}, digits(3)) + matrix("y", {3, 1}, "\1\12\3")));
    const Dataset dataset = open_svhn(folder / "train_32x32.mat");
    const fs::path out = fresh_folder("out");
    const int64_t keep[] = {1, 2};
    const int64_t written = dataset.writer->write(keep, out);
    EXPECT_EQ(written, static_cast<int64_t>(fs::file_size(out / "train_32x32.mat")));
    EXPECT_EQ(written < 3000, packed);
    const Dataset small = open_svhn(out);
    EXPECT_EQ(labels_of(small.train()), (std::vector<int32_t>{0, 3}));
    std::vector<std::byte> a;
    EXPECT_EQ(as_text(small.train().bytes(0, a)), as_text(dataset.train().bytes(1, a)));
  }
}

TEST(Mat, ReadsNumbersOfEveryType) {
  const auto arrays = parse_mat(
      as_bytes(mat_file(matrix("d", {2, 1}, le(0x3ff0000000000000, 8) + le(0x4000000000000000, 8), 6, 9) +
                        matrix("s", {1, 2}, "\1\2", 6, 2) + matrix("t", {1, 2}, "ab", 4, 2) + matrix("i", {1, 1}, "\xfe\xff", 10, 3))),
      "m");
  ASSERT_EQ(arrays.size(), 3u) << "texts are left out";
  EXPECT_EQ(arrays[0].numbers, (std::vector<double>{1, 2}));
  EXPECT_EQ(arrays[1].numbers, (std::vector<double>{1, 2})) << "a double array stored as bytes";
  EXPECT_EQ(arrays[2].numbers, std::vector<double>{-2});
}

TEST(Mat, RefusesWhatItCannotRead) {
  expect_says(mat_fault("MATLAB 7.3 MAT-file" + std::string(200, ' ')), {"version 7.3", "HDF5", "-v7"});
  expect_says(mat_fault(""), {"no MAT-file of version 5"});
  expect_says(mat_fault(mat_file("").replace(126, 2, "MI")), {"big-endian"});
  const std::string good = mat_file(matrix("y", {2, 1}, "\1\2"));
  EXPECT_EQ(mat_fault(good), "no error");
  expect_says(mat_fault(good.substr(0, good.size() - 9)), {"declares an element", "truncated"});
  expect_says(mat_fault(mat_file(matrix("y", {3, 1}, "\1\2"))), {"array y has other data than its shape says"});
  expect_says(mat_fault(mat_file(matrix("y", {-1, -2}, "\1\2"))), {"than its shape says"});
  const std::string packed = deflated_element(matrix("y", {2, 1}, "\1\2"));
  expect_says(mat_fault(mat_file(le(15, 4) + le(packed.size() - 12, 4) + packed.substr(8, packed.size() - 12))), {"damaged or truncated"});
  const fs::path folder = fresh_folder("misfit");
  write_file(folder / "train_32x32.mat", mat_file(svhn("\1\13")));
  expect_says(message_of([&] { open_svhn(folder); }), {"row 1: its label is not in 0 to 10"});
  write_file(folder / "train_32x32.mat", good);
  expect_says(message_of([&] { open_svhn(folder); }), {"holds no array X"});
}

}  // namespace
}  // namespace decant
