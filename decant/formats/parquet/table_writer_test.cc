// Tables made here, read back by the reader of any file.
#include "decant/formats/parquet/table_writer.h"

#include <cstring>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/test_support.h"
#include "decant/formats/parquet/parquet_for_tests.h"

namespace decant::parquet {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;

std::unique_ptr<ParquetFile> written_file(const fs::path& path) {
  return std::make_unique<ParquetFile>(path, "x.parquet", std::make_shared<PageCache>());
}

TEST(TableWriter, EveryKindComesBack) {
  const fs::path path = fresh_path("kinds.parquet");
  TableWriter writer(
      path, {{"image.bytes", Kind::bytes}, {"image.path", Kind::text}, {"n", Kind::integer}, {"x", Kind::number}, {"kept", Kind::flag}},
      {{"who", "me"}});
  for (int i = 0; i < 3; ++i) {
    writer.add_text(std::string("\0\xff", 2) + std::to_string(i));
    i == 1 ? writer.add_missing() : writer.add_text("ü.png");
    writer.add_integer(-5 + i);
    writer.add_number(i / 2.0);
    i == 2 ? writer.add_missing() : writer.add_flag(i == 0);
  }
  const int64_t bytes = writer.finish();
  EXPECT_EQ(bytes, static_cast<int64_t>(fs::file_size(path)));

  const auto file = written_file(path);
  EXPECT_EQ(file->rows(), 3);
  EXPECT_EQ(file->footer().column(0).path, "image.bytes");
  EXPECT_EQ(file->footer().column(3).path, "x");
  EXPECT_EQ(file->footer().value_of("who"), "me");
  EXPECT_THAT(cells_of(*file, 0), ElementsAre(Cell(std::string("\0\xff", 2) + "0"), Cell(std::string("\0\xff", 2) + "1"),
                                              Cell(std::string("\0\xff", 2) + "2")));
  EXPECT_THAT(cells_of(*file, 1), ElementsAre(Cell("ü.png"), Cell(), Cell("ü.png")));
  EXPECT_THAT(cells_of(*file, 2), ElementsAre(Cell(number_bytes(-5)), Cell(number_bytes(-4)), Cell(number_bytes(-3))));
  double half = 0;
  const Cell number = cells_of(*file, 3)[1];
  ASSERT_TRUE(number);
  std::memcpy(&half, number->data(), sizeof half);
  EXPECT_EQ(half, 0.5);
  EXPECT_THAT(cells_of(*file, 4), ElementsAre(Cell(std::string(1, '\1')), Cell(std::string(1, '\0')), Cell()));
}

/// 50,000 rows are three pages of numbers; a value larger than a page is a page of its own.
TEST(TableWriter, ManyRowsAndLargeValuesTakeMorePages) {
  const fs::path path = fresh_path("pages.parquet");
  TableWriter writer(path, {{"n", Kind::integer}, {"t", Kind::text}});
  for (int64_t i = 0; i < 50'000; ++i) {
    writer.add_integer(i);
    writer.add_text(i % 20'000 == 7 ? std::string(3 << 20, 'x') : "a");
  }
  writer.finish();
  const auto file = written_file(path);
  const auto numbers = cells_of(*file, 0);
  ASSERT_EQ(numbers.size(), 50'000U);
  EXPECT_EQ(numbers[49'999], Cell(number_bytes(49'999)));
  const auto texts = cells_of(*file, 1);
  EXPECT_EQ(texts[20'007]->size(), size_t{3} << 20);
  EXPECT_EQ(texts[20'008], Cell("a"));
  EXPECT_EQ(file->pages(0, 0)->data.size(), 3U);
  EXPECT_GE(file->pages(0, 1)->data.size(), 5U);
}

TEST(TableWriter, TextIsUtf8) {
  const fs::path path = fresh_path("utf8.parquet");
  TableWriter writer(path, {{"t", Kind::text}});
  writer.add_text("a\xe9 é");
  writer.finish();
  EXPECT_THAT(cells_of(*written_file(path), 0), ElementsAre(Cell("a\\xe9 é")));
}

TEST(TableWriter, WithoutFinishThereIsNoFile) {
  const fs::path path = fresh_path("unfinished.parquet");
  {
    TableWriter writer(path, {{"n", Kind::integer}});
    writer.add_integer(1);
  }
  EXPECT_FALSE(fs::exists(path));
}

}  // namespace
}  // namespace decant::parquet
