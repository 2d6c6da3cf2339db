#include "decant/base/file.h"

#include <cerrno>
#include <csignal>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include "decant/base/errors.h"
#include "decant/base/test_support.h"

namespace decant {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

TEST(FileWriter, LeavesNothingUnderTheFinalNameUntilCommitted) {
  const fs::path folder = fresh_folder("writer");
  {
    FileWriter writer(folder / "a.txt");
    writer.write("half");
    EXPECT_FALSE(fs::exists(folder / "a.txt"));
  }
  EXPECT_TRUE(fs::is_empty(folder));
  write_file(folder / "a.txt", "whole");
  EXPECT_EQ(read_text(folder / "a.txt"), "whole");
}

TEST(FileWriter, SaysWhenThereIsNoRoom) {  // a file-size limit stands in for a full disk
  const fs::path folder = fresh_folder("full");
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit small = {4096, before.rlim_max};
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &small);
  const std::string large(3 << 20, 'x');
  const std::string message = message_of<IoError>([&] { write_file(folder / "a.bin", large); });
  const std::string of_pieces = message_of<IoError>([&] {
    FileWriter writer(folder / "a.bin");
    writer.write(std::vector<Bytes>{as_bytes(large), as_bytes(large)});
  });
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_THAT(message, HasSubstr("a.bin.partial: cannot write"));
  EXPECT_EQ(of_pieces, message);
  EXPECT_TRUE(fs::is_empty(folder));
  errno = ENOSPC;
  EXPECT_THAT(message_of<IoError>([] { throw_errno("a.bin", "cannot write"); }),
              HasSubstr("No space left on device. Free some disk space"));
}

TEST(FileWriter, WritesPiecesAsTheyComeTogether) {
  const fs::path folder = fresh_folder("pieces");
  for (const size_t size : {size_t{0}, size_t{10}, size_t{900}}) {  // all together below and above what is copied
    FileWriter writer(folder / "a");
    std::vector<std::string> texts;
    std::string expected = "head";
    for (size_t i = 0; i < 3'000; ++i) texts.push_back(std::string(i % 5 == 0 ? 0 : size + i % 7, static_cast<char>('a' + i % 26)));
    std::vector<Bytes> pieces;
    for (const std::string& text : texts) pieces.push_back(as_bytes(text));
    for (const std::string& text : texts) expected += text;
    writer.write("head");
    writer.write(pieces);
    writer.write("tail");
    writer.commit();
    EXPECT_EQ(read_text(folder / "a"), expected + "tail");
    EXPECT_EQ(writer.written(), std::ssize(expected) + 4);
  }
}

TEST(FileWriter, TouchesNobodysPartialFile) {
  const fs::path folder = fresh_folder("partial");
  {
    FileWriter first(folder / "a");
    FileWriter second(folder / "a");
    first.write("first");
    second.write("second");
    second.commit();
    EXPECT_EQ(read_text(folder / "a"), "second");
    first.commit();
    EXPECT_EQ(read_text(folder / "a"), "first") << "the last one stays, whole";
  }
  write_file(folder / "b.partial", "mine");
  write_file(folder / "b", "x");
  EXPECT_EQ(read_text(folder / "b.partial"), "mine");
}

TEST(MappedFile, ReadsEmptyAndMissingFiles) {
  const fs::path folder = fresh_folder("map");
  write_file(folder / "empty", "");
  EXPECT_TRUE(MappedFile(folder / "empty").bytes().empty());
  EXPECT_THAT(message_of<IoError>([&] { MappedFile file(folder / "missing"); }), HasSubstr("No such file"));
  EXPECT_THAT(message_of<IoError>([&] { MappedFile file(folder); }), HasSubstr("is a folder"));
}

TEST(SafeRelative, RefusesEscapes) {
  for (const char* good : {"a", "a/b.jpg", "..a/b", "a b/ç"}) EXPECT_TRUE(is_safe_relative(good)) << good;
  for (const char* bad : {"", "/a", "../a", "a/../b", "a/..", "a//b", "a/", "./a"}) EXPECT_FALSE(is_safe_relative(bad)) << bad;
  EXPECT_FALSE(is_safe_relative(std::string_view("a\0b", 3)));
}

}  // namespace
}  // namespace decant
