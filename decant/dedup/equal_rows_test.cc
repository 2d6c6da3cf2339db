#include "decant/dedup/equal_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/data/memory_rows.h"
#include "decant/data/test_rows.h"

namespace decant {
namespace {

using testing::ElementsAre;

Image grey(int width, int height, std::vector<uint8_t> pixels) {
  return {{width, height, 1}, std::move(pixels)};
}

/// Pictures in files: the bytes of a row are its number's, and what they show is another matter.
class Filed final : public WrappedRows, public Pictures {
 public:
  Filed(std::shared_ptr<const Rows> below, std::vector<std::string> bytes) : WrappedRows(std::move(below)), bytes_(std::move(bytes)) {}
  Bytes bytes(int64_t row, std::vector<std::byte>&) const override { return as_bytes(bytes_[static_cast<size_t>(row)]); }
  const Pictures* pictures() const override { return this; }
  void decode(int64_t row, Image& image) const override { below().pictures()->decode(row, image); }

 private:
  std::vector<std::string> bytes_;
};

std::shared_ptr<const Rows> six_pictures() {
  std::vector<Image> pictures = {grey(2, 1, {1, 2}), grey(1, 2, {1, 2}), grey(2, 1, {1, 2}), grey(2, 1, {1, 3}), grey(1, 2, {1, 2}), {}};
  return std::make_shared<MemoryRows>(std::move(pictures), std::vector<int32_t>(6, 0));
}

TEST(EqualRows, OfPicturesHaveEqualSizesAndPixels) {
  const auto rows = six_pictures();
  EXPECT_THAT(equal_rows(*rows, Subset::all(6), Content::meant, {}), ElementsAre(ElementsAre(0, 2), ElementsAre(1, 4)));
  EXPECT_THAT(equal_rows(*rows, Subset{0, 3, 4}, Content::meant, {}), ElementsAre());
  EXPECT_TRUE(are_equal(*rows, 1, 4, Content::meant));
  EXPECT_FALSE(are_equal(*rows, 0, 1, Content::meant));
}

TEST(EqualRows, OfFilesHaveEqualBytesWhateverTheyShow) {
  const Filed rows(six_pictures(), {"a", "b", "c", "b", "a", ""});
  EXPECT_THAT(equal_rows(rows, Subset::all(6), Content::stored, {}), ElementsAre(ElementsAre(0, 4), ElementsAre(1, 3)));
  EXPECT_THAT(equal_rows(rows, Subset::all(6), Content::meant, {}), ElementsAre(ElementsAre(0, 2), ElementsAre(1, 4)));
}

TEST(EqualRows, AreTheSameForAnyNumberOfThreads) {
  std::vector<Image> pictures;
  for (int i = 0; i < 2000; ++i) pictures.push_back(grey(2, 1, {static_cast<uint8_t>(i * i % 251), static_cast<uint8_t>(i % 7)}));
  const MemoryRows rows(pictures, std::vector<int32_t>(2000, 0));
  const auto one = equal_rows(rows, Subset::all(2000), Content::meant, {.threads = 1});
  EXPECT_EQ(equal_rows(rows, Subset::all(2000), Content::meant, {.threads = 2}), one);
  size_t grouped = 0;
  for (const auto& group : one) {
    grouped += group.size();
    for (const int64_t row : group) EXPECT_EQ(pictures[static_cast<size_t>(row)].pixels, pictures[static_cast<size_t>(group[0])].pixels);
  }
  EXPECT_GT(grouped, 1000u);
}

/// Records of one text each.
class Spoken final : public WrappedRows, public Texts {
 public:
  explicit Spoken(std::vector<std::string> said)
      : WrappedRows(std::make_shared<MemoryRows>(std::vector<Image>(said.size()), std::vector<int32_t>(said.size(), 0))),
        said_(std::move(said)) {}
  const Pictures* pictures() const override { return nullptr; }
  const Texts* texts() const override { return this; }
  void read(int64_t row, Record& out) const override {
    out.turns.resize(1);
    out.turns.front().text = said_[static_cast<size_t>(row)];
  }
  std::string schema() const override { return ""; }

 private:
  std::vector<std::string> said_;
};

TEST(EqualRows, OfRecordsMayDifferInCaseAndSpace) {
  const Spoken rows({"Name a colour.", "  name\ta \n Colour. ", "Name acolour.", "Name a colour", "", " \n"});
  EXPECT_THAT(equal_rows(rows, Subset::all(6), Content::meant, {}), ElementsAre(ElementsAre(0, 1), ElementsAre(4, 5)));
}

TEST(EqualRows, OfRecordsHaveEqualTexts) {
  const Sayings rows;
  EXPECT_TRUE(equal_rows(rows, Subset::all(3), Content::meant, {}).empty());
  EXPECT_TRUE(are_equal(rows, 1, 1, Content::meant));
}

}  // namespace
}  // namespace decant
