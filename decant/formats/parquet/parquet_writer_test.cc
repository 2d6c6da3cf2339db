// What the writer makes of pictures that do not pack, and of many row groups at once.
#include "decant/formats/parquet/parquet_writer.h"

#include <csignal>
#include <gmock/gmock.h>
#include <sys/resource.h>

#include "decant/base/random.h"
#include "decant/base/test_support.h"
#include "decant/formats/open.h"
#include "decant/formats/parquet/parquet_for_tests.h"

namespace decant::parquet {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

/// As JPEGs of one camera: a head that all have, and what does not pack.
std::string photo_bytes(int64_t number) {
  Random random(1, "photo", static_cast<uint64_t>(number));
  std::string bytes = "\xff\xd8\xff\xe0 one head that all of them have";
  bytes.resize(4'000 + static_cast<size_t>(random.below(9'000)));
  for (size_t i = 40; i < bytes.size(); ++i) bytes[i] = static_cast<char>(random.below(256));
  return bytes;
}

MadeFile photos_file(int64_t first, int64_t count, bool dictionary) {
  MadeColumn photos{.name = "image.bytes", .cells = {}, .dictionary = dictionary};
  MadeColumn paths{.name = "image.path", .cells = {}, .text = true};
  MadeColumn labels{.name = "label", .type = Physical::int64, .cells = {}, .dictionary = true};
  for (int64_t i = first; i < first + count; ++i) {
    photos.cells.push_back(i % 9 == 4 ? Cell() : Cell(photo_bytes(i)));
    paths.cells.push_back("p" + std::to_string(i) + ".jpg");
    labels.cells.push_back(number_bytes(i % 3));
  }
  return {.columns = {photos, paths, labels}, .codec = kSnappy, .group_rows = 20, .page_rows = 10, .crc = true, .index = true};
}

std::vector<int64_t> every_third(int64_t rows) {
  std::vector<int64_t> kept;
  for (int64_t row = 1; row < rows; row += 3) kept.push_back(row);
  return kept;
}

TEST(ParquetWriter, WritesWhatDoesNotPackAsItLies) {
  for (const bool dictionary : {false, true}) {
    const ScratchFolder folder("photos");
    const MadeFile made = photos_file(0, 200, dictionary);
    const ParquetFile source(folder.add("x.parquet", make_parquet(made)), "x", std::make_shared<PageCache>());
    const auto page = source.page(0, 0, 0);
    EXPECT_TRUE(page->index || (page->dictionary && page->dictionary->index)) << "it is not unpacked";
    EXPECT_EQ(cells_of(source, 0), made.columns[0].cells);
    const std::vector<int64_t> kept = every_third(200);
    const fs::path to = folder.path / "small.parquet";
    copy_rows(source, kept, to);
    const ParquetFile small(to, "small", std::make_shared<PageCache>());
    for (int column = 0; column < 3; ++column) {
      std::vector<Cell> expected;
      for (const int64_t row : kept) expected.push_back(made.columns[static_cast<size_t>(column)].cells[static_cast<size_t>(row)]);
      EXPECT_EQ(cells_of(small, column), expected) << column;
    }
    // A reader finds each value in one piece, and the block packs to no more than libsnappy's.
    const auto written = small.page(0, 0, 0);
    ASSERT_TRUE(written->index);
    EXPECT_TRUE(written->is_in_map(0));
    std::string plain;
    for (const int64_t row : kept) plain += made.columns[0].cells[static_cast<size_t>(row)].value_or("");
    EXPECT_LT(small.chunk(0, 0).size, std::ssize(pack(kSnappy, plain)) * 102 / 100);
  }
}

TEST(ParquetWriter, WritesTheSameBytesOnAnyNumberOfThreads) {
  const ScratchFolder folder("set");
  folder.add("train-a.parquet", make_parquet(photos_file(0, 300, true)));
  folder.add("train-b.parquet", make_parquet(photos_file(300, 20, false)));
  folder.add("train-c.parquet", make_parquet(photos_file(320, 130, false)));
  const Dataset set = open_dataset(folder.path.string(), {}, {});
  std::vector<int64_t> kept = every_third(450);
  for (int64_t row = 40; row < 80; ++row) kept.push_back(row);  // row groups that are kept whole
  std::ranges::sort(kept);
  kept.erase(std::ranges::unique(kept).begin(), kept.end());
  std::vector<std::string> expected;
  for (const int threads : {1, 2, 3, 8}) {
    const ScratchFolder out("out" + std::to_string(threads));
    const int64_t bytes = set.writer->write(kept, out.path, {.threads = threads});
    std::vector<std::string> files;
    int64_t sum = 0;
    for (const char* name : {"train-a.parquet", "train-b.parquet", "train-c.parquet"}) {
      files.push_back(read_text(out.path / name));
      sum += std::ssize(files.back());
    }
    EXPECT_EQ(bytes, sum);
    if (expected.empty()) expected = files;
    EXPECT_EQ(files, expected) << threads;
  }
}

TEST(ParquetWriter, LeavesNothingOfAFileThatFails) {
  const ScratchFolder folder("set");
  std::string file = make_parquet(photos_file(0, 300, false));
  file[file.size() / 2] = static_cast<char>(file[file.size() / 2] ^ 1);  // of a page in the middle: its checksum says so
  const ParquetFile damaged(folder.add("x.parquet", file), "x", std::make_shared<PageCache>());
  const ScratchFolder out("out");
  EXPECT_THAT(message_of([&] { copy_rows(damaged, every_third(300), out.path / "y.parquet"); }), HasSubstr("checksum"));
  EXPECT_TRUE(fs::is_empty(out.path));
  const Dataset set = open_dataset((folder.path / "x.parquet").string(), {}, {});
  EXPECT_THAT(message_of([&] { set.writer->write(every_third(300), out.path, {.threads = 4}); }), HasSubstr("checksum"));
  EXPECT_TRUE(fs::is_empty(out.path));
}

TEST(ParquetWriter, SaysWhenThereIsNoRoom) {  // a file-size limit stands in for a full disk
  const ScratchFolder folder("set");
  folder.add("train-a.parquet", make_parquet(photos_file(0, 300, false)));
  folder.add("train-b.parquet", make_parquet(photos_file(300, 300, true)));
  const Dataset set = open_dataset(folder.path.string(), {}, {});
  const ScratchFolder out("out");
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit small = {400'000, before.rlim_max};
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &small);
  const std::string message = message_of<IoError>([&] { set.writer->write(every_third(600), out.path, {.threads = 4}); });
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_THAT(message, HasSubstr("cannot write"));
  EXPECT_TRUE(fs::is_empty(out.path));
}

}  // namespace
}  // namespace decant::parquet
