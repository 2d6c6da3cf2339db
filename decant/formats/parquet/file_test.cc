// Pages and footers: what is stored comes back however it was written, and what is damaged is said.
#include "decant/formats/parquet/file.h"

#include <gmock/gmock.h>

#include "decant/base/test_support.h"
#include "decant/formats/parquet/parquet_for_tests.h"
#include "decant/formats/parquet/row_json.h"

namespace decant::parquet {
namespace {

using testing::AllOf;
using testing::HasSubstr;

MadeFile two_columns() {
  MadeColumn numbers{.name = "n", .type = Physical::int64, .cells = {}};
  MadeColumn texts{.name = "t", .type = Physical::bytes, .cells = {}, .text = true};
  for (int64_t i = 0; i < 11; ++i) {
    numbers.cells.push_back(i % 4 == 1 ? Cell() : number_bytes(i % 3));
    texts.cells.push_back(i % 5 == 2 ? Cell() : "text " + std::string(static_cast<size_t>(i % 4), 'x'));
  }
  return {.columns = {numbers, texts}};
}

std::unique_ptr<ParquetFile> mapped_file(const std::string& bytes) {
  const auto path = fresh_path("x.parquet");
  write_file(path, bytes);
  return std::make_unique<ParquetFile>(path, "x.parquet", std::make_shared<PageCache>());
}

TEST(ParquetFile, ReadsTheSameFromEveryFormOfPage) {
  for (const int codec : {kUncompressed, kSnappy, kGzip, kZstd, kBrotli, kLz4Raw}) {
    for (int form = 0; form < 16; ++form) {
      MadeFile made = two_columns();
      made.codec = codec;
      made.second_kind = (form & 1) != 0;
      made.index = (form & 2) != 0;
      made.crc = (form & 4) != 0;
      for (MadeColumn& column : made.columns) column.dictionary = (form & 8) != 0;
      const auto file = mapped_file(make_parquet(made));
      for (int column = 0; column < 2; ++column)
        EXPECT_EQ(cells_of(*file, column), made.columns[static_cast<size_t>(column)].cells) << codec_name(codec) << " " << form;
    }
  }
}

TEST(ParquetFile, ReadsRowsInAnyOrder) {
  const MadeFile made = two_columns();
  const auto file = mapped_file(make_parquet(made));
  ColumnCursor cursor(*file, 1);
  for (const int64_t row : {10, 0, 7, 6, 7, 3, 9, 1}) EXPECT_EQ(cursor.value(row), made.columns[1].cells[static_cast<size_t>(row)]);
}

TEST(ParquetFile, SaysRowsAsJson) {
  MadeFile made{.columns = {{.name = "n", .type = Physical::int64, .cells = {number_bytes(-7), Cell()}},
                            {.name = "s.a", .cells = {"say \"x\"\n", Cell()}, .text = true},
                            {.name = "s.b", .cells = {Cell("\xff\xfe"), "y"}}}};
  const auto file = mapped_file(make_parquet(made));
  RowJson rows(*file, file->footer().root().children);
  std::string json;
  rows.append(0, json);
  json += "|";
  rows.append(1, json);
  EXPECT_EQ(json, R"({"n": -7, "s": {"a": "say \"x\"\n", "b": null}}|{})");
}

// ---- damage

std::string complaint_of(const std::string& bytes) {
  return message_of([&] {
    const auto file = mapped_file(bytes);
    for (int column = 0; column < file->footer().column_count(); ++column) cells_of(*file, column);
  });
}

TEST(ParquetFile, NamesWhatIsDamaged) {
  MadeFile made = two_columns();
  made.crc = true;
  const std::string good = make_parquet(made);
  EXPECT_EQ(complaint_of(good), "no error");
  EXPECT_THAT(complaint_of(good.substr(0, good.size() - 9)), HasSubstr("has no footer: the file was cut off. Copy it again"));
  EXPECT_THAT(complaint_of("x" + good), HasSubstr("is no Parquet file"));
  EXPECT_THAT(complaint_of("PARE" + good.substr(4)), HasSubstr("is encrypted. Write it without encryption"));
  std::string longer = good;
  longer[good.size() - 5] = '\x7f';
  EXPECT_THAT(complaint_of(longer), AllOf(HasSubstr("the footer: claims 2.1 GB in a file of")));
  std::string bitten = good;
  const size_t text = good.find("text");
  bitten[text] = 'T';
  EXPECT_THAT(complaint_of(bitten), AllOf(HasSubstr("row group 0, column t, page at byte"), HasSubstr("checksum")));
}

struct MadeElement {
  std::string name;
  int64_t children = 0;  ///< 0 = a column of texts
};
struct MadeChunk {
  int64_t begin = 4;
  int64_t size = 1;
};

/// A file of 100 bytes and a footer with this schema and one row group of one row.
std::string forged_file(const std::vector<MadeElement>& schema, const std::vector<MadeChunk>& chunks) {
  ThriftWriter footer;
  footer.begin_object();
  footer.whole(1, Thrift::i32, 2);
  footer.begin_list(2, Thrift::object, schema.size());
  for (const MadeElement& element : schema) {
    footer.begin_object();
    if (element.children == 0) footer.whole(1, Thrift::i32, static_cast<int>(Physical::bytes));
    footer.text(4, element.name);
    if (element.children > 0) footer.whole(5, Thrift::i32, element.children);
    footer.end_object();
  }
  footer.whole(3, Thrift::i64, 1);
  footer.begin_list(4, Thrift::object, 1);
  footer.begin_object();
  footer.begin_list(1, Thrift::object, chunks.size());
  for (const MadeChunk& chunk : chunks) {
    footer.begin_object();
    footer.field(3, Thrift::object);
    footer.begin_object();
    footer.whole(1, Thrift::i32, static_cast<int>(Physical::bytes));
    footer.whole(4, Thrift::i32, kUncompressed);
    footer.whole(5, Thrift::i64, 1);
    footer.whole(6, Thrift::i64, chunk.size);
    footer.whole(7, Thrift::i64, chunk.size);
    footer.whole(9, Thrift::i64, chunk.begin);
    footer.end_object();
    footer.end_object();
  }
  footer.whole(3, Thrift::i64, 1);
  footer.end_object();
  footer.end_object();
  const auto size = static_cast<uint32_t>(footer.text().size());
  return "PAR1" + std::string(100, 'x') + footer.text() + std::string(reinterpret_cast<const char*>(&size), 4) + "PAR1";
}

TEST(ParquetFile, RefusesForgedFooters) {
  const auto complaint = [](const std::vector<MadeElement>& schema, const std::vector<MadeChunk>& chunks) {
    return message_of([&] { mapped_file(forged_file(schema, chunks)); });
  };
  EXPECT_EQ(complaint({{"schema", 2}, {"a"}, {"b"}}, {{4, 40}, {44, 20}}), "no error");
  EXPECT_THAT(complaint({{"schema", 2}, {"a"}, {"b"}}, {{4, 41}, {44, 20}}), HasSubstr("has columns that lie on top of each other"));
  EXPECT_THAT(complaint({{"schema", 1}, {"a"}}, {{4, 1'000'000'000'000}}), HasSubstr("column 'a' lies outside the file"));
  EXPECT_THAT(complaint({{"schema", 1}, {"a"}}, {{-4, 8}}), HasSubstr("column 'a' lies outside the file"));
  EXPECT_THAT(complaint({{"schema", 1'000'000'000}, {"a"}}, {{}}), HasSubstr("names more columns than it has"));
  EXPECT_THAT(complaint({{"schema", 1}, {"a"}, {"b"}}, {{}}), HasSubstr("has columns that belong to nothing"));
  EXPECT_THAT(complaint({{"schema", 1}, {"a"}}, {{4, 4}, {8, 4}}), HasSubstr("has a row group with more columns than the schema"));
  std::vector<MadeElement> deep(5000, {"a", 1});
  deep.push_back({"b"});
  EXPECT_THAT(complaint(deep, {{}}), HasSubstr("nested more than"));
}

TEST(ParquetFile, RefusesWhatItDoesNotReadWithAWayOut) {
  for (const auto& [codec, name] : {std::pair(3, "LZO"), std::pair(5, "LZ4"), std::pair(8, "codec 8")}) {
    MadeFile made = two_columns();
    made.codec = codec;
    EXPECT_THAT(complaint_of(make_parquet(made)), AllOf(HasSubstr(std::string("is packed with ") + name), HasSubstr("pq.write_table")));
  }
}

/// The header of a page, as forged.
std::string page_with(int64_t entries, int64_t unpacked, std::string body, int encoding = 0) {
  ThriftWriter header;
  header.begin_object();
  header.whole(1, Thrift::i32, 0);
  header.whole(2, Thrift::i32, unpacked);
  header.whole(3, Thrift::i32, std::ssize(body));
  header.field(5, Thrift::object);
  header.begin_object();
  header.whole(1, Thrift::i32, entries);
  header.whole(2, Thrift::i32, encoding);
  header.whole(3, Thrift::i32, 3);
  header.whole(4, Thrift::i32, 3);
  header.end_object();
  header.end_object();
  return header.text() + body;
}

std::string complaint_of_page(const std::string& page, const Node& column, int codec = 0,
                              std::shared_ptr<const Page> dictionary = nullptr) {
  return message_of([&] { read_page(as_bytes(page), codec, column, std::move(dictionary), {"f", "p"}); });
}

TEST(ParquetPage, ForgedCountsAreRefused) {
  const Node text{.name = "t", .leaf = true, .type = Physical::bytes, .children = {}, .path = "t"};
  Node missing = text;
  missing.most_def = 1;
  EXPECT_THAT(complaint_of_page(page_with(1, 8, std::string("\3\0\0\0abcd", 8)), text), "no error");
  EXPECT_THAT(complaint_of_page(page_with(2'000'000'000, 4, "abcd"), text), HasSubstr("claims 2,000,000,000 values in 4 bytes"));
  EXPECT_THAT(complaint_of_page(page_with(9, 8, std::string("\3\0\0\0abcd", 8)), text), HasSubstr("ends before its last value"));
  EXPECT_THAT(complaint_of_page(page_with(1, 8, std::string("\5\0\0\0abcd", 8)), text), HasSubstr("goes beyond its end"));
  EXPECT_THAT(complaint_of_page(page_with(1, 9, std::string("\3\0\0\0abcd", 8)), text), HasSubstr("claims 9 bytes and has 8"));
  EXPECT_THAT(complaint_of_page(page_with(1, 2'000'000'000, "\1\2"), text, kSnappy), HasSubstr("claims to unpack from 2 bytes to 2.0 GB"));
  EXPECT_THAT(complaint_of_page(page_with(1, 8, "\1\2"), text, kZstd), HasSubstr("does not unpack (ZSTD)"));
  EXPECT_THAT(complaint_of_page(page_with(1, 2, "\1\2", 8), text), HasSubstr("its column has none"));
  EXPECT_THAT(complaint_of_page(page_with(3, 6, std::string("\2\0\0\0\6\2", 6)), missing), HasSubstr("holds 2 where 1 is the most"));
  EXPECT_THAT(complaint_of_page(page_with(3, 6, std::string("\xff\xff\xff\xff\6\2", 6)), missing), HasSubstr("ends in its levels"));
  const std::string longest_run = "\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01\x01";  // of 2⁶³ − 1 values
  EXPECT_THAT(complaint_of_page(page_with(3, 15, std::string("\x0b\0\0\0", 4) + longest_run), missing),
              HasSubstr("ends before its last value"));
  const std::string most_groups = "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01";  // of 8 values each
  EXPECT_THAT(complaint_of_page(page_with(90, 14, std::string("\x0a\0\0\0", 4) + most_groups), missing),
              HasSubstr("ends before its last value"));
  auto dictionary = std::make_shared<Page>();
  dictionary->values.texts = {"a", "b"};
  dictionary->values.count = 2;
  EXPECT_THAT(complaint_of_page(page_with(3, 3, std::string("\x08\6\2", 3), 8), text, 0, dictionary),
              HasSubstr("holds 2 where 1 is the most"));
}

TEST(ParquetFile, SurvivesEveryCutAndEveryFlippedBit) {
  MadeFile made = two_columns();
  made.codec = kSnappy;
  made.index = true;
  made.columns[1].dictionary = true;
  const std::string good = make_parquet(made);
  for (size_t size = 0; size < good.size(); ++size) EXPECT_NE(complaint_of(good.substr(0, size)), "no error") << size;
  for (size_t at = 0; at < good.size(); ++at) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ (1 << (at % 8)));
    complaint_of(bad);  // an InputError or values, nothing else
  }
}

}  // namespace
}  // namespace decant::parquet
