#include "decant/formats/npy/npy.h"

#include <bit>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include "decant/base/errors.h"
#include "decant/base/test_support.h"
#include "decant/formats/npy/npy_labels.h"

namespace decant {
namespace {

namespace fs = std::filesystem;

std::string npy_of(const std::string& dictionary, const std::string& data) {
  std::string text("\x93NUMPY\x01\x00", 8);
  text += static_cast<char>(dictionary.size() & 255);
  text += static_cast<char>(dictionary.size() >> 8);
  return text + dictionary + data;
}

std::string dictionary_of(const std::string& descr, const std::string& shape, const std::string& order = "False") {
  return "{'descr': '" + descr + "', 'fortran_order': " + order + ", 'shape': " + shape + ", }\n";
}

template <class T>
std::string raw(std::vector<T> values) {
  return std::string(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
}

std::string npy_fault(const std::string& file) {
  return message_of([&] { parse_npy(as_bytes(file), "a.npy"); });
}

TEST(NpyHeader, IsByteForByteWhatNumpyWrites) {
  // From numpy 1.24: np.save(f, np.zeros((1200, 256), '<f4')) and three more.
  const auto expected = [](const std::string& dictionary, size_t total) {
    std::string text("\x93NUMPY\x01\x00", 8);
    text += static_cast<char>((total - 10) & 255);
    text += static_cast<char>((total - 10) >> 8);
    text += dictionary;
    text.resize(total - 1, ' ');
    return text + "\n";
  };
  const auto header = [](ElementType type, std::vector<int64_t> shape) { return npy_header(type, shape); };
  EXPECT_EQ(header(ElementType::f32, {1200, 256}), expected("{'descr': '<f4', 'fortran_order': False, 'shape': (1200, 256), }", 128));
  EXPECT_EQ(header(ElementType::i64, {0}), expected("{'descr': '<i8', 'fortran_order': False, 'shape': (0,), }", 128));
  EXPECT_EQ(header(ElementType::u8, {}), expected("{'descr': '|u1', 'fortran_order': False, 'shape': (), }", 128));
  EXPECT_EQ(header(ElementType::f64, {5, 100000000000000, 1000000000, 1000000000}),  // aligned already: 64 blanks more
            expected("{'descr': '<f8', 'fortran_order': False, 'shape': (5, 100000000000000, 1000000000, 1000000000), }", 192));
}

TEST(Npy, ReadsVersionsOneToThree) {
  const std::string dictionary = dictionary_of("<i2", "(2, 3)");
  const std::string data = raw<int16_t>({1, 2, 3, 4, 5, 6});
  for (const char version : {'\1', '\2', '\3'}) {
    std::string file = npy_of(dictionary, data);
    file[6] = version;
    if (version > 1) file.insert(10, 2, '\0');
    const NpyArray array = parse_npy(as_bytes(file), "a.npy");
    EXPECT_EQ(array.type, ElementType::i16);
    EXPECT_EQ(array.shape, (std::vector<int64_t>{2, 3}));
    EXPECT_EQ(as_text(array.row(1)), data.substr(6));
  }
}

TEST(Npy, ReadsWhatOldAndForeignWritersWrite) {
  const std::string data = raw<float>({1, 2});
  EXPECT_EQ(npy_fault(npy_of("{\"shape\":(2L,),\"fortran_order\":True,\"descr\":\"<f4\"}", data)), "no error");
  EXPECT_EQ(npy_fault(npy_of(dictionary_of("|u1", "()"), "x")), "no error");
  EXPECT_EQ(npy_fault(npy_of(dictionary_of("<f4", "(0, 1152921504606846976)"), "")), "no error");
}

TEST(Npy, RefusesWhatIsNoArray) {
  expect_says(npy_fault(""), {"a.npy: byte 0: is empty"});
  expect_says(npy_fault("PK\3\4 a zip file, say"), {"byte 0: is not a .npy file", "numpy.save"});
  expect_says(npy_fault("\x93NUMPY\x01"), {"byte 7: ends inside"});
  std::string ninth = npy_of(dictionary_of("<f4", "(0,)"), "");
  ninth[6] = 9;
  expect_says(npy_fault(ninth), {"byte 6: is .npy version 9"});
  std::string cut = npy_of(dictionary_of("<f4", "(0,)"), "");
  cut.resize(30);
  expect_says(npy_fault(cut), {"byte 8: declares a header of", "20 follow", "truncated"});
}

TEST(Npy, RefusesHeadersThatDoNotParse) {
  const auto fault = [](const std::string& dictionary) { return npy_fault(npy_of(dictionary, "")); };
  expect_says(fault("{'descr': '<f4', 'shape': (0,)}"), {"lacks one of 'descr', 'fortran_order', 'shape'"});
  expect_says(fault("{'descr': '<f4', 'descr': '<f4'}"), {"names a key twice"});
  expect_says(fault("{'other': 1}"), {"byte 19", "has a key other than"});
  expect_says(fault("{'descr': '<f4"), {"unterminated string"});
  expect_says(fault("{'descr' '<f4'}"), {"expects ':'"});
  expect_says(fault("{'shape': (1 2)}"), {"expects ','"});
  expect_says(fault("{'shape': (1"), {"expects ','"});
  expect_says(fault("{'shape': (x,)}"), {"expects a number"});
  expect_says(fault("{'fortran_order': 1}"), {"expects True or False"});
  expect_says(fault("{'descr': [('x', '<f4'}"), {"unterminated list"});
  expect_says(fault(dictionary_of("<f4", "(0,)") + "x"), {"continues after"});
  expect_says(fault(""), {"expects '{'"});
}

TEST(Npy, RefusesForgedShapes) {
  const auto fault = [](const std::string& shape, size_t bytes) {
    return npy_fault(npy_of(dictionary_of("<f4", shape), std::string(bytes, 'x')));
  };
  expect_says(fault("(-1, 4)", 0), {"negative length"});
  expect_says(fault("(99999999999999999999,)", 0), {"beyond 64 bits"});
  expect_says(fault("(4294967296, 4294967296)", 16), {"overflows 64 bits"});
  expect_says(fault("(0, 4611686018427387904, 8)", 0), {"overflows 64 bits"});
  expect_says(fault("(1000000000000, 4)", 16), {"(1000000000000, 4) takes 16000000000000 bytes, but 16 follow", "truncated"});
  expect_says(fault("(2, 2)", 17), {"takes 16 bytes, but 17 follow", "more than one array"});
  std::string axes = "(";
  for (int i = 0; i < 33; ++i) axes += "1, ";
  expect_says(fault(axes + ")", 4), {"more than 32 axes"});
}

TEST(Npy, RefusesForeignElementsAndOrders) {
  const auto fault = [](const std::string& descr) { return npy_fault(npy_of(dictionary_of(descr, "(1,)"), "12345678")); };
  expect_says(fault(">f8"), {"big-endian ('>f8')", "a.astype('<f8')"});
  expect_says(fault("|O"), {"Python objects", "np.stack(a).astype(np.float32)", "np.unique(y, return_inverse=True)[1]"});
  for (const char* text : {"<U2", "|S8"}) expect_says(fault(text), {"which is not supported", "np.unique(y, return_inverse=True)[1]"});
  expect_says(fault("|V2"), {"(a.view('<u2').astype('<u4') << 16).view('<f4')"});
  for (const char* byte : {"|V1", ">V2"}) EXPECT_NE(fault(byte), "") << byte;
  expect_says(fault("|V1"), {"a.view(ml_dtypes.float8_e4m3fn).astype(np.float32)"});
  expect_says(fault("<c8"), {"dtype '<c8'", "astype(np.float32)"});
  expect_says(npy_fault(npy_of("{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (1,)}", "1234")), {"structured array"});
  expect_says(npy_fault(npy_of(dictionary_of("<f4", "(1, 2)", "True"), "12345678")), {"Fortran order", "np.ascontiguousarray"});
}

TEST(Features, ConvertAndAlignRowsWhenTheyAreAskedFor) {
  const fs::path folder = fresh_folder("features");
  const std::vector<float> values = {1.5f, -2, 0, 65504, 0x1p-24f, -0x1p-14f};
  const int64_t shape[] = {3, 2};
  write_npy(folder / "f4.npy", std::span(values), std::span<const int64_t>(shape));
  write_file(folder / "f8.npy", npy_of(dictionary_of("<f8", "(3, 2)"), raw<double>({values.begin(), values.end()})));
  write_file(folder / "f2.npy", npy_of(dictionary_of("<f2", "(3, 2)"), raw<uint16_t>({0x3e00, 0xc000, 0, 0x7bff, 0x0001, 0x8400})));
  const std::vector<uint16_t> upper = {0x3fc0, 0xc000, 0, 0x4780, 0x3380, 0xb880};
  write_file(folder / "bf16.npy", npy_of(dictionary_of("<V2", "(3, 2)"), raw(upper)));
  std::vector<float> scratch_of_bf16;
  const Features brain = read_features(folder / "bf16.npy");
  for (size_t i = 0; i < 6; ++i)
    EXPECT_EQ(std::bit_cast<uint32_t>(brain.row(static_cast<int64_t>(i / 2), scratch_of_bf16)[i % 2]), uint32_t{upper[i]} << 16);
  std::string odd = dictionary_of("<f4", "(3, 2)");
  while ((10 + odd.size()) % 4 != 1) odd.insert(1, 1, ' ');
  write_file(folder / "odd.npy", npy_of(odd, raw(values)));
  for (const char* name : {"f4.npy", "f8.npy", "f2.npy", "odd.npy"}) {
    const Features features = read_features(folder / name);
    ASSERT_EQ(features.count(), 3) << name;
    ASSERT_EQ(features.width(), 2) << name;
    EXPECT_EQ(features.is_matrix(), std::string(name) == "f4.npy") << name;
    std::vector<float> scratch;
    for (size_t i = 0; i < 6; ++i) EXPECT_EQ(features.row(static_cast<int64_t>(i / 2), scratch)[i % 2], values[i]) << name << " " << i;
  }
}

TEST(Features, RefuseOtherShapesAndTypes) {
  const fs::path file = fresh_folder("bad_features") / "x.npy";
  const auto fault = [&](const std::string& descr, const std::string& shape, size_t bytes) {
    write_file(file, npy_of(dictionary_of(descr, shape), std::string(bytes, '\0')));
    return message_of([&] { read_features(file); });
  };
  expect_says(fault("<f4", "(2,)", 8), {"x.npy: has shape (2,), not (rows, columns)", "np.stack(vectors)", "a.reshape(-1, 1)"});
  expect_says(fault("<f4", "()", 4), {"has shape (), not (rows, columns)"});
  expect_says(fault("<f4", "(1, 1, 2)", 8), {"has shape (1, 1, 2)", "reshape(len(a), -1)"});
  expect_says(fault("<i4", "(1, 2)", 8), {"dtype i4, not floats", "astype(np.float32)"});
  expect_says(fault("<f4", "(0, 2)", 0), {"it is empty"});
  EXPECT_THROW(read_features(file.parent_path() / "absent.npy"), IoError);
}

TEST(Labels, ComeInAnyIntegerType) {
  const fs::path file = fresh_folder("labels") / "y.npy";
  const std::vector<int32_t> expected = {1, 0, 3};
  const auto read = [&](const std::string& descr, const std::string& data, const std::string& shape = "(3,)") {
    write_file(file, npy_of(dictionary_of(descr, shape), data));
    return read_labels(file, 3);
  };
  EXPECT_EQ(read("|i1", raw<int8_t>({1, 0, 3})), expected);
  EXPECT_EQ(read("<i2", raw<int16_t>({1, 0, 3})), expected);
  EXPECT_EQ(read("<i4", raw<int32_t>({1, 0, 3})), expected);
  EXPECT_EQ(read("<i8", raw<int64_t>({1, 0, 3})), expected);
  EXPECT_EQ(read("|u1", raw<uint8_t>({1, 0, 3})), expected);
  EXPECT_EQ(read("<u2", raw<uint16_t>({1, 0, 3})), expected);
  EXPECT_EQ(read("<u4", raw<uint32_t>({1, 0, 3})), expected);
  EXPECT_EQ(read("<u8", raw<uint64_t>({1, 0, 3}), "(3, 1)"), expected);
  EXPECT_EQ(read("|b1", raw<uint8_t>({1, 0, 1})), (std::vector<int32_t>{1, 0, 1}));
  EXPECT_EQ(read("<i4", raw<int32_t>({-1, 0, kLargestLabel})), (std::vector<int32_t>{kNoLabel, 0, kLargestLabel}));
}

TEST(Labels, ComeAsFloatsWithoutFractions) {
  const fs::path file = fresh_folder("float_labels") / "y.npy";
  const auto read = [&](const std::string& descr, const std::string& data) {
    write_file(file, npy_of(dictionary_of(descr, "(3,)"), data));
    return read_labels(file, 3);
  };
  const std::vector<int32_t> expected = {1, kNoLabel, 3};
  EXPECT_EQ(read("<f4", raw<float>({1, -1, 3})), expected);
  EXPECT_EQ(read("<f8", raw<double>({1, -1, 3})), expected);
  EXPECT_EQ(read("<f2", raw<uint16_t>({0x3c00, 0xbc00, 0x4200})), expected);
  EXPECT_EQ(read("<V2", raw<uint16_t>({0x3f80, 0xbf80, 0x4040})), expected);
}

/// What np.unique() says of the same texts.
TEST(Labels, ComeAsTexts) {
  const fs::path file = fresh_folder("text_labels") / "y.npy";
  const auto read = [&](const std::string& descr, const std::string& data) {
    write_file(file, npy_of(dictionary_of(descr, "(4,)"), data));
    return open_npy_labels(file, 4);
  };
  const NpyLabels wide = read("<U3", raw<uint32_t>({'d', 'o', 'g', 'c', 'a', 't', 0xe9, 0, 0, 'c', 'a', 't'}));
  EXPECT_EQ(wide.numbers, (std::vector<int32_t>{1, 0, 2, 0}));
  EXPECT_EQ(wide.names, (std::vector<std::string>{"cat", "dog", "é"}));
  EXPECT_EQ(as_text(wide.cut(std::vector<int64_t>{2, 3})),
            npy_header(std::string_view("<U3"), std::vector<int64_t>{2}) + raw<uint32_t>({0xe9, 0, 0, 'c', 'a', 't'}));
  const NpyLabels bytes = read("|S3", std::string("dog\xe9\0\0catdog", 12));
  EXPECT_EQ(bytes.numbers, (std::vector<int32_t>{1, 2, 0, 1}));
  EXPECT_EQ(bytes.names, (std::vector<std::string>{"cat", "dog", "\xe9"}));
  const NpyLabels digits = read("<U2", raw<uint32_t>({'1', '0', '2', 0, '-', '1', '1', '0'}));
  EXPECT_EQ(digits.numbers, (std::vector<int32_t>{10, 2, kNoLabel, 10}));
  EXPECT_TRUE(digits.names.empty());
}

TEST(NpyDataset, KeepsTheNamesOfTextLabels) {
  const fs::path folder = fresh_folder("named");
  write_file(folder / "x.npy", npy_of(dictionary_of("<V2", "(3, 2)"), "aabbccddeeff"));
  write_file(folder / "y.npy", npy_of(dictionary_of("|S3", "(3,)"), "dogcatdog"));
  const Dataset dataset = open_npy_dataset(folder / "x.npy", folder / "y.npy");
  EXPECT_EQ(dataset.classes, (std::vector<std::string>{"cat", "dog"}));
  fs::create_directories(folder / "out");
  const int64_t written = dataset.writer->write(std::vector<int64_t>{0, 2}, folder / "out");
  EXPECT_EQ(read_text(folder / "out/labels.npy"), npy_header(std::string_view("|S3"), std::vector<int64_t>{2}) + "dogdog");
  EXPECT_EQ(read_text(folder / "out/features.npy"), npy_header(ElementType::bf16, std::vector<int64_t>{2, 2}) + "aabbeeff");
  EXPECT_EQ(written, static_cast<int64_t>(fs::file_size(folder / "out/features.npy") + fs::file_size(folder / "out/labels.npy")));
}

TEST(NpyDataset, ReadsAndWritesFloatsOfOneByte) {
  for (const auto& [descr, first] : std::vector<std::pair<std::string, float>>{{"<V1", 1}, {"<f1", 0.5}}) {
    const fs::path folder = fresh_folder("float8");
    write_file(folder / "x-0.npy", npy_of(dictionary_of(descr, "(2, 3)"), "888\xb8\x01\x41"));
    const Dataset dataset = open_npy_dataset(folder / "x-0.npy", {});
    std::vector<float> scratch;
    const auto row = dataset.train().features()->row(1, scratch);
    EXPECT_EQ(row[0], -first) << descr;
    EXPECT_EQ(row[2], descr == "<V1" ? 2.25F : 2.5F) << descr;
    fs::create_directories(folder / "out");
    dataset.writer->write(std::vector<int64_t>{1}, folder / "out");
    EXPECT_EQ(read_text(folder / "out/features.npy"), npy_header(std::string_view(descr), std::vector<int64_t>{1, 3}) + "\xb8\x01\x41");
    write_npy<float>(folder / "x-1.npy", std::vector<float>{7, 8, 9}, std::vector<int64_t>{1, 3});
    const Dataset mixed = open_npy_dataset((folder / "x-{0..1}.npy").string(), {});
    std::vector<std::byte> bytes;
    EXPECT_EQ(mixed.train().bytes(0, bytes).size(), 12u) << "float32 holds both";
    EXPECT_EQ(number_at(open_npy(folder / "x-0.npy"), 3), -first);
  }
}

TEST(Labels, AreRefusedByRow) {
  const fs::path file = fresh_folder("bad_labels") / "y.npy";
  const auto fault = [&](const std::string& descr, const std::string& shape, const std::string& data) {
    write_file(file, npy_of(dictionary_of(descr, shape), data));
    return message_of([&] { read_labels(file, 3); });
  };
  expect_says(fault("<i4", "(3,)", raw<int32_t>({0, -2, 1})), {"y.npy: row 1: is not in 0", "np.unique"});
  expect_says(fault("<i4", "(3,)", raw<int32_t>({0, 1, 1 << 24})), {"row 2"});
  expect_says(fault("<u8", "(3,)", raw<uint64_t>({~uint64_t{0}, 1, 1})), {"row 0"});
  expect_says(fault("<i4", "(2,)", raw<int32_t>({0, 1})), {"holds 2 labels for 3 rows"});
  expect_says(fault("<f4", "(3,)", raw<float>({0, 1.5, 2})), {"y.npy: row 1: holds 1.5, which is no class number", "astype(np.int64)"});
  expect_says(fault("<f8", "(3,)", raw<double>({0, NAN, 2})), {"row 1: holds nan"});
  expect_says(fault("<f8", "(3,)", raw<double>({0, 1, 1e300})), {"row 2: is not in 0"});
  expect_says(fault("<U1", "(3,)", raw<uint32_t>({'a', 0x110000, 'b'})), {"row 1: holds a character beyond Unicode"});
  expect_says(fault("<U1", "(3,)", raw<uint32_t>({'a', 'b'})), {"(3,) takes 12 bytes, but 8 follow", "truncated"});
  expect_says(fault("|S3", "(3,)", std::string("0.51  2  ")), {"'0.5' is no whole number", "np.unique"});
  expect_says(fault("<U4611686018427387904", "(3,)", ""), {"which is not supported"});
  expect_says(fault("<U268435456", "(68719476736, 3)", ""), {"overflows 64 bits"});
  expect_says(fault(">U1", "(3,)", raw<uint32_t>({1, 2, 3})), {"'>U1'"});
  expect_says(fault("|u1", "(3, 2)", "abcdef"), {"has shape (3, 2), not (rows,)", "argmax"});
  expect_says(fault("|u1", "()", "a"), {"has shape ()"});
}

TEST(Indices, KeepTheirOrder) {
  const fs::path file = fresh_folder("indices") / "i.npy";
  write_npy(file, std::span<const int64_t>(std::vector<int64_t>{5, 1, 1LL << 40}));
  EXPECT_EQ(read_indices(file), (std::vector<int64_t>{5, 1, 1LL << 40}));
  write_npy(file, std::span<const int32_t>(std::vector<int32_t>{5, -1}));
  expect_says(message_of([&] { read_indices(file); }), {"position 1", "Count rows from 0"});
  write_file(file, npy_of(dictionary_of("|b1", "(2,)"), "ab"));
  expect_says(message_of([&] { read_indices(file); }), {"holds b1 of shape (2,)", "np.flatnonzero"});
}

TEST(NpyWriter, FillsInPlaceAndLeavesNothingHalf) {
  const fs::path folder = fresh_folder("writer");
  {
    const NpyWriter dropped(folder / "a.npy", 3, 2);
    EXPECT_TRUE(fs::exists(folder / "a.npy.partial"));
  }
  EXPECT_TRUE(fs::is_empty(folder));
  NpyWriter writer(folder / "a.npy", 3, 2);
  EXPECT_EQ(writer.rows()[2][1], 0.0f);
  for (int64_t row = 0; row < 3; ++row) {
    for (size_t col = 0; col < 2; ++col) writer.rows()[row][col] = static_cast<float>(row) + 0.5f * static_cast<float>(col);
  }
  EXPECT_FALSE(fs::exists(folder / "a.npy"));
  writer.commit();
  const int64_t shape[] = {3, 2};
  const std::vector<float> values = {0, 0.5f, 1, 1.5f, 2, 2.5f};
  write_npy(folder / "b.npy", std::span(values), std::span<const int64_t>(shape));
  EXPECT_EQ(read_text(folder / "a.npy"), read_text(folder / "b.npy"));
  EXPECT_FALSE(fs::exists(folder / "a.npy.partial"));
}

TEST(NpyWriter, SaysWhenThereIsNoRoom) {  // a file-size limit stands in for a full disk
  const fs::path folder = fresh_folder("no_room");
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit small = {4096, before.rlim_max};
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &small);
  const std::string message = message_of<IoError>([&] { NpyWriter(folder / "a.npy", 1000, 1000); });
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  expect_says(message, {"a.npy.partial: cannot reserve disk space"});
  EXPECT_TRUE(fs::is_empty(folder));
}

TEST(NpyDataset, IsRowsAndWritesSubsets) {
  const fs::path folder = fresh_folder("dataset");
  write_file(folder / "x.npy", npy_of(dictionary_of("<f2", "(4, 2)"), "aabbccddeeffgghh"));
  write_file(folder / "y.npy", npy_of(dictionary_of("|u1", "(4, 1)"), raw<uint8_t>({3, 2, 1, 0})));
  const Dataset dataset = open_npy_dataset(folder / "x.npy", folder / "y.npy");
  const Rows& rows = dataset.train();
  std::vector<std::byte> scratch;
  EXPECT_EQ(dataset.format, "npy");
  EXPECT_EQ(rows.size(), 4);
  EXPECT_EQ(rows.key(2), "2");
  EXPECT_EQ(as_text(rows.bytes(2, scratch)), "eeff");
  EXPECT_EQ(labels_of(rows), (std::vector<int32_t>{3, 2, 1, 0}));
  EXPECT_EQ(rows.stored_bytes(), 16);
  EXPECT_EQ(rows.pictures(), nullptr);
  expect_says(message_of([&] { require_pictures(rows, "x.npy"); }), {"x.npy: holds no pictures; its rows are vectors"});

  const int64_t keep[] = {1, 3};
  fs::create_directories(folder / "out");
  const int64_t written = dataset.writer->write(keep, folder / "out");
  const Dataset kept = open_npy_dataset(folder / "out/features.npy", folder / "out/labels.npy");
  EXPECT_EQ(as_text(kept.train().bytes(1, scratch)), "gghh");
  EXPECT_EQ(labels_of(kept.train()), (std::vector<int32_t>{2, 0}));
  EXPECT_EQ(written, static_cast<int64_t>(fs::file_size(folder / "out/features.npy") + fs::file_size(folder / "out/labels.npy")));
  EXPECT_EQ(labels_of(open_npy_dataset(folder / "x.npy", {}).train()), std::vector<int32_t>(4, kNoLabel));
  expect_says(message_of([&] { open_npy_dataset(folder / "x.npy", folder / "out/labels.npy"); }), {"holds 2 labels for 4 rows"});
}

TEST(NpyGolden, RewritesTheFilesOfNumpyByteForByte) {
  const char* shared = std::getenv("DECANT_SHARED");
  const fs::path golden = fs::path(shared != nullptr ? shared : "../shared") / "golden";
  if (!fs::is_directory(golden)) GTEST_SKIP() << golden << " is not here (set DECANT_SHARED)";
  int files = 0;
  for (const auto& entry : fs::directory_iterator(golden)) {
    if (entry.path().extension() != ".npy") continue;
    const NpyArray array = open_npy(entry.path());
    EXPECT_EQ(npy_header(array.type, array.shape) + std::string(as_text(array.data)), read_text(entry.path())) << entry.path();
    if (array.type == ElementType::f32) {
      EXPECT_EQ(read_features(entry.path()).count(), array.count());
    }
    ++files;
  }
  EXPECT_GT(files, 0);
}

}  // namespace
}  // namespace decant
