#include "decant/formats/joined_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>

#include "decant/base/digest.h"
#include "decant/base/random.h"
#include "decant/base/test_support.h"
#include "decant/data/subset.h"
#include "decant/formats/convert.h"
#include "decant/formats/idx/idx_file_writer.h"
#include "decant/formats/image/codec.h"
#include "decant/formats/npy/npy.h"
#include "decant/formats/open.h"

namespace decant {
namespace {

namespace fs = std::filesystem;

/// Rows of two sets, one after the other, as far as a writer looks at them.
class TwoSets final : public Rows, public Pictures, public Targets {
 public:
  TwoSets(const Dataset& one, const Dataset& other) : one_(one.splits.at(Split::train)), other_(other.splits.at(Split::train)) {}
  int64_t size() const override { return one_->size() + other_->size(); }
  std::string key(int64_t row) const override { return of(row).key(in(row)); }
  Bytes bytes(int64_t row, std::vector<std::byte>& scratch) const override { return of(row).bytes(in(row), scratch); }
  int64_t stored_bytes() const override { return one_->stored_bytes() + other_->stored_bytes(); }
  const Modality& modality() const override { return one_->modality(); }
  const Pictures* pictures() const override { return one_->pictures() == nullptr ? nullptr : this; }
  const Targets* targets() const override { return this; }
  void decode(int64_t row, Image& image) const override { of(row).pictures()->decode(in(row), image); }
  PictureBytes stored_as() const override { return one_->pictures()->stored_as(); }
  int32_t label(int64_t row) const override { return of(row).label(in(row)); }

 private:
  const Rows& of(int64_t row) const { return row < one_->size() ? *one_ : *other_; }
  int64_t in(int64_t row) const { return row < one_->size() ? row : row - one_->size(); }
  std::shared_ptr<const Rows> one_, other_;
};

/// Label and content of a row.
std::string sample_of(const Rows& rows, int64_t row) {
  std::vector<std::byte> scratch;
  return fmt::format("{} {}", rows.label(row), sha256(rows.bytes(row, scratch)));
}

/// Writes some rows of both sets, and expects to read just these.
Dataset expect_joined(const std::string& one_path, const std::string& other_path, const std::vector<int64_t>& some,
                      const fs::path& folder) {
  const Dataset one = open_dataset(one_path, {}, {});
  const Dataset other = open_dataset(other_path, {}, {});
  const auto rows = std::make_shared<TwoSets>(one, other);
  fs::create_directories(folder);
  const int64_t bytes = joined_writer({one, other}, rows, true)->write(some, folder, {});
  std::multiset<std::string> expected;
  for (const int64_t row : some) expected.insert(sample_of(*rows, row));
  Dataset joined = open_dataset(folder.string(), {}, {});
  std::multiset<std::string> found;
  for (int64_t row = 0; row < joined.train().size(); ++row) found.insert(sample_of(joined.train(), row));
  EXPECT_EQ(found, expected);
  int64_t stored = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    stored += entry.is_regular_file() ? static_cast<int64_t>(entry.file_size()) : 0;
  EXPECT_EQ(bytes, stored);
  for (const auto& entry : fs::directory_iterator(folder.parent_path()))
    EXPECT_EQ(entry.path().string().find(".more-"), std::string::npos) << entry.path() << " was left behind";
  return joined;
}

void write_idx(const fs::path& folder, int64_t count, uint64_t seed, bool gzip) {
  fs::create_directories(folder);
  Random random(seed, "idx");
  IdxFileWriter images(folder / (gzip ? "train-images-idx3-ubyte.gz" : "train-images-idx3-ubyte"), {count, 3, 4}, gzip);
  IdxFileWriter labels(folder / (gzip ? "train-labels-idx1-ubyte.gz" : "train-labels-idx1-ubyte"), {count}, gzip);
  for (int64_t i = 0; i < count; ++i) {
    std::vector<std::byte> picture(12);
    for (std::byte& value : picture) value = static_cast<std::byte>(random.below(256));
    images.write(picture);
    const auto label = static_cast<std::byte>(i % 3);
    labels.write({&label, 1});
  }
  images.commit();
  labels.commit();
}

TEST(JoinedSet, IdxFilesBecomeOneArray) {
  const ScratchFolder folder("idx");
  write_idx(folder.path / "one", 6, 1, false);
  write_idx(folder.path / "other", 5, 2, true);
  const Dataset joined =
      expect_joined((folder.path / "one").string(), (folder.path / "other").string(), {0, 2, 5, 6, 10}, folder.path / "out");
  EXPECT_EQ(joined.format, "idx");
  EXPECT_TRUE(fs::exists(folder.path / "out/train-images-idx3-ubyte"));
}

void write_pictures(const ScratchFolder& folder, const std::string& name, int count, uint64_t seed) {
  for (int i = 0; i < count; ++i) {
    Image image;
    image.resize({6, 5, 3});
    Random random(seed, "picture", static_cast<uint64_t>(i));
    for (auto& value : image.pixels) value = static_cast<uint8_t>(random.below(256));
    std::vector<std::byte> png;
    encode_png(image.view(), png);
    folder.add(fmt::format("{}/{}/{}.png", name, i % 2 == 0 ? "a" : "b", i), as_text(png));
  }
}

TEST(JoinedSet, ShardsOfTheSameNameStandSideBySide) {
  const ScratchFolder folder("shards");
  for (const char* name : {"one", "other"}) {
    write_pictures(folder, name, 6, name[0] + name[1]);
    fs::create_directories(folder.path / "tar" / name);
    const Dataset pictures = open_dataset((folder.path / name).string(), {}, {});
    write_as("webdataset", pictures, Subset::all(6), folder.path / "tar" / name);
  }
  const auto tar = [&](const char* name) { return (folder.path / "tar" / name).string(); };
  const Dataset joined = expect_joined(tar("one"), tar("other"), {1, 3, 4, 7, 8, 11}, folder.path / "out");
  EXPECT_EQ(joined.format, "webdataset");
  EXPECT_EQ(joined.classes, (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(fs::exists(folder.path / "out/train-000000-more-1.tar"));
}

TEST(JoinedSet, TablesOfRecordsStandSideBySide) {
  const ScratchFolder folder("tables");
  const std::string one = folder.add("one/train.tsv", "sentence\tlabel\nfirst\ta\nsecond\tb\nthird\ta\n");
  const std::string other = folder.add("other/more.tsv", "sentence\tlabel\nfourth\ta\nfifth\tb\n");
  expect_joined(one, other, {0, 1, 3, 4}, folder.path / "out");
  EXPECT_EQ(read_text(folder.path / "out/train-more-1-train.tsv"), "sentence\tlabel\nfourth\ta\nfifth\tb\n");
}

TEST(JoinedSet, OtherNumbersAndOtherTypesAreRefused) {
  const ScratchFolder folder("refused");
  write_idx(folder.path / "one", 6, 1, false);
  const Dataset idx = open_dataset((folder.path / "one").string(), {}, {});
  const auto twice = std::make_shared<TwoSets>(idx, idx);
  fs::create_directories(folder.path / "out");
  const std::vector<int64_t> some = {0, 7};
  expect_says(message_of([&] {
                joined_writer({idx, idx}, twice, false)->write(some, folder.path / "out", {});
              }),
              {"numbers its classes otherwise", "--to imagefolder"});

  const int64_t shape[] = {2, 2};
  write_npy<float>(folder.path / "f.npy", std::vector<float>{1, 2, 3, 4}, shape);
  const std::vector<double> numbers = {1, 2, 3, 4};
  folder.add("d.npy", npy_header(ElementType::f64, shape) + std::string(as_text(std::as_bytes(std::span(numbers)))));
  const Dataset floats = open_dataset((folder.path / "f.npy").string(), {}, {});
  const Dataset doubles = open_dataset((folder.path / "d.npy").string(), {}, {});
  const auto rows = std::make_shared<TwoSets>(floats, doubles);
  const std::vector<int64_t> both = {0, 3};
  expect_says(message_of([&] {
                joined_writer({floats, doubles}, rows, true)->write(both, folder.path / "out", {});
              }),
              {"features.npy", "another type"});
  EXPECT_TRUE(can_join("cifar100"));
  EXPECT_FALSE(can_join("npz"));
}

}  // namespace
}  // namespace decant
