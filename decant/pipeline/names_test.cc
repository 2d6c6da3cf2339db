// Names of any bytes, from the source to the small set and back.
#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>

#include "decant/base/json.h"
#include "decant/base/test_support.h"
#include "decant/data/test_rows.h"
#include "decant/formats/image/codec.h"
#include "decant/formats/open.h"
#include "decant/pipeline/compress.h"
#include "decant/pipeline/inspect.h"
#include "decant/pipeline/verify.h"

namespace decant {
namespace {

using testing::AllOf;
using testing::Each;
using testing::HasSubstr;
using testing::Not;

const std::vector<std::string> kNames = {"caf\xe9", "caf\xe8", "\x1b[31mred\x1b[0m", "new\nline", "a | b", "gpj.\xe2\x80\xae"};

std::string drawn_png(int shade) {
  Image picture;
  picture.resize({8, 8, 1});
  std::ranges::fill(picture.pixels, static_cast<uint8_t>(shade));
  std::vector<std::byte> png;
  encode_png(picture.view(), png);
  return std::string(as_text(png));
}

/// Class folders with these names, and in each two pictures whose names end alike.
ScratchFolder strange_names() {
  ScratchFolder folder("strange");
  for (size_t c = 0; c < kNames.size(); ++c) {
    for (int i = 0; i < 2; ++i)
      folder.add(fmt::format("{}/{}\xfc\n{}.png", kNames[c], kNames[c], i), drawn_png(static_cast<int>(10 * c) + i));
  }
  return folder;
}

RunRecord compress_all(const std::string& source, const std::filesystem::path& out, const std::string& to) {
  CompressOptions options{.out = out, .keep = "100%", .to = to};
  options.input.path = source;
  options.select.method = "random";
  return compress(options, {});
}

std::vector<std::string> lines_of_file(const std::filesystem::path& file) {
  std::vector<std::string> lines;
  const std::string text = read_text(file);
  for (size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) lines.push_back(text.substr(at, text.find('\n', at) - at));
  return lines;
}

TEST(Names, OfAnyBytesComeBackFromTheManifest) {
  const ScratchFolder source = strange_names();
  const ScratchFolder outputs("outputs");
  const std::vector<std::string> keys = keys_of(open_dataset(source.path.string(), {}, {}).train());
  ASSERT_EQ(std::set(keys.begin(), keys.end()).size(), 12U);
  for (const std::string to : {"", "webdataset", "parquet", "packed", "imagefolder"}) {
    const auto out = outputs.path / ("to" + to);
    compress_all(source.path.string(), out, to);
    std::vector<std::string> written;
    for (const std::string& line : lines_of_file(out / "manifest.jsonl")) written.push_back(parse_json(line)["key"]);
    EXPECT_EQ(written, keys);
    EXPECT_EQ(verify({.run = out, .source = source.path}, {}).checked_against, "hashes and the source") << to;
    const Dataset small = open_dataset(out.string(), {}, {});
    EXPECT_EQ(small.classes, open_dataset(source.path.string(), {}, {}).classes) << to;
  }
}

TEST(Names, BreakNoTableAndNoPage) {
  const ScratchFolder source = strange_names();
  source.add("a | b/\x1b[2J\nbad\xe9.png", "no picture");
  const ScratchFolder outputs("outputs");
  compress_all(source.path.string(), outputs.path / "run", "");
  for (const char* file : {"README.md", "report.html", "run.json", "bad_files.jsonl"}) {
    const std::string text = read_text(outputs.path / "run" / file);
    EXPECT_THAT(text, AllOf(Not(HasSubstr("\x1b")), Not(HasSubstr("\xe9")), Not(HasSubstr("\xef\xbf\xbd")))) << file;
  }
  std::vector<std::string> table;
  for (const std::string& line : lines_of_file(outputs.path / "run" / "README.md")) {
    if (line.starts_with("| ")) table.push_back(line);
  }
  EXPECT_EQ(table.size(), 1 + kNames.size());
  EXPECT_THAT(table, Each(testing::EndsWith(" |")));
  EXPECT_THAT(table, testing::Contains("| a \\| b | 3 | 2 |"));

  const std::string said = inspect_text(inspect({.path = source.path.string()}, {}));
  EXPECT_THAT(said, AllOf(Not(HasSubstr("\x1b")), Not(HasSubstr("\xe9")), HasSubstr("(\\x1b[31mred\\x1b[0m)"),
                          HasSubstr("a | b/\\x1b[2J\\nbad\\xe9.png")));
}

}  // namespace
}  // namespace decant
