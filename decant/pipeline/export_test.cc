// A run as a table: the three forms say the same, and nothing is replaced.
#include "decant/pipeline/export.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/file.h"
#include "decant/base/json.h"
#include "decant/base/test_support.h"
#include "decant/formats/npy/npy.h"
#include "decant/formats/parquet/parquet_for_tests.h"
#include "decant/pipeline/compress.h"

namespace decant {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

/// Six labelled vectors, of which the first of each class are kept.
fs::path small_run(const std::string& name) {
  const fs::path folder = fresh_folder(name);
  const std::vector<float> values = {0, 1, 1, 0, 2, 1, 1, 2, 3, 1, 1, 3};
  const std::vector<int64_t> labels = {0, 1, 0, 1, 0, 1};
  const int64_t shape[] = {6, 2}, rows[] = {6};
  write_npy<float>(folder / "x.npy", values, shape);
  write_npy<int64_t>(folder / "y.npy", labels, rows);
  CompressOptions options{.input = {.path = (folder / "x.npy").string(), .labels = folder / "y.npy"}, .out = folder / "run", .keep = "2"};
  options.select.method = "random";
  compress(options, {});
  return folder;
}

std::vector<std::string> lines_of(const fs::path& path) {
  std::vector<std::string> lines;
  std::string text = read_text(path);
  for (size_t at = 0; at < text.size();) {
    const size_t end = text.find('\n', at);
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

TEST(Export, WritesALineForEachRow) {
  const fs::path folder = small_run("export");
  EXPECT_EQ(export_run({.run = folder / "run", .out = folder / "rows.csv"}, {}).rows, 6);
  const auto csv = lines_of(folder / "rows.csv");
  ASSERT_EQ(csv.size(), 7U);
  EXPECT_THAT(csv[0], testing::StartsWith("row,key,label,class,kept,bin,pool,rank,gain"));
  EXPECT_THAT(csv[2], testing::StartsWith("1,1,1,1,"));

  export_run({.run = folder / "run", .out = folder / "rows.jsonl"}, {});
  const auto json = lines_of(folder / "rows.jsonl");
  ASSERT_EQ(json.size(), 6U);
  std::vector<int64_t> kept;
  for (const std::string& line : json) {
    const Json row = parse_json(line);
    if (row["kept"].get<bool>()) kept.push_back(row["row"].get<int64_t>());
    EXPECT_EQ(row["pool"], row["label"]);
    EXPECT_LT(row["rank"].get<int64_t>(), 3);
  }
  const NpyArray indices = open_npy(folder / "run" / "indices.npy");
  ASSERT_EQ(std::ssize(kept), indices.count());
  for (size_t i = 0; i < kept.size(); ++i) EXPECT_EQ(kept[i], whole_at(indices, i));

  export_run({.run = folder / "run", .out = folder / "rows.parquet"}, {});
  const parquet::ParquetFile file(folder / "rows.parquet", "rows.parquet", std::make_shared<parquet::PageCache>());
  EXPECT_EQ(file.rows(), 6);
  EXPECT_EQ(file.footer().column(4).name, "kept");
  const auto flags = parquet::cells_of(file, 4);
  for (size_t row = 0; row < 6; ++row)
    EXPECT_EQ(flags[row], parquet::Cell(std::string(1, std::ranges::count(kept, static_cast<int64_t>(row)) > 0 ? '\1' : '\0')));
}

TEST(Export, WithoutTheSourceKeysAndClassesAreLeftOut) {
  const fs::path folder = small_run("export_alone");
  fs::rename(folder / "x.npy", folder / "moved.npy");
  EXPECT_THAT(message_of([&] { export_run({.run = folder / "run", .out = folder / "a.csv"}, {}); }), HasSubstr("no longer exists"));
  EXPECT_FALSE(fs::exists(folder / "a.csv"));
  export_run({.run = folder / "run", .out = folder / "a.csv", .no_source = true}, {});
  EXPECT_THAT(lines_of(folder / "a.csv")[0], testing::StartsWith("row,kept,bin"));
}

TEST(Export, NothingIsWrittenIntoTheRun) {
  const fs::path folder = small_run("export_inside");
  EXPECT_THAT(message_of([&] { export_run({.run = folder / "run", .out = folder / "run" / "rows.csv"}, {}); }), HasSubstr("rows.csv"));
}

TEST(Export, NothingIsReplacedAndOtherEndingsAreRefused) {
  const fs::path folder = small_run("export_refused");
  write_file(folder / "mine.csv", "precious");
  EXPECT_THAT(message_of([&] { export_run({.run = folder / "run", .out = folder / "mine.csv"}, {}); }), HasSubstr("mine.csv"));
  EXPECT_EQ(read_text(folder / "mine.csv"), "precious");
  EXPECT_THAT(message_of([&] { export_run({.run = folder / "run", .out = folder / "rows.xlsx"}, {}); }), HasSubstr("End it in .parquet"));
}

}  // namespace
}  // namespace decant
