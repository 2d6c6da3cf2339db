#include "decant/formats/packed/packed.h"

#include <atomic>
#include <gtest/gtest.h>

#include "decant/base/test_support.h"
#include "decant/data/test_rows.h"
#include "decant/formats/convert.h"
#include "decant/formats/image/codec.h"
#include "decant/formats/open.h"
#include "decant/formats/packed/forging.h"
#include "decant/formats/packed/packed_codec.h"
#include "decant/formats/packed/packed_file.h"
#include "decant/formats/packed/pictures_for_tests.h"

namespace decant {
namespace {

namespace fs = std::filesystem;
using packed::MaskedRows;
using packed::photo_like;

/// 300 pictures of one size, a third of them with dropped cells, some without a label.
MaskedRows some_rows(int count = 300) {
  std::vector<MaskedRows::Row> rows;
  for (int i = 0; i < count; ++i) {
    const auto index = static_cast<uint64_t>(i);
    rows.push_back({photo_like({12, 10, 3}, index), std::nullopt, i % 7 == 0 ? kNoLabel : i % 3});
    if (i % 3 == 0) rows.back().mask = packed::random_mask({12, 10, 3}, 4, 3, index);
  }
  return MaskedRows(std::move(rows), /*fixed=*/true);
}

std::vector<std::vector<uint8_t>> pictures_of(const Rows& rows) {
  std::vector<std::vector<uint8_t>> all;
  Image image;
  for (int64_t row = 0; row < rows.size(); ++row) {
    rows.pictures()->decode(row, image);
    if (const auto mask = rows.pictures()->mask(row)) packed::flatten_dropped(*mask, image);
    all.push_back(image.pixels);
  }
  return all;
}

fs::path written(const Rows& source, const std::string& name, const Context& context = {}) {
  const fs::path folder = fresh_folder(name);
  write_packed(source, all_rows_of(source), {"cat", "dog", "cow"}, folder / "train.packed", context);
  return folder;
}

std::string file_text(const fs::path& folder) {
  return read_text(folder / "train.packed");
}

TEST(Packed, IsTheRowsThatWereWritten) {
  const MaskedRows source = some_rows();
  const fs::path folder = written(source, "set");
  const Dataset dataset = open_dataset(folder.string(), {}, {});
  const Rows& rows = dataset.train();
  EXPECT_EQ(dataset.format, "packed");
  EXPECT_EQ(dataset.classes, (std::vector<std::string>{"cat", "dog", "cow"}));
  EXPECT_EQ(labels_of(rows), labels_of(source));
  EXPECT_EQ(keys_of(rows), keys_of(source));
  EXPECT_EQ(pictures_of(rows), pictures_of(source));
  EXPECT_EQ(rows.pictures()->fixed_size(), (ImageSize{12, 10, 3}));
  EXPECT_EQ(rows.stored_bytes(), static_cast<int64_t>(fs::file_size(folder / "train.packed")));
  for (int64_t row = 0; row < rows.size(); ++row) EXPECT_EQ(rows.pictures()->mask(row), source.mask(row));
  EXPECT_TRUE(find_bad_rows(rows, Depth::full, {}).empty());
  EXPECT_TRUE(find_bad_rows(rows, Depth::headers, {}).empty());
  EXPECT_EQ(open_dataset((folder / "train.packed").string(), {}, {}).train().size(), 300);
}

TEST(Packed, HoldsPicturesOfSeveralSizesUnderKeysOfAnyKind) {
  std::vector<MaskedRows::Row> list;
  const std::vector<std::string> keys = {"train/cat/1.jpg", "x7", "x08", "", "a#1", "a#1000000007"};
  for (uint64_t i = 0; i < keys.size(); ++i)
    list.push_back(
        {photo_like({3 + static_cast<int>(i), 5, i % 2 == 0 ? 1 : 3}, i), std::nullopt, kNoLabel, keys[i].empty() ? "set" : keys[i]});
  const MaskedRows source{std::move(list)};
  const Dataset dataset = open_packed(written(source, "sizes"));
  EXPECT_EQ(keys_of(dataset.train()), keys_of(source));
  EXPECT_EQ(pictures_of(dataset.train()), pictures_of(source));
  EXPECT_EQ(dataset.train().targets(), nullptr);
  EXPECT_EQ(dataset.train().pictures()->fixed_size(), std::nullopt);
}

TEST(Packed, ListsKeysOnceStemsChangeTooOften) {
  std::vector<MaskedRows::Row> list;
  for (int i = 0; i < 400; ++i)
    list.push_back({photo_like({2, 2, 1}, 0), std::nullopt, kNoLabel, fmt::format("{}-{:05}", i < 200 ? 1 : i, i)});
  const MaskedRows source{std::move(list)};
  EXPECT_EQ(keys_of(open_packed(written(source, "keys")).train()), keys_of(source));
}

TEST(Packed, EmptySetsAreSets) {
  const MaskedRows none{{}};
  const Dataset dataset = open_packed(written(none, "none"));
  EXPECT_EQ(dataset.train().size(), 0);
  EXPECT_EQ(dataset.classes.size(), 3u);
}

TEST(Packed, ThreadsChangeNothing) {
  const MaskedRows source = some_rows();
  const std::string one = file_text(written(source, "one", {.threads = 1}));
  EXPECT_EQ(one, file_text(written(source, "five", {.threads = 5})));
}

TEST(Packed, MasksInOtherUnitsAreNotKept) {
  const ImageSize size = {32, 16, 3};
  PatchMask mcus = PatchMask::whole(PatchGrid(32, 16, {8, 8}, 4));
  mcus.kept[2] = false;
  const MaskedRows source({{photo_like(size, 1), mcus}, {photo_like(size, 2), PatchMask::whole(PatchGrid(32, 16, {1, 1}, 4))}});
  const Dataset dataset = open_packed(written(source, "units"));
  Image image;
  for (const int64_t row : {0, 1}) {
    dataset.train().pictures()->decode(row, image);
    EXPECT_EQ(image.pixels, photo_like(size, static_cast<uint64_t>(row) + 1).pixels);
    EXPECT_EQ(dataset.train().pictures()->mask(row), std::nullopt);
  }
}

TEST(Packed, OverheadStaysBelowTwentyFourBytes) {
  const MaskedRows source = some_rows();
  const fs::path folder = written(source, "overhead");
  const Dataset dataset = open_packed(folder);
  const MappedFile file(folder / "train.packed");
  const packed::PackedView view(file.bytes(), "x");
  int64_t samples = 0;
  int64_t masks = 0;
  for (int64_t row = 0; row < view.size(); ++row) {
    const packed::Record record = packed::parse_record(view.record(row), view.fixed_size(), "x");
    samples += std::ssize(record.samples);
    masks += record.mask ? 2 + (record.mask->grid.count() + 7) / 8 : 0;
  }
  const int64_t model = std::ssize(view.model());
  EXPECT_LE(std::ssize(file.bytes()) - samples - masks - model, 24 * view.size());
}

TEST(Packed, WritesSubsetsByCopyingRecords) {
  const Dataset dataset = open_packed(written(some_rows(), "whole"));
  const fs::path folder = fresh_folder("subset");
  const std::vector<int64_t> kept = {0, 17, 18, 299};
  const int64_t bytes = dataset.writer->write(kept, folder);
  EXPECT_EQ(bytes, static_cast<int64_t>(fs::file_size(folder / "train.packed")));
  const Dataset subset = open_packed(folder);
  for (size_t i = 0; i < kept.size(); ++i) {
    const auto row = static_cast<int64_t>(i);
    EXPECT_EQ(text_of(subset.train(), row), text_of(dataset.train(), kept[i]));
    EXPECT_EQ(subset.train().key(row), dataset.train().key(kept[i]));
    EXPECT_EQ(subset.train().label(row), dataset.train().label(kept[i]));
    EXPECT_EQ(subset.train().pictures()->mask(row), dataset.train().pictures()->mask(kept[i]));
  }
  EXPECT_EQ(subset.classes, dataset.classes);
}

TEST(Packed, ReadsTheSplitsOfAFolder) {
  const fs::path folder = written(some_rows(5), "splits");
  write_packed(some_rows(3), std::vector<int64_t>{1, 2}, {}, folder / "test.packed");
  const Dataset dataset = open_dataset(folder.string(), {}, {});
  EXPECT_EQ(dataset.train().size(), 5);
  EXPECT_EQ(dataset.held_out()->size(), 2);
  fs::remove(folder / "train.packed");
  EXPECT_FALSE(looks_like_packed(folder));
}

TEST(Packed, IsExportedAsPictures) {
  const MaskedRows source = some_rows(30);
  const Dataset dataset = open_packed(written(source, "export"));
  std::vector<int64_t> labelled;
  for (int64_t row = 0; row < 30; ++row) {
    if (source.label(row) != kNoLabel) labelled.push_back(row);
  }
  for (const char* format : {"imagefolder", "webdataset"}) {
    const fs::path folder = fresh_folder(format);
    write_as(format, dataset, labelled, folder);
    const Dataset back = open_dataset(folder.string(), {}, {});
    std::vector<std::vector<uint8_t>> expected;
    for (const int64_t row : labelled) expected.push_back(pictures_of(dataset.train())[static_cast<size_t>(row)]);
    std::vector<std::vector<uint8_t>> found = pictures_of(back.train());
    std::ranges::sort(expected);
    std::ranges::sort(found);
    EXPECT_EQ(found, expected) << format;
  }
}

TEST(Packed, StopsWhenToldToAndLeavesNothing) {
  const std::atomic<bool> stop = true;
  const fs::path folder = fresh_folder("stopped");
  const MaskedRows source = some_rows();
  EXPECT_THROW(write_packed(source, all_rows_of(source), {}, folder / "train.packed", {.cancel = &stop}), Cancelled);
  EXPECT_TRUE(fs::is_empty(folder));
}

TEST(Packed, NamesTheDamagedRowAndNoOther) {
  const fs::path folder = written(some_rows(40), "damaged");
  std::string text = file_text(folder);
  const Dataset whole = open_packed(folder);
  std::vector<std::byte> scratch;
  const size_t at = text.find(text_of(whole.train(), 17));
  text[at + 3] = static_cast<char>(text[at + 3] ^ 4);
  write_file(folder / "train.packed", text);
  const Dataset dataset = open_packed(folder);
  Image image;
  expect_says(message_of([&] { dataset.train().pictures()->decode(17, image); }), {"train.packed", "row 17", "checksum"});
  EXPECT_NE(message_of([&] { dataset.train().pictures()->mask(17); }), "no error");
  for (const Depth depth : {Depth::headers, Depth::full}) {
    const std::vector<Excluded> bad = find_bad_rows(dataset.train(), depth, {});
    ASSERT_EQ(bad.size(), 1u);
    EXPECT_EQ(bad[0].row, 17);
  }
}

TEST(Packed, RefusesAFileCutAnywhere) {
  const fs::path folder = written(some_rows(20), "cut");
  const std::string text = file_text(folder);
  for (size_t size = 0; size < text.size(); size += size < 100 || size + 300 > text.size() ? 1 : 37) {
    const std::string cut = text.substr(0, size);
    EXPECT_NE(message_of([&] { packed::PackedView(as_bytes(cut), "x"); }), "no error") << size;
  }
}

TEST(Packed, RefusesFlippedBitsBehindTheRecords) {
  const fs::path folder = written(some_rows(20), "flipped");
  std::string text = file_text(folder);
  const Dataset dataset = open_packed(folder);
  const std::string last = text_of(dataset.train(), 19);
  for (size_t at = text.find(last) + last.size(); at < text.size(); at += 3) {
    text[at] = static_cast<char>(text[at] ^ 16);
    EXPECT_NE(message_of([&] { packed::PackedView(as_bytes(text), "x"); }), "no error") << at;
    text[at] = static_cast<char>(text[at] ^ 16);
  }
  EXPECT_EQ(message_of([&] { packed::PackedView(as_bytes(text), "x"); }), "no error");
}

/// The file with a byte changed and the checksum put right.
std::vector<std::byte> forged(const std::string& text, size_t from_end, int value) {
  std::vector<std::byte> file(as_bytes(text).begin(), as_bytes(text).end());
  file[file.size() - from_end] = static_cast<std::byte>(value);
  packed::forge(file);
  return file;
}

TEST(Packed, RefusesForgedLengthsAndSizes) {
  const std::string text = file_text(written(some_rows(20), "forged"));
  const auto message = [&](size_t from_end, int value) {
    return message_of([&] { packed::PackedView(forged(text, from_end, value), "x"); });
  };
  EXPECT_EQ(message(72, 20), "no error");                              // the count, as it is
  EXPECT_NE(message(72, 21), "no error");                              // one more picture than there are
  expect_says(message(65, 1), {"claims 72057594037927956 pictures"});  // 2^56 of them
  expect_says(message(49, 1), {"footer", "bytes"});                    // a model of 2^56 bytes
  expect_says(message(30, 200), {"too large"});                        // pictures 2^16 · 200 wide
  expect_says(message(20, 9), {"flags"});
  expect_says(message(20, 0), {"label"});  // labels in a file without
}

/// The bytes of docs/formats/packed.md: what was written once must always be readable. Taps that
/// the page leaves out are those of W, NW, NE, WW, NN, NEE, NNW, two zeros behind each.
std::string example() {
  const auto bytes = [](std::initializer_list<int> values) {
    std::string text;
    for (const int value : values) text += static_cast<char>(value);
    return text;
  };
  std::string text = "dcpack01" + bytes({0x00, 0x00, 0x92, 0xff, 0x02, 0x01, 0x01, 0x40, 0xef, 0x00, 0xa8, 0xe0});
  for (const int tap : {-579, -1788, -69, -237, -579, 31, -237}) text += bytes({tap & 255, tap >> 8 & 255, 0, 0, 0, 0});
  text += std::string(102, '\0') + "\xf8";
  text += bytes({4, 0, 0, 0, 0, 0, 0, 0, 0x0f, 0xfd, 0xdc, 0xb6, 1, 0, 0, 0, 17, 0, 0, 0});
  text += bytes({12, 0, 0, 0, 0, 0, 0, 0, 0x38, 0xd2, 0x50, 0xcf, 0, 0, 0, 0, 18, 0, 0, 0});
  text +=
      "\x02\x04set#\x03"
      "cat\x03"
      "dog";
  for (const int length : {2, 12, 145, 6, 8}) text += bytes({length, 0, 0, 0, 0, 0, 0, 0});
  for (const int word : {4, 2, 1, 2}) text += bytes({word, 0, 0, 0});
  return text + bytes({0xad, 0x90, 0x8a, 0xeb, 0x36, 0xc1, 0xf9, 0x48}) + "dcpack01";
}

TEST(Packed, ReadsTheExampleOfItsPage) {
  const fs::path path = fresh_path("example.packed");
  write_file(path, example());
  const Dataset dataset = open_packed(path);
  EXPECT_EQ(keys_of(dataset.train()), (std::vector<std::string>{"set#17", "set#18"}));
  EXPECT_EQ(labels_of(dataset.train()), (std::vector<int32_t>{1, 0}));
  EXPECT_EQ(dataset.classes, (std::vector<std::string>{"cat", "dog"}));
  EXPECT_EQ(pictures_of(dataset.train()),
            (std::vector<std::vector<uint8_t>>{{10, 12, 14, 16, 10, 12, 14, 16}, {200, 200, 93, 93, 200, 201, 93, 93}}));
  EXPECT_EQ(dataset.train().pictures()->mask(1)->kept, (std::vector<bool>{true, false}));
}

TEST(Packed, IsSmallerThanPngEvenForFewPictures) {
  for (const int count : {5, 40}) {
    std::vector<MaskedRows::Row> list;
    int64_t png = 0;
    std::vector<std::byte> file;
    for (int i = 0; i < count; ++i) {
      list.push_back({photo_like({32, 32, 3}, static_cast<uint64_t>(i))});
      encode_png(list.back().image.view(), file);
      png += std::ssize(file);
    }
    const fs::path folder = written(MaskedRows(std::move(list), /*fixed=*/true), "small");
    EXPECT_LT(static_cast<int64_t>(fs::file_size(folder / "train.packed")), png) << count;
  }
}

TEST(Packed, SaysWhatIsNoPackedFile) {
  const fs::path path = fresh_path("x.packed");
  write_file(path, "hello");
  expect_says(message_of([&] { open_packed(path); }), {"x.packed", "is not a packed file"});
}

}  // namespace
}  // namespace decant
