// Parquet files as a data set: what its columns are, and what is written of it.
#include "decant/formats/parquet/parquet.h"

#include <cstdlib>
#include <gmock/gmock.h>
#include <sys/wait.h>

#include "decant/base/test_support.h"
#include "decant/formats/image/codec.h"
#include "decant/formats/open.h"
#include "decant/formats/parquet/file.h"
#include "decant/formats/parquet/parquet_for_tests.h"

namespace decant::parquet {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kFeatures =
    R"({"info": {"features": {"image": {"_type": "Image"}, "label": {"names": ["cat", "dog"], "_type": "ClassLabel"}}}})";

std::string picture_bytes(int shade) {
  Image image;
  image.size = {.width = 4, .height = 3, .channels = 3};
  image.pixels.assign(36, static_cast<uint8_t>(shade));
  std::vector<std::byte> out;
  encode_png(image.view(), out);
  return std::string(as_text(out));
}

/// As the datasets library lays pictures out.
MadeFile pictures_file(int first, int count) {
  MadeColumn bytes{.name = "image.bytes", .cells = {}};
  MadeColumn path{.name = "image.path", .cells = {}, .text = true};
  MadeColumn label{.name = "label", .type = Physical::int64, .cells = {}, .dictionary = true};
  for (int i = first; i < first + count; ++i) {
    bytes.cells.push_back(picture_bytes(i));
    path.cells.push_back("p" + std::to_string(i) + ".png");
    label.cells.push_back(number_bytes(i % 2));
  }
  return {.columns = {bytes, path, label}, .metadata = {{"huggingface", kFeatures}, {"content_defined_chunking", "x"}}};
}

Dataset opened_set(const fs::path& path, const OpenOptions& options = {}) {
  return open_dataset(path.string(), options, {});
}

std::string row_bytes(const Rows& rows, int64_t row) {
  std::vector<std::byte> scratch;
  return std::string(as_text(rows.bytes(row, scratch)));
}

TEST(Parquet, IsASetOfPicturesByItsDescription) {
  const ScratchFolder folder("set");
  folder.add("data/train-00000-of-00002.parquet", make_parquet(pictures_file(0, 6)));
  folder.add("data/train-00001-of-00002.parquet", make_parquet(pictures_file(6, 3)));
  folder.add("data/test-00000-of-00001.parquet", make_parquet(pictures_file(9, 2)));
  const Dataset set = opened_set(folder.path);
  EXPECT_EQ(set.format, "parquet");
  EXPECT_THAT(set.classes, ElementsAre("cat", "dog"));
  const Rows& rows = set.train();
  ASSERT_EQ(rows.size(), 9);
  EXPECT_EQ(set.splits.at(Split::test)->size(), 2);
  EXPECT_EQ(rows.key(7), "train-00001-of-00002.parquet#1");
  for (int64_t row = 0; row < 9; ++row) {
    EXPECT_EQ(row_bytes(rows, row), picture_bytes(static_cast<int>(row)));
    EXPECT_EQ(rows.label(row), row % 2);
  }
  Image image;
  rows.pictures()->decode(5, image);
  EXPECT_EQ(image.pixels.front(), 5);
  EXPECT_EQ(rows.fields()->value(4, "image.path"), "p4.png");
}

TEST(Parquet, IsOneConfigurationOfSeveral) {
  const ScratchFolder folder("set");
  folder.add("en/train-0.parquet", make_parquet(pictures_file(0, 6)));
  folder.add("en/held.parquet", make_parquet(pictures_file(20, 2)));
  folder.add("de/0000.parquet", make_parquet(pictures_file(6, 3)));
  folder.add("de/0001.parquet", make_parquet(pictures_file(9, 1)));
  const std::string head =
      "---\nlicense: mit\nconfigs:\n- config_name: en\n  data_files:\n  - split: train\n    path: en/train-*\n"
      "  - split: test\n    path: en/held.parquet\n- config_name: de\n  data_files: de/*\n";
  folder.add("README.md", head + "---\n");
  EXPECT_THAT(message_of([&] { opened_set(folder.path); }),
              AllOf(HasSubstr("README.md: configs: lists 2 configurations, 'en' and 'de'"), HasSubstr("Choose one: --config-name en")));
  const Dataset en = opened_set(folder.path, {.config_name = "en"});
  EXPECT_EQ(en.train().size(), 6);
  EXPECT_EQ(en.splits.at(Split::test)->size(), 2) << "as the card says, whatever the file is called";
  EXPECT_TRUE(en.oddities.empty());
  EXPECT_THAT(en.card_head, HasSubstr("license: mit"));
  const Dataset de = opened_set(folder.path, {.config_name = "de"});
  EXPECT_EQ(de.train().size(), 4);
  EXPECT_EQ(row_bytes(de.train(), 3), picture_bytes(9));
  EXPECT_THAT(message_of([&] { opened_set(folder.path, {.config_name = "fr"}); }), HasSubstr("lists no configuration 'fr'"));
  EXPECT_THAT(message_of([&] { opened_set(folder.path / "en", {.config_name = "en"}); }), HasSubstr("--config-name chooses nothing"));
  EXPECT_EQ(opened_set(folder.path / "en").train().size(), 6) << "a folder of one of them needs no name";
  folder.add("README.md", head + "  default: true\n---\n");
  const Dataset by_default = opened_set(folder.path);
  EXPECT_EQ(by_default.train().size(), 4);
  EXPECT_THAT(by_default.oddities.at(0).what, HasSubstr("of its 2 configurations the default, 'de', is read, and not 'en'"));
  folder.add("README.md", "---\nconfigs:\n- config_name: all\n  data_files: '*.csv'\n---\n");
  EXPECT_EQ(opened_set(folder.path).train().size(), 6) << "those of other formats choose nothing: by the names of files";
  const ScratchFolder pictures("pictures");
  pictures.add("a/1.png", picture_bytes(1));
  EXPECT_THAT(message_of([&] { opened_set(pictures.path, {.config_name = "en"}); }), HasSubstr("but this is imagefolder"));
}

TEST(Parquet, FindsPicturesAndLabelsWithoutADescription) {
  MadeFile made = pictures_file(0, 5);
  made.metadata.clear();
  made.columns[0].name = "photo.bytes";
  made.columns[1].name = "photo.path";
  made.columns[2] = {.name = "class", .cells = {"b", "a", Cell(), "a", "b"}, .text = true};
  const ScratchFolder folder("set");
  const Dataset set = opened_set(folder.add("x.parquet", make_parquet(made)));
  EXPECT_THAT(set.classes, ElementsAre("a", "b"));
  EXPECT_THAT(labels_of(set.train()), ElementsAre(1, 0, kNoLabel, 0, 1));
  EXPECT_NE(set.train().pictures(), nullptr);
}

TEST(Parquet, RowsWithoutBytesAreBad) {
  MadeFile made = pictures_file(0, 4);
  made.columns[0].cells[1] = std::nullopt;
  made.columns[0].cells[3] = std::nullopt;
  made.columns[1].cells[3] = std::nullopt;
  made.columns[0].cells[2] = "no picture";
  const ScratchFolder folder("set");
  const Dataset set = opened_set(folder.add("x.parquet", make_parquet(made)));
  const auto bad = find_bad_rows(set.train(), Depth::full, {});
  ASSERT_EQ(bad.size(), 3U);
  EXPECT_EQ(bad[0].text, "holds no picture, only the path 'p1.png'");
  EXPECT_EQ(bad[2].text, "holds no picture");
}

TEST(Parquet, ColumnsCanBeNamed) {
  MadeFile made = pictures_file(0, 4);
  made.metadata.clear();
  made.columns.push_back({.name = "mask", .cells = {picture_bytes(7), picture_bytes(8), picture_bytes(9), picture_bytes(10)}});
  made.columns.push_back({.name = "group", .cells = {"x", "y", "x", "y"}, .text = true});
  const ScratchFolder folder("set");
  const std::string path = folder.add("x.parquet", make_parquet(made));
  const Dataset set = opened_set(path, {.label_field = "group", .image_field = "mask"});
  EXPECT_EQ(row_bytes(set.train(), 0), picture_bytes(7));
  EXPECT_THAT(set.classes, ElementsAre("x", "y"));
  const Dataset usual = opened_set(path);
  EXPECT_EQ(row_bytes(usual.train(), 0), picture_bytes(0));
  EXPECT_THAT(usual.oddities.at(0).what, HasSubstr("'image' is read, and not 'mask'. Name another with --image-field"));
  EXPECT_THAT(message_of([&] { opened_set(path, {.image_field = "img"}); }),
              HasSubstr("has no column 'img'; there are 'image', 'label', 'mask', 'group'. Name one of them with --image-field"));
  EXPECT_THAT(message_of([&] { opened_set(path, {.image_field = "label"}); }), HasSubstr("column 'label' holds no pictures"));
  EXPECT_THAT(message_of([&] { opened_set(path, {.text = "image"}); }),
              HasSubstr("column 'image' holds pictures, and --text names columns of texts"));
  EXPECT_THAT(message_of([&] { opened_set(path, {.label_field = "image"}); }), HasSubstr("does not hold one number or text per row"));
}

TEST(Parquet, TextsAreRecords) {
  MadeFile made{.columns = {{.name = "sentence", .cells = {"good", "bad \"x\"", "fine"}, .text = true},
                            {.name = "label", .type = Physical::int64, .cells = {number_bytes(1), number_bytes(0), number_bytes(-1)}}}};
  const ScratchFolder folder("set");
  const Dataset set = opened_set(folder.add("x.parquet", make_parquet(made)));
  Record record;
  require_texts(set.train()).read(1, record);
  ASSERT_EQ(record.turns.size(), 1U);
  EXPECT_EQ(record.turns[0].text, "bad \"x\"");
  EXPECT_EQ(row_bytes(set.train(), 0), R"({"sentence": "good", "label": 1})");
  EXPECT_THAT(labels_of(set.train()), ElementsAre(1, 0, kNoLabel));
  EXPECT_THAT(message_of([&] { opened_set(folder.path / "x.parquet", {.text = "answer"}); }), HasSubstr("has no column 'answer'"));
}

TEST(Parquet, SaysWhatItCannotUse) {
  const ScratchFolder folder("set");
  const MadeFile numbers{.columns = {{.name = "a", .type = Physical::int64, .cells = {number_bytes(1)}}}};
  EXPECT_THAT(
      message_of([&] { opened_set(folder.add("n.parquet", make_parquet(numbers))); }),
      HasSubstr("has neither pictures nor texts that decant knows among its columns 'a'. Name the column of pictures, --image-field a"));
  MadeFile none = pictures_file(0, 1);
  for (MadeColumn& column : none.columns) column.cells.clear();
  EXPECT_THAT(message_of([&] { opened_set(folder.add("0.parquet", make_parquet(none))); }), HasSubstr("holds no rows for training"));
  MadeFile strange = pictures_file(0, 3);
  strange.columns[2].cells[1] = number_bytes(2);
  EXPECT_THAT(message_of([&] { opened_set(folder.add("s.parquet", make_parquet(strange))); }),
              HasSubstr("holds the class '2', and there are names for 2"));
  const ScratchFolder mixed("mixed");
  MadeFile other = pictures_file(0, 2);
  other.columns[2].name = "labels";
  mixed.add("train-0.parquet", make_parquet(pictures_file(0, 2)));
  mixed.add("train-1.parquet", make_parquet(other));
  EXPECT_THAT(message_of([&] { opened_set(mixed.path); }), HasSubstr("has other columns than"));
}

// ---- written

TEST(Parquet, WritesKeptRowsAsTheyWere) {
  for (const int codec : {kUncompressed, kSnappy, kZstd, kBrotli, kLz4Raw}) {
    const ScratchFolder folder("set");
    MadeFile first = pictures_file(0, 10);
    first.codec = codec;
    first.crc = codec == kZstd;
    first.columns[1].cells[5] = std::nullopt;
    folder.add("train-a.parquet", make_parquet(first));
    folder.add("train-b.parquet", make_parquet(pictures_file(10, 3)));
    folder.add("train-c.parquet", make_parquet(pictures_file(13, 4)));
    const Dataset set = opened_set(folder.path);
    const ScratchFolder out("out");
    const std::vector<int64_t> kept = {1, 4, 5, 6, 7, 9, 14, 16};  // a row group that is whole among them, and a file without any
    const int64_t written = set.writer->write(kept, out.path);
    EXPECT_FALSE(fs::exists(out.path / "train-b.parquet"));
    EXPECT_EQ(written, static_cast<int64_t>(fs::file_size(out.path / "train-a.parquet") + fs::file_size(out.path / "train-c.parquet")));
    const Dataset small = opened_set(out.path);
    ASSERT_EQ(small.train().size(), 8);
    EXPECT_EQ(small.classes, set.classes);
    for (int64_t i = 0; i < 8; ++i) {
      EXPECT_EQ(row_bytes(small.train(), i), row_bytes(set.train(), kept[static_cast<size_t>(i)]));
      EXPECT_EQ(small.train().label(i), set.train().label(kept[static_cast<size_t>(i)]));
    }
    const auto cache = std::make_shared<PageCache>();
    const ParquetFile file(out.path / "train-a.parquet", "a", cache);
    const ParquetFile source(folder.path / "train-a.parquet", "a", cache);
    EXPECT_EQ(file.footer().schema, source.footer().schema);
    EXPECT_EQ(file.footer().value_of("huggingface"), kFeatures);
    EXPECT_EQ(file.footer().value_of("content_defined_chunking"), "");
    for (int column = 0; column < 3; ++column) {
      std::vector<Cell> expected;
      for (const int64_t row : {1, 4, 5, 6, 7, 9})
        expected.push_back(first.columns[static_cast<size_t>(column)].cells[static_cast<size_t>(row)]);
      EXPECT_EQ(cells_of(file, column), expected);
      EXPECT_EQ(file.chunk(0, column).codec, codec);
      EXPECT_GT(file.chunk(0, column).index_size, 0);
    }
  }
}

TEST(Parquet, WritesOtherPicturesInTheirPlace) {
  const ScratchFolder folder("set");
  const Dataset set = opened_set(folder.add("x.parquet", make_parquet(pictures_file(0, 6))));
  const ScratchFolder other_folder("other");
  const Dataset other = opened_set(other_folder.add("x.parquet", make_parquet(pictures_file(20, 6))));
  const ScratchFolder out("out");
  const std::vector<int64_t> kept = {0, 1, 2, 3, 5};
  set.writer->rewrite(kept, other.train(), out.path);
  const Dataset small = opened_set(out.path);
  for (int64_t i = 0; i < 5; ++i) {
    EXPECT_EQ(row_bytes(small.train(), i), picture_bytes(20 + static_cast<int>(kept[static_cast<size_t>(i)])));
    EXPECT_EQ(small.train().fields()->value(i, "image.path"), "p" + std::to_string(kept[static_cast<size_t>(i)]) + ".png");
  }
}

TEST(Parquet, KeepsTheCardButItsSizes) {
  const ScratchFolder folder("set");
  folder.add("README.md",
             "---\nlicense: mit\ntags:\n- birds\n- small\ndataset_info:\n  splits:\n  - name: train\n    num_bytes: 5\nlanguage: "
             "en\n---\n# Birds\n");
  folder.add("data/train-0.parquet", make_parquet(pictures_file(0, 2)));
  EXPECT_EQ(opened_set(folder.path).card_head,
            "---\nlicense: mit\ntags:\n- birds\n- small\nlanguage: en\nconfigs:\n- config_name: default\n  data_files:\n"
            "  - split: train\n    path: data/**/*.parquet\n---\n\n");
}

// ---- pyarrow as the oracle

constexpr const char* kOracle = R"PY(
import decimal, os, random, sys
folder, step = sys.argv[1:3]
try:
    import pyarrow as pa, pyarrow.parquet as pq
except ImportError:
    sys.exit(77)
rows = list(range(0, 900, 7)) + list(range(900, 1200))  # as the test below keeps them
def table():
    r = random.Random(5)
    n = 1500
    opt = lambda make: [None if r.random() < 0.2 else make(i) for i in range(n)]
    return pa.table({
        "text": ["row %d %s" % (i, "x" * (i % 9)) for i in range(n)],
        "u": pa.array(opt(lambda i: 2**63 + i), pa.uint64()), "b": pa.array(opt(lambda i: i % 3 == 0)),
        "none": pa.array([None] * n, pa.string()), "f": pa.array(opt(lambda i: i / 7), pa.float32()),
        "dec": pa.array(opt(lambda i: decimal.Decimal(i) / 4), pa.decimal128(20, 4)),
        "time": pa.array(opt(lambda i: i * 10**12 + 7), pa.timestamp("ns")),
        "fixed": pa.array(opt(lambda i: bytes([i % 256] * 7)), pa.binary(7)),
        "bin": pa.array(opt(lambda i: bytes(r.randrange(256) for _ in range(i % 40)))),
        "list": pa.array(opt(lambda i: [None if r.random() < 0.1 else j for j in range(i % 6)]), pa.list_(pa.int32())),
        "lists": pa.array(opt(lambda i: [[str(k) for k in range(j % 3)] for j in range(i % 4)]), pa.list_(pa.list_(pa.string()))),
        "struct": pa.array(opt(lambda i: {"a": i if i % 3 else None, "b": [i] * (i % 3)}), pa.struct([("a", pa.int64()), ("b", pa.list_(pa.int64()))])),
        "map": pa.array(opt(lambda i: [(str(j), j) for j in range(i % 3)]), pa.map_(pa.string(), pa.int32()))})
def photos():
    r = random.Random(6)
    head = b"\xff\xd8\xff\xe0" + r.randbytes(150)
    return pa.table({"photo": [None if i % 11 == 3 else head + r.randbytes(1500 + i % 1000) for i in range(1500)], "n": list(range(1500))})
kinds = {
    "plain": dict(use_dictionary=False, compression="none"),
    "snappy": dict(compression="snappy", write_page_index=True, write_page_checksum=True),
    "second": dict(compression="zstd", data_page_version="2.0"),
    "brotli": dict(compression="brotli", use_deprecated_int96_timestamps=True),
    "lz4": dict(compression="lz4", data_page_version="2.0"),
    "delta": dict(use_dictionary=False, compression="gzip", column_encoding={"text": "DELTA_BYTE_ARRAY", "bin": "DELTA_LENGTH_BYTE_ARRAY",
                  "u": "DELTA_BINARY_PACKED", "f": "BYTE_STREAM_SPLIT", "b": "RLE", "fixed": "DELTA_BYTE_ARRAY"}),
    "photos_indexed": dict(compression="snappy", write_page_checksum=True),
    "photos_plain": dict(compression="snappy", use_dictionary=False, write_page_checksum=True),
    "photos_second": dict(compression="snappy", use_dictionary=False, data_page_version="2.0")}
for name, options in kinds.items():
    file = os.path.join(folder, name + ".parquet")
    if step == "make":
        size = 200000 if name.startswith("photos") else 1500
        pq.write_table(photos() if name.startswith("photos") else table(), file, row_group_size=300, data_page_size=size, **options)
        continue
    kept = pq.read_table(os.path.join(folder, "out", name + ".parquet"), page_checksum_verification=True)
    whole = pq.read_table(file).take(rows)
    assert kept.schema.equals(pq.read_schema(file), check_metadata=True), name
    for column in whole.column_names:
        assert kept[column].equals(whole[column]), (name, column)
)PY";

/// The exit status of a step; 77 where pyarrow is missing.
int run_oracle(const fs::path& folder, const std::string& step) {
  const std::string command = "\"${DECANT_PYTHON:-python3}\" '" + (folder / "oracle.py").string() + "' '" + folder.string() + "' " + step +
                              " 2> '" + (folder / "errors").string() + "'";
  const int status = std::system(command.c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(Parquet, WritesWhatPyarrowReadsAsItsOwnTake) {
  const ScratchFolder folder("oracle");
  folder.add("oracle.py", kOracle);
  const int made = run_oracle(folder.path, "make");
  if (made == 77 || made == 126 || made == 127) GTEST_SKIP() << "needs python3, or another Python in DECANT_PYTHON, with pyarrow";
  ASSERT_EQ(made, 0) << read_text(folder.path / "errors");
  std::vector<int64_t> kept;
  for (int64_t row = 0; row < 900; row += 7) kept.push_back(row);
  for (int64_t row = 900; row < 1200; ++row) kept.push_back(row);
  fs::create_directories(folder.path / "out");
  for (const char* kind : {"plain", "snappy", "second", "brotli", "lz4", "delta", "photos_indexed", "photos_plain", "photos_second"}) {
    const Dataset set = opened_set(folder.path / (std::string(kind) + ".parquet"));
    EXPECT_TRUE(set.train().known_faults().empty()) << kind;
    set.writer->write(kept, folder.path / "out");
  }
  EXPECT_EQ(run_oracle(folder.path, "compare"), 0) << read_text(folder.path / "errors");
}

}  // namespace
}  // namespace decant::parquet
